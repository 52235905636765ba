/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share.h - which of several workers has a packet
 *
 * All connections of two hosts meet in one worker, whatever the direction:
 * the unordered pair of addresses decides.  The first worker has what tells of
 * others or is kept in one place, whatever its addresses: ARP, ICMP, what a
 * KDC says and what name servers answer.
 *
 * Of a file it is asked for each packet, when tunnels are open and fragments
 * put together.  Of an interface the kernel has to know before anybody has
 * looked (PACKET_FANOUT_CBPF): the same rule as a program of classic BPF.
 * What that cannot see through goes to the first worker, too, so that it meets
 * there: tunnels (IP in IP, GRE, VXLAN, GENEVE, MPLS, PPPoE), fragments of
 * UDP, and what is not IP.
 */
#ifndef P407_OBSERVE_SHARE_H
#define P407_OBSERVE_SHARE_H

#include <linux/filter.h>

#include "net/packet.h"

/* From 0 on. */
unsigned share_of(const struct packet *p, unsigned workers);

/* Its answer modulo the number of workers is the share; it is static. */
const struct sock_fprog *share_program(void);

#endif
