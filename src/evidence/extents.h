/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extents.h - bytes of one direction that are shown, by their position
 *
 * Positions count on past 2^32.  Where they overlap, the one that begins
 * later wins; what is in none is left as it is.
 */
#ifndef P407_EVIDENCE_EXTENTS_H
#define P407_EVIDENCE_EXTENTS_H

#include "base/span.h"

struct extent {
	uint64_t pos;
	size_t len;
	uint8_t *bytes;
};

/* Zeroed is ready for use. */
struct extents {
	struct extent *list;
	size_t n, room;
};

void extents_fini(struct extents *r);

/* Zeroed bytes for a new one, to be written by the caller. */
uint8_t *extents_add(struct extents *r, uint64_t pos, size_t len);

/* What is shown of the n bytes from `begin` on. */
void extents_copy(const struct extents *r, uint64_t begin, uint8_t *out,
    size_t n);

#endif
