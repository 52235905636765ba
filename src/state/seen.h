/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seen.h - the table of who and what was seen: users, clients, proxies, what
 * they offered, who got in, findings
 *
 * Private to state/.  A row has no name: its id is made with the owner's key
 * (key.h).  In clear stand the kind, times, a count, and names of schemes.
 * What is taken twice counts once: a row counts only what is later than its
 * last.
 */
#ifndef P407_STATE_SEEN_H
#define P407_STATE_SEEN_H

#include <sqlite3.h>

#include "base/when.h"
#include "state/key.h"

/* Numbers of the store: never change one. */
enum seen_kind {
	SEEN_USER = 1,
	SEEN_CLIENT = 2,
	SEEN_PROXY = 3,
	SEEN_OFFER = 4, /* of a proxy to a client, from `first` on */
	SEEN_FINDING = 5,
	/* Who got in; the last time with the scheme `what`. */
	SEEN_USER_IN = 6,      /* at any proxy */
	SEEN_USER_HERE_IN = 7, /* at a proxy */
	SEEN_CLIENT_IN = 8,    /* at a proxy */
	SEEN_BOTH_IN = 9,      /* a user of a client at a proxy */
	SEEN_OFFER_BEFORE = 10, /* what was offered before SEEN_OFFER */
	/* Anything at all; one row.  If others had to go, or a run looked at
	 * some only, it begins anew. */
	SEEN_ALL = 11,
};

#define SEEN_WHAT_MOST 128

struct seen_row {
	when_ns first, last;
	uint64_t times;
	char what[SEEN_WHAT_MOST]; /* "": nothing */
};

/* Statements, prepared; all NULL before. */
struct seen {
	sqlite3_stmt *ask, *note, *put, *forget_old, *forget_many, *begin;
};

/* The table, made if it is not there; the rest are codes of SQLite, too. */
int seen_open(struct seen *s, sqlite3 *db);
void seen_shut(struct seen *s);

/* False: there is none. */
bool seen_ask(struct seen *s, enum seen_kind kind,
    const uint8_t id[LOGIN_BYTES], struct seen_row *out);

/* `row` is what was seen now; it goes together with what was before. */
int seen_note(struct seen *s, enum seen_kind kind,
    const uint8_t id[LOGIN_BYTES], const struct seen_row *row,
    int64_t wall_s);

/* As above, and what was before is forgotten. */
int seen_put(struct seen *s, enum seen_kind kind,
    const uint8_t id[LOGIN_BYTES], const struct seen_row *row,
    int64_t wall_s);

/* What was written before `oldest_s`, and all but the `most` last ones. */
int seen_forget(struct seen *s, int64_t oldest_s, uint64_t most);

#endif
