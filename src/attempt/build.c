/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/build.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"

static void note_credentials(struct attempt *a, const struct observation *o,
    const struct move *m);
static void note_offers(struct attempt *a, const struct observation *o);

void
attempt_begin(struct attempt *a, const struct connection *c)
{
	*a = (struct attempt){ 0 };
	a->connection = *c;
	a->first_stream = c->stream;
	a->connections = 1;
	a->start = a->end = WHEN_NONE;
	a->answer_ns = a->verdict_ns = a->in_vain_ns = -1;
	a->scheme_name = attempt_scheme_name(ATTEMPT_NONE);
	a->capture_complete = true;
	list_init(&a->observations);
}

void
attempt_end(struct attempt *a)
{
	LIST_EACH (link, &a->observations)
		observation_free(LIST_OBJECT(link, struct observation, link));
	free(a->legs);
	arena_fini(&a->arena);
}

void
attempt_reaches(struct attempt *a, uint64_t frame, when_ns time)
{
	if (frame == 0)
		return;
	if (a->start == WHEN_NONE || time < a->start)
		a->start = time;
	if (a->end == WHEN_NONE || time > a->end)
		a->end = time;
	if (a->first_frame == 0 || frame < a->first_frame)
		a->first_frame = frame;
	if (frame > a->last_frame)
		a->last_frame = frame;
}

static void
add_leg(struct attempt *a, const struct leg *leg)
{
	attempt_reaches(a, leg->frame, leg->time);
	if (a->n_legs >= limit_of(LIMIT_LEGS)) {
		limit_hit(LIMIT_LEGS);
		a->legs_dropped++;
		return;
	}
	/* Most have six: pairs waste less than doubling does. */
	if (a->n_legs % 2 == 0)
		a->legs = memory_grow(a->legs, a->n_legs + 2,
		    sizeof(*a->legs));
	a->legs[a->n_legs++] = *leg;
}

void
attempt_add_leg(struct attempt *a, const struct observation *o,
    bool from_client, enum step step)
{
	if (step == STEP_NONE)
		return;

	struct leg leg = {
		.frame = from_client ? o->request.frame : o->response.frame,
		.time = from_client ? o->request.time : o->response.time,
		.stream = o->connection.stream,
		.port = o->connection.client_port,
		.step = step,
		.from_client = from_client,
		.status = from_client ? 0 : (uint16_t)o->response.status,
	};

	add_leg(a, &leg);
}

void
attempt_sort_legs(struct attempt *a)
{
	/* Few, and nearly in order; equal frames stay as they are. */
	for (unsigned i = 1; i < a->n_legs; i++) {
		struct leg leg = a->legs[i];
		unsigned k = i;

		for (; k > 0 && a->legs[k - 1].frame > leg.frame; k--)
			a->legs[k] = a->legs[k - 1];
		a->legs[k] = leg;
	}
}

/* The earliest request names what was wanted. */
static void
note_request(struct attempt *a, const struct observed_request *q)
{
	if (!q->seen)
		return;
	if (a->method == NULL) {
		a->method = q->method;
		a->target = q->target;
		a->authority = q->authority;
		a->user_agent = q->user_agent;
		a->via_client = q->via;
	}
	a->request = q;
}

/* It may go back to one that it has used before. */
static bool
has_used(const struct attempt *a, const struct connection *c)
{
	for (unsigned i = 0; i < a->n_legs; i++)
		if (a->legs[i].stream == c->stream)
			return true;
	return false;
}

static void
note_connection(struct attempt *a, const struct connection *c)
{
	if (a->connection.id != c->id)
		a->connections += !has_used(a, c);
	else
		a->missing_bytes = 0; /* c has the newer sum */
	a->connection = *c;
	a->missing_bytes += c->missing_bytes;
	a->directions = c->directions;
	a->capture_complete = a->missing_bytes == 0 && c->directions == 2 &&
	    c->began;
}

void
attempt_note_proof(struct attempt *a, const struct observed_response *p)
{
	bool own_403 = p->status == 403 && (p->vendor_error != NULL ||
	    (a->method != NULL && strcmp(a->method, "CONNECT") == 0));
	bool doubtful = a->scheme == ATTEMPT_BASIC && !a->offer_seen &&
	    (own_403 || p->status == 431);
	bool ntlm = a->scheme == ATTEMPT_NTLM ||
	    a->scheme == ATTEMPT_NEGOTIATE_NTLM;

	a->unproven = ntlm
	    ? a->challenge == NULL && a->authenticate == NULL
	    : doubtful && (a->unproven || a->credentials_sent <= 1);
}

