/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * acts.h - exchanges written by hand, one line each, through the tracker
 */
#ifndef P407_TESTS_ATTEMPT_ACTS_H
#define P407_TESTS_ATTEMPT_ACTS_H

#include <check.h>

#include "attempt/tracker.h"
#include "base/limits.h"
#include "base/text.h"
#include "token_parts.h"

/* What the client sends. */
enum sent {
	LOST, PLAIN, PLAIN_CUT, T1, T3, T3_OF_OTHER, BASIC, BASIC_2, TICKET,
	DIGEST, DIGEST_NEW,
	/* SPNEGO: a NegTokenInit of NTLM, or of NEGOEX; NegTokenResp */
	T1_INIT, NEGOEX_INIT, T1_RESP, T3_RESP
};
/* What the proxy answers. */
enum got {
	OFFER, OFFER_CLOSE, OFFER_CUT, T2, T2_END, STALE, TOOK, CHOSE_NTLM,
	CHOSE_KERBEROS, PASS, NOTHING
};

/* A step: an exchange, or, with `close`, the end of a connection. */
struct act {
	unsigned connection;
	enum sent sent;
	enum got got;
	const char *target; /* NULL: "a" */
	enum { GOES_ON, BY_CLIENT, BY_PROXY, BY_NOBODY } close;
	int seconds; /* later than the step before */
	bool lost;   /* a close: bytes of the client were lost before it */
	bool half;   /* a close: the other side has not ended it, too */
	bool late;   /* a request: the proxy had ended its side before */
};

#define X(c, s, g)        { .connection = c, .sent = s, .got = g }
#define AT(c, s, g, t)    { .connection = c, .sent = s, .got = g, .target = t }
#define LATER(c, s, g, n) { .connection = c, .sent = s, .got = g, .seconds = n }
#define TOO_LATE(c, s)                                                         \
	{ .connection = c, .sent = s, .got = NOTHING, .late = true }
#define END(c, by)        { .connection = c, .close = by }
#define UNHEARD(c)        { .connection = c, .close = BY_NOBODY }
#define END_LOST(c, by)   { .connection = c, .close = by, .lost = true }
#define END_HALF(c, by)   { .connection = c, .close = by, .half = true }

/* Steps, and a line an attempt: scheme, outcome, step, 407s, connections. */
struct row {
	const char *name, *agent;
	struct act steps[12];
	const char *want;
};

static inline struct token *
token(struct observation *o, enum scheme scheme, enum token_kind kind)
{
	struct token *t = arena_new(&o->arena, sizeof(*t));
	struct token_parts *p = arena_new(&o->arena, sizeof(*p));

	token_with_parts(t, p);
	t->scheme = scheme;
	t->scheme_name =
	    arena_str(&o->arena, span_of_str(scheme_name(scheme)));
	t->kind = kind;
	return t;
}

static inline struct token *
sent_token(struct observation *o, enum sent sent, uint64_t frame)
{
	struct token *t = NULL;

	switch (sent) {
	case LOST:
	case PLAIN:
	case PLAIN_CUT:
		return NULL;
	case T1:
		t = token(o, SCHEME_NTLM, TOKEN_NTLM_NEGOTIATE);
		break;
	case T3:
	case T3_OF_OTHER:
		t = token(o, SCHEME_NTLM, TOKEN_NTLM_AUTHENTICATE);
		parts_of(t)->ntlm.target_info = sent == T3 ? 7 : 8;
		t->user = arena_str(&o->arena, SPAN("erin"));
		break;
	case BASIC:
	case BASIC_2:
		t = token(o, SCHEME_BASIC, TOKEN_BASIC);
		t->whole = sent;
		t->user = "erin";
		return t;
	case DIGEST:
	case DIGEST_NEW:
		t = token(o, SCHEME_DIGEST, TOKEN_DIGEST);
		parts_of(t)->digest.nonce = sent == DIGEST ? 1 : 2;
		t->user = "erin";
		break;
	case TICKET:
		t = token(o, SCHEME_NEGOTIATE, TOKEN_AP_REQ);
		break;
	case T1_INIT:
	case T1_RESP:
		t = token(o, SCHEME_NEGOTIATE, TOKEN_NTLM_NEGOTIATE);
		break;
	case T3_RESP:
		t = token(o, SCHEME_NEGOTIATE, TOKEN_NTLM_AUTHENTICATE);
		parts_of(t)->ntlm.target_info = 7;
		break;
	case NEGOEX_INIT:
		t = token(o, SCHEME_NEGOTIATE, TOKEN_NEGOEX);
		t->mech = "negoex";
		break;
	}
	t->wrap = sent >= T1_INIT ? WRAP_SPNEGO : WRAP_RAW;
	t->is_init = sent == T1_INIT || sent == NEGOEX_INIT;
	t->whole = 1000 + frame; /* each is new */
	return t;
}

