/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/teller.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/message.h"
#include "diagnose/rules.h"
#include "report/event.h"
#include "report/inventory.h"
#include "report/json.h"
#include "report/text.h"
#include "report/words.h"

/* Attempts of one finding that a line of JSON names. */
#define NAMED_MOST 100
/* Names that have a pseudonym; then they begin anew. */
#define PSEUDONYMS_MOST 200000

/* What is to be told of a finding, and what was before. */
struct taken {
	enum told_news news;
	const struct told *as;
};

struct teller {
	const struct options *options;
	struct live_files *files;
	struct told_list *told;
	struct table events; /* struct event: what text said */
	struct redact *redact;
	uint64_t totals[OUTCOME_INCOMPLETE + 1];
	uint64_t attempts[ATTEMPT_OTHER + 1][OUTCOME_INCOMPLETE + 1];
	struct text line;
	const struct report *report; /* of this look */
	struct taken *taken; /* the findings of this look */
	size_t n_taken, room_taken;
	bool all;          /* words are wanted of all of them */
	unsigned evidence; /* files of this look */
	when_ns now;
};

/* Attempts that look alike to somebody who watches. */
struct event {
	struct table_entry entry;
	uint64_t key, n, next;
	when_ns said;
};

struct teller *
teller_new(const struct options *o, struct live_files *files)
{
	struct teller *t = memory_new(1, sizeof(*t));

	t->options = o;
	t->files = files;
	t->told = told_new();
	table_init(&t->events);
	return t;
}

void
teller_free(struct teller *t)
{
	if (t == NULL)
		return;
	LIST_EACH (link, &t->events.by_age)
		free(LIST_OBJECT(link, struct event, entry.age));
	table_fini(&t->events);
	told_free(t->told);
	redact_free(t->redact);
	text_fini(&t->line);
	free(t->taken);
	free(t);
}

struct redact *
teller_redact(struct teller *t)
{
	if (t->redact != NULL && redact_count(t->redact) > PSEUDONYMS_MOST) {
		message_note("there were too many names: pseudonyms begin "
		             "anew (keep what was written so far apart)");
		redact_free(t->redact);
		t->redact = NULL;
	}
	if (t->redact == NULL)
		t->redact = redact_new(t->options->redact_identities
		        ? REDACT_IDENTITIES
		        : REDACT_SECRETS);
	return t->redact;
}

uint64_t
teller_attempts(const struct teller *t, enum attempt_scheme scheme,
    enum outcome outcome)
{
	return t->attempts[scheme][outcome];
}

uint64_t
teller_outcomes(const struct teller *t, enum outcome from, enum outcome to)
{
	uint64_t n = 0;

	for (unsigned k = 0; k <= ATTEMPT_OTHER; k++)
		for (unsigned o = from; o <= to; o++)
			n += t->attempts[k][o];
	return n;
}

const struct told_list *
teller_told(const struct teller *t)
{
	return t->told;
}

/* -- out -- */

static bool
is_json(const struct live_output *out)
{
	return strcmp(out->format->name, "json") == 0;
}

/* What is in t->line goes to the streams of that kind. */
static void
say(struct teller *t, bool json)
{
	for (size_t i = 0; i < t->files->n_outputs; i++) {
		struct live_output *out = &t->files->outputs[i];

		if (out->stream && !out->lost && is_json(out) == json)
			stream_add(&out->lines, text_span(&t->line));
	}
	text_clear(&t->line);
}

static bool
wants(const struct teller *t, bool json)
{
	for (size_t i = 0; i < t->files->n_outputs; i++)
		if (t->files->outputs[i].stream &&
		    is_json(&t->files->outputs[i]) == json)
			return true;
	return false;
}

static struct page
page_of(struct teller *t)
{
	return (struct page){ .out = &t->line,
		.width = 80,
		.color = options_color(t->options) };
}

static void
say_json(struct teller *t)
{
	text_char(&t->line, '\n');
	say(t, true);
}

