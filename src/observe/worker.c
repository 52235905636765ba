/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/worker.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "observe/follow.h"
#include "observe/observe.h"

/* In the order in which they are asked. */
static const struct follower *const kinds[] = { &follow_http, &follow_kdc,
	&follow_tls, &follow_stray };

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

static const struct flow_sink flow_calls = { open_connection, take_bytes,
	take_gap, idle_bytes, skip_bytes, end_side, is_over,
	close_connection, refused_connection };

struct worker *
worker_new(worker_emit *emit, void *context)
{
	struct worker *w = memory_new(1, sizeof(*w));

	w->net = net_new();
	w->flows = flow_table_new(&flow_calls, w);
	w->kdc = kdc_new(witness_kdc, w);
	w->neighbours = neighbours_new(witness_lost, w);
	w->dns = dns_memory_new();
	w->manners = manners_new();
	w->emit = emit;
	w->context = context;
	w->now = INT64_MIN;
	return w;
}

void
worker_verify(struct worker *w, const struct verify_means *means)
{
	verifier_free(w->verifier);
	w->verifier = verifier_new(means);
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
		while (budget_over(LIMIT_HTTP_BYTES, 0) &&
		    flow_table_let_go(w->flows, p->number))
			limit_hit(LIMIT_HTTP_BYTES);
	} else {
		flow_table_at(w->flows, p->number, FLOW_PHASE_PACKET);
		kdc_packet(w->kdc, p);
		neighbours_packet(w->neighbours, p);
	}
	if (p->protocol == PROTOCOL_UDP && p->sport == DNS_PORT)
		witness_dns(w, p);
	if ((p->sport == 88 || p->dport == 88) &&
	    (p->protocol == PROTOCOL_TCP || p->protocol == PROTOCOL_UDP))
		w->counts.kdc_visible = true;
}

static when_ns
earlier(when_ns a, when_ns b)
{
	return a < b ? a : b;
}

/* Of those that need no connection. */
static when_ns
witness_due(const struct worker *w)
{
	return earlier(kdc_due(w->kdc), neighbours_due(w->neighbours));
}

void
worker_time(struct worker *w, uint64_t frame, when_ns now)
{
	flow_table_time(w->flows, frame, now);
	if (now > w->now)
		w->now = now;
	if (w->now >= witness_due(w)) {
		flow_table_at(w->flows, frame, FLOW_PHASE_LATER);
		kdc_now(w->kdc, w->now);
		neighbours_now(w->neighbours, w->now);
	}
}

when_ns
worker_due(const struct worker *w)
{
	return earlier(flow_table_due(w->flows), witness_due(w));
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
	neighbours_finish(w->neighbours);
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	flow_table_free(w->flows);
	kdc_free(w->kdc);
	neighbours_free(w->neighbours);
	dns_memory_free(w->dns);
	manners_free(w->manners);
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

void
worker_counts_add(struct worker_counts *sum, const struct worker_counts *c)
{
	net_counts_add(&sum->net, &c->net);
	flow_counts_add(&sum->flow, &c->flow);
	sum->exchanges += c->exchanges;
	sum->kdc_exchanges += c->kdc_exchanges;
	sum->kdc_visible |= c->kdc_visible;
}

static enum flow_interest
open_connection(void *context, const struct flow_info *info,
    enum flow_side side, struct span first, void **connection)
{
	struct worker *w = context;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct conversation *c =
		    kinds[i]->open(w, info, side, first);

		if (c == NULL)
			continue;
		*c = (struct conversation){ kinds[i], w, info };
		w->besides.followed += kinds[i]->besides;
		*connection = c;
		return FLOW_FOLLOW;
	}
	return info->began ? FLOW_IGNORE : FLOW_UNDECIDED;
}

static void
take_bytes(void *connection, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct conversation *c = connection;

	c->as->bytes(c, side, bytes, from);
}

static void
take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct conversation *c = connection;

	c->as->gap(c, side, n, from);
}

static uint64_t
idle_bytes(void *connection, enum flow_side side)
{
	struct conversation *c = connection;

	return c->as->idle != NULL ? c->as->idle(c, side) : 0;
}

static void
skip_bytes(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct conversation *c = connection;

	if (c->as->skip != NULL)
		c->as->skip(c, side, n, from);
}

static void
end_side(void *connection, enum flow_side side, const struct tcp_from *from)
{
	struct conversation *c = connection;

	if (c->as->end != NULL)
		c->as->end(c, side, from);
}

static bool
is_over(void *connection)
{
	const struct conversation *c = connection;

	return c->as->over != NULL && c->as->over(c);
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
close_connection(void *connection, const struct flow_info *info)
{
	struct conversation *c = connection;

	c->info = info;
	if (c->as->besides)
		count_besides(c->worker, info);
	c->as->close(c);
	free(c);
}

static void
refused_connection(void *context, const struct flow_info *info)
{
	witness_refused(context, info);
}
