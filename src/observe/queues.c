/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/queues.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"

/* Observations that one source may have waiting; a power of two. */
#define ROOM 65536

struct waiting {
	when_ns time;
	uint64_t frame;
	struct observation *o;
};

/* One thread puts, the other takes. */
struct queue {
	struct waiting *at; /* ROOM of them */
	atomic_size_t put, taken;
	atomic_size_t bytes; /* of observations in it */
	/* Of the last frame, and that it has come to; WHEN_NONE: no frame. */
	atomic_int_fast64_t frame, reached;
	uint8_t apart[MEMORY_APART];
};

struct queues {
	worker_emit *emit;
	void *context;
	unsigned n;
	struct queue *at;
	when_ns time; /* all have come up to here */
	/* The latest frame of all, and the steady clock when it was seen. */
	when_ns latest;
	int64_t latest_seen;
};

struct queues *
queues_new(unsigned sources, worker_emit *emit, void *context)
{
	struct queues *q = memory_new(1, sizeof(*q));

	q->emit = emit;
	q->context = context;
	q->n = sources;
	q->time = q->latest = WHEN_NONE;
	q->at = memory_new(sources, sizeof(*q->at));
	for (unsigned i = 0; i < sources; i++) {
		q->at[i].at = memory_new(ROOM, sizeof(*q->at[i].at));
		q->at[i].frame = q->at[i].reached = WHEN_NONE;
	}
	return q;
}

/* -- one queue -- */

static bool
has_room(const struct queue *q, size_t size)
{
	return q->put - q->taken < ROOM &&
	    q->bytes + size <= budget_part(LIMIT_QUEUE);
}

bool
queues_put(struct queues *q, unsigned source, when_ns time, uint64_t frame,
    struct observation *o)
{
	struct queue *mine = &q->at[source];
	size_t put = mine->put;

	if (!has_room(mine, observation_size(o)))
		return false;
	mine->at[put % ROOM] = (struct waiting){ time, frame, o };
	mine->bytes += observation_size(o);
	mine->put = put + 1;
	return true;
}

/* The first one; NULL if there is none. */
static const struct waiting *
first_of(const struct queue *q)
{
	size_t taken = q->taken;

	return taken != q->put ? &q->at[taken % ROOM] : NULL;
}

static struct observation *
take_first(struct queue *q)
{
	size_t taken = q->taken;
	struct observation *o = q->at[taken % ROOM].o;

	q->bytes -= observation_size(o);
	q->taken = taken + 1;
	return o;
}

void
queues_free(struct queues *q)
{
	if (q == NULL)
		return;
	for (unsigned i = 0; i < q->n; i++) {
		while (first_of(&q->at[i]) != NULL)
			observation_free(take_first(&q->at[i]));
		free(q->at[i].at);
	}
	free(q->at);
	free(q);
}

/* -- capture time; told for each frame, so without a fence -- */

void
queues_idle(struct queues *q, unsigned source, when_ns time)
{
	atomic_store_explicit(&q->at[source].reached, time,
	    memory_order_release);
}

void
queues_frame(struct queues *q, unsigned source, when_ns time)
{
	atomic_store_explicit(&q->at[source].frame, time,
	    memory_order_relaxed);
	queues_idle(q, source, time);
}

/* Time does not go back, unless the clock was set. */
static bool
goes_on(when_ns before, when_ns now)
{
	return now > before || (now != WHEN_NONE &&
	    when_between(now, before) > WHEN_SET_BACK);
}

/* That the wire has come to, as far as can be known. */
static when_ns
wire_time(struct queues *q, int64_t now)
{
	when_ns latest = WHEN_NONE;

	for (unsigned i = 0; i < q->n; i++) {
		when_ns frame = q->at[i].frame;

		if (frame > latest)
			latest = frame;
	}
	if (goes_on(q->latest, latest)) {
		q->latest = latest;
		q->latest_seen = now;
	}
	return q->latest != WHEN_NONE
	    ? when_after(q->latest, now - q->latest_seen)
	    : WHEN_NONE;
}

/* That all sources have come to: who has no frame may yet be shown one. */
static when_ns
reached_by_all(const struct queues *q, when_ns wire)
{
	when_ns all = INT64_MAX;

	for (unsigned i = 0; i < q->n; i++) {
		when_ns reached = q->at[i].reached;

		if (reached == WHEN_NONE && wire != WHEN_NONE)
			reached = when_after(wire, -QUEUES_HIDDEN);
		if (reached < all)
			all = reached;
	}
	return all;
}

when_ns
queues_time(const struct queues *q)
{
	return q->time;
}

/* -- what is taken -- */

static bool
is_before(const struct waiting *a, const struct waiting *b)
{
	return a->time != b->time ? a->time < b->time : a->frame < b->frame;
}

/* Not after `until`, or of a time before the clock was set back, which that
 * of the end is not. */
static bool
is_due(const struct waiting *t, when_ns until)
{
	return t->time <= until ||
	    (until != WHEN_NONE && t->time != INT64_MAX &&
	        when_between(until, t->time) > WHEN_SET_BACK);
}

/* The queue whose first one is due, and next. */
static struct queue *
next_queue(struct queues *q, when_ns until)
{
	const struct waiting *best = NULL;
	struct queue *from = NULL;

	for (unsigned i = 0; i < q->n; i++) {
		const struct waiting *t = first_of(&q->at[i]);

		if (t != NULL && is_due(t, until) &&
		    (best == NULL || is_before(t, best))) {
			best = t;
			from = &q->at[i];
		}
	}
	return from;
}

static void
hand_on(struct queues *q, when_ns until)
{
	struct queue *from;

	while ((from = next_queue(q, until)) != NULL)
		q->emit(q->context, take_first(from));
}

void
queues_take(struct queues *q, int64_t now)
{
	when_ns wire = wire_time(q, now), all = reached_by_all(q, wire);

	if (all != INT64_MAX && goes_on(q->time, all))
		q->time = all;
	if (wire != WHEN_NONE && all < when_after(wire, -QUEUES_PATIENCE))
		all = when_after(wire, -QUEUES_PATIENCE);
	hand_on(q, all);
}

void
queues_end(struct queues *q)
{
	hand_on(q, INT64_MAX);
	wire_time(q, 0);
	if (goes_on(q->time, q->latest))
		q->time = q->latest;
}
