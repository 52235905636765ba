/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/reassembly.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"

/* More than this ahead is another connection's number, not a hole. */
#define FAR_AHEAD (INT32_C(1) << 30)

/* Tiny segments cost more than their bytes: bound their number. */
#define HELD_MAX 4096

struct segment {
	struct tcp_from from;
	uint32_t len;      /* on the wire */
	uint32_t captured; /* <= len; bytes[] holds these, unless hollow */
	bool hollow;       /* idle bytes: only the range is kept */
	uint8_t bytes[];
};

/* Searched by halves, without a look at the segments: they may come in any
 * order, and by the thousand. */
struct held {
	uint32_t seq, len; /* as in the segment */
	struct segment *segment;
};

/* There are never more than four places for each that is held. */
#define HELD_ROOM 4
#define HELD_COST (sizeof(struct segment) + HELD_ROOM * sizeof(struct held))

static void drain(struct reassembly *r, const struct reassembly_sink *sink,
    void *context);
static void hold(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, bool hollow);
static void take(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, bool keep,
    const struct reassembly_sink *sink, void *context);

void
reassembly_init(struct reassembly *r)
{
	*r = (struct reassembly){ .hole_since = WHEN_NONE };
}

/* The one that is first in order; there is one. */
static struct segment *
first_held(const struct reassembly *r)
{
	return r->held[r->held_first].segment;
}

static void
set_room(struct reassembly *r, uint32_t n)
{
	r->held_room = n;
	r->held = memory_grow(r->held, n, sizeof(*r->held));
}

/* What was in front is gone: the places there are free again. */
static void
to_front(struct reassembly *r)
{
	memmove(r->held, r->held + r->held_first,
	    r->held_count * sizeof(*r->held));
	r->held_first = 0;
}

static void
drop_first(struct reassembly *r)
{
	struct segment *s = first_held(r);
	uint32_t kept = s->hollow ? 0 : s->captured;

	r->held_first++;
	r->held_count--;
	r->held_bytes -= kept;
	budget_give(LIMIT_REASSEMBLY_TOTAL, HELD_COST + kept);
	free(s);
	if (r->held_count == 0) {
		free(r->held);
		r->held = NULL;
		r->held_first = r->held_room = 0;
	} else if (r->held_count < r->held_room / HELD_ROOM) {
		to_front(r);
		set_room(r, r->held_room / 2);
	}
}

void
reassembly_fini(struct reassembly *r)
{
	while (r->held_count > 0)
		drop_first(r);
}

static int32_t
distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

/* Hand captured bytes on; what nobody looks at is only counted. */
static void
give(struct reassembly *r, struct span bytes, const struct tcp_from *from,
    const struct reassembly_sink *sink, void *context)
{
	struct tcp_from at = *from;
	uint64_t idle = sink->idle(context);
	size_t k = idle < bytes.len ? (size_t)idle : bytes.len;

	at.seq = r->next;
	r->next += (uint32_t)bytes.len;
	r->delivered += bytes.len;
	if (k > 0)
		sink->skip(context, k, &at);
	if (k < bytes.len) {
		at.seq += (uint32_t)k;
		sink->bytes(context, span_from(bytes, k), &at);
	}
}

/* n bytes are not in the capture. */
static void
skip_hole(struct reassembly *r, uint32_t n, const struct tcp_from *from,
    const struct reassembly_sink *sink, void *context)
{
	struct tcp_from at = *from;

	at.seq = r->next;
	r->next += n;
	r->missing += n;
	sink->gap(context, n, &at);
}

/* A segment that is next; what the snaplen cut off is a gap. */
static void
give_segment(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, const struct reassembly_sink *sink,
    void *context)
{
	if (bytes.len > 0)
		give(r, bytes, from, sink, context);
	if (bytes.len < len)
		skip_hole(r, len - (uint32_t)bytes.len, from, sink, context);
}

void
reassembly_segment(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, const struct reassembly_sink *sink,
    void *context)
{
	take(r, bytes, len, from, false, sink, context);
}

void
reassembly_keep(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, const struct reassembly_sink *sink,
    void *context)
{
	take(r, bytes, len, from, true, sink, context);
}

