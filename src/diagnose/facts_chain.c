/* SPDX-License-Identifier: BSD-2-Clause */
/* Proxies behind proxies, and boxes of which both sides are seen. */
#include "diagnose/chain.h"
#include "diagnose/lookback.h"

#define SEE_BOTH "capture on both sides of the box"
/* One half may be decided this long after the other. */
#define LATER (60 * WHEN_SECOND)
/* The same, of all there are. */
#define SOON  (2 * WHEN_SECOND)

/* Of all that ends meanwhile so many are looked at: the half is near. */
#define MOST_LOOKED_INTO 512

struct asked_on {
	const struct attempt *outer, *inner;
	const struct address *client; /* whom it has to name; NULL: nobody */
	unsigned looked_into;
};

static struct value
place_of(const struct subject *s, const struct address *host, uint16_t port)
{
	struct text t = { .limit = 80 };

	address_add(&t, host);
	if (port > 0)
		text_fmt(&t, ":%u", port);
	return value_text(s, &t);
}

/* What the client sent went on to the next proxy: that is the one to ask. */
static bool
passed_through(const struct attempt *a, const struct attempt *b)
{
	const struct token *const inner[] = { b->negotiate, b->authenticate,
		b->credentials };

	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (a->credentials != NULL && inner[i] != NULL &&
		    a->credentials->whole == inner[i]->whole)
			return true;
	return false;
}

/* The proxy asked for the same, and got a 407 before it gave one itself: not
 * of itself, as where client and proxy are on one host. */
static bool
is_inner(void *context, const struct event *e)
{
	struct asked_on *x = context;
	const struct attempt *a = x->outer, *b = e->attempt;

	if (passed_through(a, b) || chain_beside(a, b) ||
	    b->observations.next == NULL)
		return true;
	LIST_EACH (link, &b->observations) {
		const struct observation *o =
		    LIST_OBJECT(link, struct observation, link);

		if (o->response.status == 407 &&
		    o->response.time >= a->request->time &&
		    o->response.time <= a->response->time &&
		    (x->client == NULL ||
		        chain_names_client(&o->request, x->client)) &&
		    lookback_same_text(a->authority, o->request.authority))
			x->inner = b;
	}
	return x->inner == NULL;
}

/* It goes there from another address, and says for whom it asks. */
static bool
is_inner_elsewhere(void *context, const struct event *e)
{
	struct asked_on *x = context;

	x->client = &x->outer->connection.client;
	return address_eq(&e->attempt->connection.client, x->client) ||
	    is_inner(context, e);
}

/* A helper on the loopback: what it asks goes out of the same computer. */
static bool
is_inner_outside(void *context, const struct event *e)
{
	struct asked_on *x = context;

	if (x->looked_into++ == MOST_LOOKED_INTO)
		return false;
	return address_is_loopback(&e->attempt->connection.client) ||
	    is_inner(context, e);
}

struct look {
	const struct history *history;
	bool found;
};

static bool
goes_on(void *context, const struct event *e)
{
	struct look *x = context;
	struct half inner;

	x->found = e->attempt->credentials != NULL &&
	    chain_readdressed_inner(x->history, e, &inner);
	return !x->found;
}

/* As history_passes_on(), of a box that goes on from another address. */
static bool
passes_on_elsewhere(const struct subject *s)
{
	struct look x = { .history = s->history };

	history_each_near(s->history, s->event, KIN_PROXY, WHICH_ALL,
	    INT64_MAX / 4, goes_on, &x);
	return x.found;
}

static struct value
upstream_407(const struct subject *s, const struct fact *f)
{
	struct asked_on x = { .outer = s->attempt };

	(void)f;
	if (s->event == NULL || x.outer->request == NULL ||
	    x.outer->response == NULL || x.outer->response->status != 407)
		return value_absent();
	/* Through this one the client answers the next one itself. */
	if (history_passes_on(s->history, &x.outer->connection.proxy))
		return value_absent();
	history_each_of_client(s->history, &x.outer->connection.proxy,
	    when_after(s->event->time, LATER), is_inner, &x);
	if (x.inner == NULL)
		history_each_asking(s->history, x.outer->request->time,
		    when_after(x.outer->response->time, SOON),
		    is_inner_elsewhere, &x);
	if (x.inner == NULL &&
	    address_is_loopback(&x.outer->connection.proxy)) {
		x.client = NULL;
		history_each_between(s->history, x.outer->request->time,
		    when_after(x.outer->response->time, SOON),
		    is_inner_outside, &x);
	}
	if (x.inner == NULL ||
	    (!address_eq(&x.inner->connection.client,
	         &x.outer->connection.proxy) &&
	        passes_on_elsewhere(s)))
		return value_absent();
	return place_of(s, &x.inner->connection.proxy,
	    x.inner->connection.proxy_port);
}

