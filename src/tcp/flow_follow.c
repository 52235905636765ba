/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "tcp/flow_parts.h"

/* An RST further ahead than this has a made-up sequence number. */
#define RST_WINDOW (INT32_C(1) << 20)

/* The list of what was used last is that exact: to keep it costs. */
#define LINK_STEP WHEN_SECOND

/* One side of a followed connection, as context of its reassembly. */
struct side_context {
	struct followed *followed;
	enum flow_side side;
};

static void give_up(struct followed *fo, const struct tcp_from *from);
static bool is_waiting(const struct followed *fo);

/* -- what a reassembly calls -- */

static void
side_bytes(void *context, struct span bytes, const struct tcp_from *from)
{
	struct side_context *c = context;
	struct followed *fo = c->followed;

	follow_settle(fo);
	if (fo->connection == NULL && !fo->flow->decided)
		fo->flow->decided = fo->table->sink->open(fo->table->context,
		    &fo->flow->info, c->side, bytes,
		    &fo->connection) == FLOW_IGNORE;
	if (fo->connection != NULL)
		fo->table->sink->bytes(fo->connection, c->side, bytes, from);
}

static void
side_gap(void *context, uint64_t n, const struct tcp_from *from)
{
	struct side_context *c = context;
	struct followed *fo = c->followed;

	follow_settle(fo);
	if (fo->connection != NULL)
		fo->table->sink->gap(fo->connection, c->side, n, from);
}

static uint64_t
side_idle(void *context)
{
	struct side_context *c = context;
	struct followed *fo = c->followed;

	follow_settle(fo);
	return fo->connection == NULL
	    ? 0
	    : fo->table->sink->idle(fo->connection, c->side);
}

static void
side_skip(void *context, uint64_t n, const struct tcp_from *from)
{
	struct side_context *c = context;
	struct followed *fo = c->followed;

	follow_settle(fo);
	if (fo->connection == NULL)
		return;
	fo->table->sink->skip(fo->connection, c->side, n, from);
	follow_ask_idle(fo, c->side);
}

static const struct reassembly_sink to_side = { side_bytes, side_gap,
	side_idle, side_skip };

/* -- following -- */

bool
follow_begin(struct flow_table *t, struct flow *f, enum flow_side side,
    const struct packet *p)
{
	bool first = f->has_isn[side] && p->seq == f->isn[side] + 1;
	void *connection = NULL;

	/*
	 * Its first bytes, or a packet of a connection that was there before
	 * the capture: one look decides.  Bytes from further on wait for the
	 * first ones in the reassembly.
	 */
	if (first || !f->has_isn[side]) {
		switch (t->sink->open(t->context, &f->info, side, p->payload,
		    &connection)) {
		case FLOW_IGNORE:
			f->decided = true;
			return false;
		case FLOW_UNDECIDED:
			return false;
		case FLOW_FOLLOW:
			break;
		}
	}
	if (t->n_followed >= budget_part(LIMIT_CONVERSATIONS)) {
		limit_hit(LIMIT_CONVERSATIONS);
		flow_table_let_go(t, p->number);
	}

	struct followed *fo = memory_new(1, sizeof(*fo));

	fo->flow = f;
	fo->table = t;
	fo->connection = connection;
	fo->used = t->now;
	list_init(&fo->waiting);
	list_append(&t->followed, &fo->link);
	for (int s = 0; s < 2; s++) {
		reassembly_init(&fo->side[s]);
		if (f->has_isn[s]) {
			fo->side[s].synced = true;
			fo->side[s].next = f->isn[s] + 1;
		}
	}
	f->followed = fo;
	t->n_followed++;
	t->counts.followed++;
	return true;
}

bool
flow_table_let_go(struct flow_table *t, uint64_t frame)
{
	struct tcp_from from = { .frame = frame, .time = t->now };

	if (list_empty(&t->followed))
		return false;
	follow_finish(t, LIST_OBJECT(t->followed.next, struct followed,
	    link)->flow, &from);
	return true;
}

/* Say the end of each side that is complete; true when all is over. */
static bool
ends_reached(struct followed *fo, const struct tcp_from *from)
{
	for (int s = 0; s < 2; s++) {
		struct reassembly *r = &fo->side[s];

		if (!r->ended && reassembly_done(r)) {
			r->ended = true;
			follow_settle(fo);
			if (fo->connection != NULL)
				fo->table->sink->end(fo->connection,
				    (enum flow_side)s, from);
		}
	}
	return fo->side[0].ended && fo->side[1].ended;
}

/*
 * Who resets takes nothing more, be it after a FIN; but what it answers may
 * have been captured behind it.
 */
static bool
is_reset(const struct followed *fo)
{
	const struct flow_info *info = &fo->flow->info;

	return info->reset && fo->side[info->reset_by].ended;
}

/*
 * Does the next segment of a side that is held have to wait?  Not for bytes
 * of the other side that its sender had not seen.
 */
static bool
must_wait(const struct followed *fo, int side, uint32_t ack)
{
	const struct reassembly *other = &fo->side[!side];

	return reassembly_hole(other) && (int32_t)(ack - other->next) > 0;
}

/* Give what was held and is in order, in the order of frames. */
static void
release(struct followed *fo)
{
	for (;;) {
		uint64_t frame = UINT64_MAX;
		int first = -1;

		for (int s = 0; s < 2; s++) {
			const struct tcp_from *at =
			    reassembly_next(&fo->side[s]);

			if (at != NULL && at->frame < frame &&
			    !must_wait(fo, s, at->ack)) {
				frame = at->frame;
				first = s;
			}
		}
		if (first < 0)
			return;

		struct side_context context = { fo, (enum flow_side)first };

		reassembly_release(&fo->side[first], &to_side, &context);
	}
}

