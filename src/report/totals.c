/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/totals.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"

/* Schemes told apart at one proxy; the registry has about a dozen. */
#define SCHEMES_MAX 16

/* A client or a user of a proxy, so that each is counted once. */
struct member {
	struct table_entry entry;
	struct text key;
};

struct place {
	struct table_entry entry;
	size_t index; /* in report.proxies */
};

struct counting {
	struct report *report;
	struct table places, members;
	struct product_memory known;
	size_t room;
};

size_t
totals_count(struct counted *list, size_t n, size_t room, const char *name)
{
	struct span s = span_of_str(name);

	for (size_t i = 0; i < n; i++)
		if (span_eq_nocase(span_of_str(list[i].name), s)) {
			list[i].count++;
			return n;
		}
	if (name == NULL || n >= room)
		return n;
	list[n] = (struct counted){ .name = name, .count = 1 };
	return n + 1;
}

static uint64_t
hash_of(const struct connection *c)
{
	uint64_t hash = table_hash(span_of(c->proxy.bytes, c->proxy.len));

	return table_hash_more(hash,
	    span_of(&c->proxy_port, sizeof(c->proxy_port)));
}

static struct proxy_total *
new_total(struct counting *k, const struct connection *c, uint64_t hash)
{
	struct report *r = k->report;

	if (r->n_proxies >= limit_of(LIMIT_PROXIES)) {
		limit_hit(LIMIT_PROXIES);
		return NULL;
	}
	if (r->n_proxies == k->room) {
		k->room = k->room > 0 ? k->room * 2 : 8;
		r->proxies =
		    memory_grow(r->proxies, k->room, sizeof(*r->proxies));
	}

	struct place *p = memory_new(1, sizeof(*p));
	struct proxy_total *t = &r->proxies[r->n_proxies];

	p->index = r->n_proxies++;
	table_add(&k->places, &p->entry, hash);
	*t = (struct proxy_total){ .address = c->proxy, .port = c->proxy_port,
		.first = WHEN_NONE, .last = WHEN_NONE };
	t->schemes = arena_new(&r->arena, SCHEMES_MAX * sizeof(*t->schemes));
	t->offered = arena_new(&r->arena, SCHEMES_MAX * sizeof(*t->offered));
	return t;
}

/* NULL when there are too many proxies. */
static struct proxy_total *
total_of(struct counting *k, const struct connection *c)
{
	uint64_t hash = hash_of(c);

	for (struct table_entry *e = table_first(&k->places, hash); e != NULL;
	     e = table_next(e)) {
		size_t i = LIST_OBJECT(e, struct place, entry)->index;
		struct proxy_total *t = &k->report->proxies[i];

		if (t->port == c->proxy_port &&
		    address_eq(&t->address, &c->proxy))
			return t;
	}
	return new_total(k, c, hash);
}

/* True the first time. */
static bool
is_new(struct counting *k, struct text *key)
{
	uint64_t hash = table_hash(text_span(key));

	for (struct table_entry *e = table_first(&k->members, hash); e != NULL;
	     e = table_next(e))
		if (span_eq(text_span(&LIST_OBJECT(e, struct member,
		                entry)->key), text_span(key)))
			return false;

	struct member *m = memory_new(1, sizeof(*m));

	m->key = *key;
	text_init(key);
	table_add(&k->members, &m->entry, hash);
	return true;
}

/* Clients by address; users by domain and name, in any case. */
static void
count_people(struct counting *k, struct proxy_total *t,
    const struct attempt *a)
{
	struct text key;
	size_t index = (size_t)(t - k->report->proxies);

	text_init(&key);
	text_str(&key, "client ");
	text_uint(&key, index);
	text_char(&key, ' ');
	text_add(&key, span_of(a->connection.client.bytes,
	    a->connection.client.len));
	t->clients += is_new(k, &key);
	text_clear(&key);
	if (a->user != NULL) {
		text_str(&key, "user ");
		text_uint(&key, index);
		text_char(&key, ' ');
		text_str(&key, a->domain != NULL ? a->domain : "");
		text_char(&key, '\\');
		text_str(&key, a->user);
		for (size_t i = 0; i < key.len; i++)
			if (key.at[i] >= 'A' && key.at[i] <= 'Z')
				key.at[i] = (char)(key.at[i] + ('a' - 'A'));
		t->users += is_new(k, &key);
	}
	text_fini(&key);
}

static void
learn_product(struct counting *k, struct proxy_total *t,
    const struct attempt *a)
{
	const struct rules *rules = k->report->rules;

	if (rules == NULL || t->product.proof)
		return;

	struct product_match m = product_of_attempt(rules, a, &k->known);

	if (product_better(&m, &t->product))
		t->product = m;
}

static const char *
offer_name(const struct token *offer)
{
	return offer->scheme == SCHEME_OTHER ? offer->scheme_name
	                                     : scheme_name(offer->scheme);
}

/* A scheme may be offered several times at once, of several realms. */
static void
count_offers(struct proxy_total *t, const struct token *offers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = offer_name(&offers[i]);
		size_t first = 0;

		while (first < i &&
		    !span_eq_nocase(span_of_str(name),
		        span_of_str(offer_name(&offers[first]))))
			first++;
		if (first == i)
			t->n_offered = totals_count(t->offered,
			    t->n_offered, SCHEMES_MAX, name);
	}
}

static void
count_attempt(struct proxy_total *t, const struct attempt *a)
{
	const struct observed_response *p = a->response;
	size_t n;
	const struct token *offers = report_offer(a, &n);

	t->attempts++;
	t->outcomes[a->outcome]++;
	t->n_schemes = totals_count(t->schemes, t->n_schemes, SCHEMES_MAX,
	    a->scheme_name);
	count_offers(t, offers, n);
	/* On any other answer the field may be the origin's. */
	if (t->software == NULL && p != NULL && p->status == 407)
		t->software = p->server != NULL ? p->server : p->proxy_agent;
	if (t->first == WHEN_NONE)
		t->first = a->start;
	t->last = a->end != WHEN_NONE ? a->end : t->last;
}

void
totals_of_proxies(struct report *r)
{
	struct counting k = { .report = r };

	table_init(&k.places);
	table_init(&k.members);
	for (size_t i = 0; i < r->n_attempts; i++) {
		const struct attempt *a = r->attempts[i];
		struct proxy_total *t = total_of(&k, &a->connection);

		if (t == NULL) {
			r->proxies_left_out++;
			continue;
		}
		count_attempt(t, a);
		learn_product(&k, t, a);
		count_people(&k, t, a);
	}
	LIST_EACH (link, &k.members.by_age) {
		struct member *m =
		    LIST_OBJECT(link, struct member, entry.age);

		text_fini(&m->key);
		free(m);
	}
	LIST_EACH (link, &k.places.by_age)
		free(LIST_OBJECT(link, struct place, entry.age));
	table_fini(&k.members);
	table_fini(&k.places);
}
