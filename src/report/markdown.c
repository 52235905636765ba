/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/markdown.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "report/brief.h"
#include "report/clocks.h"
#include "report/contrast.h"
#include "report/ladder.h"
#include "report/text.h"
#include "report/words.h"

/* Faults, remarks and rows shown; the rest is counted. */
#define FAULTS_SHOWN  50
#define REMARKS_SHOWN 50
#define ROWS_SHOWN    100

struct markdown {
	struct text *out;
	const struct report *report;
};

static void
words(struct markdown *m, const char *s)
{
	escape_markdown(m->out, span_of_str(s));
}

static void
sentence(struct markdown *m, const char *s)
{
	words(m, redact_words(m->report->redact, s));
}

static void
section(struct markdown *m, const char *heading, const char *s)
{
	if (s == NULL || s[0] == '\0')
		return;
	text_fmt(m->out, "### %s\n\n", heading);
	sentence(m, s);
	text_str(m->out, "\n\n");
}

static void
entries(struct markdown *m, const struct finding *f)
{
	struct arena arena = { 0 };
	struct brief_entry list[BRIEF_ENTRIES];
	size_t n = brief_entries(m->report, f, &arena, list);

	text_str(m->out, "| | |\n| --- | --- |\n");
	for (size_t i = 0; i < n; i++) {
		text_fmt(m->out, "| **%s** | ", list[i].label);
		words(m, list[i].words);
		text_str(m->out, " |\n");
	}
	text_fmt(m->out, "| **severity** | %s, likelihood %s |\n\n",
	    level_name(f->severity), level_name(f->likelihood));
	arena_fini(&arena);
}

static void
ladder(struct markdown *m, const struct finding *f)
{
	struct page p = { .out = m->out, .width = 80 };

	if (f->example == NULL || f->example->n_legs == 0)
		return;
	text_str(m->out, "```text\n");
	ladder_draw(&p, m->report, f->example, f);
	text_str(m->out, "```\n\n");
}

static void
differential(struct markdown *m, const char *heading,
    const struct verdict *list, size_t n)
{
	if (n == 0)
		return;
	text_fmt(m->out, "### %s\n\n", heading);
	for (size_t i = 0; i < n; i++) {
		const char *name = cause_name(list[i].cause);

		text_str(m->out, "- **");
		words(m, name != NULL ? name : "other");
		text_str(m->out, "**");
		if (list[i].because != NULL) {
			text_str(m->out, ": ");
			sentence(m, list[i].because);
		}
		text_char(m->out, '\n');
	}
	text_char(m->out, '\n');
}

static void
fixes(struct markdown *m, const struct finding *f)
{
	if (f->n_fixes == 0)
		return;
	text_str(m->out, "### What to do, the easiest first\n\n");
	for (size_t i = 0; i < f->n_fixes; i++) {
		text_fmt(m->out, "%zu. ", i + 1);
		sentence(m, f->fixes[i].what);
		text_fmt(m->out, " *(%s, %s)*\n", who_name(f->fixes[i].who),
		    effort_name(f->fixes[i].effort));
	}
	text_char(m->out, '\n');
}

static void
escalation(struct markdown *m, const struct finding *f)
{
	if (f->escalate_to == NULL)
		return;
	text_str(m->out, "### When to escalate\n\nTo ");
	sentence(m, f->escalate_to);
	if (f->escalate_when != NULL) {
		text_str(m->out, ", when ");
		sentence(m, f->escalate_when);
	}
	text_str(m->out, ".\n\n");
}

static void
contrast(struct markdown *m, const struct finding *f)
{
	struct arena arena = { 0 };
	struct contrast_row rows[CONTRAST_ROWS];

	if (f->good == NULL || f->example == NULL)
		return;

	size_t n = contrast_of(f->good, f->example, &arena, rows);

	text_fmt(m->out,
	    "### Beside a login that went well\n\n"
	    "| field | good, from frame %llu | bad, from frame %llu | "
	    "differs |\n| --- | --- | --- | --- |\n",
	    (unsigned long long)f->good->first_frame,
	    (unsigned long long)f->example->first_frame);
	for (size_t i = 0; i < n; i++) {
		text_fmt(m->out, "| %s | ", rows[i].label);
		sentence(m, rows[i].good);
		text_str(m->out, " | ");
		sentence(m, rows[i].bad);
		text_fmt(m->out, " | %s |\n", rows[i].differs ? "yes" : "");
	}
	text_char(m->out, '\n');
	arena_fini(&arena);
}

static void
evidence(struct markdown *m, const struct finding *f)
{
	const char *filter = report_finding_filter(m->report, f);

	if (f->n_frames == 0 && filter == NULL)
		return;
	text_str(m->out, "### To see it in Wireshark\n\n");
	for (size_t i = 0; i < f->n_frames; i++)
		text_fmt(m->out, "%s%llu", i > 0 ? ", " : "Frames ",
		    (unsigned long long)f->frames[i]);
	if (filter != NULL) {
		text_str(m->out, f->n_frames > 0 ? "; display filter "
		                                 : "Display filter ");
		words(m, filter);
	}
	text_str(m->out, "\n\n");
}

static void
fault(struct markdown *m, const struct finding *f, size_t number)
{
	text_fmt(m->out, "## %zu. ", number);
	sentence(m, f->title);
	text_str(m->out, "\n\n");
	sentence(m, f->message);
	text_str(m->out, "\n\n");
	entries(m, f);
	ladder(m, f);
	section(m, "Why", f->why);
	fixes(m, f);
	section(m, "How to see that it is mended", f->verify);
	escalation(m, f);
	contrast(m, f);
	differential(m, "It contributes", f->contributing,
	    f->n_contributing);
	differential(m, "What this capture cannot tell", f->cannot_tell,
	    f->n_cannot_tell);
	differential(m, "What it is not", f->ruled_out, f->n_ruled_out);
	evidence(m, f);
}

