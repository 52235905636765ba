/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/diagnosis.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "diagnose/chain.h"
#include "diagnose/condition.h"
#include "diagnose/differential.h"
#include "diagnose/evidence.h"
#include "diagnose/group.h"
#include "diagnose/history.h"
#include "diagnose/judgement.h"
#include "diagnose/kdc_view.h"
#include "diagnose/lookback.h"
#include "diagnose/opinion.h"
#include "diagnose/past.h"
#include "diagnose/rules.h"
#include "diagnose/sides.h"
#include "diagnose/template.h"

struct diagnosis {
	struct arena *arenas; /* one for each thread that made it */
	unsigned n_arenas;
	struct finding **findings; /* in order of first frame */
	size_t n;
};

/* What one thread works with; all it points to but `scratch` is shared. */
struct judge {
	const struct rules *rules;
	const struct ready_rule **logins; /* those about logins, in order */
	size_t n_logins;
	size_t kerberos_error; /* a fact */
	const struct history *history;
	const struct capture_facts *capture;
	struct subject subject;
	struct arena scratch; /* values of the subject at hand */
	struct arena *kept;   /* for as long as the diagnosis */
};

/* A whole run. */
struct judging {
	struct judge *own; /* of each thread */
	unsigned threads;
	struct judgements judgements;
	struct groups *groups;
	struct diagnosis *diagnosis;
	struct attempt **attempts;
	size_t n;
};

static void pick_rules(struct judge *r);
static void judge_attempts(struct judging *x);
static void judge_refused(struct judging *x, const struct observation *o);
static void judge_witnesses(struct judging *x, enum witness_kind kind,
    enum rule_about about);
static void collect_findings(struct judging *x);

/* A store and libndpi are for one thread. */
static unsigned
threads_of(const struct capture_facts *c)
{
	return c->threads < 2 || c->past != NULL || c->apps != NULL
	    ? 1
	    : c->threads;
}

struct diagnosis *
diagnosis_run(const struct rules *rules, struct attempt **attempts, size_t n,
    const struct observation **refused, size_t n_refused,
    const struct capture_facts *capture)
{
	struct diagnosis *d = memory_new(1, sizeof(*d));
	struct kdc_index *kdc = kdc_index_new(capture->witnesses);
	struct sides *sides =
	    sides_new(capture->witnesses, capture->places, attempts, n);
	struct history *history = capture->all != NULL
	    ? history_new(capture->all, capture->n_all, capture->past)
	    : history_new(attempts, n, capture->past);
	struct capture_facts facts = *capture;
	struct judge first = { .rules = rules, .history = history,
		.capture = &facts };
	struct judging x = { .threads = threads_of(capture),
		.groups = groups_new(), .diagnosis = d,
		.attempts = attempts, .n = n };

	facts.kdc = kdc;
	facts.sides = sides;
	pick_rules(&first);
	facts_find(SPAN("kerberos.error"), &first.kerberos_error);
	history_learn_products(history, rules);
	d->n_arenas = x.threads;
	d->arenas = memory_new(x.threads, sizeof(*d->arenas));
	x.own = memory_new(x.threads, sizeof(*x.own));
	for (unsigned i = 0; i < x.threads; i++) {
		x.own[i] = first;
		x.own[i].kept = &d->arenas[i];
	}

	judge_attempts(&x);
	for (size_t i = 0; i < n_refused; i++)
		judge_refused(&x, refused[i]);
	judge_witnesses(&x, WITNESS_TLS, ABOUT_TLS);
	judge_witnesses(&x, WITNESS_PAC, ABOUT_PAC);
	judge_witnesses(&x, WITNESS_SAMPLE, ABOUT_STRAY);
	collect_findings(&x);

	for (unsigned i = 0; i < x.threads; i++)
		arena_fini(&x.own[i].scratch);
	free(x.own);
	groups_free(x.groups);
	history_free(history);
	kdc_index_free(kdc);
	sides_free(sides);
	free(first.logins);
	return d;
}

