/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grammar.h - the pieces that HTTP's fields are made of (RFC 9110 5.6)
 *
 * Pure functions over bytes; what they hand back borrows from the bytes
 * they were given.
 */
#ifndef P407_HTTP_GRAMMAR_H
#define P407_HTTP_GRAMMAR_H

#include "base/span.h"

/* How many of the first bytes are a token; 0 if none are. */
size_t http_token_len(struct span s);

/* All of it is one token. */
bool http_is_token(struct span s);

/*
 * How many of the first bytes are a quoted-string (5.6.4), with both quotes;
 * 0 if it does not begin with a quote or the closing one is missing.
 */
size_t http_quoted_len(struct span s);

/*
 * The next element of a comma-separated list (5.6.1), trimmed; moves *list
 * behind it.  Empty elements are passed over, a comma inside a
 * quoted-string does not separate.  False at the end of the list.
 */
bool http_list_next(struct span *list, struct span *element);

/*
 * Is that token an element of the list?  Any case; parameters of the
 * element (";q=1") do not count.
 */
bool http_list_has(struct span list, struct span token);

/* "HTTP/1." and one digit, which goes to *minor. */
bool http_version(struct span s, uint8_t *minor);

#endif
