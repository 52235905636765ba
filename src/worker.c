/* SPDX-License-Identifier: BSD-2-Clause */
#include "worker.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "http/exchange.h"
#include "observe.h"
#include "proxy_header.h"
#include "witness/dns.h"
#include "witness/kdc.h"
#include "witness/pac.h"
#include "witness/sample.h"
#include "witness/tls_stream.h"

struct worker {
	struct net *net;
	struct flow_table *flows;
	struct kdc *kdc;
	worker_emit *emit;
	void *context;
	struct worker_counts counts;
	struct flow_counts besides; /* of flow's counts: not HTTP */
	struct verifier *verifier;  /* NULL: nothing to hold against */
	size_t n_tls;               /* handshakes being watched */
	unsigned refused;           /* connections that it told of */
	when_ns now;                /* capture time; never goes back */
	size_t n_pac;               /* PAC files being read */
	struct dns_memory *dns;
	bool samples;     /* of tunnels are wanted */
	size_t n_samples; /* being taken */
};

/* One HTTP connection, one to a KDC, TLS to what may be a proxy, or something
 * else where a proxy may be. */
struct conversation {
	struct worker *worker;
	struct kdc_stream *kdc; /* one of these three, or the sample alone */
	struct tls_stream *tls;
	struct sample *sample;  /* with HTTP: of a tunnel */
	const struct flow_info *info;
	struct http_conversation *http;
	enum flow_side client; /* which side sends the requests */
	bool matters;          /* an exchange of it was emitted */
	struct proxy_header header;
	uint8_t answer[7]; /* the first bytes of the server */
	uint8_t answer_len;
	uint64_t answer_frame;
	const char *method; /* of a proxy request; in `words` */
	char words[16];
	bool reads_pac;
	bool over; /* the sample has all that it wants */
};

static enum flow_interest open_connection(void *context,
    const struct flow_info *info, enum flow_side side, struct span first,
    void **connection);
static void take_bytes(void *connection, enum flow_side side,
    struct span bytes, const struct tcp_from *from);
static void take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from);
static uint64_t idle_bytes(void *connection, enum flow_side side);
static void skip_bytes(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from);
static void end_side(void *connection, enum flow_side side,
    const struct tcp_from *from);
static bool is_over(void *connection);
static void close_connection(void *connection, const struct flow_info *info);
static void refused_connection(void *context, const struct flow_info *info);
static void take_exchange(void *context, const struct http_exchange *e);
static size_t keep_body(void *context, const struct http_message *request,
    const struct http_message *response);
static void take_dns(struct worker *w, const struct packet *p);
static void take_kdc(void *context, struct arena *arena,
    const struct witness_record *record);

static const struct flow_sink flow_calls = { open_connection, take_bytes,
	take_gap, idle_bytes, skip_bytes, end_side, is_over,
	close_connection, refused_connection };
static const struct http_sink http_calls = {
	.on_exchange = take_exchange,
	.keep_body = keep_body,
};

struct worker *
worker_new(worker_emit *emit, void *context)
{
	struct worker *w = memory_new(1, sizeof(*w));

	w->net = net_new();
	w->flows = flow_table_new(&flow_calls, w);
	w->kdc = kdc_new(take_kdc, w);
	w->dns = dns_memory_new();
	w->emit = emit;
	w->context = context;
	w->now = INT64_MIN;
	return w;
}

void
worker_verify(struct worker *w, const struct known *known)
{
	verifier_free(w->verifier);
	w->verifier = verifier_new(known);
}

void
worker_sample(struct worker *w)
{
	w->samples = true;
}

void
worker_frame(struct worker *w, const struct frame *f)
{
	struct packet p;

	if (net_decode(w->net, f, &p))
		worker_packet(w, &p);
	worker_time(w, f->number, f->time);
}

void
worker_packet(struct worker *w, const struct packet *p)
{
	if (p->protocol == PROTOCOL_TCP) {
		flow_table_packet(w->flows, p);
	} else {
		flow_table_at(w->flows, p->number, FLOW_PHASE_PACKET);
		kdc_packet(w->kdc, p);
	}
	if (p->protocol == PROTOCOL_UDP && p->sport == DNS_PORT)
		take_dns(w, p);
	if ((p->sport == 88 || p->dport == 88) &&
	    (p->protocol == PROTOCOL_TCP || p->protocol == PROTOCOL_UDP))
		w->counts.kdc_visible = true;
}

void
worker_time(struct worker *w, uint64_t frame, when_ns now)
{
	flow_table_time(w->flows, frame, now);
	if (now > w->now)
		w->now = now;
	if (w->now >= kdc_due(w->kdc)) {
		flow_table_at(w->flows, frame, FLOW_PHASE_LATER);
		kdc_now(w->kdc, w->now);
	}
}

