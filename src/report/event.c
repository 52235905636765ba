/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/event.h"

#include "report/words.h"

/* Where lines go on that are longer than the page is wide. */
#define INDENT 14

static void
begin(struct text *lead, when_ns when)
{
	if (when != WHEN_NONE)
		when_clock(lead, when);
	text_str(lead, "  ");
}

void
event_attempt(struct page *p, const struct report *r,
    const struct attempt *a, const char *finding, uint64_t times)
{
	struct text lead = { 0 }, t = { 0 };
	enum style style = a->outcome == OUTCOME_AUTHENTICATED ? STYLE_GREEN
	    : attempt_failed(a)                                ? STYLE_RED
	                                                       : STYLE_PLAIN;

	begin(&lead, a->end);
	text_str(&t, redact_address(r->redact, &a->connection.client));
	text_fmt(&t, " %s ", p->ascii ? "->" : "→");
	text_str(&t, redact_address_port(r->redact, &a->connection.proxy,
	    a->connection.proxy_port));
	text_fmt(&t, " %s ", a->scheme_name != NULL
	        ? a->scheme_name
	        : attempt_scheme_name(a->scheme));
	words_account(r, &t, a->domain, a->user);
	if (a->user != NULL)
		text_char(&t, ' ');
	text_str(&t, outcome_name(a->outcome));
	if (step_name(a->broke_at) != NULL)
		text_fmt(&t, " at %s", step_name(a->broke_at));
	if (cause_name(a->cause) != NULL)
		text_fmt(&t, ": %s", cause_name(a->cause));
	if (finding != NULL)
		text_fmt(&t, " [%s]", finding);
	if (times > 1)
		text_fmt(&t, ", %llu times", (unsigned long long)times);
	page_style(p, style);
	page_flow(p, text_get(&lead), STYLE_PLAIN, INDENT, text_get(&t));
	page_plain(p, style);
	text_fini(&lead);
	text_fini(&t);
}

void
event_finding(struct page *p, const struct report *r,
    const struct finding *f, when_ns when, const char *what)
{
	struct text lead = { 0 }, t = { 0 };

	begin(&lead, when);
	text_fmt(&t, "[%s] %s", f->id,
	    f->title != NULL ? redact_words(r->redact, f->title) : "");
	if (f->clients.n == 1) {
		text_str(&t, " (");
		if (f->users.n == 1)
			text_fmt(&t, "%s on ", redact_words(r->redact,
			    f->users.entries[0].name));
		text_fmt(&t, "%s)", redact_words(r->redact,
		    f->clients.entries[0].name));
	}
	text_fmt(&t, ": %s", what);
	page_flow(p, text_get(&lead), STYLE_PLAIN, INDENT, text_get(&t));
	text_fini(&lead);
	text_fini(&t);
}
