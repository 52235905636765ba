/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/exchange.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/list.h"
#include "base/memory.h"
#include "http/direction.h"

/* A request, a response, or both. */
struct entry {
	struct link link;
	struct box *request, *response;
	unsigned interim;
	bool given;  /* the sink has had it */
	bool tunnel;
};

struct http_conversation {
	const struct http_sink *sink;
	void *context;
	struct direction direction[2]; /* by enum http_side */
	struct link entries;           /* in order */
	unsigned n_entries, number;
};

static struct span on_head(void *context, enum http_side side, struct box *b,
    bool *tunnel);
static void on_body(void *context, enum http_side side, struct box *b);
static bool overrun(void *context, const struct box *now,
    const struct http_from *from);

static const struct direction_sink calls = { on_head, on_body, overrun };

struct http_conversation *
http_conversation_new(const struct http_sink *sink, void *context)
{
	struct http_conversation *c = memory_new(1, sizeof(*c));

	c->sink = sink;
	c->context = context;
	list_init(&c->entries);
	direction_init(&c->direction[HTTP_CLIENT], HTTP_CLIENT);
	direction_init(&c->direction[HTTP_SERVER], HTTP_SERVER);
	return c;
}

static struct entry *
entry_of(struct link *l)
{
	return LIST_OBJECT(l, struct entry, link);
}

static void
give(struct http_conversation *c, struct entry *e)
{
	struct http_exchange x = { .number = ++c->number,
		.tunnel = e->tunnel };

	if (e->given)
		return;
	e->given = true;
	if (e->request != NULL)
		x.request = e->request->message;
	if (e->response != NULL) {
		x.response = e->response->message;
		x.response.interim = e->interim;
	}
	c->sink->on_exchange(c->context, &x);
}

/* Its messages may still be in the making: then the directions let go. */
static void
drop(struct http_conversation *c, struct entry *e)
{
	for (int s = 0; s < 2; s++) {
		struct direction *d = &c->direction[s];

		if (d->now == NULL)
			continue;
		if (d->now == e->request || d->now == e->response) {
			d->now = NULL;
			d->state = DIRECTION_SEARCH;
		}
	}
	box_free(e->request);
	box_free(e->response);
	list_remove(&e->link);
	c->n_entries--;
	free(e);
}

static struct entry *
add_entry(struct http_conversation *c)
{
	if (c->n_entries >= limit_of(LIMIT_PIPELINE)) {
		struct entry *oldest = entry_of(c->entries.next);

		limit_hit(LIMIT_PIPELINE);
		give(c, oldest);
		drop(c, oldest);
	}

	struct entry *e = memory_new(1, sizeof(*e));

	list_append(&c->entries, &e->link);
	c->n_entries++;
	return e;
}

/* Did response p begin after request q was sent? */
static bool
can_answer(const struct box *p, const struct box *q)
{
	return (int32_t)(p->seq - q->ack) >= 0;
}

/* The entry whose request this response answers, or one of its own. */
static struct entry *
pair_response(struct http_conversation *c, struct box *p)
{
	LIST_EACH (l, &c->entries) {
		struct entry *e = entry_of(l);

		if (e->response != NULL) {
			/* One that never found its request. */
			if (e->request == NULL && e->response->ended) {
				give(c, e);
				drop(c, e);
			}
			continue;
		}

		/*
		 * The next request acknowledges bytes of an answer that we
		 * never saw: this response is not the answer to this one.
		 */
		const struct entry *next =
		    l->next != &c->entries ? entry_of(l->next) : NULL;

		if (next != NULL && next->request != NULL &&
		    next->response == NULL &&
		    (int32_t)(next->request->ack - e->request->ack) > 0 &&
		    can_answer(p, next->request)) {
			give(c, e);
			drop(c, e);
			continue;
		}
		if (can_answer(p, e->request))
			return e;
		break;
	}
	return add_entry(c);
}

/* The entry of a response that came before its request, or a new one. */
static struct entry *
pair_request(struct http_conversation *c, struct box *q)
{
	LIST_EACH (l, &c->entries) {
		struct entry *e = entry_of(l);

		if (e->request == NULL && !e->given &&
		    can_answer(e->response, q) &&
		    q->ack != 0)
			return e;
	}
	return add_entry(c);
}

static void
stop_http(struct http_conversation *c)
{
	for (int s = 0; s < 2; s++)
		if (c->direction[s].now == NULL)
			c->direction[s].state = DIRECTION_DEAD;
}

static bool
opens_tunnel(const struct entry *e)
{
	return e->request != NULL && e->response != NULL &&
	    span_eq(e->request->message.method, SPAN("CONNECT")) &&
	    e->response->message.status >= 200 &&
	    e->response->message.status < 300;
}

