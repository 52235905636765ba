/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/flow.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

/* How long an acknowledged hole is waited for: captures are out of order. */
/*
 * Captures are out of order by some packets at most; what has been
 * acknowledged and is not there after this long was not captured.
 */
#define HOLE_PATIENCE (20 * WHEN_MS)
/* Late packets of a closed connection are no new connection. */
#define CLOSED_PATIENCE (120 * WHEN_SECOND)
#define IDLE_PATIENCE   (4 * 3600 * WHEN_SECOND)
/* An RST further ahead than this has a made-up sequence number. */
#define RST_WINDOW (INT32_C(1) << 20)

/* What only a connection that matters has. */
struct followed {
	struct link link;    /* in the table's list, oldest use first */
	struct link waiting; /* linked to itself if no hole */
	when_ns waits_since;
	struct flow *flow;
	struct flow_table *table;
	struct reassembly side[2];
	void *connection; /* NULL until its first bytes are in order */
};

struct flow {
	struct table_entry entry;
	struct flow_info info;
	uint32_t isn[2];
	bool has_isn[2];
	bool decided; /* not to be followed (any more) */
	struct followed *followed;
};

struct flow_table {
	struct table flows;
	struct link followed; /* oldest use first */
	struct link waiting;  /* with a hole, oldest hole first */
	size_t n_followed;
	const struct flow_sink *sink;
	void *context;
	struct flow_counts counts;
	when_ns now; /* capture time; never goes back */
	uint64_t frame;
};

/* One side of a followed connection, as context of its reassembly. */
struct side_context {
	struct followed *followed;
	enum flow_side side;
};

static struct flow *find(struct flow_table *t, const struct packet *p,
    uint64_t hash, enum flow_side *side);
static struct flow *add(struct flow_table *t, const struct packet *p,
    uint64_t hash);
static void forget(struct flow_table *t, struct flow *f,
    enum flow_close how);
static bool begin_following(struct flow_table *t, struct flow *f,
    enum flow_side side, const struct packet *p);
static void finish_following(struct flow_table *t, struct flow *f,
    const struct tcp_from *from);
static void follow_packet(struct flow_table *t, struct flow *f,
    enum flow_side side, const struct packet *p);
static void note_close(struct flow *f, enum flow_side side,
    const struct packet *p);
static void flush_waiting(struct flow_table *t);
static void expire(struct flow_table *t);

struct flow_table *
flow_table_new(const struct flow_sink *sink, void *context)
{
	struct flow_table *t = memory_new(1, sizeof(*t));

	table_init(&t->flows);
	list_init(&t->followed);
	list_init(&t->waiting);
	t->sink = sink;
	t->context = context;
	t->now = INT64_MIN;
	return t;
}

void
flow_table_packet(struct flow_table *t, const struct packet *p)
{
	/* The same for both directions: the smaller end first. */
	struct {
		uint8_t bytes[2][16];
		uint16_t ports[2];
	} key;
	int order = memcmp(p->src.bytes, p->dst.bytes, 16);
	int low = order < 0 || (order == 0 && p->sport <= p->dport) ? 0 : 1;

	memset(&key, 0, sizeof(key));
	memcpy(key.bytes[low], p->src.bytes, 16);
	memcpy(key.bytes[!low], p->dst.bytes, 16);
	key.ports[low] = p->sport;
	key.ports[!low] = p->dport;

	uint64_t hash = table_hash(span_of(&key, sizeof(key)));
	enum flow_side side = FLOW_OPENER;
	struct flow *f = find(t, p, hash, &side);
	bool syn = (p->tcp_flags & (TCP_SYN | TCP_RST)) == TCP_SYN;

	if (p->time > t->now)
		t->now = p->time;
	t->frame = p->number;
	t->counts.packets++;

	/* The same ports again: a SYN that begins at another number. */
	if (f != NULL && syn && !(p->tcp_flags & TCP_ACK) &&
	    !(f->has_isn[side] && f->isn[side] == p->seq) &&
	    (f->has_isn[side] || f->info.delivered[side] > 0 || f->decided ||
	        f->info.close != FLOW_OPEN)) {
		forget(t, f, f->info.close != FLOW_OPEN ? f->info.close
		                                        : FLOW_FORGOTTEN);
		f = NULL;
	}
	if (f == NULL) {
		f = add(t, p, hash);
		/* Seen first, but it answers: the other side opened. */
		side = syn && (p->tcp_flags & TCP_ACK) ? FLOW_ACCEPTOR
		                                       : FLOW_OPENER;
		f->info.address[side] = p->src;
		f->info.address[!side] = p->dst;
		f->info.port[side] = p->sport;
		f->info.port[!side] = p->dport;
	}

	struct flow_info *info = &f->info;

	table_touch(&t->flows, &f->entry);
	info->last_time = p->time;
	info->last_frame = p->number;
	info->seen[side] = true;
	if (syn) {
		f->isn[side] = p->seq;
		f->has_isn[side] = true;
		info->began = true;
		if (side == FLOW_OPENER)
			info->syns++;
		else
			info->answered = true;
	}
	if (p->payload_len > 0)
		info->answered = true;
	if (p->tcp_flags & (TCP_FIN | TCP_RST))
		note_close(f, side, p);

	if (f->followed != NULL)
		follow_packet(t, f, side, p);
	else if (!f->decided && p->payload_len > 0 &&
	    begin_following(t, f, side, p))
		follow_packet(t, f, side, p);

	if (!list_empty(&t->waiting))
		flush_waiting(t);
	expire(t);
}

