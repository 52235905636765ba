/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h - memory for things that die together
 *
 * Pieces are handed out from blocks and never freed one by one.  An arena
 * that was zeroed is ready for use; arena_fini() frees all of it.
 */
#ifndef P407_BASE_ARENA_H
#define P407_BASE_ARENA_H

#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t bytes; /* held from malloc, for the memory bound */
};

void arena_fini(struct arena *a);

/*
 * Of an empty arena: so many bytes will be needed.  One block of that size is
 * cheaper than several that grow, and wastes less if the guess is good.
 */
void arena_expect(struct arena *a, size_t size);

/* Zeroed, aligned for anything. */
void *arena_new(struct arena *a, size_t size);

/* NUL-terminated copy; NULL for an unset span. */
char *arena_str(struct arena *a, struct span s);

/* A copy of the bytes; unset for an unset span. */
struct span arena_span(struct arena *a, struct span s);

#endif
