/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ip.h - the headers of IPv4 and IPv6
 *
 * Pure.  The length that the header claims is believed: what is behind it is
 * padding of the link, what is missing was cut off by the snaplen or by the
 * mirroring switch.
 */
#ifndef P407_NET_IP_H
#define P407_NET_IP_H

#include "net/packet.h"

/* Header numbers beside those in packet.h. */
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

struct ip {
	struct address src, dst;
	uint8_t protocol;     /* of the payload */
	struct span payload;  /* what was captured of it */
	uint32_t payload_len; /* on the wire */
	/* If it is a fragment, the payload is a piece of it, at `offset`. */
	bool fragment, more;
	uint32_t id, offset;
};

/*
 * Read the header, and in IPv6 the extension headers, up to the first that is
 * none, or up to a fragment.  `wire_len` is how many bytes there were on the
 * wire from here on: it is the length of a packet that says 0, as network
 * cards that segment show it.  False if the header is cut or impossible.
 */
bool ip_decode(struct span bytes, size_t wire_len, struct ip *out);

/*
 * Read the extension headers that begin the payload, if it begins with some:
 * for a packet just put together.  False as above.
 */
bool ip_decode_extensions(struct ip *ip);

#endif