const struct tcp_from *
reassembly_next(const struct reassembly *r)
{
	return r->held_count > 0 &&
	        distance(r->next, r->held[r->held_first].seq) <= 0
	    ? &first_held(r)->from
	    : NULL;
}

static void
take(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, bool keep,
    const struct reassembly_sink *sink, void *context)
{
	struct tcp_from at = *from;

	if (!r->synced) {
		r->synced = true;
		r->next = at.seq;
	}
	if (len == 0 || r->ended)
		return;

	int32_t ahead = distance(r->next, at.seq);

	if (ahead > FAR_AHEAD)
		return;
	if (ahead < 0) { /* the beginning was there already */
		uint32_t old = (uint32_t)-ahead;

		if (old >= len)
			return;
		bytes = span_from(bytes, old);
		len -= old;
		at.seq += old;
		ahead = 0;
	}
	if (ahead == 0 && !keep) {
		give_segment(r, bytes, len, &at, sink, context);
		drain(r, sink, context);
		return;
	}

	uint64_t idle = sink->idle(context);
	bool hollow = bytes.len == len && (uint64_t)ahead + len <= idle;

	if (r->held_bytes + bytes.len > limit_of(LIMIT_REASSEMBLY_DIRECTION)) {
		limit_hit(LIMIT_REASSEMBLY_DIRECTION);
		reassembly_flush(r, &at, sink, context);
		take(r, bytes, len, &at, false, sink, context);
	} else if (budget_over(LIMIT_REASSEMBLY_TOTAL,
	               HELD_COST + bytes.len)) {
		limit_hit(LIMIT_REASSEMBLY_TOTAL);
		reassembly_flush(r, &at, sink, context);
	} else {
		if (r->held_count == 0)
			r->hole_since = at.time;
		hold(r, bytes, len, &at, hollow);
	}
}

/* Where it belongs, behind those that begin before it: most at the end. */
static uint32_t
place_of(const struct reassembly *r, uint32_t seq, uint32_t len)
{
	uint32_t low = r->held_first, high = r->held_first + r->held_count;

	for (uint32_t at = high - 1; low < high; at = low + (high - low) / 2) {
		int32_t d = distance(r->held[at].seq, seq);

		if (d > 0 || (d == 0 && r->held[at].len >= len))
			low = at + 1;
		else
			high = at;
	}
	return low;
}

/* Room for one more, at a place; returns the place, which may have moved. */
static uint32_t
make_room(struct reassembly *r, uint32_t at)
{
	if (r->held_first + r->held_count == r->held_room) {
		uint32_t first = r->held_first;

		if (first > r->held_room / 2) {
			to_front(r);
			at -= first;
		} else {
			set_room(r, r->held_room > 0 ? 2 * r->held_room
			                             : HELD_ROOM);
		}
	}
	memmove(r->held + at + 1, r->held + at,
	    (r->held_first + r->held_count - at) * sizeof(*r->held));
	r->held_count++;
	return at;
}

static void
hold(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, bool hollow)
{
	uint32_t at = place_of(r, from->seq, len);

	if (at > r->held_first) {
		const struct segment *s = r->held[at - 1].segment;
		uint32_t d = from->seq - s->from.seq;

		if (d < s->len && len <= s->len - d) { /* all there already */
			if (!s->hollow && !hollow && d + bytes.len <=
			        s->captured &&
			    memcmp(s->bytes + d, bytes.at, bytes.len) != 0)
				r->conflicts++;
			return;
		}
	}
	if (r->held_count >= HELD_MAX) {
		limit_hit(LIMIT_REASSEMBLY_DIRECTION);
		return;
	}

	size_t keep = hollow ? 0 : bytes.len;
	struct segment *s = memory_new(1, sizeof(*s) + keep);

	s->from = *from;
	s->len = len;
	s->captured = (uint32_t)bytes.len;
	s->hollow = hollow;
	if (keep > 0)
		memcpy(s->bytes, bytes.at, keep);
	at = make_room(r, at);
	r->held[at] = (struct held){ from->seq, len, s };
	r->held_bytes += (uint32_t)keep;
	budget_take(LIMIT_REASSEMBLY_TOTAL, HELD_COST + keep);
}

