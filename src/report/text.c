/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/text.h"

#include <stdlib.h>

#include "base/memory.h"
#include "report/brief.h"
#include "report/words.h"

static void
add_span_of_time(struct text *t, when_ns first, when_ns last)
{
	struct text end;

	when_day_time(t, first);
	text_init(&end);
	when_day_time(&end, last);
	if (strcmp(text_get(&end), t->at + t->len - end.len) != 0) {
		text_str(t, " to ");
		/* The day once, if it is the same. */
		bool same = strncmp(text_get(&end), t->at, 10) == 0;

		text_str(t, text_get(&end) + (same ? 11 : 0));
	}
	text_str(t, " UTC");
	text_fini(&end);
}

/* "10:31:07 to 10:31:08 UTC; 31 frames, 2 connections (1 with HTTP)" */
static void
head_measures(struct page *p, const struct report *r)
{
	struct text t;

	text_init(&t);
	if (r->first != WHEN_NONE) {
		add_span_of_time(&t, r->first, r->last);
		text_str(&t, "; ");
	}
	words_count(&t, r->quality.frames, "frame", "frames");
	text_str(&t, ", ");
	words_count(&t, r->quality.connections, "connection", "connections");
	if (r->quality.connections > 0)
		text_fmt(&t, " (%llu with HTTP)",
		    (unsigned long long)r->quality.http_connections);
	page_flow(p, "", STYLE_PLAIN, 2, text_get(&t));
	text_fini(&t);
}

static void
head_input(struct page *p, const struct report *r, const char *lead,
    const struct capture_input *in)
{
	struct text t;

	text_init(&t);
	text_str(&t, strcmp(in->name, "-") == 0
	        ? "standard input"
	        : redact_words(r->redact, in->name));
	text_fmt(&t, " (%s", in->format != NULL ? in->format : "not read");
	text_str(&t, in->damaged && in->frames > 0 ? ", damaged)" : ")");
	page_flow(p, lead, STYLE_BOLD, 2, text_get(&t));
	text_fini(&t);
}

/* The answer in one line, before all else. */
static void
head_answer(struct page *p, const struct report *r)
{
	struct text t;
	enum style style = r->n_faults > 0 ? STYLE_RED : STYLE_GREEN;
	unsigned failed = r->outcomes[OUTCOME_REJECTED] +
	    r->outcomes[OUTCOME_ABANDONED] + r->outcomes[OUTCOME_BROKEN];

	text_init(&t);
	if (r->n_attempts > 0) {
		words_count(&t, r->n_attempts, "attempt", "attempts");
		text_str(&t, " to authenticate");
		brief_let_go(r, &t);
		text_str(&t, ": ");
		words_outcomes(&t, r->outcomes);
		text_str(&t, ". ");
	}
	if (r->n_faults > 0)
		words_count(&t, r->n_faults, "fault:", "faults:");
	else if (failed > 0)
		text_str(&t, "No fault of a user or the proxy found.");
	else
		text_str(&t, "No fault found.");
	page_style(p, style);
	page_flow(p, "", STYLE_PLAIN, 2, text_get(&t));
	page_plain(p, style);
	text_fini(&t);
}

void
text_head(struct page *p, const struct report *r)
{
	struct text lead;

	text_init(&lead);
	text_fmt(&lead, "p407 %s: ", r->version != NULL ? r->version : "");
	if (r->n_inputs == 1) {
		head_input(p, r, text_get(&lead), &r->inputs[0]);
	} else {
		text_fmt(p->out, "%s%zu captures\n", text_get(&lead),
		    r->n_inputs);
		for (size_t i = 0; i < r->n_inputs; i++)
			head_input(p, r, "  ", &r->inputs[i]);
	}
	text_fini(&lead);
	head_measures(p, r);
	/* Without attempts text_proxies() says what there is to say. */
	if (r->n_attempts > 0 || r->n_findings > 0)
		head_answer(p, r);
}

/* All of them come in full. */
#define FAULTS_LISTED 50

/* What comes, where it is more than one sees at once. */
static void
contents(struct page *p, const struct report *r,
    const struct finding *const *list, size_t n)
{
	struct text lead, words;

	if (n < BRIEF_LIST)
		return;
	text_init(&lead);
	text_init(&words);
	for (size_t i = 0; i < n && i < FAULTS_LISTED; i++) {
		text_clear(&lead);
		text_clear(&words);
		text_fmt(&lead, "  %3zu. ", i + 1);
		text_fmt(&words, "%s: ", list[i]->title);
		brief_whom(r, list[i], &words);
		page_flow(p, text_get(&lead), STYLE_PLAIN, lead.len,
		    text_get(&words));
	}
	if (n > FAULTS_LISTED)
		text_fmt(p->out, "       and %zu more\n", n - FAULTS_LISTED);
	text_fini(&words);
	text_fini(&lead);
}

static void
flush(struct sink *s, struct text *t)
{
	sink_add(s, text_span(t));
	text_clear(t);
}

void
text_write(struct sink *s, const struct report *r)
{
	struct text t;
	struct page p = { .out = &t, .color = r->options.color,
		.ascii = r->options.ascii,
		.width = r->options.width > 0 ? r->options.width : 80 };
	const struct finding **list =
	    memory_new(r->n_findings + 1, sizeof(const struct finding *));

	text_init(&t);
	text_head(&p, r);

	size_t n = report_pick(r, true, list);

	contents(&p, r, list, n);
	for (size_t i = 0; i < n; i++) {
		text_finding(&p, r, list[i], i + 1);
		flush(s, &t);
	}
	n = report_pick(r, false, list);
	if (n > 0) {
		page_line(&p);
		page_rule(&p);
		page_style(&p, STYLE_BOLD);
		text_str(&t, "Remarks\n");
		page_plain(&p, STYLE_BOLD);
	}
	for (size_t i = 0; i < n; i++) {
		text_remark(&p, r, list[i]);
		flush(s, &t);
	}
	page_line(&p);
	page_rule(&p);
	text_annexes(&p, r);
	text_proxies(&p, r);
	text_clocks(&p, r);
	text_latency(&p, r);
	text_inventory(&p, r);
	text_quality(&p, r);
	flush(s, &t);
	text_fini(&t);
	free(list);
}
