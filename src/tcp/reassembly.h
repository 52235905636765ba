/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reassembly.h - one direction of a connection, in order
 *
 * Segments come as they were captured: late, twice, overlapping, cut by the
 * snaplen, or not at all.  What comes out is in order: bytes, and gaps where
 * the capture has none.  Of bytes that were sent twice the first ones win.
 *
 * A hole is waited for, as captures are out of order, too; it becomes a gap
 * when the receiver has acknowledged it and patience is over, or when the
 * direction is flushed.
 */
#ifndef P407_TCP_REASSEMBLY_H
#define P407_TCP_REASSEMBLY_H

#include "base/span.h"
#include "base/when.h"

/* Where bytes came from; `seq` is of the first of them. */
struct tcp_from {
	uint64_t frame;
	when_ns time;
	uint32_t seq, ack;
};

struct reassembly_sink {
	void (*bytes)(void *context, struct span bytes,
	    const struct tcp_from *from);
	void (*gap)(void *context, uint64_t n, const struct tcp_from *from);
	/* How many of the next bytes nobody looks at (UINT64_MAX: all). */
	uint64_t (*idle)(void *context);
	/* n of these idle bytes went by. */
	void (*skip)(void *context, uint64_t n, const struct tcp_from *from);
};

struct reassembly {
	bool synced;     /* next is known */
	bool ended;      /* end_seq was reached and said */
	bool has_end;    /* FIN or RST seen */
	uint32_t next;   /* sequence number that is wanted */
	uint32_t end_seq;
	uint32_t acked;  /* highest acknowledgement by the other side */
	bool has_acked;
	when_ns hole_since; /* when the first hole was noticed */
	struct held *held; /* segments, by sequence number; NULL: none */
	uint32_t held_first, held_count, held_room; /* places in it */
	uint32_t held_bytes;
	uint64_t delivered, missing; /* bytes */
	uint32_t conflicts; /* overlapping segments with other bytes */
};

void reassembly_init(struct reassembly *r);

/* Frees what is held; it is not delivered. */
void reassembly_fini(struct reassembly *r);

/*
 * A segment of `len` bytes, of which `bytes.len` were captured.  Calls the
 * sink for all that is in order now.
 */
void reassembly_segment(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, const struct reassembly_sink *sink,
    void *context);

/*
 * The same, but nothing is given before reassembly_release(): the other
 * direction has to come first.
 */
void reassembly_keep(struct reassembly *r, struct span bytes, uint32_t len,
    const struct tcp_from *from, const struct reassembly_sink *sink,
    void *context);

/* Where the held segment that is next in order came from; NULL if none is. */
const struct tcp_from *reassembly_next(const struct reassembly *r);

/* Give that segment. */
void reassembly_release(struct reassembly *r,
    const struct reassembly_sink *sink, void *context);

/* FIN or RST: nothing follows end_seq. */
void reassembly_end_at(struct reassembly *r, uint32_t end_seq);

/* The other side acknowledges everything before `ack`. */
void reassembly_acknowledged(struct reassembly *r, uint32_t ack);

/* Bytes were given that the other side never acknowledged. */
bool reassembly_unheard(const struct reassembly *r);

/* All bytes up to the end were given or are gaps. */
bool reassembly_done(const struct reassembly *r);

/* Segments are held. */
bool reassembly_waits(const struct reassembly *r);

/* Bytes were acknowledged that have not come: late, or not captured. */
bool reassembly_hole(const struct reassembly *r);

/* Give up waiting for those: the first such hole becomes a gap. */
void reassembly_give_up(struct reassembly *r, const struct tcp_from *from,
    const struct reassembly_sink *sink, void *context);

/*
 * Give up waiting: every hole becomes a gap, also the one at the end that
 * only acknowledgements tell of.
 */
void reassembly_flush(struct reassembly *r, const struct tcp_from *from,
    const struct reassembly_sink *sink, void *context);

#endif
