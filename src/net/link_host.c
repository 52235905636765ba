/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/link_kinds.h"

#include "net/field.h"

/*
 * PFLOG of the BSDs' packet filter: the length of the header without its
 * padding, then what the filter did, and to which rule's.
 */
struct next
link_pflog(struct span b)
{
	size_t n = (field_u8(b, 0) + 3u) & ~3u;

	if (n < 4 || b.len < n)
		return (struct next){ LAYER_DAMAGED, 0, 0 };
	return (struct next){ LAYER_IP, 0, n };
}

/* ENC of the BSDs' IPsec: address family, SPI, flags. */
struct next
link_enc(struct span b)
{
	if (b.len < 12)
		return (struct next){ LAYER_DAMAGED, 0, 0 };
	return (struct next){ LAYER_IP, 0, 12 };
}

/*
 * NFLOG of Linux' netfilter: family, version 0, number of the group; then
 * attributes, in the byte order of whoever captured: length, type, value, up
 * to the next multiple of 4.
 */
struct next
link_nflog(struct span b)
{
	enum { PAYLOAD = 9 };
	size_t at = 4;
	/* The first length is small, so that its big half is 0. */
	bool big = field_u8(b, 4) == 0;

	if (b.len < 8 || field_u8(b, 1) != 0)
		return (struct next){ LAYER_DAMAGED, 0, 0 };
	while (at + 4 <= b.len) {
		size_t n = big ? field_be16(b, at) : field_le16(b, at);
		unsigned type =
		    big ? field_be16(b, at + 2) : field_le16(b, at + 2);

		if (n < 4)
			return (struct next){ LAYER_DAMAGED, 0, 0 };
		if (type == PAYLOAD)
			return (struct next){ LAYER_IP, 0, at + 4 };
		at += (n + 3) & ~(size_t)3;
	}
	return (struct next){ LAYER_OTHER, 0, 0 };
}

/*
 * PKTAP of macOS: its length, what follows (1: a packet), and of which link
 * type; then names of the interface and of the program.
 */
struct next
link_pktap(struct span b)
{
	struct next next;
	size_t n = field_le32(b, 0);

	if (n < 12 || b.len < n)
		return (struct next){ LAYER_DAMAGED, 0, 0 };
	if (field_le32(b, 4) != 1 ||
	    !link_inside(field_le32(b, 8), span_from(b, n), &next))
		return (struct next){ LAYER_OTHER, 0, 0 };
	next.skip += n;
	return next;
}
