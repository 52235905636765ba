/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/manner.h"

#include <stdlib.h>

#include "base/memory.h"

struct manner *
manner_new(void)
{
	struct manner *m = memory_new(1, sizeof(*m));

	atomic_init(&m->holders, 1);
	return m;
}

struct manner *
manner_hold(struct manner *m)
{
	atomic_fetch_add_explicit(&m->holders, 1, memory_order_relaxed);
	return m;
}

void
manner_let_go(struct manner *m)
{
	if (m == NULL ||
	    atomic_fetch_sub_explicit(&m->holders, 1, memory_order_acq_rel) > 1)
		return;
	arena_fini(&m->arena);
	free(m);
}
