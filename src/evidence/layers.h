/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layers.h - where the headers of a frame are
 *
 * The same walk as net/packet.c makes, with the same functions, but it
 * remembers the way: what is to be rewritten has to be found first.
 */
#ifndef P407_EVIDENCE_LAYERS_H
#define P407_EVIDENCE_LAYERS_H

#include "net/ip.h"
#include "net/layer.h"

#define LAYERS_MOST 24

enum layer_kind {
	AT_ETHERNET, /* two MAC addresses */
	AT_SLL,      /* LINUX_SLL: one, at 6 */
	AT_SLL2,     /* the same, at 12 */
	AT_IPV4,
	AT_IPV6,
	AT_GRE,
	AT_UDP, /* of a tunnel, or of what is inside all of them */
	AT_TCP,
	AT_ICMP6, /* of neighbour discovery */
};

struct layer_place {
	enum layer_kind kind;
	size_t at;  /* from the first byte of the buffer */
	size_t end; /* of what it covers, as captured */
	size_t ip;  /* index of the IP header that carries it; TCP and UDP */
	bool whole; /* covers all that was on the wire */
};

struct layers {
	struct layer_place place[LAYERS_MOST];
	size_t n;
	enum layers_end {
		LAYERS_OTHER, /* damaged, or nothing of what is below */
		LAYERS_PACKET, /* TCP, UDP, ARP or neighbour discovery:
		                  `packet` is set */
		LAYERS_FRAGMENT, /* `ip` is set, and is a piece */
	} end;
	struct ip ip;         /* the innermost; of ARP its payload */
	struct packet packet; /* its spans point into the buffer */
};

/* Walk through a frame.  The number and time of the packet are the frame's. */
void layers_of_frame(const struct frame *f, struct layers *out);

/*
 * Walk on in the payload of *ip, a datagram put together: the places are
 * from the payload's first byte; place 0 stands for the IP header itself,
 * with kind AT_IPV4 or AT_IPV6 and at SIZE_MAX.
 */
void layers_of_datagram(const struct ip *ip, struct layers *out);

#endif
