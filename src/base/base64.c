/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

#include <endian.h>

/* What is no character of the alphabet; those are 128 and their value. */
enum { BAD = 0, PAD, SPACE, URL_62, URL_63, GOOD = 128 };

/* clang-format off */
static const uint8_t values[256] = {
	['A'] = 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140,
	    141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153,
	['a'] = 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166,
	    167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179,
	['0'] = 180, 181, 182, 183, 184, 185, 186, 187, 188, 189,
	['+'] = 190, ['/'] = 191, ['-'] = URL_62, ['_'] = URL_63,
	['='] = PAD, ['\t'] = SPACE, ['\n'] = SPACE, ['\r'] = SPACE,
	[' '] = SPACE,
};
/* clang-format on */

static inline void
put_three(uint32_t bits, uint8_t *out)
{
	out[0] = (uint8_t)(bits >> 16);
	out[1] = (uint8_t)(bits >> 8);
	out[2] = (uint8_t)bits;
}

static inline bool
take_four(const uint8_t *in, uint8_t *out)
{
	/* GOOD in each of the four, taken off at once. */
	const uint32_t four = GOOD * (1u << 18 | 1u << 12 | 1u << 6 | 1u);
	uint32_t a = values[in[0]], b = values[in[1]];
	uint32_t c = values[in[2]], d = values[in[3]];

	if (!(a & b & c & d & GOOD))
		return false;
	/* In one go, with a byte that the next four write over. */
	a = htobe32(((a << 18) + (b << 12) + (c << 6) + d - four) << 8);
	memcpy(out, &a, 4);
	return true;
}

/* As most are: four good ones, and four more.  How many were taken. */
static size_t
take_fours(struct span in, uint8_t *out, size_t *len)
{
	size_t i = 0;
	uint8_t *to = out + *len;

	for (; in.len - i >= 4 && take_four(in.at + i, to); i += 4)
		to += 3;
	*len = (size_t)(to - out);
	return i;
}

struct base64
base64_decode(struct span in, uint8_t *out)
{
	struct base64 r = { 0 };
	uint32_t bits = 0;
	unsigned chars = 0, pads = 0;
	size_t i = 0;

	for (; i < in.len; i++) {
		if (chars % 4 == 0 && pads == 0)
			i += take_fours(span_from(in, i), out, &r.len);
		if (i == in.len)
			break;

		unsigned v = values[in.at[i]];

		if (v == URL_62 || v == URL_63) {
			r.flaws |= BASE64_URL;
			v = GOOD + (v == URL_62 ? 62 : 63);
		}
		if (v == SPACE) {
			r.flaws |= BASE64_SPACED;
		} else if (v == PAD) {
			pads++;
		} else if (v == BAD || pads > 0) {
			r.flaws |= BASE64_BROKEN;
			r.bad_at = i;
			break;
		} else {
			bits = bits << 6 | (v - GOOD);
			if (++chars % 4 == 0) {
				put_three(bits, out + r.len);
				r.len += 3;
			}
		}
	}

	unsigned left = chars % 4;

	if (left >= 2) {
		bits <<= 6 * (4 - left);
		out[r.len++] = (uint8_t)(bits >> 16);
		if (left == 3)
			out[r.len++] = (uint8_t)(bits >> 8);
		if (left == 2 ? (bits & 0xffff) != 0 : (bits & 0xff) != 0)
			r.flaws |= BASE64_LOOSE;
	}
	if (left == 1)
		r.flaws |= BASE64_LOOSE;
	if (!(r.flaws & BASE64_BROKEN)) {
		unsigned want = left >= 2 ? 4 - left : 0;

		if (pads < want)
			r.flaws |= BASE64_UNPADDED;
		else if (pads > want)
			r.flaws |= BASE64_LOOSE;
	}
	return r;
}
