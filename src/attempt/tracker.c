/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracker.h"

#include <stdlib.h>

#include "attempt/build.h"
#include "attempt/tracked.h"
#include "base/limits.h"
#include "base/memory.h"

/* An unanswered client has had its time after this. */
#define TIME_TO_ANSWER (10 * WHEN_SECOND)

static void take_close(struct tracker *t, struct observation *o);

struct tracker *
tracker_new(void)
{
	struct tracker *t = memory_new(1, sizeof(*t));

	table_init(&t->attempts);
	table_init(&t->pairs);
	table_init(&t->conns);
	table_init(&t->tokens);
	table_init(&t->proxies);
	t->now = t->deaf = INT64_MIN;
	return t;
}

/* Entries of a table are blocks of their own that begin with the entry. */
static void
free_table(struct table *table)
{
	LIST_EACH (link, &table->by_age) {
		struct table_entry *e =
		    LIST_OBJECT(link, struct table_entry, age);

		table_remove(table, e);
		free(e);
	}
	table_fini(table);
}

void
tracker_free(struct tracker *t)
{
	if (t == NULL)
		return;
	TRACKED_EACH (link, t)
		tracker_drop(t, TRACKED_OF(link));
	table_fini(&t->attempts);
	for (size_t i = 0; i < t->n_refused; i++)
		observation_free(t->refused[i]);
	free_table(&t->pairs);
	free_table(&t->conns);
	free_table(&t->tokens);
	free_table(&t->proxies);
	free(t->ordered);
	free(t);
}

void
tracker_now(struct tracker *t, when_ns now)
{
	if (now > t->now)
		t->now = now;
}

void
tracker_deaf(struct tracker *t)
{
	t->deaf = t->now;
}

void
tracker_take(struct tracker *t, struct observation *o)
{
	tracker_now(t, o->time);
	switch (o->kind) {
	case OBSERVE_EXCHANGE:
		tracker_take_exchange(t, o);
		break;
	case OBSERVE_CLOSE:
		take_close(t, o);
		observation_free(o);
		break;
	case OBSERVE_WITNESS: /* not an exchange: testimony.h keeps it */
		observation_free(o);
		break;
	case OBSERVE_REFUSED:
		t->news = true;
		if (t->n_refused < REFUSED_MOST)
			t->refused[t->n_refused++] = o;
		else
			observation_free(o);
		break;
	}
}

/* -- life of an attempt -- */

static void
drop_oldest(struct tracker *t, enum limit why)
{
	limit_hit(why);
	tracker_drop(t, LIST_OBJECT(table_oldest(&t->attempts),
	    struct tracked, entry));
}

/* The oldest go, but for the one that is being filled. */
static void
make_room(struct tracker *t, const struct tracked *a)
{
	while (t->bytes > limit_of(LIMIT_ATTEMPT_BYTES) &&
	    table_oldest(&t->attempts) != &a->entry)
		drop_oldest(t, LIMIT_ATTEMPT_BYTES);
}

static void
count_bytes(struct tracker *t, struct tracked *a, size_t n)
{
	a->bytes += n;
	t->bytes += n;
}

void
tracker_adopt(struct tracker *t, struct tracked *a, struct observation *o)
{
	struct observation *old = attempt_adopt(&a->attempt, o);

	count_bytes(t, a, observation_size(o));
	if (old != NULL) {
		limit_hit(LIMIT_LEGS);
		a->bytes -= observation_size(old);
		t->bytes -= observation_size(old);
		observation_free(old);
	}
	make_room(t, a);
}

struct tracked *
tracker_new_attempt(struct tracker *t, const struct observation *o)
{
	if (t->attempts.count >= limit_of(LIMIT_ATTEMPTS))
		drop_oldest(t, LIMIT_ATTEMPTS);
	if (++t->last_id == 0) /* "none" */
		t->last_id++;

	struct tracked *a = memory_new(1, sizeof(*a));

	attempt_begin(&a->attempt, &o->connection);
	a->attempt.id = t->last_id;
	a->offer_time = a->sent_time = a->closed = WHEN_NONE;
	list_init(&a->open);
	a->pair = tracker_pair(t, &o->connection);
	a->pair->attempts++;
	table_add(&t->attempts, &a->entry, a->attempt.id);
	count_bytes(t, a, sizeof(*a));
	return a;
}

void
tracker_drop(struct tracker *t, struct tracked *a)
{
	table_remove(&t->attempts, &a->entry);
	a->pair->attempts--;
	t->bytes -= a->bytes;
	list_remove(&a->open);
	attempt_end(&a->attempt);
	free(a);
}

void
tracker_set_state(struct tracked *a, enum state state)
{
	a->state = state;
	list_remove(&a->open);
	if (state == STATE_ASKED || state == STATE_CHALLENGED)
		list_append(&a->pair->open, &a->open);
}

void
tracker_decide(struct tracked *a, enum outcome outcome, enum step broke_at)
{
	bool broke = outcome != OUTCOME_AUTHENTICATED &&
	    outcome != OUTCOME_INCOMPLETE;
	enum step at = broke ? broke_at : STEP_NONE;

	a->attempt.outcome = outcome;
	a->attempt.broke_at = at;
}

/* -- ends -- */

/* Its last request has no answer, although nothing seems to be lost. */
static void
decide_in_vain(const struct tracker *t, struct tracked *a)
{
	const struct observed_request *q = a->attempt.request;
	when_ns until = a->closed != WHEN_NONE ? a->closed : t->now;

	if (q != NULL && until >= q->time)
		a->attempt.in_vain_ns = until - q->time;
	tracker_decide(a, OUTCOME_BROKEN,
	    steps_move(STATE_START, a->said, ANSWER_UNSEEN)->broke_at);
}