/* "100 attempts"; of what is known without any, how late. */
static void
add_total(struct text *words, const struct finding *f)
{
	if (f->total > 0) {
		words_count(words, f->total, "attempt", "attempts");
		return;
	}
	text_str(words, "last seen at ");
	when_clock(words, f->last);
}

/* -- attempts -- */

/* Made if there is none. */
static struct event *
event_of(struct teller *t, uint64_t key)
{
	for (struct table_entry *e = table_first(&t->events, key); e != NULL;
	     e = table_next(e)) {
		struct event *found = LIST_OBJECT(e, struct event, entry);

		if (found->key == key)
			return found;
	}
	if (t->events.count >= limit_of(LIMIT_TOLD)) {
		struct table_entry *oldest = table_oldest(&t->events);

		table_remove(&t->events, oldest);
		free(LIST_OBJECT(oldest, struct event, entry));
	}

	struct event *made = memory_new(1, sizeof(*made));

	made->key = key;
	made->next = 1;
	made->said = WHEN_NONE;
	table_add(&t->events, &made->entry, key);
	return made;
}

static uint64_t
key_of(const struct attempt *a)
{
	const struct connection *c = &a->connection;
	const uint32_t what[] = { (uint32_t)a->scheme, (uint32_t)a->outcome,
		a->counted, c->proxy_port };
	uint64_t key = table_hash(span_of(c->client.bytes, 16));

	key = table_hash_more(key, span_of(c->proxy.bytes, 16));
	key = table_hash_more(key,
	    span_of((const uint8_t *)what, sizeof(what)));
	return a->user == NULL ? key
	                       : table_hash_more(key, span_of_str(a->user));
}

static void
text_attempt(struct teller *t, const struct attempt *a)
{
	struct event *e = event_of(t, key_of(a));
	struct page p = page_of(t);

	table_touch(&t->events, &e->entry);
	e->n++;
	if (t->options->verbose == 0 && e->n < e->next &&
	    when_between(e->said, t->now) < TELLER_QUIET)
		return;
	while (e->n >= e->next)
		e->next *= 10;
	e->said = t->now;
	event_attempt(&p, t->report, a, told_id(t->told, a->counted), e->n);
	say(t, false);
}

static void
json_of_attempt(struct teller *t, const struct attempt *a)
{
	if (t->options->verbose > 0)
		LIST_EACH (link, &a->observations) {
			const struct observation *o =
			    LIST_OBJECT(link, struct observation, link);

			if (o->kind != OBSERVE_EXCHANGE)
				continue;
			json_exchange(&t->line, t->report, o);
			say_json(t);
		}
	json_attempt(&t->line, t->report, a);
	say_json(t);
}

static void
count_attempt(struct teller *t, const struct attempt *a)
{
	if (a->told == OUTCOME_OPEN)
		t->attempts[a->scheme][a->outcome]++;
	else
		t->totals[a->told]--;
	t->totals[a->outcome]++;
}

static void
tell_attempts(struct teller *t)
{
	bool text = wants(t, false), json = wants(t, true);

	for (size_t i = 0; i < t->report->n_attempts; i++) {
		struct attempt *a = t->report->attempts[i];
		bool same = a->told == a->outcome;

		if (same && a->told_cause == a->cause)
			continue;
		if (!same)
			count_attempt(t, a);
		a->told = a->outcome;
		a->told_cause = a->cause;
		if (json)
			json_of_attempt(t, a);
		/* Text says of the finding that it is withdrawn. */
		if (text && !same)
			text_attempt(t, a);
	}
}

/* -- findings -- */

static void
json_of_finding(struct teller *t, const struct finding *f)
{
	struct finding copy = *f;

	/* The last ones: the first were named before. */
	if (copy.n_attempts > NAMED_MOST) {
		copy.attempts += copy.n_attempts - NAMED_MOST;
		copy.n_attempts = NAMED_MOST;
	}
	if (copy.n_inner > NAMED_MOST) {
		copy.inner += copy.n_inner - NAMED_MOST;
		copy.n_inner = NAMED_MOST;
	}
	json_finding(&t->line, t->report, &copy);
	say_json(t);
}