void
attempt_exchange(struct attempt *a, const struct observation *o,
    const struct move *m, when_ns *offer_time, when_ns *sent_time)
{
	const struct observed_request *q = &o->request;
	const struct observed_response *p = &o->response;
	bool sends = m->client_step != STEP_NONE &&
	    m->client_step != STEP_REQUEST;

	note_connection(a, &o->connection);
	note_request(a, q);
	a->requests++;
	if (sends) {
		if (a->credentials_sent++ == 0 && *offer_time != WHEN_NONE)
			a->answer_ns = q->time - *offer_time;
		note_credentials(a, o, m);
		*sent_time = q->time;
	}
	attempt_add_leg(a, o, true, m->client_step);
	if (!p->seen) {
		a->response = NULL;
		return;
	}
	attempt_add_leg(a, o, false, m->proxy_step);
	a->in_vain_ns = -1;
	a->response = p;
	a->status = p->status;
	a->closed_announced = !p->keeps_alive;
	if (p->status == 407) {
		a->responses_407++;
		*offer_time = p->time;
		note_offers(a, o);
	}
	if (m->outcome == OUTCOME_AUTHENTICATED)
		attempt_note_proof(a, p);
	a->www_authenticate |= p->has_www_authenticate && p->status != 200;
	if (sends && m->next == STATE_DONE && *sent_time != WHEN_NONE)
		a->verdict_ns = p->head_time - *sent_time;

	/* A token in the final response: mutual authentication, or an error. */
	for (size_t i = 0; i < p->n_challenges; i++)
		if (m->next == STATE_DONE &&
		    p->challenges[i].kind != TOKEN_NONE &&
		    p->challenges[i].scheme == SCHEME_NEGOTIATE)
			a->verdict = &p->challenges[i];
}

static enum attempt_scheme
scheme_of_token(const struct token *t)
{
	switch (t->scheme) {
	case SCHEME_BASIC:
		return ATTEMPT_BASIC;
	case SCHEME_DIGEST:
		return ATTEMPT_DIGEST;
	case SCHEME_BEARER:
		return ATTEMPT_BEARER;
	case SCHEME_NTLM:
		return ATTEMPT_NTLM;
	case SCHEME_NEGOTIATE:
		if (t->kind == TOKEN_NTLM_NEGOTIATE ||
		    t->kind == TOKEN_NTLM_CHALLENGE ||
		    t->kind == TOKEN_NTLM_AUTHENTICATE ||
		    (t->mech != NULL && strcmp(t->mech, "ntlmssp") == 0))
			return ATTEMPT_NEGOTIATE_NTLM;
		if (t->kind == TOKEN_AP_REQ || t->kind == TOKEN_KRB_ERROR ||
		    t->kind == TOKEN_AP_REP ||
		    (t->mech != NULL && strstr(t->mech, "krb5") != NULL))
			return ATTEMPT_NEGOTIATE_KERBEROS;
		return ATTEMPT_OTHER;
	default:
		return ATTEMPT_OTHER;
	}
}

static void
note_scheme(struct attempt *a, const struct token *t)
{
	a->scheme = scheme_of_token(t);
	if (a->scheme != ATTEMPT_OTHER)
		a->scheme_name = attempt_scheme_name(a->scheme);
	else if (t->scheme == SCHEME_NEGOTIATE || t->scheme_name == NULL)
		a->scheme_name = scheme_name(t->scheme);
	else
		a->scheme_name = t->scheme_name;
}

static void
note_credentials(struct attempt *a, const struct observation *o,
    const struct move *m)
{
	const struct token *t = o->request.credentials;

	/* A later leg of Negotiate may not name its mechanism again. */
	if (a->scheme == ATTEMPT_NONE || scheme_of_token(t) != ATTEMPT_OTHER ||
	    t->scheme != SCHEME_NEGOTIATE)
		note_scheme(a, t);
	a->credentials = t;
	if (t->user != NULL) {
		a->user = t->user;
		a->domain = t->domain;
	}
	if (m->client_step == STEP_AUTHENTICATE)
		a->authenticate = t;
	else if ((a->negotiate == NULL || t->kind == TOKEN_NTLM_NEGOTIATE) &&
	    m->client_step != STEP_CREDENTIALS)
		a->negotiate = t; /* NTLM that the proxy chose takes over */
}

