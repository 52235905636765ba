/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/markdown.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "report/annex.h"
#include "report/brief.h"
#include "report/contrast.h"
#include "report/ladder.h"
#include "report/words.h"

/* Faults and remarks shown; the rest is counted. */
#define FAULTS_SHOWN  50
#define REMARKS_SHOWN 50
#define ROWS_SHOWN    100

void
markdown_words(struct markdown *m, const char *s)
{
	escape_markdown(m->out, span_of_str(s));
}

void
markdown_sentence(struct markdown *m, const char *s)
{
	markdown_words(m, redact_words(m->report->redact, s));
}

static void
section(struct markdown *m, const char *heading, const char *s)
{
	if (s == NULL || s[0] == '\0')
		return;
	text_fmt(m->out, "### %s\n\n", heading);
	markdown_sentence(m, s);
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
		markdown_words(m, list[i].words);
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
		markdown_words(m, name != NULL ? name : "other");
		text_str(m->out, "**");
		if (list[i].rule != NULL &&
		    (name == NULL || strcmp(name, list[i].rule) != 0)) {
			text_str(m->out, " (");
			markdown_words(m, list[i].rule);
			text_char(m->out, ')');
		}
		if (list[i].because != NULL) {
			text_str(m->out, ": ");
			markdown_sentence(m, list[i].because);
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
		markdown_sentence(m, f->fixes[i].what);
		text_fmt(m->out, " *(%s, %s)*\n", who_name(f->fixes[i].who),
		    effort_name(f->fixes[i].effort));
	}
	text_char(m->out, '\n');
}

/* What is special about this make of proxy. */
static void
advice(struct markdown *m, const struct finding *f)
{
	if (f->n_advice == 0)
		return;
	text_str(m->out, "### About ");
	markdown_words(m, f->product);
	text_str(m->out, "\n\n");
	for (size_t i = 0; i < f->n_advice; i++) {
		text_str(m->out, "- ");
		markdown_sentence(m, f->advice[i]);
		text_char(m->out, '\n');
	}
	text_char(m->out, '\n');
}

static void
escalation(struct markdown *m, const struct finding *f)
{
	if (f->escalate_to == NULL)
		return;
	text_str(m->out, "### When to escalate\n\nTo ");
	markdown_sentence(m, f->escalate_to);
	if (f->escalate_when != NULL) {
		text_str(m->out, ", when ");
		markdown_sentence(m, f->escalate_when);
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
		markdown_sentence(m, rows[i].good);
		text_str(m->out, " | ");
		markdown_sentence(m, rows[i].bad);
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
		markdown_words(m, filter);
	}
	if (f->evidence_file[0] != '\0') {
		text_str(m->out, "; evidence ");
		markdown_words(m, f->evidence_file);
	}
	text_str(m->out, "\n\n");
	for (size_t i = 0; i < f->n_references; i++) {
		text_str(m->out, i > 0 ? "; " : "To read on: ");
		markdown_words(m, f->references[i]);
	}
	if (f->n_references > 0)
		text_str(m->out, "\n\n");
}

static void
fault(struct markdown *m, const struct finding *f, size_t number)
{
	text_fmt(m->out, "## %zu. ", number);
	markdown_sentence(m, f->title);
	text_str(m->out, "\n\n");
	markdown_sentence(m, f->message);
	text_str(m->out, "\n\n");
	entries(m, f);
	ladder(m, f);
	section(m, "Why", f->why);
	fixes(m, f);
	advice(m, f);
	section(m, "How to see that it is mended", f->verify);
	escalation(m, f);
	contrast(m, f);
	differential(m, "Also seen", f->contributing,
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
		markdown_sentence(m, list[i]->message != NULL ? list[i]->message
		                                     : list[i]->title);
		text_char(m->out, '\n');
	}
	if (n > REMARKS_SHOWN)
		text_fmt(m->out, "- and %zu more\n", n - REMARKS_SHOWN);
	text_char(m->out, '\n');
}

static void
annex(struct markdown *m, const struct annex *a)
{
	text_fmt(m->out, "## %s\n\n", a->title);
	for (size_t i = 0; i < a->n_lines; i++) {
		markdown_sentence(m, a->lines[i]);
		text_str(m->out, "\n\n");
	}
	if (a->n_rows == 0)
		return;
	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < a->n_columns; k++)
			if (a->columns[k].title != NULL)
				text_fmt(m->out, "| %s ",
				    i == 0 ? a->columns[k].title : "---");
		text_str(m->out, "|\n");
	}
	for (size_t i = 0; i < a->n_rows && i < ROWS_SHOWN; i++) {
		for (size_t k = 0; k < a->n_columns; k++) {
			if (a->columns[k].title == NULL)
				continue;
			text_str(m->out, "| ");
			markdown_words(m, annex_cell(m->report, a, i, k));
			text_char(m->out, ' ');
		}
		text_str(m->out, "|\n");
	}
	if (a->n_rows + a->left_out > ROWS_SHOWN)
		text_fmt(m->out, "\nand %zu more\n",
		    a->n_rows + a->left_out - ROWS_SHOWN);
	text_char(m->out, '\n');
}

static void
head(struct markdown *m, const struct finding *first)
{
	const struct report *r = m->report;
	struct text t = { 0 };

	text_str(m->out, "# ");
	brief_heading(r, m->out);
	text_str(m->out, "\n\n");
	brief_outcome(r, &t);
	text_char(&t, ' ');
	brief_fault(r, first, &t);
	text_char(&t, ' ');
	brief_step(r, first, &t);
	text_str(m->out, "> ");
	markdown_words(m, text_get(&t));
	text_str(m->out, "\n\n");
	text_clear(&t);
	brief_measures(r, &t);
	markdown_words(m, text_get(&t));
	text_str(m->out, "\n\n");
	text_fini(&t);
}

static void
contents(struct markdown *m, const struct finding *const *list, size_t n)
{
	struct text t = { 0 };

	for (size_t i = 0; n >= BRIEF_LIST && i < n && i < FAULTS_SHOWN; i++) {
		text_fmt(m->out, "%zu. ", i + 1);
		markdown_words(m, list[i]->title);
		text_str(m->out, ": ");
		text_clear(&t);
		brief_whom(m->report, list[i], &t);
		markdown_words(m, text_get(&t));
		text_str(m->out, i + 1 == n || i + 1 == FAULTS_SHOWN ? "\n\n"
		                                                     : "\n");
	}
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
	contents(&m, list, n);
	markdown_lanes(&m);
	for (size_t i = 0; i < n && i < FAULTS_SHOWN; i++) {
		fault(&m, list[i], i + 1);
		flush(s, &t);
	}
	if (n > FAULTS_SHOWN)
		text_fmt(&t, "%zu more faults are in the other formats of "
		             "this report.\n\n", n - FAULTS_SHOWN);
	n = report_pick(r, false, list);
	remarks(&m, list, n);
	for (size_t i = 0; i < r->n_annexes; i++)
		annex(&m, r->annexes[i]);
	markdown_tables(&m);
	text_str(&t, "Made by p407 ");
	markdown_words(&m, r->version);
	text_str(&t, " with rules ");
	markdown_words(&m, r->rules_version);
	text_str(&t, ". No password, hash, ticket or token is in this "
	             "text.\n");
	flush(s, &t);
	text_fini(&t);
	free(list);
}
