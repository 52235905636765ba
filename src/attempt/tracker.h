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
 *
 * A capture ends, and tracker_finish() then decides what is open.  A live
 * wire does not: tracker_settle() decides, now and then, what nothing more is
 * to be expected of, and tracker_forget() lets go of what is old.
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

/* The clock was set back: what came before is as old as it can be. */
void tracker_back(struct tracker *t, when_ns now);

/* Frames up to now were lost: what was not seen may have been there. */
void tracker_deaf(struct tracker *t);

/*
 * No more observations will come: what is undecided gets its outcome, and
 * the attempts are put in order.  They live until tracker_free().
 */
void tracker_finish(struct tracker *t);

/* As of the last tracker_finish() or tracker_window(). */
struct attempt **tracker_attempts(struct tracker *t, size_t *n);

/*
 * Live, capture time being what tracker_now() was told: settle what has come
 * to its end.  A handshake that was answered has; what the client was asked
 * and left may yet be taken up on another connection, and is waited for: some
 * seconds for a program, a minute where a person may be typing, or where its
 * connection is still open.  False if nothing changed since the last time.
 * One that goes on all the same, later, keeps its id and gets another outcome.
 */
bool tracker_settle(struct tracker *t);

/*
 * Live: let go of what ended before a time, and of the oldest beyond `most`.
 * What tracker_refused() gave is not valid afterwards.
 */
void tracker_forget(struct tracker *t, when_ns before, size_t most);

/* Live: tracker_attempts() is what is settled, in order. */
void tracker_window(struct tracker *t);

/* Connections to known proxies that were refused, in order; bounded. */
const struct observation **tracker_refused(struct tracker *t, size_t *n);

#endif
