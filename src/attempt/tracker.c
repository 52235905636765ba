/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracker.h"

#include <stdlib.h>

#include "attempt/build.h"
#include "attempt/tracked.h"
#include "base/limits.h"
#include "base/memory.h"

/* An answer that was lost came this soon after its offer. */
#define LOST_WINDOW   (2 * WHEN_SECOND)
#define PERSON_WINDOW (60 * WHEN_SECOND)
/* An unanswered client has had its time after this. */
#define TIME_TO_ANSWER (10 * WHEN_SECOND)

static void take_exchange(struct tracker *t, struct observation *o);
static void take_close(struct tracker *t, struct observation *o);
static struct tracked *find_attempt(struct tracker *t, struct conn *c,
    const struct observation *o, enum said said, bool passed);

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
		take_exchange(t, o);
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

/* The observation is its own from now on; past a limit, for another one. */
static void
adopt(struct tracker *t, struct tracked *a, struct observation *o)
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

static struct tracked *
new_attempt(struct tracker *t, const struct observation *o)
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

static void
set_state(struct tracked *a, enum state state)
{
	a->state = state;
	list_remove(&a->open);
	if (state == STATE_ASKED || state == STATE_CHALLENGED)
		list_append(&a->pair->open, &a->open);
}

static void
decide(struct tracked *a, enum outcome outcome, enum step broke_at)
{
	bool broke = outcome != OUTCOME_AUTHENTICATED &&
	    outcome != OUTCOME_INCOMPLETE;
	enum step at = broke ? broke_at : STEP_NONE;

	a->attempt.outcome = outcome;
	a->attempt.broke_at = at;
}

/* -- which attempt does it belong to? -- */

static struct tracked *
find_attempt(struct tracker *t, struct conn *c, const struct observation *o,
    enum said said, bool passed)
{
	struct tracked *cur = tracker_get(t, c->current);

	/* It was taken up on another connection: this one begins anew. */
	if (cur != NULL && cur->conn_id != c->id)
		cur = NULL;

	struct pair *p = tracker_pair(t, &o->connection);
	enum state state = cur != NULL ? cur->state : STATE_START;
	struct tracked *other = NULL;

	if (said == SAID_UNSEEN || said == SAID_NOTHING)
		return state == STATE_ASKED || said == SAID_UNSEEN ? cur : NULL;
	if (state == STATE_ASKED && said != SAID_AUTHENTICATE)
		return cur;
	if (state == STATE_CHALLENGED || state == STATE_WAITING) {
		if (said != SAID_NEGOTIATE)
			return cur;
		/* It begins again: the handshake before is broken, or it was
		 * answered, which is not in the capture. */
		if (state == STATE_CHALLENGED) {
			cur->attempt.restarted = true;
			c->failed = true;
			decide(cur, OUTCOME_BROKEN, STEP_CHALLENGE);
		} else {
			decide(cur, OUTCOME_INCOMPLETE, STEP_NONE);
		}
		set_state(cur, STATE_DONE);
	}
	if (said == SAID_AUTHENTICATE) {
		other = tracker_find_challenge(p, o);
		if (other != NULL) {
			/* On its own connection it was interrupted. */
			other->attempt.split |= other->conn_id != c->id;
			return other;
		}
		if (state == STATE_ASKED)
			return cur;
	}
	/* A stale nonce, a new one, and all is well: that is one login. */
	if (passed && cur == NULL)
		other = tracker_find_stale(p, o);
	return other != NULL ? other : tracker_find_asked(p, o);
}
/* -- exchanges -- */

