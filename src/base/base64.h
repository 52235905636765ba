/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base64.h - RFC 4648, read leniently and judged strictly
 *
 * Broken clients send base64 without padding, in the URL alphabet, folded,
 * or with a stray byte.  All of it is decoded as far as it goes, so that
 * the report can say what is inside and what is wrong with the wrapping.
 */
#ifndef P407_BASE_BASE64_H
#define P407_BASE_BASE64_H

#include "base/span.h"

enum base64_flaw {
	BASE64_URL = 1,     /* '-' or '_': section 5 instead of section 4 */
	BASE64_UNPADDED = 2, /* '=' missing at the end */
	BASE64_SPACED = 4,  /* white space inside */
	BASE64_BROKEN = 8,  /* some other byte: decoding stopped there */
	BASE64_LOOSE = 16,  /* unused bits not zero, or one character over */
};

struct base64 {
	size_t len;     /* bytes decoded */
	size_t bad_at;  /* place of the first bad character, if BROKEN */
	unsigned flaws; /* enum base64_flaw, or'ed */
};

/* Bytes that decoding n characters can give at most. */
static inline size_t
base64_room(size_t n)
{
	return n / 4 * 3 + 3;
}

/* Decode into out, which has base64_room(in.len) bytes. */
struct base64 base64_decode(struct span in, uint8_t *out);

#endif
