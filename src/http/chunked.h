/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chunked.h - the chunked transfer coding (RFC 9112 7.1), stepped over
 *
 * Incremental: the same result however the bytes are cut.  Nothing is
 * stored; data goes by as spans or is skipped by number, extensions and
 * trailer fields are passed over.
 */
#ifndef P407_HTTP_CHUNKED_H
#define P407_HTTP_CHUNKED_H

#include "base/span.h"

struct chunked {
	enum chunked_at {
		CHUNKED_SIZE,      /* chunk-size */
		CHUNKED_EXTENSION, /* the rest of that line */
		CHUNKED_DATA,      /* `left` bytes of chunk-data */
		CHUNKED_DATA_END,  /* the line end after them */
		CHUNKED_TRAILER,   /* trailer-section, up to its empty line */
		CHUNKED_DONE,      /* the next byte is not of this body */
		CHUNKED_BAD,       /* this is not chunked; takes no more */
	} at;
	uint64_t left; /* in CHUNKED_SIZE: the number read so far */
	bool any;      /* a digit, or a character of a trailer line, was seen */
};

/* At the first chunk-size. */
void chunked_init(struct chunked *c);

/*
 * Take bytes: framing, then one run of chunk-data, which is *data (empty if
 * there was none).  Returns how many were taken; call again with the rest
 * until all are, or `at` is CHUNKED_DONE or CHUNKED_BAD.
 */
size_t chunked_feed(struct chunked *c, struct span in, struct span *data);

/* How many of the next bytes are surely data; these can be skipped. */
uint64_t chunked_idle(const struct chunked *c);

/* n bytes of data went by unseen; n <= chunked_idle(). */
void chunked_skip(struct chunked *c, uint64_t n);

#endif
