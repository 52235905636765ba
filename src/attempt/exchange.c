/* SPDX-License-Identifier: BSD-2-Clause */
/* exchange.c - an exchange and the attempt that it belongs to */
#include <stdlib.h>

#include "attempt/build.h"
#include "attempt/tracked.h"

/* An answer that was lost came this soon after its offer. */
#define LOST_WINDOW   (2 * WHEN_SECOND)
#define PERSON_WINDOW (60 * WHEN_SECOND)

/* -- which attempt does it belong to? -- */

/*
 * One SPNEGO context (RFC 4178 section 3.2): the proxy chose NTLM in place of
 * what the first token began with, and this type 1 goes on in a NegTokenResp.
 */
static bool
goes_on_as_chosen(const struct tracked *a, const struct token *sent)
{
	const struct token *chosen = a->attempt.challenge;

	return sent->wrap == WRAP_SPNEGO && !sent->is_init &&
	    a->said != SAID_AUTHENTICATE && chosen != NULL &&
	    chosen->scheme == SCHEME_NEGOTIATE &&
	    chosen->kind != TOKEN_NTLM_CHALLENGE &&
	    (chosen->neg_state == NEG_ACCEPT_INCOMPLETE ||
	        chosen->neg_state == NEG_REQUEST_MIC) &&
	    (chosen->mech == NULL || strcmp(chosen->mech, "ntlmssp") == 0);
}

static struct tracked *
find_attempt(struct tracker *t, struct conn *c, const struct observation *o,
    enum said said, bool passed)
{
	struct tracked *cur = tracker_get(t, c->current);

	/* It was taken up on another connection, or left for another request:
	 * this one begins anew. */
	if (cur != NULL &&
	    (cur->conn_id != c->id || (passed && was_stale(cur) &&
	        said == SAID_CREDENTIALS &&
	        !repeats_stale(cur, &o->request))))
		cur = NULL;

	struct pair *p = tracker_pair(t, &o->connection);
	enum state state = cur != NULL ? cur->state : STATE_START;
	struct tracked *other = NULL;

	if (said == SAID_UNSEEN || said == SAID_NOTHING)
		return state == STATE_ASKED || said == SAID_UNSEEN ? cur : NULL;
	if (state == STATE_ASKED && said != SAID_AUTHENTICATE)
		return cur;
	if (state == STATE_CHALLENGED || state == STATE_WAITING) {
		if (said != SAID_NEGOTIATE ||
		    (state == STATE_CHALLENGED &&
		        goes_on_as_chosen(cur, o->request.credentials)))
			return cur;
		/* It begins again: the handshake before is broken, or it was
		 * answered, which is not in the capture. */
		if (state == STATE_CHALLENGED &&
		    cur->said == SAID_AUTHENTICATE) {
			c->failed = true;
			tracker_decide(cur, OUTCOME_REJECTED,
			    STEP_AUTHENTICATE);
		} else if (state == STATE_CHALLENGED) {
			cur->attempt.restarted = true;
			c->failed = true;
			tracker_decide(cur, OUTCOME_BROKEN, STEP_CHALLENGE);
		} else {
			tracker_decide(cur, OUTCOME_INCOMPLETE, STEP_NONE);
		}
		tracker_set_state(cur, STATE_DONE);
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

/* Squid names the error on a page of its own, and itself alone in Via. */
static bool
is_squids_page(const struct observed_response *p)
{
	return p->vendor_error != NULL && p->via != NULL &&
	    strchr(p->via, ',') == NULL;
}

/*
 * A 401 is the origin's, unless the proxy itself must have written it: it
 * answers CONNECT, or looks like this proxy's other pages, and went through
 * nobody's hands (no Via but its own).
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
	if (p->via != NULL && !is_squids_page(p))
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
		tracker_decide(cur, OUTCOME_AUTHENTICATED, STEP_NONE);
		tracker_set_state(cur, STATE_DONE);
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

/* What was asked meanwhile is part of a login. */
static void
was_asked_again(struct tracker *t, struct tracked *login,
    struct tracked *asked)
{
	struct attempt *a = &login->attempt;

	a->requests += asked->attempt.requests;
	a->responses_407 += asked->attempt.responses_407;
	a->asked_again += asked->attempt.responses_407;
	tracker_drop(t, asked);
}

/* The client came back for it, with a new nonce. */
static void
take_up_stale(struct tracker *t, struct tracked *by,
    const struct observation *o)
{
	struct pair *p = tracker_pair(t, &o->connection);
	struct tracked *stale;

	while ((stale = tracker_find_stale(p, o)) != NULL)
		was_asked_again(t, by, stale);
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
	    cur->attempt.connections == 1 && !(passed && was_stale(cur)))
		was_asked_again(t, last, cur);
	if (passed) {
		take_up_stale(t, last, o);
		take_up(t, last, o);
	}
	c->current = last->attempt.id;
	a->requests++;
	a->credentials_sent++;
	if (refused && o->response.status == 407)
		a->responses_407++;
	if (passed)
		attempt_note_proof(a, &o->response);
	attempt_add_leg(a, o, true, STEP_CREDENTIALS);
	attempt_add_leg(a, o, false,
	    passed ? STEP_AUTHENTICATED : STEP_REJECTED);
	if (attempt_is_full(a)) {
		attempt_reaches(a, o->frame, o->time);
		observation_free(o);
		return true;
	}
	tracker_adopt(t, last, o);
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
		if ((a->state != STATE_ASKED && !was_stale(a)) ||
		    (a->conn_id == o->connection.id && !was_stale(a)) ||
		    (age > LOST_WINDOW && (a->attempt.request == NULL ||
		        !has_a_person(a->attempt.request))))
			continue;
		a->request_unseen = true;
		if (a->attempt.outcome == OUTCOME_ABANDONED)
			tracker_decide(a, OUTCOME_INCOMPLETE, STEP_NONE);
	}
}

