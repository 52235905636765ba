/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/diagnosis.h"

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/condition.h"
#include "diagnose/differential.h"
#include "diagnose/evidence.h"
#include "diagnose/group.h"
#include "diagnose/history.h"
#include "diagnose/kdc_view.h"
#include "diagnose/past.h"
#include "diagnose/rules.h"
#include "diagnose/sides.h"

struct diagnosis {
	struct arena arena;
	struct finding **findings; /* in order of first frame */
	size_t n;
};

/* What all parts of one run share. */
struct run_state {
	const struct rules *rules;
	const struct ready_rule **logins; /* those about logins, in order */
	size_t n_logins;
	struct history *history;
	const struct capture_facts *capture;
	struct groups *groups;
	struct subject subject;
	struct arena scratch; /* values of the subject at hand */
};

static void pick_rules(struct run_state *r);
static void judge_attempt(struct run_state *r, struct attempt *a);
static void judge_refused(struct run_state *r, const struct observation *o);
static void judge_witnesses(struct run_state *r, struct arena *arena,
    enum witness_kind kind, enum rule_about about);
static void collect_findings(struct diagnosis *d, struct run_state *r);

struct diagnosis *
diagnosis_run(const struct rules *rules, struct attempt **attempts, size_t n,
    const struct observation **refused, size_t n_refused,
    const struct capture_facts *capture)
{
	struct diagnosis *d = memory_new(1, sizeof(*d));
	struct run_state *r = memory_new(1, sizeof(*r));
	struct kdc_index *kdc = kdc_index_new(capture->witnesses);
	struct capture_facts facts = *capture;

	struct sides *sides =
	    sides_new(capture->witnesses, capture->places, attempts, n);

	facts.kdc = kdc;
	facts.sides = sides;
	r->rules = rules;
	pick_rules(r);
	r->history = history_new(attempts, n);
	r->capture = &facts;
	history_learn_products(r->history, rules);
	r->groups = groups_new();
	for (size_t i = 0; i < n; i++)
		judge_attempt(r, attempts[i]);
	for (size_t i = 0; i < n_refused; i++)
		judge_refused(r, refused[i]);
	judge_witnesses(r, &d->arena, WITNESS_TLS, ABOUT_TLS);
	judge_witnesses(r, &d->arena, WITNESS_PAC, ABOUT_PAC);
	judge_witnesses(r, &d->arena, WITNESS_SAMPLE, ABOUT_STRAY);
	collect_findings(d, r);
	groups_free(r->groups);
	history_free(r->history);
	kdc_index_free(kdc);
	sides_free(sides);
	arena_fini(&r->scratch);
	free(r->logins);
	free(r);
	return d;
}

void
diagnosis_free(struct diagnosis *d)
{
	if (d == NULL)
		return;
	arena_fini(&d->arena);
	free(d->findings);
	free(d);
}

size_t
diagnosis_findings(const struct diagnosis *d)
{
	return d->n;
}

const struct finding *
diagnosis_finding(const struct diagnosis *d, size_t i)
{
	return d->findings[i];
}

/* They are asked of each attempt, and few of all rules are. */
static void
pick_rules(struct run_state *r)
{
	size_t n = rules_count(r->rules);

	r->logins = memory_new(n + 1, sizeof(*r->logins));
	for (size_t i = 0; i < n; i++)
		if (rules_at(r->rules, i)->rule->about == ABOUT_LOGINS)
			r->logins[r->n_logins++] = rules_at(r->rules, i);
}

static void
begin(struct run_state *r, const struct attempt *a,
    const struct observation *refused)
{
	arena_fini(&r->scratch);
	r->scratch = (struct arena){ 0 };
	subject_init(&r->subject, r->history, a, refused, r->capture,
	    &r->scratch);
}

/* The first that holds is the most specific: they are in order of rank. */
static const struct rule *
best_rule(struct run_state *r, enum rule_about about)
{
	for (size_t i = 0; i < rules_count(r->rules); i++) {
		const struct ready_rule *ready = rules_at(r->rules, i);

		if (ready->rule->about == about &&
		    ready_rule_holds(ready, &r->subject) == TRUTH_TRUE)
			return ready->rule;
	}
	return NULL;
}

static void
add_remarks(struct run_state *r, const struct attempt *a)
{
	for (size_t i = 0; i < r->n_logins; i++)
		if (ready_rule_holds(r->logins[i], &r->subject) == TRUTH_TRUE)
			groups_add(r->groups, r->logins[i]->rule, a);
}

