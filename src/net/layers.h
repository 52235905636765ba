/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layers.h - the headers under an IP packet, one function each
 *
 * Each function is given the bytes that begin with its header and says what
 * the next header is and where it begins.  The walk in packet.c calls them
 * in turn, at most LIMIT_TUNNELS deep.
 */
#ifndef P407_NET_LAYERS_H
#define P407_NET_LAYERS_H

#include "base/span.h"

/* What comes next. */
enum layer {
	LAYER_NONE = 0, /* nothing that leads to IP */
	LAYER_ETHERNET,
	LAYER_ETHERTYPE, /* an EtherType is known: `type` */
	LAYER_IP,        /* version in the first four bits */
	LAYER_PPP,       /* a PPP protocol number is next */
	LAYER_GRE,
	LAYER_MPLS,
};

struct next {
	enum layer layer;
	uint16_t type; /* LAYER_ETHERTYPE */
	size_t skip;   /* bytes of the header just read */
};

/* The first header of a frame, by LINKTYPE; false: not known. */
bool layers_of_link(uint32_t link, struct span bytes, struct next *out);

struct next layers_ethernet(struct span bytes);

/* What an EtherType leads to; reads the shim behind it (VLAN, PPPoE). */
struct next layers_ethertype(uint16_t type, struct span bytes);
struct next layers_ppp(struct span bytes);
struct next layers_mpls(struct span bytes);
/* RFC 2784, 2890; ERSPAN I, II, III; NVGRE; transparent bridging. */
struct next layers_gre(struct span bytes);

/* Tunnels over UDP, by port: VXLAN (RFC 7348), GENEVE (RFC 8926). */
struct next layers_udp_tunnel(uint16_t dport, struct span bytes);

#endif
