/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow_memory.c - where connections live
 *
 * A packet of a connection that does not matter costs what fetching that from
 * memory costs.  So each begins at a cache line, what packets ask for is in
 * the first two, and many of them share a large page.  Blocks are given back
 * with the table; their places are used again and again.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "tcp/flow_parts.h"

#define LEAST 64          /* places of the first block */
#define LARGE (2u << 20)  /* bytes of the last ones: a large page */

/* Its first place leads to the block before it, and has its size. */
static void
add_block(struct flow_table *t)
{
	size_t n = t->n_places < LEAST ? LEAST : t->n_places;
	bool large = n * sizeof(struct flow) >= LARGE;

	if (large)
		n = LARGE / sizeof(struct flow);

	struct flow *block = memory_aligned(large ? LARGE : FLOW_LINE,
	    large ? LARGE : n * sizeof(struct flow));

	if (large)
		madvise(block, LARGE, MADV_HUGEPAGE);
	block->chain = t->blocks;
	block->info.id = n;
	t->blocks = block;
	t->fresh = block + 1;
	t->fresh_end = block + n;
	t->n_places += n;
}

struct flow *
flow_new(struct flow_table *t)
{
	struct flow *f = t->free;

	if (f != NULL) {
		t->free = f->chain;
	} else {
		if (t->fresh == t->fresh_end)
			add_block(t);
		f = t->fresh++;
	}
	return memset(f, 0, sizeof(*f));
}

void
flow_free(struct flow_table *t, struct flow *f)
{
	f->info.first_frame = 0; /* who remembers the place sees that */
	f->chain = t->free;
	t->free = f;
}

void
flow_each(struct flow_table *t, void (*each)(struct flow *f, void *arg),
    void *arg)
{
	for (struct flow *block = t->blocks; block != NULL;
	     block = block->chain) {
		struct flow *end = block == t->blocks
		    ? t->fresh
		    : block + block->info.id;

		for (struct flow *f = block + 1; f < end; f++)
			if (f->info.first_frame != 0)
				each(f, arg);
	}
}

void
flow_free_all(struct flow_table *t)
{
	while (t->blocks != NULL) {
		struct flow *next = t->blocks->chain;

		free(t->blocks);
		t->blocks = next;
	}
}