static void
remarks(struct markdown *m, const struct finding *const *list, size_t n)
{
	if (n == 0)
		return;
	text_str(m->out, "## Remarks\n\n");
	for (size_t i = 0; i < n && i < REMARKS_SHOWN; i++) {
		text_str(m->out, "- ");
		sentence(m, list[i]->message != NULL ? list[i]->message
		                                     : list[i]->title);
		text_char(m->out, '\n');
	}
	if (n > REMARKS_SHOWN)
		text_fmt(m->out, "- and %zu more\n", n - REMARKS_SHOWN);
	text_char(m->out, '\n');
}

static void
proxies(struct markdown *m)
{
	const struct report *r = m->report;
	struct text t = { 0 };

	if (r->n_proxies == 0)
		return;
	text_str(m->out, "## Proxies\n\n| proxy | software | attempts | "
	                 "clients | users |\n"
	                 "| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < r->n_proxies && i < ROWS_SHOWN; i++) {
		const struct proxy_total *p = &r->proxies[i];

		text_str(m->out, "| ");
		words(m, redact_address_port(r->redact, &p->address, p->port));
		text_str(m->out, " | ");
		sentence(m, p->software);
		words_outcomes(&t, p->outcomes);
		text_fmt(m->out, " | %s | %zu | %zu |\n", text_get(&t),
		    p->clients, p->users);
		text_clear(&t);
	}
	text_char(m->out, '\n');
	text_fini(&t);
}

static void
clocks(struct markdown *m)
{
	const struct report *r = m->report;
	struct text t = { 0 };

	if (r->n_clocks == 0)
		return;
	text_str(m->out, "## Clocks\n\n| host | shown by | against the "
	                 "capture | what it proves |\n"
	                 "| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < r->n_clocks && i < ROWS_SHOWN; i++) {
		const struct clock_row *row = &r->clocks[i];

		words_clock(&t, row->median_ns);
		text_str(m->out, "| ");
		words(m, redact_address(r->redact, &row->host));
		text_fmt(m->out, " | %s | %s | %s |\n",
		    clock_source_name(row->source), text_get(&t),
		    clock_source_proves(row->source));
		text_clear(&t);
	}
	text_char(m->out, '\n');
	text_fini(&t);
}

static void
capture(struct markdown *m)
{
	const struct report *r = m->report;
	const struct capture_quality *q = &r->quality;

	text_str(m->out, "## The capture\n\n");
	for (size_t i = 0; i < r->n_inputs && i < ROWS_SHOWN; i++) {
		const struct capture_input *in = &r->inputs[i];

		text_str(m->out, "- ");
		sentence(m, in->name);
		text_fmt(m->out, ": %s, %llu frames%s\n",
		    in->format != NULL ? in->format : "not read",
		    (unsigned long long)in->frames,
		    in->damaged ? ", damaged" : "");
	}
	text_fmt(m->out,
	    "- not in the capture although acknowledged: %llu bytes; "
	    "one direction only: %llu connections; frames cut short: %llu\n"
	    "- attempts that cannot be told: %u\n\n",
	    (unsigned long long)q->missing, (unsigned long long)q->one_sided,
	    (unsigned long long)r->cut_frames,
	    r->outcomes[OUTCOME_INCOMPLETE]);
}

static void
head(struct markdown *m, const struct finding *first)
{
	const struct report *r = m->report;
	struct text t = { 0 };

	if (r->n_faults > 0)
		text_fmt(m->out, "# Proxy authentication: %zu %s\n\n",
		    r->n_faults, r->n_faults == 1 ? "fault" : "faults");
	else
		text_str(m->out, "# Proxy authentication: no fault found\n\n");
	brief_outcome(r, &t);
	text_char(&t, ' ');
	brief_fault(r, first, &t);
	text_char(&t, ' ');
	brief_step(r, first, &t);
	text_str(m->out, "> ");
	words(m, text_get(&t));
	text_str(m->out, "\n\n");
	text_clear(&t);
	brief_measures(r, &t);
	words(m, text_get(&t));
	text_str(m->out, "\n\n");
	text_fini(&t);
}

static void
flush(struct sink *s, struct text *t)
{
	sink_add(s, text_span(t));
	text_clear(t);
}

void
markdown_write(struct sink *s, const struct report *r)
{
	struct text t = { 0 };
	struct markdown m = { &t, r };
	const struct finding **list = memory_new(r->n_findings + 1,
	    sizeof(const struct finding *));
	size_t n = report_pick(r, true, list);

	head(&m, n > 0 ? list[0] : NULL);
	for (size_t i = 0; i < n && i < FAULTS_SHOWN; i++) {
		fault(&m, list[i], i + 1);
		flush(s, &t);
	}
	if (n > FAULTS_SHOWN)
		text_fmt(&t, "%zu more faults are in the other formats of "
		             "this report.\n\n", n - FAULTS_SHOWN);
	n = report_pick(r, false, list);
	remarks(&m, list, n);
	proxies(&m);
	clocks(&m);
	capture(&m);
	text_str(&t, "Made by p407 ");
	words(&m, r->version);
	text_str(&t, ". No password, hash, ticket or token is in this "
	             "text.\n");
	flush(s, &t);
	text_fini(&t);
	free(list);
}
