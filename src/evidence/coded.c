/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/coded.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"

void
coded_open(struct coded *c, struct span text)
{
	*c = (struct coded){ .text = text };
	c->raw = memory_new(base64_room(text.len), 1);
	c->copy = memory_new(base64_room(text.len), 1);

	struct base64 b = base64_decode(text, c->raw);

	c->len = b.len;
	c->flaws = b.flaws;
	c->good = b.flaws & BASE64_BROKEN ? b.bad_at : text.len;
}

struct shown
coded_inside(const struct coded *c)
{
	return (struct shown){ span_of(c->raw, c->len), c->copy };
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Six bits of the copy; past its end they are zero. */
static unsigned
sextet(const struct coded *c, size_t index)
{
	size_t bit = index * 6, byte = bit / 8;
	unsigned pair = byte < c->len ? c->copy[byte] * 256u : 0;

	if (byte + 1 < c->len)
		pair += c->copy[byte + 1];
	return pair >> (10 - bit % 8) & 63;
}

/* The bits of the last character that belong to no byte were not zero. */
static bool
had_loose_bits(const struct coded *c, size_t chars, uint8_t last)
{
	uint8_t four[4] = { 'A', 'A', 'A', 'A' }, out[6];
	size_t left = chars % 4;

	if (left < 2)
		return false;
	four[left - 1] = last;
	(void)c;
	return base64_decode(span_of(four, left), out).flaws & BASE64_LOOSE;
}

void
coded_close(struct coded *c, const struct shown *s, bool url)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t *out = shown_at(s, c->text), *last = NULL;
	size_t chars = 0;
	uint8_t original = 0;

	url = url || (c->flaws & BASE64_URL);
	for (size_t i = 0; i < c->good; i++) {
		uint8_t in = c->text.at[i];

		if (is_space(in) || in == '=') {
			out[i] = in;
			continue;
		}

		char made = alphabet[sextet(c, chars++)];

		out[i] = (uint8_t)(url && made == '+' ? '-'
		        : url && made == '/'          ? '_'
		                                      : made);
		last = &out[i];
		original = in;
	}
	if (last != NULL && had_loose_bits(c, chars, original))
		*last = (uint8_t)(*last + 1);
	for (size_t i = c->good; i < c->text.len; i++) {
		uint8_t in = c->text.at[i];

		out[i] = is_space(in) || in == '=' || in == ',' ? in
		    : isalnum(in)                               ? 'x'
		                                                : '!';
	}
	secret_wipe(c->raw, base64_room(c->text.len));
	secret_wipe(c->copy, base64_room(c->text.len));
	free(c->raw);
	free(c->copy);
	*c = (struct coded){ 0 };
}