/* -- the hosts in Via -- */

/* Who received it: "a.test" of "1.1 a.test:3128 (squid)". */
static struct span
received_by(struct span hop)
{
	struct span s = span_trim(hop);

	s = span_trim(span_from(s, span_find(s, ' ')));
	return span_first(s, span_find(s, ' '));
}

/* Its Via has one host, and in that of the other this one is not the last. */
static bool
behind(const struct event *e, const struct event *o)
{
	const struct observed_response *p = e->attempt->response;
	const struct observed_response *q = o->attempt->response;

	/* The most usual first: this is asked of many. */
	if (p == NULL || q == NULL || p->via == NULL || q->via == NULL ||
	    strchr(q->via, ',') == NULL)
		return false;

	struct span alone = span_of_str(p->via), two = span_of_str(q->via);
	size_t comma = span_find(two, ',');

	if (span_find(alone, ',') < alone.len)
		return false;
	alone = received_by(alone);
	return alone.len > 0 &&
	    span_eq_nocase(alone, received_by(span_first(two, comma))) &&
	    !span_eq_nocase(alone,
	        received_by(span_from(two, comma + 1)));
}

/* The host that stands alone is the last of the other: it is in front. */
static bool
in_front(const struct event *e, const struct event *o)
{
	const struct observed_response *p = e->attempt->response;
	const struct observed_response *q = o->attempt->response;

	if (p == NULL || q == NULL || p->via == NULL || q->via == NULL)
		return false;

	struct span last = span_of_str(q->via);

	while (span_find(last, ',') < last.len)
		last = span_from(last, span_find(last, ',') + 1);
	return span_eq_nocase(received_by(last),
	    received_by(span_of_str(p->via)));
}

/* Of siblings behind one address either may be in front. */
static struct value
via_is_behind(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL || s->event->kin[KIN_PROXY] == 0)
		return value_bool(false);
	return value_bool(history_near(s->history, s->event, KIN_PROXY,
	                      WHICH_ALL, behind) != NULL &&
	    history_near(s->history, s->event, KIN_PROXY, WHICH_OK,
	        in_front) == NULL);
}

static bool
two_hosts(const struct observed_response *p)
{
	return p->via != NULL && strchr(p->via, ',') != NULL;
}

/*
 * The proxy behind asked, and what the client sent in answer pleased it, or
 * was answered by it with a token: it got there.
 */
static bool
reached_behind(const struct event *e, const struct event *o)
{
	bool asked = false;

	(void)e;
	if (o->attempt->observations.next == NULL)
		return false;
	LIST_EACH (link, &o->attempt->observations) {
		const struct observation *x =
		    LIST_OBJECT(link, const struct observation, link);
		const struct observed_response *p = &x->response;
		bool asks = p->status == 407 && two_hosts(p);

		if (x->request.credentials != NULL && p->seen &&
		    (p->status == 407
		            ? asks && p->n_challenges > 0 &&
		                p->challenges[0].kind == TOKEN_NTLM_CHALLENGE
		            : asked))
			return true;
		asked = asked || asks;
	}
	return asked && o->attempt->outcome == OUTCOME_AUTHENTICATED;
}

static struct value
passes_logins_on(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL)
		return value_unknown();
	return value_bool(history_passes_on(s->history,
	                      &s->attempt->connection.proxy) ||
	    reached_behind(s->event, s->event) ||
	    history_near(s->history, s->event, KIN_PROXY, WHICH_ALL,
	        reached_behind) != NULL);
}

/* -- the same credentials on both sides -- */

/* What is asked of the other half; f->offset tells. */
enum { WHO, KEEPS_ALIVE };

static struct value
outer_half(const struct subject *s, const struct fact *f)
{
	struct half outer;

	if (!chain_outer(s->history, s->event, &outer))
		return value_absent();
	return f->offset == KEEPS_ALIVE
	    ? value_bool(outer.asked->keeps_alive)
	    : place_of(s, &outer.attempt->connection.client, 0);
}

static struct value
inner_half(const struct subject *s, const struct fact *f)
{
	struct half inner;

	if (!chain_inner(s->history, s->event, &inner))
		return value_absent();
	return f->offset == KEEPS_ALIVE
	    ? value_bool(inner.asked->keeps_alive)
	    : place_of(s, &inner.attempt->connection.proxy,
	          inner.attempt->connection.proxy_port);
}

