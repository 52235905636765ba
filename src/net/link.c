/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/link.h"

#include "net/field.h"
#include "net/link_kinds.h"
#include "net/tunnel.h"

static struct next loopback(struct span b);
static struct next ethernet(struct span b);
static struct next ppp(struct span b);
static struct next pppoe(struct span b);
static struct next raw(struct span b);
static struct next c_hdlc(struct span b);
static struct next linux_sll(struct span b);
static struct next linux_sll2(struct span b);

static const struct row {
	uint32_t link;
	struct next (*first)(struct span b);
	bool tells;  /* of the host or of a radio */
	bool nested; /* holds a frame of another link type */
} rows[] = {
	{ LINK_ETHERNET, ethernet, false, false },
	{ LINK_LINUX_SLL, linux_sll, false, false },
	{ LINK_LINUX_SLL2, linux_sll2, false, false },
	{ LINK_NULL, loopback, false, false },
	{ LINK_LOOP, loopback, false, false },
	{ LINK_RAW, raw, false, false },
	{ LINK_RAW_BSD, raw, false, false },
	{ LINK_RAW_OPENBSD, raw, false, false },
	{ LINK_IPV4, raw, false, false },
	{ LINK_IPV6, raw, false, false },
	{ LINK_PPP, ppp, false, false },
	{ LINK_PPP_HDLC, ppp, false, false },
	{ LINK_PPP_ETHER, pppoe, false, false },
	{ LINK_C_HDLC, c_hdlc, false, false },
	{ LINK_PFLOG, link_pflog, true, false },
	{ LINK_ENC, link_enc, true, false },
	{ LINK_NFLOG, link_nflog, true, false },
	{ LINK_PKTAP, link_pktap, true, true },
	{ LINK_PKTAP_OLD, link_pktap, true, true },
	{ LINK_80211, link_80211, true, false },
	{ LINK_RADIOTAP, link_radiotap, true, false },
	{ LINK_PRISM, link_prism, true, false },
	{ LINK_AVS, link_avs, true, false },
	{ LINK_PPI, link_ppi, true, true },
};

static const struct row *
row_of(uint32_t link)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].link == link)
			return &rows[i];
	return NULL;
}

bool
link_first(uint32_t link, struct span frame, struct next *out)
{
	const struct row *row = row_of(link);

	if (row != NULL)
		*out = row->first(frame);
	return row != NULL;
}

bool
link_inside(uint32_t link, struct span frame, struct next *out)
{
	const struct row *row = row_of(link);

	if (row == NULL || row->nested)
		return false;
	*out = row->first(frame);
	return true;
}

void
link_bare(struct frame *f)
{
	const struct row *row = row_of(f->link);
	struct span whole = f->bytes;
	uint64_t depth = 0;
	struct next next;

	if (row == NULL || !row->tells)
		return;
	next = row->first(whole);
	f->bytes = span_from(whole, next.skip);
	while (depth < 4 &&
	    (next.layer == LAYER_TYPED || next.layer == LAYER_ETHERNET ||
	        next.layer == LAYER_PPP)) {
		depth++;
		next = tunnel_step(next, f->bytes, &depth);
		f->bytes = span_from(f->bytes, next.skip);
	}
	if (next.layer != LAYER_IP)
		f->bytes = span_of("", 0);
	f->wire_len -= (uint32_t)(whole.len - f->bytes.len);
	f->link = LINK_RAW;
}

static struct next
ethernet(struct span b)
{
	(void)b;
	return (struct next){ LAYER_ETHERNET, 0, 0 };
}

static struct next
raw(struct span b)
{
	(void)b;
	return (struct next){ LAYER_IP, 0, 0 };
}

/* An EtherType at `at` in a header of n bytes. */
static struct next
typed_at(struct span b, size_t at, size_t n)
{
	if (b.len < n)
		return (struct next){ LAYER_DAMAGED, 0, 0 };
	return (struct next){ LAYER_TYPED, field_be16(b, at), n };
}

/*
 * Four bytes of protocol family, in the byte order of whoever captured (NULL)
 * or in network order (LOOP).  AF_INET is 2 everywhere; AF_INET6 is 10 on
 * Linux, 23 on Windows, 24, 28 and 30 on the BSDs and macOS.
 */
static struct next
loopback(struct span b)
{
	if (b.len < 4)
		return (struct next){ LAYER_DAMAGED, 0, 0 };

	uint32_t family = field_be32(b, 0);

	if (family > 0xff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
	case 10:
	case 23:
	case 24:
	case 28:
	case 30:
		return (struct next){ LAYER_IP, 0, 4 };
	default:
		return (struct next){ LAYER_OTHER, 0, 0 };
	}
}

/*
 * With the address and control bytes of HDLC (RFC 1662), or without; or with
 * those of Cisco's HDLC, unicast or multicast.
 */
static struct next
ppp(struct span b)
{
	if (field_be16(b, 0) == 0x0f00 || field_be16(b, 0) == 0x8f00)
		return c_hdlc(b);
	return (struct next){ LAYER_PPP, 0,
		b.len >= 2 && field_be16(b, 0) == 0xff03 ? 2 : 0 };
}

static struct next
pppoe(struct span b)
{
	(void)b;
	return (struct next){ LAYER_TYPED, ETHERTYPE_PPPOE, 0 };
}

/* Address, control, protocol (RFC 1547 4.3.1). */
static struct next
c_hdlc(struct span b)
{
	return typed_at(b, 2, 4);
}

/* Packet type, ARPHRD_ type, address length, address, protocol. */
static struct next
linux_sll(struct span b)
{
	return typed_at(b, 14, 16);
}

/* Protocol, reserved, interface, ARPHRD_ type, packet type, address. */
static struct next
linux_sll2(struct span b)
{
	return typed_at(b, 0, 20);
}
