/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/transport.h"

#include "net/field.h"

/* RFC 9293 3.1; a header may be cut by the snaplen behind its flags. */
static bool
decode_tcp(const struct ip *ip, struct packet *out)
{
	struct span b = ip->payload;
	uint32_t header = 4u * (field_u8(b, 12) >> 4);

	if (b.len < 14 || header < 20 || header > ip->payload_len)
		return false;
	out->sport = field_be16(b, 0);
	out->dport = field_be16(b, 2);
	out->seq = field_be32(b, 4);
	out->ack = field_be32(b, 8);
	out->tcp_flags = field_u8(b, 13);
	out->payload = span_from(b, header);
	out->payload_len = ip->payload_len - header;
	return true;
}

/* RFC 768; length 0 is a jumbogram (RFC 2675) or left to the card. */
static bool
decode_udp(const struct ip *ip, struct packet *out)
{
	struct span b = ip->payload;
	uint32_t len = field_be16(b, 4);

	if (len == 0 || len > ip->payload_len)
		len = ip->payload_len;
	if (b.len < 8 || len < 8)
		return false;
	out->sport = field_be16(b, 0);
	out->dport = field_be16(b, 2);
	out->payload = span_from(span_first(b, len), 8);
	out->payload_len = len - 8;
	return true;
}

bool
transport_decode(const struct ip *ip, struct packet *out)
{
	out->src = ip->src;
	out->dst = ip->dst;
	out->protocol = ip->protocol;
	switch (ip->protocol) {
	case PROTOCOL_TCP:
		return decode_tcp(ip, out);
	case PROTOCOL_UDP:
		return decode_udp(ip, out);
	default:
		out->payload = ip->payload;
		out->payload_len = ip->payload_len;
		return true;
	}
}