static inline struct token *
telling_token(struct observation *o, enum got got)
{
	struct token *t = got == TOOK
	    ? token(o, SCHEME_NEGOTIATE, TOKEN_AP_REP)
	    : token(o, SCHEME_DIGEST, TOKEN_NONE);

	t->neg_state = got == TOOK ? NEG_ACCEPT_COMPLETED : NEG_ABSENT;
	parts_of(t)->digest.nonce = 2;
	parts_of(t)->digest.stale = 1;
	return t;
}

/* The first word of the proxy in a context: what to go on with. */
static inline struct token *
choosing_token(struct observation *o, enum got got)
{
	struct token *t = token(o, SCHEME_NEGOTIATE, TOKEN_SPNEGO);

	t->wrap = WRAP_SPNEGO;
	t->neg_state = NEG_ACCEPT_INCOMPLETE;
	t->mech = got == CHOSE_NTLM ? "ntlmssp" : "krb5";
	return t;
}

/* The words and offers that all have; NULL: each has its own. */
static struct manner *worn;

static inline void
put_on(struct observation *o, struct manner *m)
{
	o->request.manner = manner_hold(m);
	o->request.method = m->method;
	if (o->response.n_challenges == 1 &&
	    o->response.challenges->kind == TOKEN_NONE) {
		o->response.manner = manner_hold(m);
		o->response.challenges = m->challenges;
	}
}

static inline void
take(struct tracker *tracker, const struct row *row, const struct act *s,
    uint64_t frame, when_ns now)
{
	bool closes = s->close != GOES_ON;
	struct observation *o =
	    observation_new(closes ? OBSERVE_CLOSE : OBSERVE_EXCHANGE);

	o->frame = frame;
	o->time = now;
	o->connection = (struct connection){ .id = s->connection,
		.stream = s->connection, .began = true, .directions = 2,
		.client = { 4, { 10, 1 } }, .proxy = { 4, { 10, 2 } },
		.client_port = (uint16_t)(4000 + s->connection),
		.proxy_port = 3128, .missing_client = s->lost ? 100 : 0 };
	if (closes) {
		o->closed_by = s->close == BY_CLIENT ? CLOSED_CLIENT
		    : s->close == BY_PROXY           ? CLOSED_PROXY
		                                     : CLOSED_NOT;
		o->connection.unheard = s->close == BY_NOBODY;
		o->half = s->half;
		tracker_take(tracker, o);
		return;
	}
	const char *target = arena_str(&o->arena,
	    span_of_str(s->target != NULL ? s->target : "a"));

	o->request = (struct observed_request){ .seen = true, .frame = frame,
		.time = now, .method = arena_str(&o->arena, SPAN("GET")),
		.target = target, .authority = target,
		.user_agent = row->agent, .version_minor = 1,
		.keeps_alive = true, .late = s->late,
		.head_cut = s->sent == PLAIN_CUT,
		.credentials = sent_token(o, s->sent, frame) };
	if (s->sent == LOST)
		o->request = (struct observed_request){ 0 };
	if (s->got != NOTHING) {
		struct observed_response *p = &o->response;

		*p = (struct observed_response){ .seen = true,
			.frame = frame + 1, .time = now, .head_time = now,
			.status = s->got == PASS ? 200 : 407,
			.keeps_alive = s->got != OFFER_CLOSE &&
			    s->got != T2_END,
			.head_cut = s->got == OFFER_CUT,
			.date = WHEN_NONE };
		if (p->status == 407 && s->got != OFFER_CUT) {
			bool asks = s->got == T2 || s->got == T2_END;

			p->n_challenges = 1;
			p->challenges = token(o, SCHEME_NTLM,
			    asks ? TOKEN_NTLM_CHALLENGE : TOKEN_NONE);
			parts_of(p->challenges)->ntlm.target_info =
			    asks ? 7 : 0;
			if (s->got == STALE || s->got == TOOK)
				p->challenges = telling_token(o, s->got);
			if (s->got == CHOSE_NTLM || s->got == CHOSE_KERBEROS)
				p->challenges = choosing_token(o, s->got);
		}
		o->frame = frame + 1;
	}
	if (worn != NULL)
		put_on(o, worn);
	tracker_take(tracker, o);
}

static inline void
describe(struct text *out, struct tracker *tracker)
{
	size_t n;
	struct attempt **all = tracker_attempts(tracker, &n);

	for (size_t i = 0; i < n; i++) {
		const struct attempt *a = all[i];

		text_fmt(out, "%s %s %s %u %u; ", a->scheme_name,
		    outcome_name(a->outcome),
		    a->broke_at != STEP_NONE ? step_name(a->broke_at) : "-",
		    a->responses_407, a->connections);
		for (unsigned k = 1; k < a->n_legs; k++)
			ck_assert_uint_le(a->legs[k - 1].frame,
			    a->legs[k].frame);
	}
}

#endif
