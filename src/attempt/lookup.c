/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/tracked.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"

/* Fingerprints of tokens remembered, to tell replays. */
#define TOKENS_REMEMBERED 65536

struct tracked *
tracker_get(const struct tracker *t, uint32_t id)
{
	for (struct table_entry *e = table_first(&t->attempts, id); e != NULL;
	     e = table_next(e)) {
		struct tracked *a = LIST_OBJECT(e, struct tracked, entry);

		if (a->attempt.id == id)
			return a;
	}
	return NULL;
}

struct pair *
tracker_pair(struct tracker *t, const struct connection *c)
{
	uint64_t hash = table_hash(span_of(c->client.bytes, 16));

	hash = table_hash_more(hash, span_of(c->proxy.bytes, 16));
	hash = table_hash_more(hash,
	    span_of(&c->proxy_port, sizeof(c->proxy_port)));
	for (struct table_entry *e = table_first(&t->pairs, hash); e != NULL;
	     e = table_next(e)) {
		struct pair *p = LIST_OBJECT(e, struct pair, entry);

		if (p->proxy_port == c->proxy_port &&
		    address_eq(&p->client, &c->client) &&
		    address_eq(&p->proxy, &c->proxy)) {
			table_touch(&t->pairs, e);
			return p;
		}
	}

	/* One that no attempt points to goes; those that are in use step
	 * aside, a few at a time, and are bounded by LIMIT_ATTEMPTS. */
	for (int n = 0; n < 8 && t->pairs.count >= limit_of(LIMIT_CLIENTS);
	     n++) {
		struct table_entry *oldest = table_oldest(&t->pairs);
		struct pair *old = LIST_OBJECT(oldest, struct pair, entry);

		if (old->attempts > 0) {
			table_touch(&t->pairs, oldest);
			continue;
		}
		limit_hit(LIMIT_CLIENTS);
		table_remove(&t->pairs, oldest);
		free(old);
	}

	struct pair *p = memory_new(1, sizeof(*p));

	p->client = c->client;
	p->proxy = c->proxy;
	p->proxy_port = c->proxy_port;
	list_init(&p->open);
	table_add(&t->pairs, &p->entry, hash);
	return p;
}

struct conn *
tracker_find_conn(const struct tracker *t, uint64_t id)
{
	uint64_t hash = table_hash(span_of(&id, sizeof(id)));

	for (struct table_entry *e = table_first(&t->conns, hash); e != NULL;
	     e = table_next(e)) {
		struct conn *c = LIST_OBJECT(e, struct conn, entry);

		if (c->id == id)
			return c;
	}
	return NULL;
}

struct conn *
tracker_conn(struct tracker *t, uint64_t id)
{
	struct conn *c = tracker_find_conn(t, id);

	if (c == NULL) {
		c = memory_new(1, sizeof(*c));
		c->id = id;
		table_add(&t->conns, &c->entry,
		    table_hash(span_of(&id, sizeof(id))));
	}
	return c;
}

bool
tracker_sent_before(struct tracker *t, const struct observation *o)
{
	fingerprint whole = o->request.credentials->whole;
	struct table_entry *e = table_first(&t->tokens, whole);

	if (e != NULL)
		return LIST_OBJECT(e, struct seen_token, entry)->answered <
		    o->request.time;
	if (t->tokens.count >= TOKENS_REMEMBERED) {
		struct table_entry *oldest = table_oldest(&t->tokens);

		table_remove(&t->tokens, oldest);
		free(oldest);
	}

	struct seen_token *s = memory_new(1, sizeof(*s));

	s->answered = o->response.seen ? o->response.time : INT64_MAX;
	table_add(&t->tokens, &s->entry, whole);
	return false;
}

struct known_proxy *
tracker_proxy(struct tracker *t, const struct connection *c, bool add)
{
	uint64_t hash = table_hash(span_of(c->proxy.bytes, 16)) ^ c->proxy_port;

	for (struct table_entry *e = table_first(&t->proxies, hash); e != NULL;
	     e = table_next(e)) {
		struct known_proxy *p =
		    LIST_OBJECT(e, struct known_proxy, entry);

		if (p->port == c->proxy_port &&
		    address_eq(&p->address, &c->proxy))
			return p;
	}
	if (!add || t->proxies.count >= limit_of(LIMIT_PROXIES))
		return NULL;

	struct known_proxy *p = memory_new(1, sizeof(*p));

	p->address = c->proxy;
	p->port = c->proxy_port;
	table_add(&t->proxies, &p->entry, hash);
	return p;
}
