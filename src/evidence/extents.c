/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/extents.h"

#include <stdlib.h>

#include "base/memory.h"

void
extents_fini(struct extents *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->list[i].bytes);
	free(r->list);
}

uint8_t *
extents_add(struct extents *r, uint64_t pos, size_t len)
{
	if (r->n == r->room) {
		r->room = 2 * r->room + 8;
		r->list = memory_grow(r->list, r->room, sizeof(*r->list));
	}

	/* They come in order, but for very odd conversations. */
	size_t i = r->n++;

	while (i > 0 && r->list[i - 1].pos > pos) {
		r->list[i] = r->list[i - 1];
		i--;
	}
	r->list[i] = (struct extent){ pos, len, memory_new(len, 1) };
	return r->list[i].bytes;
}

/* The first that ends behind a position. */
static size_t
first(const struct extents *r, uint64_t pos)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->list[mid].pos + r->list[mid].len <= pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void
extents_copy(const struct extents *r, uint64_t begin, uint8_t *out, size_t n)
{
	for (size_t i = first(r, begin);
	     i < r->n && r->list[i].pos < begin + n; i++) {
		const struct extent *k = &r->list[i];
		uint64_t from = k->pos > begin ? k->pos : begin;
		uint64_t to = k->pos + k->len < begin + n ? k->pos + k->len
		                                          : begin + n;

		memcpy(out + (from - begin), k->bytes + (from - k->pos),
		    (size_t)(to - from));
	}
}
