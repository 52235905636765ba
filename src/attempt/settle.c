/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracked.h"

#include "attempt/build.h"
#include "base/limits.h"

/* How long something more is expected, by whom. */
#define PROGRAM_PATIENCE (2 * WHEN_SECOND)
#define PERSON_PATIENCE  (60 * WHEN_SECOND)
/* A connection that stands open and says nothing. */
#define OPEN_PATIENCE (60 * WHEN_SECOND)

static int64_t
patience(const struct tracked *a)
{
	const struct observed_request *q = a->attempt.request;

	if (a->owner_open && a->closed == WHEN_NONE)
		return OPEN_PATIENCE;
	return a->state == STATE_ASKED && q != NULL && has_a_person(q)
	    ? PERSON_PATIENCE
	    : PROGRAM_PATIENCE;
}

bool
tracker_is_over(const struct tracker *t, const struct tracked *a)
{
	when_ns since = a->attempt.end;

	if (a->state == STATE_DONE)
		return a->attempt.outcome != OUTCOME_OPEN;
	if (a->closed != WHEN_NONE && a->closed > since)
		since = a->closed;
	return when_between(since, t->now) >= patience(a);
}

/* Not decided, or by a silence in which frames were lost since. */
static bool
is_undecided(const struct tracker *t, const struct tracked *a)
{
	return a->attempt.outcome == OUTCOME_OPEN ||
	    (a->attempt.outcome == OUTCOME_ABANDONED &&
	        t->deaf >= a->attempt.end);
}

bool
tracker_settle(struct tracker *t)
{
	bool news = t->news;

	t->news = false;
	TRACKED_EACH (link, t) {
		struct tracked *a = TRACKED_OF(link);

		if (a->attempt.settled && a->attempt.outcome == a->settled_as)
			continue;
		if (!tracker_is_over(t, a))
			continue;
		if (is_undecided(t, a))
			tracker_decide_at_close(t, a, CLOSED_NOT, true,
			    false);
		a->attempt.settled = a->attempt.outcome != OUTCOME_OPEN;
		a->settled_as = a->attempt.outcome;
		news |= a->attempt.settled;
	}
	if (news)
		tracker_absorb_spares(t, false);
	return news;
}

void
tracker_back(struct tracker *t, when_ns now)
{
	TRACKED_EACH (link, t) {
		struct tracked *a = TRACKED_OF(link);

		if (a->attempt.end <= now || a->attempt.settled)
			continue;
		if (a->attempt.outcome == OUTCOME_OPEN)
			tracker_decide_at_close(t, a, CLOSED_NOT, false, true);
		a->attempt.settled = a->attempt.outcome != OUTCOME_OPEN;
		a->settled_as = a->attempt.outcome;
		t->news = true;
	}
	t->now = now;
	if (t->deaf > now)
		t->deaf = now;
}

void
tracker_window(struct tracker *t)
{
	tracker_order(t, false);
}

static bool
is_old(const struct tracked *a, when_ns before)
{
	/* What is under way is older than it looks. */
	return a->attempt.end < before &&
	    (a->attempt.settled || a->closed != WHEN_NONE);
}

void
tracker_forget(struct tracker *t, when_ns before, size_t most)
{
	size_t kept = 0;

	t->n_ordered = 0;
	TRACKED_EACH (link, t) {
		struct tracked *a = TRACKED_OF(link);
		bool too_much = t->attempts.count > most;

		/* Nobody ever heard of it. */
		if (too_much && !a->shown)
			limit_hit(LIMIT_WINDOW);
		if (too_much || is_old(a, before))
			tracker_drop(t, a);
	}
	for (size_t i = 0; i < t->n_refused; i++) {
		struct observation *o = t->refused[i];

		/* Room for new ones, also where all of them are. */
		if (o->time < before ||
		    (t->n_refused == REFUSED_MOST && i < REFUSED_MOST / 2))
			observation_free(o);
		else
			t->refused[kept++] = o;
	}
	t->n_refused = kept;
}
