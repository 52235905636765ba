/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/chain.h"

#include "diagnose/lookback.h"

/* One half may be decided this long after the other. */
#define LATER (60 * WHEN_SECOND)
/* Of all that go through a box then, the first ones: the half is near. */
#define MOST_LOOKED_INTO 128

struct halves {
	const struct attempt *outer, *inner;
	const struct observed_request *asked; /* of the half that is sought */
	unsigned looked_into;
	bool several; /* that differ in what is asked of them */
};

static bool
same_token(const struct token *a, const struct token *b)
{
	return a == NULL || b == NULL ? a == b : a->whole == b->whole;
}

static bool
same_question(const struct observed_request *a,
    const struct observed_request *b)
{
	return same_token(a->credentials, b->credentials) &&
	    lookback_same_text(a->authority, b->authority) &&
	    (a->credentials != NULL ||
	        lookback_same_text(a->user_agent, b->user_agent));
}

/* An exchange of the attempt that holds the other one, or is held by it. */
static const struct observed_request *
half_of(const struct attempt *a, bool holds, const struct attempt *other)
{
	const struct observed_request *asked = other->request;
	const struct observed_response *said = other->response;

	if (a->observations.next == NULL ||
	    a->connection.stream == other->connection.stream)
		return NULL;
	LIST_EACH (link, &a->observations) {
		const struct observation *o =
		    LIST_OBJECT(link, struct observation, link);
		const struct observed_request *q = &o->request;
		const struct observed_response *r = &o->response;

		if (!q->seen || !r->seen || !same_question(q, asked) ||
		    (q->credentials == NULL && r->status != said->status))
			continue;
		if (holds ? q->time <= asked->time && r->time >= said->time
		          : q->time >= asked->time && r->time <= said->time)
			return q;
	}
	return NULL;
}

bool
chain_beside(const struct attempt *a, const struct attempt *b)
{
	return a->connection.proxy_port == b->connection.proxy_port &&
	    address_eq(&a->connection.proxy, &b->connection.proxy);
}

static bool
is_outer_half(void *context, const struct event *e)
{
	struct halves *x = context;
	const struct attempt *a = e->attempt;
	const struct observed_request *q;

	if (!address_eq(&a->connection.proxy, &x->inner->connection.client))
		return true;
	if (x->looked_into++ == MOST_LOOKED_INTO)
		return false;
	if (chain_beside(a, x->inner) ||
	    (q = half_of(a, true, x->inner)) == NULL)
		return true;
	x->several = x->outer != NULL &&
	    !address_eq(&a->connection.client, &x->outer->connection.client);
	x->outer = a;
	x->asked = q;
	return !x->several;
}

static bool
is_inner_half(void *context, const struct event *e)
{
	struct halves *x = context;
	const struct connection *c = &e->attempt->connection;
	const struct observed_request *q = chain_beside(e->attempt, x->outer)
	    ? NULL
	    : half_of(e->attempt, false, x->outer);

	if (q == NULL)
		return true;
	x->several = x->inner != NULL &&
	    (!address_eq(&c->proxy, &x->inner->connection.proxy) ||
	        c->proxy_port != x->inner->connection.proxy_port ||
	        q->keeps_alive != x->asked->keeps_alive);
	x->inner = e->attempt;
	x->asked = q;
	return !x->several;
}

/*
 * The type 1 of a program is the same everywhere: where those of two clients
 * were with the box at once, it is not known whose this is.
 */
bool
chain_outer(const struct history *h, const struct event *e,
    struct half *outer)
{
	struct halves x = { .inner = e != NULL ? e->attempt : NULL };

	if (e == NULL || x.inner->request == NULL ||
	    x.inner->response == NULL ||
	    (!history_client_is_proxy(h, e) &&
	        !address_eq(&x.inner->connection.client,
	            &x.inner->connection.proxy)))
		return false;
	history_each_between(h, x.inner->response->time,
	    when_after(x.inner->response->time, LATER), is_outer_half, &x);
	*outer = (struct half){ x.outer, x.asked };
	return x.outer != NULL && !x.several;
}

bool
chain_inner(const struct history *h, const struct event *e,
    struct half *inner)
{
	struct halves x = { .outer = e != NULL ? e->attempt : NULL };

	if (e == NULL || x.outer->request == NULL ||
	    x.outer->response == NULL)
		return false;
	history_each_of_client(h, &x.outer->connection.proxy,
	    when_after(e->time, LATER), is_inner_half, &x);
	*inner = (struct half){ x.inner, x.asked };
	return x.inner != NULL && !x.several;
}

/* -- a box with another address on its inner side -- */

