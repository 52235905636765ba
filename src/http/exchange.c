/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/exchange.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/list.h"
#include "base/memory.h"
#include "http/message.h"

/* Responses kept for requests that are not there yet. */
#define HELD_MAX 4

struct http_conversation {
	const struct http_sink *sink;
	void *context;
	struct direction direction[2]; /* by enum http_side */
	struct link waiting;           /* requests without a response */
	struct link held;              /* responses without a request */
	unsigned n_waiting, n_held;
	unsigned number; /* exchanges given */

	/* The response being read, once it has its request. */
	struct message *answer, *answered;

	bool client_seen;
	bool ended[2]; /* by enum http_side */

	/* Responses given alone whose requests may still come; the last. */
	unsigned n_gone;
	uint32_t gone_seq, gone_ack;

	/* The request being read was answered, up to early_end. */
	bool early;
	uint32_t early_end;
};

/* There are LIMIT_CONVERSATIONS of them, most with nothing under way. */
_Static_assert(sizeof(struct http_conversation) < 640, "small when idle");

static enum http_asked on_head(void *context, enum http_side side,
    struct message *m);
static void on_ready(void *context, enum http_side side, struct message *m);
static size_t keep_body(void *context, const struct message *m);
static bool may_escape(void *context, enum http_side side,
    const struct http_from *from);
static void on_raw_head(void *context, enum http_side side,
    struct span head, uint32_t seq);
static void on_framing(void *context, enum http_side side,
    struct span bytes, uint32_t seq);
static bool was_answered(struct http_conversation *c, const struct message *m);
static void add_request(struct http_conversation *c, struct message *m);
static void match(struct http_conversation *c);
static void pair(struct http_conversation *c, struct message *q,
    struct message *r);
static struct message *choose(struct http_conversation *c,
    const struct message *r);
static void let_go(struct http_conversation *c);
static void give(struct http_conversation *c, struct message *q,
    struct message *r);
static void stop(struct http_conversation *c);
static void flush(struct http_conversation *c);

static const struct message_sink calls = { on_head, on_ready, may_escape,
	on_raw_head, on_framing, keep_body };

static struct message *
first_of(const struct link *list)
{
	return list_empty(list) ? NULL
	                        : LIST_OBJECT(list->next, struct message, link);
}

struct http_conversation *
http_conversation_new(const struct http_sink *sink, void *context)
{
	struct http_conversation *c = memory_new(1, sizeof(*c));

	c->sink = sink;
	c->context = context;
	list_init(&c->waiting);
	list_init(&c->held);
	http_message_init(&c->direction[HTTP_CLIENT], HTTP_CLIENT, &calls, c);
	http_message_init(&c->direction[HTTP_SERVER], HTTP_SERVER, &calls, c);
	return c;
}

void
http_conversation_data(struct http_conversation *c, enum http_side side,
    struct span bytes, const struct http_from *from)
{
	if (side == HTTP_CLIENT && bytes.len > 0)
		c->client_seen = true;
	http_message_feed(&c->direction[side], bytes, from);
	if (c->direction[HTTP_CLIENT].preface) {
		c->direction[HTTP_CLIENT].preface = false;
		flush(c);
		stop(c);
	}
}

void
http_conversation_gap(struct http_conversation *c, enum http_side side,
    uint64_t n, const struct http_from *from)
{
	http_message_pass(&c->direction[side], n, from, true);
}

void
http_conversation_skip(struct http_conversation *c, enum http_side side,
    uint64_t n, const struct http_from *from)
{
	http_message_pass(&c->direction[side], n, from, false);
}

void
http_conversation_end(struct http_conversation *c, enum http_side side,
    const struct http_from *from)
{
	http_message_end(&c->direction[side], from, true);
	c->ended[side] = true;
	if (side == HTTP_CLIENT)
		let_go(c);
	/* A request that comes later waits for the client's end. */
	if (c->ended[HTTP_SERVER])
		while (!list_empty(&c->waiting))
			give(c, first_of(&c->waiting), NULL);
}

uint64_t
http_conversation_idle(const struct http_conversation *c, enum http_side side)
{
	const struct direction *d = &c->direction[side];
	uint64_t idle = http_message_idle(d);

	if (idle == 0 || idle == UINT64_MAX)
		return idle;
	if (side == HTTP_CLIENT)
		return c->early ? 0 : idle;

	/* As in may_escape(): the next packet may begin a message. */
	LIST_EACH (l, &c->waiting) {
		const struct message *q = LIST_OBJECT(l, struct message, link);

		if (!q->tried && !seq_before(q->ack, d->body_from))
			return 0;
	}
	return idle;
}

bool
http_conversation_pending(const struct http_conversation *c)
{
	return !list_empty(&c->waiting) || !list_empty(&c->held) ||
	    c->answer != NULL;
}

void
http_conversation_free(struct http_conversation *c)
{
	struct http_from nowhere = { 0 };

	if (c == NULL)
		return;
	for (int side = 0; side < 2; side++)
		http_message_end(&c->direction[side], &nowhere, false);
	flush(c);
	for (int side = 0; side < 2; side++)
		http_message_fini(&c->direction[side]);
	free(c);
}

