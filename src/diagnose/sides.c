/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/sides.h"

#include <stdlib.h>

#include "base/memory.h"

/* One end-to-end connection. */
struct ends {
	struct address client, server;
	uint16_t client_port, server_port;
	uint64_t frame;
	const struct witness_record *record; /* or NULL: of an attempt */
};

struct sides {
	const struct places *places;
	const struct witness_record **records[WITNESS_COUNT];
	size_t n_records[WITNESS_COUNT];
	struct ends *tls, *attempts; /* sorted */
	size_t n_tls, n_attempts;
	struct ends *speakers; /* their servers alone; sorted */
	size_t n_speakers;
};

static int
by_frame(const void *left, const void *right)
{
	const struct witness_record *a =
	    *(const struct witness_record *const *)left;
	const struct witness_record *b =
	    *(const struct witness_record *const *)right;

	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return a->stream < b->stream ? -1 : a->stream > b->stream;
}

static int
compare_ends(const struct ends *a, const struct ends *b)
{
	int order = memcmp(a->client.bytes, b->client.bytes, 16);

	if (order == 0)
		order = memcmp(a->server.bytes, b->server.bytes, 16);
	if (order == 0)
		order = (int)a->client_port - (int)b->client_port;
	if (order == 0)
		order = (int)a->server_port - (int)b->server_port;
	return order;
}

static int
by_ends(const void *left, const void *right)
{
	const struct ends *a = left, *b = right;
	int order = compare_ends(a, b);

	return order != 0 ? order : a->frame < b->frame ? -1
	                                                : a->frame > b->frame;
}

static struct ends
ends_of_record(const struct witness_record *r)
{
	return (struct ends){ r->client, r->server, r->client_port,
		r->server_port, r->frame, r };
}

static struct ends
ends_of_attempt(const struct attempt *a)
{
	const struct connection *c = &a->connection;

	return (struct ends){ c->client, c->proxy, c->client_port,
		c->proxy_port, a->first_frame, NULL };
}

static void
take_records(struct sides *s, const struct testimony *t,
    enum witness_kind kind)
{
	size_t n;
	const struct witness_record *const *all = testimony_of(t, kind, &n);

	s->records[kind] = memory_new(n + 1, sizeof(*s->records[kind]));
	s->n_records[kind] = n;
	for (size_t i = 0; i < n; i++)
		s->records[kind][i] = all[i];
	if (n > 1)
		qsort(s->records[kind], n, sizeof(*s->records[kind]),
		    by_frame);
}

/* The servers that answered in TLS. */
static void
take_speakers(struct sides *s)
{
	s->speakers = memory_new(s->n_tls + 1, sizeof(*s->speakers));
	for (size_t i = 0; i < s->n_tls; i++) {
		const struct witness_record *r = s->records[WITNESS_TLS][i];

		if (r->saw.tls->answer == TLS_ANSWER_HELLO)
			s->speakers[s->n_speakers++] =
			    (struct ends){ .server = r->server,
				    .server_port = r->server_port,
				    .frame = r->frame,
				    .record = r };
	}
	qsort(s->speakers, s->n_speakers, sizeof(*s->speakers), by_ends);
}

struct sides *
sides_new(const struct testimony *t, const struct places *p,
    struct attempt *const *attempts, size_t n)
{
	struct sides *s = memory_new(1, sizeof(*s));

	s->places = p;
	if (t != NULL) {
		take_records(s, t, WITNESS_TLS);
		take_records(s, t, WITNESS_PAC);
		take_records(s, t, WITNESS_DNS);
		take_records(s, t, WITNESS_SAMPLE);
	}
	s->n_tls = s->n_records[WITNESS_TLS];
	s->tls = memory_new(s->n_tls + 1, sizeof(*s->tls));
	for (size_t i = 0; i < s->n_tls; i++)
		s->tls[i] = ends_of_record(s->records[WITNESS_TLS][i]);
	take_speakers(s);
	s->n_attempts = n;
	s->attempts = memory_new(n + 1, sizeof(*s->attempts));
	for (size_t i = 0; i < n; i++)
		s->attempts[i] = ends_of_attempt(attempts[i]);
	qsort(s->tls, s->n_tls, sizeof(*s->tls), by_ends);
	qsort(s->attempts, n, sizeof(*s->attempts), by_ends);
	return s;
}

void
sides_free(struct sides *s)
{
	if (s == NULL)
		return;
	for (size_t k = 0; k < WITNESS_COUNT; k++)
		free(s->records[k]);
	free(s->tls);
	free(s->speakers);
	free(s->attempts);
	free(s);
}

const struct witness_record *const *
sides_of(const struct sides *s, enum witness_kind kind, size_t *n)
{
	*n = s->n_records[kind];
	return s->records[kind];
}

/* The first with these ends; NULL if there is none. */
static const struct ends *
find(const struct ends *sorted, size_t n, const struct ends *wanted)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_ends(&sorted[mid], wanted) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && compare_ends(&sorted[low], wanted) == 0
	    ? &sorted[low]
	    : NULL;
}

const struct witness_record *
sides_tls_of(const struct sides *s, const struct attempt *a)
{
	struct ends wanted = ends_of_attempt(a);
	const struct ends *found = find(s->tls, s->n_tls, &wanted);

	return found != NULL ? found->record : NULL;
}

