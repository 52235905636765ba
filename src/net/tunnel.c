/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tunnel.h"

#include "net/field.h"

enum {
	TYPE_BRIDGED = 0x6558, /* "Transparent Ethernet Bridging" */
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_PPP = 0x880b,
	TYPE_WCCP = 0x883e,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_QINQ = 0x88a8,
	TYPE_BACKBONE = 0x88e7,    /* IEEE 802.1ah */
	TYPE_FABRIC_PATH = 0x8903, /* of Cisco */
	TYPE_VNTAG = 0x8926,
	TYPE_ERSPAN = 0x88be, /* types I and II */
	TYPE_QINQ_OLD = 0x9100,
	TYPE_ERSPAN_III = 0x22eb,
};

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000, /* RFC 1701 only */
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_VERSION = 0x0007, /* 1 is PPTP */
};

static struct next
to(enum layer layer, size_t skip)
{
	return (struct next){ layer, 0, skip };
}

static struct next
to_type(uint16_t type, size_t skip)
{
	return (struct next){ LAYER_TYPED, type, skip };
}

/* The last two bytes of a header of n: a type, or a length. */
static struct next
type_or_length(struct span b, size_t n)
{
	if (b.len < n)
		return to(LAYER_DAMAGED, 0);

	uint16_t type = field_be16(b, n - 2);

	if (type >= 0x0600) /* IEEE 802.3 3.2.6: below it is a length */
		return to_type(type, n);
	/* LLC AA AA 03, and an organization of 0: an EtherType follows. */
	if (b.len >= n + 8 && field_be32(b, n) == 0xaaaa0300 &&
	    field_be16(b, n + 4) == 0)
		return to_type(field_be16(b, n + 6), n + 8);
	return to(LAYER_OTHER, 0);
}

struct next
tunnel_ethernet(struct span b)
{
	return type_or_length(b, 14);
}

struct next
tunnel_typed(uint16_t type, struct span b)
{
	switch (type) {
	case ETHERTYPE_IPV4:
	case TYPE_IPV6:
		return to(LAYER_IP, 0);
	case ETHERTYPE_ARP:
		return to(LAYER_ARP, 0);
	case TYPE_VLAN:
	case TYPE_QINQ:
	case TYPE_QINQ_OLD:
		return type_or_length(b, 4);
	case TYPE_VNTAG: /* both ports; what an adapter of a switch sends */
		return type_or_length(b, 6);
	case TYPE_BACKBONE: /* priority and flags, service */
		return b.len < 4 ? to(LAYER_DAMAGED, 0)
		                 : to(LAYER_ETHERNET, 4);
	case TYPE_FABRIC_PATH: /* tree, hops */
		return b.len < 2 ? to(LAYER_DAMAGED, 0)
		                 : to(LAYER_ETHERNET, 2);
	case TYPE_MPLS:
	case TYPE_MPLS_MULTICAST:
		return to(LAYER_MPLS, 0);
	case ETHERTYPE_PPPOE:
		/* VER and TYPE 1, CODE 0: session data; ID; LENGTH. */
		if (b.len < 6)
			return to(LAYER_DAMAGED, 0);
		return field_be16(b, 0) == 0x1100 ? to(LAYER_PPP, 6)
		                                  : to(LAYER_OTHER, 0);
	case TYPE_PPP:
		return to(LAYER_PPP, 0);
	case TYPE_BRIDGED:
		return to(LAYER_ETHERNET, 0);
	default:
		return to(LAYER_OTHER, 0);
	}
}

struct next
tunnel_ppp(struct span b)
{
	/* RFC 1661 2: the field ends with the first odd byte. */
	size_t n = field_u8(b, 0) & 1 ? 1 : 2;

	if (b.len < n)
		return to(LAYER_DAMAGED, 0);
	switch (n == 1 ? field_u8(b, 0) : field_be16(b, 0)) {
	case 0x0021: /* IPv4 */
	case 0x0057: /* IPv6 */
		return to(LAYER_IP, n);
	case 0x0281: /* MPLS, unicast and multicast */
	case 0x0283:
		return to(LAYER_MPLS, n);
	default:
		return to(LAYER_OTHER, 0);
	}
}

