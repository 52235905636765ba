/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/ladder.h"
#include "report/text.h"
#include "report/words.h"

/* Where the right-hand column of labels and words begins. */
#define COLUMN 13
/* Names listed of a tally before "and 7 more". */
#define NAMES_SHOWN 6

static enum style
style_of_level(enum level l)
{
	return l == LEVEL_HIGH ? STYLE_RED
	    : l == LEVEL_MEDIUM ? STYLE_YELLOW
	                        : STYLE_CYAN;
}

/* "1  title ......... severity high" over a line. */
static void
title(struct page *p, const struct finding *f, size_t number)
{
	struct text lead;

	text_init(&lead);
	text_fmt(&lead, "%zu. ", number);
	page_line(p);
	page_rule(p);
	page_style(p, style_of_level(f->severity));
	page_flow(p, text_get(&lead), STYLE_PLAIN, lead.len, f->title);
	page_plain(p, style_of_level(f->severity));
	text_fini(&lead);
}

static void
entry(struct page *p, const char *label, struct text *words)
{
	struct text lead;

	text_init(&lead);
	text_fmt(&lead, "  %s", label);
	page_flow(p, text_get(&lead), STYLE_BOLD, COLUMN, text_get(words));
	text_clear(words);
	text_fini(&lead);
}

static void
tally_entry(struct page *p, const struct report *r, const char *label,
    const struct tally *tally)
{
	struct text t;

	text_init(&t);
	words_tally(r, &t, tally, NAMES_SHOWN);
	entry(p, label, &t);
	text_fini(&t);
}

/* What the proxy is: "Squid 5.7"; of an unknown make in its own words. */
static void
add_software(struct text *t, const struct report *r, const struct finding *f)
{
	const char *software = NULL;

	for (size_t i = 0; f->example != NULL && i < r->n_proxies; i++)
		if (r->proxies[i].port == f->example->connection.proxy_port &&
		    address_eq(&r->proxies[i].address,
		        &f->example->connection.proxy))
			software = r->proxies[i].software;
	if (f->product == NULL && software == NULL)
		return;
	text_str(t, " (");
	if (f->product != NULL)
		words_product(t, r, f);
	else
		text_str(t, redact_words(r->redact, software));
	text_char(t, ')');
}

static void
who_and_where(struct page *p, const struct report *r, const struct finding *f)
{
	struct text t;

	text_init(&t);
	tally_entry(p, r, f->clients.total > 1 ? "clients" : "client",
	    &f->clients);
	tally_entry(p, r, f->users.total > 1 ? "users" : "user", &f->users);
	tally_entry(p, r, "computer", &f->workstations);
	tally_entry(p, r, "program", &f->agents);
	words_tally(r, &t, &f->proxies, NAMES_SHOWN);
	if (f->proxies.n == 1)
		add_software(&t, r, f);
	entry(p, f->proxies.total > 1 ? "proxies" : "proxy", &t);

	size_t n = f->targets.n < NAMES_SHOWN ? f->targets.n : NAMES_SHOWN;

	for (size_t i = 0; i < n; i++)
		words_pair(&t, NULL,
		    redact_target(r->redact, f->targets.entries[i].name));
	if (f->targets.total > n)
		text_fmt(&t, " and %zu more", f->targets.total - n);
	entry(p, "for", &t);
	tally_entry(p, r, "that is", &f->applications);
	text_fini(&t);
}

/* "2026-11-23 10:31:07 UTC, once"; or from when to when, and how often. */
static void
when_and_how_often(struct page *p, const struct finding *f)
{
	struct text t;
	size_t n = f->times;

	text_init(&t);
	if (f->first != WHEN_NONE) {
		when_day_time(&t, f->first);
		text_str(&t, " UTC");
	}
	if (n == 1)
		text_str(&t, ", once");
	else if (n > 1)
		text_fmt(&t, ", %zu times", n);
	if (words_stretch(f)) {
		text_str(&t, n > 1 ? " within " : ", within ");
		/* As the events have these times. */
		when_length(&t, (f->last / 1000 - f->first / 1000) * 1000);
	}
	entry(p, "when", &t);
	text_fini(&t);
}

