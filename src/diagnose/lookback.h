/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookback.h - how facts ask the history
 *
 * A success that is not in the capture may have been before it: what is
 * asked of the past is true or unknown, never false.  What comes after is
 * false where the capture goes on without it.
 */
#ifndef P407_DIAGNOSE_LOOKBACK_H
#define P407_DIAGNOSE_LOOKBACK_H

#include "diagnose/facts.h"
#include "diagnose/history.h"
#include "diagnose/past.h"

/* As history.h wants it. */
typedef bool matcher(const struct event *e, const struct event *other);

/* The subject has no kin of this kind; *v says what that makes of a fact. */
bool lookback_nobody(const struct subject *s, enum kinship kin,
    struct value *v);

/* Did one of its kin succeed before, later, or (which) at any time? */
struct value lookback_seen_before(const struct subject *s, enum kinship kin,
    matcher *match);
struct value lookback_seen_after(const struct subject *s, enum kinship kin,
    matcher *match);
struct value lookback_seen_near(const struct subject *s, enum kinship kin,
    enum which which, matcher *match, struct value otherwise);

/* The nearest success among its kin, or NULL. */
const struct event *lookback_near_ok(const struct subject *s,
    enum kinship kin, matcher *match);

/* Numbers of events: in the whole capture; within a minute. */
struct value lookback_count_all(const struct subject *s, enum kinship kin,
    enum which which);
struct value lookback_count_minute(const struct subject *s, enum kinship kin,
    enum which which);

/*
 * Did success come at once, for the same target?  On the very connection it is
 * no person's doing, nor that of another run; on another one it may be either,
 * so that only what was broken counts there.
 */
enum went_on lookback_went_on(const struct subject *s);

/* From the subject to another event; absent for NULL. */
struct value lookback_distance(const struct subject *s,
    const struct event *other);

/* What earlier runs saw; NULL: nothing is kept of them. */
const struct past *lookback_past(const struct subject *s);

/* When this login last worked, and since when it fails, with their help. */
struct since lookback_since(const struct subject *s);

/* Both are known, and the subject's is another one. */
bool lookback_scheme_differs(const struct subject *s, const char *before);

/* Matchers that several files use. */
bool lookback_same_proxy(const struct event *e, const struct event *o);

/* At the same proxy, each with a secret that a scheme sends as it is each time
 * (Basic, Bearer); and two that are not the same. */
bool lookback_comparable_secrets(const struct event *e,
    const struct event *o);
bool lookback_other_secret(const struct event *e, const struct event *o);
bool lookback_same_client(const struct event *e, const struct event *o);

/* Different ones; past the ninth they are not told apart any more. */
struct nonces {
	fingerprint at[9];
	size_t n;
};

/* How many answers to a Digest challenge the proxy called stale; their
 * nonces are added, unless that is NULL. */
unsigned lookback_stale_answers(const struct attempt *a, struct nonces *nonces);

/* In any case; NULL is as good as empty. */
bool lookback_same_text(const char *a, const char *b);

#endif
