/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/packet.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/reader.h"
#include "net/fragment.h"
#include "net/layers.h"

enum {
	PROTOCOL_HOPOPT = 0,
	PROTOCOL_IPIP = 4,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_GRE = 47,
	PROTOCOL_AH = 51,
	PROTOCOL_NONE = 59,
	PROTOCOL_OPTIONS = 60,
};

struct net {
	struct fragments *fragments;
	struct net_counts counts;
};

/* An IP packet without its header. */
struct ip {
	struct address src, dst;
	uint8_t protocol;
	struct span payload;  /* what was captured */
	uint32_t payload_len; /* on the wire */
	bool fragment, more;
	uint32_t id, offset;
};

static bool read_ip(struct span bytes, size_t cut, struct ip *out);
static bool read_transport(const struct ip *ip, struct packet *out);

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

/* From any layer down to an IP header; false if none is there. */
static bool
walk_to_ip(struct next next, struct span *bytes, unsigned *depth)
{
	for (;;) {
		*bytes = span_from(*bytes, next.skip);
		if (++*depth > 2 * limit_of(LIMIT_TUNNELS)) {
			limit_hit(LIMIT_TUNNELS);
			return false;
		}
		switch (next.layer) {
		case LAYER_IP:
			return true;
		case LAYER_ETHERNET:
			next = layers_ethernet(*bytes);
			break;
		case LAYER_ETHERTYPE:
			next = layers_ethertype(next.type, *bytes);
			break;
		case LAYER_PPP:
			next = layers_ppp(*bytes);
			break;
		case LAYER_MPLS:
			next = layers_mpls(*bytes);
			break;
		case LAYER_GRE:
			next = layers_gre(*bytes);
			break;
		case LAYER_NONE:
			return false;
		}
	}
}

/* What a packet carries, if it is a tunnel. */
static struct next
tunnel_of(const struct ip *ip)
{
	struct next none = { LAYER_NONE, 0, 0 };

	switch (ip->protocol) {
	case PROTOCOL_IPIP:
	case PROTOCOL_IPV6:
		return (struct next){ LAYER_IP, 0, 0 };
	case PROTOCOL_GRE:
		return (struct next){ LAYER_GRE, 0, 0 };
	case PROTOCOL_UDP:
		if (ip->payload.len >= 8) {
			struct next next = layers_udp_tunnel(
			    (uint16_t)(ip->payload.at[2] << 8 |
			        ip->payload.at[3]),
			    span_from(ip->payload, 8));

			next.skip += 8;
			return next;
		}
		return none;
	default:
		return none;
	}
}

bool
net_decode(struct net *n, const struct frame *f, struct packet *out)
{
	struct span bytes = f->bytes;
	size_t cut = f->wire_len - f->bytes.len;
	struct next next;
	unsigned depth = 0;
	struct ip ip;

	n->counts.frames++;
	if (!layers_of_link(f->link, bytes, &next)) {
		if (n->counts.unknown_link++ == 0)
			n->counts.unknown_link_type = f->link;
		return false;
	}
	if (!walk_to_ip(next, &bytes, &depth)) {
		n->counts.not_ip++;
		return false;
	}
	for (;;) {
		if (!read_ip(bytes, cut, &ip)) {
			n->counts.damaged++;
			return false;
		}
		if (ip.fragment) {
			struct fragment piece = { ip.src, ip.dst, ip.id,
				ip.protocol, ip.offset, ip.more, ip.payload,
				ip.payload_len, f->time };

			n->counts.fragments++;
			if (!fragments_add(n->fragments, &piece, &ip.payload))
				return false;
			ip.payload_len = (uint32_t)ip.payload.len;
			cut = 0;
		}
		next = tunnel_of(&ip);
		if (next.layer == LAYER_NONE)
			break;
		bytes = ip.payload;
		if (!walk_to_ip(next, &bytes, &depth)) {
			n->counts.not_ip++;
			return false;
		}
	}
	*out = (struct packet){ .number = f->number, .time = f->time };
	if (!read_transport(&ip, out)) {
		n->counts.damaged++;
		return false;
	}
	return true;
}

static struct address
address_of(struct span s)
{
	struct address a = { .len = (uint8_t)s.len };

	if (s.len > 0)
		memcpy(a.bytes, s.at, s.len);
	return a;
}

/*
 * The length that the header claims, against what is there: padding is cut
 * off, what the snaplen took away is remembered.  0 is written by cards
 * that segment later (TSO): then all that is there belongs to it.
 */
static void
set_payload(struct ip *out, struct span rest, size_t claimed, size_t cut)
{
	if (claimed == 0)
		claimed = rest.len + cut;
	out->payload = span_first(rest, claimed);
	/* Bytes that neither the frame nor the snaplen explain are damage. */
	if (claimed > rest.len + cut)
		claimed = rest.len + cut;
	out->payload_len = (uint32_t)claimed;
}

