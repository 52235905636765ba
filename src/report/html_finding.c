/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/brief.h"
#include "report/contrast.h"
#include "report/html.h"

static void
who_and_where(struct html *h, const struct finding *f)
{
	struct arena arena = { 0 };
	struct brief_entry entries[BRIEF_ENTRIES];
	size_t n = brief_entries(h->report, f, &arena, entries);

	text_str(h->out, "<dl class=\"facts\">\n");
	for (size_t i = 0; i < n; i++) {
		text_fmt(h->out, "<div><dt>%s</dt><dd>", entries[i].label);
		html_words(h, entries[i].words);
		text_str(h->out, "</dd></div>\n");
	}
	text_str(h->out, "</dl>\n");
	arena_fini(&arena);
}

static void
paragraph(struct html *h, const char *heading, const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	text_fmt(h->out, "<h3>%s</h3>\n<p>", heading);
	html_sentence(h, words);
	text_str(h->out, "</p>\n");
}

static void
differential(struct html *h, const char *heading, const char *class,
    const struct verdict *list, size_t n)
{
	if (n == 0)
		return;
	text_fmt(h->out, "<div>\n<h3>%s</h3>\n<ul class=\"%s\">\n", heading,
	    class);
	for (size_t i = 0; i < n; i++) {
		const char *name = cause_name(list[i].cause);

		text_str(h->out, "<li><strong>");
		html_words(h, name != NULL ? name : "other");
		text_str(h->out, "</strong>");
		if (list[i].rule != NULL &&
		    (name == NULL || strcmp(name, list[i].rule) != 0)) {
			text_str(h->out, " <span class=\"who\">(");
			html_words(h, list[i].rule);
			text_str(h->out, ")</span>");
		}
		if (list[i].because != NULL) {
			text_str(h->out, ": ");
			html_sentence(h, list[i].because);
		}
		text_str(h->out, "</li>\n");
	}
	text_str(h->out, "</ul>\n</div>\n");
}

static void
fixes(struct html *h, const struct finding *f)
{
	if (f->n_fixes == 0)
		return;
	text_str(h->out, "<h3>What to do, the easiest first</h3>\n"
	                 "<ol class=\"steps\">\n");
	for (size_t i = 0; i < f->n_fixes; i++) {
		text_str(h->out, "<li>");
		html_sentence(h, f->fixes[i].what);
		text_fmt(h->out, "<br><span class=\"chip\">%s</span>"
		    "<span class=\"chip e%d\">%s</span></li>\n",
		    who_name(f->fixes[i].who), (int)f->fixes[i].effort,
		    effort_name(f->fixes[i].effort));
	}
	text_str(h->out, "</ol>\n");
}

/* What is special about this make of proxy. */
static void
advice(struct html *h, const struct finding *f)
{
	if (f->n_advice == 0)
		return;
	text_str(h->out, "<h3>About ");
	html_words(h, f->product);
	text_str(h->out, "</h3>\n<ul>\n");
	for (size_t i = 0; i < f->n_advice; i++) {
		text_str(h->out, "<li>");
		html_sentence(h, f->advice[i]);
		text_str(h->out, "</li>\n");
	}
	text_str(h->out, "</ul>\n");
}

static void
escalation(struct html *h, const struct finding *f)
{
	if (f->escalate_to == NULL && f->escalate_when == NULL)
		return;
	text_str(h->out, "<h3>When to escalate</h3>\n<p>To ");
	html_sentence(h, f->escalate_to);
	if (f->escalate_when != NULL) {
		text_str(h->out, ", when ");
		html_sentence(h, f->escalate_when);
	}
	text_str(h->out, ".</p>\n");
}

