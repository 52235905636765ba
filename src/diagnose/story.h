/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * story.h - around a failure: who else is hit, since when, what changed
 *
 * Questions to the history that look at several logins together.  Each looks
 * at a bounded number of events near the one at hand.
 */
#ifndef P407_DIAGNOSE_STORY_H
#define P407_DIAGNOSE_STORY_H

#include "base/arena.h"
#include "base/text.h"
#include "diagnose/history.h"
#include "diagnose/past.h"

/* Who is hit, as far as the capture shows it. */
enum scope {
	SCOPE_UNKNOWN = 0, /* nobody else was seen near it */
	SCOPE_SOMETIMES,   /* the same login passes within five minutes after */
	SCOPE_PROGRAM,     /* the user passes with another program here */
	SCOPE_CLIENT,      /* the user passes from another client */
	SCOPE_USER,        /* others pass, nobody else is refused */
	SCOPE_SCHEME,      /* all with this scheme, others pass */
	SCOPE_NODE,        /* all at this node, others pass */
	SCOPE_SOME,        /* others pass, and others are refused, too */
	SCOPE_EVERYBODY,   /* nobody passes, several are refused */
};

/* What it rests on: different ones within five minutes at this proxy. */
struct scope_counts {
	size_t good_clients, refused_clients, refused_users;
	bool other_reasons; /* nobody else is refused by the same rule */
};

enum scope scope_of(const struct history *h, const struct event *e,
    struct scope_counts *counts);
const char *scope_name(enum scope s);
void scope_words(struct text *t, enum scope s, const struct event *e,
    const struct scope_counts *counts);

/* The node behind the address: the computer in the type 2, else the host in
 * Via; NULL if neither is there.  Lives in the arena. */
const char *node_of(const struct attempt *a, struct arena *arena);

/* Like with like: a computer's name says nothing beside a host's. */
enum node_match { NODE_UNKNOWN, NODE_SAME, NODE_OTHER };
enum node_match node_compare(const struct attempt *a,
    const struct attempt *b);

/* The last success before e of the same login; where no user is known, of the
 * same program on the same client.  NULL if there is none. */
const struct event *story_last_good(const struct history *h,
    const struct event *e);

/* The one to compare e with: of these the last that was made the same way
 * (scheme, tunnel or not), else the last. */
const struct event *story_good_before(const struct history *h,
    const struct event *e);

/* When the failures began that e is one of: the first refusal after that. */
when_ns story_failing_since(const struct history *h, const struct event *e,
    const struct event *last_good);

/* Both, and when it worked again, with the help of earlier runs where the
 * window holds no success; past may be NULL. */
struct since story_since(const struct history *h, const struct event *e,
    const struct past *past, struct arena *arena);

/* A good login elsewhere to compare with: of the same user, else of the same
 * program; NULL if there is none. */
const struct event *story_good_elsewhere(const struct history *h,
    const struct event *e);

enum { DIFFERENCES_MAX = 16 };

/* "NTLM and Basic", as the proxy offered them before or after credentials;
 * NULL: it offered nothing, or went on with one of them. */
const char *story_offers(const struct attempt *a, struct arena *arena);

/*
 * How a differs from a good one, a line each, the telling ones first:
 * "scheme NTLM (WORD: Negotiate/Kerberos)".  Returns how many.
 */
size_t story_differences(const struct attempt *a, const struct attempt *good,
    const char *word, struct arena *arena,
    const char *lines[DIFFERENCES_MAX]);

#endif
