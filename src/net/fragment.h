/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fragment.h - IP fragments put together (RFC 791 3.2, RFC 8200 4.5)
 *
 * Bounded: LIMIT_FRAGMENTS packets wait at a time (the oldest goes first),
 * each of LIMIT_FRAGMENT_BYTES, all of them of LIMIT_FRAGMENT_TOTAL, and for
 * 60 seconds of capture time.  Of bytes that are sent twice the first ones
 * win, as in most systems.
 */
#ifndef P407_NET_FRAGMENT_H
#define P407_NET_FRAGMENT_H

#include "net/ip.h"

struct fragments;

struct fragments *fragments_new(void);
void fragments_free(struct fragments *f);

/*
 * Add the fragment in *ip.  True when its packet is whole: *ip is that packet
 * then, no fragment, with the protocol of the first one.  If fragments were
 * cut by the snaplen the payload ends at the first byte that is missing.
 *
 * A payload that was handed out may be part of the next fragment (tunnels):
 * it lives until fragments_release().
 */
bool fragments_add(struct fragments *f, struct ip *ip, when_ns time);

void fragments_release(struct fragments *f);

/* How many wait. */
size_t fragments_waiting(const struct fragments *f);

#endif