/* A head is complete. */
static enum http_asked
on_head(void *context, enum http_side side, struct message *m)
{
	struct http_conversation *c = context;

	if (side == HTTP_CLIENT) {
		c->early = false;
		m->said.late = c->ended[HTTP_SERVER];
		if (was_answered(c, m)) {
			give(c, m, NULL);
		} else {
			add_request(c, m);
			match(c);
		}
		return ASKED_UNKNOWN;
	}
	list_append(&c->held, &m->link);
	c->n_held++;
	match(c);
	return c->answer == m ? http_asked_of(c->answered->said.method)
	                      : ASKED_UNKNOWN;
}

static void
on_raw_head(void *context, enum http_side side, struct span head,
    uint32_t seq)
{
	struct http_conversation *c = context;

	if (c->sink->on_head != NULL)
		c->sink->on_head(c->context, side, head, seq);
}

static void
on_framing(void *context, enum http_side side, struct span bytes,
    uint32_t seq)
{
	struct http_conversation *c = context;

	if (c->sink->on_framing != NULL && bytes.len > 0)
		c->sink->on_framing(c->context, side, bytes, seq);
}

static size_t
keep_body(void *context, const struct message *m)
{
	static const struct http_message unseen = { 0 };
	struct http_conversation *c = context;

	return c->sink->keep_body == NULL
	    ? 0
	    : c->sink->keep_body(c->context,
	          c->answer == m ? &c->answered->said : &unseen, &m->said);
}

/*
 * The server had read this request when it sent a response that was not
 * kept waiting: it must not take the response of the next one.
 */
static bool
was_answered(struct http_conversation *c, const struct message *m)
{
	if (c->n_gone > 0 && !seq_before(c->gone_seq, m->ack) &&
	    !seq_before(c->gone_ack, m->head_end)) {
		c->n_gone--;
		return true;
	}
	c->n_gone = 0;
	return false;
}

static void
add_request(struct http_conversation *c, struct message *m)
{
	if (c->n_waiting >= limit_of(LIMIT_PIPELINE)) {
		limit_hit(LIMIT_PIPELINE);
		give(c, first_of(&c->waiting), NULL);
	}

	/*
	 * An earlier request cannot acknowledge more than this one: its
	 * packet was sent again, later.
	 */
	LIST_EACH (l, &c->waiting) {
		struct message *q = LIST_OBJECT(l, struct message, link);

		if (seq_before(m->ack, q->ack))
			q->ack = m->ack;
	}
	list_append(&c->waiting, &m->link);
	c->n_waiting++;
}

/* A message has ended, or enough of it has gone by. */
static void
on_ready(void *context, enum http_side side, struct message *m)
{
	struct http_conversation *c = context;

	if (side == HTTP_CLIENT)
		return; /* it waits for its response */
	if (c->answer == m) {
		struct message *q = c->answered;

		c->answer = c->answered = NULL;
		give(c, q, m);
		return;
	}
	match(c);
	let_go(c);
}

/* Join responses and requests as far as both are there. */
static void
match(struct http_conversation *c)
{
	while (!list_empty(&c->held) && !list_empty(&c->waiting)) {
		struct message *r = first_of(&c->held);
		struct message *q = choose(c, r);

		if (q != NULL)
			pair(c, q, r);
		else if (r->ready)
			give(c, NULL, r); /* all that come are later still */
		else
			break;
	}
}

static bool
opens_tunnel(const struct message *q, const struct message *r)
{
	return q != NULL && r != NULL && r->said.status / 100 == 2 &&
	    http_asked_of(q->said.method) == ASKED_CONNECT;
}

static void
take_off(struct message *m, unsigned *count)
{
	if (!list_empty(&m->link)) {
		list_remove(&m->link);
		(*count)--;
	}
}

static void
pair(struct http_conversation *c, struct message *q, struct message *r)
{
	struct direction *server = &c->direction[HTTP_SERVER];
	enum http_asked asked = http_asked_of(q->said.method);
	bool ready = r->ready || (r->framed && opens_tunnel(q, r));

	take_off(q, &c->n_waiting);
	take_off(r, &c->n_held);
	if (r->ready)
		http_message_settle(server, r, asked);
	if (ready) {
		give(c, q, r);
		return;
	}
	c->answer = r;
	c->answered = q;
	/* Else this is the call for its head, which returns `asked`. */
	if (r->framed)
		http_message_settle(server, r, asked);
}

/*
 * The request that a response answers: none, if it began before the first
 * of them acknowledges.  Requests that went out together acknowledge the
 * same and are answered in order.  One that acknowledges more has seen an
 * answer to those before it: if that is not among what was captured, the
 * response is not for them.
 */
