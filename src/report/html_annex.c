/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/annex.h"
#include "report/html.h"

/* Columns of a table; its rows. */
#define COLUMNS_MOST 24
#define ROWS_SHOWN   200

static void
table(struct html *h, const struct annex *a)
{
	const char *titles[COLUMNS_MOST + 1];
	size_t shown[COLUMNS_MOST], n = 0;
	struct html_table t;

	for (size_t k = 0; k < a->n_columns && n < COLUMNS_MOST; k++)
		if (a->columns[k].title != NULL) {
			titles[n] = a->columns[k].title;
			shown[n++] = k;
		}
	titles[n] = NULL;
	html_table_begin(&t, h, titles);
	for (size_t i = 0; i < a->n_rows && i < ROWS_SHOWN; i++) {
		html_row(&t, false, annex_cell(h->report, a, i, shown[0]));
		for (size_t k = 1; k < n; k++)
			html_cell(&t, annex_cell(h->report, a, i, shown[k]));
		html_row_end(&t);
	}
	html_table_end(&t);
}

void
html_annex(struct html *h, const struct annex *a)
{
	text_fmt(h->out, "<section>\n<h2>%s</h2>\n", a->title);
	for (size_t i = 0; i < a->n_lines; i++) {
		text_str(h->out, "<p>");
		html_sentence(h, a->lines[i]);
		text_str(h->out, "</p>\n");
	}
	if (a->n_rows > 0)
		table(h, a);
	if (a->n_rows + a->left_out > ROWS_SHOWN)
		text_fmt(h->out, "<p class=\"who\">and %zu more rows</p>\n",
		    a->n_rows + a->left_out - ROWS_SHOWN);
	text_str(h->out, "</section>\n");
}
