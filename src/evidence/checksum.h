/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum.h - Internet checksums after a change (RFC 1071, RFC 1624)
 */
#ifndef P407_EVIDENCE_CHECKSUM_H
#define P407_EVIDENCE_CHECKSUM_H

#include "evidence/layers.h"

/*
 * Make the checksums of all headers fit `now`, where `was` is the buffer as
 * it was captured and l the way through it; both have `len` bytes.  Ends of
 * the IP header that is not in the buffer (place 0 of a datagram) are given.
 */
struct checksum_ends {
	struct address src, dst;
};

void checksum_update(const struct layers *l, struct span was, uint8_t *now,
    const struct checksum_ends *ends_was,
    const struct checksum_ends *ends_now);

#endif
