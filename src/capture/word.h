/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * word.h - numbers in the byte order of whoever wrote the file
 *
 * Checked, as a reader is; inline, because a frame header is read for every
 * frame.  Where the bytes end before the number does it is 0.
 */
#ifndef P407_CAPTURE_WORD_H
#define P407_CAPTURE_WORD_H

#include <endian.h>

#include "base/span.h"

static inline uint16_t
word_u16(struct span b, size_t at, bool big)
{
	uint16_t v = 0;

	if (b.len >= sizeof(v) && at <= b.len - sizeof(v))
		memcpy(&v, b.at + at, sizeof(v));
	return big ? be16toh(v) : le16toh(v);
}

static inline uint32_t
word_u32(struct span b, size_t at, bool big)
{
	uint32_t v = 0;

	if (b.len >= sizeof(v) && at <= b.len - sizeof(v))
		memcpy(&v, b.at + at, sizeof(v));
	return big ? be32toh(v) : le32toh(v);
}

static inline uint64_t
word_u64(struct span b, size_t at, bool big)
{
	uint64_t v = 0;

	if (b.len >= sizeof(v) && at <= b.len - sizeof(v))
		memcpy(&v, b.at + at, sizeof(v));
	return big ? be64toh(v) : le64toh(v);
}

#endif
