/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/der.h"

int
der_tag(const struct reader *r)
{
	return reader_ok(r) && reader_left(r) > 0 ? r->in.at[r->pos] : -1;
}

bool
der_any(struct reader *r, int *tag, struct reader *out)
{
	size_t start = r->pos;
	size_t len;

	*out = reader_of(SPAN(""));
	*tag = reader_u8(r, "tag");
	len = reader_u8(r, "length");
	if ((*tag & 0x1f) == 0x1f)
		reader_fail(r, FAULT_VALUE, start, "tag");
	if (len == 0x80 || len > 0x84)
		reader_fail(r, FAULT_VALUE, start, "length");
	if (len > 0x80) {
		struct span bytes = reader_take(r, len - 0x80, "length");

		len = 0;
		for (size_t i = 0; i < bytes.len; i++)
			len = len << 8 | bytes.at[i];
	}
	if (!reader_ok(r))
		return false;
	if (len > reader_left(r)) {
		/* What a capture cut off: the first bytes are still good. */
		*out = reader_of(
		    span_of(r->in.at + r->pos, reader_left(r)));
		r->pos = r->in.len;
		reader_fail(r, FAULT_CUT, start, "value");
		return true;
	}
	*out = reader_of(reader_take(r, len, "value"));
	return true;
}

bool
der_enter(struct reader *r, int tag, struct reader *out)
{
	int found;

	if (der_tag(r) != tag) {
		*out = reader_of(SPAN(""));
		return false;
	}
	return der_any(r, &found, out);
}

bool
der_context_int(struct reader *r, int n, int tag, int32_t *out)
{
	struct reader wrap, value;

	if (!der_enter(r, DER_CONTEXT(n), &wrap) ||
	    !der_enter(&wrap, tag, &value))
		return false;

	return der_int(value.in, out);
}

bool
der_int(struct span b, int32_t *out)
{
	if (b.len == 0 || b.len > 5)
		return false;

	int64_t v = b.at[0] & 0x80 ? -1 : 0;

	for (size_t i = 0; i < b.len; i++)
		v = (int64_t)((uint64_t)v << 8 | b.at[i]);
	*out = (int32_t)v;
	return true;
}

struct span
der_context_value(struct reader *r, int n, int tag)
{
	struct reader wrap, value;

	if (!der_enter(r, DER_CONTEXT(n), &wrap) ||
	    !der_enter(&wrap, tag, &value))
		return (struct span){ 0 };
	return value.in;
}