static struct span
on_head(void *context, enum http_side side, struct box *b, bool *tunnel)
{
	struct http_conversation *c = context;
	struct entry *e;

	if (side == HTTP_CLIENT) {
		e = pair_request(c, b);
		e->request = b;
		/* "PRI * HTTP/2.0" has another version, so it is none. */
		if (opens_tunnel(e)) {
			e->tunnel = *tunnel = true;
			stop_http(c);
		}
		return b->message.method;
	}

	e = pair_response(c, b);
	if (b->message.status < 200 && b->message.status != 101) {
		/* Interim: it answers nothing, the final one will. */
		if (e->request == NULL) {
			e->response = b;
			return (struct span){ 0 };
		}
		e->interim++;
		e->response = b;
		return e->request->message.method;
	}
	e->response = b;
	if (opens_tunnel(e) || b->message.status == 101) {
		e->tunnel = opens_tunnel(e);
		*tunnel = true;
	}
	return e->request != NULL ? e->request->message.method
	                          : (struct span){ 0 };
}

static struct entry *
entry_with(struct http_conversation *c, const struct box *b)
{
	LIST_EACH (l, &c->entries) {
		struct entry *e = entry_of(l);

		if (e->request == b || e->response == b)
			return e;
	}
	return NULL;
}

static void
on_body(void *context, enum http_side side, struct box *b)
{
	struct http_conversation *c = context;
	struct entry *e = entry_with(c, b);

	if (e == NULL)
		return;
	if (side == HTTP_SERVER && b->message.status < 200 &&
	    b->message.status != 101) {
		/* The interim response is over; wait for the final one. */
		if (b->ended) {
			e->response = NULL;
			box_free(b);
			if (e->request == NULL)
				drop(c, e);
		}
		return;
	}
	if (e->response == NULL)
		return;

	/*
	 * Both heads are there.  The response decides when: at its end, or
	 * after BODY_WAITED.  A request whose body is still on its way does
	 * not hold up an early answer.
	 */
	bool waited = e->response->ended ||
	    e->response->body_seen > BODY_WAITED;
	bool orphan = e->request == NULL;

	if (waited && !orphan)
		give(c, e);
	if (e->tunnel || e->response->message.status == 101)
		stop_http(c);
	if (e->given && e->response->ended &&
	    (e->request == NULL || e->request->ended ||
	        e->response->message.status >= 400))
		drop(c, e);
}

/*
 * The client began a new request after it had read part of this answer, and
 * these bytes come after that: the body must have been shorter than said.
 */
static bool
overrun(void *context, const struct box *now, const struct http_from *from)
{
	struct http_conversation *c = context;

	LIST_EACH (l, &c->entries) {
		const struct box *q = entry_of(l)->request;

		if (q != NULL && entry_of(l)->response == NULL &&
		    (int32_t)(q->ack - now->seq) > 0 &&
		    (int32_t)(from->seq - q->ack) >= 0 &&
		    (int32_t)(from->ack - q->seq) > 0)
			return true;
	}
	return false;
}

void
http_conversation_data(struct http_conversation *c, enum http_side side,
    struct span bytes, const struct http_from *from)
{
	direction_data(&c->direction[side], bytes, from, &calls, c);
}

void
http_conversation_gap(struct http_conversation *c, enum http_side side,
    uint64_t n, const struct http_from *from)
{
	direction_gap(&c->direction[side], n, from, &calls, c);
}

void
http_conversation_end(struct http_conversation *c, enum http_side side,
    const struct http_from *from)
{
	direction_end(&c->direction[side], from, &calls, c);
}

uint64_t
http_conversation_idle(const struct http_conversation *c, enum http_side side)
{
	return direction_idle(&c->direction[side]);
}

void
http_conversation_skip(struct http_conversation *c, enum http_side side,
    uint64_t n, const struct http_from *from)
{
	direction_skip(&c->direction[side], n, from, &calls, c);
}

bool
http_conversation_pending(const struct http_conversation *c)
{
	return !list_empty(&c->entries);
}

void
http_conversation_free(struct http_conversation *c)
{
	if (c == NULL)
		return;
	LIST_EACH (l, &c->entries) {
		struct entry *e = entry_of(l);
		bool interim = e->response != NULL &&
		    e->response->message.status < 200 &&
		    e->response->message.status != 101;

		if (interim) {
			box_free(e->response);
			e->response = NULL;
		}
		if (e->request != NULL || e->response != NULL)
			give(c, e);
		c->direction[0].now = c->direction[1].now = NULL;
		drop(c, e);
	}
	direction_fini(&c->direction[0]);
	direction_fini(&c->direction[1]);
	free(c);
}
