/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "report/brief.h"
#include "report/quality.h"

/* Faults and remarks shown; the rest is counted. */
#define FAULTS_SHOWN  50
#define REMARKS_SHOWN 50

void
html_words(struct html *h, const char *words)
{
	escape_html(h->out, span_of_str(words));
}

void
html_sentence(struct html *h, const char *words)
{
	html_words(h, redact_words(h->report->redact, words));
}

void
html_element(struct html *h, const char *tag, const char *class,
    const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	text_fmt(h->out, "<%s", tag);
	if (class != NULL)
		text_fmt(h->out, " class=\"%s\"", class);
	text_char(h->out, '>');
	html_words(h, words);
	text_fmt(h->out, "</%s>\n", tag);
}

/* How the attempts ended, in numbers. */
static void
tiles(struct html *h)
{
	static const struct {
		enum outcome outcome;
		const char *class;
	} kinds[] = {
		{ OUTCOME_AUTHENTICATED, "good" },
		{ OUTCOME_REJECTED, "bad" },
		{ OUTCOME_ABANDONED, "bad" },
		{ OUTCOME_BROKEN, "bad" },
		{ OUTCOME_INCOMPLETE, "none" },
	};
	const struct report *r = h->report;

	if (r->n_attempts == 0)
		return;
	text_fmt(h->out, "<ul class=\"tiles\">\n<li><b>%zu</b> %s</li>\n",
	    r->n_attempts, r->n_attempts == 1 ? "attempt" : "attempts");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (r->outcomes[kinds[i].outcome] > 0)
			text_fmt(h->out, "<li class=\"%s\"><b>%u</b> %s"
			    "</li>\n", kinds[i].class,
			    r->outcomes[kinds[i].outcome],
			    outcome_name(kinds[i].outcome));
	text_fmt(h->out, "<li><b>%zu</b> %s</li>\n</ul>\n", r->n_proxies,
	    r->n_proxies == 1 ? "proxy" : "proxies");
}

static void
summary(struct html *h, const struct finding *first)
{
	const struct report *r = h->report;
	bool good = r->n_faults == 0 && brief_failures(r) == 0;
	struct text t = { 0 };

	text_fmt(h->out, "<section class=\"lead%s\" aria-label=\"Summary\">"
	    "\n", r->n_faults > 0 ? " bad" : good ? " good" : "");
	brief_fault(r, first, &t);
	html_element(h, "p", "what", text_get(&t));
	text_clear(&t);
	brief_outcome(r, &t);
	html_element(h, "p", NULL, text_get(&t));
	text_clear(&t);
	brief_step(r, first, &t);
	html_element(h, "p", NULL, text_get(&t));
	text_str(h->out, "</section>\n");
	text_fini(&t);
	tiles(h);
}

/* Where there is more than one. */
static void
contents(struct html *h, const struct finding *const *list, size_t n)
{
	if (n < BRIEF_LIST)
		return;

	struct text whom = { 0 };

	text_str(h->out, "<nav aria-label=\"Faults\">\n<ol>\n");
	for (size_t i = 0; i < n && i < FAULTS_SHOWN; i++) {
		text_clear(&whom);
		brief_whom(h->report, list[i], &whom);
		text_fmt(h->out, "<li><a href=\"#fault-%zu\">", i + 1);
		html_sentence(h, list[i]->title);
		text_str(h->out, "</a> ");
		html_element(h, "span", "who", text_get(&whom));
		text_str(h->out, "</li>\n");
	}
	text_str(h->out, "</ol>\n</nav>\n");
	text_fini(&whom);
}

void
html_begin(struct html *h, const char *title)
{
	text_str(h->out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<title>");
	html_words(h, title);
	text_str(h->out, "</title>\n<style>\n");
	for (size_t i = 0; html_style[i] != NULL; i++)
		text_str(h->out, html_style[i]);
	text_str(h->out, "</style>\n</head>\n<body>\n");
}

static void
head(struct html *h)
{
	const struct report *r = h->report;
	struct text measures = { 0 };

	text_fmt(&measures, "Proxy authentication: %zu %s", r->n_faults,
	    r->n_faults == 1 ? "fault" : "faults");
	html_begin(h, text_get(&measures));
	text_clear(&measures);
	text_str(h->out, "<header>\n"
	    "<p class=\"mark\">p407 report</p>\n<h1>");
	brief_heading(r, h->out);
	text_str(h->out, "</h1>\n<p class=\"from\">");
	for (size_t i = 0; i < r->n_inputs && i < 3; i++) {
		text_str(h->out, i > 0 ? ", " : "");
		html_words(h, quality_name(r, &r->inputs[i]));
	}
	if (r->n_inputs > 3)
		text_fmt(h->out, " and %zu more captures", r->n_inputs - 3);
	brief_measures(r, &measures);
	text_str(h->out, "</p>\n<p class=\"from\">");
	html_words(h, text_get(&measures));
	text_fini(&measures);
	text_str(h->out, "</p>\n</header>\n<main>\n");
}

static void
foot(struct html *h)
{
	text_str(h->out, "</main>\n<footer>\n<p>Made by p407 ");
	html_words(h, h->report->version);
	text_str(h->out, " with rules ");
	html_words(h, h->report->rules_version);
	text_str(h->out,
	    ". Frame numbers are those that Wireshark shows for the same "
	    "capture. No password, hash, ticket or token is in this "
	    "page.</p>\n</footer>\n</body>\n</html>\n");
}

static void
flush(struct sink *s, struct text *t)
{
	sink_add(s, text_span(t));
	text_clear(t);
}

static void
remarks(struct html *h, const struct finding *const *list, size_t n)
{
	if (n == 0)
		return;
	text_str(h->out, "<section>\n<h2>Remarks</h2>\n<ul>\n");
	for (size_t i = 0; i < n && i < REMARKS_SHOWN; i++)
		html_remark(h, list[i]);
	if (n > REMARKS_SHOWN)
		text_fmt(h->out, "<li>and %zu more</li>\n",
		    n - REMARKS_SHOWN);
	text_str(h->out, "</ul>\n</section>\n");
}

void
html_write(struct sink *s, const struct report *r)
{
	struct text t = { 0 };
	struct html h = { &t, r };
	const struct finding **list = memory_new(r->n_findings + 1,
	    sizeof(const struct finding *));
	size_t n = report_pick(r, true, list);

	head(&h);
	summary(&h, n > 0 ? list[0] : NULL);
	contents(&h, list, n);
	html_timeline(&h);
	flush(s, &t);
	for (size_t i = 0; i < n && i < FAULTS_SHOWN; i++) {
		html_finding(&h, list[i], i + 1);
		flush(s, &t);
	}
	if (n > FAULTS_SHOWN)
		text_fmt(&t, "<p>%zu more faults are in the other formats of "
		             "this report.</p>\n", n - FAULTS_SHOWN);
	n = report_pick(r, false, list);
	remarks(&h, list, n);
	html_tables(&h);
	foot(&h);
	flush(s, &t);
	text_fini(&t);
	free(list);
}
