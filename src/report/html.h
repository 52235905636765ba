/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * html.h - the report as one page: the parts it is made of
 *
 * One file that needs nothing else: no script, no outside resource; CSS and
 * SVG are in it.  Tags are ours and written as they are; every word goes
 * through html_words() or html_name(), which redact and escape, once.
 */
#ifndef P407_REPORT_HTML_H
#define P407_REPORT_HTML_H

#include "report/model.h"
#include "report/sink.h"

struct html {
	struct text *out;
	const struct report *report;
};

/* The whole page, for the table of formats. */
void html_write(struct sink *s, const struct report *r);

/* From the doctype to <body>, with the style sheet. */
void html_begin(struct html *h, const char *title);

/* Words of ours or of the wire, escaped; nothing for NULL. */
void html_words(struct html *h, const char *words);
/* The same for sentences that may name identities: redacted first. */
void html_sentence(struct html *h, const char *words);
/* "<tag>words</tag>", and a class if it has one; nothing for no words. */
void html_element(struct html *h, const char *tag, const char *class,
    const char *words);

/*
 * A table, which a phone shows as a list if it has many columns: each cell
 * knows its own.  A row
 * is a head and then cells, one for each further column, whose words are
 * redacted by the caller.  Names of columns are ours, and the last is NULL.
 */
struct html_table {
	struct html *html;
	const char *const *columns;
	size_t at; /* column of the next cell */
};

void html_table_begin(struct html_table *t, struct html *h,
    const char *const *columns);
void html_row(struct html_table *t, bool marked, const char *head);
void html_cell(struct html_table *t, const char *words);
void html_cell_number(struct html_table *t, uint64_t n);
void html_row_end(struct html_table *t);
void html_table_end(struct html_table *t);

/* The style sheet, for <style>, in pieces; the last is NULL. */
extern const char *const html_style[];

/* A fault, with all there is to say. */
void html_finding(struct html *h, const struct finding *f, size_t number);

/* The messages of the example of a finding, as SVG, wide and narrow. */
void html_ladder(struct html *h, const struct finding *f, size_t number);

/* Good and bad attempts over time, as SVG, wide and narrow. */
void html_timeline(struct html *h);

/* What each proxy offers and how its attempts ended; nothing for none. */
void html_proxies(struct html *h);

/* Proxies, inventory, times of decision, clocks, and the capture itself. */
void html_tables(struct html *h);

/* A section that another input gave rise to: annex.h. */
void html_annex(struct html *h, const struct annex *a);

/* A finding that is no fault. */
void html_remark(struct html *h, const struct finding *f);

#endif
