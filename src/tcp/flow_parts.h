/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow_parts.h - the inside of the flow table, for the files it is made of
 */
#ifndef P407_TCP_FLOW_PARTS_H
#define P407_TCP_FLOW_PARTS_H

#include "base/list.h"
#include "tcp/flow.h"

/*
 * Captures are out of order by some packets at most; what has been
 * acknowledged and is not there after this long was not captured.
 */
#define HOLE_PATIENCE (20 * WHEN_MS)

/* Idle bytes of one side that went by; the owner is told later. */
struct idle_run {
	uint64_t left; /* that the owner does not look at; UINT64_MAX: all */
	uint64_t n;    /* went by */
	struct tcp_from from; /* seq of the first, else of the last packet */
};

/* What only a connection that matters has. */
struct followed {
	bool calm; /* in order, not ending, and the owner wants to go on */
	struct link link;    /* in the table's list, oldest use first */
	struct link waiting; /* linked to itself if it does not wait */
	when_ns waits_since;
	uint64_t waits_from; /* the frame that began it */
	struct flow *flow;
	struct flow_table *table;
	struct reassembly side[2];
	struct idle_run idle[2];
	when_ns used; /* its place in the table's list */
	void *connection; /* NULL until its first bytes are in order */
};

#define FLOW_LINE 64 /* bytes that come from memory together */

/* What each packet looks at comes first, in two lines. */
struct flow {
	struct flow *chain; /* next in the bucket */
	struct followed *followed;
	uint32_t hash;
	bool has_isn[2];
	bool decided;  /* not to be followed (any more) */
	struct flow_info info;
	uint32_t isn[2];
	struct link wheel;
};

/* A connection that does not matter costs this, and a bucket. */
_Static_assert(sizeof(struct flow) == 3 * FLOW_LINE, "three lines");
_Static_assert(offsetof(struct flow, info.last_frame) < 2 * FLOW_LINE, "");

/*
 * Those whose end is to be said, in order of their last packets.  These are
 * copied here, as it takes longer to fetch them again than to sort them.
 */
struct flow_ends {
	struct flow_end {
		uint64_t last_frame;
		struct flow *flow;
	} *at;
	size_t n, room;
};

struct flow_table {
	struct flow **buckets;
	size_t n_buckets; /* a power of two */
	uint64_t secret[4]; /* of flow_hash() */
	size_t count;
	struct link *wheel; /* WHEEL_SLOTS of struct flow */
	int64_t tick;       /* of the slot that came last */
	int64_t first;      /* slots between tick and this are empty */
	struct link followed; /* oldest use first */
	struct link waiting;  /* with a hole, or reset; the oldest first */
	size_t n_followed;
	const struct flow_sink *sink;
	void *context;
	struct flow_counts counts;
	struct flow_numbers *numbers; /* NULL: numbered at once */
	struct flow *blocks; /* flow_memory.c: all of them, */
	struct flow *free;   /* places that are free again, */
	struct flow *fresh, *fresh_end; /* and those never used */
	size_t n_places;
	atomic_uint_fast64_t *connections; /* of several; NULL: counts' */
	struct flow_moment moment;
	when_ns now; /* capture time; never goes back */
	when_ns due; /* nothing waits for a time before this */
};

/* -- flow.c -- */

void flow_ends_add(struct flow_ends *ends, struct flow *f);

/* -- flow_memory.c -- */

/* Zeroed. */
struct flow *flow_new(struct flow_table *t);
/* It stays readable, as nobody's: its first_frame is 0. */
void flow_free(struct flow_table *t, struct flow *f);
/* Each one that is in the table, in the order of memory. */
void flow_each(struct flow_table *t, void (*each)(struct flow *f, void *arg),
    void *arg);
void flow_free_all(struct flow_table *t);

/* -- flow_lookup.c: the table, and the numbers -- */

#define FLOW_BUCKETS 64 /* to begin with */

struct flow *flow_find(struct flow_table *t, const struct packet *p,
    uint32_t hash, enum flow_side *side);
struct flow *flow_add(struct flow_table *t, const struct packet *p,
    uint32_t hash);

/* Out of the table, off the wheel, and free. */
void flow_take_out(struct flow_table *t, struct flow *f);
/* The same for all that are left. */
void flow_take_out_all(struct flow_table *t);
/* Fetch what flow_take_out() will need: all of it, but its bucket. */
void flow_expect_whole(const struct flow *f);

/* -- flow_wheel.c: when a connection is to be forgotten -- */

/*
 * When that is is rounded up to this, so that a connection need not be moved
 * with each packet: it waits in the slot of a wheel, and when that comes
 * round it is looked whether its time has come or moved on.
 */
#define WHEEL_STEP  (8 * WHEN_SECOND)
#define WHEEL_SLOTS 2048 /* a power of two; longer than all patience */

/* All slots. */
void wheel_empty(struct flow_table *t);

/* Its first place, or a new one because its time comes sooner. */
void wheel_put(struct flow_table *t, struct flow *f);

/* Up to now; to those that are over, which are off the wheel then. */
void wheel_turn(struct flow_table *t, struct flow_ends *over);

/* The one whose time comes first, more or less. */
struct flow *wheel_first(struct flow_table *t);

/* -- flow_follow.c: connections that matter -- */

/* Look at its first bytes; true if it is followed now. */
bool follow_begin(struct flow_table *t, struct flow *f, enum flow_side side,
    const struct packet *p);
void follow_packet(struct flow_table *t, struct flow *f, enum flow_side side,
    const struct packet *p);

/* -- flow_glide.c: packets of them that nobody looks into -- */

/* Before the owner is told anything else, and whenever it has been. */
void follow_settle(struct followed *fo);

/* The side went by idle: how much more of it will? */
void follow_ask_idle(struct followed *fo, enum flow_side side);

/* The packet is one of those, and done with. */
bool follow_glides(struct followed *fo, enum flow_side side,
    const struct packet *p);

/* -- flow_follow.c again -- */

/* Everything it holds is given, every hole becomes a gap; then it ends. */
void follow_finish(struct flow_table *t, struct flow *f,
    const struct tcp_from *from);

/* Holes that were acknowledged and waited for long enough become gaps. */
void follow_give_up(struct flow_table *t);

#endif
