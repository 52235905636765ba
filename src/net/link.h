/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.h - the first header of a frame, by its link type
 *
 * LINKTYPE_ values: https://www.tcpdump.org/linktypes.html
 */
#ifndef P407_NET_LINK_H
#define P407_NET_LINK_H

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
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_LINUX_SLL2 = 276,
};

/* False if the link type is not one of these. */
bool link_first(uint32_t link, struct span frame, struct next *out);

#endif