static void
judge_attempt(struct run_state *r, struct attempt *a)
{
	a->cause = CAUSE_NONE;
	a->rule = NULL;
	if (a->outcome == OUTCOME_INCOMPLETE || a->outcome == OUTCOME_OPEN)
		return;
	begin(r, a, NULL);
	if (attempt_failed(a)) {
		const struct rule *rule = best_rule(r, ABOUT_FAILURES);

		a->cause = rule != NULL ? rule->cause : CAUSE_OTHER;
		if (rule != NULL) {
			a->rule = rule->id;
			groups_add(r->groups, rule, a);
		}
	}
	add_remarks(r, a);
}

static bool
is_wanted(const struct only *only, const struct observation *o)
{
	const struct connection *c = &o->connection;

	return only == NULL ||
	    (!only->attempts &&
	        (only->since == WHEN_NONE || o->time >= only->since) &&
	        (only->until == WHEN_NONE || o->time < only->until) &&
	        (only->client.len == 0 ||
	            address_eq(&only->client, &c->client)) &&
	        (only->proxy.len == 0 ||
	            address_eq(&only->proxy, &c->proxy)) &&
	        (only->proxy_port == 0 || only->proxy_port == c->proxy_port));
}

static void
judge_refused(struct run_state *r, const struct observation *o)
{
	if (!is_wanted(r->capture->only, o))
		return;
	begin(r, NULL, o);

	const struct rule *rule = best_rule(r, ABOUT_REFUSED);

	if (rule != NULL)
		groups_add_refused(r->groups, rule, o);
}

/* A witness takes the place of a refused connection. */
static void
judge_witnesses(struct run_state *r, struct arena *arena,
    enum witness_kind kind, enum rule_about about)
{
	size_t n;
	const struct witness_record *const *all =
	    sides_of(r->capture->sides, kind, &n);

	for (size_t i = 0; i < n; i++) {
		struct observation o = { .kind = OBSERVE_WITNESS };

		o.frame = all[i]->frame;
		o.time = all[i]->time;
		o.witness = all[i];
		o.connection = (struct connection){
			.stream = all[i]->stream,
			.client = all[i]->client,
			.client_port = all[i]->client_port,
			.proxy = all[i]->server,
			.proxy_port = all[i]->server_port,
		};
		if (!is_wanted(r->capture->only, &o))
			continue;
		begin(r, NULL, &o);

		const struct rule *rule = best_rule(r, about);

		if (rule == NULL)
			continue;

		struct observation *kept = arena_new(arena, sizeof(*kept));

		*kept = o;
		groups_add_refused(r->groups, rule, kept);
	}
}

static bool
rule_is_failure(const struct finding *f)
{
	return f->example != NULL && f->rule->about == ABOUT_FAILURES;
}

/* An earlier run has seen the same? */
static void
tell_earlier(struct finding *f, const struct past *past)
{
	struct earlier e;

	if (past == NULL)
		return;
	e = past->finding(past->context, f->identity, f->first);
	if (e.first == WHEN_NONE)
		return;
	f->known_since = e.first;
	f->known_until = e.last;
	f->known_times = e.times;
}

static void
collect_findings(struct diagnosis *d, struct run_state *r)
{
	d->n = groups_count(r->groups);
	d->findings = memory_new(d->n + 1, sizeof(*d->findings));
	groups_sort(r->groups);
	for (size_t i = 0; i < d->n; i++) {
		const struct group *g = groups_at(r->groups, i);
		struct finding *f =
		    arena_new(&d->arena, sizeof(*d->findings[i]));

		d->findings[i] = f;
		group_describe(g, f, i + 1, r->capture, &d->arena);
		begin(r, f->example, g->refused);

		struct group_counts counts = {
			.attempts = g->n,
			.times = f->times > g->n ? f->times : g->n,
			.clients = f->clients.total,
			.users = f->users.total,
			.first = f->first,
			.last = f->last,
		};

		r->subject.group = &counts;
		evidence_add_kdc(f, &r->subject, &d->arena);
		evidence_add_hosts(f, &r->subject, &d->arena);
		if (rule_is_failure(f))
			story_tell(f, &r->subject, &d->arena);
		tell_earlier(f, r->capture->past);
		product_describe(f, r->rules, &r->subject, &d->arena);
		counts.advice = f->advice;
		counts.n_advice = f->n_advice;
		finding_write(f, r->rules, &r->subject, &d->arena);
	}
}
