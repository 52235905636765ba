/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

enum { PAD = 64, SPACE = 65, BAD = 66 };

/* Value of a character; URL alphabet sets the flag. */
static inline unsigned
value_of(uint8_t c, unsigned *flaws)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26u;
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '0' && c <= '9')
		return c - '0' + 52u;
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	if (c == '-' || c == '_') {
		*flaws |= BASE64_URL;
		return c == '-' ? 62 : 63;
	}
	if (c == '=')
		return PAD;
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? SPACE : BAD;
}

struct base64
base64_decode(struct span in, uint8_t *out)
{
	struct base64 r = { 0 };
	uint32_t bits = 0;
	unsigned chars = 0, pads = 0;
	size_t i = 0;

	for (; i < in.len; i++) {
		unsigned v = value_of(in.at[i], &r.flaws);

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
				out[r.len++] = (uint8_t)(bits >> 16);
				out[r.len++] = (uint8_t)(bits >> 8);
				out[r.len++] = (uint8_t)bits;
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
