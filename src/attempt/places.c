/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/places.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"

struct places {
	struct table table;
};

/* What origin servers say to requests that are a proxy's to answer. */
static const unsigned refusals[] = { 400, 404, 405, 501 };

struct places *
places_new(void)
{
	struct places *p = memory_new(1, sizeof(*p));

	table_init(&p->table);
	return p;
}

void
places_free(struct places *p)
{
	if (p == NULL)
		return;
	LIST_EACH(l, &p->table.by_age)
		free(LIST_OBJECT(l, struct place_used, entry.age));
	table_fini(&p->table);
	free(p);
}

static uint64_t
hash_of(const struct address *address, uint16_t port)
{
	return table_hash_more(table_hash(span_of(address->bytes, 16)),
	    span_of(&port, sizeof(port)));
}

static struct place_used *
find(const struct places *p, const struct address *address, uint16_t port)
{
	for (struct table_entry *e = table_first(&p->table,
	         hash_of(address, port));
	     e != NULL; e = table_next(e)) {
		struct place_used *u = LIST_OBJECT(e, struct place_used, entry);

		if (u->port == port && address_eq(&u->address, address))
			return u;
	}
	return NULL;
}

static bool
acts_as_proxy(const struct observation *o)
{
	const struct observed_response *a = &o->response;

	if (o->kind != OBSERVE_EXCHANGE || !a->seen)
		return false;
	if (a->status == 407)
		return true;
	if (!o->request.seen || o->request.origin_form)
		return false;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (a->status == refusals[i])
			return false;
	return true;
}

void
places_take(struct places *p, const struct observation *o)
{
	const struct connection *c = &o->connection;

	if (!acts_as_proxy(o))
		return;

	struct place_used *u = find(p, &c->proxy, c->proxy_port);

	if (u == NULL && p->table.count >= limit_of(LIMIT_PROXIES)) {
		limit_hit(LIMIT_PROXIES);
		return;
	}
	if (u == NULL) {
		u = memory_new(1, sizeof(*u));
		u->address = c->proxy;
		u->port = c->proxy_port;
		u->client = c->client;
		table_add(&p->table, &u->entry,
		    hash_of(&c->proxy, c->proxy_port));
	}
	u->several |= !address_eq(&u->client, &c->client);
}

const struct place_used *
places_find(const struct places *p, const struct address *address,
    uint16_t port)
{
	return find(p, address, port);
}

bool
places_has_host(const struct places *p, const struct address *address)
{
	LIST_EACH(l, &p->table.by_age)
		if (address_eq(&LIST_OBJECT(l, struct place_used,
		        entry.age)->address, address))
			return true;
	return false;
}

bool
places_any(const struct places *p)
{
	return p->table.count > 0;
}
