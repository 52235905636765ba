/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chars.h - what a byte can be, looked up instead of asked
 *
 * Heads, tokens and reports are gone through byte by byte; a table is the
 * fastest way to ask what each may be, and says it in one place.
 */
#ifndef P407_BASE_CHARS_H
#define P407_BASE_CHARS_H

#include "base/span.h"

enum char_class {
	CHAR_TCHAR = 1,   /* of a token: RFC 9110 5.6.2 */
	CHAR_TOKEN68 = 2, /* of one, but for the "=" at its end: 11.2 */
	CHAR_PLAIN = 4,   /* ASCII that JSON writes as it is */
};

extern const uint8_t chars[256]; /* enum char_class, or'ed */

/* How many of the first bytes are of that class. */
static inline size_t
chars_len(struct span s, enum char_class class)
{
	size_t n = 0;

	/* Tokens are long: eight that are need no more than one answer. */
	while (s.len - n >= 8 &&
	    (chars[s.at[n]] & chars[s.at[n + 1]] & chars[s.at[n + 2]] &
	        chars[s.at[n + 3]] & chars[s.at[n + 4]] & chars[s.at[n + 5]] &
	        chars[s.at[n + 6]] & chars[s.at[n + 7]] & class))
		n += 8;
	while (n < s.len && (chars[s.at[n]] & class))
		n++;
	return n;
}

#endif
