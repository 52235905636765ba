/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/kin.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

struct number {
	struct table_entry entry;
	struct span key;
	enum kinship kind;
	uint32_t id;
};

struct kin {
	struct table table;
	struct arena arena; /* the numbers and their keys */
	uint32_t counts[KIN_COUNT];
};

static const enum limit limit_ids[KIN_COUNT] = {
	[KIN_USER] = LIMIT_USERS,
	[KIN_CLIENT] = LIMIT_CLIENTS,
	[KIN_PROXY] = LIMIT_PROXIES,
	[KIN_AGENT] = LIMIT_CLIENTS,
	[KIN_PROGRAM] = LIMIT_CLIENTS,
	[KIN_LOGIN] = LIMIT_USERS,
	[KIN_LANE] = LIMIT_PROXIES,
};

struct kin *
kin_new(void)
{
	struct kin *k = memory_new(1, sizeof(*k));

	table_init(&k->table);
	return k;
}

void
kin_free(struct kin *k)
{
	if (k == NULL)
		return;
	table_fini(&k->table);
	arena_fini(&k->arena);
	free(k);
}

static struct number *
find(const struct kin *k, enum kinship kind, struct span key, uint64_t hash)
{
	for (struct table_entry *e = table_first(&k->table, hash); e != NULL;
	     e = table_next(e)) {
		struct number *n = LIST_OBJECT(e, struct number, entry);

		if (n->kind == kind && span_eq(n->key, key))
			return n;
	}
	return NULL;
}

static uint64_t
hash_of(enum kinship kind, struct span key)
{
	uint8_t tag = (uint8_t)kind;

	return table_hash_more(table_hash(span_of(&tag, 1)), key);
}

static uint32_t
number_of(struct kin *k, enum kinship kind, struct span key)
{
	uint64_t hash = hash_of(kind, key);
	struct number *n = find(k, kind, key, hash);

	if (n != NULL)
		return n->id;
	if (k->counts[kind] >= limit_of(limit_ids[kind])) {
		limit_hit(limit_ids[kind]);
		return 0;
	}
	n = arena_new(&k->arena, sizeof(*n));
	n->key = arena_span(&k->arena, key);
	n->kind = kind;
	n->id = ++k->counts[kind];
	table_add(&k->table, &n->entry, hash);
	return n->id;
}

/* A number for several numbers together; 0 if the first is. */
static uint32_t
number_of_ids(struct kin *k, enum kinship kind, uint32_t a, uint32_t b,
    uint32_t c)
{
	uint32_t ids[3] = { a, b, c };

	return a == 0 ? 0 : number_of(k, kind, span_of(ids, sizeof(ids)));
}

struct proxy_key {
	uint8_t bytes[19];
};

static struct proxy_key
proxy_key(const struct address *a, uint16_t port)
{
	struct proxy_key key;

	memcpy(key.bytes, a->bytes, 16);
	key.bytes[16] = a->len;
	key.bytes[17] = (uint8_t)(port >> 8);
	key.bytes[18] = (uint8_t)port;
	return key;
}

static uint32_t
number_of_user(struct kin *k, const char *user)
{
	char lower[256];
	size_t n = 0;

	if (user == NULL || user[0] == '\0')
		return 0;
	while (n < sizeof(lower) && user[n] != '\0') {
		lower[n] = (char)tolower((unsigned char)user[n]);
		n++;
	}
	return number_of(k, KIN_USER, span_of(lower, n));
}

void
kin_number(struct kin *k, struct event *e)
{
	const struct attempt *a = e->attempt;
	const struct connection *c = &a->connection;
	struct proxy_key proxy = proxy_key(&c->proxy, c->proxy_port);
	const char *agent = a->user_agent != NULL ? a->user_agent : "";
	uint32_t *kin = e->kin;

	kin[KIN_USER] = number_of_user(k, a->user);
	kin[KIN_CLIENT] =
	    number_of(k, KIN_CLIENT, span_of(c->client.bytes, 16));
	kin[KIN_PROXY] =
	    number_of(k, KIN_PROXY, span_of(proxy.bytes, sizeof(proxy.bytes)));
	kin[KIN_AGENT] = number_of(k, KIN_AGENT, span_of_str(agent));
	kin[KIN_PROGRAM] = number_of_ids(k, KIN_PROGRAM, kin[KIN_CLIENT],
	    kin[KIN_AGENT], 0);
	kin[KIN_LOGIN] = number_of_ids(k, KIN_LOGIN, kin[KIN_CLIENT],
	    kin[KIN_AGENT], kin[KIN_USER]);
	kin[KIN_LANE] = number_of_ids(k, KIN_LANE, kin[KIN_PROXY],
	    (uint32_t)a->scheme, 0);
}

uint32_t
kin_count(const struct kin *k, enum kinship kind)
{
	return k->counts[kind];
}

uint32_t
kin_of_client(const struct kin *k, const struct address *a)
{
	struct span bytes = span_of(a->bytes, 16);
	struct number *n =
	    find(k, KIN_CLIENT, bytes, hash_of(KIN_CLIENT, bytes));

	return n != NULL ? n->id : 0;
}

uint32_t
kin_of_proxy(const struct kin *k, const struct address *a, uint16_t port)
{
	struct proxy_key key = proxy_key(a, port);
	struct span bytes = span_of(key.bytes, sizeof(key.bytes));
	struct number *n =
	    find(k, KIN_PROXY, bytes, hash_of(KIN_PROXY, bytes));

	return n != NULL ? n->id : 0;
}