/* Does this 407 name the scheme that was tried, but bring no token? */
static void
note_offers(struct attempt *a, const struct observation *o)
{
	const struct observed_response *p = &o->response;
	const struct token *sent = o->request.credentials;

	if (a->credentials_sent == 0) {
		a->offers = p->challenges;
		a->n_offers = p->n_challenges;
		a->offer_seen = true;
	}
	a->last_offers = p->challenges;
	a->n_last_offers = p->n_challenges;
	a->last_407_cut = p->head_cut && p->n_challenges == 0;
	a->offers_cut |= p->head_cut;
	a->last_407_empty = !p->head_cut && p->n_challenges == 0;
	a->last_407_bare = false;
	if (a->grammar.kind == FAULT_NONE)
		a->grammar = p->grammar;
	for (size_t i = 0; i < p->n_challenges; i++) {
		const struct token *c = &p->challenges[i];

		if (sent != NULL && c->scheme == sent->scheme)
			a->last_407_bare = c->kind == TOKEN_NONE;
		if (c->kind == TOKEN_NTLM_CHALLENGE ||
		    (c->scheme == SCHEME_NEGOTIATE && c->kind != TOKEN_NONE)) {
			a->challenge = c;
			if (a->scheme == ATTEMPT_NONE)
				note_scheme(a, c);
		}
	}
}

/* Is it one of the tokens that came with this observation, or its name? */
static bool
came_with(const struct observation *o, const struct token *t,
    const char *name, bool challenges)
{
	const struct observed_response *p = &o->response;
	const struct token *c = o->request.credentials;

	if (c != NULL && (t == c || (name != NULL && name == c->scheme_name)))
		return true;
	for (size_t i = 0; challenges && i < p->n_challenges; i++) {
		c = &p->challenges[i];
		if (t == c || (name != NULL && name == c->scheme_name))
			return true;
	}
	return false;
}

/*
 * Would a pointer of the attempt lead nowhere without this one?  Whatever
 * attempt_exchange() keeps is asked for here.  The first and the last of all
 * stay, and so do their manners.
 */
static bool
is_needed(const struct attempt *a, const struct observation *o,
    const struct observation *first, const struct observation *last)
{
	const struct observed_request *q = &o->request;
	const struct observed_response *p = &o->response;
	const struct token *const tokens[] = { a->negotiate, a->challenge,
		a->authenticate, a->credentials, a->verdict, a->offers,
		a->last_offers };
	bool words = q->manner == NULL ||
	    (q->manner != first->request.manner &&
	        q->manner != last->request.manner);
	bool challenges = p->manner == NULL || !p->manner->has_challenges ||
	    (p->manner != first->response.manner &&
	        p->manner != last->response.manner);
	/* Else it is a literal. */
	const char *name = a->scheme == ATTEMPT_OTHER ? a->scheme_name : NULL;

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		if (tokens[i] != NULL &&
		    came_with(o, tokens[i], name, challenges))
			return true;
	return a->request == q || a->response == p ||
	    (a->target != NULL && a->target == q->target) ||
	    (words && a->method != NULL && a->method == q->method) ||
	    (a->user != NULL && q->credentials != NULL &&
	        a->user == q->credentials->user);
}

bool
attempt_is_full(const struct attempt *a)
{
	return a->n_observations >= limit_of(LIMIT_LEGS);
}

struct observation *
attempt_adopt(struct attempt *a, struct observation *o)
{
	struct link *l = a->observations.prev;
	struct link *first = a->observations.next;
	bool full = attempt_is_full(a);

	list_append(&a->observations, &o->link);
	a->n_observations++;
	for (; full && l != first; l = l->prev) {
		struct observation *old =
		    LIST_OBJECT(l, struct observation, link);

		if (is_needed(a, old,
		        LIST_OBJECT(first, struct observation, link), o))
			continue;
		list_remove(&old->link);
		a->n_observations--;
		return old;
	}
	return NULL;
}

void
attempt_closed(struct attempt *a, const struct observation *o, bool leg)
{
	a->closed_by = o->closed_by;
	a->closed_reset = o->reset;
	a->closed = o->closed_by == CLOSED_NOT ? 0 : o->time;
	a->talked_on = a->connection.id == o->connection.id &&
	    o->connection.carried_bytes > a->connection.carried_bytes;
	note_connection(a, &o->connection);
	if (leg && (o->closed_by == CLOSED_CLIENT ||
	        o->closed_by == CLOSED_PROXY)) {
		enum leg_note note = o->reset ? NOTE_RST : NOTE_FIN;
		struct leg l = {
			.frame = o->frame,
			.time = o->time,
			.stream = o->connection.stream,
			.port = o->connection.client_port,
			.step = STEP_CLOSED,
			.from_client = o->closed_by == CLOSED_CLIENT,
			.note = note,
		};

		add_leg(a, &l);
	}
}
