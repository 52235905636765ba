/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/lookback.h"

#include "diagnose/story.h"

#define MINUTE (60 * WHEN_SECOND)
/* By itself, without a person who types. */
#define AT_ONCE (2 * WHEN_SECOND)

bool
lookback_same_text(const char *a, const char *b)
{
	struct span left = span_of_str(a != NULL ? a : "");
	struct span right = span_of_str(b != NULL ? b : "");

	return span_eq_nocase(left, right);
}

bool
lookback_same_proxy(const struct event *e, const struct event *o)
{
	return e->kin[KIN_PROXY] == o->kin[KIN_PROXY];
}

bool
lookback_same_client(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) &&
	    e->kin[KIN_CLIENT] == o->kin[KIN_CLIENT];
}

/* A user's fact, where there is no user to ask about. */
bool
lookback_nobody(const struct subject *s, enum kinship kin, struct value *v)
{
	if (s->event == NULL) {
		*v = value_unknown();
		return true;
	}
	if (s->event->kin[kin] == 0) {
		*v = value_absent();
		return true;
	}
	return false;
}

struct value
lookback_seen_before(const struct subject *s, enum kinship kin, matcher *match)
{
	struct value v;

	if (lookback_nobody(s, kin, &v))
		return v;
	return history_before(s->history, s->event, kin, WHICH_OK, match) !=
	        NULL
	    ? value_bool(true)
	    : value_unknown();
}

struct value
lookback_seen_after(const struct subject *s, enum kinship kin, matcher *match)
{
	struct value v;

	if (lookback_nobody(s, kin, &v))
		return v;
	return value_bool(history_after(s->history, s->event, kin, WHICH_OK,
	                      match) != NULL);
}

struct value
lookback_seen_near(const struct subject *s, enum kinship kin, enum which which,
    matcher *match, struct value otherwise)
{
	struct value v;

	if (lookback_nobody(s, kin, &v))
		return v;
	return history_near(s->history, s->event, kin, which, match) != NULL
	    ? value_bool(true)
	    : otherwise;
}

const struct event *
lookback_near_ok(const struct subject *s, enum kinship kin, matcher *match)
{
	if (s->event == NULL || s->event->kin[kin] == 0)
		return NULL;
	return history_near(s->history, s->event, kin, WHICH_OK, match);
}

struct value
lookback_count_all(const struct subject *s, enum kinship kin, enum which which)
{
	struct value v;

	if (lookback_nobody(s, kin, &v))
		return v;
	return value_number((double)history_count(s->history, kin, which,
	    s->event->kin[kin], history_begin(s->history),
	    history_end(s->history)));
}

struct value
lookback_count_minute(const struct subject *s, enum kinship kin,
    enum which which)
{
	struct value v;

	if (lookback_nobody(s, kin, &v))
		return v;
	return value_number((double)history_count(s->history, kin, which,
	    s->event->kin[kin], s->event->time - MINUTE,
	    s->event->time + MINUTE));
}

/* A proxy before this one asks for many, on the same connections. */
static bool
may_be_others(const struct attempt *a, const struct attempt *b)
{
	const struct observed_request *q = a->request;

	return q != NULL && (q->via != NULL || q->forwarded_for != NULL) &&
	    !lookback_same_text(a->user, b->user);
}

static bool
is_soon_after(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;

	return !may_be_others(a, b) &&
	    when_between(a->end, b->start) <= AT_ONCE &&
	    lookback_same_text(a->method, b->method) &&
	    lookback_same_text(a->target, b->target);
}

static bool
goes_on(const struct event *e, const struct event *o)
{
	return e->attempt->connection.id == o->attempt->connection.id &&
	    is_soon_after(e, o);
}

static bool
goes_on_anew(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) && is_soon_after(e, o);
}

/* What is sent in each request is one attempt, if it passes before and after
 * the one that was refused. */