static void
note_oddities(struct tracker *t, struct conn *c, struct tracked *a,
    const struct observation *o, enum said said)
{
	const struct token *sent = o->request.credentials;
	const struct attempt *at = &a->attempt;

	a->attempt.after_failure |= c->failed && a->state == STATE_START;
	a->attempt.after_accepted |= c->accepted && a->state == STATE_START;
	a->attempt.after_challenge |= c->challenged && a->state == STATE_START;
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

/* A handshake that a proxy does not offer is not begun: what the connection
 * is asked next, it is asked anew. */
static bool
leaves_it_failed(const struct attempt *a, const struct observation *o)
{
	const struct observed_response *p = &o->response;
	const struct token *sent = o->request.credentials;

	if (request_bound(a))
		return false;
	for (size_t i = 0; sent != NULL && i < p->n_challenges; i++)
		if (p->challenges[i].scheme == sent->scheme)
			return true;
	return sent == NULL || p->n_challenges == 0 || a->challenge != NULL;
}

/*
 * A client that goes on with a connection on which it had its verdict may find
 * that the proxy has just closed it.  Nobody read what it sent, and it comes
 * again on another one; but where a login was under way, that is broken.
 */
static bool
is_too_late(struct tracker *t, const struct conn *c,
    const struct observation *o)
{
	const struct tracked *a = tracker_get(t, c->current);

	return o->request.late && !o->response.seen && a != NULL &&
	    a->conn_id == c->id &&
	    (a->attempt.outcome == OUTCOME_AUTHENTICATED ||
	        a->attempt.outcome == OUTCOME_REJECTED);
}

/* What passes then is a login of its own, and the way out. */
static bool
was_refused(const struct tracked *a)
{
	return a != NULL && a->attempt.outcome == OUTCOME_REJECTED;
}

void
tracker_take_exchange(struct tracker *t, struct observation *o)
{
	struct conn *c = tracker_conn(t, o->connection.id);
	enum said said = steps_said(&o->request);
	enum answer answer = steps_answer(&o->request, &o->response);
	bool own_401 = proxys_own_401(t, o);

	if (is_too_late(t, c, o)) {
		observation_free(o);
		return;
	}
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
	    ((said == SAID_TICKET && !was_refused(begun)) ||
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
		a = tracker_new_attempt(t, o);
	note_oddities(t, c, a, o, said);
	attempt_exchange(&a->attempt, o, m, &a->offer_time, &a->sent_time);
	a->attempt.said_401 |= own_401;
	a->request_unseen |= said == SAID_UNSEEN;
	a->answer_lost = !o->response.seen && o->response.head_cut;
	a->said = said;
	a->conn_id = c->id;
	a->owner_open = true;
	tracker_set_state(a, m->next);
	c->challenged |= a->attempt.challenge != NULL ||
	    a->attempt.scheme == ATTEMPT_NEGOTIATE_KERBEROS;
	c->stale |= was_stale(a);
	c->current = a->attempt.id;
	if (m->outcome != OUTCOME_OPEN) {
		tracker_decide(a, m->outcome, m->broke_at);
		if (request_bound(&a->attempt))
			c->last[m->outcome == OUTCOME_AUTHENTICATED] =
			    a->attempt.id;
		if (m->outcome != OUTCOME_AUTHENTICATED) {
			c->failed |= leaves_it_failed(&a->attempt, o);
			c->accepted |= attempt_is_accepted(&a->attempt);
		} else if (!request_bound(&a->attempt))
			c->authenticated = a->attempt.id;
	}
	tracker_adopt(t, a, o);
}
