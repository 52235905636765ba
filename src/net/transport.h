/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transport.h - the headers of TCP (RFC 9293 3.1) and UDP (RFC 768)
 *
 * Pure.
 */
#ifndef P407_NET_TRANSPORT_H
#define P407_NET_TRANSPORT_H

#include "net/ip.h"

/*
 * What a whole IP packet carries: addresses, protocol, ports and payload of
 * *out; its number and time are left alone.  Other protocols are given with
 * the payload of IP.  False if the header of TCP or UDP is cut or impossible.
 */
bool transport_decode(const struct ip *ip, struct packet *out);

#endif