/* Deliver what is held and has become in order. */
static void
drain(struct reassembly *r, const struct reassembly_sink *sink, void *context)
{
	while (reassembly_next(r) != NULL)
		reassembly_release(r, sink, context);
}

void
reassembly_release(struct reassembly *r, const struct reassembly_sink *sink,
    void *context)
{
	struct segment *s = first_held(r);
	uint32_t old = r->next - s->from.seq;

	if (old < s->len && s->hollow) {
		struct tcp_from at = s->from;

		at.seq = r->next;
		r->next += s->len - old;
		r->delivered += s->len - old;
		sink->skip(context, s->len - old, &at);
	} else if (old < s->len) {
		give_segment(r,
		    span_from(span_of(s->bytes, s->captured), old),
		    s->len - old, &s->from, sink, context);
	}
	drop_first(r);
	if (r->held_count == 0)
		r->hole_since = WHEN_NONE;
}

void
reassembly_end_at(struct reassembly *r, uint32_t end_seq)
{
	if (!r->synced) {
		r->synced = true;
		r->next = end_seq;
	}
	if (!r->has_end) {
		r->has_end = true;
		r->end_seq = end_seq;
	}
}

void
reassembly_acknowledged(struct reassembly *r, uint32_t ack)
{
	if (!r->has_acked || distance(r->acked, ack) > 0) {
		r->has_acked = true;
		r->acked = ack;
	}
}

bool
reassembly_unheard(const struct reassembly *r)
{
	return r->delivered > 0 &&
	    (!r->has_acked || distance(r->acked, r->next) > 0);
}

bool
reassembly_done(const struct reassembly *r)
{
	return r->has_end && r->held_count == 0 &&
	    distance(r->next, r->end_seq) <= 0;
}

bool
reassembly_waits(const struct reassembly *r)
{
	return r->held_count > 0;
}

/* How many; the FIN's own number is no byte. */
static uint32_t
acknowledged_ahead(const struct reassembly *r)
{
	if (!r->synced || r->ended || !r->has_acked)
		return 0;

	uint32_t to = r->has_end && distance(r->end_seq, r->acked) > 0
	    ? r->end_seq
	    : r->acked;
	int32_t ahead = distance(r->next, to);

	return ahead > 0 && ahead < FAR_AHEAD ? (uint32_t)ahead : 0;
}

/* Bytes that wait for the other direction are no hole. */
static uint32_t
hole_size(const struct reassembly *r)
{
	uint32_t ahead = acknowledged_ahead(r);

	if (ahead > 0 && r->held_count > 0) {
		int32_t first =
		    distance(r->next, r->held[r->held_first].seq);

		if (first <= 0)
			return 0;
		if ((uint32_t)first < ahead)
			return (uint32_t)first;
	}
	return ahead;
}

bool
reassembly_hole(const struct reassembly *r)
{
	return hole_size(r) > 0;
}

void
reassembly_give_up(struct reassembly *r, const struct tcp_from *from,
    const struct reassembly_sink *sink, void *context)
{
	uint32_t n = hole_size(r);

	if (n == 0)
		return;
	if (r->held_count > 0)
		from = &first_held(r)->from;
	skip_hole(r, n, from, sink, context);
}

void
reassembly_flush(struct reassembly *r, const struct tcp_from *from,
    const struct reassembly_sink *sink, void *context)
{
	while (r->held_count > 0) {
		const struct segment *s = first_held(r);
		int32_t ahead = distance(r->next, s->from.seq);

		if (ahead > 0)
			skip_hole(r, (uint32_t)ahead, &s->from, sink, context);
		drain(r, sink, context);
	}
	if (!r->synced || r->ended)
		return;

	/* Acknowledged, but never seen; the FIN's own number is no byte. */
	uint32_t end = r->has_end ? r->end_seq
	    : r->has_acked        ? r->acked
	                          : r->next;
	int32_t ahead = distance(r->next, end);

	if (ahead > 0 && ahead < FAR_AHEAD)
		skip_hole(r, (uint32_t)ahead, from, sink, context);
}
