/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * beside.h - talk that is not with a proxy, and what a verdict can rest on
 *
 * Of the clients of findings: with their KDC, for their PAC file, and what
 * their name server told them of proxies.
 */
#ifndef P407_EVIDENCE_BESIDE_H
#define P407_EVIDENCE_BESIDE_H

#include "evidence/dns.h"

struct addresses {
	struct address *list;
	size_t n;
};

struct beside {
	struct addresses clients, proxies; /* of findings */
	struct dns_shown names; /* that may be shown */
};

void beside_fini(struct beside *b);

/* Once each, up to a bound. */
void addresses_add(struct addresses *all, const struct address *a);

/* Is it talk with a KDC, port 88? */
bool is_kdc_packet(const struct packet *p);

/* Of UDP, only this can be of use. */
bool beside_is_udp(const struct packet *p);

/* Does this packet begin, or belong to, such talk?  The name that it tells of
 * may be shown from then on. */
bool beside_takes(struct beside *b, const struct packet *p);

#endif
