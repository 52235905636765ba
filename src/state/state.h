/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - a history that outlives a run: --state FILE
 *
 * The front of this folder.  An SQLite store holds of each login (key.h) when
 * it last worked and since when it fails, so that a finding can say "worked
 * until yesterday" though the run began this morning; and of users, clients,
 * proxies, what these offered, and findings, when they were seen first and
 * last (seen.h).  Of a sensor it holds how many logins went well and badly,
 * by time.
 *
 * A store serves a run; it never stops one.  One that is damaged is set aside
 * as FILE.damaged and begun anew; one that is locked by another run, full, or
 * not ours is said, and the run goes on without.  It is bounded by
 * LIMIT_STATE_LOGINS, LIMIT_STATE_SEEN and LIMIT_STATE_DAYS.
 *
 * All files are opened by state_open() and none afterwards, so that a sandbox
 * may be put up after it.
 */
#ifndef P407_STATE_STATE_H
#define P407_STATE_STATE_H

#include "diagnose/diagnosis.h"
#include "diagnose/past.h"

struct state;

/* Logins of a stretch of time, and for how long of it somebody watched. */
struct bucket {
	int64_t at; /* stretches of that length since 1970 */
	uint64_t good, bad;
	uint32_t watched; /* minutes */
	bool fresh;       /* the store does not have it as it is */
};

/*
 * The last stretches of one length, each in the slot of its number.  One that
 * is of another time than that which is asked for is as good as empty.
 */
struct bucket_ring {
	uint32_t minutes; /* of a stretch; rings differ in it */
	size_t n;
	struct bucket *slots;
};

/* NULL, and said, if the run has to go on without. */
struct state *state_open(const char *path);
void state_close(struct state *s); /* NULL is fine */

/* What it knows, for capture_facts; lives as long as the state. */
const struct past *state_past(struct state *s);

/* This run looks at some clients, users or proxies only: that somebody was not
 * seen is not said of the time up to its end. */
void state_partial(struct state *s);

/* Attempts that will not change any more; each is taken once. */
void state_take(struct state *s, struct attempt *const *attempts, size_t n);

/* Findings, as they are now: what was taken of them before is known. */
void state_take_findings(struct state *s, const struct diagnosis *d);

/* Put what it holds into a ring; put the fresh ones of a ring into it. */
void state_trend(struct state *s, struct bucket_ring *ring);
void state_take_trend(struct state *s, struct bucket_ring *ring);

#endif
