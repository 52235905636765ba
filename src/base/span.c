/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/span.h"

static uint8_t
fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/*
 * Are these eight the same but for case?  Then they differ in bit 5 alone,
 * and only where there are letters.
 */
static inline bool
same_eight(uint64_t a, uint64_t b)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t differ = a ^ b;

	if (differ == 0)
		return true;
	if (differ & ~(0x20 * each))
		return false;

	uint64_t low = (a | 0x20 * each) & 0x7f * each;
	uint64_t letters = (low + (0x80 - 'a') * each) &
	    ~(low + (0x7f - 'z') * each) & ~a & 0x80 * each;

	return (differ << 2 & ~letters) == 0;
}

static inline uint64_t
eight_at(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, 8);
	return word;
}

/* Four to eight of them: the first and the last four, which may overlap. */
static inline uint64_t
both_ends(struct span s)
{
	uint32_t first, last;

	memcpy(&first, s.at, 4);
	memcpy(&last, s.at + s.len - 4, 4);
	return (uint64_t)first << 32 | last;
}

bool
span_eq_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	if (a.len >= 8) {
		for (size_t i = 0; a.len - i >= 8; i += 8)
			if (!same_eight(eight_at(a.at + i), eight_at(b.at + i)))
				return false;
		return same_eight(eight_at(a.at + a.len - 8),
		    eight_at(b.at + b.len - 8));
	}
	if (a.len >= 4)
		return same_eight(both_ends(a), both_ends(b));
	for (size_t i = 0; i < a.len; i++)
		if (fold(a.at[i]) != fold(b.at[i]))
			return false;
	return true;
}

bool
span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len &&
	    (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

bool
span_starts_nocase(struct span s, struct span prefix)
{
	return s.len >= prefix.len &&
	    span_eq_nocase(span_first(s, prefix.len), prefix);
}

size_t
span_find(struct span s, uint8_t byte)
{
	const uint8_t *hit = s.len > 0 ? memchr(s.at, byte, s.len) : NULL;

	return hit != NULL ? (size_t)(hit - s.at) : s.len;
}

/* Where `first`, in either case, stands next in [at, end); NULL: nowhere. */
static const uint8_t *
next_begin(const uint8_t *at, const uint8_t *end, uint8_t first)
{
	/* A letter has two forms; all else memchr() finds faster. */
	if (first < 'a' || first > 'z')
		return memchr(at, first, (size_t)(end - at));
	while (at < end && fold(*at) != first)
		at++;
	return at < end ? at : NULL;
}

size_t
span_find_nocase(struct span s, struct span needle)
{
	if (needle.len == 0)
		return 0;
	if (needle.len > s.len)
		return s.len;

	uint8_t first = fold(needle.at[0]);
	uint8_t last = fold(needle.at[needle.len - 1]);
	const uint8_t *at = s.at, *end = at + (s.len - needle.len) + 1;

	for (; at < end && (at = next_begin(at, end, first)) != NULL; at++)
		/* Of a page's many "<" few are followed by a ">" just there. */
		if (fold(at[needle.len - 1]) == last &&
		    span_eq_nocase(span_of(at, needle.len), needle))
			return (size_t)(at - s.at);
	return s.len;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_space(s.at[0]))
		s = span_from(s, 1);
	while (s.len > 0 && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

bool
span_decimal(struct span s, uint64_t *value)
{
	uint64_t v = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)s.at[i] - '0';

		if (digit > 9 || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}