struct next
tunnel_mpls(struct span b)
{
	size_t at = 0;

	/* Label (20 bits), traffic class (3), bottom of stack (1), TTL. */
	do {
		if (b.len - at < 4)
			return to(LAYER_DAMAGED, 0);
		at += 4;
	} while ((b.at[at - 2] & 1) == 0);

	switch (field_u8(b, at) >> 4) {
	case 4:
	case 6:
		return to(LAYER_IP, at);
	case 0: /* control word */
		return b.len - at < 4 ? to(LAYER_DAMAGED, 0)
		                      : to(LAYER_ETHERNET, at + 4);
	case 1: /* associated channel (RFC 5586): no user's traffic */
		return to(LAYER_OTHER, 0);
	default:
		return to(LAYER_ETHERNET, at);
	}
}

/*
 * Type I has no header and no sequence number, type II eight bytes.  Type
 * III has twelve, of which the last two are P (1), FT (5), Hw ID (6), D (1),
 * Gra (2) and O (1): with O eight more follow; FT 0 is Ethernet, 2 is IP.
 */
static struct next
erspan(uint16_t type, bool sequence, struct span b, size_t at)
{
	enum layer layer = LAYER_ETHERNET;
	size_t n = 0;

	if (type == TYPE_ERSPAN_III) {
		uint16_t last = field_be16(b, at + 10);

		n = last & 1 ? 20 : 12;
		if ((last >> 10 & 0x1f) == 2)
			layer = LAYER_IP;
	} else if (sequence) {
		n = 8;
	}
	if (b.len - at < n)
		return to(LAYER_DAMAGED, 0);
	return to(layer, at + n);
}

struct next
tunnel_gre(struct span b)
{
	uint16_t flags = field_be16(b, 0), type = field_be16(b, 2);
	size_t at = 4u + (flags & GRE_CHECKSUM ? 4 : 0) +
	    (flags & GRE_KEY ? 4 : 0) + (flags & GRE_SEQUENCE ? 4 : 0);

	if (b.len < at)
		return to(LAYER_DAMAGED, 0);
	if (flags & (GRE_VERSION | GRE_ROUTING))
		return to(LAYER_OTHER, 0);
	switch (type) {
	case TYPE_ERSPAN:
	case TYPE_ERSPAN_III:
		return erspan(type, flags & GRE_SEQUENCE, b, at);
	case TYPE_WCCP:
		/* Version 2 puts four bytes before the packet; 1 does not. */
		if (field_u8(b, at) >> 4 != 4 && b.len - at >= 4)
			at += 4;
		return to(LAYER_IP, at);
	default:
		return to_type(type, at);
	}
}

/* Version 1, PT; then S: sequence, E: extension headers, PN: N-PDU number. */
static struct next
gtp(struct span b)
{
	enum { G_PDU = 0xff, OPTIONS = 0x07, EXTENSION = 0x04 };
	size_t n = 8;

	if (b.len < n || field_u8(b, 0) >> 4 != 3 || field_u8(b, 1) != G_PDU)
		return to(LAYER_OTHER, 0);
	if (field_u8(b, 0) & OPTIONS)
		n += 4;
	if (field_u8(b, 0) & EXTENSION)
		/* Its length in words; its last byte is the next one's type. */
		while (field_u8(b, n - 1) != 0) {
			size_t words = field_u8(b, n);

			if (words == 0 || b.len - n < 4 * words)
				return to(LAYER_OTHER, 0);
			n += 4 * words;
		}
	switch (field_u8(b, n) >> 4) {
	case 4:
	case 6:
		return to(LAYER_IP, n);
	default:
		return to(LAYER_OTHER, 0);
	}
}

