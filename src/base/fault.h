/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.h - what is wrong with a message, and where
 *
 * Damage is data: a decoder that meets a fault keeps every field that came
 * before it.  The report prints a fault as "TargetInfo points outside the
 * message (byte 69)".
 */
#ifndef P407_BASE_FAULT_H
#define P407_BASE_FAULT_H

#include <stddef.h>
#include <stdint.h>

enum fault_kind {
	FAULT_NONE = 0,
	FAULT_CUT,   /* the bytes end before the field does */
	FAULT_RANGE, /* an offset or length points outside */
	FAULT_VALUE, /* a value that the specification forbids */
	FAULT_LIMIT, /* longer than we are willing to look at */
};

struct fault {
	enum fault_kind kind;
	uint32_t offset;   /* from the first byte of the message, or the most
	                    * that it can say */
	const char *field; /* the specification's name; a literal */
};

static inline struct fault
fault_at(enum fault_kind kind, size_t offset, const char *field)
{
	return (struct fault){ kind,
		offset < UINT32_MAX ? (uint32_t)offset : UINT32_MAX, field };
}

/* "is cut short", "points outside the message", ...; "" for FAULT_NONE. */
const char *fault_words(enum fault_kind kind);

#endif
