/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "report/brief.h"

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
html_element(struct html *h, const char *tag, const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	text_fmt(h->out, "<%s>", tag);
	html_words(h, words);
	text_fmt(h->out, "</%s>", tag);
}

static void
summary(struct html *h, const struct finding *first)
{
	const struct report *r = h->report;
	bool good = r->n_faults == 0 && brief_failures(r) == 0;
	struct text t = { 0 };

	brief_summary(r, first, &t);
	text_fmt(h->out, "<p class=\"lead%s\">",
	    r->n_faults > 0 ? " bad" : good ? " good" : "");
	html_words(h, text_get(&t));
	text_str(h->out, "</p>\n");
	text_fini(&t);
}

static void
head(struct html *h)
{
	const struct report *r = h->report;
	struct text measures = { 0 };

	text_str(h->out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<title>Proxy authentication: ");
	text_fmt(h->out, "%zu %s", r->n_faults,
	    r->n_faults == 1 ? "fault" : "faults");
	text_str(h->out, "</title>\n<style>\n");
	text_str(h->out, html_style);
	text_str(h->out, "</style>\n</head>\n<body>\n<header>\n<h1>");
	if (r->n_faults > 0)
		text_fmt(h->out, "Proxy authentication: %zu %s",
		    r->n_faults, r->n_faults == 1 ? "fault" : "faults");
	else
		text_str(h->out, "Proxy authentication: no fault found");
	text_str(h->out, "</h1>\n<p class=\"from\">");
	for (size_t i = 0; i < r->n_inputs && i < 3; i++) {
		text_str(h->out, i > 0 ? ", " : "");
		html_sentence(h, strcmp(r->inputs[i].name, "-") == 0
		        ? "standard input"
		        : r->inputs[i].name);
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