/* Of a storm, where each client has a fault of its own, some are told in
 * full; the others do not scroll. */
static bool
is_in_full(struct teller *t, const struct finding *f)
{
	const char *rule = report_rule(f);
	struct event *e;

	if (rule == NULL)
		return true;
	e = event_of(t, table_hash(span_of_str(rule)));
	table_touch(&t->events, &e->entry);
	if (e->n >= TELLER_IN_FULL &&
	    when_between(e->said, t->now) < TELLER_QUIET)
		return false;
	if (e->n == TELLER_IN_FULL)
		e->n = 0;
	e->n++;
	e->said = t->now;
	return true;
}

static void
text_of_finding(struct teller *t, const struct finding *f,
    enum told_news news, uint32_t number)
{
	struct page p = page_of(t);
	struct text what = { 0 };

	switch (news) {
	case TOLD_NEW:
		if (f->fault && is_in_full(t, f)) {
			text_finding(&p, t->report, f, number);
			page_rule(&p);
			page_line(&p);
			break;
		}
		if (f->fault)
			text_fmt(&what, "the same as others before (%s)",
			    report_rule(f));
		else
			text_str(&what, "a remark");
		break;
	case TOLD_AGAIN:
		text_str(&what, "it is there again, ");
		add_total(&what, f);
		text_str(&what, " in all");
		break;
	case TOLD_MORE:
		add_total(&what, f);
		text_str(&what, " by now");
		break;
	case TOLD_CLOSED:
		text_str(&what, "closed, as it was not seen any more; ");
		add_total(&what, f);
		text_str(&what, ", the last at ");
		when_clock(&what, f->last);
		break;
	case TOLD_NOTHING:
	case TOLD_WITHDRAWN:
		break;
	}
	if (what.len > 0)
		event_finding(&p, t->report, f, t->now, text_get(&what));
	text_fini(&what);
	say(t, false);
}

static bool
is_for_json(enum told_news news)
{
	return news == TOLD_NEW || news == TOLD_AGAIN || news == TOLD_CLOSED;
}

/* All that is left of one whose attempts left the window. */
static void
tell_over(void *context, const struct told *told, enum told_news news)
{
	struct teller *t = context;
	const struct rule *rule = rules_find(t->report->rules, told->rule);
	struct finding f = {
		.id = told->id,
		.state = news == TOLD_CLOSED ? "closed" : "withdrawn",
		.rule = rule,
		.cause = told->cause,
		.severity = told->severity,
		.likelihood = LEVEL_LOW,
		.fault = told->fault,
		.title = rule != NULL ? rule->title : NULL,
		.total = told->total,
		.first = told->first,
		.last = told->last,
		.replaced_by = news == TOLD_WITHDRAWN
		    ? told_id(t->told, told->heir)
		    : NULL,
	};
	struct page p = page_of(t);
	struct text words = { 0 };

	memcpy(f.evidence_file, told->evidence_file, sizeof(f.evidence_file));
	json_finding(&t->line, t->report, &f);
	say_json(t);
	if (news == TOLD_CLOSED) {
		text_of_finding(t, &f, news, told->number);
		return;
	}
	text_str(&words, "withdrawn: what came later explains it otherwise");
	if (f.replaced_by != NULL)
		text_fmt(&words, ", see [%s]", f.replaced_by);
	event_finding(&p, t->report, &f, t->now, text_get(&words));
	text_fini(&words);
	say(t, false);
}

/* When it is told, what it rests on is still looked back on. */
static void
keep_evidence(struct teller *t, struct finding *f, enum told_news news)
{
	if (t->files->ring == NULL ||
	    (news != TOLD_NEW && news != TOLD_AGAIN) ||
	    t->evidence == TELLER_EVIDENCE)
		return;
	t->evidence++;
	evidence_ring_keep(t->files->ring, t->report, f);
	told_evidence(t->told, f);
}

