/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fragment.h - IP fragments put together (RFC 791, RFC 8200 4.5), bounded
 */
#ifndef P407_NET_FRAGMENT_H
#define P407_NET_FRAGMENT_H

#include "net/packet.h"

struct fragments;

struct fragments *fragments_new(void);
void fragments_free(struct fragments *f);

struct fragment {
	struct address src, dst;
	uint32_t id;
	uint8_t protocol;
	uint32_t offset; /* bytes */
	bool more;
	struct span bytes;
	uint32_t wire_len; /* > bytes.len where the snaplen cut it */
	when_ns time;
};

/*
 * Add one.  True when the packet is whole: *whole is its payload, valid
 * until the next call.  Of bytes sent twice the first ones win.
 */
bool fragments_add(struct fragments *f, const struct fragment *p,
    struct span *whole);

#endif
