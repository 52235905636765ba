/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/flow.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/table.h"
#include "tcp/flow_parts.h"

static void forget(struct flow_table *t, struct flow *f,
    enum flow_close how);
static void forget_all(struct flow_table *t, struct flow_ends *ends,
    enum flow_close how);
static void note_close(struct flow_table *t, struct flow *f,
    enum flow_side side, const struct packet *p);

struct flow_table *
flow_table_new(const struct flow_sink *sink, void *context)
{
	struct flow_table *t = memory_new(1, sizeof(*t));

	t->n_buckets = FLOW_BUCKETS;
	t->buckets = memory_new(t->n_buckets, sizeof(*t->buckets));
	t->wheel = memory_new(WHEEL_SLOTS, sizeof(*t->wheel));
	wheel_empty(t);
	list_init(&t->followed);
	list_init(&t->waiting);
	for (uint64_t i = 0; i < sizeof(t->secret) / sizeof(t->secret[0]); i++)
		t->secret[i] = table_hash(span_of(&i, sizeof(i)));
	t->sink = sink;
	t->context = context;
	t->now = t->due = -(INT64_MAX / 4);
	return t;
}

void
flow_table_number_into(struct flow_table *t, struct flow_numbers *numbers)
{
	t->numbers = numbers;
}

void
flow_table_number_from(struct flow_table *t, atomic_uint_fast64_t *connections)
{
	t->connections = connections;
}

const struct flow_moment *
flow_table_moment(const struct flow_table *t)
{
	return &t->moment;
}

when_ns
flow_table_due(const struct flow_table *t)
{
	return t->due;
}

static void
set_now(struct flow_table *t, when_ns now)
{
	/* Times may be anything; sums of these do not overflow. */
	if (now > INT64_MAX / 4)
		now = INT64_MAX / 4;
	if (now > t->now)
		t->now = now;
}

void
flow_table_time(struct flow_table *t, uint64_t frame, when_ns now)
{
	set_now(t, now);
	if (t->now < t->due)
		return;
	t->moment = (struct flow_moment){ .frame = frame };
	follow_give_up(t);

	struct flow_ends over = { 0 };

	wheel_turn(t, &over);
	forget_all(t, &over, FLOW_FORGOTTEN);
	t->due = (t->tick + 1) * WHEEL_STEP;
	if (!list_empty(&t->waiting)) {
		when_ns due = LIST_OBJECT(t->waiting.next, struct followed,
		    waiting)->waits_since + HOLE_PATIENCE;

		if (due < t->due)
			t->due = due;
	}
}

void
flow_table_at(struct flow_table *t, uint64_t frame, enum flow_phase phase)
{
	t->moment = (struct flow_moment){ .frame = frame, .phase = phase };
}

/* A capture that is out of order has this much before its SYN, at most. */
#define SYN_LATE 0x10000u

/* The same ports again: a SYN that begins at another number. */
static bool
begins_anew(const struct flow *f, enum flow_side side, uint32_t isn)
{
	const struct reassembly *r =
	    f->followed != NULL ? &f->followed->side[side] : NULL;

	if (f->has_isn[side])
		return f->isn[side] != isn;
	/* It is that of the first bytes, which were captured before it. */
	if (r != NULL && r->synced && f->info.close == FLOW_OPEN &&
	    (uint32_t)(r->next - (r->delivered + r->missing) - 1 - isn) <
	        SYN_LATE)
		return false;
	return f->info.delivered[side] > 0 || f->decided ||
	    f->info.close != FLOW_OPEN;
}

void
flow_table_packet(struct flow_table *t, const struct packet *p)
{
	uint32_t hash = p->flow_hash != 0 ? p->flow_hash : flow_hash(t, p);
	enum flow_side side = FLOW_OPENER;
	struct flow *f = flow_find(t, p, hash, &side);
	bool syn = (p->tcp_flags & (TCP_SYN | TCP_RST)) == TCP_SYN;

	set_now(t, p->time);
	t->moment = (struct flow_moment){ .frame = p->number };
	t->counts.packets++;

	if (f != NULL && syn && !(p->tcp_flags & TCP_ACK) &&
	    begins_anew(f, side, p->seq)) {
		forget(t, f, f->info.close != FLOW_OPEN ? f->info.close
		                                        : FLOW_FORGOTTEN);
		f = NULL;
	}
	if (f == NULL) {
		if (t->count >= budget_part(LIMIT_FLOWS)) {
			limit_hit(LIMIT_FLOWS);
			forget(t, wheel_first(t), FLOW_FORGOTTEN);
		}
		f = flow_add(t, p, hash);
		/* Seen first, but it answers: the other side opened. */
		side = syn && (p->tcp_flags & TCP_ACK) ? FLOW_ACCEPTOR
		                                       : FLOW_OPENER;
		f->info.address[side] = p->src;
		f->info.address[!side] = p->dst;
		f->info.port[side] = p->sport;
		f->info.port[!side] = p->dport;
		f->info.last_time = p->time;
		wheel_put(t, f);
	}

	struct flow_info *info = &f->info;

	info->last_time = p->time;
	info->last_frame = p->number;
	info->seen[side] = true;
	if (syn) {
		f->isn[side] = p->seq;
		f->has_isn[side] = true;
		info->began = true;
		if (side == FLOW_ACCEPTOR)
			info->answered = true;
		else if (info->syns < UINT16_MAX)
			info->syns++;
	}
	if (p->payload_len > 0)
		info->answered = true;
	if (p->tcp_flags & (TCP_FIN | TCP_RST))
		note_close(t, f, side, p);

	if (f->followed != NULL)
		follow_packet(t, f, side, p);
	else if (!f->decided && p->payload_len > 0 &&
	    follow_begin(t, f, side, p))
		follow_packet(t, f, side, p);

	flow_table_time(t, p->number, p->time);
}

