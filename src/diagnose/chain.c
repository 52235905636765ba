/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/chain.h"

#include "diagnose/lookback.h"

/* One half may be decided this long after the other. */
#define LATER (60 * WHEN_SECOND)

struct halves {
	const struct attempt *outer, *inner;
	const struct observed_request *asked; /* of the half that is sought */
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

	if (a->observations.next == NULL)
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

static bool
is_outer_half(void *context, const struct event *e)
{
	struct halves *x = context;
	const struct attempt *a = e->attempt;
	const struct observed_request *q;

	if (!address_eq(&a->connection.proxy, &x->inner->connection.client) ||
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
	const struct observed_request *q =
	    half_of(e->attempt, false, x->outer);

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
	    x.inner->response == NULL || !history_client_is_proxy(h, e))
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

void
chain_handed_on(struct text *t, const struct attempt *outer,
    const struct attempt *inner)
{
	address_add(t, &outer->connection.proxy);
	text_str(t, " hands it on to ");
	address_port_add(t, &inner->connection.proxy,
	    inner->connection.proxy_port);
}
