/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.h - filling an attempt from observations; only the tracker does it
 */
#ifndef P407_ATTEMPT_BUILD_H
#define P407_ATTEMPT_BUILD_H

#include "attempt/steps.h"

void attempt_begin(struct attempt *a, const struct connection *c);
void attempt_end(struct attempt *a);

/* Something of it happened in this frame, at this time. */
void attempt_reaches(struct attempt *a, uint64_t frame, when_ns time);

/* One leg, from the half of the exchange that the client or proxy sent. */
void attempt_add_leg(struct attempt *a, const struct observation *o,
    bool from_client, enum step step);

/* In order of frames: those of two connections came as exchanges ended. */
void attempt_sort_legs(struct attempt *a);

/*
 * All that an exchange says: legs, tokens, offers, counts, times.  The
 * caller adopts the observation afterwards: pointers into it are kept.
 * *offer_time and *sent_time are the times of the last offer and of the
 * last credentials.
 */
void attempt_exchange(struct attempt *a, const struct observation *o,
    const struct move *m, when_ns *offer_time, when_ns *sent_time);

/*
 * The answer to credentials was no 407.  What came before a login does not
 * prove one: a type 1 that is not even challenged; a password that nobody
 * asked for, and the proxy's own 403 (a port that is closed to CONNECT is
 * closed to a wrong one, too) or 431.
 */
void attempt_note_proof(struct attempt *a,
    const struct observed_response *p);

/* It has as many observations as it may (LIMIT_LEGS). */
bool attempt_is_full(const struct attempt *a);

/*
 * Own the observation.  If it is full, the newest of the others that nothing
 * points into, but never the first, makes room: it is the caller's again.
 * Else NULL.
 */
struct observation *attempt_adopt(struct attempt *a, struct observation *o);

/* Its connection ended; `leg`: in the middle of things, so show it. */
void attempt_closed(struct attempt *a, const struct observation *o,
    bool leg);

#endif
