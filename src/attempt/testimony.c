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

	if (t->kinds[k].n >= limit_of(LIMIT_WITNESSES)) {
		limit_hit(LIMIT_WITNESSES);
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

const struct witness_record *const *
testimony_of(const struct testimony *t, enum witness_kind kind, size_t *n)
{
	*n = t->kinds[kind].n;
	return t->kinds[kind].records;
}