/* RFC 791 3.1 */
static bool
read_ipv4(struct span bytes, size_t cut, struct ip *out)
{
	struct reader r = reader_of(bytes);
	size_t header = (size_t)(reader_u8(&r, "Version") & 0x0f) * 4;

	reader_take(&r, 1, "TOS");

	uint16_t total = reader_be16(&r, "Total Length");

	out->id = reader_be16(&r, "Identification");

	uint16_t fragment = reader_be16(&r, "Fragment Offset");

	reader_take(&r, 1, "TTL");
	out->protocol = reader_u8(&r, "Protocol");
	reader_take(&r, 2, "Checksum");
	out->src = address_of(reader_take(&r, 4, "Source"));
	out->dst = address_of(reader_take(&r, 4, "Destination"));
	if (!reader_ok(&r) || header < 20 || bytes.len < header ||
	    (total != 0 && total < header))
		return false;
	out->more = fragment & 0x2000;
	out->offset = (uint32_t)(fragment & 0x1fff) * 8;
	out->fragment = out->more || out->offset > 0;
	set_payload(out, span_from(bytes, header),
	    total == 0 ? 0 : total - header, cut);
	/* A packet without payload is not one of unknown length. */
	if (total == header)
		out->payload_len = 0, out->payload.len = 0;
	return true;
}

/* RFC 8200: fixed header, then extension headers in any order. */
static bool
read_ipv6(struct span bytes, size_t cut, struct ip *out)
{
	struct reader r = reader_of(bytes);

	reader_take(&r, 4, "Version");

	uint16_t length = reader_be16(&r, "Payload Length");
	uint8_t header = reader_u8(&r, "Next Header");

	reader_take(&r, 1, "Hop Limit");
	out->src = address_of(reader_take(&r, 16, "Source"));
	out->dst = address_of(reader_take(&r, 16, "Destination"));
	if (!reader_ok(&r))
		return false;
	set_payload(out, span_from(bytes, 40), length, cut);

	for (uint64_t n = 0; n < limit_of(LIMIT_TUNNELS); n++) {
		struct reader e = reader_of(out->payload);
		size_t skip = 0;

		switch (header) {
		case PROTOCOL_HOPOPT:
		case PROTOCOL_ROUTING:
		case PROTOCOL_OPTIONS:
			header = reader_u8(&e, "Next Header");
			skip = 8 + 8 * (size_t)reader_u8(&e, "Hdr Ext Len");
			break;
		case PROTOCOL_AH:
			header = reader_u8(&e, "Next Header");
			skip = 8 + 4 * (size_t)reader_u8(&e, "Payload Len");
			break;
		case PROTOCOL_FRAGMENT: {
			header = reader_u8(&e, "Next Header");
			reader_take(&e, 1, "Reserved");

			uint16_t fragment = reader_be16(&e, "Offset");

			out->id = reader_be32(&e, "Identification");
			out->offset = fragment & 0xfff8;
			out->more = fragment & 1;
			out->fragment = out->more || out->offset > 0;
			skip = 8;
			break;
		}
		default:
			out->protocol = header;
			return true;
		}
		if (!reader_ok(&e) || skip > out->payload.len)
			return false;
		out->payload = span_from(out->payload, skip);
		out->payload_len -= (uint32_t)skip;
		/* Only the first fragment has the headers behind this one. */
		if (out->fragment) {
			out->protocol = header;
			return true;
		}
	}
	limit_hit(LIMIT_TUNNELS);
	return false;
}

static bool
read_ip(struct span bytes, size_t cut, struct ip *out)
{
	uint8_t version = bytes.len > 0 ? bytes.at[0] >> 4 : 0;

	*out = (struct ip){ 0 };
	return version == 4 ? read_ipv4(bytes, cut, out)
	    : version == 6  ? read_ipv6(bytes, cut, out)
	                    : false;
}

static bool
read_transport(const struct ip *ip, struct packet *out)
{
	struct reader r = reader_of(ip->payload);
	size_t header = 0;

	out->src = ip->src;
	out->dst = ip->dst;
	out->protocol = ip->protocol;
	if (ip->protocol == PROTOCOL_TCP) { /* RFC 9293 3.1 */
		out->sport = reader_be16(&r, "Source Port");
		out->dport = reader_be16(&r, "Destination Port");
		out->seq = reader_be32(&r, "Sequence Number");
		out->ack = reader_be32(&r, "Acknowledgment Number");
		header = (size_t)(reader_u8(&r, "Data Offset") >> 4) * 4;
		out->tcp_flags = reader_u8(&r, "Flags");
		if (!reader_ok(&r) || header < 20 || header > ip->payload_len)
			return false;
	} else if (ip->protocol == PROTOCOL_UDP) {
		out->sport = reader_be16(&r, "Source Port");
		out->dport = reader_be16(&r, "Destination Port");
		header = 8;
		if (!reader_ok(&r) || header > ip->payload_len)
			return false;
	}
	out->payload = span_from(ip->payload, header);
	out->payload_len = ip->payload_len - (uint32_t)header;
	return true;
}

void
address_add(struct text *t, const struct address *a)
{
	char buf[INET6_ADDRSTRLEN] = "?";

	if (a->len == 4)
		inet_ntop(AF_INET, a->bytes, buf, sizeof(buf));
	else if (a->len == 16)
		inet_ntop(AF_INET6, a->bytes, buf, sizeof(buf));
	text_str(t, buf);
}

void
address_port_add(struct text *t, const struct address *a, uint16_t port)
{
	if (a->len == 16)
		text_char(t, '[');
	address_add(t, a);
	text_fmt(t, a->len == 16 ? "]:%u" : ":%u", (unsigned)port);
}

bool
address_parse(const char *text, struct address *out)
{
	*out = (struct address){ 0 };
	if (inet_pton(AF_INET, text, out->bytes) == 1)
		out->len = 4;
	else if (inet_pton(AF_INET6, text, out->bytes) == 1)
		out->len = 16;
	return out->len > 0;
}
