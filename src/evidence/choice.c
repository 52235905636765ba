/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/choice.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "evidence/remark.h"
#include "witness/kdc.h"

/* In the order in which they go in. */
enum rank {
	RANK_EXAMPLE, /* the attempt that stands for a finding */
	RANK_GOOD,    /* the one it is compared with */
	RANK_FINDING,
	RANK_CLIENT, /* of the same client, or with the same user */
	RANK_PROXY,  /* of the same proxy */
	RANK_NONE,
};

struct chosen {
	struct table_entry entry;
	struct ends ends;
	enum rank rank;
	size_t order; /* among those of its rank */
	uint64_t bytes;
	bool in;
};

/* Connections that were refused have no attempt: who, and where. */
struct pair {
	struct address client, proxy;
	uint16_t port;
};

struct choice {
	const struct report *report;
	struct table table;
	struct pair *pairs;
	size_t n_pairs;
	struct beside beside;
	struct remarks remarks;
	size_t taken, left_out;
};

static void add_attempt(struct choice *c, const struct attempt *a,
    enum rank rank);
static void add_finding(struct choice *c, const struct finding *f);
static void add_context(struct choice *c);

struct choice *
choice_new(const struct report *r)
{
	struct choice *c = memory_new(1, sizeof(*c));

	c->report = r;
	table_init(&c->table);
	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i]->fault)
			add_finding(c, r->findings[i]);
	for (size_t i = 0; i < r->n_findings; i++)
		if (!r->findings[i]->fault)
			add_finding(c, r->findings[i]);
	add_context(c);
	remarks_sort(&c->remarks);
	return c;
}

void
choice_free(struct choice *c)
{
	if (c == NULL)
		return;
	LIST_EACH (link, &c->table.by_age)
		free(LIST_OBJECT(link, struct chosen, entry.age));
	table_fini(&c->table);
	free(c->pairs);
	beside_fini(&c->beside);
	remarks_fini(&c->remarks);
	free(c);
}

static struct chosen *
find(const struct choice *c, const struct ends *ends)
{
	uint64_t hash = table_hash(span_of(ends, sizeof(*ends)));

	for (struct table_entry *e = table_first(&c->table, hash); e != NULL;
	     e = table_next(e)) {
		struct chosen *k = LIST_OBJECT(e, struct chosen, entry);

		if (memcmp(&k->ends, ends, sizeof(*ends)) == 0)
			return k;
	}
	return NULL;
}

static struct chosen *
add_ends(struct choice *c, const struct ends *ends, enum rank rank)
{
	struct chosen *k = find(c, ends);

	if (k == NULL) {
		k = memory_new(1, sizeof(*k));
		k->ends = *ends;
		k->rank = rank;
		k->order = c->table.count;
		table_add(&c->table, &k->entry,
		    table_hash(span_of(ends, sizeof(*ends))));
	} else if (rank < k->rank) {
		k->rank = rank;
	}
	return k;
}

static void
add_connection(struct choice *c, const struct connection *o, enum rank rank)
{
	bool other = o->peer.len > 0;
	struct ends ends = ends_between(other ? &o->peer : &o->client,
	    other ? o->peer_port : o->client_port, &o->proxy, o->proxy_port);

	add_ends(c, &ends, rank);
}

static void
add_attempt(struct choice *c, const struct attempt *a, enum rank rank)
{
	add_connection(c, &a->connection, rank);
	LIST_EACH (link, &a->observations)
		add_connection(c,
		    &LIST_OBJECT(link, struct observation, link)->connection,
		    rank);
}

/* "10.0.0.1", "10.0.0.1:3128", "[fd77::1]:3128" as the tallies have them; of
 * an address alone the port is 0. */
static bool
read_place(const char *name, struct address *address, uint16_t *port)
{
	struct span s = span_of_str(name);
	size_t colon = s.len;
	uint64_t number = 0;
	char host[64];

	if (port != NULL)
		*port = 0;
	if (address_parse(name, address))
		return true;
	while (port != NULL && colon > 0 && s.at[colon - 1] != ':')
		colon--;
	if (port != NULL && (colon == 0 ||
	                        !span_decimal(span_from(s, colon), &number) ||
	                        number > 65535))
		return false;

	struct span text = port != NULL ? span_first(s, colon - 1) : s;

	if (text.len >= 2 && text.at[0] == '[')
		text = span_of(text.at + 1, text.len - 2);
	if (text.len >= sizeof(host))
		return false;
	memcpy(host, text.at, text.len);
	host[text.len] = '\0';
	if (port != NULL)
		*port = (uint16_t)number;
	return address_parse(host, address);
}

