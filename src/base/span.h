/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * span.h - a run of bytes that somebody else owns
 *
 * A span is passed by value and never freed.  It lives as long as the buffer
 * it points into: the comment of whoever hands one out says which that is.
 * at == NULL means "not there"; at != NULL with len == 0 means "there, and
 * empty".  The two are different answers and are kept apart everywhere.
 */
#ifndef P407_BASE_SPAN_H
#define P407_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at;
	size_t len;
};

/* A span over a string literal, without its final NUL; _INIT for tables. */
#define SPAN_INIT(lit) { (const uint8_t *)("" lit), sizeof(lit) - 1 }
#define SPAN(lit) ((struct span)SPAN_INIT(lit))

static inline struct span
span_of(const void *at, size_t len)
{
	return (struct span){ (const uint8_t *)at, len };
}

/* A span over a C string; unset for NULL. */
static inline struct span
span_of_str(const char *s)
{
	return span_of(s, s != NULL ? strlen(s) : 0);
}

static inline bool
span_is_set(struct span s)
{
	return s.at != NULL;
}

/* Set, and at least one byte long. */
static inline bool
span_has_bytes(struct span s)
{
	return s.at != NULL && s.len > 0;
}

static inline bool
span_eq(struct span a, struct span b)
{
	return span_is_set(a) == span_is_set(b) && a.len == b.len &&
	    (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* What is left after the first n bytes; empty, not unset, past the end. */
static inline struct span
span_from(struct span s, size_t n)
{
	return n < s.len ? span_of(s.at + n, s.len - n)
	                 : span_of(span_is_set(s) ? s.at + s.len : NULL, 0);
}

/* At most the first n bytes. */
static inline struct span
span_first(struct span s, size_t n)
{
	return span_of(s.at, n < s.len ? n : s.len);
}

/* ASCII case folding only, as RFC 9110 wants it for names and schemes. */
bool span_eq_nocase(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_starts_nocase(struct span s, struct span prefix);

/* Where `byte` first stands; s.len if nowhere. */
size_t span_find(struct span s, uint8_t byte);

/* Where `needle` first stands, ASCII case folded; s.len if nowhere. */
size_t span_find_nocase(struct span s, struct span needle);

/* Without leading and trailing SP, HTAB, CR and LF. */
struct span span_trim(struct span s);

/*
 * A decimal number of digits only; false if there are none, others, or the
 * value does not fit.
 */
bool span_decimal(struct span s, uint64_t *value);

#endif
