/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/brief.h"

#include "report/words.h"

/* Names listed of a tally before "and 7 more". */
#define NAMES_SHOWN 8

void
brief_measures(const struct report *r, struct text *t)
{
	if (r->first != WHEN_NONE) {
		when_day_time(t, r->first);
		text_str(t, " UTC");
		if (r->last > r->first) {
			text_str(t, ", ");
			when_length(t, r->last - r->first);
		}
		text_str(t, "; ");
	}
	words_count(t, r->quality.frames, "frame", "frames");
	text_str(t, ", ");
	words_count(t, r->quality.connections, "connection", "connections");
	text_fmt(t, " (%llu with HTTP)",
	    (unsigned long long)r->quality.http_connections);
}

unsigned
brief_failures(const struct report *r)
{
	return r->outcomes[OUTCOME_REJECTED] +
	    r->outcomes[OUTCOME_ABANDONED] + r->outcomes[OUTCOME_BROKEN];
}

void
brief_let_go(const struct report *r, struct text *t)
{
	uint64_t n = report_let_go(r);

	if (n == 0)
		return;
	text_str(t, " (");
	words_count(t, n, "older one was", "older ones were");
	text_str(t, " let go: --memory)");
}

void
brief_heading(const struct report *r, struct text *t)
{
	text_str(t, "Proxy authentication: ");
	if (r->n_faults > 0)
		words_count(t, r->n_faults, "fault", "faults");
	else if (r->n_attempts == 0 && r->passed_over > 0)
		text_str(t, "nothing selected");
	else
		text_str(t, "no fault found");
}

bool
brief_none_chosen(const struct report *r, struct text *t)
{
	if (r->n_attempts > 0 || r->passed_over == 0)
		return false;
	text_str(t, "Of ");
	words_count(t, r->passed_over, "attempt", "attempts");
	text_str(t, " to authenticate, --client, --proxy, --user, --since and "
		    "--until leave none.");
	return true;
}

void
brief_outcome(const struct report *r, struct text *t)
{
	if (brief_none_chosen(r, t))
		return;
	if (r->n_attempts == 0) {
		text_str(t, "No proxy asked for credentials (407), and no "
		            "client sent any.");
		return;
	}
	words_count(t, r->n_attempts, "attempt", "attempts");
	text_str(t, " to authenticate at ");
	words_count(t, r->n_proxies, "proxy", "proxies");
	brief_let_go(r, t);
	text_str(t, ": ");
	words_outcomes(t, r->outcomes);
	text_char(t, '.');
}

void
brief_fault(const struct report *r, const struct finding *first,
    struct text *t)
{
	if (first == NULL) {
		if (brief_failures(r) > 0)
			text_str(t, "No fault of a user or of the proxy was "
			            "found.");
		else if (r->n_attempts > 0)
			text_str(t, "No fault was found.");
		return;
	}
	text_str(t, redact_words(r->redact, first->message));
	if (r->n_faults > 1)
		text_fmt(t, " (%zu faults in all.)", r->n_faults);
}

void
brief_step(const struct report *r, const struct finding *first,
    struct text *t)
{
	if (first == NULL || first->n_fixes == 0)
		return;
	text_fmt(t, "To do first (%s): ", who_name(first->fixes[0].who));
	text_str(t, redact_words(r->redact, first->fixes[0].what));
}

void
brief_whom(const struct report *r, const struct finding *f, struct text *t)
{
	if (f->users.total == 1 && f->users.entries[0].name[0] != '\0') {
		words_tally(r, t, &f->users, 1);
		text_str(t, f->clients.total == 1 ? " on " : ", ");
	}
	if (f->clients.total == 1)
		words_tally(r, t, &f->clients, 1);
	else
		words_count(t, f->clients.total, "client", "clients");
	if (f->n_attempts > 1) {
		text_str(t, ", ");
		words_count(t, f->n_attempts, "attempt", "attempts");
	}
}

struct entries {
	const struct report *report;
	struct arena *arena;
	struct brief_entry *out;
	size_t n;
	struct text words; /* of the next one */
};

/* What was put together becomes an entry, unless it is nothing. */
static void
entry(struct entries *e, const char *label)
{
	if (e->words.len > 0 && e->n < BRIEF_ENTRIES)
		e->out[e->n++] = (struct brief_entry){ label,
			arena_str(e->arena, text_span(&e->words)) };
	text_clear(&e->words);
}

