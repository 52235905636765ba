/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - the first header of a frame, by its link type
 *
 * LINKTYPE_ values: https://www.tcpdump.org/linktypes.html
 */
#ifndef P407_NET_LINK_H
#define P407_NET_LINK_H

#include "capture/frame.h"
#include "net/layer.h"

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW_BSD = 12, /* DLT_RAW, as files of some systems have it */
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_PPP_ETHER = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_80211 = 105,
	LINK_LOOP = 108,
	LINK_ENC = 109,
	LINK_LINUX_SLL = 113,
	LINK_PFLOG = 117,
	LINK_PRISM = 119,
	LINK_RADIOTAP = 127,
	LINK_PKTAP_OLD = 149, /* DLT_USER2, as macOS had it first */
	LINK_AVS = 163,
	LINK_PPI = 192,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_PKTAP = 258,
	LINK_LINUX_SLL2 = 276,
};

/* False if the link type is not one of these. */
bool link_first(uint32_t link, struct span frame, struct next *out);

/*
 * For evidence: a frame whose header tells of the host that captured it, or
 * of a radio (programs, rules of a filter, stations), becomes the IP packet in
 * it, LINK_RAW; if there is none, it has no bytes.  All others stay.
 */
void link_bare(struct frame *f);

#endif