static void
add_pairs(struct choice *c, const struct finding *f)
{
	for (size_t i = 0; i < f->clients.n; i++)
		for (size_t k = 0; k < f->proxies.n; k++) {
			struct pair p;

			if (!read_place(f->clients.entries[i].name, &p.client,
			        NULL) ||
			    !read_place(f->proxies.entries[k].name, &p.proxy,
			        &p.port))
				continue;
			c->pairs = memory_grow(c->pairs, c->n_pairs + 1,
			    sizeof(*c->pairs));
			c->pairs[c->n_pairs++] = p;
			addresses_add(&c->beside.clients, &p.client);
			addresses_add(&c->beside.proxies, &p.proxy);
			/* Of no port: it was asked for in vain. */
			if (p.port == 0)
				addresses_add(&c->beside.lost, &p.proxy);
		}
}

static void
add_lost_kdcs(struct choice *c, const struct finding *f)
{
	for (size_t i = 0; i < f->n_kdc; i++)
		if (f->kdc[i]->saw.kdc->not_there)
			addresses_add(&c->beside.lost, &f->kdc[i]->server);
}

static void
add_failed(struct choice *c, const struct finding *f,
    const struct attempt *a)
{
	add_attempt(c, a, RANK_FINDING);
	remarks_add(&c->remarks, a, f);
	addresses_add(&c->beside.clients, &a->connection.client);
	addresses_add(&c->beside.clients, &a->connection.peer);
	addresses_add(&c->beside.proxies, &a->connection.proxy);
}

static void
add_finding(struct choice *c, const struct finding *f)
{
	if (f->n_attempts == 0)
		add_pairs(c, f);
	add_lost_kdcs(c, f);
	for (size_t i = 0; i < f->n_hosts; i++)
		dns_shown_add(&c->beside.names, f->hosts[i]);
	if (f->example != NULL)
		add_attempt(c, f->example, RANK_EXAMPLE);
	if (f->in_tls != NULL)
		add_connection(c, f->in_tls, RANK_GOOD);
	if (f->good != NULL) {
		add_attempt(c, f->good, RANK_GOOD);
		remarks_add(&c->remarks, f->good, NULL);
	}
	for (size_t i = 0; i < f->n_attempts; i++)
		add_failed(c, f, f->attempts[i]);
	for (size_t i = 0; i < f->n_inner; i++)
		add_failed(c, f, f->inner[i]);
}

/* How many other attempts at one proxy, with one scheme and outcome. */
#define CONTEXT_MOST 32

/* Things that were met, by hash, and how often. */
struct met {
	struct table_entry entry;
	unsigned times;
};

static unsigned *
times_met(struct table *t, const char *what, struct span name, bool add)
{
	uint64_t hash = table_hash_more(table_hash(span_of_str(what)), name);
	struct table_entry *e = table_first(t, hash);
	struct met *m;

	if (e != NULL)
		return &LIST_OBJECT(e, struct met, entry)->times;
	if (!add)
		return NULL;
	m = memory_new(1, sizeof(*m));
	table_add(t, &m->entry, hash);
	return &m->times;
}

static void
meet(struct table *t, const char *what, struct span name)
{
	if (span_has_bytes(name))
		++*times_met(t, what, name, true);
}

static bool
was_met(struct table *t, const char *what, struct span name)
{
	return span_has_bytes(name) && times_met(t, what, name, false) != NULL;
}

/* A user name without regard to case, as directories have it. */
static struct span
folded(struct text *t, const char *name)
{
	text_clear(t);
	for (const char *s = name; s != NULL && *s != '\0'; s++)
		text_char(t, (char)tolower((unsigned char)*s));
	return text_span(t);
}

static struct span
address_span(const struct address *a)
{
	return span_of(a->bytes, a->len);
}

