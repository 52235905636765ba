/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"
#include "report/lanes.h"

#include <stdlib.h>

#include "report/page.h"

/* Lanes shown; there is a table of all in no format. */
#define LANES_SHOWN 12

/* Pixels of the page it is made for; a phone has the label over the lane. */
struct geometry {
	const char *class;
	int width;
	int left, right; /* of the lanes */
	int lane;        /* height */
	size_t label;    /* characters of it */
	bool above;
	int mark; /* half of its width */
};

static const struct geometry wide = { "wide", 900, 400, 880, 26, 48, false,
	4 };
static const struct geometry narrow = { "narrow", 356, 8, 348, 46, 42, true,
	3 };

static void
put_label(struct html *h, const struct geometry *at, const struct lane *lane,
    int y)
{
	struct text words = { 0 }, shown = { 0 };
	struct page page = { .out = &shown, .width = at->label };

	lane_words(h->report, lane, &words);
	page_cell(&page, &shown, text_get(&words), at->label);
	if (at->above)
		text_fmt(h->out, "<text x=\"%d\" y=\"%d\">", at->left,
		    y - 14);
	else
		text_fmt(h->out, "<text x=\"%d\" y=\"%d\" "
		    "text-anchor=\"end\">", at->left - 12, y + 4);
	html_words(h, text_get(&shown));
	text_str(h->out, "</text>\n");
	text_fini(&shown);
	text_fini(&words);
}

/* A disc is good, a cross is bad, a dash could not be told. */
static void
put_bin(struct html *h, const struct geometry *at, const struct lane *lane,
    int bin, int y)
{
	int room = at->right - at->left;
	int x = at->left + room * (2 * bin + 1) / (2 * LANE_BINS);
	int m = at->mark;

	if (lane->good[bin] > 0)
		text_fmt(h->out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\">"
		    "<title>%u authenticated</title></circle>\n", x, y, m,
		    lane->good[bin]);
	if (lane->bad[bin] > 0)
		text_fmt(h->out, "<path class=\"bs\" "
		    "d=\"M%d %dl%d %dm0 %dl%d %d\">"
		    "<title>%u failed</title></path>\n", x - m, y - m,
		    2 * m, 2 * m, -2 * m, -2 * m, 2 * m, lane->bad[bin]);
	if (lane->other[bin] > 0)
		text_fmt(h->out, "<path d=\"M%d %dh%d\"><title>%u cannot be "
		    "told</title></path>\n", x - m, y, 2 * m,
		    lane->other[bin]);
}

/* When the capture begins, and how long it is. */
static void
put_axis(struct html *h, const struct geometry *at, int y)
{
	const struct report *r = h->report;
	struct text t = { 0 };

	text_fmt(h->out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
	    "\n<text class=\"dim\" x=\"%d\" y=\"%d\">", at->left, y,
	    at->right, y, at->left, y + 18);
	when_day_time(&t, r->first);
	html_words(h, text_get(&t));
	text_clear(&t);
	text_fmt(h->out, "</text>\n<text class=\"dim\" x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">+", at->right, y + 18);
	when_length(&t, r->last - r->first);
	html_words(h, text_get(&t));
	text_str(h->out, "</text>\n");
	text_fini(&t);
}

static void
draw(struct html *h, const struct geometry *at, const struct lane *lanes,
    size_t n)
{
	int bottom = 14 + (int)n * at->lane;

	text_fmt(h->out, "<svg class=\"%s\" viewBox=\"0 0 %d %d\" "
	    "role=\"group\" aria-label=\"Attempts over time, by client, "
	    "proxy and scheme\">\n", at->class, at->width, bottom + 30);
	for (size_t i = 0; i < n; i++) {
		int y = 14 + (int)i * at->lane +
		    (at->above ? at->lane - 12 : at->lane / 2);

		text_fmt(h->out, "<line class=\"rail\" x1=\"%d\" y1=\"%d\" "
		    "x2=\"%d\" y2=\"%d\"/>\n", at->left, y, at->right, y);
		put_label(h, at, &lanes[i], y);
		for (int bin = 0; bin < LANE_BINS; bin++)
			put_bin(h, at, &lanes[i], bin, y);
	}
	put_axis(h, at, bottom);
	text_str(h->out, "</svg>\n");
}

void
html_timeline(struct html *h)
{
	const struct report *r = h->report;
	struct lane *lanes;

	if (r->n_attempts < 2 || r->first == WHEN_NONE || r->last <= r->first)
		return;

	size_t n = lanes_of(r, &lanes);
	size_t shown = n < LANES_SHOWN ? n : LANES_SHOWN;

	text_str(h->out,
	    "<section>\n<h2>Who, and when</h2>\n<p class=\"who\">"
	    "<span class=\"g\">●</span> authenticated, "
	    "<span class=\"b\">×</span> failed, – cannot be told; a row for "
	    "a client, a proxy and a scheme. Times are UTC.</p>\n"
	    "<div class=\"drawing\">\n");
	draw(h, &wide, lanes, shown);
	draw(h, &narrow, lanes, shown);
	text_str(h->out, "</div>\n");
	if (n > shown)
		text_fmt(h->out, "<p class=\"who\">and %zu more rows with "
		    "fewer failures</p>\n", n - shown);
	text_str(h->out, "</section>\n");
	free(lanes);
}