static struct flow *
find(struct flow_table *t, const struct packet *p, uint64_t hash,
    enum flow_side *side)
{
	for (struct table_entry *e = table_first(&t->flows, hash); e != NULL;
	     e = table_next(e)) {
		struct flow *f = LIST_OBJECT(e, struct flow, entry);
		const struct flow_info *i = &f->info;

		for (int s = 0; s < 2; s++)
			if (i->port[s] == p->sport && i->port[!s] == p->dport &&
			    address_eq(&i->address[s], &p->src) &&
			    address_eq(&i->address[!s], &p->dst)) {
				*side = (enum flow_side)s;
				return f;
			}
	}
	return NULL;
}

static struct flow *
add(struct flow_table *t, const struct packet *p, uint64_t hash)
{
	if (t->flows.count >= limit_of(LIMIT_FLOWS)) {
		limit_hit(LIMIT_FLOWS);
		forget(t, LIST_OBJECT(table_oldest(&t->flows), struct flow,
		              entry), FLOW_FORGOTTEN);
	}

	struct flow *f = memory_new(1, sizeof(*f));

	f->info.stream = (uint32_t)t->counts.connections++;
	f->info.id = t->counts.connections;
	f->info.first_time = p->time;
	f->info.first_frame = p->number;
	table_add(&t->flows, &f->entry, hash);
	return f;
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
note_close(struct flow *f, enum flow_side side, const struct packet *p)
{
	struct flow_info *info = &f->info;

	if (info->close == FLOW_OPEN) {
		info->close = p->tcp_flags & TCP_RST ? FLOW_RST : FLOW_FIN;
		info->closed_by = answers_fin(f, side, p) ? !side : side;
		info->close_time = p->time;
		info->close_frame = p->number;
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
	finish_following(t, f, &from);
	table_remove(&t->flows, &f->entry);
	free(f);
}

/* -- what a reassembly calls -- */

static void
side_bytes(void *context, struct span bytes, const struct tcp_from *from)
{
	struct side_context *c = context;
	struct followed *fo = c->followed;

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

	if (c->followed->connection != NULL)
		c->followed->table->sink->gap(c->followed->connection, c->side,
		    n, from);
}

static uint64_t
side_idle(void *context)
{
	struct side_context *c = context;

	return c->followed->connection == NULL
	    ? 0
	    : c->followed->table->sink->idle(c->followed->connection,
	          c->side);
}

static void
side_skip(void *context, uint64_t n, const struct tcp_from *from)
{
	struct side_context *c = context;

	if (c->followed->connection != NULL)
		c->followed->table->sink->skip(c->followed->connection,
		    c->side, n, from);
}

static const struct reassembly_sink to_side = { side_bytes, side_gap,
	side_idle, side_skip };

/* -- following -- */

static bool
begin_following(struct flow_table *t, struct flow *f, enum flow_side side,
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
	if (t->n_followed >= limit_of(LIMIT_CONVERSATIONS)) {
		struct followed *oldest = LIST_OBJECT(t->followed.next,
		    struct followed, link);
		struct tcp_from from = { .frame = p->number, .time = t->now };

		limit_hit(LIMIT_CONVERSATIONS);
		finish_following(t, oldest->flow, &from);
	}

	struct followed *fo = memory_new(1, sizeof(*fo));

	fo->flow = f;
	fo->table = t;
	fo->connection = connection;
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

/* Say the end of each side that is complete; true when all is over. */
static bool
ends_reached(struct followed *fo, const struct tcp_from *from)
{
	const struct flow_info *info = &fo->flow->info;

	for (int s = 0; s < 2; s++) {
		struct reassembly *r = &fo->side[s];

		if (!r->ended && reassembly_done(r)) {
			r->ended = true;
			if (fo->connection != NULL)
				fo->table->sink->end(fo->connection,
				    (enum flow_side)s, from);
		}
	}
	return (fo->side[0].ended && fo->side[1].ended) ||
	    (info->close == FLOW_RST && fo->side[info->closed_by].ended);
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

static void
follow_packet(struct flow_table *t, struct flow *f, enum flow_side side,
    const struct packet *p)
{
	struct followed *fo = f->followed;
	struct reassembly *r = &fo->side[side];
	struct side_context context = { fo, side };
	struct tcp_from from = { p->number, p->time, p->seq, p->ack };

	list_remove(&fo->link);
	list_append(&t->followed, &fo->link);

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
		finish_following(t, f, &from);
		return;
	}
	if (!is_waiting(fo)) {
		list_remove(&fo->waiting);
	} else if (list_empty(&fo->waiting)) {
		fo->waits_since = t->now;
		list_append(&t->waiting, &fo->waiting);
	}
}

/* Everything it holds is given, every hole becomes a gap; then it ends. */
static void
finish_following(struct flow_table *t, struct flow *f,
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
		t->counts.carried += r->delivered + r->missing;
		t->counts.missing += r->missing;
		t->counts.conflicts += r->conflicts;
	}
	if (fo->connection != NULL) {
		if (f->info.close == FLOW_FIN || f->info.close == FLOW_RST)
			ends_reached(fo, from);
		if (!f->info.seen[0] || !f->info.seen[1])
			t->counts.one_sided++;
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

/* Holes that were acknowledged and waited for long enough become gaps. */
static void
flush_waiting(struct flow_table *t)
{
	while (!list_empty(&t->waiting)) {
		struct followed *fo = LIST_OBJECT(t->waiting.next,
		    struct followed, waiting);
		struct tcp_from from = { .frame = t->frame, .time = t->now };
		bool still;

		if (t->now - fo->waits_since < HOLE_PATIENCE)
			break;
		list_remove(&fo->waiting);
		give_up(fo, &from);
		still = is_waiting(fo);
		if (ends_reached(fo, &from)) {
			finish_following(t, fo->flow, &from);
		} else if (still) {
			fo->waits_since = t->now;
			list_append(&t->waiting, &fo->waiting);
		}
	}
}

static void
expire(struct flow_table *t)
{
	for (int n = 0; n < 2 && t->flows.count > 0; n++) {
		struct flow *f = LIST_OBJECT(table_oldest(&t->flows),
		    struct flow, entry);
		int64_t idle = t->now - f->info.last_time;

		if (idle < CLOSED_PATIENCE ||
		    (idle < IDLE_PATIENCE && f->info.close == FLOW_OPEN))
			return;
		forget(t, f, FLOW_FORGOTTEN);
	}
}

void
flow_table_finish(struct flow_table *t)
{
	LIST_EACH (link, &t->flows.by_age) {
		struct table_entry *e =
		    LIST_OBJECT(link, struct table_entry, age);

		forget(t, LIST_OBJECT(e, struct flow, entry), FLOW_OPEN);
	}
}

void
flow_table_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	flow_table_finish(t);
	table_fini(&t->flows);
	free(t);
}

struct flow_counts
flow_table_counts(const struct flow_table *t)
{
	return t->counts;
}