static void
list_entry(struct page *p, const struct report *r, const char *label,
    const char *const *list, size_t n)
{
	struct text t;

	if (n == 0)
		return;
	text_init(&t);
	for (size_t i = 0; i < n; i++)
		text_fmt(&t, "%s%s", i > 0 ? "; " : "",
		    redact_words(r->redact, list[i]));
	entry(p, label, &t);
	text_fini(&t);
}

/* Who is hit, since when, what is not as it was, or as it is elsewhere. */
static void
story(struct page *p, const struct report *r, const struct finding *f)
{
	struct text t;

	text_init(&t);
	if (f->between != NULL) {
		text_str(&t, redact_words(r->redact, f->between));
		entry(p, "between", &t);
	}
	if (f->scope_words != NULL) {
		text_str(&t, f->scope_words);
		entry(p, "hit", &t);
	}
	if (f->worked_until != 0) {
		words_since(&t, f);
		entry(p, "worked", &t);
	}
	if (f->known_since != 0) {
		words_known(&t, f);
		entry(p, "known", &t);
	}
	list_entry(p, r, "earlier", f->earlier, f->n_earlier);
	list_entry(p, r, "changed", f->changed, f->n_changed);
	/* Both lists against the same login say the same. */
	if (f->n_changed == 0)
		list_entry(p, r, "differs", f->differs, f->n_differs);
	text_fini(&t);
}

static void
cause_and_step(struct page *p, const struct finding *f)
{
	struct text t;
	const struct attempt *a = f->example;

	text_init(&t);
	if (a != NULL && step_name(a->broke_at) != NULL) {
		text_fmt(&t, "%s (%s", step_name(a->broke_at),
		    outcome_name(a->outcome));
		text_fmt(&t, ", scheme %s)", a->scheme_name != NULL
		        ? a->scheme_name : "none");
		entry(p, "broke at", &t);
	}
	text_str(&t, cause_name(f->cause) != NULL ? cause_name(f->cause)
	                                          : "not known");
	if (report_rule(f) != NULL)
		text_fmt(&t, " (rule %s)", report_rule(f));
	entry(p, "cause", &t);
	text_fmt(&t, "%s, likelihood %s", level_name(f->severity),
	    level_name(f->likelihood));
	entry(p, "severity", &t);
	text_fini(&t);
}

static void
heading(struct page *p, const char *words)
{
	page_line(p);
	page_style(p, STYLE_BOLD);
	text_fmt(p->out, "  %s\n", words);
	page_plain(p, STYLE_BOLD);
}

static void
paragraph(struct page *p, const struct report *r, const char *words)
{
	page_flow(p, "    ", STYLE_PLAIN, 4, redact_words(r->redact, words));
}

static void
differential(struct page *p, const struct report *r, const char *words,
    const struct verdict *list, size_t n)
{
	struct text t;

	if (n == 0)
		return;
	text_init(&t);
	heading(p, words);
	for (size_t i = 0; i < n; i++) {
		const char *name = cause_name(list[i].cause);

		text_fmt(&t, "%s", name != NULL ? name : "other");
		/* The cause alone would say no more than the headline. */
		if (list[i].rule != NULL &&
		    (name == NULL || strcmp(name, list[i].rule) != 0))
			text_fmt(&t, " (%s)", list[i].rule);
		if (list[i].because != NULL)
			text_fmt(&t, ": %s",
			    redact_words(r->redact, list[i].because));
		page_flow(p, p->ascii ? "    - " : "    · ", STYLE_PLAIN, 6,
		    text_get(&t));
		text_clear(&t);
	}
	text_fini(&t);
}

static void
fixes(struct page *p, const struct report *r, const struct finding *f)
{
	struct text lead, t;

	if (f->n_fixes == 0)
		return;
	text_init(&lead);
	text_init(&t);
	heading(p, "What to do, the easiest first");
	for (size_t i = 0; i < f->n_fixes; i++) {
		const struct fix *fix = &f->fixes[i];

		text_fmt(&lead, "%5zu. ", i + 1);
		text_fmt(&t, "%s [%s, %s]",
		    redact_words(r->redact, fix->what), who_name(fix->who),
		    effort_name(fix->effort));
		page_flow(p, text_get(&lead), STYLE_PLAIN, 7, text_get(&t));
		text_clear(&lead);
		text_clear(&t);
	}
	text_fini(&t);
	text_fini(&lead);
}