void
teller_begin(struct teller *t, when_ns now, bool all)
{
	t->now = now;
	t->all = all;
	t->n_taken = 0;
	told_begin(t->told, now);
}

bool
teller_take(void *teller, struct finding *f)
{
	struct teller *t = teller;
	struct taken *x;

	if (t->n_taken == t->room_taken) {
		t->room_taken = t->room_taken * 2 + 16;
		t->taken = memory_grow(t->taken, t->room_taken,
		    sizeof(*t->taken));
	}
	x = &t->taken[t->n_taken++];
	x->news = told_take(t->told, f, &x->as);
	return t->all || is_for_json(x->news);
}

bool
teller_look(struct teller *t, struct report *r, struct finding **findings)
{
	t->report = r;
	t->evidence = 0;
	tell_attempts(t);
	for (size_t i = 0; i < t->n_taken && i < r->n_findings; i++) {
		const struct taken *x = &t->taken[i];

		if (x->news == TOLD_NOTHING)
			continue;
		keep_evidence(t, findings[i], x->news);
		if (is_for_json(x->news))
			json_of_finding(t, findings[i]);
		if (wants(t, false))
			text_of_finding(t, findings[i], x->news,
			    x->as->number);
	}
	told_end(t->told, tell_over, t);
	t->report = NULL;
	return live_files_flush(t->files);
}

/* -- totals -- */

void
teller_totals(const struct teller *t, struct report *r)
{
	for (unsigned i = 0; i <= OUTCOME_INCOMPLETE; i++)
		r->outcomes[i] = (unsigned)t->totals[i];
}

void
teller_summary(struct teller *t, struct report *r)
{
	if (!wants(t, true))
		return;
	teller_totals(t, r);
	json_summary(&t->line, r);
	say_json(t);
	live_files_flush(t->files);
}

static void
text_of_the_end(struct teller *t, struct report *r)
{
	struct page p = page_of(t);
	struct text words = { 0 };
	uint64_t all = 0;

	for (unsigned i = 0; i <= OUTCOME_INCOMPLETE; i++)
		all += r->outcomes[i];
	page_line(&p);
	page_rule(&p);
	words_count(&words, all, "attempt", "attempts");
	text_str(&words, " in this run");
	if (all > 0) {
		text_str(&words, ": ");
		words_outcomes(&words, r->outcomes);
	}
	text_str(&words, ". Below, the last ");
	when_length(&words,
	    (int64_t)limit_of(LIMIT_WINDOW_SECONDS) * WHEN_SECOND);
	text_str(&words, " of it.");
	page_flow(&p, "", STYLE_PLAIN, 2, text_get(&words));
	text_clear(&words);
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = r->findings[i];

		if (!f->fault)
			continue;
		add_total(&words, f);
		event_finding(&p, r, f, f->last, text_get(&words));
		text_clear(&words);
	}
	text_proxies(&p, r);
	text_clocks(&p, r);
	text_latency(&p, r);
	text_inventory(&p, r);
	text_quality(&p, r);
	text_fini(&words);
	say(t, false);
}

bool
teller_end(struct teller *t, struct report *r,
    struct finding *const *findings)
{
	bool ok = true;

	t->report = r;
	teller_totals(t, r);
	if (wants(t, false))
		text_of_the_end(t, r);
	for (size_t i = 0; i < r->n_findings && wants(t, true); i++)
		json_of_finding(t, findings[i]);
	for (size_t i = 0; i < r->n_inventory && wants(t, true); i++) {
		json_inventory(&t->line, r, &r->inventory[i]);
		say_json(t);
	}
	teller_summary(t, r);
	t->report = NULL;
	live_files_flush(t->files);
	for (size_t i = 0; i < t->files->n_outputs; i++)
		if (!t->files->outputs[i].stream)
			ok &= live_files_report(t->files,
			    &t->files->outputs[i], r);
	return ok;
}
