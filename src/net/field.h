/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * field.h - a number in network byte order, somewhere in a header
 *
 * Checked, as a reader is; inline, because it is done for every packet: where
 * the length was asked before, the compiler drops the check.  Where the
 * bytes end before the number does it is 0.
 */
#ifndef P407_NET_FIELD_H
#define P407_NET_FIELD_H

#include <endian.h>

#include "base/span.h"

static inline uint8_t
field_u8(struct span b, size_t at)
{
	return at < b.len ? b.at[at] : 0;
}

static inline uint16_t
field_be16(struct span b, size_t at)
{
	uint16_t v = 0;

	if (b.len >= sizeof(v) && at <= b.len - sizeof(v))
		memcpy(&v, b.at + at, sizeof(v));
	return be16toh(v);
}

static inline uint32_t
field_be32(struct span b, size_t at)
{
	uint32_t v = 0;

	if (b.len >= sizeof(v) && at <= b.len - sizeof(v))
		memcpy(&v, b.at + at, sizeof(v));
	return be32toh(v);
}

/* For headers that the capturing host made. */
static inline uint16_t
field_le16(struct span b, size_t at)
{
	return __builtin_bswap16(field_be16(b, at));
}

static inline uint32_t
field_le32(struct span b, size_t at)
{
	return __builtin_bswap32(field_be32(b, at));
}

#endif
