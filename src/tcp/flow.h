/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow.h - packets to connections: the front of this folder
 *
 * A flow table follows every TCP connection of one worker's share.  Most do
 * not matter: after its first payload bytes the owner says so, and from
 * then on a packet of it costs one look-up.  The others are put in order
 * (reassembly.h) and handed to the owner.
 *
 * Expiry follows capture time, never the machine's clock.
 */
#ifndef P407_TCP_FLOW_H
#define P407_TCP_FLOW_H

#include <stdatomic.h>

#include "net/packet.h"
#include "tcp/reassembly.h"

enum flow_side {
	FLOW_OPENER = 0, /* sent the SYN, or was seen first */
	FLOW_ACCEPTOR = 1,
};

/* How a connection ended. */
enum flow_close {
	FLOW_OPEN = 0,
	FLOW_FIN,
	FLOW_RST,
	FLOW_FORGOTTEN, /* silent for long, or no room */
};

/*
 * What may be known of a connection.  Read-only for the owner.  What each
 * packet changes comes first.
 */
struct flow_info {
	struct address address[2]; /* by enum flow_side */
	uint16_t port[2];
	bool seen[2];    /* any packet in this direction */
	bool began;      /* a SYN or SYN-ACK was seen */
	bool answered : 1; /* a SYN-ACK, or any payload */
	bool reset : 1;  /* an RST came, be it after a FIN */
	enum flow_side reset_by : 1; /* the last, if so */
	bool half : 1;   /* at close(): by FIN, and the other ended nothing */
	enum flow_close close : 8;
	enum flow_side closed_by : 8; /* if close is FIN or RST */
	uint16_t syns;   /* SYNs sent by the opener, or as many as it can say */
	bool unheard[2]; /* at close(): its last bytes had no acknowledgement */
	when_ns last_time;
	uint64_t last_frame;
	when_ns first_time;
	uint64_t first_frame;
	uint64_t id;     /* in order of first packets, from 1; 0: see below */
	uint32_t stream; /* tcp.stream of Wireshark */
	when_ns close_time;
	uint64_t close_frame;
	uint64_t delivered[2], missing[2]; /* bytes */
};

/* The owner's calls; `connection` is what open() gave. */
struct flow_sink {
	/*
	 * The first payload bytes of a connection (or of its next packet,
	 * if the answer was undecided before).  Sets *connection to follow
	 * it.  FLOW_UNDECIDED asks again, at the next packet.
	 */
	enum flow_interest {
		FLOW_IGNORE,
		FLOW_FOLLOW,
		FLOW_UNDECIDED
	} (*open)(void *context, const struct flow_info *info,
	    enum flow_side side, struct span first, void **connection);

	void (*bytes)(void *connection, enum flow_side side,
	    struct span bytes, const struct tcp_from *from);
	void (*gap)(void *connection, enum flow_side side, uint64_t n,
	    const struct tcp_from *from);
	uint64_t (*idle)(void *connection, enum flow_side side);
	void (*skip)(void *connection, enum flow_side side, uint64_t n,
	    const struct tcp_from *from);
	void (*end)(void *connection, enum flow_side side,
	    const struct tcp_from *from);
	/* Nothing that follows matters to the owner: close() comes next.
	 * NULL: never. */
	bool (*over)(void *connection);
	/* It is over; the owner frees its connection. */
	void (*close)(void *connection, const struct flow_info *info);
	/* A SYN that nothing but an RST, or nothing at all, answered. */
	void (*refused)(void *context, const struct flow_info *info);
};

struct flow_table;

struct flow_table *flow_table_new(const struct flow_sink *sink,
    void *context);

/* A TCP packet, and its time. */
void flow_table_packet(struct flow_table *t, const struct packet *p);

/* What flow_table_packet() looks up by; the same for both directions. */
uint32_t flow_hash(const struct flow_table *t, const struct packet *p);

/*
 * A packet of this hash will come: some packets before, and some packets
 * after that.  They fetch what it will need, and change nothing.
 */
void flow_table_expect(const struct flow_table *t, uint32_t hash);
void flow_table_soon(const struct flow_table *t, uint32_t hash);
void flow_table_next(const struct flow_table *t, uint32_t hash);

/*
 * Capture time came to `now` with this frame, whatever is in it: what was
 * waited for long enough is given up.  Nothing happens before
 * flow_table_due(), which changes with each call of these two.
 */
void flow_table_time(struct flow_table *t, uint64_t frame, when_ns now);
when_ns flow_table_due(const struct flow_table *t);

/*
 * When the call of the owner that is under way happens: what several tables
 * say of one capture, put in order by frame, phase and rank, is what one
 * table would have said.  The end of the capture has the frame UINT64_MAX.
 */
struct flow_moment {
	uint64_t frame; /* the one that was taken last */
	enum flow_phase {
		FLOW_PHASE_PACKET = 0, /* because of what is in it */
		FLOW_PHASE_HOLE, /* its time: a hole was given up */
		FLOW_PHASE_END,  /* its time: a connection was forgotten */
		FLOW_PHASE_LATER, /* after that: the owner by itself */
	} phase;
	uint64_t rank; /* a frame of the connection, to tell two apart */
};

const struct flow_moment *flow_table_moment(const struct flow_table *t);

/* What the owner does now is not because of this table. */
void flow_table_at(struct flow_table *t, uint64_t frame,
    enum flow_phase phase);

/*
 * Where several tables share a capture, none of them can number its
 * connections.  They go to a list instead, in order, with id 0; who knows
 * all lists sets the ids there, and flow_numbers_settle() hands them to those
 * that are still in the table, which has no more use for the list then.
 */
struct flow_numbers {
	struct flow_number {
		uint64_t first_frame, id;
		struct flow *flow; /* the table's */
	} *at; /* from malloc, the caller's */
	size_t n, room;
};

void flow_table_number_into(struct flow_table *t, struct flow_numbers *list);
void flow_numbers_settle(struct flow_numbers *list);

/* The id there of the connection that began with this frame; 0: none. */
uint64_t flow_numbers_find(const struct flow_numbers *list,
    uint64_t first_frame);

/* Where they share a wire, each takes the next one from here, at once. */
void flow_table_number_from(struct flow_table *t,
    atomic_uint_fast64_t *connections);

/*
 * There is no room: follow the oldest of those that are followed no longer.
 * False if there is none.
 */
bool flow_table_let_go(struct flow_table *t, uint64_t frame);

/* The capture ended: every connection is flushed and closed. */
void flow_table_finish(struct flow_table *t);
void flow_table_free(struct flow_table *t);

struct flow_counts {
	uint64_t connections, followed, packets;
	uint64_t open; /* in the table now */
	uint64_t carried, missing; /* bytes of followed connections */
	uint64_t conflicts;
	uint64_t one_sided; /* followed, with one direction only */
};

struct flow_counts flow_table_counts(const struct flow_table *t);
void flow_counts_add(struct flow_counts *sum, const struct flow_counts *c);


#endif
