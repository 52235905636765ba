/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/memory.h"

/* Of most arenas the first block is all; those that grow have large ones. */
#define BLOCK_LEAST 480
#define BLOCK_MOST  16384

struct arena_block {
	struct arena_block *next;
	uint32_t used, size;
	alignas(max_align_t) uint8_t bytes[];
};

void
arena_fini(struct arena *a)
{
	while (a->blocks != NULL) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	a->bytes = 0;
}

/* Into the list behind *at. */
static struct arena_block *
new_block(struct arena *a, struct arena_block **at, size_t size)
{
	/* Nothing of ours is so large that a block could not say it. */
	struct arena_block *b = memory_grow(NULL, 1,
	    size <= UINT32_MAX ? sizeof(*b) + size : SIZE_MAX);

	b->used = 0;
	b->size = (uint32_t)size;
	b->next = *at;
	*at = b;
	a->bytes += sizeof(*b) + size;
	return b;
}

void
arena_expect(struct arena *a, size_t size)
{
	if (a->blocks == NULL)
		new_block(a, &a->blocks, size);
}

/* Where there are so many bytes; the first block is the one to be filled. */
static struct arena_block *
add_block(struct arena *a, size_t size)
{
	struct arena_block *first = a->blocks;
	size_t usual = a->bytes < BLOCK_LEAST ? BLOCK_LEAST
	    : a->bytes < BLOCK_MOST           ? a->bytes
	                                      : BLOCK_MOST;
	/* What is large has a block for itself, and those there go on. */
	bool alone = first != NULL && size > usual / 2;

	return new_block(a, alone ? &first->next : &a->blocks,
	    alone || size > usual ? size : usual);
}

/* A piece that is not zeroed; `step` is a power of two. */
static void *
piece_of(struct arena *a, size_t size, size_t step)
{
	struct arena_block *b = a->blocks;
	size_t at = b != NULL ? (b->used + step - 1) & ~(step - 1) : 0;

	if (b == NULL || at > b->size || b->size - at < size) {
		b = add_block(a, size);
		at = b->used;
	}
	b->used = (uint32_t)(at + size);
	return b->bytes + at;
}

void *
arena_new(struct arena *a, size_t size)
{
	return memset(piece_of(a, size, alignof(max_align_t)), 0, size);
}

struct span
arena_span(struct arena *a, struct span s)
{
	if (!span_is_set(s))
		return s;

	uint8_t *copy = piece_of(a, s.len + 1, 1);

	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	copy[s.len] = '\0';
	return span_of(copy, s.len);
}

char *
arena_str(struct arena *a, struct span s)
{
	if (!span_is_set(s))
		return NULL;

	char *copy = piece_of(a, s.len + 1, 1);

	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	copy[s.len] = '\0';
	return copy;
}