void
tracker_decide_at_close(const struct tracker *t, struct tracked *a,
    enum closed_by by, bool waited_long, bool lost)
{
	struct attempt *at = &a->attempt;
	bool blind = at->connection.directions < 2 || a->request_unseen ||
	    lost || at->last_407_cut || t->deaf >= at->end;
	bool over = by != CLOSED_NOT || waited_long;

	if (a->state == STATE_DONE)
		return;
	if (blind || !over) {
		tracker_decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
	} else if (a->state == STATE_ASKED) {
		tracker_decide(a, OUTCOME_ABANDONED, STEP_OFFER);
	} else if (a->state == STATE_CHALLENGED &&
	    a->said == SAID_AUTHENTICATE) {
		/* It had finished; one more challenge is no less of a no. */
		tracker_decide(a, OUTCOME_REJECTED, STEP_AUTHENTICATE);
	} else if (a->state == STATE_CHALLENGED) {
		/* Who was told that it ends had no time to answer. */
		bool cut = by == CLOSED_PROXY || at->closed_reset ||
		    at->closed_announced;

		tracker_decide(a, cut ? OUTCOME_BROKEN : OUTCOME_ABANDONED,
		    at->scheme == ATTEMPT_DIGEST ? STEP_CREDENTIALS
		                                 : STEP_CHALLENGE);
		if (at->scheme == ATTEMPT_DIGEST)
			tracker_decide(a, OUTCOME_REJECTED, STEP_CREDENTIALS);
	} else if (a->state == STATE_WAITING) {
		/* What is no HTTP from the first byte on is no loss. */
		if (at->missing_bytes > 0 ||
		    (a->answer_lost && !at->connection.began))
			tracker_decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
		else
			decide_in_vain(t, a);
	}
}

/* What was called stale on it, before other requests were let through. */
static void
close_stale(struct tracker *t, const struct conn *c,
    const struct observation *o)
{
	struct pair *p = tracker_pair(t, &o->connection);
	int looked = 0;

	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);

		if (looked++ > MAX_CANDIDATES)
			break;
		if (a->conn_id != c->id || a->attempt.id == c->current ||
		    !was_stale(a))
			continue;
		a->owner_open = false;
		a->closed = o->time;
		/* The same again may be among what is lost. */
		tracker_decide_at_close(t, a, o->closed_by, false,
		    o->connection.missing_client >
		        a->attempt.connection.missing_client);
	}
}

static void
take_close(struct tracker *t, struct observation *o)
{
	struct conn *c = tracker_find_conn(t, o->connection.id);

	if (c == NULL)
		return;

	struct tracked *a = tracker_get(t, c->current);

	if (a != NULL && a->conn_id == c->id) {
		bool lost = a->attempt.connection.id == c->id &&
		    o->connection.missing_client >
		        a->attempt.connection.missing_client;

		/* Nothing came back, not even TCP's own word: it is lost. */
		lost |= o->connection.unheard &&
		    (o->closed_by == CLOSED_NOT || o->closed_by == CLOSED_IDLE);
		a->owner_open = o->closed_by == CLOSED_NOT;
		if (!a->owner_open)
			a->closed = o->time;
		if (a->attempt.outcome != OUTCOME_AUTHENTICATED)
			attempt_closed(&a->attempt, o,
			    a->state == STATE_CHALLENGED ||
			        a->state == STATE_WAITING);
		/* The capture may end here, and the client not: time tells. */
		if (a->state != STATE_ASKED || !o->half || lost)
			tracker_decide_at_close(t, a, o->closed_by,
			    t->now - a->attempt.end >= TIME_TO_ANSWER, lost);
	}
	if (c->stale && o->closed_by != CLOSED_NOT)
		close_stale(t, c, o);
	table_remove(&t->conns, &c->entry);
	free(c);
}

/* -- the end of the capture -- */

static int
by_start(const void *left, const void *right)
{
	const struct attempt *a = *(struct attempt *const *)left;
	const struct attempt *b = *(struct attempt *const *)right;

	if (a->first_frame != b->first_frame)
		return a->first_frame < b->first_frame ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

void
tracker_order(struct tracker *t, bool all)
{
	free(t->ordered);
	t->ordered =
	    memory_new(t->attempts.count, sizeof(struct attempt *));
	t->n_ordered = 0;
	TRACKED_EACH (link, t) {
		struct attempt *a = &TRACKED_OF(link)->attempt;

		if (!all && !a->settled)
			continue;
		attempt_sort_legs(a);
		TRACKED_OF(link)->shown = true;
		t->ordered[t->n_ordered++] = a;
	}
	qsort(t->ordered, t->n_ordered, sizeof(struct attempt *), by_start);
}

void
tracker_finish(struct tracker *t)
{
	TRACKED_EACH (link, t) {
		struct tracked *a = TRACKED_OF(link);

		if (a->attempt.outcome == OUTCOME_OPEN)
			tracker_decide_at_close(t, a, CLOSED_NOT,
			    t->now - a->attempt.end >= TIME_TO_ANSWER ||
			        (a->closed != WHEN_NONE &&
			            tracker_is_over(t, a)),
			    false);
	}
	tracker_absorb_spares(t, true);
	tracker_order(t, true);
}

struct attempt **
tracker_attempts(struct tracker *t, size_t *n)
{
	*n = t->n_ordered;
	return t->ordered;
}

const struct observation **
tracker_refused(struct tracker *t, size_t *n)
{
	*n = t->n_refused;
	return (const struct observation **)(void *)t->refused;
}
