/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/trend.h"

#include <stdlib.h>

#include "base/memory.h"

#define MINUTE  (60 * WHEN_SECOND)
#define MINUTES (24 * 60)
#define HOURS   (30 * 24)

struct trend {
	struct bucket minutes[MINUTES], hours[HOURS];
	struct bucket_ring by_minute, by_hour;
	int64_t minute;             /* the last that was counted; -1: none */
	int64_t steady;             /* when that was */
	uint64_t all_good, all_bad; /* until then */
	struct state *state;        /* NULL: nothing outlives the run */
};

struct trend *
trend_new(void)
{
	struct trend *t = memory_new(1, sizeof(*t));

	t->by_minute = (struct bucket_ring){ 1, MINUTES, t->minutes };
	t->by_hour = (struct bucket_ring){ 60, HOURS, t->hours };
	t->minute = -1;
	return t;
}

void
trend_free(struct trend *t)
{
	free(t);
}

void
trend_remember(struct trend *t, struct state *s)
{
	t->state = s;
	if (s == NULL)
		return;
	state_trend(s, &t->by_minute);
	state_trend(s, &t->by_hour);
}

void
trend_keep(struct trend *t)
{
	if (t->state == NULL)
		return;
	state_take_trend(t->state, &t->by_minute);
	state_take_trend(t->state, &t->by_hour);
}

/* Of a minute, emptied if it was that of another. */
static struct bucket *
bucket_of(struct bucket_ring *ring, int64_t minute)
{
	int64_t at = minute / ring->minutes;
	struct bucket *b = &ring->slots[(size_t)at % ring->n];

	if (b->at != at)
		*b = (struct bucket){ .at = at };
	b->fresh = true;
	return b;
}

static void
watch(struct trend *t, int64_t minute)
{
	struct bucket *m = bucket_of(&t->by_minute, minute);

	if (m->watched == 0)
		bucket_of(&t->by_hour, minute)->watched++;
	m->watched = 1;
}

static void
add(struct bucket *b, uint64_t good, uint64_t bad)
{
	b->good += good;
	b->bad += bad;
}

/* Attempts that were taken back are none less. */
static uint64_t
gone_up(uint64_t *all, uint64_t now)
{
	uint64_t more = now > *all ? now - *all : 0;

	*all = now;
	return more;
}

void
trend_count(struct trend *t, const struct teller *teller, when_ns now,
    int64_t steady)
{
	int64_t minute = now / MINUTE, from = minute;

	if (now == WHEN_NONE || now < 0)
		return;
	/* We were there since the last time, unless the clock jumped. */
	if (t->minute >= 0 && minute > t->minute &&
	    minute - t->minute <= (steady - t->steady) / MINUTE + 1)
		from = minute - t->minute < MINUTES ? t->minute + 1
		                                    : minute - MINUTES + 1;
	if (t->minute >= 0 && minute != t->minute)
		trend_keep(t);
	for (int64_t m = from; m <= minute; m++)
		watch(t, m);
	t->minute = minute;
	t->steady = steady;

	uint64_t good = gone_up(&t->all_good, teller_outcomes(teller,
	    OUTCOME_AUTHENTICATED, OUTCOME_AUTHENTICATED));
	uint64_t bad = gone_up(&t->all_bad, teller_outcomes(teller,
	    OUTCOME_REJECTED, OUTCOME_BROKEN));

	add(bucket_of(&t->by_minute, minute), good, bad);
	add(bucket_of(&t->by_hour, minute), good, bad);
}

struct trend_bars
trend_bars(const struct trend *t, unsigned minutes)
{
	const struct bucket_ring *ring = minutes > MINUTES ? &t->by_hour
	                                                   : &t->by_minute;
	struct trend_bars bars = { 0 };
	int64_t last = t->minute / ring->minutes;
	size_t n = minutes / ring->minutes;

	if (t->minute < 0)
		return bars;
	for (size_t i = 0; i < n && (int64_t)i <= last; i++) {
		int64_t at = last - (int64_t)i;
		const struct bucket *b = &ring->slots[(size_t)at % ring->n];
		size_t bar = TREND_BARS - 1 - i / (n / TREND_BARS);

		if (b->at != at)
			continue;
		bars.good[bar] += b->good;
		bars.bad[bar] += b->bad;
		bars.watched[bar] += b->watched;
	}
	/* The stretch that is now is not over. */
	for (size_t i = 0; i < TREND_BARS; i++)
		bars.due[i] = minutes / TREND_BARS;
	bars.due[TREND_BARS - 1] -= ring->minutes - 1 -
	    (unsigned)(t->minute % ring->minutes);
	return bars;
}