/* Names that only a proxy puts into its Server field. */
static bool
proxy_product(const char *server)
{
	static const char *const names[] = { "squid", "tinyproxy", "mitmproxy",
		"Zscaler", "FreeProxy" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (server != NULL && span_starts_nocase(span_of_str(server),
		        span_of_str(names[i])))
			return true;
	return false;
}

/*
 * A 401 is the origin's, unless the proxy itself must have written it: it
 * answers CONNECT, or looks like this proxy's other pages, and went through
 * nobody's hands (no Via).
 */
static bool
proxys_own_401(struct tracker *t, const struct observation *o)
{
	const struct observed_response *p = &o->response;

	if (!p->seen || p->status != 401 || !o->request.seen ||
	    o->request.origin_form)
		return false;
	if (p->n_challenges > 0) /* the right field, the wrong status */
		return true;
	if (!p->has_www_authenticate)
		return false;
	if (strcmp(o->request.method, "CONNECT") == 0)
		return true;
	if (p->via != NULL)
		return false;

	struct known_proxy *known = tracker_proxy(t, &o->connection, false);

	return proxy_product(p->server) ||
	    (known != NULL && known->server != 0 && p->server != NULL &&
	        known->server == table_hash(span_of_str(p->server)));
}

static void
learn_proxy(struct tracker *t, const struct observation *o)
{
	if (!o->response.seen || o->response.status != 407)
		return;

	struct known_proxy *p = tracker_proxy(t, &o->connection, true);

	if (p != NULL && o->response.server != NULL)
		p->server = table_hash(span_of_str(o->response.server));
}

/*
 * What was asked for on other connections, this one gets: its login, or, if
 * none is known of it, nobody's.
 */
static void
take_up(struct tracker *t, struct tracked *by, const struct observation *o)
{
	struct pair *p = tracker_pair(t, &o->connection);
	struct tracked *asked = tracker_find_asked(p, o);

	while (asked != NULL && asked != by &&
	    same_target(&asked->attempt, &o->request)) {
		if (by != NULL)
			by->attempt.spare += asked->attempt.connections;
		tracker_drop(t, asked);
		asked = tracker_find_asked(p, o);
	}
}

/* A request without credentials that was let through. */
static void
passed_without_credentials(struct tracker *t, struct conn *c,
    struct observation *o)
{
	struct tracked *auth = tracker_get(t, c->authenticated);
	struct tracked *cur = tracker_get(t, c->current);

	if (auth == NULL && cur != NULL && cur->state == STATE_WAITING &&
	    cur->said != SAID_CREDENTIALS && cur->attempt.challenge != NULL) {
		/* The verdict is not in the capture, but this shows it. */
		decide(cur, OUTCOME_AUTHENTICATED, STEP_NONE);
		set_state(cur, STATE_DONE);
		c->authenticated = cur->attempt.id;
		auth = cur;
	}
	if (auth != NULL) {
		auth->attempt.requests++;
		attempt_reaches(&auth->attempt, o->frame, o->time);
	}
	/* Asked before, let through now: no login was missing. */
	if (o->request.seen)
		take_up(t, auth, o);
	observation_free(o);
}

/*
 * Basic, Digest and Bearer prove themselves in each request: on one
 * connection the same credentials with the same result are one attempt.
 */
static bool
repeats_last(struct tracker *t, struct conn *c, struct observation *o,
    enum answer answer)
{
	bool passed = answer == ANSWER_PASS || answer == ANSWER_ERROR;
	bool refused = answer == ANSWER_OFFER || answer == ANSWER_CLOSING;
	struct tracked *last = tracker_get(t, c->last[passed]);
	struct tracked *cur = tracker_get(t, c->current);

	if (last == NULL ||
	    !same_credentials(last->attempt.credentials,
	        o->request.credentials) ||
	    !((passed && last->attempt.outcome == OUTCOME_AUTHENTICATED) ||
	        (refused && last->attempt.outcome == OUTCOME_REJECTED)))
		return false;

	struct attempt *a = &last->attempt;

	if (cur != NULL && cur != last && cur->state != STATE_DONE &&
	    cur->attempt.connections == 1) {
		a->requests += cur->attempt.requests;
		a->responses_407 += cur->attempt.responses_407;
		tracker_drop(t, cur);
	}
	if (passed)
		take_up(t, last, o);
	c->current = last->attempt.id;
	a->requests++;
	a->credentials_sent++;
	if (refused && o->response.status == 407)
		a->responses_407++;
	if (attempt_is_full(a)) {
		attempt_reaches(a, o->frame, o->time);
		observation_free(o);
		return true;
	}
	adopt(t, last, o);
	attempt_add_leg(a, o, true, STEP_CREDENTIALS);
	attempt_add_leg(a, o, false,
	    passed ? STEP_AUTHENTICATED : STEP_REJECTED);
	a->request = &o->request;
	a->response = &o->response;
	a->credentials = o->request.credentials;
	a->status = o->response.status;
	return true;
}

/* A spare connection asked for the same thing while another one is open. */
static struct tracked *
find_spare(struct pair *p, const struct observation *o)
{
	int looked = 0;

	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);

		if (looked++ > MAX_CANDIDATES)
			break;
		if (a->state == STATE_ASKED && a->owner_open &&
		    a->conn_id != o->connection.id &&
		    same_agent(&a->attempt, &o->request) &&
		    same_target(&a->attempt, &o->request))
			return a;
	}
	return NULL;
}

/*
 * A request that is not in the capture may have answered what was asked on
 * another connection just before.
 */
static void
doubt_asked(struct pair *p, const struct observation *o)
{
	int looked = 0;

	for (struct link *l = p->open.prev; l != &p->open; l = l->prev) {
		struct tracked *a = LIST_OBJECT(l, struct tracked, open);

		int64_t age = o->time - a->attempt.end;

		if (looked++ > MAX_CANDIDATES || age > PERSON_WINDOW)
			break;
		if (a->state != STATE_ASKED ||
		    a->conn_id == o->connection.id ||
		    (age > LOST_WINDOW && (a->attempt.request == NULL ||
		        !has_a_person(a->attempt.request))))
			continue;
		a->request_unseen = true;
		if (a->attempt.outcome == OUTCOME_ABANDONED)
			decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
	}
}

