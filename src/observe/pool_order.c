/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "observe/pool_parts.h"

static void
keep(struct said_list *list, const struct flow_moment *moment,
    struct observation *o)
{
	if (list->n == list->room) {
		list->room = list->room > 0 ? 2 * list->room : 64;
		list->at =
		    memory_grow(list->at, list->room, sizeof(*list->at));
	}
	list->at[list->n] = (struct said){ *moment, o, list->n };
	list->n++;
}

static bool
is_before(const struct flow_moment *a, const struct flow_moment *b)
{
	return a->frame != b->frame ? a->frame < b->frame
	    : a->phase != b->phase  ? a->phase < b->phase
	                            : a->rank < b->rank;
}

static int
by_moment(const void *left, const void *right)
{
	const struct said *a = left, *b = right;

	return is_before(&a->moment, &b->moment)   ? -1
	    : is_before(&b->moment, &a->moment)    ? 1
	    : a->place < b->place                  ? -1
	                                           : 1;
}

/* Nearly always they are in order already. */
static void
sort(struct said_list *list)
{
	for (size_t i = 1; i < list->n; i++)
		if (is_before(&list->at[i].moment, &list->at[i - 1].moment)) {
			qsort(list->at, list->n, sizeof(*list->at), by_moment);
			return;
		}
}

void
pool_take_member(void *member, struct observation *o)
{
	struct member *m = member;

	keep(m->said, flow_table_moment(worker_flows(m->worker)), o);
}

/* All comes in order by itself, but for holes that are given up together. */
void
pool_take_single(void *member, struct observation *o)
{
	struct member *m = member;
	struct pool *p = m->pool;
	const struct flow_moment *moment =
	    flow_table_moment(worker_flows(m->worker));

	if (moment->phase == FLOW_PHASE_HOLE) {
		keep(&p->said, moment, o);
		return;
	}
	if (p->said.n > 0)
		pool_emit_single(p);
	p->emit(p->context, o);
}

void
pool_emit_single(struct pool *p)
{
	sort(&p->said);
	for (size_t i = 0; i < p->said.n; i++)
		p->emit(p->context, p->said.at[i].o);
	p->said.n = 0;
}

/* Of n lists, each in order, the one whose next element is first; or NONE. */
static uint32_t
first_of(const uint64_t *next, unsigned n)
{
	uint32_t first = NONE;

	for (unsigned i = 0; i < n; i++)
		if (next[i] != UINT64_MAX &&
		    (first == NONE || next[i] < next[first]))
			first = i;
	return first;
}

/* New connections are numbered in order of their first frames. */
static void
number_connections(struct pool *p, uint64_t batch)
{
	uint64_t *next = memory_new(p->n, sizeof(*next));
	size_t *at = memory_new(p->n, sizeof(*at));

	for (;;) {
		for (unsigned i = 0; i < p->n; i++) {
			const struct flow_numbers *list =
			    &p->members[i].numbers[batch % (2 * BATCHES)];

			next[i] = at[i] < list->n
			    ? list->at[at[i]].first_frame
			    : UINT64_MAX;
		}

		uint32_t i = first_of(next, p->n);

		if (i == NONE)
			break;
		p->members[i].numbers[batch % (2 * BATCHES)].at[at[i]++].id =
		    ++p->connections;
	}
	free(next);
	free(at);
}

/* The number of a connection that its worker did not know yet. */
static uint64_t
number_of(const struct member *m, uint64_t batch, uint64_t first_frame)
{
	for (uint64_t back = 0; back < BATCHES && back <= batch; back++) {
		uint64_t id = flow_numbers_find(
		    &m->numbers[(batch - back) % (2 * BATCHES)], first_frame);

		if (id != 0)
			return id;
	}
	assert(false);
	return 0;
}

static void
set_number(const struct member *m, uint64_t batch, struct observation *o)
{
	struct connection *c = &o->connection;
	const struct witness_record *w = o->witness;

	if (c->id == 0 && c->first_frame > 0) {
		c->id = number_of(m, batch, c->first_frame);
		c->stream = (uint32_t)(c->id - 1);
	}
	if (w != NULL && w->connection == 0 && w->first_frame > 0) {
		struct witness_record *copy =
		    arena_new(&o->arena, sizeof(*copy));

		*copy = *w;
		copy->connection = number_of(m, batch, w->first_frame);
		copy->stream = (uint32_t)(copy->connection - 1);
		o->witness = copy;
	}
}

void
pool_emit_batch(struct pool *p, uint64_t number)
{
	struct batch *b = batch_of(p, number);
	size_t *at = memory_new(p->n, sizeof(*at));

	number_connections(p, number);
	for (unsigned i = 0; i < p->n; i++)
		sort(&b->shares[i].said);
	for (;;) {
		const struct said *first = NULL;
		unsigned who = 0;

		for (unsigned i = 0; i < p->n; i++) {
			const struct said_list *list = &b->shares[i].said;

			if (at[i] < list->n &&
			    (first == NULL || is_before(&list->at[at[i]].moment,
			                          &first->moment))) {
				first = &list->at[at[i]];
				who = i;
			}
		}
		if (first == NULL)
			break;
		at[who]++;

		set_number(&p->members[who], number, first->o);
		p->emit(p->context, first->o);
	}
	for (unsigned i = 0; i < p->n; i++)
		b->shares[i].said.n = 0;
	free(at);
}
