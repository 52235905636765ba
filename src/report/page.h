/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page.h - paragraphs for a terminal of so many columns
 *
 * Whatever is given as words goes through escape_terminal() here, once, so
 * that callers hand over raw strings, and nothing that came from the wire
 * can reach the terminal another way.  Widths are counted in columns:
 * continuation bytes and combining marks have none, CJK has two.
 */
#ifndef P407_REPORT_PAGE_H
#define P407_REPORT_PAGE_H

#include "base/text.h"

enum style {
	STYLE_PLAIN = 0,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_RED,    /* bold, too */
	STYLE_YELLOW,
	STYLE_GREEN,
	STYLE_CYAN,
};

struct page {
	struct text *out;
	size_t width;
	bool color, ascii;
};

/* Columns that s takes on a terminal, after escaping. */
size_t page_columns(struct span s);

/* Turn a style on, and off again; nothing where there are no colours. */
void page_style(struct page *p, enum style style);
void page_plain(struct page *p, enum style style);

/*
 * Add words, escaped, to t; cut with an ellipsis if they take more than
 * `columns`.  Line ends become spaces.  Returns the columns used.
 */
size_t page_cell(const struct page *p, struct text *t, const char *words,
    size_t columns);

/*
 * A paragraph: `lead` in its style, then the words wrapped between `column`
 * and the width of the page, all but the first line indented to `column`.
 * The lead is ours and printed as it is.  Nothing for NULL or no words.
 */
void page_flow(struct page *p, const char *lead, enum style style,
    size_t column, const char *words);

/* A line across the page. */
void page_rule(struct page *p);

void page_line(struct page *p);

#endif