static void
evidence(struct html *h, const struct finding *f)
{
	const char *filter = report_finding_filter(h->report, f);

	if (f->n_frames == 0 && filter == NULL)
		return;
	text_str(h->out, "<h3>To see it in Wireshark</h3>\n"
	                 "<dl class=\"pairs\">\n");
	if (f->n_frames > 0)
		text_str(h->out, "<dt>frames</dt><dd class=\"mono\">");
	for (size_t i = 0; i < f->n_frames; i++)
		text_fmt(h->out, "%s%llu", i > 0 ? ", " : "",
		    (unsigned long long)f->frames[i]);
	if (f->n_frames > 0)
		text_str(h->out, "</dd>\n");
	if (filter != NULL) {
		text_str(h->out, "<dt>filter</dt><dd><code>");
		html_words(h, filter);
		text_str(h->out, "</code></dd>\n");
	}
	if (f->evidence_file[0] != '\0') {
		text_str(h->out, "<dt>evidence</dt><dd><code>");
		html_words(h, f->evidence_file);
		text_str(h->out, "</code></dd>\n");
	}
	text_str(h->out, "</dl>\n");
	if (f->n_references == 0)
		return;
	text_str(h->out, "<p class=\"who\">To read on: ");
	for (size_t i = 0; i < f->n_references; i++) {
		text_str(h->out, i > 0 ? "; " : "");
		html_words(h, f->references[i]);
	}
	text_str(h->out, "</p>\n");
}

/* Beside a handshake that went well at the same proxy. */
static void
contrast(struct html *h, const struct finding *f)
{
	struct arena arena = { 0 };
	struct contrast_row rows[CONTRAST_ROWS];
	struct redact *redact = h->report->redact;
	static const char *const columns[] = { "field", "good", "bad",
		"≠", NULL };
	struct html_table t;

	if (f->good == NULL || f->example == NULL)
		return;

	size_t n = contrast_of(f->good, f->example, &arena, rows);

	text_fmt(h->out,
	    "<h3>Beside a login that went well</h3>\n"
	    "<p class=\"who\">good: from frame %llu, bad: from frame %llu"
	    "</p>\n", (unsigned long long)f->good->first_frame,
	    (unsigned long long)f->example->first_frame);
	html_table_begin(&t, h, columns);
	for (size_t i = 0; i < n; i++) {
		html_row(&t, rows[i].differs, rows[i].label);
		html_cell(&t, redact_words(redact, rows[i].good));
		html_cell(&t, redact_words(redact, rows[i].bad));
		html_cell(&t, rows[i].differs ? "≠" : "");
		html_row_end(&t);
	}
	html_table_end(&t);
	arena_fini(&arena);
}

void
html_finding(struct html *h, const struct finding *f, size_t number)
{
	text_fmt(h->out,
	    "<section class=\"fault s%d\">\n<h2 id=\"fault-%zu\">"
	    "<span class=\"n\">%zu</span> ", (int)f->severity, number,
	    number);
	html_sentence(h, f->title);
	text_fmt(h->out, "</h2>\n<p><span class=\"chip %s\">severity %s"
	                 "</span><span class=\"chip\">likelihood %s</span>"
	                 "</p>\n<p class=\"says\">",
	    level_name(f->severity), level_name(f->severity),
	    level_name(f->likelihood));
	html_sentence(h, f->message);
	text_str(h->out, "</p>\n");
	who_and_where(h, f);
	if (f->example != NULL && f->example->n_legs > 0)
		html_ladder(h, f, number);
	paragraph(h, "Why", f->why);
	fixes(h, f);
	advice(h, f);
	paragraph(h, "How to see that it is mended", f->verify);
	escalation(h, f);
	contrast(h, f);
	text_str(h->out, "<div class=\"beside\">\n");
	differential(h, "Also seen", "adds", f->contributing,
	    f->n_contributing);
	differential(h, "What this capture cannot tell", "maybe",
	    f->cannot_tell, f->n_cannot_tell);
	differential(h, "What it is not", "not", f->ruled_out,
	    f->n_ruled_out);
	text_str(h->out, "</div>\n");
	evidence(h, f);
	text_str(h->out, "</section>\n");
}

void
html_remark(struct html *h, const struct finding *f)
{
	text_str(h->out, "<li>");
	html_sentence(h, f->message != NULL ? f->message : f->title);
	text_fmt(h->out, " <span class=\"who\">%zu %s</span></li>\n",
	    f->n_attempts, f->n_attempts == 1 ? "attempt" : "attempts");
}