/* What is special about this make of proxy. */
static void
advice(struct page *p, const struct report *r, const struct finding *f)
{
	struct text t;

	if (f->n_advice == 0)
		return;
	text_init(&t);
	text_fmt(&t, "About %s", f->product);
	heading(p, text_get(&t));
	for (size_t i = 0; i < f->n_advice; i++)
		page_flow(p, p->ascii ? "    - " : "    · ", STYLE_PLAIN, 6,
		    redact_words(r->redact, f->advice[i]));
	text_fini(&t);
}

static void
escalation(struct page *p, const struct report *r, const struct finding *f)
{
	if (f->escalate_to == NULL && f->escalate_when == NULL)
		return;
	heading(p, "When to escalate");
	page_flow(p, "    to    ", STYLE_PLAIN, 10,
	    redact_words(r->redact, f->escalate_to));
	page_flow(p, "    when  ", STYLE_PLAIN, 10,
	    redact_words(r->redact, f->escalate_when));
}

static void
evidence(struct page *p, const struct report *r, const struct finding *f)
{
	struct text t;
	const char *filter = report_finding_filter(r, f);

	text_init(&t);
	for (size_t i = 0; i < f->n_frames; i++)
		text_fmt(&t, "%s%llu", i > 0 ? ", " : "",
		    (unsigned long long)f->frames[i]);
	if (f->n_frames > 0 || filter != NULL || f->evidence_file[0] != '\0')
		heading(p, "To see it in Wireshark");
	page_flow(p, "    frames  ", STYLE_PLAIN, 12, text_get(&t));
	page_flow(p, "    filter  ", STYLE_PLAIN, 12, filter);
	if (f->evidence_file[0] != '\0')
		page_flow(p, "    evidence: ", STYLE_PLAIN, 14,
		    f->evidence_file);
	text_clear(&t);
	for (size_t i = 0; i < f->n_references; i++)
		text_fmt(&t, "%s%s", i > 0 ? "; " : "", f->references[i]);
	if (f->n_references > 0)
		heading(p, "To read on");
	page_flow(p, "    ", STYLE_PLAIN, 4, text_get(&t));
	text_fini(&t);
}

void
text_finding(struct page *p, const struct report *r, const struct finding *f,
    size_t number)
{
	title(p, f, number);
	page_flow(p, "", STYLE_PLAIN, 0, redact_words(r->redact, f->message));
	page_line(p);
	who_and_where(p, r, f);
	when_and_how_often(p, f);
	story(p, r, f);
	cause_and_step(p, f);
	if (f->example != NULL && f->example->n_legs > 0) {
		page_line(p);
		ladder_draw(p, r, f->example, f);
	}
	if (f->why != NULL) {
		heading(p, "Why");
		paragraph(p, r, f->why);
	}
	differential(p, r, "Also seen", f->contributing,
	    f->n_contributing);
	differential(p, r, "What it is not", f->ruled_out, f->n_ruled_out);
	differential(p, r, "What this capture cannot tell", f->cannot_tell,
	    f->n_cannot_tell);
	fixes(p, r, f);
	advice(p, r, f);
	escalation(p, r, f);
	if (f->verify != NULL) {
		heading(p, "How to see that it is mended");
		paragraph(p, r, f->verify);
	}
	evidence(p, r, f);
}

void
text_remark(struct page *p, const struct report *r, const struct finding *f)
{
	struct text t;
	const char *filter = report_finding_filter(r, f);

	text_init(&t);
	text_str(&t, f->message != NULL ? redact_words(r->redact, f->message)
	        : f->title != NULL      ? redact_words(r->redact, f->title)
	                                : "");
	text_str(&t, " [");
	words_count(&t, f->n_attempts, "attempt", "attempts");
	if (filter != NULL)
		text_fmt(&t, "; %s", filter);
	text_char(&t, ']');
	page_flow(p, p->ascii ? "  - " : "  · ", STYLE_PLAIN, 4,
	    text_get(&t));
	text_fini(&t);
}
