/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * beside.h - talk that is not with a proxy, and what a verdict can rest on
 *
 * Of the clients of findings: with their KDC, for their PAC file, and what
 * their name server told them of proxies.  Of hosts that are not there: who
 * asked for them on their network, that others answer there, and any sign of
 * life; and of a KDC, that it was one.
 */
#ifndef P407_EVIDENCE_BESIDE_H
#define P407_EVIDENCE_BESIDE_H

#include "evidence/dns.h"
#include "evidence/talk.h"

struct addresses {
	struct address *list;
	size_t n;
};

struct beside {
	struct addresses clients, proxies; /* of findings */
	struct addresses lost; /* that findings say are not there */
	struct dns_shown names; /* that may be shown */
	unsigned answers, exchanges; /* how many were taken as proof */
};

void beside_fini(struct beside *b);

/* Once each, up to a bound. */
void addresses_add(struct addresses *all, const struct address *a);

/* Besides TCP, only such packets can be of use. */
bool beside_is_one(const struct packet *p);

/* Of any of these: a conversation, or who asked for whom. */
struct ends beside_ends(const struct packet *p);

/* Does this packet begin, or belong to, such talk?  The name that it tells of
 * may be shown from then on. */
bool beside_takes(struct beside *b, const struct packet *p);

#endif
