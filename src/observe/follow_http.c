/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow_http.c - HTTP with what may be a proxy: exchanges and PAC files
 */
#include "observe/follow.h"

#include "base/limits.h"
#include "base/memory.h"
#include "http/exchange.h"
#include "observe/observe.h"
#include "observe/proxy_header.h"
#include "witness/pac.h"
#include "witness/tls_stream.h"

struct http_talk {
	struct conversation base;
	struct http_conversation *http;
	enum flow_side client; /* which side sends the requests */
	bool matters;          /* an exchange of it was emitted */
	bool client_lost;      /* bytes of the client are not in the capture */
	uint64_t server_lost;  /* so many of the other side, up to now */
	struct proxy_header header;
	uint8_t answer[7]; /* the first bytes of the server */
	uint8_t answer_len;
	uint64_t answer_frame;
	const char *method; /* of a proxy request; in `words` */
	char words[16];
	struct sample *sample; /* of what goes through the tunnel, or NULL */
};

static void take_exchange(void *context, const struct http_exchange *e);
static size_t keep_body(void *context, const struct http_message *request,
    const struct http_message *response);

static const struct http_sink http_calls = {
	.on_exchange = take_exchange,
	.keep_body = keep_body,
};

static struct conversation *
http_open(struct worker *w, const struct flow_info *info,
    enum flow_side side, struct span first)
{
	bool header = proxy_header_begins(first);
	bool request = header || http_looks_like_request(first);

	(void)w;
	(void)info;
	if (!request && !http_looks_like_response(first))
		return NULL;

	struct http_talk *t = memory_new(1, sizeof(*t));

	t->client = request ? side : (enum flow_side)!side;
	t->header.expected = header;
	t->http = http_conversation_new(&http_calls, t);
	return &t->base;
}

static enum http_side
http_side_of(const struct http_talk *c, enum flow_side side)
{
	return side == c->client ? HTTP_CLIENT : HTTP_SERVER;
}

static struct http_from
http_from_of(const struct tcp_from *f)
{
	return (struct http_from){ f->frame, f->time, f->seq, f->ack };
}

/* A proxy that expects TLS answers clear HTTP with an alert. */
static void
note_answer(struct http_talk *c, struct span bytes, uint64_t frame)
{
	for (size_t i = 0; i < bytes.len &&
	     c->answer_len < sizeof(c->answer); i++)
		c->answer[c->answer_len++] = bytes.at[i];
	if (c->answer_frame == 0)
		c->answer_frame = frame;
}

/* All of it is there: tell, where anything is told. */
static void
end_sample(struct http_talk *c)
{
	witness_sample(c->base.worker, c->sample, c->base.info);
	c->sample = NULL;
}

static void
http_bytes(struct conversation *base, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct http_talk *c = (struct http_talk *)base;
	struct http_from f = http_from_of(from);

	if (c->sample != NULL) {
		if (sample_bytes(c->sample, side, bytes, from))
			end_sample(c);
		return;
	}
	if (side != c->client)
		note_answer(c, bytes, from->frame);
	if (c->header.expected && side == c->client) {
		struct http_from none = { 0 };
		struct span back;
		size_t used = proxy_header_take(&c->header, bytes, &back);

		if (back.len > 0)
			http_conversation_data(c->http, HTTP_CLIENT, back,
			    &none);
		bytes = span_from(bytes, used);
		f.seq += (uint32_t)used;
	}
	if (bytes.len > 0)
		http_conversation_data(c->http, http_side_of(c, side), bytes,
		    &f);
}

static void
http_gap(struct conversation *base, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct http_talk *c = (struct http_talk *)base;
	struct http_from f = http_from_of(from);

	if (side == c->client)
		c->client_lost = true;
	else
		c->server_lost += n;
	if (c->sample != NULL)
		sample_gap(c->sample, side);
	else
		http_conversation_gap(c->http, http_side_of(c, side), n, &f);
}

static uint64_t
http_idle(struct conversation *base, enum flow_side side)
{
	struct http_talk *c = (struct http_talk *)base;

	return c->header.expected || c->sample != NULL
	    ? 0
	    : http_conversation_idle(c->http, http_side_of(c, side));
}

static void
http_skip(struct conversation *base, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct http_talk *c = (struct http_talk *)base;
	struct http_from f = http_from_of(from);

	http_conversation_skip(c->http, http_side_of(c, side), n, &f);
}

static void
http_end(struct conversation *base, enum flow_side side,
    const struct tcp_from *from)
{
	struct http_talk *c = (struct http_talk *)base;
	struct http_from f = http_from_of(from);

	http_conversation_end(c->http, http_side_of(c, side), &f);
}

