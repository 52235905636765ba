/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_status.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/words.h"

/* Of a drawing, in its own units: a desk's, and a phone's. */
struct geometry {
	const char *class;
	unsigned width;
	unsigned gap; /* between bars */
};

static const struct geometry wide = { "wide", 900, 3 };
static const struct geometry narrow = { "narrow", 356, 1 };

/* From the axis to the highest bar, up and down. */
#define REACH 56u
#define AXIS  (REACH + 22u)

static void
end_page(struct html *h)
{
	text_str(h->out, "</main>\n<footer>\n<p>p407 ");
	html_words(h, h->report->version);
	text_str(h->out, ". Frame numbers are counted from its start. Times "
	    "are UTC. No password, hash, ticket or token is in this page."
	    "</p>\n</footer>\n</body>\n</html>\n");
}

size_t
html_status_faults(const struct report *r, const struct finding **out)
{
	size_t n = report_pick(r, true, out), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (out[i]->id != NULL && (out[i]->state == NULL ||
		    strcmp(out[i]->state, "open") == 0))
			out[kept++] = out[i];
	return kept;
}

/* "last seen 3 min ago" */
static void
ago(struct html *h, when_ns then, when_ns now)
{
	struct text t = { 0 };

	if (then == WHEN_NONE || now == WHEN_NONE)
		return;
	when_length(&t, then < now ? when_between(then, now) : 0);
	html_words(h, text_get(&t));
	text_str(h->out, " ago");
	text_fini(&t);
}

struct sums {
	uint64_t good, bad;
	int64_t unwatched; /* minutes */
};

static struct sums
sums_of(const struct trend_bars *t)
{
	struct sums s = { 0 };

	for (size_t i = 0; i < TREND_BARS; i++) {
		s.good += t->good[i];
		s.bad += t->bad[i];
		s.unwatched += t->due[i] - t->watched[i];
	}
	return s;
}

static void
minutes(struct text *t, int64_t n)
{
	if (n < 60)
		text_fmt(t, "%lld min", (long long)n);
	else
		when_length(t, n * 60 * WHEN_SECOND);
}

/* Of what nobody watched it is not said that it was well. */
static void
lead(struct html *h, const struct html_status *s, size_t n_faults)
{
	struct sums hour = sums_of(&s->hour);
	const char *class = s->n_problems > 0 || n_faults > 0 ? " bad"
	    : hour.unwatched == 0                             ? " good"
	                                                      : "";

	text_fmt(h->out, "<section class=\"lead%s\" aria-label=\"Now\">\n"
	    "<p class=\"what\">", class);
	if (n_faults > 0)
		text_fmt(h->out, "%zu %s open.", n_faults,
		    n_faults == 1 ? "fault is" : "faults are");
	else if (h->report->n_attempts > 0)
		text_str(h->out, "No fault is open.");
	else
		text_fmt(h->out, "No login at a proxy was seen %s.",
		    hour.good + hour.bad == 0 ? "in the last hour"
		                              : "since p407 began");
	text_str(h->out, "</p>\n");
	for (size_t i = 0; i < s->n_problems; i++) {
		text_str(h->out, "<p><strong>The capture: </strong>");
		html_words(h, s->problems[i]);
		text_str(h->out, "</p>\n");
	}
	if (s->n_problems == 0)
		html_element(h, "p", NULL, "The capture is well.");
	if (hour.unwatched > 0) {
		text_str(h->out, "<p>Nobody watched for ");
		minutes(h->out, hour.unwatched);
		text_str(h->out, " of the last hour.</p>\n");
	}
	text_str(h->out, "<p class=\"who\">This page renews itself every "
	    "15 s; <a href=\"/?still\">hold it still</a>, or "
	    "<a href=\"/\">let it go on</a>.</p>\n</section>\n");
}

static void
fault(struct html *h, const struct finding *f, when_ns now)
{
	uint64_t n = f->total > 0 ? f->total : f->n_attempts;

	text_fmt(h->out, "<li><a href=\"/finding/%s\"><strong>", f->id);
	html_sentence(h, f->title);
	text_fmt(h->out, "</strong></a> <span class=\"chip %s\">severity %s"
	    "</span><br>", level_name(f->severity), level_name(f->severity));
	html_sentence(h, f->message);
	text_fmt(h->out, "<br><span class=\"who\">%llu %s, %zu %s; last ",
	    (unsigned long long)n, n == 1 ? "attempt" : "attempts",
	    f->clients.total,
	    f->clients.total == 1 ? "client" : "clients");
	ago(h, f->last, now);
	text_str(h->out, "</span></li>\n");
}

