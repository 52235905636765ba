/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/packet.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "net/arp.h"
#include "net/field.h"
#include "net/fragment.h"
#include "net/ip.h"
#include "net/link.h"
#include "net/transport.h"
#include "net/tunnel.h"

struct net {
	struct fragments *fragments;
	bool lent; /* a payload of `fragments` is out */
	struct net_counts counts;
};

/* Where the walk through a frame is. */
struct walk {
	struct span bytes; /* from the header that comes next */
	size_t wire_len;   /* how many there were on the wire */
	uint64_t depth;    /* of headers in one another */
};

static bool decode_plain(const struct frame *f, struct packet *out);
static enum layer walk_to_ip(struct walk *w, struct next next);
static bool decode_ip(struct net *n, const struct walk *w, when_ns time,
    struct ip *ip);

struct net *
net_new(void)
{
	struct net *n = memory_new(1, sizeof(*n));

	n->fragments = fragments_new();
	return n;
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	fragments_free(n->fragments);
	free(n);
}

struct net_counts
net_counts(const struct net *n)
{
	return n->counts;
}

void
net_counts_add(struct net_counts *sum, const struct net_counts *c)
{
	sum->frames += c->frames;
	sum->not_ip += c->not_ip;
	sum->damaged += c->damaged;
	sum->fragments += c->fragments;
	sum->unknown_link += c->unknown_link;
	if (sum->unknown_link_type == 0)
		sum->unknown_link_type = c->unknown_link_type;
}

bool
net_decode(struct net *n, const struct frame *f, struct packet *out)
{
	n->counts.frames++;
	if (n->lent) {
		fragments_release(n->fragments);
		n->lent = false;
	}
	if (decode_plain(f, out))
		return true;

	struct walk w = { f->bytes, f->wire_len, 0 };
	struct next next;
	struct ip ip;

	if (!link_first(f->link, f->bytes, &next)) {
		if (n->counts.unknown_link++ == 0)
			n->counts.unknown_link_type = f->link;
		return false;
	}
	do {
		enum layer end = walk_to_ip(&w, next);

		if (end == LAYER_OTHER || end == LAYER_ARP)
			n->counts.not_ip++;
		else if (end == LAYER_DAMAGED)
			n->counts.damaged++;
		if (end == LAYER_ARP) {
			*out = (struct packet){ .number = f->number,
				.time = f->time };
			return arp_decode(w.bytes, out);
		}
		if (end != LAYER_IP || !decode_ip(n, &w, f->time, &ip))
			return false;
		next = tunnel_ip(&ip);
		w.bytes = ip.payload;
		w.wire_len = ip.payload_len;
		w.depth++;
	} while (next.layer != LAYER_OTHER);

	*out = (struct packet){ .number = f->number, .time = f->time };
	if (!transport_decode(&ip, out)) {
		n->counts.damaged++;
		return false;
	}
	return true;
}

/*
 * What nearly every frame is: TCP or UDP in IPv4 without options or fragments
 * in Ethernet.  All that is not surely so is left to the walk, which gives the
 * same for these (tests/fuzz/fuzz_net.c compares the two).
 */
static bool
decode_plain(const struct frame *f, struct packet *out)
{
	struct span b = f->bytes;

	if (f->link != LINK_ETHERNET || b.len < 14 + 20 + 20 ||
	    field_be16(b, 12) != ETHERTYPE_IPV4 || field_u8(b, 14) != 0x45 ||
	    (field_be16(b, 20) & 0x3fff) != 0)
		return false;

	uint32_t total = field_be16(b, 16);
	uint8_t protocol = field_u8(b, 23);
	uint32_t header = 8;

	if (protocol == PROTOCOL_TCP) {
		header = 4u * (field_u8(b, 46) >> 4);
		if (header < 20)
			return false;
	} else if (protocol != PROTOCOL_UDP ||
	    field_be16(b, 38) + 20u != total) {
		return false;
	}
	if (total < 20 + header)
		return false;

	struct span payload = span_first(span_from(b, 34 + header),
	    total - 20 - header);

	if (protocol == PROTOCOL_UDP &&
	    tunnel_udp(field_be16(b, 34), field_be16(b, 36), payload).layer !=
	        LAYER_OTHER)
		return false;
	*out = (struct packet){
		.number = f->number,
		.time = f->time,
		.src.len = 4,
		.dst.len = 4,
		.protocol = protocol,
		.sport = field_be16(b, 34),
		.dport = field_be16(b, 36),
		.payload = payload,
		.payload_len = total - 20 - header,
	};
	memcpy(out->src.bytes, b.at + 26, 4);
	memcpy(out->dst.bytes, b.at + 30, 4);
	if (protocol == PROTOCOL_TCP) {
		out->tcp_flags = field_u8(b, 47);
		out->seq = field_be32(b, 38);
		out->ack = field_be32(b, 42);
	}
	return true;
}

/*
 * From any header down to IP or ARP: which of them w begins with now, else
 * why there is none.  It ends: each header takes bytes, or leads to one that
 * does, and tags and labels are counted.
 */
static enum layer
walk_to_ip(struct walk *w, struct next next)
{
	for (;;) {
		w->bytes = span_from(w->bytes, next.skip);
		w->wire_len -= next.skip < w->wire_len ? next.skip
		                                       : w->wire_len;
		if (w->depth > limit_of(LIMIT_TUNNELS)) {
			limit_hit(LIMIT_TUNNELS);
			return LAYER_OTHER;
		}
		if (next.layer == LAYER_IP || next.layer == LAYER_ARP ||
		    next.layer == LAYER_OTHER || next.layer == LAYER_DAMAGED)
			return next.layer;
		next = tunnel_step(next, w->bytes, &w->depth);
	}
}

/* A whole IP packet; false if it is damaged or not whole yet. */
static bool
decode_ip(struct net *n, const struct walk *w, when_ns time, struct ip *ip)
{
	bool ok = ip_decode(w->bytes, w->wire_len, ip);

	/* A packet put together may itself begin with a fragment header. */
	while (ok && ip->fragment) {
		n->counts.fragments++;
		if (!fragments_add(n->fragments, ip, time))
			return false;
		n->lent = true;
		ok = ip_decode_extensions(ip);
	}
	if (!ok)
		n->counts.damaged++;
	return ok;
}
