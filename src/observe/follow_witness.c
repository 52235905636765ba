/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow_witness.c - what is not HTTP, and tells of it: KDC, TLS, names
 */
#include "observe/follow.h"

#include "base/limits.h"
#include "base/memory.h"
#include "witness/tls_stream.h"

struct kdc_talk {
	struct conversation base;
	struct kdc_stream *stream;
};

struct tls_talk {
	struct conversation base;
	struct tls_stream *stream;
};

struct stray_talk {
	struct conversation base;
	struct sample *sample;
	bool over; /* it has all that it wants */
};

void
witness_emit(struct worker *w, struct observation *o,
    const struct witness_record *r)
{
	o->witness = r;
	o->frame = r->frame;
	o->time = r->time;
	w->emit(w->context, o);
}

/* -- a KDC by TCP -- */

void
witness_kdc(void *context, struct arena *arena,
    const struct witness_record *record)
{
	struct worker *w = context;
	struct observation *o = observation_new(OBSERVE_WITNESS);

	w->counts.kdc_exchanges++;
	o->arena = *arena;
	*arena = (struct arena){ 0 };
	witness_emit(w, o, record);
}

static struct conversation *
kdc_open(struct worker *w, const struct flow_info *info, enum flow_side side,
    struct span first)
{
	(void)side;
	if (!kdc_is_stream(info, first))
		return NULL;

	struct kdc_talk *t = memory_new(1, sizeof(*t));

	t->stream = kdc_stream_new(w->kdc, info);
	return &t->base;
}

static void
kdc_bytes(struct conversation *c, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	kdc_stream_bytes(((struct kdc_talk *)c)->stream, side, bytes, from);
}

static void
kdc_gap(struct conversation *c, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	kdc_stream_gap(((struct kdc_talk *)c)->stream, side, n, from);
}

static uint64_t
kdc_idle(struct conversation *c, enum flow_side side)
{
	return kdc_stream_idle(((struct kdc_talk *)c)->stream, side);
}

static void
kdc_close(struct conversation *c)
{
	kdc_stream_close(((struct kdc_talk *)c)->stream, c->info);
}

const struct follower follow_kdc = {
	.open = kdc_open,
	.bytes = kdc_bytes,
	.gap = kdc_gap,
	.idle = kdc_idle,
	.close = kdc_close,
	.besides = true,
};

/* -- TLS to what may be a proxy -- */

static struct conversation *
tls_open(struct worker *w, const struct flow_info *info, enum flow_side side,
    struct span first)
{
	(void)w;
	if (!tls_is_stream(info, side, first))
		return NULL;

	struct tls_talk *t = memory_new(1, sizeof(*t));

	t->stream = tls_stream_new(side);
	return &t->base;
}

static void
tls_bytes(struct conversation *c, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	tls_stream_bytes(((struct tls_talk *)c)->stream, side, bytes, from);
}

static void
tls_gap(struct conversation *c, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	(void)from;
	tls_stream_gap(((struct tls_talk *)c)->stream, side, n, true);
}

static uint64_t
tls_idle(struct conversation *c, enum flow_side side)
{
	return tls_stream_idle(((struct tls_talk *)c)->stream, side);
}

static void
tls_skip(struct conversation *c, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	(void)from;
	tls_stream_gap(((struct tls_talk *)c)->stream, side, n, false);
}

static bool
tls_over(const struct conversation *c)
{
	return tls_stream_over(((const struct tls_talk *)c)->stream);
}

static void
tls_close(struct conversation *c)
{
	struct tls_stream *stream = ((struct tls_talk *)c)->stream;
	struct observation *o = observation_new(OBSERVE_WITNESS);

	witness_emit(c->worker, o,
	    tls_stream_record(stream, c->info, &o->arena));
	tls_stream_free(stream);
}

const struct follower follow_tls = {
	.open = tls_open,
	.bytes = tls_bytes,
	.gap = tls_gap,
	.idle = tls_idle,
	.skip = tls_skip,
	.over = tls_over,
	.close = tls_close,
	.besides = true,
};

/* -- something else where a proxy may be -- */

void
witness_sample(struct worker *w, struct sample *s,
    const struct flow_info *info)
{
	if (s == NULL)
		return;

	struct observation *o = observation_new(OBSERVE_WITNESS);
	const struct witness_record *r = sample_record(s, info, &o->arena);

	if (r != NULL)
		witness_emit(w, o, r);
	else
		observation_free(o);
	sample_free(s, &w->n_samples);
}

static struct conversation *
stray_open(struct worker *w, const struct flow_info *info,
    enum flow_side side, struct span first)
{
	struct sample *sample;

	(void)first;
	if (!sample_is_stray(info, side) ||
	    (sample = sample_new(side, NULL, &w->n_samples)) == NULL)
		return NULL;

	struct stray_talk *t = memory_new(1, sizeof(*t));

	t->sample = sample;
	return &t->base;
}

static void
stray_bytes(struct conversation *c, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct stray_talk *t = (struct stray_talk *)c;

	t->over |= sample_bytes(t->sample, side, bytes, from);
}

static void
stray_gap(struct conversation *c, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	(void)n;
	(void)from;
	sample_gap(((struct stray_talk *)c)->sample, side);
}

static bool
stray_over(const struct conversation *c)
{
	return ((const struct stray_talk *)c)->over;
}

static void
stray_close(struct conversation *c)
{
	witness_sample(c->worker, ((struct stray_talk *)c)->sample, c->info);
}

const struct follower follow_stray = {
	.open = stray_open,
	.bytes = stray_bytes,
	.gap = stray_gap,
	.over = stray_over,
	.close = stray_close,
	.besides = true,
};

/* -- what needs no following -- */

void
witness_dns(struct worker *w, const struct packet *p)
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
	witness_emit(w, o, r);
}

void
witness_lost(void *context, const struct neighbour_lost *lost)
{
	struct worker *w = context;

	kdc_lost(w->kdc, lost);
	if (w->refused == REFUSED_MOST)
		return;
	w->refused++;

	struct observation *o = observation_new(OBSERVE_REFUSED);

	/* Of no number: there never was a connection. */
	o->connection = (struct connection){
		.client = lost->asker,
		.proxy = lost->target,
		.began = true,
	};
	o->frame = lost->first_frame;
	o->time = lost->first_time;
	o->silent = true;
	o->not_there = true;
	o->tries = lost->tries;
	w->emit(w->context, o);
}

void
witness_refused(struct worker *w, const struct flow_info *info)
{
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
