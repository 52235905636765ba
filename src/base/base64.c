/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

/* What is no character of the alphabet; below these, its value. */
enum { PAD = 64, SPACE, BAD, URL_62, URL_63 };

#define X BAD

/* Sixteen a row; what is not ASCII is BAD. */
/* clang-format off */
static const uint8_t values[128] = {
	 X,  X,  X,  X,  X,  X,  X,  X,  X, SPACE, SPACE,  X,  X, SPACE,  X,  X,
	 X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X,
	SPACE,  X,  X,  X,  X,  X,  X,  X,  X,  X,  X, 62,  X, URL_62,  X, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61,  X,  X,  X, PAD,  X,  X,
	 X,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,  X,  X,  X,  X, URL_63,
	 X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,  X,  X,  X,  X,  X,
};
/* clang-format on */

static inline unsigned
value_of(uint8_t c)
{
	return c < 128 ? values[c] : BAD;
}

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
	unsigned a = value_of(in[0]), b = value_of(in[1]);
	unsigned c = value_of(in[2]), d = value_of(in[3]);

	if ((a | b | c | d) >= PAD)
		return false;
	put_three(a << 18 | b << 12 | c << 6 | d, out);
	return true;
}

struct base64
base64_decode(struct span in, uint8_t *out)
{
	struct base64 r = { 0 };
	uint32_t bits = 0;
	unsigned chars = 0, pads = 0;
	size_t i = 0;

	for (; i < in.len; i++) {
		/* As most are: four good ones, and four more. */
		while (chars % 4 == 0 && pads == 0 && in.len - i >= 4 &&
		    take_four(in.at + i, out + r.len)) {
			r.len += 3;
			i += 4;
		}
		if (i == in.len)
			break;

		unsigned v = value_of(in.at[i]);

		if (v == URL_62 || v == URL_63) {
			r.flaws |= BASE64_URL;
			v = v == URL_62 ? 62 : 63;
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
			bits = bits << 6 | v;
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