/* IP or Ethernet, in version 0 without routing; for the rest it is no GRE. */
static struct next
gre_in_udp(struct span b)
{
	uint16_t flags = field_be16(b, 0), type = field_be16(b, 2);

	return b.len >= 4 &&
	        (flags & ~(GRE_CHECKSUM | GRE_KEY | GRE_SEQUENCE)) == 0 &&
	        (type == ETHERTYPE_IPV4 || type == TYPE_IPV6 ||
	            type == TYPE_BRIDGED)
	    ? to(LAYER_GRE, 0)
	    : to(LAYER_OTHER, 0);
}

/* Perhaps an authentication and an origin (5.1.1); then IPv6, and no more. */
static struct next
teredo(struct span b)
{
	size_t n = 0;

	if (b.len >= 4 && field_be16(b, 0) == 0x0001)
		n += 13u + field_u8(b, 2) + field_u8(b, 3);
	if (b.len >= n + 8 && field_be16(b, n) == 0x0000)
		n += 8;
	if (b.len < n + 40 || field_u8(b, n) >> 4 != 6 ||
	    field_be16(b, n + 4) + n + 40 != b.len)
		return to(LAYER_OTHER, 0);
	return to(LAYER_IP, n);
}

struct next
tunnel_udp(uint16_t sport, uint16_t dport, struct span payload)
{
	size_t n = 8;

	switch (dport) {
	case PORT_VXLAN:
	case PORT_VXLAN_OLD: /* flags with I: the VNI is valid; then VNI */
		if (payload.len < n || (field_u8(payload, 0) & 0x08) == 0)
			return to(LAYER_OTHER, 0);
		return to(LAYER_ETHERNET, n);
	case PORT_VXLAN_GPE: /* with P the last byte of four is a protocol */
		if (payload.len < n || (field_u8(payload, 0) & 0x0c) != 0x0c)
			return to(LAYER_OTHER, 0);
		switch (field_u8(payload, 3)) {
		case 1: /* IPv4, IPv6 */
		case 2:
			return to(LAYER_IP, n);
		case 3:
			return to(LAYER_ETHERNET, n);
		default:
			return to(LAYER_OTHER, 0);
		}
	case PORT_GENEVE: /* version (2), length of options in words (6) */
		n += 4u * (field_u8(payload, 0) & 0x3f);
		if (payload.len < n || field_u8(payload, 0) >> 6 != 0)
			return to(LAYER_OTHER, 0);
		return to_type(field_be16(payload, 2), n);
	case PORT_GTP:
		return gtp(payload);
	case PORT_GRE:
		return gre_in_udp(payload);
	default:
		return sport == PORT_TEREDO || dport == PORT_TEREDO
		    ? teredo(payload)
		    : to(LAYER_OTHER, 0);
	}
}

struct next
tunnel_step(struct next at, struct span b, uint64_t *depth)
{
	struct next next;

	switch (at.layer) {
	case LAYER_ETHERNET:
		return tunnel_ethernet(b);
	case LAYER_TYPED:
		next = tunnel_typed(at.type, b);
		*depth += next.layer != LAYER_IP;
		return next;
	case LAYER_PPP:
		return tunnel_ppp(b);
	case LAYER_MPLS:
		++*depth;
		return tunnel_mpls(b);
	case LAYER_GRE:
		return tunnel_gre(b);
	case LAYER_IP:
	case LAYER_ARP:
	case LAYER_OTHER:
	case LAYER_DAMAGED:
		break;
	}
	at.skip = 0;
	return at;
}

struct next
tunnel_ip(const struct ip *ip)
{
	struct next next = { LAYER_OTHER, 0, 0 };

	switch (ip->protocol) {
	case PROTOCOL_IPIP:
	case PROTOCOL_IPV6:
		next.layer = LAYER_IP;
		break;
	case PROTOCOL_GRE:
		next.layer = LAYER_GRE;
		break;
	case PROTOCOL_UDP:
		next = tunnel_udp(field_be16(ip->payload, 0),
		    field_be16(ip->payload, 2), span_from(ip->payload, 8));
		next.skip += 8;
		break;
	default:
		break;
	}
	return next;
}
