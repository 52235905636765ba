/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/testimony.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"

struct testimony {
	struct link observations; /* owned */
	struct {
		const struct witness_record **records;
		size_t n, room;
	} kinds[WITNESS_COUNT];
};

struct testimony *
testimony_new(void)
{
	struct testimony *t = memory_new(1, sizeof(*t));

	list_init(&t->observations);
	return t;
}

void
testimony_free(struct testimony *t)
{
	if (t == NULL)
		return;
	LIST_EACH(link, &t->observations)
		observation_free(LIST_OBJECT(link, struct observation, link));
	for (size_t k = 0; k < WITNESS_COUNT; k++)
		free(t->kinds[k].records);
	free(t);
}

void
testimony_take(struct testimony *t, struct observation *o)
{
	enum witness_kind k = o->witness->kind;

	enum limit most = k == WITNESS_SAMPLE ? LIMIT_SAMPLES
	                                      : LIMIT_WITNESSES;

	if (t->kinds[k].n >= limit_of(most)) {
		limit_hit(most);
		observation_free(o);
		return;
	}
	if (t->kinds[k].n == t->kinds[k].room) {
		t->kinds[k].room = t->kinds[k].room * 2 + 16;
		t->kinds[k].records = memory_grow(t->kinds[k].records,
		    t->kinds[k].room, sizeof(*t->kinds[k].records));
	}
	t->kinds[k].records[t->kinds[k].n++] = o->witness;
	list_append(&t->observations, &o->link);
}

void
testimony_forget(struct testimony *t, when_ns before, size_t most)
{
	size_t over[WITNESS_COUNT];

	for (size_t k = 0; k < WITNESS_COUNT; k++) {
		over[k] = t->kinds[k].n > most ? t->kinds[k].n - most : 0;
		t->kinds[k].n = 0;
	}
	/* In the order in which they were said, which is that of time. */
	LIST_EACH (link, &t->observations) {
		struct observation *o =
		    LIST_OBJECT(link, struct observation, link);
		enum witness_kind k = o->witness->kind;

		if (o->time < before || over[k] > 0) {
			over[k] -= over[k] > 0;
			list_remove(link);
			observation_free(o);
			continue;
		}
		t->kinds[k].records[t->kinds[k].n++] = o->witness;
	}
}

/* One frame completes one thing, but for those that time has ended. */
static int
by_frame(const void *left, const void *right)
{
	const struct witness_record *x =
	    *(const struct witness_record *const *)left;
	const struct witness_record *y =
	    *(const struct witness_record *const *)right;
	int d;

	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	d = memcmp(&x->client, &y->client, sizeof(x->client));
	if (d == 0)
		d = memcmp(&x->server, &y->server, sizeof(x->server));
	return d != 0 ? d : (int)x->client_port - (int)y->client_port;
}

void
testimony_finish(struct testimony *t)
{
	for (size_t k = 0; k < WITNESS_COUNT; k++)
		if (t->kinds[k].n > 0)
			qsort(t->kinds[k].records, t->kinds[k].n,
			    sizeof(*t->kinds[k].records), by_frame);
}

const struct witness_record *const *
testimony_of(const struct testimony *t, enum witness_kind kind, size_t *n)
{
	*n = t->kinds[kind].n;
	return t->kinds[kind].records;
}
