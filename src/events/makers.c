/* SPDX-License-Identifier: BSD-2-Clause */
#include "events/makers.h"

#include <stdlib.h>

#include "auth/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

/* What a proxy called itself. */
struct maker {
	struct table_entry entry;
	struct address address;
	uint64_t port;
	struct observed_response response;
};

struct makers {
	const struct rules *rules;
	struct arena arena;
	struct table table;
};

struct makers *
makers_new(const struct rules *rules)
{
	struct makers *k = memory_new(1, sizeof(*k));

	k->rules = rules;
	table_init(&k->table);
	return k;
}

void
makers_free(struct makers *k)
{
	struct table_entry *entry;

	while ((entry = table_oldest(&k->table)) != NULL) {
		table_remove(&k->table, entry);
		free(LIST_OBJECT(entry, struct maker, entry));
	}
	table_fini(&k->table);
	arena_fini(&k->arena);
	free(k);
}

static uint64_t
hash_place(const struct address *address, uint64_t port)
{
	return table_hash_more(table_hash(span_of(address->bytes,
	    address->len)), span_of(&port, sizeof(port)));
}

static struct maker *
find(const struct makers *k, const struct address *address,
    uint64_t port)
{
	for (struct table_entry *t = table_first(&k->table,
	         hash_place(address, port)); t != NULL; t = table_next(t)) {
		struct maker *m = LIST_OBJECT(t, struct maker, entry);

		if (m->port == port && address_eq(&m->address, address))
			return m;
	}
	return NULL;
}

/* The answer that the totals show; of a 407 its Server alone, if no more. */
static struct observed_response
read_answer(struct makers *k, struct span object)
{
	struct span product = json_member(object, "product");
	struct span answer = json_member(product, "answer");
	const char *told = json_string(&k->arena, product, "id");
	struct observed_response p = { .seen = true, .status = 407,
		.server = json_string(&k->arena, object, "software"),
		.date = WHEN_NONE };
	const struct {
		const char *key, **to;
	} fields[] = {
		{ "reason", &p.reason },
		{ "server", &p.server },
		{ "via", &p.via },
		{ "proxy_agent", &p.proxy_agent },
		{ "x_cache", &p.x_cache },
		{ "vendor_error", &p.vendor_error },
		{ "title", &p.body_title },
	};
	uint64_t status = 0;

	if (span_decimal(json_member(answer, "status"), &status)) {
		p.status = (unsigned)status;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			*fields[i].to = json_string(&k->arena, answer,
			    fields[i].key);
	}
	/* Challenges may have shown it, which are not here: no other then. */
	if (told != NULL) {
		struct product_match m =
		    product_of_response(k->rules, &p, false);

		if (m.product == NULL || strcmp(m.product->id, told) != 0)
			p = (struct observed_response){ .date = WHEN_NONE };
	}
	return p;
}

void
makers_take(struct makers *k, struct span object)
{
	struct arena scratch = { 0 };
	const char *ip = json_string(&scratch, object, "ip");
	struct address address;
	uint64_t port = 0;
	bool ok = ip != NULL && address_parse(ip, &address) &&
	    span_decimal(json_member(object, "port"), &port);

	arena_fini(&scratch);
	if (!ok || k->table.count >= limit_of(LIMIT_PROXIES) ||
	    find(k, &address, port) != NULL)
		return;

	struct maker *m = memory_new(1, sizeof(*m));

	m->address = address;
	m->port = port;
	m->response = read_answer(k, object);
	table_add(&k->table, &m->entry, hash_place(&address, port));
}

const struct observed_response *
makers_answer(const struct makers *k, const struct address *proxy,
    uint16_t port)
{
	const struct maker *m = find(k, proxy, port);

	return m != NULL ? &m->response : NULL;
}
