/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tunnel.h - the headers between the link and IP, and between IP and IP
 *
 * Each function is given the bytes that begin with its header.
 */
#ifndef P407_NET_TUNNEL_H
#define P407_NET_TUNNEL_H

#include "net/ip.h"
#include "net/layer.h"

/* Those that somebody else has to know. */
enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_PPPOE = 0x8864,
};

/* Ethernet II, and IP in 802.2 SNAP behind an 802.3 length. */
struct next tunnel_ethernet(struct span b);

/*
 * What an EtherType leads to: IP, 802.1Q and 802.1ad tags (one is taken), VN
 * tags, MPLS, PPPoE sessions (RFC 2516), bridged Ethernet, also that of 802.1ah
 * and FabricPath, PPP.
 */
struct next tunnel_typed(uint16_t type, struct span b);

/* IPv4, IPv6 and MPLS in PPP. */
struct next tunnel_ppp(struct span b);

/*
 * The whole stack of labels (RFC 3032).  It does not say what is inside:
 * IP is known by its version, all else is taken for an Ethernet pseudo-wire,
 * with or without control word (RFC 4385, 4448).
 */
struct next tunnel_mpls(struct span b);

/*
 * RFC 2784 and 2890; Ethernet (also NVGRE), IP, PPP and MPLS in it; ERSPAN
 * I, II and III (draft-foschiano-erspan); WCCP's redirect header.
 */
struct next tunnel_gre(struct span b);

enum {
	PORT_GTP = 2152,
	PORT_TEREDO = 3544,
	PORT_GRE = 4754,
	PORT_VXLAN = 4789,
	PORT_VXLAN_GPE = 4790,
	PORT_GENEVE = 6081,
	PORT_VXLAN_OLD = 8472,
};

/*
 * Tunnels in UDP, known by the port they are sent to: VXLAN (RFC 7348, and
 * the port that Linux had first; draft-ietf-nvo3-vxlan-gpe), GENEVE (RFC
 * 8926), GTP-U (3GPP TS 29.281 5.1), GRE (RFC 8086), and Teredo (RFC 4380),
 * this one also by the port it comes from.  LAYER_OTHER if it is none, so
 * that the datagram is shown as it is.
 */
struct next tunnel_udp(uint16_t sport, uint16_t dport, struct span payload);

/*
 * Any of those above: what the header that `at` names, with which b begins,
 * leads to.  IP, and what is none, lead to themselves.  The depth is counted
 * up by each that can stand in itself: whoever walks holds it against
 * LIMIT_TUNNELS.
 */
struct next tunnel_step(struct next at, struct span b, uint64_t *depth);

/* What an IP packet carries if it is a tunnel; else LAYER_OTHER. */
struct next tunnel_ip(const struct ip *ip);

#endif