static struct connection
connection_of(const struct http_talk *c)
{
	const struct flow_info *i = c->base.info;
	enum flow_side client = c->client, proxy = !client;
	bool named = c->header.client.len > 0;
	/* What hides an answer is known before it is counted in `info`. */
	uint64_t lost = i->missing[proxy] > c->server_lost
	    ? i->missing[proxy]
	    : c->server_lost;

	return (struct connection){
		.id = i->id,
		.first_frame = i->first_frame,
		.stream = i->stream,
		.client = named ? c->header.client : i->address[client],
		.client_port = named ? c->header.port : i->port[client],
		.proxy = i->address[proxy],
		.proxy_port = i->port[proxy],
		.peer = named ? i->address[client] : (struct address){ 0 },
		.peer_port = named ? i->port[client] : 0,
		.began = i->began,
		.directions = (uint8_t)(i->seen[0] + i->seen[1]),
		.missing_bytes = i->missing[client] + lost,
		.missing_client = i->missing[client],
		.unheard = i->unheard[proxy],
		.carried_bytes = i->delivered[0] + i->delivered[1] +
		    i->missing[client] + lost,
	};
}

static size_t
keep_body(void *context, const struct http_message *request,
    const struct http_message *response)
{
	(void)context;
	return response->status == 200 && pac_is_exchange(request, response)
	    ? limit_of(LIMIT_PAC)
	    : 0;
}

static void
take_pac(struct http_talk *c, const struct http_exchange *e)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));
	const struct http_message *m =
	    e->response.seen ? &e->response : &e->request;
	struct connection k = connection_of(c);

	r->kind = WITNESS_PAC;
	r->frame = m->last_frame > 0 ? m->last_frame : m->head_frame;
	r->time = m->last_frame > 0 ? m->last_time : m->head_time;
	r->client = k.client;
	r->client_port = k.client_port;
	r->server = k.proxy;
	r->server_port = k.proxy_port;
	r->stream = k.stream;
	r->connection = k.id;
	r->first_frame = k.first_frame;
	r->over_tcp = true;
	r->saw.pac = pac_of_exchange(e, &o->arena);
	witness_emit(c->base.worker, o, r);
}

/* Bytes of the client are missing, and its request was among them. */
static bool
request_was_lost(const struct http_talk *c, const struct http_exchange *e)
{
	const struct flow_info *i = c->base.info;

	return !e->request.seen && e->response.seen && c->client_lost &&
	    i->seen[0] && i->seen[1];
}

static void
take_exchange(void *context, const struct http_exchange *e)
{
	struct http_talk *c = context;
	struct worker *w = c->base.worker;

	w->counts.exchanges++;
	if (pac_is_exchange(&e->request, &e->response))
		take_pac(c, e);
	/* After the first that matters, or may, all of the connection do. */
	if (!c->matters && !exchange_matters(e) && !request_was_lost(c, e))
		return;
	c->matters = true;
	if (c->method == NULL && e->request.seen && !e->response.seen) {
		struct span m = span_first(e->request.method,
		    sizeof(c->words) - 1);

		memcpy(c->words, m.at, m.len);
		c->method = c->words;
	}

	struct observation *o = observe_exchange(e, w->manners);

	o->connection = connection_of(c);
	if (w->verifier != NULL)
		observe_verify(w->verifier, e, o);
	if (e->tunnel && w->samples && c->sample == NULL &&
	    o->request.authority != NULL)
		c->sample = sample_new(c->client, o->request.authority,
		    &w->n_samples);
	w->emit(w->context, o);
}

static void
emit_close(const struct http_talk *c)
{
	const struct flow_info *info = c->base.info;
	struct observation *o = observation_new(OBSERVE_CLOSE);
	bool closed = info->close == FLOW_FIN ||
	    info->close == FLOW_RST;

	o->connection = connection_of(c);
	o->frame = closed ? info->close_frame : info->last_frame;
	o->time = closed ? info->close_time : info->last_time;
	o->reset = info->close == FLOW_RST;
	o->half = info->half;
	o->closed_by = info->close == FLOW_FORGOTTEN ? CLOSED_IDLE
	    : !closed                                 ? CLOSED_NOT
	    : info->closed_by == c->client            ? CLOSED_CLIENT
	                                              : CLOSED_PROXY;
	c->base.worker->emit(c->base.worker->context, o);
}

/* It was asked in the clear, and answered as by TLS. */
static void
emit_clear(const struct http_talk *c, struct span answer)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);

	witness_emit(c->base.worker, o, tls_clear_record(c->base.info,
	    c->client, answer, c->answer_frame, c->method, &o->arena));
}

static void
http_close(struct conversation *base)
{
	struct http_talk *c = (struct http_talk *)base;
	struct span answer = span_of(c->answer, c->answer_len);

	http_conversation_free(c->http);
	end_sample(c); /* its tunnel may be known only now */
	if (c->method != NULL && tls_looks_like_alert(answer))
		emit_clear(c, answer);
	if (c->matters)
		emit_close(c);
}

const struct follower follow_http = {
	.open = http_open,
	.bytes = http_bytes,
	.gap = http_gap,
	.idle = http_idle,
	.skip = http_skip,
	.end = http_end,
	.close = http_close,
};