/* The handshake came apart behind the box, not before it. */
static struct value
inner_split(const struct subject *s, const struct fact *f)
{
	struct half inner;

	(void)f;
	if (!chain_inner(s->history, s->event, &inner) &&
	    !chain_readdressed_inner(s->history, s->event, &inner))
		return value_absent();
	return value_bool(!s->attempt->split && !s->attempt->old_challenge &&
	    (inner.attempt->split || inner.attempt->old_challenge));
}

/* Which side of the box this is; in a row of boxes it may be both. */
static struct value
sides_told(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 240 };
	struct half outer, inner;

	(void)f;
	if (chain_outer(s->history, s->event, &outer) ||
	    chain_readdressed_outer(s->history, s->event, &outer))
		chain_asks_for(&t, s->attempt, outer.attempt);
	if (chain_inner(s->history, s->event, &inner) ||
	    chain_readdressed_inner(s->history, s->event, &inner)) {
		text_str(&t, t.len > 0 ? "; " : "");
		chain_handed_on(&t, s->attempt, inner.attempt);
	}
	if (t.len == 0)
		return value_absent();
	return value_text(s, &t);
}

/*
 * Who wrote the 407 that this proxy gave: one behind it, which was seen to
 * give the same, or which stands before this one in Via.
 */
static struct value
written_by(const struct subject *s, const struct fact *f)
{
	const struct observed_response *p =
	    s->event != NULL ? s->event->attempt->response : NULL;
	struct half inner;

	(void)f;
	if (p == NULL || p->status != 407)
		return value_absent();
	if (chain_inner(s->history, s->event, &inner) &&
	    inner.attempt->response != NULL &&
	    inner.attempt->response->status == 407 &&
	    lookback_same_text(p->server, inner.attempt->response->server))
		return place_of(s, &inner.attempt->connection.proxy,
		    inner.attempt->connection.proxy_port);
	if (!two_hosts(p))
		return value_absent();

	struct text t = { .limit = 240 };

	text_add(&t, received_by(span_of_str(p->via)));
	return value_text(s, &t);
}

/* clang-format off */
const struct fact facts_of_chain[] = {
	{ "proxy.upstream_407", FACT_STRING, SOURCE_HISTORY,
	    "the proxy that this one asked for the same, and was told 407",
	    NULL, "another proxy", .compute = upstream_407 },
	{ "proxy.via_is_behind", FACT_BOOL, SOURCE_HISTORY,
	    "the one host in its Via is behind this proxy in that of others",
	    SEE_BOTH, NULL, .compute = via_is_behind },
	{ "proxy.passes_logins_on", FACT_BOOL, SOURCE_HISTORY,
	    "what clients send to this proxy gets to the one behind it",
	    SEE_BOTH, NULL, .compute = passes_logins_on },
	{ "outer.client", FACT_STRING, SOURCE_HISTORY,
	    "the client for which this client, a box between, asks the proxy",
	    SEE_BOTH, "another client", .compute = outer_half, .offset = WHO },
	{ "outer.keeps_alive", FACT_BOOL, SOURCE_HISTORY,
	    "that client lets its connection to the box stay open",
	    SEE_BOTH, NULL, .compute = outer_half, .offset = KEEPS_ALIVE },
	{ "inner.proxy", FACT_STRING, SOURCE_HISTORY,
	    "the proxy to which this one hands the same credentials",
	    SEE_BOTH, "another proxy", .compute = inner_half, .offset = WHO },
	{ "inner.keeps_alive", FACT_BOOL, SOURCE_HISTORY,
	    "it lets its connection to that proxy stay open",
	    SEE_BOTH, NULL, .compute = inner_half, .offset = KEEPS_ALIVE },
	{ "inner.split", FACT_BOOL, SOURCE_HISTORY,
	    "behind this proxy the answer to a challenge went over another "
	    "connection than the challenge", SEE_BOTH, NULL,
	    .compute = inner_split },
	{ "proxy.407_written_by", FACT_STRING, SOURCE_HISTORY,
	    "the proxy behind this one that wrote the 407",
	    SEE_BOTH, "the proxy itself", .compute = written_by },
	{ "story.between", FACT_STRING, SOURCE_HISTORY,
	    "which side of a box between client and proxy this is, in words",
	    SEE_BOTH, NULL, .compute = sides_told },
};
/* clang-format on */

const size_t facts_of_chain_count =
    sizeof(facts_of_chain) / sizeof(facts_of_chain[0]);
