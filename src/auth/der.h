/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * der.h - tag and length over a reader (X.690, definite lengths)
 *
 * A nested value is a reader of its own that cannot see past its end.
 */
#ifndef P407_AUTH_DER_H
#define P407_AUTH_DER_H

#include "base/reader.h"

enum {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_ENUM = 0x0a,
	DER_STRING = 0x1b, /* GeneralString */
	DER_TIME = 0x18,   /* GeneralizedTime */
	DER_SEQUENCE = 0x30,
};

#define DER_APPLICATION(n) (0x60 | (n))
#define DER_CONTEXT(n)     (0xa0 | (n))

/* The tag that comes next, or -1 at the end or after a fault. */
int der_tag(const struct reader *r);

/*
 * Was it this tag?  If so its value becomes *out, and the reader is behind
 * it; a value cut short gives what there is of it, with a fault in *out's
 * place in r.  If not, nothing happens: so an OPTIONAL field is one `if`.
 */
bool der_enter(struct reader *r, int tag, struct reader *out);

/* Any value: its tag and contents. */
bool der_any(struct reader *r, int *tag, struct reader *out);

/* The contents of an INTEGER: up to four bytes, or five for a UInt32. */
bool der_int(struct span contents, int32_t *out);

/* An INTEGER or ENUMERATED of up to four bytes in a context tag. */
bool der_context_int(struct reader *r, int n, int tag, int32_t *out);

/* The contents of a value of type `tag` in a context tag; unset: not there. */
struct span der_context_value(struct reader *r, int n, int tag);

#endif
