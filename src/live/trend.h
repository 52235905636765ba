/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trend.h - live: how many logins went well and badly, minute for minute
 *
 * Kept for a day by the minute and for thirty days by the hour; with --state
 * it outlives the run.  It knows which minutes somebody watched: those in
 * which p407 did not run are a gap, not a time without failures.
 */
#ifndef P407_LIVE_TREND_H
#define P407_LIVE_TREND_H

#include "live/teller.h"
#include "report/html_status.h"
#include "state/state.h"

struct trend;

struct trend *trend_new(void);
void trend_free(struct trend *t); /* NULL is fine */

/* What earlier runs counted; and from now on it is kept there. */
void trend_remember(struct trend *t, struct state *s); /* NULL: nothing */

/*
 * What was told since the last time is of this minute.  `now` may jump, by
 * the steady clock one knows how long it really was.  What is kept of it is
 * written once a minute.
 */
void trend_count(struct trend *t, const struct teller *teller, when_ns now,
    int64_t steady);

/* The end: what is not yet written. */
void trend_keep(struct trend *t);

/* All bars together are so long: minutes, a multiple of their number; of
 * more than a day they are made of hours. */
struct trend_bars trend_bars(const struct trend *t, unsigned minutes);

#endif
