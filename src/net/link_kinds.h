/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link_kinds.h - headers in front of the first header
 *
 * What the capturing host or its radio says of a frame.  Each function is
 * given the whole frame (https://www.tcpdump.org/linktypes.html).
 */
#ifndef P407_NET_LINK_KINDS_H
#define P407_NET_LINK_KINDS_H

#include "net/layer.h"

/* link_host.c: packet filters, IPsec, and macOS. */
struct next link_pflog(struct span b);
struct next link_enc(struct span b);
struct next link_nflog(struct span b);
struct next link_pktap(struct span b);

/*
 * link_radio.c: 802.11, bare and with what the radio says.  Encrypted,
 * aggregated and fragmented frames lead nowhere, and what is no data.
 */
struct next link_80211(struct span b);
struct next link_radiotap(struct span b);
struct next link_prism(struct span b);
struct next link_avs(struct span b);
struct next link_ppi(struct span b);

/* link.c: as link_first, for a type that is not itself one of these that
 * hold another. */
bool link_inside(uint32_t link, struct span frame, struct next *out);

#endif
