/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/page.h"

#include "base/escape.h"

/* A word without spaces is shown up to here: names may have 4 KiB. */
#define WORD_MAX 240

static const struct {
	uint32_t first, last;
	unsigned columns;
} widths[] = {
	/* Combining marks and variation selectors. */
	{ 0x0300, 0x036f, 0 },
	{ 0x0483, 0x0489, 0 },
	{ 0x0591, 0x05bd, 0 },
	{ 0x064b, 0x065f, 0 },
	{ 0x1ab0, 0x1aff, 0 },
	{ 0x1dc0, 0x1dff, 0 },
	{ 0x20d0, 0x20ff, 0 },
	{ 0xfe00, 0xfe0f, 0 },
	{ 0xfe20, 0xfe2f, 0 },
	/* East Asian Wide and Fullwidth, UAX #11; emoji. */
	{ 0x1100, 0x115f, 2 },
	{ 0x2e80, 0x303e, 2 },
	{ 0x3041, 0x33ff, 2 },
	{ 0x3400, 0x4dbf, 2 },
	{ 0x4e00, 0x9fff, 2 },
	{ 0xa000, 0xa4cf, 2 },
	{ 0xac00, 0xd7a3, 2 },
	{ 0xf900, 0xfaff, 2 },
	{ 0xfe30, 0xfe6f, 2 },
	{ 0xff00, 0xff60, 2 },
	{ 0xffe0, 0xffe6, 2 },
	{ 0x1f300, 0x1f64f, 2 },
	{ 0x1f680, 0x1f6ff, 2 },
	{ 0x1f900, 0x1f9ff, 2 },
	{ 0x20000, 0x3fffd, 2 },
};

static size_t
columns_of(int32_t c)
{
	if (c < 0x300)
		return 1;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if ((uint32_t)c >= widths[i].first &&
		    (uint32_t)c <= widths[i].last)
			return widths[i].columns;
	return 1;
}

size_t
page_columns(struct span s)
{
	size_t n = 0;

	for (size_t pos = 0; pos < s.len;)
		n += columns_of(utf8_next(s, &pos));
	return n;
}

static const char *const styles[] = {
	[STYLE_BOLD] = "\033[1m",
	[STYLE_DIM] = "\033[2m",
	[STYLE_RED] = "\033[1;31m",
	[STYLE_YELLOW] = "\033[33m",
	[STYLE_GREEN] = "\033[32m",
	[STYLE_CYAN] = "\033[36m",
};

void
page_style(struct page *p, enum style style)
{
	if (p->color && style != STYLE_PLAIN)
		text_str(p->out, styles[style]);
}

void
page_plain(struct page *p, enum style style)
{
	if (p->color && style != STYLE_PLAIN)
		text_str(p->out, "\033[0m");
}

/* Escaped, on one line, spaces at the end gone. */
static void
add_escaped(struct text *t, const char *words)
{
	struct span s = span_trim(span_of_str(words));

	while (s.len > 0) {
		size_t n = 0;

		while (n < s.len && s.at[n] != '\n' && s.at[n] != '\t' &&
		    s.at[n] != '\r')
			n++;
		escape_terminal(t, span_first(s, n));
		if (n < s.len)
			text_char(t, ' ');
		s = span_from(s, n + 1);
	}
}

/* As much of s as fits; the columns it takes are left in *used. */
static struct span
fitting(struct span s, size_t columns, size_t *used)
{
	size_t pos = 0, end = 0;

	*used = 0;
	while (pos < s.len) {
		size_t n = columns_of(utf8_next(s, &pos));

		if (*used + n > columns)
			break;
		*used += n;
		end = pos;
	}
	return span_first(s, end);
}

static const char *
ellipsis(const struct page *p)
{
	return p->ascii ? "~" : "…";
}

/* s, cut with an ellipsis to `columns`; how many it took. */
static size_t
add_cut(const struct page *p, struct text *t, struct span s, size_t columns)
{
	size_t used;

	if (fitting(s, columns, &used).len == s.len) {
		text_add(t, s);
		return used;
	}
	if (columns == 0)
		return 0;
	text_add(t, fitting(s, columns - 1, &used));
	text_str(t, ellipsis(p));
	return used + 1;
}

size_t
page_cell(const struct page *p, struct text *t, const char *words,
    size_t columns)
{
	struct text whole;

	text_init(&whole);
	add_escaped(&whole, words);

	size_t used = add_cut(p, t, text_span(&whole), columns);

	text_fini(&whole);
	return used;
}

/* The words of s from the column `at` on. */
static void
wrap(struct page *p, struct span s, size_t column, size_t at)
{
	bool begun = false; /* this line has a word */

	while (s.len > 0) {
		size_t n = span_find(s, ' ');
		size_t used;

		if (n == 0) {
			s = span_from(s, 1);
			continue;
		}

		struct text word;

		text_init(&word);
		used = add_cut(p, &word, span_first(s, n), WORD_MAX);
		if (at + begun + used > p->width && (begun || at > column)) {
			text_char(p->out, '\n');
			text_pad(p->out, ' ', column);
			at = column;
			begun = false;
		}
		if (begun) {
			text_char(p->out, ' ');
			at++;
		}
		text_add(p->out, text_span(&word));
		text_fini(&word);
		at += used;
		begun = true;
		s = span_from(s, n);
	}
	text_char(p->out, '\n');
}

void
page_flow(struct page *p, const char *lead, enum style style, size_t column,
    const char *words)
{
	struct text escaped;
	size_t at = page_columns(span_of_str(lead));

	if (words == NULL || span_trim(span_of_str(words)).len == 0)
		return;
	text_init(&escaped);
	add_escaped(&escaped, words);
	page_style(p, style);
	text_str(p->out, lead);
	page_plain(p, style);
	if (at < column) {
		text_pad(p->out, ' ', column - at);
		at = column;
	}
	wrap(p, text_span(&escaped), column, at);
	text_fini(&escaped);
}

void
page_rule(struct page *p)
{
	page_style(p, STYLE_DIM);
	for (size_t i = 0; i < p->width; i++)
		text_str(p->out, p->ascii ? "-" : "─");
	page_plain(p, STYLE_DIM);
	page_line(p);
}

void
page_line(struct page *p)
{
	text_char(p->out, '\n');
}
