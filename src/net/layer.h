/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer.h - what a header says about the one behind it
 *
 * Each header is a pure function from the bytes that begin with it to a
 * struct next.  The walk in packet.c calls one after the other.
 */
#ifndef P407_NET_LAYER_H
#define P407_NET_LAYER_H

#include "base/span.h"

enum layer {
	LAYER_OTHER = 0, /* something that does not lead to IP */
	LAYER_DAMAGED,   /* the header is cut, or says what cannot be */
	LAYER_ETHERNET,
	LAYER_TYPED, /* what the EtherType in `type` says */
	LAYER_PPP,   /* a PPP protocol number comes first */
	LAYER_MPLS,
	LAYER_GRE,
	LAYER_ARP,
	LAYER_IP, /* of the version in the first four bits */
};

struct next {
	enum layer layer;
	uint16_t type; /* LAYER_TYPED */
	size_t skip;   /* where it begins; never past the end */
};

#endif