bool
chain_names_client(const struct observed_request *q,
    const struct address *client)
{
	struct span last = span_of_str(q != NULL ? q->forwarded_for : NULL);
	struct text t = { .limit = 80 };
	bool same;

	if (last.len == 0)
		return false;
	while (span_find(last, ',') < last.len)
		last = span_from(last, span_find(last, ',') + 1);
	address_add(&t, client);
	same = span_eq_nocase(span_trim(last), text_span(&t));
	text_fini(&t);
	return same;
}

bool
chain_asked_for(const struct attempt *inner, const struct address *client)
{
	return !address_eq(&inner->connection.client, client) &&
	    chain_names_client(inner->request, client);
}

static bool
is_made_once(const struct token *t)
{
	return t->kind == TOKEN_NTLM_AUTHENTICATE || t->kind == TOKEN_AP_REQ ||
	    t->kind == TOKEN_DIGEST;
}

static bool
translated(const struct attempt *a, const struct attempt *b)
{
	const struct connection *c = &a->connection, *d = &b->connection;

	return c->stream != d->stream &&
	    (!address_eq(&c->client, &d->client) ||
	        !address_eq(&c->proxy, &d->proxy)) &&
	    (c->client_port == d->client_port ||
	        is_made_once(a->credentials));
}

static bool
readdressed(const struct attempt *outer, const struct attempt *inner)
{
	return translated(outer, inner) ||
	    chain_asked_for(inner, &outer->connection.client);
}

static bool
is_before(void *context, const struct event *e)
{
	struct halves *x = context;
	const struct observed_request *q = half_of(e->attempt, true, x->inner);

	if (q == NULL || !readdressed(e->attempt, x->inner))
		return true;
	x->several = x->outer != NULL;
	x->outer = e->attempt;
	x->asked = q;
	return !x->several;
}

static bool
is_behind(void *context, const struct event *e)
{
	struct halves *x = context;
	const struct observed_request *q =
	    half_of(e->attempt, false, x->outer);

	if (q == NULL || !readdressed(x->outer, e->attempt))
		return true;
	x->several = x->inner != NULL;
	x->inner = e->attempt;
	x->asked = q;
	return !x->several;
}

/* One half may be decided this long before or after the other. */
#define SOON (2 * WHEN_SECOND)

static void
find_readdressed(const struct history *h, const struct event *e,
    bool (*each)(void *context, const struct event *e), struct halves *x)
{
	const struct attempt *a = e->attempt;

	if (a->request != NULL && a->response != NULL &&
	    a->credentials != NULL)
		history_each_of_token(h, a->credentials->whole,
		    when_after(e->time, -SOON),
		    when_after(e->time, SOON), each, x);
}

bool
chain_readdressed_outer(const struct history *h, const struct event *e,
    struct half *outer)
{
	struct halves x = { .inner = e != NULL ? e->attempt : NULL };

	if (e != NULL)
		find_readdressed(h, e, is_before, &x);
	*outer = (struct half){ x.outer, x.asked };
	return x.outer != NULL && !x.several;
}

bool
chain_readdressed_inner(const struct history *h, const struct event *e,
    struct half *inner)
{
	struct halves x = { .outer = e != NULL ? e->attempt : NULL };

	if (e != NULL)
		find_readdressed(h, e, is_behind, &x);
	*inner = (struct half){ x.inner, x.asked };
	return x.inner != NULL && !x.several;
}

/* -- in words -- */

void
chain_asks_for(struct text *t, const struct attempt *inner,
    const struct attempt *outer)
{
	const struct connection *c = &outer->connection;

	if (address_eq(&inner->connection.client, &c->proxy) ||
	    chain_asked_for(inner, &c->client)) {
		address_add(t, &inner->connection.client);
		text_str(t, " asks for ");
		address_add(t, &c->client);
		return;
	}
	text_str(t, "before its addresses were translated it was ");
	address_port_add(t, &c->client, c->client_port);
	text_str(t, " to ");
	address_port_add(t, &c->proxy, c->proxy_port);
}

void
chain_handed_on(struct text *t, const struct attempt *outer,
    const struct attempt *inner)
{
	const struct connection *c = &inner->connection;

	if (address_eq(&c->client, &outer->connection.proxy)) {
		address_add(t, &c->client);
		text_str(t, " hands it on to ");
	} else if (chain_asked_for(inner, &outer->connection.client)) {
		address_add(t, &outer->connection.proxy);
		text_str(t, " hands it on, as ");
		address_add(t, &c->client);
		text_str(t, ", to ");
	} else {
		text_str(t, "its addresses are translated to ");
		address_add(t, &c->client);
		text_str(t, " and ");
	}
	address_port_add(t, &c->proxy, c->proxy_port);
}
