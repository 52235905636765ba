/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arp.h - who asks for a neighbour, and who answers (RFC 826)
 *
 * Pure.  Only of IPv4; where a sender has no address yet (RFC 5227), src is
 * 0.0.0.0.
 */
#ifndef P407_NET_ARP_H
#define P407_NET_ARP_H

#include "net/packet.h"

/*
 * Sets `arp`, `src` (who sends) and `dst` (who is meant); the payload is
 * what it was read from.  False if it is cut, or of another protocol.
 */
bool arp_decode(struct span bytes, struct packet *out);

#endif