/*
 * A FIN that acknowledges one number more than the other side's bytes
 * answers a FIN of that side, which the capture has later or not at all.
 */
static bool
answers_fin(const struct flow *f, enum flow_side side, const struct packet *p)
{
	return f->followed != NULL && (p->tcp_flags & TCP_ACK) &&
	    !(p->tcp_flags & TCP_RST) &&
	    f->followed->side[!side].synced &&
	    !reassembly_waits(&f->followed->side[!side]) &&
	    p->ack == f->followed->side[!side].next + 1;
}

static void
note_close(struct flow_table *t, struct flow *f, enum flow_side side,
    const struct packet *p)
{
	struct flow_info *info = &f->info;

	if (p->tcp_flags & TCP_RST) {
		info->reset = true;
		info->reset_by = side;
	}
	if (info->close == FLOW_OPEN) {
		info->close = p->tcp_flags & TCP_RST ? FLOW_RST : FLOW_FIN;
		info->closed_by =
		    (enum flow_side)(side ^ answers_fin(f, side, p));
		info->close_time = p->time;
		info->close_frame = p->number;
		wheel_put(t, f); /* its time comes sooner */
	}
}

/* Take it out of the table; what it still held is flushed first. */
static void
forget(struct flow_table *t, struct flow *f, enum flow_close how)
{
	struct tcp_from from = { .frame = f->info.last_frame,
		.time = f->info.last_time };

	if (f->info.close == FLOW_OPEN)
		f->info.close = how;
	if (f->info.syns > 0 && !f->info.answered)
		t->sink->refused(t->context, &f->info);
	follow_finish(t, f, &from);
	flow_take_out(t, f);
}

void
flow_ends_add(struct flow_ends *ends, struct flow *f)
{
	if (ends->n == ends->room) {
		ends->room = ends->room > 0 ? 2 * ends->room : 64;
		ends->at = memory_grow(ends->at, ends->room,
		    sizeof(*ends->at));
	}
	ends->at[ends->n++] = (struct flow_end){ f->info.last_frame, f };
}

static int
by_last_frame(const void *left, const void *right)
{
	const struct flow_end *a = left, *b = right;

	return a->last_frame < b->last_frame ? -1
	    : a->last_frame > b->last_frame  ? 1
	                                     : 0;
}

/* As fetch_next() of the wheel does. */
static void
fetch_ends(const struct flow_table *t, const struct flow_ends *ends, size_t i)
{
	if (i + 3 < ends->n)
		flow_expect_whole(ends->at[i + 3].flow);
	if (i + 2 < ends->n)
		flow_table_expect(t, ends->at[i + 2].flow->hash);
	if (i + 1 < ends->n)
		flow_table_soon(t, ends->at[i + 1].flow->hash);
}

/* In order of their last packets, whatever the order of the table. */
static void
forget_all(struct flow_table *t, struct flow_ends *ends, enum flow_close how)
{
	if (ends->n > 1)
		qsort(ends->at, ends->n, sizeof(*ends->at), by_last_frame);
	t->moment.phase = FLOW_PHASE_END;
	for (size_t i = 0; i < ends->n; i++) {
		fetch_ends(t, ends, i);
		t->moment.rank = ends->at[i].last_frame;
		forget(t, ends->at[i].flow, how);
	}
	free(ends->at);
}

/* Will its end be said? */
static bool
says_its_end(const struct flow *f)
{
	return f->followed != NULL ||
	    (f->info.syns > 0 && !f->info.answered);
}

static void
add_if_said(struct flow *f, void *ends)
{
	if (says_its_end(f))
		flow_ends_add(ends, f);
}

void
flow_table_finish(struct flow_table *t)
{
	struct flow_ends ends = { 0 };

	flow_each(t, add_if_said, &ends);
	t->moment = (struct flow_moment){ .frame = UINT64_MAX };
	forget_all(t, &ends, FLOW_OPEN);
	flow_take_out_all(t);
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	flow_table_finish(t);
	flow_free_all(t);
	free(t->buckets);
	free(t->wheel);
	free(t);
}

struct flow_counts
flow_table_counts(const struct flow_table *t)
{
	struct flow_counts c = t->counts;

	c.open = t->count;
	return c;
}

void
flow_counts_add(struct flow_counts *sum, const struct flow_counts *c)
{
	sum->connections += c->connections;
	sum->followed += c->followed;
	sum->packets += c->packets;
	sum->open += c->open;
	sum->carried += c->carried;
	sum->missing += c->missing;
	sum->conflicts += c->conflicts;
	sum->one_sided += c->one_sided;
}
