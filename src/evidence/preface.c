/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/preface.h"

#include "net/field.h"

static const struct span v1 = SPAN_INIT("PROXY ");
static const struct span v2 = SPAN_INIT("\r\n\r\n\0\r\nQUIT\n");

/* Do these bytes begin like the signature, as far as they go? */
static bool
begins_like(struct span bytes, struct span signature)
{
	return bytes.len > 0 &&
	    (bytes.len < signature.len ? span_starts(signature, bytes)
	                               : span_starts(bytes, signature));
}

bool
preface_begins(struct span first)
{
	return begins_like(first, v1) || begins_like(first, v2);
}

/* Its length, as far as it is known; 0: it is none. */
static size_t
wanted(struct span have)
{
	if (begins_like(have, v1)) {
		if (have.len >= v1.len && have.at[have.len - 1] == '\n')
			return have.len;
		return have.len < 108 ? have.len + 1 : 0;
	}
	if (!begins_like(have, v2))
		return 0;
	if (have.len < 16)
		return have.len + 1;

	size_t want = 16u + field_be16(have, 14);

	return want <= PREFACE_MOST ? want : 0;
}

size_t
preface_feed(struct preface *p, struct span bytes, uint32_t seq)
{
	size_t used = 0;

	if (p->len == 0)
		p->seq = seq;
	while (used < bytes.len) {
		p->bytes[p->len++] = bytes.at[used++];

		size_t want = wanted(span_of(p->bytes, p->len));

		if (want == p->len || want == 0) {
			p->whole = want != 0;
			p->expected = false;
			break;
		}
	}
	return used;
}

/* "PROXY TCP4 10.0.0.1 10.0.0.2 1234 3128": words; 2 and 3 are hosts. */
static void
mask_v1(const struct shown *s, struct names *names)
{
	struct span rest = s->in;

	show_only(s, s->in, "");
	for (int word = 0; rest.len > 0 && word < 6; word++) {
		size_t n = 0;

		while (n < rest.len && rest.at[n] > ' ')
			n++;
		if (word == 2 || word == 3)
			names_show_host(names, s, span_first(rest, n));
		else
			show_text(s, span_first(rest, n));
		while (n < rest.len && rest.at[n] <= ' ')
			n++;
		rest = span_from(rest, n);
	}
}

void
preface_mask(const struct preface *p, struct names *names, uint8_t *out)
{
	struct shown s = { span_of(p->bytes, p->len), out };

	memset(out, 0, p->len);
	if (span_starts(s.in, v1)) {
		mask_v1(&s, names);
		return;
	}

	size_t len = p->bytes[13] >> 4 == 1 ? 4 : p->bytes[13] >> 4 == 2 ? 16
	                                                                 : 0;

	show(&s, span_first(s.in, 16 + 2 * len + (len > 0 ? 4 : 0)));
	if (16 + 2 * len <= p->len && len > 0) {
		names_address(names, out + 16, len);
		names_address(names, out + 16 + len, len);
	}
}
