/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/beside.h"

#include <stdlib.h>

#include "base/memory.h"
#include "witness/dns.h"
#include "witness/neighbours.h"
#include "witness/pac.h"

#define KDC_PORT 88
/* So much of what others have to do with it is proof enough. */
#define PROOFS 4

static bool
addresses_have(const struct addresses *all, const struct address *a)
{
	for (size_t i = 0; i < all->n; i++)
		if (address_eq(&all->list[i], a))
			return true;
	return false;
}

void
addresses_add(struct addresses *all, const struct address *a)
{
	if (a->len == 0 || addresses_have(all, a) || all->n >= 4096)
		return;
	all->list = memory_grow(all->list, all->n + 1, sizeof(*all->list));
	all->list[all->n++] = *a;
}

void
beside_fini(struct beside *b)
{
	free(b->clients.list);
	free(b->proxies.list);
	free(b->lost.list);
}

static bool
is_kdc_packet(const struct packet *p)
{
	return p->sport == KDC_PORT || p->dport == KDC_PORT;
}

bool
beside_is_one(const struct packet *p)
{
	struct neighbour_word w;

	return p->protocol == PROTOCOL_UDP
	    ? is_kdc_packet(p) || is_dns_packet(p)
	    : (p->arp != 0 || p->protocol == PROTOCOL_ICMP6) &&
	        neighbour_read(p, &w);
}

struct ends
beside_ends(const struct packet *p)
{
	struct neighbour_word w;

	if ((p->arp == 0 && p->protocol != PROTOCOL_ICMP6) ||
	    !neighbour_read(p, &w))
		return ends_of(p);
	return ends_between(w.answer ? &w.to : &w.from, 0, &w.host, 0);
}

/* A client of a finding asks for a PAC file: "GET /proxy.pac HTTP/1.1". */
static bool
asks_for_pac(const struct beside *b, const struct packet *p)
{
	struct span target = p->payload;

	if (!span_starts(target, SPAN("GET ")) ||
	    !addresses_have(&b->clients, &p->src))
		return false;
	target = span_from(target, 4);
	return pac_is_target(span_first(target, span_find(target, ' ')));
}

/* It is told the address of a proxy, or that there is none of its name. */
static bool
is_told_of_proxy(struct beside *b, const struct packet *p)
{
	struct dns_answer a;
	struct fault fault;
	bool wanted;

	if (p->sport != DNS_PORT || !addresses_have(&b->clients, &p->dst) ||
	    !dns_answer_decode(p->payload, &a, &fault))
		return false;
	wanted = dns_shown_has(&b->names, a.name);
	for (size_t i = 0; i < a.n_addresses; i++)
		wanted |= addresses_have(&b->proxies, &a.addresses[i]);
	if (wanted)
		dns_shown_add(&b->names, a.name);
	return wanted;
}

/* A client asks for one that is not there; that one lives after all; or the
 * client is answered by others. */
static bool
is_of_lost(struct beside *b, const struct packet *p)
{
	struct neighbour_word w;

	if (b->lost.n == 0 || !neighbour_read(p, &w))
		return false;
	if (addresses_have(&b->lost, &w.from) ||
	    (addresses_have(&b->lost, &w.host) &&
	        (w.answer || addresses_have(&b->clients, &w.from))))
		return true;
	return w.answer && addresses_have(&b->clients, &w.to) &&
	    b->answers++ < PROOFS;
}

/* That of clients; and where one is not there, that it was a KDC. */
static bool
is_with_kdc(struct beside *b, const struct packet *p)
{
	bool asks = p->dport == KDC_PORT;

	return addresses_have(&b->clients, asks ? &p->src : &p->dst) ||
	    (addresses_have(&b->lost, asks ? &p->dst : &p->src) &&
	        b->exchanges++ < PROOFS);
}

/* What a verdict about a client of a finding may rest on besides. */
bool
beside_takes(struct beside *b, const struct packet *p)
{
	switch (p->protocol) {
	case PROTOCOL_TCP:
		return is_kdc_packet(p) ? is_with_kdc(b, p)
		                        : asks_for_pac(b, p);
	case PROTOCOL_UDP:
		return is_kdc_packet(p) ? is_with_kdc(b, p)
		                        : is_told_of_proxy(b, p);
	default:
		return is_of_lost(b, p);
	}
}
