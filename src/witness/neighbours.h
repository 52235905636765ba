/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * neighbours.h - hosts that are asked for on their own network, in vain
 *
 * Before a host can be sent anything on its own network, it is asked for:
 * ARP (RFC 826), neighbour solicitations (RFC 4861 4.3).  One that is off, or
 * not there, answers none of these, and no packet to it is ever seen.
 *
 * Requests go to all, answers to who asked: a capture may well have the first
 * without the second.  A host is lost only for a client that others have
 * answered in this capture, and that asked at least three times; any sign of
 * life of that host, to whomever, ends it.
 */
#ifndef P407_WITNESS_NEIGHBOURS_H
#define P407_WITNESS_NEIGHBOURS_H

#include "net/packet.h"

/* What ARP or ICMPv6 says of neighbours. */
struct neighbour_word {
	bool answer;
	struct address from; /* who says it */
	struct address host; /* whose address it is: asked for, or answered */
	struct address to;   /* of an answer: who is told */
};

/* False if it says nothing of them. */
bool neighbour_read(const struct packet *p, struct neighbour_word *out);

struct neighbour_lost {
	struct address asker, target;
	uint64_t first_frame, last_frame;
	when_ns first_time, last_time;
	unsigned tries;
};

typedef void neighbours_emit(void *context,
    const struct neighbour_lost *lost);

struct neighbours;

struct neighbours *neighbours_new(neighbours_emit *emit, void *context);
void neighbours_free(struct neighbours *n); /* NULL is fine */

/* ARP or ICMPv6; others are passed over. */
void neighbours_packet(struct neighbours *n, const struct packet *p);

/* Capture time has come to here: who waited long enough is told of. */
void neighbours_now(struct neighbours *n, when_ns now);

/* The capture ended: who asked a third time was not answered before. */
void neighbours_finish(struct neighbours *n);

/* Before that time it does nothing; INT64_MAX: nobody waits. */
when_ns neighbours_due(const struct neighbours *n);

#endif