/* How near an attempt is to those of the findings. */
static enum rank
nearness(struct table *met, struct text *scratch, const struct attempt *a)
{
	struct span client = address_span(&a->connection.client);
	struct span proxy = address_span(&a->connection.proxy);
	unsigned *times;

	/* A proxy may be the client of the next one. */
	if (was_met(met, "client", client) || was_met(met, "proxy", client) ||
	    was_met(met, "user", folded(scratch, a->user)))
		return RANK_CLIENT;
	if (!was_met(met, "proxy", proxy) && !was_met(met, "client", proxy))
		return RANK_NONE;
	text_clear(scratch);
	text_add(scratch, proxy);
	text_fmt(scratch, " %u %d %d", a->connection.proxy_port,
	    (int)a->scheme, (int)a->outcome);
	times = times_met(met, "context", text_span(scratch), true);
	return ++*times <= CONTEXT_MOST ? RANK_PROXY : RANK_NONE;
}

static void
add_context(struct choice *c)
{
	const struct report *r = c->report;
	struct table met;
	struct text scratch = { 0 };

	table_init(&met);
	for (size_t i = 0; i < r->n_findings; i++)
		for (size_t k = 0; k < r->findings[i]->n_attempts; k++) {
			const struct attempt *a = r->findings[i]->attempts[k];

			meet(&met, "client",
			    address_span(&a->connection.client));
			meet(&met, "proxy",
			    address_span(&a->connection.proxy));
			meet(&met, "user", folded(&scratch, a->user));
		}
	for (size_t i = 0; i < c->n_pairs; i++) {
		meet(&met, "client", address_span(&c->pairs[i].client));
		meet(&met, "proxy", address_span(&c->pairs[i].proxy));
	}
	for (size_t i = 0; i < r->n_attempts; i++) {
		enum rank rank = nearness(&met, &scratch, r->attempts[i]);

		if (rank != RANK_NONE)
			add_attempt(c, r->attempts[i], rank);
	}
	LIST_EACH (link, &met.by_age)
		free(LIST_OBJECT(link, struct met, entry.age));
	table_fini(&met);
	text_fini(&scratch);
}

static bool
is_pair(const struct pair *k, const struct address *from,
    const struct address *to, uint16_t port)
{
	return port == k->port && address_eq(from, &k->client) &&
	    address_eq(to, &k->proxy);
}

bool
choice_consider(struct choice *c, const struct packet *p,
    uint64_t frame_bytes)
{
	struct ends ends = beside_ends(p);
	struct chosen *k;
	bool tcp = p->protocol == PROTOCOL_TCP;

	if (!tcp && !beside_is_one(p))
		return false;
	k = find(c, &ends);
	if (k == NULL && beside_takes(&c->beside, p))
		k = add_ends(c, &ends, RANK_CLIENT);
	for (size_t i = 0; k == NULL && tcp && i < c->n_pairs; i++)
		if (is_pair(&c->pairs[i], &p->src, &p->dst, p->dport) ||
		    is_pair(&c->pairs[i], &p->dst, &p->src, p->sport))
			k = add_ends(c, &ends, RANK_FINDING);
	if (k == NULL)
		return false;
	k->bytes += frame_bytes;
	return true;
}

static int
by_rank(const void *a, const void *b)
{
	const struct chosen *x = *(struct chosen *const *)a;
	const struct chosen *y = *(struct chosen *const *)b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void
choice_settle(struct choice *c, uint64_t limit_bytes)
{
	struct chosen **all = memory_new(c->table.count + 1, sizeof(*all));
	size_t n = 0;

	LIST_EACH (link, &c->table.by_age) {
		struct chosen *k = LIST_OBJECT(link, struct chosen, entry.age);

		if (k->bytes > 0)
			all[n++] = k;
	}
	if (n > 1)
		qsort(all, n, sizeof(struct chosen *), by_rank);
	for (size_t i = 0; i < n; i++) {
		all[i]->in = all[i]->bytes <= limit_bytes;
		if (all[i]->in) {
			limit_bytes -= all[i]->bytes;
			c->taken++;
		} else {
			c->left_out++;
		}
	}
	free(all);
}

bool
choice_takes(const struct choice *c, const struct packet *p)
{
	struct ends ends = beside_ends(p);
	const struct chosen *k = find(c, &ends);

	return k != NULL && k->in &&
	    (p->protocol == PROTOCOL_TCP || beside_is_one(p));
}

const struct dns_shown *
choice_names(const struct choice *c)
{
	return &c->beside.names;
}

size_t
choice_taken(const struct choice *c)
{
	return c->taken;
}

size_t
choice_left_out(const struct choice *c)
{
	return c->left_out;
}

void
choice_remark(const struct choice *c, uint64_t frame, struct text *t)
{
	remarks_say(&c->remarks, c->report, frame, t);
}
