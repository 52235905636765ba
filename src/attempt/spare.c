/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracked.h"

#include <stdlib.h>

#include "base/memory.h"

/* An offer whose exchange was known late: as in match.c. */
#define PROGRAM_WINDOW (1500 * WHEN_MS)
/* Spare connections belong to a login that began this near to them. */
#define SPARE_BEFORE (30 * WHEN_SECOND)
#define SPARE_AFTER  (60 * WHEN_SECOND)

static int
by_agent_and_host(const void *left, const void *right)
{
	const struct tracked *a = *(struct tracked *const *)left;
	const struct tracked *b = *(struct tracked *const *)right;
	const char *keys[][2] = {
		{ a->attempt.user_agent, b->attempt.user_agent },
		{ a->attempt.authority, b->attempt.authority },
	};

	if (a->pair != b->pair)
		return a->pair < b->pair ? -1 : 1;
	for (int i = 0; i < 2; i++) {
		int d = strcmp(keys[i][0] != NULL ? keys[i][0] : "",
		    keys[i][1] != NULL ? keys[i][1] : "");

		if (d != 0)
			return d;
	}
	return a->attempt.start < b->attempt.start ? -1
	    : a->attempt.start > b->attempt.start  ? 1
	                                           : 0;
}

static bool
same_agent_and_host(const struct tracked *a, const struct tracked *b)
{
	return a->pair == b->pair &&
	    same_text(a->attempt.user_agent, b->attempt.user_agent) &&
	    a->attempt.authority != NULL &&
	    same_text(a->attempt.authority, b->attempt.authority);
}

/*
 * A handshake that the client began beside others, as it opened connections
 * at once, and left at the challenge when one of the others was free.
 */
static bool
is_left_handshake(const struct tracked *a)
{
	return a->state == STATE_CHALLENGED &&
	    a->attempt.outcome == OUTCOME_ABANDONED &&
	    a->attempt.challenge != NULL && !a->attempt.restarted &&
	    a->attempt.challenge->scheme != SCHEME_DIGEST;
}

static bool
side_by_side(const struct tracked *a, const struct tracked *b)
{
	return a->attempt.start <= b->attempt.end &&
	    (a->closed == WHEN_NONE || a->closed >= b->attempt.start);
}

/*
 * Was this one asked while the same program logged in for the same host?
 * For a browser at about that time; for others the connections must have
 * been there side by side, as one program may run twice in a row.
 */
static bool
is_spare_of(const struct tracked *spare, const struct tracked *login)
{
	const struct attempt *s = &spare->attempt, *l = &login->attempt;

	if (!same_agent_and_host(spare, login))
		return false;
	if (is_left_handshake(spare))
		return l->outcome == OUTCOME_AUTHENTICATED && !l->split &&
		    side_by_side(spare, login);
	if (s->request != NULL && has_a_person(s->request))
		return s->start - l->end <= SPARE_BEFORE &&
		    l->start - s->end <= SPARE_AFTER;
	if (l->preemptive && s->target != NULL &&
	    same_text(s->target, l->target) && l->start >= s->end &&
	    l->start - s->end <= PROGRAM_WINDOW)
		return true;
	return side_by_side(spare, login) &&
	    l->start - s->end <= SPARE_AFTER;
}

static bool
may_be_spare(const struct tracked *a)
{
	return a->state == STATE_ASKED || is_left_handshake(a);
}

/* What a spare one belongs to. */
static bool
is_login(const struct tracked *a)
{
	return a->attempt.scheme != ATTEMPT_NONE && !is_left_handshake(a);
}

/*
 * Spare connections: asked, never answered, but the same program logged in
 * for the same host at about that time.  They are part of that login.  One
 * that was left in mid handshake is, if that login came to its end.
 */
void
tracker_absorb_spares(struct tracker *t, bool whole)
{
	struct tracked **all =
	    memory_new(t->attempts.count, sizeof(struct tracked *));
	size_t n = 0;

	TRACKED_EACH (link, t)
		TRACKED_OF(link)->pair->has_spare = false;
	TRACKED_EACH (link, t)
		if (may_be_spare(TRACKED_OF(link)))
			TRACKED_OF(link)->pair->has_spare = true;
	TRACKED_EACH (link, t)
		if (TRACKED_OF(link)->pair->has_spare)
			all[n++] = TRACKED_OF(link);
	qsort(all, n, sizeof(struct tracked *), by_agent_and_host);

	/* The nearest login before, then the nearest after. */
	struct tracked *login = NULL;
	struct tracked **taken_by = memory_new(n, sizeof(struct tracked *));

	for (size_t i = 0; i < n; i++) {
		if (is_login(all[i]))
			login = all[i];
		else if (login != NULL && is_spare_of(all[i], login))
			taken_by[i] = login;
	}
	login = NULL;
	for (size_t i = n; i-- > 0;) {
		if (is_login(all[i]))
			login = all[i];
		else if (taken_by[i] == NULL && login != NULL &&
		    is_spare_of(all[i], login))
			taken_by[i] = login;
	}
	for (size_t i = 0; i < n; i++)
		if (taken_by[i] != NULL && may_be_spare(all[i]) &&
		    (whole || all[i]->attempt.settled)) {
			taken_by[i]->attempt.spare +=
			    all[i]->attempt.connections;
			tracker_drop(t, all[i]);
		}
	free(taken_by);
	free(all);
}
