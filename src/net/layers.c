/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/layers.h"

#include "base/reader.h"

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_TEB = 0x6558, /* Ethernet in GRE */
	TYPE_IPV6 = 0x86dd,
	TYPE_PPP = 0x880b,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_PPPOE = 0x8864,
	TYPE_QINQ = 0x88a8,
	TYPE_ERSPAN = 0x88be, /* types I and II */
	TYPE_QINQ_OLD = 0x9100,
	TYPE_ERSPAN_III = 0x22eb,
};

static uint16_t
be16_at(struct span b, size_t at)
{
	struct reader r = reader_of(span_from(b, at));

	return reader_be16(&r, "be16");
}

static struct next
nothing(void)
{
	return (struct next){ LAYER_NONE, 0, 0 };
}

static struct next
typed(uint16_t type, size_t skip)
{
	return (struct next){ LAYER_ETHERTYPE, type, skip };
}

struct next
layers_ethernet(struct span b)
{
	return b.len < 14 ? nothing() : typed(be16_at(b, 12), 14);
}

/* Family word of BSD loopback; AF_INET6 differs from system to system. */
static struct next
null_family(struct span b)
{
	if (b.len < 4)
		return nothing();

	/* Written in the byte order of whoever captured it. */
	uint8_t family = b.at[0] != 0 ? b.at[0] : b.at[3];
	bool ip = family == 2 || family == 10 || family == 24 ||
	    family == 28 || family == 30;

	return ip ? (struct next){ LAYER_IP, 0, 4 } : nothing();
}

bool
layers_of_link(uint32_t link, struct span b, struct next *out)
{
	*out = nothing();
	switch (link) {
	case 1: /* ETHERNET */
		*out = (struct next){ LAYER_ETHERNET, 0, 0 };
		return true;
	case 0:   /* NULL */
	case 108: /* LOOP */
		*out = null_family(b);
		return true;
	case 12: /* RAW, as some systems number it */
	case 14:
	case 101: /* RAW */
	case 228: /* IPV4 */
	case 229: /* IPV6 */
		*out = (struct next){ LAYER_IP, 0, 0 };
		return true;
	case 113: /* LINUX_SLL */
		if (b.len >= 16)
			*out = typed(be16_at(b, 14), 16);
		return true;
	case 276: /* LINUX_SLL2 */
		if (b.len >= 20)
			*out = typed(be16_at(b, 0), 20);
		return true;
	case 9:  /* PPP */
	case 50: /* PPP_HDLC */
		/* With or without the HDLC address and control bytes. */
		*out = (struct next){ LAYER_PPP, 0,
			b.len >= 2 && b.at[0] == 0xff && b.at[1] == 3 ? 2 : 0 };
		return true;
	case 51: /* PPP_ETHER */
		*out = typed(TYPE_PPPOE, 0);
		return true;
	case 104: /* C_HDLC */
		if (b.len >= 4)
			*out = typed(be16_at(b, 2), 4);
		return true;
	default:
		return false;
	}
}

struct next
layers_ethertype(uint16_t type, struct span b)
{
	switch (type) {
	case TYPE_IPV4:
	case TYPE_IPV6:
		return (struct next){ LAYER_IP, 0, 0 };
	case TYPE_VLAN:
	case TYPE_QINQ:
	case TYPE_QINQ_OLD:
		return b.len < 4 ? nothing() : typed(be16_at(b, 2), 4);
	case TYPE_MPLS:
	case TYPE_MPLS_MULTICAST:
		return (struct next){ LAYER_MPLS, 0, 0 };
	case TYPE_PPPOE:
		/* Version and type 1, code 0 (session data), id, length. */
		return b.len < 6 || b.at[0] != 0x11 || b.at[1] != 0
		    ? nothing()
		    : (struct next){ LAYER_PPP, 0, 6 };
	case TYPE_PPP:
		return (struct next){ LAYER_PPP, 0, 0 };
	case TYPE_TEB:
		return (struct next){ LAYER_ETHERNET, 0, 0 };
	default:
		return nothing();
	}
}

struct next
layers_ppp(struct span b)
{
	size_t n = b.len > 0 && (b.at[0] & 1) ? 1 : 2; /* compressed field */

	if (b.len < n)
		return nothing();

	uint16_t protocol = n == 1 ? b.at[0] : be16_at(b, 0);

	switch (protocol) {
	case 0x21: /* IPv4 */
	case 0x57: /* IPv6 */
		return (struct next){ LAYER_IP, 0, n };
	case 0x281: /* MPLS */
		return (struct next){ LAYER_MPLS, 0, n };
	default:
		return nothing();
	}
}

struct next
layers_mpls(struct span b)
{
	size_t at = 0;

	while (b.len - at >= 4 && !(b.at[at + 2] & 1)) /* bottom of stack */
		at += 4;
	if (b.len - at < 5)
		return nothing();
	at += 4;

	/* Nothing says what is inside: IP by its version; a pseudo-wire's
	 * control word begins with 0, and Ethernet follows it. */
	uint8_t version = b.at[at] >> 4;

	if (version == 4 || version == 6)
		return (struct next){ LAYER_IP, 0, at };
	return (struct next){ LAYER_ETHERNET, 0,
		version == 0 && b.len - at >= 4 ? at + 4 : at };
}

struct next
layers_gre(struct span b)
{
	struct reader r = reader_of(b);
	uint16_t flags = reader_be16(&r, "flags");
	uint16_t type = reader_be16(&r, "protocol");

	if (flags & 0x0007) /* version 1 is PPTP: compressed GRE */
		return nothing();
	if (flags & 0x8000)
		reader_take(&r, 4, "checksum");
	if (flags & 0x2000)
		reader_take(&r, 4, "key");
	if (flags & 0x1000)
		reader_take(&r, 4, "sequence");
	/* draft-foschiano-erspan: type I has no sequence and no header. */
	if (type == TYPE_ERSPAN && (flags & 0x1000))
		reader_take(&r, 8, "ERSPAN II");
	if (type == TYPE_ERSPAN_III) {
		struct span h = reader_take(&r, 12, "ERSPAN III");

		if (reader_ok(&r) && (h.at[11] & 1))
			reader_take(&r, 8, "platform subheader");
	}
	if (!reader_ok(&r))
		return nothing();
	if (type == TYPE_ERSPAN || type == TYPE_ERSPAN_III)
		return (struct next){ LAYER_ETHERNET, 0, r.pos };
	return typed(type, r.pos);
}

struct next
layers_udp_tunnel(uint16_t dport, struct span b)
{
	if ((dport == 4789 || dport == 8472) && b.len >= 8 &&
	    (b.at[0] & 0x08)) /* VXLAN, with a valid VNI */
		return (struct next){ LAYER_ETHERNET, 0, 8 };
	if (dport == 6081 && b.len >= 8 && b.at[0] >> 6 == 0) {
		size_t skip = 8 + 4 * (size_t)(b.at[0] & 0x3f);

		return b.len < skip ? nothing() : typed(be16_at(b, 2), skip);
	}
	return nothing();
}