static void
tally_entry(struct entries *e, const char *one, const char *many,
    const struct tally *tally)
{
	words_tally(e->report, &e->words, tally, NAMES_SHOWN);
	entry(e, tally->total > 1 ? many : one);
}

static void
targets_entry(struct entries *e, const struct finding *f)
{
	for (size_t i = 0; i < f->targets.n && i < NAMES_SHOWN; i++)
		words_pair(&e->words, NULL, redact_target(e->report->redact,
		    f->targets.entries[i].name));
	if (f->targets.total > NAMES_SHOWN)
		text_fmt(&e->words, " and %zu more",
		    f->targets.total - NAMES_SHOWN);
	entry(e, "for");
}

static void
when_entry(struct entries *e, const struct finding *f)
{
	struct text *t = &e->words;

	if (f->first != WHEN_NONE) {
		when_day_time(t, f->first);
		text_str(t, " UTC");
	}
	if (f->times == 1)
		text_str(t, ", once");
	else if (f->times > 1)
		text_fmt(t, ", %zu times", f->times);
	if (words_stretch(f)) {
		text_str(t, f->times > 1 ? " within " : ", within ");
		when_length(t, f->last - f->first);
	}
	entry(e, "when");
}

static void
list_entry(struct entries *e, const char *label, const char *const *list,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text_str(&e->words, i > 0 ? "; " : "");
		text_str(&e->words,
		    redact_words(e->report->redact, list[i]));
	}
	entry(e, label);
}

/* Who is hit, since when, what is not as it was, or as it is elsewhere. */
static void
story_entries(struct entries *e, const struct finding *f)
{
	if (f->between != NULL)
		text_str(&e->words,
		    redact_words(e->report->redact, f->between));
	entry(e, "between");
	if (f->scope_words != NULL)
		text_str(&e->words, f->scope_words);
	entry(e, "hit");
	if (f->worked_until != 0)
		words_since(&e->words, f);
	entry(e, "worked");
	if (f->known_since != 0)
		words_known(&e->words, f);
	entry(e, "known");
	list_entry(e, "earlier", f->earlier, f->n_earlier);
	list_entry(e, "changed", f->changed, f->n_changed);
	if (f->n_changed == 0)
		list_entry(e, "differs", f->differs, f->n_differs);
}

static void
product_entry(struct entries *e, const struct finding *f)
{
	if (f->product == NULL)
		return;
	words_product(&e->words, e->report, f);
	entry(e, "make of the proxy");
}

static void
cause_entries(struct entries *e, const struct finding *f)
{
	const struct attempt *a = f->example;
	struct text *t = &e->words;

	if (a != NULL && step_name(a->broke_at) != NULL)
		text_fmt(t, "%s (%s, scheme %s)", step_name(a->broke_at),
		    outcome_name(a->outcome), a->scheme_name);
	entry(e, "broke at");
	text_str(t, cause_name(f->cause) != NULL ? cause_name(f->cause)
	                                         : "not known");
	if (report_rule(f) != NULL)
		text_fmt(t, " (rule %s)", report_rule(f));
	entry(e, "cause");
}

size_t
brief_entries(const struct report *r, const struct finding *f,
    struct arena *arena, struct brief_entry out[BRIEF_ENTRIES])
{
	struct entries e = { .report = r, .arena = arena, .out = out };
	const struct token *t3 = f->example != NULL
	    ? f->example->authenticate
	    : NULL;

	tally_entry(&e, "client", "clients", &f->clients);
	tally_entry(&e, "user", "users", &f->users);
	tally_entry(&e, "computer", "computers", &f->workstations);
	if (t3 != NULL && t3->ntlm->os_version != NULL)
		text_str(&e.words, t3->ntlm->os_version);
	entry(&e, "version in NTLM");
	tally_entry(&e, "program", "programs", &f->agents);
	tally_entry(&e, "proxy", "proxies", &f->proxies);
	product_entry(&e, f);
	targets_entry(&e, f);
	tally_entry(&e, "application", "applications", &f->applications);
	when_entry(&e, f);
	story_entries(&e, f);
	cause_entries(&e, f);
	text_fini(&e.words);
	return e.n;
}