static bool
goes_on_as_before(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;

	if (a->connection.id != b->connection.id || b->end <= a->end ||
	    b->observations.next == NULL || may_be_others(a, b))
		return false;
	LIST_EACH (link, &b->observations) {
		const struct observation *x =
		    LIST_OBJECT(link, const struct observation, link);

		if (x->kind == OBSERVE_EXCHANGE && x->response.seen &&
		    x->response.status != 407 && x->request.time >= a->end &&
		    when_between(a->end, x->request.time) <= AT_ONCE &&
		    lookback_same_text(a->method, x->request.method) &&
		    lookback_same_text(a->target, x->request.target))
			return true;
	}
	return false;
}

enum went_on
lookback_went_on(const struct subject *s)
{
	const struct history *h = s->history;
	const struct event *e = s->event;

	if (e == NULL)
		return WENT_NOT_ON;
	if (history_after(h, e, KIN_CLIENT, WHICH_OK, goes_on) != NULL ||
	    history_before(h, e, KIN_CLIENT, WHICH_OK, goes_on_as_before) !=
	        NULL)
		return WENT_ON_HERE;
	return e->attempt->outcome == OUTCOME_BROKEN &&
	        history_after(h, e, KIN_PROGRAM, WHICH_OK, goes_on_anew) !=
	            NULL
	    ? WENT_ON_ANEW
	    : WENT_NOT_ON;
}

bool
lookback_comparable_secrets(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->credentials;
	const struct token *b = o->attempt->credentials;

	return lookback_same_proxy(e, o) && a != NULL && b != NULL &&
	    a->scheme == b->scheme &&
	    (a->scheme == SCHEME_BASIC || a->scheme == SCHEME_BEARER) &&
	    a->secret != 0 && b->secret != 0;
}

bool
lookback_other_secret(const struct event *e, const struct event *o)
{
	return lookback_comparable_secrets(e, o) &&
	    e->attempt->credentials->secret != o->attempt->credentials->secret;
}

struct value
lookback_distance(const struct subject *s, const struct event *other)
{
	int64_t ns;

	if (s->event == NULL)
		return value_unknown();
	if (other == NULL)
		return value_absent();
	ns = other->time - s->event->time;
	return value_duration(ns < 0 ? -ns : ns);
}

const struct past *
lookback_past(const struct subject *s)
{
	return s->capture != NULL ? s->capture->past : NULL;
}

struct since
lookback_since(const struct subject *s)
{
	return story_since(s->history, s->event, lookback_past(s), s->arena);
}

/* "other" may be any: it is like none, and unlike none. */
bool
lookback_scheme_differs(const struct subject *s, const char *before)
{
	enum attempt_scheme now = s->attempt->scheme;

	return before != NULL && now != ATTEMPT_NONE && now != ATTEMPT_OTHER &&
	    strcmp(before, attempt_scheme_name(now)) != 0 &&
	    strcmp(before, attempt_scheme_name(ATTEMPT_OTHER)) != 0 &&
	    strcmp(before, attempt_scheme_name(ATTEMPT_NONE)) != 0;
}

static void
add_nonce(struct nonces *known, fingerprint nonce)
{
	for (size_t i = 0; i < known->n; i++)
		if (known->at[i] == nonce)
			return;
	if (known->n < sizeof(known->at) / sizeof(known->at[0]))
		known->at[known->n++] = nonce;
}

static unsigned
stale_challenges(const struct observed_response *p)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->n_challenges; i++)
		n += p->challenges[i].scheme == SCHEME_DIGEST &&
		    p->challenges[i].digest->stale == 1;
	return n;
}

unsigned
lookback_stale_answers(const struct attempt *a, struct nonces *nonces)
{
	unsigned n = 0;

	if (a->scheme != ATTEMPT_DIGEST)
		return 0;
	LIST_EACH (link, &a->observations) {
		const struct observation *o =
		    LIST_OBJECT(link, struct observation, link);
		const struct token *t = o->request.credentials;
		unsigned stale = t != NULL && t->scheme == SCHEME_DIGEST
		    ? stale_challenges(&o->response)
		    : 0;

		n += stale;
		if (stale > 0 && nonces != NULL)
			add_nonce(nonces, t->digest->nonce);
	}
	return n;
}