void
diagnosis_free(struct diagnosis *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < d->n_arenas; i++)
		arena_fini(&d->arenas[i]);
	free(d->arenas);
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
pick_rules(struct judge *r)
{
	size_t n = rules_count(r->rules);

	r->logins = memory_new(n + 1, sizeof(*r->logins));
	for (size_t i = 0; i < n; i++)
		if (rules_at(r->rules, i)->rule->about == ABOUT_LOGINS)
			r->logins[r->n_logins++] = rules_at(r->rules, i);
}

static void
begin(struct judge *r, const struct attempt *a,
    const struct observation *refused)
{
	arena_fini(&r->scratch);
	r->scratch = (struct arena){ 0 };
	subject_init(&r->subject, r->history, a, refused, r->capture,
	    &r->scratch);
}

/* The first that holds is the most specific: they are in order of rank. */
static const struct rule *
best_rule(struct judge *r, enum rule_about about)
{
	for (size_t i = 0; i < rules_count(r->rules); i++) {
		const struct ready_rule *ready = rules_at(r->rules, i);

		if (ready->rule->about == about &&
		    ready_rule_holds(ready, &r->subject) == TRUTH_TRUE)
			return ready->rule;
	}
	return NULL;
}

/* In what a rule keeps its findings apart; NULL: in nothing. */
static const char *
apart_of(struct judge *r, const struct rule *rule)
{
	struct text t = { .limit = 240 };
	const char *kept;

	if (rule->apart == NULL)
		return NULL;
	template_expand(&t, rule->apart, &r->subject);
	kept = arena_str(r->kept, text_span(&t));
	text_fini(&t);
	return kept;
}

static void
add(struct judgements *j, struct judge *r, struct attempt *a,
    const struct rule *rule)
{
	struct half outer = { .attempt = NULL };

	if (rule->about == ABOUT_FAILURES &&
	    !chain_outer(r->history, r->subject.event, &outer) &&
	    !chain_readdressed_outer(r->history, r->subject.event, &outer))
		outer.attempt = NULL;
	judgements_add(j, (struct judgement){ a, rule, apart_of(r, rule),
	        outer.attempt });
}

/* What a KDC or an acceptor says is wrong is wrong, also if another scheme
 * helps. */
static enum went_on
went_on(struct judge *r)
{
	return subject_value(&r->subject, r->kerberos_error)->state ==
	        VALUE_SET
	    ? WENT_NOT_ON
	    : lookback_went_on(&r->subject);
}

static void
judge_attempt(struct judge *r, struct attempt *a, struct judgements *j)
{
	a->cause = CAUSE_NONE;
	a->rule = NULL;
	a->went_on = WENT_NOT_ON;
	if (a->outcome == OUTCOME_INCOMPLETE || a->outcome == OUTCOME_OPEN)
		return;
	begin(r, a, NULL);
	if (attempt_failed(a)) {
		const struct rule *rule = best_rule(r, ABOUT_FAILURES);

		a->cause = CAUSE_OTHER;
		if (rule != NULL) {
			a->cause = rule->cause;
			a->rule = rule->id;
			a->went_on = went_on(r);
			add(j, r, a, rule);
		}
	}
	for (size_t i = 0; i < r->n_logins; i++)
		if (ready_rule_holds(r->logins[i], &r->subject) == TRUTH_TRUE)
			add(j, r, a, r->logins[i]->rule);
}

/* So many are judged by one thread before the next one is asked. */
#define PIECE 64

static void *
judge_piece(void *judging, unsigned thread, size_t piece)
{
	struct judging *x = judging;
	struct judgements *j = memory_new(1, sizeof(*j));
	size_t end = (piece + 1) * PIECE;

	for (size_t i = piece * PIECE; i < end && i < x->n; i++)
		judge_attempt(&x->own[thread], x->attempts[i], j);
	return j;
}

