/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/observation.h"

#include <stdlib.h>

#include "base/memory.h"

struct observation *
observation_new(enum observation_kind kind)
{
	struct observation *o = memory_new(1, sizeof(*o));

	o->kind = kind;
	list_init(&o->link);
	o->response.date = WHEN_NONE;
	return o;
}

void
observation_free(struct observation *o)
{
	if (o == NULL)
		return;
	manner_let_go(o->request.manner);
	manner_let_go(o->response.manner);
	arena_fini(&o->arena);
	free(o);
}
