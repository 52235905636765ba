/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/judgement.h"

#include <stdlib.h>

#include "base/memory.h"

/* Boxes in a row. */
#define MOST_BOXES 8

/* Of an attempt, by its place in the history. */
struct place_told {
	const struct attempt *outer; /* it is told with that one; or NULL */
	struct group *group;
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
same_fault(const struct judgement *j)
{
	return j->outer != NULL && attempt_failed(j->outer) &&
	    j->outer->rule != NULL && j->outer->cause == j->rule->cause;
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
		struct place_told *p = place_of(places, h, k->attempt);

		if (!same_fault(k))
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
		struct group *g;

		if (is_told_with_outer(places, h, k))
			continue;
		g = groups_add(groups, k->rule, k->apart, k->attempt);
		if (k->rule->about == ABOUT_FAILURES)
			place_of(places, h, k->attempt)->group = g;
	}
	for (size_t i = 0; i < j->n; i++) {
		const struct judgement *k = &j->at[i];
		struct place_told *p;

		if (!is_told_with_outer(places, h, k))
			continue;
		p = outermost(places, h, k->attempt);
		if (p != NULL && p->group != NULL)
			group_add_inner(p->group, k->outer, k->attempt);
	}
	free(places);
	free(j->at);
	*j = (struct judgements){ .n = 0 };
}