static void
note_oddities(struct tracker *t, struct conn *c, struct tracked *a,
    const struct observation *o, enum said said)
{
	const struct token *sent = o->request.credentials;
	const struct attempt *at = &a->attempt;

	a->attempt.after_failure |= c->failed && a->state == STATE_START;
	a->attempt.after_success |= c->authenticated != 0 &&
	    a->state == STATE_START;
	if (said == SAID_AUTHENTICATE || said == SAID_TICKET)
		a->attempt.replayed |= tracker_sent_before(t, o);
	if (said == SAID_AUTHENTICATE && at->challenge != NULL &&
	    sent->ntlm->av_timestamp != WHEN_NONE &&
	    at->challenge->ntlm->timestamp != WHEN_NONE &&
	    sent->ntlm->av_timestamp != at->challenge->ntlm->timestamp)
		a->attempt.old_challenge = true;
	if (said != SAID_NOTHING && said != SAID_UNSEEN &&
	    at->credentials_sent == 0 && !at->offer_seen)
		a->attempt.preemptive = true;
}

static void
take_exchange(struct tracker *t, struct observation *o)
{
	struct conn *c = tracker_conn(t, o->connection.id);
	enum said said = steps_said(&o->request);
	enum answer answer = steps_answer(&o->request, &o->response);
	bool own_401 = proxys_own_401(t, o);

	if (said == SAID_UNSEEN && o->response.seen)
		doubt_asked(tracker_pair(t, &o->connection), o);
	if (own_401)
		answer = o->response.keeps_alive ? ANSWER_OFFER
		                                 : ANSWER_CLOSING;
	learn_proxy(t, o);

	bool passed = answer == ANSWER_PASS || answer == ANSWER_ERROR;
	struct tracked *auth = tracker_get(t, c->authenticated);

	if (said == SAID_NOTHING && passed) {
		passed_without_credentials(t, c, o);
		return;
	}
	/* Some clients send a token with each request all the same. */
	struct tracked *begun = tracker_get(t, c->current);

	if (auth != NULL && passed &&
	    (said == SAID_TICKET ||
	        (said == SAID_AUTHENTICATE && begun == auth))) {
		auth->attempt.requests++;
		attempt_reaches(&auth->attempt, o->frame, o->time);
		observation_free(o);
		return;
	}
	if (said == SAID_CREDENTIALS && repeats_last(t, c, o, answer))
		return;

	struct tracked *a = find_attempt(t, c, o, said, passed);

	if (a == NULL && said == SAID_NOTHING && answer != ANSWER_UNSEEN)
		a = find_spare(tracker_pair(t, &o->connection), o);

	/* Between type 2 and type 3 somebody else used the connection. */
	struct tracked *cur = tracker_get(t, c->current);

	if (cur != NULL && cur != a && cur->state == STATE_CHALLENGED &&
	    said == SAID_NOTHING)
		cur->attempt.interleaved = true;

	const struct move *m = steps_move(
	    a != NULL ? a->state : STATE_START, said, answer);

	if (m == NULL) {
		observation_free(o);
		return;
	}
	if (a == NULL || a->state == STATE_DONE)
		a = new_attempt(t, o);
	note_oddities(t, c, a, o, said);
	attempt_exchange(&a->attempt, o, m, &a->offer_time, &a->sent_time);
	a->attempt.said_401 |= own_401;
	a->request_unseen |= said == SAID_UNSEEN;
	a->answer_lost = !o->response.seen && o->response.head_cut;
	a->said = said;
	a->conn_id = c->id;
	a->owner_open = true;
	set_state(a, m->next);
	c->current = a->attempt.id;
	if (m->outcome != OUTCOME_OPEN) {
		decide(a, m->outcome, m->broke_at);
		if (request_bound(&a->attempt))
			c->last[m->outcome == OUTCOME_AUTHENTICATED] =
			    a->attempt.id;
		if (m->outcome != OUTCOME_AUTHENTICATED)
			c->failed |= !request_bound(&a->attempt);
		else if (!request_bound(&a->attempt))
			c->authenticated = a->attempt.id;
	}
	adopt(t, a, o);
}

/* -- ends -- */

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
		decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
	} else if (a->state == STATE_ASKED) {
		decide(a, OUTCOME_ABANDONED, STEP_OFFER);
	} else if (a->state == STATE_CHALLENGED) {
		bool cut = by == CLOSED_PROXY || at->closed_reset;

		decide(a, cut ? OUTCOME_BROKEN : OUTCOME_ABANDONED,
		    at->scheme == ATTEMPT_DIGEST ? STEP_CREDENTIALS
		                                 : STEP_CHALLENGE);
		if (at->scheme == ATTEMPT_DIGEST)
			decide(a, OUTCOME_REJECTED, STEP_CREDENTIALS);
	} else if (a->state == STATE_WAITING) {
		/* What is no HTTP from the first byte on is no loss. */
		if (at->missing_bytes > 0 ||
		    (a->answer_lost && !at->connection.began))
			decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
		else
			decide(a, OUTCOME_BROKEN,
			    steps_move(STATE_START, a->said, ANSWER_UNSEEN)
			        ->broke_at);
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
