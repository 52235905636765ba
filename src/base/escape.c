/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/escape.h"

#include "base/chars.h"

int32_t
utf8_next(struct span s, size_t *pos)
{
	uint8_t lead = s.at[(*pos)++];

	if (lead < 0x80)
		return lead;

	int more = lead >= 0xf0 && lead < 0xf5 ? 3
	    : lead >= 0xe0 && lead < 0xf0      ? 2
	    : lead >= 0xc2 && lead < 0xe0      ? 1
	                                       : 0;

	if (more == 0 || s.len - *pos < (size_t)more)
		return -1;

	int32_t code = lead & (0x3f >> more);

	for (int i = 0; i < more; i++) {
		uint8_t c = s.at[*pos + (size_t)i];

		if ((c & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (c & 0x3f);
	}
	/* Overlong forms, surrogates, beyond Unicode: RFC 3629 section 3. */
	if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000) ||
	    (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
		return -1;
	*pos += (size_t)more;
	return code;
}

struct span
utf8_whole(struct span s)
{
	/* At most three bytes of a character can be there without its last. */
	for (size_t back = 1; back <= 3 && back <= s.len; back++) {
		uint8_t c = s.at[s.len - back];
		size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;

		if ((c & 0xc0) == 0x80)
			continue;
		return span_first(s, want > back ? s.len - back : s.len);
	}
	return s;
}

void
utf8_add(struct text *t, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80) {
		text_char(t, (char)c);
		return;
	}

	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8_t leads[] = { 0, 0xc0, 0xe0, 0xf0 };

	text_char(t, (char)(leads[more] | c >> 6 * more));
	while (more-- > 0)
		text_char(t, (char)(0x80 | (c >> 6 * more & 0x3f)));
}

/* Characters that are no letters to see but change how others look. */
static bool
is_deceiving(int32_t c)
{
	return (c >= 0x80 && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff || c == 0x061c || (c >= 0xe0000 && c <= 0xe0fff);
}

/* True if c was written as an escape. */
static bool
shown_as_escape(struct text *t, int32_t c, uint8_t byte)
{
	if (c < 0 || c < 0x20 || c == 0x7f)
		text_fmt(t, "\\x%02x", c < 0 ? byte : (unsigned)c);
	else if (is_deceiving(c))
		text_fmt(t, "\\u{%x}", (unsigned)c);
	else
		return false;
	return true;
}

void
escape_terminal(struct text *t, struct span s)
{
	for (size_t pos = 0; pos < s.len;) {
		size_t start = pos;
		int32_t c = utf8_next(s, &pos);

		if (!shown_as_escape(t, c, s.at[start]))
			text_add(t, span_of(s.at + start, pos - start));
	}
}

void
escape_json(struct text *t, struct span s)
{
	for (size_t pos = 0; pos < s.len;) {
		/* Nearly all there is. */
		size_t plain = chars_len(span_from(s, pos), CHAR_PLAIN);

		if (plain > 0) {
			text_add(t, span_of(s.at + pos, plain));
			pos += plain;
			continue;
		}

		size_t start = pos;
		int32_t c = utf8_next(s, &pos);

		if (c == '"' || c == '\\')
			text_fmt(t, "\\%c", (int)c);
		else if (c == '\n')
			text_str(t, "\\n");
		else if (c >= 0 && (c < 0x20 || c == 0x7f))
			text_fmt(t, "\\u%04x", (unsigned)c);
		else if (c == 0x2028 || c == 0x2029)
			text_fmt(t, "\\u%04x", (unsigned)c);
		else if (c < 0)
			utf8_add(t, 0xfffd);
		else
			text_add(t, span_of(s.at + start, pos - start));
	}
}

void
escape_html(struct text *t, struct span s)
{
	for (size_t pos = 0; pos < s.len;) {
		size_t start = pos;
		int32_t c = utf8_next(s, &pos);

		if (c == '&')
			text_str(t, "&amp;");
		else if (c == '<')
			text_str(t, "&lt;");
		else if (c == '>')
			text_str(t, "&gt;");
		else if (c == '"')
			text_str(t, "&quot;");
		else if (c == '\'')
			text_str(t, "&#39;");
		else if (c < 0)
			utf8_add(t, 0xfffd);
		else if (!shown_as_escape(t, c, s.at[start]))
			text_add(t, span_of(s.at + start, pos - start));
	}
}

/*
 * Is the character at pos markup there?  Most are wherever they stand; the
 * others would make every address and sentence hard to read as it is:
 * list marks count at the beginning only, a colon in a link, and a full
 * stop behind a number at the beginning and in "www.".
 */
static bool
is_markup(struct span s, size_t pos, int32_t c)
{
	struct span before = span_first(s, pos);
	struct span after = span_from(s, pos + 1);

	switch (c) {
	case '+':
	case '-':
	case '=':
		return span_trim(before).len == 0;
	case ':':
		return after.len > 0 && after.at[0] != ' ' &&
		    (after.at[0] < '0' || after.at[0] > '9');
	case '.':
	case ')':
		for (size_t i = 0; i < pos; i++)
			if (s.at[i] < '0' || s.at[i] > '9')
				return pos >= 3 &&
				    span_eq_nocase(span_from(before, pos - 3),
				        SPAN("www"));
		return after.len == 0 || after.at[0] == ' ';
	default:
		return strchr("\\`*_{}[]#|~^$", (int)c) != NULL;
	}
}

void
escape_markdown(struct text *t, struct span s)
{
	for (size_t pos = 0; pos < s.len;) {
		size_t start = pos;
		int32_t c = utf8_next(s, &pos);

		if (c == '<' || c == '>' || c == '&' || c == '@')
			text_fmt(t, "&#%d;", (int)c);
		else if (c > 0 && c < 0x80 && is_markup(s, start, c))
			text_fmt(t, "\\%c", (int)c);
		else if (!shown_as_escape(t, c, s.at[start]))
			text_add(t, span_of(s.at + start, pos - start));
	}
}