static void
take_judgements(void *judging, size_t piece, void *made)
{
	struct judging *x = judging;

	(void)piece;
	judgements_take(&x->judgements, made);
	free(made);
}

static void
judge_attempts(struct judging *x)
{
	const struct parallel work = { judge_piece, take_judgements, x,
		x->threads };

	parallel_do(&work, (x->n + PIECE - 1) / PIECE);
	judgements_group(&x->judgements, x->own[0].history, x->groups);
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
judge_refused(struct judging *x, const struct observation *o)
{
	struct judge *r = &x->own[0];

	if (!is_wanted(r->capture->only, o))
		return;
	begin(r, NULL, o);

	const struct rule *rule = best_rule(r, ABOUT_REFUSED);

	if (rule != NULL)
		groups_add_refused(x->groups, rule, apart_of(r, rule), o);
}

/* A witness takes the place of a refused connection. */
static void
judge_witnesses(struct judging *x, enum witness_kind kind,
    enum rule_about about)
{
	struct judge *r = &x->own[0];
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

		struct observation *kept =
		    arena_new(&x->diagnosis->arenas[0], sizeof(*kept));

		*kept = o;
		groups_add_refused(x->groups, rule, apart_of(r, rule), kept);
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

/* The subject is that of the finding. */
static void
write_words(struct judge *r, struct finding *f, const struct group *g,
    struct arena *arena)
{
	struct group_counts counts = {
		.attempts = g->n,
		.times = f->times > g->n ? f->times : g->n,
		.clients = f->clients.total,
		.users = f->users.total,
		.first = f->first,
		.last = f->last,
	};

	subject_speak_of(&r->subject, &counts);
	if (rule_is_failure(f))
		story_tell(f, &r->subject, arena);
	tell_earlier(f, r->capture->past);
	product_describe(f, r->rules, &r->subject, arena);
	counts.advice = f->advice;
	counts.n_advice = f->n_advice;
	finding_write(f, r->rules, &r->subject, arena);
}

/* All but the words. */
static void *
outline(void *judging, unsigned thread, size_t i)
{
	struct judging *x = judging;
	struct judge *r = &x->own[thread];
	struct arena *arena = &x->diagnosis->arenas[thread];
	const struct group *g = groups_at(x->groups, i);
	struct finding *f = arena_new(arena, sizeof(*f));

	group_describe(g, f, i + 1, r->capture, arena);
	begin(r, f->example, g->refused);
	evidence_add_kdc(f, &r->subject, arena);
	evidence_add_tls(f, &r->subject, arena);
	evidence_add_hosts(f, &r->subject, arena);
	if (r->capture->words == NULL)
		write_words(r, f, g, arena);
	return f;
}

static void
take_finding(void *judging, size_t i, void *made)
{
	struct judging *x = judging;

	x->diagnosis->findings[i] = made;
}

static void
write_wanted(struct judging *x, const struct words_wanted *wanted)
{
	struct judge *r = &x->own[0];

	for (size_t i = 0; i < x->diagnosis->n; i++) {
		struct finding *f = x->diagnosis->findings[i];
		const struct group *g = groups_at(x->groups, i);

		if (!wanted->of(wanted->context, f))
			continue;
		begin(r, f->example, g->refused);
		write_words(r, f, g, &x->diagnosis->arenas[0]);
	}
}

static void
collect_findings(struct judging *x)
{
	const struct parallel work = { outline, take_finding, x, x->threads };
	const struct words_wanted *wanted = x->own[0].capture->words;
	struct diagnosis *d = x->diagnosis;

	d->n = groups_count(x->groups);
	d->findings = memory_new(d->n + 1, sizeof(*d->findings));
	groups_sort(x->groups);
	parallel_do(&work, d->n);
	if (wanted != NULL)
		write_wanted(x, wanted);
}