static struct message *
choose(struct http_conversation *c, const struct message *r)
{
	const struct direction *server = &c->direction[HTTP_SERVER];
	struct message *first = first_of(&c->waiting);

	if (seq_before(r->seq, first->ack))
		return NULL;

	/*
	 * It acknowledges more than all requests that were captured, and
	 * bytes before it are lost: it may answer one that was lost, too.
	 */
	const struct message *last =
	    LIST_OBJECT(c->waiting.prev, struct message, link);

	if (last->ready && seq_before(last->end + 1, r->ack) &&
	    http_message_lost(server, first->ack, r->seq))
		return NULL;
	for (struct link *l = first->link.next; l != &c->waiting; l = l->next) {
		struct message *q = LIST_OBJECT(l, struct message, link);

		if (!seq_before(first->ack, q->ack) ||
		    seq_before(r->seq, q->ack) ||
		    !http_message_lost(server, first->ack, q->ack))
			continue;
		while (first != q) {
			give(c, first, NULL);
			first = first_of(&c->waiting);
		}
	}
	return first;
}

/* Responses whose request can hardly come any more. */
static void
let_go(struct http_conversation *c)
{
	unsigned most = c->ended[HTTP_CLIENT] ? 0
	    : c->client_seen                  ? HELD_MAX
	                                      : 1;

	while (c->n_held > most && first_of(&c->held)->ready) {
		struct message *r = first_of(&c->held);

		c->n_gone++;
		c->gone_seq = r->seq;
		c->gone_ack = r->ack;
		give(c, NULL, r);
	}
}

/*
 * Inside a body, at the first byte of a packet: does what was sent the
 * other way allow that a message begins here?
 *
 * In a response: a request that was sent when the head of this response
 * was known, and this is the first packet that acknowledges it.  A client
 * that reads the body to its end does not send one before that; the single
 * chance is for those that pipeline.  In a request: its final response was
 * read to the end.
 */
static bool
may_escape(void *context, enum http_side side, const struct http_from *from)
{
	struct http_conversation *c = context;
	uint32_t body_from = c->direction[HTTP_SERVER].body_from;
	bool may = false;

	if (side == HTTP_CLIENT)
		return c->early && !seq_before(from->ack, c->early_end);

	LIST_EACH (l, &c->waiting) {
		struct message *q = LIST_OBJECT(l, struct message, link);

		if (!q->tried && !seq_before(q->ack, body_from) &&
		    !seq_before(from->ack, q->head_end) &&
		    !seq_before(from->seq, q->ack))
			may = q->tried = true;
	}
	return may;
}

/* An exchange is known as well as it will be; both halves are freed. */
static void
give(struct http_conversation *c, struct message *q, struct message *r)
{
	struct http_exchange e = { .number = ++c->number };
	bool over = r != NULL && q != NULL && r->said.status == 101;

	if (q != NULL) {
		take_off(q, &c->n_waiting);
		http_message_forget(&c->direction[HTTP_CLIENT], q);
		e.request = q->said;
	}
	if (q != NULL && r == NULL && c->direction[HTTP_SERVER].any &&
	    http_message_lost(&c->direction[HTTP_SERVER], q->ack,
	        q->ack + (UINT32_C(1) << 30)))
		e.response.flaws = HTTP_HEAD_CUT;
	if (r != NULL) {
		take_off(r, &c->n_held);
		http_message_forget(&c->direction[HTTP_SERVER], r);
		e.response = r->said;
		/* Those came before this request, so they are not its. */
		if (q != NULL && seq_before(r->interim_seq, q->ack))
			e.response.interim = 0;
	}
	if (opens_tunnel(q, r)) {
		/* What came behind the head is the tunnel's. */
		e.tunnel = over = true;
		e.response.body = HTTP_BODY_NONE;
		e.response.content_length = 0;
		e.response.body_start = (struct span){ 0 };
		e.response.flaws &=
		    HTTP_FOLDED | HTTP_BAD_FIELD | HTTP_HEAD_CUT;
		e.response.last_frame = r->said.head_frame;
		e.response.last_time = r->said.head_time;
	}
	if (q != NULL && r != NULL && !q->ready) {
		c->early = true;
		c->early_end = r->end;
	}
	c->sink->on_exchange(c->context, &e);
	message_free(q);
	message_free(r);
	if (over)
		stop(c);
}

static void
drop_all(struct link *list)
{
	LIST_EACH (l, list) {
		list_remove(l);
		message_free(LIST_OBJECT(l, struct message, link));
	}
}

/* No HTTP follows; what was taken for it was something else. */
static void
stop(struct http_conversation *c)
{
	http_message_stop(&c->direction[HTTP_CLIENT]);
	http_message_stop(&c->direction[HTTP_SERVER]);
	drop_all(&c->waiting);
	drop_all(&c->held);
	c->n_waiting = c->n_held = 0;
}

/* Give all that is left, each half alone. */
static void
flush(struct http_conversation *c)
{
	if (c->answer != NULL) {
		struct message *q = c->answered, *r = c->answer;

		c->answer = c->answered = NULL;
		give(c, q, r);
	}
	while (!list_empty(&c->held))
		give(c, NULL, first_of(&c->held));
	while (!list_empty(&c->waiting))
		give(c, first_of(&c->waiting), NULL);
}
