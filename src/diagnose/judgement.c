/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/judgement.h"

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/lookback.h"

/* Boxes in a row. */
#define MOST_BOXES 8

/* Of an attempt, by its place in the history. */
struct place_told {
	const struct attempt *attempt;
	const struct rule *rule;     /* why it failed; or NULL */
	const char *apart;           /* as the rule has it */
	const struct attempt *outer; /* it is told with that one; or NULL */
};

void
judgements_add(struct judgements *j, struct judgement one)
{
	if (j->n == j->room) {
		j->room = j->room > 0 ? 2 * j->room : 64;
		j->at = memory_grow(j->at, j->room, sizeof(*j->at));
	}
	j->at[j->n++] = one;
}

void
judgements_take(struct judgements *j, struct judgements *more)
{
	for (size_t i = 0; i < more->n; i++)
		judgements_add(j, more->at[i]);
	free(more->at);
	*more = (struct judgements){ .n = 0 };
}

static struct place_told *
place_of(struct place_told *places, const struct history *h,
    const struct attempt *a)
{
	return &places[history_event_of(h, a) - history_event(h, 0)];
}

static bool
same_answer(const struct attempt *a, const struct attempt *b)
{
	const struct observed_response *x = a->response, *y = b->response;

	if (x == NULL || y == NULL || !lookback_same_text(x->via, y->via) ||
	    !lookback_same_text(x->server, y->server) ||
	    a->n_last_offers != b->n_last_offers)
		return false;
	for (size_t i = 0; i < a->n_last_offers; i++)
		if (a->last_offers[i].scheme != b->last_offers[i].scheme)
			return false;
	return true;
}

/* One refusal, which the box hands out as it is. */
static bool
same_refusal(const struct attempt *a, const struct attempt *b)
{
	return a->outcome == OUTCOME_REJECTED && b->outcome == a->outcome &&
	    a->broke_at == b->broke_at && same_answer(a, b);
}

/* Before the box all of its clients and nodes are seen: where that tells
 * more, it is what the half behind it is told with. */
static bool
same_fault(const struct judgement *j, const struct rule *outer)
{
	if (outer == NULL || !attempt_failed(j->outer))
		return false;
	return outer->cause == j->rule->cause ||
	    (same_refusal(j->outer, j->attempt) &&
	        outer->specificity > j->rule->specificity);
}

/*
 * Where there are several boxes, the half that no other one holds; NULL if
 * there is none: times that are alike, or forged, may go round in a circle.
 */
static struct place_told *
outermost(struct place_told *places, const struct history *h,
    const struct attempt *a)
{
	struct place_told *p = place_of(places, h, a);

	for (int i = 0; i < MOST_BOXES && p->outer != NULL; i++)
		p = place_of(places, h, p->outer);
	return p->outer == NULL ? p : NULL;
}

/* Which are told with an outer half. */
static void
find_outer_halves(const struct judgements *j, const struct history *h,
    struct place_told *places)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct judgement *k = &j->at[i];

		if (k->rule->about == ABOUT_FAILURES)
			*place_of(places, h, k->attempt) = (struct place_told){
				k->attempt, k->rule, k->apart, NULL };
	}
	for (size_t i = 0; i < j->n; i++) {
		const struct judgement *k = &j->at[i];
		struct place_told *p = place_of(places, h, k->attempt);

		if (k->outer == NULL ||
		    !same_fault(k, place_of(places, h, k->outer)->rule))
			continue;
		p->outer = k->outer;
		if (outermost(places, h, k->attempt) == NULL)
			p->outer = NULL;
	}
}

static bool
is_told_with_outer(struct place_told *places, const struct history *h,
    const struct judgement *k)
{
	return k->rule->about == ABOUT_FAILURES &&
	    place_of(places, h, k->attempt)->outer != NULL;
}

void
judgements_group(struct judgements *j, const struct history *h,
    struct groups *groups)
{
	struct place_told *places =
	    memory_new(history_events(h) + 1, sizeof(*places));

	find_outer_halves(j, h, places);
	for (size_t i = 0; i < j->n; i++) {
		const struct judgement *k = &j->at[i];

		if (!is_told_with_outer(places, h, k))
			groups_add(groups, k->rule, k->apart, k->attempt);
	}
	for (size_t i = 0; i < j->n; i++) {
		const struct judgement *k = &j->at[i];
		const struct place_told *p;
		struct group *g;

		if (!is_told_with_outer(places, h, k))
			continue;
		p = outermost(places, h, k->attempt);
		g = p != NULL && p->rule != NULL
		    ? groups_find(groups, p->rule, p->apart, p->attempt)
		    : NULL;
		if (g == NULL)
			continue;
		group_add_inner(g, k->outer, k->attempt);
		if (k->rule->cause == p->rule->cause)
			continue;
		k->attempt->cause = p->rule->cause;
		k->attempt->rule = p->rule->id;
	}
	free(places);
	free(j->at);
	*j = (struct judgements){ .n = 0 };
}
