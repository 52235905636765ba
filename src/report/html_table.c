/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"

/* Columns that a phone has room for. */
#define FEW 4

void
html_table_begin(struct html_table *t, struct html *h,
    const char *const *columns)
{
	*t = (struct html_table){ .html = h, .columns = columns };

	size_t n = 0;

	while (columns[n] != NULL)
		n++;
	text_fmt(h->out, "<table%s>\n<thead><tr>",
	    n <= FEW ? " class=\"few\"" : "");
	for (size_t i = 0; i < n; i++)
		text_fmt(h->out, "<th scope=\"col\">%s</th>", columns[i]);
	text_str(h->out, "</tr></thead>\n<tbody>\n");
}

void
html_row(struct html_table *t, bool marked, const char *head)
{
	text_fmt(t->html->out, "<tr%s><th scope=\"row\">",
	    marked ? " class=\"diff\"" : "");
	html_words(t->html, head);
	text_str(t->html->out, "</th>");
	t->at = 1;
}

void
html_cell(struct html_table *t, const char *words)
{
	text_fmt(t->html->out, "<td data-label=\"%s\">", t->columns[t->at++]);
	html_words(t->html, words);
	text_str(t->html->out, "</td>");
}

void
html_cell_number(struct html_table *t, uint64_t n)
{
	text_fmt(t->html->out, "<td class=\"num\" data-label=\"%s\">%llu"
	    "</td>", t->columns[t->at++], (unsigned long long)n);
}

void
html_row_end(struct html_table *t)
{
	text_str(t->html->out, "</tr>\n");
}

void
html_table_end(struct html_table *t)
{
	text_str(t->html->out, "</tbody>\n</table>\n");
}
