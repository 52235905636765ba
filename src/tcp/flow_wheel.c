/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memory.h"
#include "tcp/flow_parts.h"

/* Late packets of a closed connection are no new connection. */
#define CLOSED_PATIENCE (120 * WHEN_SECOND)
#define IDLE_PATIENCE   (4 * 3600 * WHEN_SECOND)

_Static_assert(WHEEL_SLOTS * WHEEL_STEP > IDLE_PATIENCE + WHEEL_STEP,
    "the wheel does not come round before its time");

static int64_t
tick_of(when_ns when)
{
	int64_t tick = when / WHEEL_STEP;

	return when % WHEEL_STEP < 0 ? tick - 1 : tick;
}

static int64_t
tick_of_end(const struct flow *f)
{
	when_ns end;

	if (__builtin_add_overflow(f->info.last_time,
	        f->info.close == FLOW_OPEN ? IDLE_PATIENCE : CLOSED_PATIENCE,
	        &end))
		end = INT64_MAX;
	return tick_of(end) + 1;
}

void
wheel_empty(struct flow_table *t)
{
	for (size_t i = 0; i < WHEEL_SLOTS; i++)
		list_init(&t->wheel[i]);
}

void
wheel_put(struct flow_table *t, struct flow *f)
{
	int64_t tick = tick_of_end(f);

	/* Times go back and forth in some captures. */
	if (tick <= t->tick)
		tick = t->tick + 1;
	if (tick >= t->tick + WHEEL_SLOTS)
		tick = t->tick + WHEEL_SLOTS - 1;
	if (tick < t->first)
		t->first = tick;
	list_remove(&f->wheel);
	list_append(&t->wheel[tick & (WHEEL_SLOTS - 1)], &f->wheel);
}

/*
 * Those that are forgotten are in no cache, as nobody asked for them for
 * long.  While one goes, what the next three need is fetched, each a step
 * further: the place of the third, the bucket of the second, what is first
 * in the bucket of the next.
 */
static void
fetch_next(const struct flow_table *t, const struct link *slot,
    struct link *link)
{
	for (int ahead = 1; ahead <= 3 && link->next != slot; ahead++) {
		const struct flow *f;

		link = link->next;
		f = LIST_OBJECT(link, struct flow, wheel);
		if (ahead == 1)
			flow_table_soon(t, f->hash);
		else if (ahead == 2)
			flow_table_expect(t, f->hash);
		else
			flow_expect_whole(f);
	}
}

struct flow *
wheel_first(struct flow_table *t)
{
	if (t->first <= t->tick)
		t->first = t->tick + 1;
	for (int64_t i = 0; i < WHEEL_SLOTS; i++, t->first++) {
		struct link *slot = &t->wheel[t->first & (WHEEL_SLOTS - 1)];

		if (!list_empty(slot)) {
			fetch_next(t, slot, slot->next);
			return LIST_OBJECT(slot->next, struct flow, wheel);
		}
	}
	return NULL;
}

/* All slots that came round since the last time. */
void
wheel_turn(struct flow_table *t, struct flow_ends *over)
{
	int64_t to = tick_of(t->now);
	int64_t steps = to - t->tick;

	if (t->count == 0 || steps > WHEEL_SLOTS)
		steps = t->count == 0 ? 0 : WHEEL_SLOTS;

	int64_t from = to - steps;

	t->tick = to;
	for (int64_t i = 1; i <= steps; i++) {
		struct link *slot = &t->wheel[(from + i) & (WHEEL_SLOTS - 1)];
		struct link came;

		/* Some may go back to this very slot. */
		list_move(slot, &came);
		LIST_EACH (link, &came) {
			struct flow *f = LIST_OBJECT(link, struct flow, wheel);

			if (tick_of_end(f) > to) {
				wheel_put(t, f);
				continue;
			}
			list_remove(&f->wheel);
			flow_ends_add(over, f);
		}
	}
}
