/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/layers.h"

#include "base/limits.h"
#include "net/arp.h"
#include "net/link.h"
#include "net/transport.h"
#include "net/tunnel.h"
#include "witness/neighbours.h"

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

static void
read_arp(struct walk *w)
{
	if (!arp_decode(w->bytes, &w->out->packet))
		return;
	w->out->ip = (struct ip){ .payload = w->out->packet.payload };
	w->out->end = LAYERS_PACKET;
}

/* From any header down to IP; false if there is none. */
static bool
walk_to_ip(struct walk *w, struct next next)
{
	for (;;) {
		move(w, next.skip);
		if (w->depth > limit_of(LIMIT_TUNNELS))
			return false;
		if (next.layer == LAYER_IP)
			return true;
		if (next.layer == LAYER_ARP)
			read_arp(w);
		if (next.layer == LAYER_ARP || next.layer == LAYER_OTHER ||
		    next.layer == LAYER_DAMAGED)
			return false;
		if (next.layer == LAYER_ETHERNET)
			add(w, AT_ETHERNET, 14, true);
		else if (next.layer == LAYER_GRE)
			add(w, AT_GRE, w->wire_len,
			    w->bytes.len >= w->wire_len);
		next = tunnel_step(next, w->bytes, &w->depth);
	}
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

/* Neighbour discovery is never in pieces (RFC 6980 5). */
static bool
read_transport(struct walk *w, const struct ip *ip)
{
	struct packet *p = &w->out->packet;
	struct neighbour_word word;
	bool known = transport_decode(ip, p);

	if (known && ip->protocol == PROTOCOL_TCP)
		add_transport(w, AT_TCP, ip);
	else if (known && ip->protocol == PROTOCOL_UDP)
		add_transport(w, AT_UDP, ip);
	else if (known && w->out->n < LAYERS_MOST &&
	    w->out->place[last_ip(w->out)].at != SIZE_MAX &&
	    neighbour_read(p, &word))
		add_transport(w, AT_ICMP6, ip);
	else
		return false;
	return true;
}

/* From an IP packet on, inwards. */
static void
walk_ip(struct walk *w, struct ip ip)
{
	for (;;) {
		struct next next = tunnel_ip(&ip);

		w->bytes = ip.payload;
		w->wire_len = ip.payload_len;
		w->depth++;
		if (next.layer == LAYER_OTHER)
			break;
		if (ip.protocol == PROTOCOL_UDP)
			add_transport(w, AT_UDP, &ip);
		if (!walk_to_ip(w, next) || w->bytes.len == 0)
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
	out->packet = (struct packet){ .number = 0 };
	out->place[0] = (struct layer_place){
		.kind = ip.src.len == 4 ? AT_IPV4 : AT_IPV6,
		.at = SIZE_MAX,
	};
	ip.fragment = false;
	if (!ip_decode_extensions(&ip) || ip.fragment)
		return;
	walk_ip(&w, ip);
}
