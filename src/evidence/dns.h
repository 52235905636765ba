/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns.h - what name servers told clients of proxies, and nothing else
 *
 * What a client asks its name server is its own business, but which name of
 * a proxy is which address can be what a verdict rests on (witness/dns.h).
 */
#ifndef P407_EVIDENCE_DNS_H
#define P407_EVIDENCE_DNS_H

#include "evidence/mask.h"
#include "net/packet.h"

/* Is it talk with a name server, port 53 over UDP? */
bool is_dns_packet(const struct packet *p);

/* Names that may be shown. */
#define DNS_SHOWN_MOST 256

struct dns_shown {
	uint64_t names[DNS_SHOWN_MOST]; /* hashes */
	size_t n;
};

bool dns_shown_has(const struct dns_shown *d, const char *name);
void dns_shown_add(struct dns_shown *d, const char *name);

/*
 * A message to `out`, of the same length.  Lengths, types and times are
 * shown; names and addresses only of a question for one of those names.
 */
void dns_mask(struct mask *m, const struct dns_shown *d, struct span message,
    uint8_t *out);

#endif
