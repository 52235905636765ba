/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracker.h - observations to attempts: the front of this folder
 *
 * The tracker sees the observations of all connections in order and joins
 * what belongs together: the legs of one handshake, an offer and the answer
 * to it on the next connection, a type 3 and the type 2 that it answers
 * somewhere else, the spare connections of a browser.
 *
 * Tables and attempts are bounded (LIMIT_ATTEMPTS, LIMIT_CLIENTS): the
 * oldest go first.
 */
#ifndef P407_ATTEMPT_TRACKER_H
#define P407_ATTEMPT_TRACKER_H

#include "attempt/attempt.h"

struct tracker;

struct tracker *tracker_new(void);
void tracker_free(struct tracker *t);

/* The tracker owns the observation from now on. */
void tracker_take(struct tracker *t, struct observation *o);

/* Capture time has come to here, also where no observation says so. */
void tracker_now(struct tracker *t, when_ns now);

/*
 * No more observations will come: what is undecided gets its outcome, and
 * the attempts are put in order.  They live until tracker_free().
 */
void tracker_finish(struct tracker *t);

struct attempt **tracker_attempts(struct tracker *t, size_t *n);

/* Connections to known proxies that were refused, in order; bounded. */
const struct observation **tracker_refused(struct tracker *t, size_t *n);

#endif
