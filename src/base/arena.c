/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/memory.h"

#define BLOCK_BYTES 1000

struct arena_block {
	struct arena_block *next;
	size_t used, size;
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

/* A piece that is not zeroed. */
static void *
piece_of(struct arena *a, size_t size)
{
	const size_t step = alignof(max_align_t);
	struct arena_block *b = a->blocks;

	size = (size + step - 1) / step * step;
	if (b == NULL || b->size - b->used < size) {
		size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;

		b = memory_grow(NULL, 1, sizeof(*b) + room);
		b->used = 0;
		b->size = room;
		b->next = a->blocks;
		a->blocks = b;
		a->bytes += sizeof(*b) + room;
	}

	void *piece = b->bytes + b->used;

	b->used += size;
	return piece;
}

void *
arena_new(struct arena *a, size_t size)
{
	return memset(piece_of(a, size), 0, size);
}

struct span
arena_span(struct arena *a, struct span s)
{
	if (!span_is_set(s))
		return s;

	uint8_t *copy = piece_of(a, s.len + 1);

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

	char *copy = piece_of(a, s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	copy[s.len] = '\0';
	return copy;
}
