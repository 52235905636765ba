/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/layers.h"

#include "base/limits.h"
#include "net/field.h"
#include "net/link.h"
#include "net/tunnel.h"

/* Where the walk is. */
struct walk {
	const uint8_t *origin;
	struct span bytes;
	size_t wire_len;
	uint64_t depth;
	struct layers *out;
};

static void
add(struct walk *w, enum layer_kind kind, size_t len, bool whole)
{
	struct layers *l = w->out;

	if (l->n == LAYERS_MOST)
		return;

	size_t at = (size_t)(w->bytes.at - w->origin);

	l->place[l->n++] = (struct layer_place){ .kind = kind,
		.at = at,
		.end = at + (len < w->bytes.len ? len : w->bytes.len),
		.whole = whole };
}

/* The last IP header that was found. */
static size_t
last_ip(const struct layers *l)
{
	size_t i = l->n;

	while (i > 0 && l->place[i - 1].kind != AT_IPV4 &&
	    l->place[i - 1].kind != AT_IPV6)
		i--;
	return i > 0 ? i - 1 : 0;
}

static void
move(struct walk *w, size_t n)
{
	w->bytes = span_from(w->bytes, n);
	w->wire_len -= n < w->wire_len ? n : w->wire_len;
}

/* As walk_to_ip() of net/packet.c. */
static bool
walk_to_ip(struct walk *w, struct next next)
{
	for (;;) {
		move(w, next.skip);
		if (w->depth > limit_of(LIMIT_TUNNELS))
			return false;
		switch (next.layer) {
		case LAYER_ETHERNET:
			add(w, AT_ETHERNET, 14, true);
			next = tunnel_ethernet(w->bytes);
			break;
		case LAYER_TYPED:
			next = tunnel_typed(next.type, w->bytes);
			if (next.layer != LAYER_IP)
				w->depth++;
			break;
		case LAYER_PPP:
			next = tunnel_ppp(w->bytes);
			break;
		case LAYER_MPLS:
			next = tunnel_mpls(w->bytes);
			w->depth++;
			break;
		case LAYER_GRE:
			add(w, AT_GRE, w->wire_len,
			    w->bytes.len >= w->wire_len);
			next = tunnel_gre(w->bytes);
			break;
		case LAYER_IP:
			return true;
		default:
			return false;
		}
	}
}

/* What an IP packet carries, if it is a tunnel. */
static struct next
next_of_ip(struct walk *w, const struct ip *ip)
{
	struct next next = { LAYER_OTHER, 0, 0 };

	w->bytes = ip->payload;
	w->wire_len = ip->payload_len;
	w->depth++;
	switch (ip->protocol) {
	case PROTOCOL_IPIP:
	case PROTOCOL_IPV6:
		next.layer = LAYER_IP;
		break;
	case PROTOCOL_GRE:
		next.layer = LAYER_GRE;
		break;
	case PROTOCOL_UDP:
		next = tunnel_udp(field_be16(ip->payload, 2),
		    span_from(ip->payload, 8));
		next.skip += 8;
		break;
	default:
		break;
	}
	return next;
}

static void
add_transport(struct walk *w, enum layer_kind kind, const struct ip *ip)
{
	size_t ip_index = last_ip(w->out), before = w->out->n;

	w->bytes = ip->payload;
	add(w, kind, ip->payload_len, ip->payload.len >= ip->payload_len);
	if (w->out->n > before)
		w->out->place[before].ip = ip_index;
}

/* RFC 9293 3.1, RFC 768: as decode_transport() of net/packet.c. */
static bool
read_transport(struct walk *w, const struct ip *ip)
{
	struct packet *p = &w->out->packet;
	struct span b = ip->payload;
	uint32_t header = 4u * (field_u8(b, 12) >> 4), len = field_be16(b, 4);

	p->src = ip->src;
	p->dst = ip->dst;
	p->protocol = ip->protocol;
	p->sport = field_be16(b, 0);
	p->dport = field_be16(b, 2);
	if (ip->protocol == PROTOCOL_TCP) {
		if (b.len < 14 || header < 20 || header > ip->payload_len)
			return false;
		p->seq = field_be32(b, 4);
		p->ack = field_be32(b, 8);
		p->tcp_flags = field_u8(b, 13);
		p->payload = span_from(b, header);
		p->payload_len = ip->payload_len - header;
		add_transport(w, AT_TCP, ip);
		return true;
	}
	if (ip->protocol != PROTOCOL_UDP)
		return false;
	if (len == 0 || len > ip->payload_len)
		len = ip->payload_len;
	if (b.len < 8 || len < 8)
		return false;
	p->payload = span_from(span_first(b, len), 8);
	p->payload_len = len - 8;
	add_transport(w, AT_UDP, ip);
	return true;
}

/* From an IP packet on, inwards. */
static void
walk_ip(struct walk *w, struct ip ip)
{
	for (;;) {
		struct next next = next_of_ip(w, &ip);

		if (next.layer == LAYER_OTHER)
			break;
		if (ip.protocol == PROTOCOL_UDP)
			add_transport(w, AT_UDP, &ip);
		if (!walk_to_ip(w, next))
			return;

		size_t before = w->out->n;

		add(w, w->bytes.at[0] >> 4 == 4 ? AT_IPV4 : AT_IPV6,
		    w->bytes.len, true);
		if (!ip_decode(w->bytes, w->wire_len, &ip)) {
			w->out->n = before;
			return;
		}
		if (ip.fragment) {
			w->out->ip = ip;
			w->out->end = LAYERS_FRAGMENT;
			return;
		}
	}
	w->out->ip = ip;
	if (read_transport(w, &ip))
		w->out->end = LAYERS_PACKET;
}

void
layers_of_frame(const struct frame *f, struct layers *out)
{
	struct walk w = { f->bytes.at, f->bytes, f->wire_len, 0, out };
	struct next next;
	struct ip ip;

	out->n = 0;
	out->end = LAYERS_OTHER;
	out->packet =
	    (struct packet){ .number = f->number, .time = f->time };
	if (!link_first(f->link, f->bytes, &next))
		return;
	if (f->link == LINK_LINUX_SLL)
		add(&w, AT_SLL, 16, true);
	else if (f->link == LINK_LINUX_SLL2)
		add(&w, AT_SLL2, 20, true);
	if (!walk_to_ip(&w, next) || w.bytes.len == 0)
		return;
	add(&w, w.bytes.at[0] >> 4 == 4 ? AT_IPV4 : AT_IPV6, w.bytes.len,
	    true);
	if (!ip_decode(w.bytes, w.wire_len, &ip)) {
		out->n = 0;
		return;
	}
	if (ip.fragment) {
		out->ip = ip;
		out->end = LAYERS_FRAGMENT;
		return;
	}
	walk_ip(&w, ip);
}

void
layers_of_datagram(const struct ip *given, struct layers *out)
{
	struct ip ip = *given;
	struct walk w = { ip.payload.at, ip.payload, ip.payload_len, 0, out };

	out->n = 1;
	out->end = LAYERS_OTHER;
	out->place[0] = (struct layer_place){
		.kind = ip.src.len == 4 ? AT_IPV4 : AT_IPV6,
		.at = SIZE_MAX,
	};
	ip.fragment = false;
	if (!ip_decode_extensions(&ip) || ip.fragment)
		return;
	walk_ip(&w, ip);
}
