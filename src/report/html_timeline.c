/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/page.h"
#include "report/words.h"

/*
 * A row for a client, a proxy and a scheme; those with most failures first.
 * Time is cut into bins, so that a million attempts draw as fast as ten.
 */
enum {
	ROWS_SHOWN = 12,
	BINS = 60,
	WIDTH = 900,
	LEFT = 370,
	LABEL = 45, /* characters left of that */
	RIGHT = 880,
	ROW = 26,
	TOP = 14,
};

struct lane_row {
	const struct attempt *first;
	unsigned good[BINS], bad[BINS], other[BINS];
	unsigned n_bad, n;
};

/* Lanes are told apart by what the label shows. */
static int
lane_order(const struct attempt *a, const struct attempt *b)
{
	const struct connection *x = &a->connection, *y = &b->connection;
	int d = memcmp(&x->client, &y->client, sizeof(x->client));

	if (d == 0)
		d = memcmp(&x->proxy, &y->proxy, sizeof(x->proxy));
	if (d == 0)
		d = (int)x->proxy_port - (int)y->proxy_port;
	return d != 0 ? d : strcmp(a->scheme_name, b->scheme_name);
}

static int
by_lane(const void *left, const void *right)
{
	const struct attempt *a = *(const struct attempt *const *)left;
	const struct attempt *b = *(const struct attempt *const *)right;
	int d = lane_order(a, b);

	if (d != 0)
		return d;
	return a->id < b->id ? -1 : a->id > b->id;
}

static int
by_failures(const void *left, const void *right)
{
	const struct lane_row *x = left, *y = right;

	if (x->n_bad != y->n_bad)
		return x->n_bad > y->n_bad ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->first->id < y->first->id ? -1 : x->first->id > y->first->id;
}

static int
bin_of(const struct report *r, when_ns at)
{
	int64_t span = r->last - r->first;

	if (span <= 0 || at <= r->first)
		return 0;
	if (at >= r->last)
		return BINS - 1;

	int64_t bin = (int64_t)((double)(at - r->first) / (double)span * BINS);

	return bin < BINS ? (int)bin : BINS - 1;
}

static void
count(const struct report *r, struct lane_row *row, const struct attempt *a)
{
	int bin = bin_of(r, a->end);

	row->n++;
	if (a->outcome == OUTCOME_AUTHENTICATED) {
		row->good[bin]++;
	} else if (attempt_failed(a)) {
		row->bad[bin]++;
		row->n_bad++;
	} else {
		row->other[bin]++;
	}
}

/* The rows, most failures first; how many there are in all. */
static size_t
rows_of(const struct report *r, struct lane_row **out)
{
	const struct attempt **list =
	    memory_new(r->n_attempts + 1, sizeof(*list));
	struct lane_row *rows;
	size_t n = 0;

	for (size_t i = 0; i < r->n_attempts; i++)
		list[i] = r->attempts[i];
	qsort(list, r->n_attempts, sizeof(*list), by_lane);
	for (size_t i = 0; i < r->n_attempts; i++)
		n += i == 0 || lane_order(list[i - 1], list[i]) != 0;
	rows = memory_new(n + 1, sizeof(*rows));
	n = 0;
	for (size_t i = 0; i < r->n_attempts; i++) {
		if (i == 0 || lane_order(list[i - 1], list[i]) != 0)
			rows[n++].first = list[i];
		count(r, &rows[n - 1], list[i]);
	}
	free(list);
	qsort(rows, n, sizeof(*rows), by_failures);
	*out = rows;
	return n;
}

static void
put_label(struct html *h, const struct lane_row *row, int y)
{
	const struct connection *c = &row->first->connection;
	struct redact *redact = h->report->redact;

	struct text words = { 0 }, shown = { 0 };
	struct page page = { .out = &shown, .width = LABEL };

	text_fmt(&words, "%s → ", redact_address(redact, &c->client));
	text_fmt(&words, "%s, %s",
	    redact_address_port(redact, &c->proxy, c->proxy_port),
	    row->first->scheme_name);
	page_cell(&page, &shown, text_get(&words), LABEL);
	text_fmt(h->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">",
	    LEFT - 12, y + 4);
	html_words(h, text_get(&shown));
	text_str(h->out, "</text>\n");
	text_fini(&shown);
	text_fini(&words);
}

/* A ring is good, a cross is bad, a dash could not be told. */
static void
put_bin(struct html *h, const struct lane_row *row, int bin, int y)
{
	int x = LEFT + (RIGHT - LEFT) * (2 * bin + 1) / (2 * BINS);

	if (row->good[bin] > 0)
		text_fmt(h->out, "<circle cx=\"%d\" cy=\"%d\" r=\"4\">"
		    "<title>%u authenticated</title></circle>\n", x, y,
		    row->good[bin]);
	if (row->bad[bin] > 0)
		text_fmt(h->out, "<path class=\"bs\" d=\"M%d %dl8 8m0 -8l-8 8"
		    "\"><title>%u failed</title></path>\n", x - 4, y - 4,
		    row->bad[bin]);
	if (row->other[bin] > 0)
		text_fmt(h->out, "<path d=\"M%d %dh8\"><title>%u cannot be "
		    "told</title></path>\n", x - 4, y, row->other[bin]);
}

static void
put_axis(struct html *h, int y)
{
	const struct report *r = h->report;
	struct text t = { 0 };

	text_fmt(h->out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
	    "<text class=\"dim\" x=\"%d\" y=\"%d\">", LEFT, y, RIGHT, y, LEFT,
	    y + 18);
	when_day_time(&t, r->first);
	html_words(h, text_get(&t));
	text_fmt(h->out, "</text>\n<text class=\"dim\" x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">", RIGHT, y + 18);
	text_clear(&t);
	when_day_time(&t, r->last);
	html_words(h, text_get(&t));
	text_str(h->out, " UTC</text>\n");
	text_fini(&t);
}

void
html_timeline(struct html *h)
{
	const struct report *r = h->report;
	struct lane_row *rows;

	if (r->n_attempts < 2 || r->first == WHEN_NONE || r->last <= r->first)
		return;

	size_t n = rows_of(r, &rows);
	size_t shown = n < ROWS_SHOWN ? n : ROWS_SHOWN;
	int height = TOP + (int)shown * ROW + 30;

	text_str(h->out,
	    "<section>\n<h2>Who, and when</h2>\n"
	    "<p class=\"who\">○ authenticated, × failed, "
	    "– cannot be told; a row for a client, a proxy and a "
	    "scheme.</p>\n");
	text_fmt(h->out,
	    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Attempts over time\">\n"
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-label=\"Attempts over time, by client, proxy and scheme\">\n",
	    WIDTH, height);
	for (size_t i = 0; i < shown; i++) {
		int y = TOP + (int)i * ROW + ROW / 2;

		text_fmt(h->out, "<line class=\"rail\" x1=\"%d\" y1=\"%d\" "
		    "x2=\"%d\" y2=\"%d\"/>\n", LEFT, y, RIGHT, y);
		put_label(h, &rows[i], y);
		for (int bin = 0; bin < BINS; bin++)
			put_bin(h, &rows[i], bin, y);
	}
	put_axis(h, TOP + (int)shown * ROW);
	text_str(h->out, "</svg>\n</div>\n");
	if (n > shown)
		text_fmt(h->out, "<p class=\"who\">and %zu more rows with "
		    "fewer failures</p>\n", n - shown);
	text_str(h->out, "</section>\n");
	free(rows);
}