when_ns
worker_due(const struct worker *w)
{
	when_ns flows = flow_table_due(w->flows), kdc = kdc_due(w->kdc);

	return flows < kdc ? flows : kdc;
}

bool
worker_is_first_share(const struct packet *p)
{
	return p->protocol == PROTOCOL_ICMP || p->protocol == PROTOCOL_ICMP6 ||
	    p->sport == KDC_PORT || p->dport == KDC_PORT ||
	    (p->protocol == PROTOCOL_UDP && p->sport == DNS_PORT);
}

void
worker_settle(struct worker *w, struct flow_numbers *numbers)
{
	flow_numbers_settle(numbers);
	kdc_settle(w->kdc, numbers);
}

struct flow_table *
worker_flows(struct worker *w)
{
	return w->flows;
}

void
worker_finish(struct worker *w)
{
	flow_table_finish(w->flows);
	flow_table_at(w->flows, UINT64_MAX, FLOW_PHASE_LATER);
	kdc_finish(w->kdc);
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	flow_table_free(w->flows);
	kdc_free(w->kdc);
	dns_memory_free(w->dns);
	verifier_free(w->verifier);
	net_free(w->net);
	free(w);
}

void
worker_renew(struct worker *w)
{
	w->refused = 0;
}

struct worker_counts
worker_counts(const struct worker *w)
{
	struct worker_counts c = w->counts;

	c.net = net_counts(w->net);
	c.flow = flow_table_counts(w->flows);
	c.flow.followed -= w->besides.followed;
	c.flow.one_sided -= w->besides.one_sided;
	c.flow.carried -= w->besides.carried;
	c.flow.missing -= w->besides.missing;
	return c;
}

static enum flow_interest
open_connection(void *context, const struct flow_info *info,
    enum flow_side side, struct span first, void **connection)
{
	struct worker *w = context;
	bool header = proxy_header_begins(first);
	bool request = header || http_looks_like_request(first);
	bool response = !request && http_looks_like_response(first);

	bool kdc = !request && !response && kdc_is_stream(info, first);

	bool tls = !request && !response && !kdc &&
	    tls_is_stream(info, side, first);

	bool stray = !request && !response && !kdc && !tls &&
	    sample_is_stray(info, side);

	if (tls && w->n_tls >= limit_of(LIMIT_TLS)) {
		limit_hit(LIMIT_TLS);
		tls = false;
	}
	if (!request && !response && !kdc && !tls && !stray)
		return info->began ? FLOW_IGNORE : FLOW_UNDECIDED;

	struct sample *sample =
	    stray ? sample_new(side, NULL, &w->n_samples) : NULL;

	if (stray && sample == NULL)
		return FLOW_IGNORE;

	struct conversation *c = memory_new(1, sizeof(*c));

	*connection = c;
	c->worker = w;
	c->info = info;
	if (kdc) {
		w->besides.followed++;
		c->kdc = kdc_stream_new(w->kdc, info);
		return FLOW_FOLLOW;
	}
	if (stray) {
		w->besides.followed++;
		c->sample = sample;
		return FLOW_FOLLOW;
	}
	if (tls) {
		w->besides.followed++;
		w->n_tls++;
		c->tls = tls_stream_new(side);
		return FLOW_FOLLOW;
	}
	c->client = request ? side : (enum flow_side)!side;
	c->header.expected = header;
	c->http = http_conversation_new(&http_calls, c);
	return FLOW_FOLLOW;
}

static enum http_side
http_side_of(const struct conversation *c, enum flow_side side)
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
note_answer(struct conversation *c, struct span bytes, uint64_t frame)
{
	for (size_t i = 0; i < bytes.len &&
	     c->answer_len < sizeof(c->answer); i++)
		c->answer[c->answer_len++] = bytes.at[i];
	if (c->answer_frame == 0)
		c->answer_frame = frame;
}

static void
emit_witness(struct worker *w, struct observation *o,
    const struct witness_record *r)
{
	o->witness = r;
	o->frame = r->frame;
	o->time = r->time;
	w->emit(w->context, o);
}

/* All of it is there: tell, where anything is told. */
static void
end_sample(struct conversation *c, const struct flow_info *info)
{
	if (c->sample == NULL)
		return;

	struct observation *o = observation_new(OBSERVE_WITNESS);
	const struct witness_record *r =
	    sample_record(c->sample, info, &o->arena);

	if (r != NULL)
		emit_witness(c->worker, o, r);
	else
		observation_free(o);
	sample_free(c->sample, &c->worker->n_samples);
	c->sample = NULL;
}

