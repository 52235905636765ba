/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reader.h - take values from a message without ever leaving it
 *
 * A reader is a place in a span.  Each take names the field it is for and
 * checks the bound.  The first one that fails records the fault; after it
 * every take gives zero or an unset span and moves nothing.  So a decoder
 * reads a structure straight through, as the specification prints it, and
 * asks once, at the end.
 *
 * Readers live on the stack, own nothing and allocate nothing.
 */
#ifndef P407_BASE_READER_H
#define P407_BASE_READER_H

#include "base/fault.h"
#include "base/span.h"

struct reader {
	struct span in;     /* the whole message */
	size_t pos;         /* next byte to take; pos <= in.len */
	struct fault fault; /* the first thing to go wrong */
};

/* A reader over an unset span is one over an empty span. */
static inline struct reader
reader_of(struct span in)
{
	return (struct reader){ .in = span_is_set(in) ? in : SPAN("") };
}

static inline bool
reader_ok(const struct reader *r)
{
	return r->fault.kind == FAULT_NONE;
}

/* Bytes not yet taken. */
static inline size_t
reader_left(const struct reader *r)
{
	return r->in.len - r->pos;
}

/* Record a fault, unless there is one already. */
void reader_fail(struct reader *r, enum fault_kind kind, size_t offset,
    const char *field);

/* The next n bytes.  Unset, and a FAULT_CUT, where there are fewer. */
struct span reader_take(struct reader *r, size_t n, const char *field);

/* All that is left, which may be empty; unset after a fault. */
struct span reader_rest(struct reader *r);

/*
 * n bytes at an absolute offset; does not move the reader.  Unset, and a
 * FAULT_RANGE, where they are not all inside the message.
 */
struct span reader_slice(struct reader *r, size_t offset, size_t n,
    const char *field);

uint8_t reader_u8(struct reader *r, const char *field);
uint16_t reader_le16(struct reader *r, const char *field);
uint32_t reader_le32(struct reader *r, const char *field);
uint64_t reader_le64(struct reader *r, const char *field);
uint16_t reader_be16(struct reader *r, const char *field);
uint32_t reader_be32(struct reader *r, const char *field);
uint64_t reader_be64(struct reader *r, const char *field);

#endif
