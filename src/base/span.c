/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/span.h"

static uint8_t
fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* fold() of eight bytes at once: bit 7 of `upper` where there is a capital. */
static uint64_t
fold_eight(const uint8_t *at)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t word, low;

	memcpy(&word, at, 8);
	low = word & 0x7f * each;

	uint64_t upper = (low + (0x80 - 'A') * each) &
	    ~(low + (0x7f - 'Z') * each) & ~word & 0x80 * each;

	return word | upper >> 2;
}

bool
span_eq_nocase(struct span a, struct span b)
{
	size_t i = 0;

	if (a.len != b.len)
		return false;
	for (; a.len - i >= 8; i += 8)
		if (fold_eight(a.at + i) != fold_eight(b.at + i))
			return false;
	for (; i < a.len; i++)
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