static void
faults(struct html *h, const struct html_status *s,
    const struct finding *const *list, size_t n)
{
	if (n == 0)
		return;
	text_str(h->out, "<section>\n<h2>Who fails now, and why</h2>\n"
	                 "<ol>\n");
	for (size_t i = 0; i < n && i < STATUS_FAULTS; i++)
		fault(h, list[i], s->now);
	text_str(h->out, "</ol>\n");
	if (n > STATUS_FAULTS)
		text_fmt(h->out, "<p class=\"who\">and %zu more</p>\n",
		    n - STATUS_FAULTS);
	text_str(h->out, "</section>\n");
}

/* -- the trend -- */

struct stretch {
	const char *span, *each, *begin;
};

static const struct stretch hour = { "hour", "a minute", "1 hour" };
static const struct stretch day = { "day", "24 minutes", "1 day" };
static const struct stretch month = { "30 days", "12 hours", "30 days" };

static uint64_t
highest(const struct trend_bars *t)
{
	uint64_t most = 0;

	for (size_t i = 0; i < TREND_BARS; i++) {
		most = t->good[i] > most ? t->good[i] : most;
		most = t->bad[i] > most ? t->bad[i] : most;
	}
	return most;
}

/* Not less than one can see. */
static unsigned
length_of(uint64_t n, uint64_t most)
{
	unsigned length = (unsigned)(REACH * (double)n / (double)most);

	return n == 0 ? 0 : length < 2 ? 2 : length;
}

/* What nobody watched is a band, without seams, not an empty place. */
static void
gap(struct html *h, const struct geometry *g, const struct trend_bars *t,
    size_t i)
{
	unsigned x = g->width * (unsigned)i / TREND_BARS;
	unsigned next = g->width * (unsigned)(i + 1) / TREND_BARS;

	if (t->watched[i] < t->due[i])
		text_fmt(h->out, "<rect class=\"%s\" x=\"%u\" y=\"%u\" "
		    "width=\"%u\" height=\"%u\"><title>watched %u of %u "
		    "min</title></rect>\n",
		    t->watched[i] == 0 ? "gap" : "gap part", x, AXIS - REACH,
		    next - x + 1, 2 * REACH, t->watched[i], t->due[i]);
}

/* Up is good and down is bad, so that colour says nothing alone. */
static void
bar(struct html *h, const struct geometry *g, const struct trend_bars *t,
    size_t i, uint64_t most)
{
	unsigned x = g->width * (unsigned)i / TREND_BARS;
	unsigned next = g->width * (unsigned)(i + 1) / TREND_BARS;
	unsigned up = length_of(t->good[i], most);
	unsigned down = length_of(t->bad[i], most);

	if (up > 0)
		text_fmt(h->out, "<rect class=\"g\" x=\"%u\" y=\"%u\" "
		    "width=\"%u\" height=\"%u\"><title>%llu good</title>"
		    "</rect>\n", x, AXIS - 1 - up, next - x - g->gap, up,
		    (unsigned long long)t->good[i]);
	if (down > 0)
		text_fmt(h->out, "<rect class=\"b\" x=\"%u\" y=\"%u\" "
		    "width=\"%u\" height=\"%u\"><title>%llu failed</title>"
		    "</rect>\n", x, AXIS + 1, next - x - g->gap, down,
		    (unsigned long long)t->bad[i]);
}

static void
draw(struct html *h, const struct geometry *g, const struct trend_bars *t,
    const struct stretch *s, uint64_t most)
{
	text_fmt(h->out, "<svg class=\"%s\" viewBox=\"0 0 %u %u\" "
	    "role=\"group\" aria-label=\"Attempts of the last %s\">\n",
	    g->class, g->width, 2 * AXIS + 8, s->span);
	for (size_t i = 0; i < TREND_BARS; i++)
		gap(h, g, t, i);
	text_fmt(h->out, "<line x1=\"0\" y1=\"%u\" x2=\"%u\" y2=\"%u\"/>\n"
	    "<text class=\"dim\" x=\"0\" y=\"13\">good, at most %llu a bar"
	    "</text>\n", AXIS, g->width, AXIS, (unsigned long long)most);
	for (size_t i = 0; i < TREND_BARS; i++)
		bar(h, g, t, i, most);
	text_fmt(h->out, "<text class=\"dim\" x=\"0\" y=\"%u\">failed; %s "
	    "ago</text>\n<text class=\"dim\" x=\"%u\" y=\"%u\" "
	    "text-anchor=\"end\">now</text>\n</svg>\n", 2 * AXIS, s->begin,
	    g->width - 4, 2 * AXIS);
}