/* What no HTTP is on its connection is told at its end. */
static void
take_sample(struct conversation *c, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	bool all = sample_bytes(c->sample, side, bytes, from);

	if (all && c->http != NULL)
		end_sample(c, c->info);
	else if (all)
		c->over = true;
}

static void
take_bytes(void *connection, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct conversation *c = connection;
	struct http_from f = http_from_of(from);

	if (c->kdc != NULL) {
		kdc_stream_bytes(c->kdc, side, bytes, from);
		return;
	}
	if (c->tls != NULL) {
		tls_stream_bytes(c->tls, side, bytes, from);
		return;
	}
	if (c->sample != NULL) {
		take_sample(c, side, bytes, from);
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
take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct conversation *c = connection;
	struct http_from f = http_from_of(from);

	if (c->kdc != NULL)
		kdc_stream_gap(c->kdc, side, n, from);
	else if (c->tls != NULL)
		tls_stream_gap(c->tls, side, n, true);
	else if (c->sample != NULL)
		sample_gap(c->sample, side);
	else
		http_conversation_gap(c->http, http_side_of(c, side), n, &f);
}

static uint64_t
idle_bytes(void *connection, enum flow_side side)
{
	struct conversation *c = connection;

	if (c->kdc != NULL)
		return kdc_stream_idle(c->kdc, side);
	if (c->tls != NULL)
		return tls_stream_idle(c->tls, side);
	if (c->sample != NULL)
		return 0;
	return c->header.expected
	    ? 0
	    : http_conversation_idle(c->http, http_side_of(c, side));
}

static void
skip_bytes(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct conversation *c = connection;
	struct http_from f = http_from_of(from);

	if (c->tls != NULL)
		tls_stream_gap(c->tls, side, n, false);
	else if (c->http != NULL)
		http_conversation_skip(c->http, http_side_of(c, side), n, &f);
}

static void
end_side(void *connection, enum flow_side side, const struct tcp_from *from)
{
	struct conversation *c = connection;
	struct http_from f = http_from_of(from);

	if (c->http != NULL)
		http_conversation_end(c->http, http_side_of(c, side), &f);
}

static struct connection
connection_of(const struct conversation *c, const struct flow_info *i)
{
	enum flow_side client = c->client, proxy = !client;
	bool named = c->header.client.len > 0;

	return (struct connection){
		.id = i->id,
		.first_frame = i->first_frame,
		.stream = i->stream,
		.client = named ? c->header.client : i->address[client],
		.client_port = named ? c->header.port : i->port[client],
		.proxy = i->address[proxy],
		.proxy_port = i->port[proxy],
		.peer = c->header.client.len > 0 ? i->address[client]
		                         : (struct address){ 0 },
		.peer_port = c->header.client.len > 0 ? i->port[client] : 0,
		.began = i->began,
		.directions = (uint8_t)(i->seen[0] + i->seen[1]),
		.missing_bytes = i->missing[0] + i->missing[1],
		.missing_client = i->missing[client],
		.carried_bytes = i->delivered[0] + i->delivered[1] +
		    i->missing[0] + i->missing[1],
	};
}

static size_t
keep_body(void *context, const struct http_message *request,
    const struct http_message *response)
{
	struct conversation *c = context;

	if (response->status != 200 || !pac_is_exchange(request, response))
		return 0;
	if (c->worker->n_pac >= limit_of(LIMIT_PAC_READ)) {
		limit_hit(LIMIT_PAC_READ);
		return 0;
	}
	c->worker->n_pac += !c->reads_pac;
	c->reads_pac = true;
	return limit_of(LIMIT_PAC);
}

static void
end_pac(struct conversation *c)
{
	c->worker->n_pac -= c->reads_pac;
	c->reads_pac = false;
}

static void
take_pac(struct conversation *c, const struct http_exchange *e)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));
	const struct http_message *m =
	    e->response.seen ? &e->response : &e->request;
	struct connection k = connection_of(c, c->info);

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
	emit_witness(c->worker, o, r);
	end_pac(c);
}

static void
take_dns(struct worker *w, const struct packet *p)
{
	struct dns_answer a;
	struct fault fault;

	if (!dns_answer_decode(p->payload, &a, &fault) ||
	    (a.n_addresses == 0 && a.rcode == 0) ||
	    dns_memory_has(w->dns, &p->dst, &a))
		return;

	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));

	r->kind = WITNESS_DNS;
	r->frame = p->number;
	r->time = p->time;
	r->client = p->dst;
	r->client_port = p->dport;
	r->server = p->src;
	r->server_port = p->sport;
	r->saw.dns = dns_record_of(&a, &o->arena);
	emit_witness(w, o, r);
}