/* What is missing will not come: the holes become gaps. */
static void
give_up(struct followed *fo, const struct tcp_from *from)
{
	while (reassembly_hole(&fo->side[0]) || reassembly_hole(&fo->side[1]))
		for (int s = 0; s < 2; s++) {
			struct side_context context = { fo,
				(enum flow_side)s };

			reassembly_give_up(&fo->side[s], from, &to_side,
			    &context);
			release(fo);
		}
}

static bool
is_waiting(const struct followed *fo)
{
	return reassembly_waits(&fo->side[0]) ||
	    reassembly_waits(&fo->side[1]) || reassembly_hole(&fo->side[0]) ||
	    reassembly_hole(&fo->side[1]);
}

void
follow_packet(struct flow_table *t, struct flow *f, enum flow_side side,
    const struct packet *p)
{
	struct followed *fo = f->followed;
	struct reassembly *r = &fo->side[side];
	struct side_context context = { fo, side };
	struct tcp_from from = { p->number, p->time, p->seq, p->ack };

	if (t->now - fo->used >= LINK_STEP) {
		fo->used = t->now;
		list_remove(&fo->link);
		list_append(&t->followed, &fo->link);
	}
	if (follow_glides(fo, side, p))
		return;

	if (p->tcp_flags & TCP_SYN)
		from.seq++;
	if (p->tcp_flags & TCP_ACK)
		reassembly_acknowledged(&fo->side[!side], p->ack);
	/* What may answer bytes that are late waits for them. */
	if (must_wait(fo, side, p->ack))
		reassembly_keep(r, p->payload, p->payload_len, &from,
		    &to_side, &context);
	else if (!(p->tcp_flags & TCP_RST) || p->payload_len > 0)
		reassembly_segment(r, p->payload, p->payload_len, &from,
		    &to_side, &context);
	release(fo);
	if (p->tcp_flags & TCP_FIN)
		reassembly_end_at(r, from.seq + p->payload_len);
	if (p->tcp_flags & TCP_RST) {
		int32_t ahead = (int32_t)(p->seq - r->next);

		reassembly_end_at(r,
		    r->synced && (ahead < 0 || ahead > RST_WINDOW) ? r->next
		                                                   : p->seq);
	}
	for (int k = 0; k < 2; k++) {
		f->info.delivered[k] = fo->side[k].delivered;
		f->info.missing[k] = fo->side[k].missing;
	}

	if (ends_reached(fo, &from) || (f->decided && fo->connection == NULL) ||
	    (fo->connection != NULL && t->sink->over != NULL &&
	        t->sink->over(fo->connection))) {
		follow_finish(t, f, &from);
		return;
	}

	bool waits = is_waiting(fo) || is_reset(fo);

	fo->calm = fo->connection != NULL && !waits &&
	    !fo->side[0].has_end && !fo->side[1].has_end;
	if (!waits) {
		list_remove(&fo->waiting);
	} else if (list_empty(&fo->waiting)) {
		fo->waits_since = t->now;
		fo->waits_from = p->number;
		list_append(&t->waiting, &fo->waiting);
		if (t->now + HOLE_PATIENCE < t->due)
			t->due = t->now + HOLE_PATIENCE;
	}
}

void
follow_finish(struct flow_table *t, struct flow *f,
    const struct tcp_from *from)
{
	struct followed *fo = f->followed;

	if (fo == NULL)
		return;
	give_up(fo, from);
	for (int s = 0; s < 2; s++) {
		struct side_context context = { fo, (enum flow_side)s };
		struct reassembly *r = &fo->side[s];

		reassembly_flush(r, from, &to_side, &context);
		f->info.delivered[s] = r->delivered;
		f->info.missing[s] = r->missing;
		f->info.unheard[s] = reassembly_unheard(r);
		t->counts.carried += r->delivered + r->missing;
		t->counts.missing += r->missing;
		t->counts.conflicts += r->conflicts;
	}
	follow_settle(fo);
	if (fo->connection != NULL) {
		if (f->info.close == FLOW_FIN || f->info.close == FLOW_RST)
			ends_reached(fo, from);
		if (!f->info.seen[0] || !f->info.seen[1])
			t->counts.one_sided++;
		f->info.half = f->info.close == FLOW_FIN && !f->info.reset &&
		    !fo->side[!f->info.closed_by].ended;
		t->sink->close(fo->connection, &f->info);
	}
	for (int s = 0; s < 2; s++)
		reassembly_fini(&fo->side[s]);
	list_remove(&fo->waiting);
	list_remove(&fo->link);
	free(fo);
	f->followed = NULL;
	f->decided = true;
	t->n_followed--;
}

void
follow_give_up(struct flow_table *t)
{
	while (!list_empty(&t->waiting)) {
		struct followed *fo = LIST_OBJECT(t->waiting.next,
		    struct followed, waiting);
		struct tcp_from from = { .frame = t->moment.frame,
			.time = t->now };

		if (t->now - fo->waits_since < HOLE_PATIENCE)
			break;
		t->moment.phase = FLOW_PHASE_HOLE;
		t->moment.rank = fo->waits_from;
		list_remove(&fo->waiting);
		give_up(fo, &from);
		/* What still waits can go on with a packet of its own only,
		 * which puts it here again. */
		if (ends_reached(fo, &from) || is_reset(fo))
			follow_finish(t, fo->flow, &from);
	}
}