bool
sides_has_attempt(const struct sides *s, const struct witness_record *r)
{
	struct ends wanted = ends_of_record(r);

	return find(s->attempts, s->n_attempts, &wanted) != NULL;
}

const struct witness_record *
sides_in_tls(const struct sides *s, const struct address *address,
    uint16_t port)
{
	struct ends wanted = { .server = *address, .server_port = port };
	const struct ends *found = find(s->speakers, s->n_speakers, &wanted);

	return found != NULL ? found->record : NULL;
}

bool
sides_is_proxy(const struct sides *s, const struct address *address,
    uint16_t port)
{
	return s->places != NULL &&
	    places_find(s->places, address, port) != NULL;
}

bool
sides_host_is_proxy(const struct sides *s, const struct address *address)
{
	return s->places != NULL && places_has_host(s->places, address);
}

bool
sides_has_proxy(const struct sides *s)
{
	return s->places != NULL && places_any(s->places);
}

/* -- PAC files -- */

/* How many records are looked at for one question. */
#define LOOK_MAX 4096

const struct witness_record *
sides_pac_of(const struct sides *s, const struct address *client, when_ns when)
{
	const struct witness_record *best = NULL;

	for (size_t i = 0; i < s->n_records[WITNESS_PAC] && i < LOOK_MAX;
	     i++) {
		const struct witness_record *r = s->records[WITNESS_PAC][i];

		if (r->saw.pac->is_script && r->time <= when &&
		    address_eq(&r->client, client))
			best = r;
	}
	return best;
}

const struct witness_record *
sides_pac_before(const struct sides *s, const struct witness_record *r)
{
	const struct pac_record *p = r->saw.pac;

	if (p->url == NULL || !p->body_seen || p->truncated)
		return NULL;
	for (size_t i = 0; i < s->n_records[WITNESS_PAC] && i < LOOK_MAX &&
	     s->records[WITNESS_PAC][i] != r;
	     i++) {
		const struct pac_record *other =
		    s->records[WITNESS_PAC][i]->saw.pac;

		if (other->url != NULL && other->body_seen &&
		    !other->truncated && other->content != p->content &&
		    strcmp(other->url, p->url) == 0)
			return s->records[WITNESS_PAC][i];
	}
	return NULL;
}

/* Is the name this address?  Unknown: nobody asked for the name. */
static enum truth
is_at(const struct sides *s, const char *name, const struct address *address)
{
	enum truth truth = TRUTH_UNKNOWN;
	struct address literal;

	if (address_parse(name, &literal))
		return truth_of(address_eq(&literal, address));
	for (size_t i = 0; i < s->n_records[WITNESS_DNS] && i < LOOK_MAX;
	     i++) {
		const struct dns_record *d =
		    s->records[WITNESS_DNS][i]->saw.dns;

		if (strcmp(d->name, name) != 0)
			continue;
		for (size_t k = 0; k < d->n_addresses; k++) {
			if (address_eq(&d->addresses[k], address))
				return TRUTH_TRUE;
			/* Of the other family, it says nothing. */
			if (d->addresses[k].len == address->len)
				truth = TRUTH_FALSE;
		}
	}
	return truth;
}

enum truth
sides_pac_names(const struct sides *s, const struct pac_record *p,
    const struct address *address, uint16_t port)
{
	enum truth truth =
	    p->n_proxies == PAC_PROXIES_MAX || p->truncated ? TRUTH_UNKNOWN
	                                                    : TRUTH_FALSE;

	for (size_t i = 0; i < p->n_proxies; i++)
		if (p->proxies[i].port == port)
			truth = truth_or(truth,
			    is_at(s, p->proxies[i].host, address));
	return truth;
}

bool
sides_pac_names_used(const struct sides *s, const struct pac_record *p)
{
	struct address a;

	for (size_t i = 0; i < p->n_proxies; i++) {
		uint16_t port = p->proxies[i].port;

		if (address_parse(p->proxies[i].host, &a)) {
			if (sides_is_proxy(s, &a, port))
				return true;
			continue;
		}
		for (size_t k = 0;
		     k < s->n_records[WITNESS_DNS] && k < LOOK_MAX; k++) {
			const struct dns_record *d =
			    s->records[WITNESS_DNS][k]->saw.dns;

			if (strcmp(d->name, p->proxies[i].host) != 0)
				continue;
			for (size_t n = 0; n < d->n_addresses; n++)
				if (sides_is_proxy(s, &d->addresses[n], port))
					return true;
		}
	}
	return false;
}

/* -- names -- */

const struct dns_record *
sides_alias_of(const struct sides *s, const struct address *client,
    const struct address *address)
{
	const struct dns_record *best = NULL;

	for (size_t i = 0; i < s->n_records[WITNESS_DNS] && i < LOOK_MAX;
	     i++) {
		const struct witness_record *r = s->records[WITNESS_DNS][i];
		const struct dns_record *d = r->saw.dns;
		bool own = address_eq(&r->client, client);

		if (d->canonical == NULL || (best != NULL && !own))
			continue;
		for (size_t k = 0; k < d->n_addresses; k++) {
			if (!address_eq(&d->addresses[k], address))
				continue;
			if (own)
				return d;
			best = d;
		}
	}
	return best;
}
