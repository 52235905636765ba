/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/reader.h"

void
reader_fail(struct reader *r, enum fault_kind kind, size_t offset,
    const char *field)
{
	if (reader_ok(r))
		r->fault = fault_at(kind, offset, field);
}

struct span
reader_take(struct reader *r, size_t n, const char *field)
{
	if (n > reader_left(r))
		reader_fail(r, FAULT_CUT, r->pos, field);
	if (!reader_ok(r))
		return (struct span){ 0 };

	struct span taken = span_of(r->in.at + r->pos, n);

	r->pos += n;
	return taken;
}

struct span
reader_rest(struct reader *r)
{
	return reader_take(r, reader_left(r), "rest");
}

struct span
reader_slice(struct reader *r, size_t offset, size_t n, const char *field)
{
	/* Subtract, never add: offset + n can wrap. */
	if (reader_ok(r) && (offset > r->in.len || n > r->in.len - offset))
		reader_fail(r, FAULT_RANGE, offset, field);
	if (!reader_ok(r))
		return (struct span){ 0 };

	return span_of(r->in.at + offset, n);
}

/* The next n bytes as a number; step +1 is little-endian, -1 big. */
static uint64_t
take_number(struct reader *r, size_t n, bool big, const char *field)
{
	struct span bytes = reader_take(r, n, field);
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.len; i++)
		value |= (uint64_t)bytes.at[i]
		    << 8 * (big ? bytes.len - 1 - i : i);
	return value;
}

uint8_t
reader_u8(struct reader *r, const char *field)
{
	return (uint8_t)take_number(r, 1, false, field);
}

uint16_t
reader_le16(struct reader *r, const char *field)
{
	return (uint16_t)take_number(r, 2, false, field);
}

uint32_t
reader_le32(struct reader *r, const char *field)
{
	return (uint32_t)take_number(r, 4, false, field);
}

uint64_t
reader_le64(struct reader *r, const char *field)
{
	return take_number(r, 8, false, field);
}

uint16_t
reader_be16(struct reader *r, const char *field)
{
	return (uint16_t)take_number(r, 2, true, field);
}

uint32_t
reader_be32(struct reader *r, const char *field)
{
	return (uint32_t)take_number(r, 4, true, field);
}

uint64_t
reader_be64(struct reader *r, const char *field)
{
	return take_number(r, 8, true, field);
}
