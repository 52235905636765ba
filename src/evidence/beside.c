/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/beside.h"

#include <stdlib.h>

#include "base/memory.h"
#include "witness/dns.h"
#include "witness/pac.h"

#define KDC_PORT 88

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
}

bool
is_kdc_packet(const struct packet *p)
{
	return p->sport == KDC_PORT || p->dport == KDC_PORT;
}

/* Of UDP, only these are looked at. */
bool
beside_is_udp(const struct packet *p)
{
	return p->protocol == PROTOCOL_UDP &&
	    (is_kdc_packet(p) || is_dns_packet(p));
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

/* What a verdict about a client of a finding may rest on besides. */
bool
beside_takes(struct beside *b, const struct packet *p)
{
	if (is_kdc_packet(p))
		return addresses_have(&b->clients,
		    p->dport == KDC_PORT ? &p->src : &p->dst);
	return p->protocol == PROTOCOL_TCP ? asks_for_pac(b, p)
	                                   : is_told_of_proxy(b, p);
}
