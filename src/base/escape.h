/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.h - the only escapers
 *
 * Every byte that came off the wire goes through one of these on its way
 * out.  All take bytes of any kind and give valid UTF-8; what is not UTF-8
 * is shown, not dropped, so that nothing can hide: terminal and Markdown
 * print \xNN, JSON and HTML print U+FFFD.
 */
#ifndef P407_BASE_ESCAPE_H
#define P407_BASE_ESCAPE_H

#include "base/span.h"
#include "base/text.h"

/*
 * For a terminal or a log line: control characters (C0, C1, DEL), invalid
 * UTF-8, and the characters that reorder or hide text (U+200B-200F,
 * U+2028-202E, U+2060-206F, U+FEFF) become \xNN or \u{NNNN}.
 */
void escape_terminal(struct text *t, struct span s);

/* Inside a JSON string, without the quotes: RFC 8259 section 7. */
void escape_json(struct text *t, struct span s);

/* HTML text and double- or single-quoted attribute values. */
void escape_html(struct text *t, struct span s);

/* Inline Markdown: no markup, no link, no mention, no HTML survives. */
void escape_markdown(struct text *t, struct span s);

/*
 * The next code point of s from *pos, which it moves.  -1 for a byte that
 * is not part of valid UTF-8 (RFC 3629); *pos then moves by one.
 */
int32_t utf8_next(struct span s, size_t *pos);

/* Without the beginning of a character whose end a limit has cut off. */
struct span utf8_whole(struct span s);

/* Add a code point as UTF-8; U+FFFD for surrogates and beyond U+10FFFF. */
void utf8_add(struct text *t, uint32_t code_point);

#endif