static void
trend(struct html *h, const struct trend_bars *t, const struct stretch *s)
{
	uint64_t most = highest(t);
	struct sums all = sums_of(t);

	text_fmt(h->out, "<h3>The last %s</h3>\n<p class=\"who\">%llu good, "
	    "%llu failed; a bar is %s", s->span,
	    (unsigned long long)all.good, (unsigned long long)all.bad,
	    s->each);
	if (all.unwatched > 0) {
		text_str(h->out, "; grey: nobody watched, in all ");
		minutes(h->out, all.unwatched);
	}
	text_str(h->out, "</p>\n");
	if (most == 0)
		return;
	text_str(h->out, "<div class=\"drawing\">\n");
	draw(h, &wide, t, s, most);
	draw(h, &narrow, t, s, most);
	text_str(h->out, "</div>\n");
}

/* -- the capture -- */

static void
ago_cell(struct html_table *t, when_ns then, when_ns now)
{
	struct text words = { 0 };

	if (then != WHEN_NONE && now != WHEN_NONE) {
		when_length(&words,
		    then < now ? when_between(then, now) : 0);
		text_str(&words, " ago");
	}
	html_cell(t, text_get(&words));
	text_fini(&words);
}

static void
capture(struct html *h, const struct html_status *s)
{
	static const char *const columns[] = { "interface", "frames", "bytes",
		"lost", "last frame", NULL };
	const struct report *r = h->report;
	const struct capture_quality *q = &r->quality;
	struct html_table t;

	text_str(h->out, "<section>\n<h2>The capture</h2>\n");
	html_table_begin(&t, h, columns);
	for (size_t i = 0; i < r->n_inputs; i++) {
		html_row(&t, r->inputs[i].dropped > 0, r->inputs[i].name);
		html_cell_number(&t, r->inputs[i].frames);
		html_cell_number(&t, r->inputs[i].bytes);
		html_cell_number(&t, r->inputs[i].dropped);
		ago_cell(&t, r->inputs[i].last, s->now);
		html_row_end(&t);
	}
	html_table_end(&t);
	text_fmt(h->out, "<p class=\"who\">%llu connections, %llu with HTTP; "
	    "of the bytes of these, %.2f %% were not seen</p>\n",
	    (unsigned long long)q->connections,
	    (unsigned long long)q->http_connections,
	    100 * report_missing_ratio(r));
	for (size_t i = 0; i < LIMIT_COUNT; i++)
		if (r->limit_hits[i] > 0)
			text_fmt(h->out, "<p class=\"who\">bound reached "
			    "%llu times: %s (%llu)</p>\n",
			    (unsigned long long)r->limit_hits[i],
			    limit_what((enum limit)i),
			    (unsigned long long)limit_of((enum limit)i));
	text_str(h->out, "</section>\n");
}

void
html_status_page(struct text *out, const struct html_status *s)
{
	struct html h = { out, s->report };
	const struct finding **list = memory_new(s->report->n_findings + 1,
	    sizeof(const struct finding *));
	size_t n = html_status_faults(s->report, list);

	html_begin(&h, "Proxy authentication now");
	text_str(out, "<header>\n<p class=\"mark\">p407 status</p>\n"
	              "<h1>Proxy authentication now</h1>\n<p class=\"from\">");
	if (s->now != WHEN_NONE) {
		when_day_time(out, s->now);
		text_str(out, " UTC, by the clock of the capture");
	} else {
		text_str(out, "No frame was seen yet");
	}
	text_str(out, "</p>\n</header>\n<main>\n");
	lead(&h, s, n);
	faults(&h, s, list, n);
	text_str(out, "<section>\n<h2>Attempts</h2>\n");
	trend(&h, &s->hour, &hour);
	trend(&h, &s->day, &day);
	trend(&h, &s->month, &month);
	text_str(out, "</section>\n");
	html_proxies(&h);
	capture(&h, s);
	end_page(&h);
	free(list);
}

void
html_status_finding(struct text *out, const struct report *r,
    const struct finding *f)
{
	struct html h = { out, r };

	html_begin(&h, "Proxy authentication: a fault");
	text_str(out, "<header>\n<p class=\"mark\">"
	              "<a href=\"/\">p407 status</a></p>\n<h1>Finding ");
	html_words(&h, f->id);
	text_str(out, "</h1>\n</header>\n<main>\n");
	html_finding(&h, f, 1);
	end_page(&h);
}
