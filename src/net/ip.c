/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/ip.h"

#include "base/limits.h"
#include "net/field.h"

static bool decode_ipv4(struct span b, size_t wire_len, struct ip *out);
static bool decode_ipv6(struct span b, size_t wire_len, struct ip *out);

bool
ip_decode(struct span bytes, size_t wire_len, struct ip *out)
{
	*out = (struct ip){ 0 };
	switch (field_u8(bytes, 0) >> 4) {
	case 4:
		return decode_ipv4(bytes, wire_len, out);
	case 6:
		return decode_ipv6(bytes, wire_len, out);
	default:
		return false;
	}
}

static void
set_payload(struct ip *out, struct span rest, size_t len)
{
	out->payload = span_first(rest, len);
	out->payload_len = (uint32_t)len;
}

/*
 * RFC 791 3.1: Version and IHL, Type of Service, Total Length,
 * Identification, Flags and Fragment Offset, Time to Live, Protocol, Header
 * Checksum, Source, Destination, Options.
 */
static bool
decode_ipv4(struct span b, size_t wire_len, struct ip *out)
{
	size_t header = 4u * (field_u8(b, 0) & 0x0f);
	size_t total = field_be16(b, 2);
	uint16_t fragment = field_be16(b, 6);

	if (total == 0)
		total = wire_len;
	if (header < 20 || b.len < header || total < header)
		return false;
	out->id = field_be16(b, 4);
	out->more = fragment & 0x2000;
	out->offset = (fragment & 0x1fffu) * 8;
	out->fragment = out->more || out->offset > 0;
	out->protocol = field_u8(b, 9);
	out->src.len = out->dst.len = 4;
	memcpy(out->src.bytes, b.at + 12, 4);
	memcpy(out->dst.bytes, b.at + 16, 4);
	set_payload(out, span_from(b, header), total - header);
	return out->fragment || ip_decode_extensions(out);
}

/*
 * RFC 8200 3: Version, Traffic Class and Flow Label, Payload Length, Next
 * Header, Hop Limit, Source, Destination.
 */
static bool
decode_ipv6(struct span b, size_t wire_len, struct ip *out)
{
	size_t len = field_be16(b, 4);

	if (b.len < 40)
		return false;
	out->protocol = field_u8(b, 6);
	/* Also of a jumbogram (RFC 2675) and of BIG TCP. */
	if (len == 0 && out->protocol != PROTOCOL_NONE && wire_len > 40)
		len = wire_len - 40;
	out->src.len = out->dst.len = 16;
	memcpy(out->src.bytes, b.at + 8, 16);
	memcpy(out->dst.bytes, b.at + 24, 16);
	set_payload(out, span_from(b, 40), len);
	return ip_decode_extensions(out);
}

/* RFC 8200 4.5; an "atomic" fragment is all of its packet (RFC 6946). */
static void
read_fragment_header(struct ip *ip, struct span b)
{
	uint16_t fragment = field_be16(b, 2);

	ip->id = field_be32(b, 4);
	ip->offset = fragment & 0xfff8u;
	ip->more = fragment & 1;
	ip->fragment = ip->more || ip->offset > 0;
}

bool
ip_decode_extensions(struct ip *ip)
{
	for (uint64_t n = 0;; n++) {
		struct span b = ip->payload;
		size_t header;

		switch (ip->protocol) {
		case PROTOCOL_HOPOPT:
		case PROTOCOL_ROUTING:
		case PROTOCOL_OPTIONS:
			if (ip->src.len == 4)
				return true;
			header = 8 + 8u * field_u8(b, 1);
			break;
		case PROTOCOL_FRAGMENT:
			if (ip->src.len == 4)
				return true;
			header = 8;
			read_fragment_header(ip, b);
			break;
		case PROTOCOL_AH: /* RFC 4302 2.2: in words, less two */
			header = 8 + 4u * field_u8(b, 1);
			break;
		default:
			return true;
		}
		if (n == limit_of(LIMIT_TUNNELS)) {
			limit_hit(LIMIT_TUNNELS);
			return false;
		}
		if (b.len < header || ip->payload_len < header)
			return false;
		ip->protocol = field_u8(b, 0);
		ip->payload = span_from(b, header);
		ip->payload_len -= (uint32_t)header;
		/* What follows stands in the first fragment only. */
		if (ip->fragment)
			return true;
	}
}
