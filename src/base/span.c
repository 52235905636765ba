/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/span.h"

static uint8_t
fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool
span_eq_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
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

size_t
span_find_nocase(struct span s, struct span needle)
{
	uint8_t lower = needle.len > 0 ? fold(needle.at[0]) : 0;
	bool letter = lower >= 'a' && lower <= 'z';
	size_t end = needle.len > 0 ? needle.len - 1 : 0;
	uint8_t last = needle.len > 0 ? fold(needle.at[end]) : 0;

	for (size_t i = 0; needle.len > 0 && i + needle.len <= s.len; i++) {
		/* A letter has two forms; all else memchr() finds faster. */
		if (!letter)
			i += span_find(span_from(s, i), lower);
		else if (fold(s.at[i]) != lower)
			continue;
		if (i + needle.len > s.len)
			break;
		/* Of a page's many "<" few are followed by a ">" just there. */
		if (fold(s.at[i + end]) == last &&
		    span_eq_nocase(span_of(s.at + i, needle.len), needle))
			return i;
	}
	return needle.len > 0 ? s.len : 0;
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