static void
take_exchange(void *context, const struct http_exchange *e)
{
	struct conversation *c = context;

	c->worker->counts.exchanges++;
	if (pac_is_exchange(&e->request, &e->response))
		take_pac(c, e);
	/* After the first that matters, all of the connection do. */
	if (!c->matters && !exchange_matters(e))
		return;
	c->matters = true;
	if (c->method == NULL && e->request.seen && !e->response.seen) {
		struct span m = span_first(e->request.method,
		    sizeof(c->words) - 1);

		memcpy(c->words, m.at, m.len);
		c->method = c->words;
	}

	struct observation *o = observe_exchange(e);

	o->connection = connection_of(c, c->info);
	if (c->worker->verifier != NULL)
		observe_verify(c->worker->verifier, e, o);
	if (e->tunnel && c->worker->samples && c->sample == NULL &&
	    o->request.authority != NULL)
		c->sample = sample_new(c->client, o->request.authority,
		    &c->worker->n_samples);
	c->worker->emit(c->worker->context, o);
}

/* What the flow table counted of it is taken off: it counts for HTTP. */
static void
count_besides(struct worker *w, const struct flow_info *info)
{
	struct flow_counts *n = &w->besides;

	n->one_sided += !info->seen[0] || !info->seen[1];
	for (int side = 0; side < 2; side++) {
		n->carried += info->delivered[side] + info->missing[side];
		n->missing += info->missing[side];
	}
}

static void
close_tls(struct conversation *c, const struct flow_info *info)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);

	c->worker->n_tls--;
	emit_witness(c->worker, o,
	    tls_stream_record(c->tls, info, &o->arena));
	tls_stream_free(c->tls);
}

static bool
is_over(void *connection)
{
	const struct conversation *c = connection;

	return c->over || (c->tls != NULL && tls_stream_over(c->tls));
}

static void
close_connection(void *connection, const struct flow_info *info)
{
	struct conversation *c = connection;

	end_sample(c, info);
	if (c->http == NULL) {
		count_besides(c->worker, info);
		if (c->kdc != NULL)
			kdc_stream_close(c->kdc, info);
		else if (c->tls != NULL)
			close_tls(c, info);
		free(c);
		return;
	}
	c->info = info;
	http_conversation_free(c->http);
	end_pac(c);

	struct span answer = span_of(c->answer, c->answer_len);

	if (c->method != NULL && tls_looks_like_alert(answer)) {
		struct observation *o = observation_new(OBSERVE_WITNESS);

		emit_witness(c->worker, o, tls_clear_record(info, c->client,
		    answer, c->answer_frame, c->method, &o->arena));
	}
	if (c->matters) {
		struct observation *o = observation_new(OBSERVE_CLOSE);
		bool closed = info->close == FLOW_FIN ||
		    info->close == FLOW_RST;

		o->connection = connection_of(c, info);
		o->frame = closed ? info->close_frame : info->last_frame;
		o->time = closed ? info->close_time : info->last_time;
		o->reset = info->close == FLOW_RST;
		o->closed_by = info->close == FLOW_FORGOTTEN ? CLOSED_IDLE
		    : !closed                                 ? CLOSED_NOT
		    : info->closed_by == c->client            ? CLOSED_CLIENT
		                                              : CLOSED_PROXY;
		c->worker->emit(c->worker->context, o);
	}
	free(c);
}

static void
refused_connection(void *context, const struct flow_info *info)
{
	struct worker *w = context;

	kdc_refused(w->kdc, info);
	/* No more are kept of all workers together: of a flood, the start. */
	if (w->refused == REFUSED_MOST)
		return;
	w->refused++;

	struct observation *o = observation_new(OBSERVE_REFUSED);

	o->connection = (struct connection){
		.id = info->id,
		.first_frame = info->first_frame,
		.stream = info->stream,
		.client = info->address[FLOW_OPENER],
		.client_port = info->port[FLOW_OPENER],
		.proxy = info->address[FLOW_ACCEPTOR],
		.proxy_port = info->port[FLOW_ACCEPTOR],
		.began = true,
		.directions = (uint8_t)(info->seen[0] + info->seen[1]),
	};
	o->frame = info->first_frame;
	o->time = info->first_time;
	o->silent = info->close != FLOW_RST;
	o->reset = info->close == FLOW_RST;
	o->tries = info->syns;
	w->emit(w->context, o);
}

static void
take_kdc(void *context, struct arena *arena,
    const struct witness_record *record)
{
	struct worker *w = context;
	struct observation *o = observation_new(OBSERVE_WITNESS);

	w->counts.kdc_exchanges++;
	o->arena = *arena;
	*arena = (struct arena){ 0 };
	o->witness = record;
	o->frame = record->frame;
	o->time = record->time;
	w->emit(w->context, o);
}
