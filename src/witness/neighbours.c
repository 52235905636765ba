/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/neighbours.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

/* Hosts ask three times, a second apart, and give up after the third. */
#define TRIES_LEAST 3
#define PATIENCE    (4 * WHEN_SECOND)
/* Sooner it is a copy: captured twice, or sent to two networks. */
#define COPY (200 * WHEN_MS)
/* Who asks on and on is told of once in this time. */
#define QUIET (300 * WHEN_SECOND)
#define SLOTS 1024 /* a power of two */

enum { SOLICITATION = 135, ADVERTISEMENT = 136 }; /* RFC 4861 4.3, 4.4 */

struct asked {
	struct table_entry entry; /* by target; the first asked is the oldest */
	struct neighbour_lost saw;
};

struct neighbours {
	neighbours_emit *emit;
	void *context;
	struct table table;
	/* By hash, the last one that fell there. */
	uint64_t answered[SLOTS]; /* who got an answer */
	struct {
		uint64_t hash;
		when_ns time;
	} told[SLOTS]; /* of whom, to whom */
};

struct neighbours *
neighbours_new(neighbours_emit *emit, void *context)
{
	struct neighbours *n = memory_new(1, sizeof(*n));

	n->emit = emit;
	n->context = context;
	table_init(&n->table);
	return n;
}

static void
drop(struct neighbours *n, struct asked *a)
{
	table_remove(&n->table, &a->entry);
	free(a);
}

static struct asked *
oldest(const struct neighbours *n)
{
	return LIST_OBJECT(table_oldest(&n->table), struct asked, entry);
}

void
neighbours_free(struct neighbours *n)
{
	if (n == NULL)
		return;
	while (n->table.count > 0)
		drop(n, oldest(n));
	table_fini(&n->table);
	free(n);
}

static uint64_t
hash_of(const struct address *a)
{
	return table_hash(span_of(a->bytes, sizeof(a->bytes)));
}

static bool
is_unset(const struct address *a)
{
	static const uint8_t zero[16];

	return memcmp(a->bytes, zero, sizeof(zero)) == 0;
}

static void
ask(struct neighbours *n, const struct packet *p,
    const struct address *target)
{
	uint64_t hash = hash_of(target);
	struct asked *a = NULL;

	for (struct table_entry *e = table_first(&n->table, hash); e != NULL;
	     e = table_next(e)) {
		a = LIST_OBJECT(e, struct asked, entry);
		if (address_eq(&a->saw.target, target) &&
		    address_eq(&a->saw.asker, &p->src))
			break;
		a = NULL;
	}
	if (a != NULL) {
		if (when_between(a->saw.last_time, p->time) < COPY)
			return;
		a->saw.tries++;
		a->saw.last_time = p->time;
		a->saw.last_frame = p->number;
		return;
	}
	if (n->table.count >= limit_of(LIMIT_NEIGHBOURS)) {
		limit_hit(LIMIT_NEIGHBOURS);
		drop(n, oldest(n));
	}
	a = memory_new(1, sizeof(*a));
	a->saw = (struct neighbour_lost){ p->src, *target, p->number,
		p->number, p->time, p->time, 1 };
	table_add(&n->table, &a->entry, hash);
}

/* It is there: whoever asks for it has, or will have, an answer. */
static void
is_alive(struct neighbours *n, const struct address *host)
{
	struct table_entry *next;

	for (struct table_entry *e = table_first(&n->table, hash_of(host));
	     e != NULL; e = next) {
		struct asked *a = LIST_OBJECT(e, struct asked, entry);

		next = table_next(e);
		if (address_eq(&a->saw.target, host))
			drop(n, a);
	}
}

static void
answer(struct neighbours *n, const struct address *to)
{
	uint64_t hash = hash_of(to);

	n->answered[hash & (SLOTS - 1)] = hash;
}

bool
neighbour_read(const struct packet *p, struct neighbour_word *out)
{
	*out = (struct neighbour_word){ p->arp == ARP_REPLY, p->src, p->src,
		p->dst };
	if (p->arp != 0) {
		out->host = out->answer ? p->src : p->dst;
	} else {
		if (p->protocol != PROTOCOL_ICMP6 || p->payload.len < 24 ||
		    (p->payload.at[0] != SOLICITATION &&
		        p->payload.at[0] != ADVERTISEMENT))
			return false;
		out->answer = p->payload.at[0] == ADVERTISEMENT;
		out->host.len = 16;
		memcpy(out->host.bytes, p->payload.at + 8, 16);
	}
	/* Who asks whether an address is free does not use it (yet). */
	return !is_unset(&p->src);
}

void
neighbours_packet(struct neighbours *n, const struct packet *p)
{
	struct neighbour_word w;

	if (!neighbour_read(p, &w))
		return;
	is_alive(n, &w.from);
	if (w.answer) {
		is_alive(n, &w.host);
		answer(n, &w.to);
	} else if (!address_eq(&w.from, &w.host)) {
		ask(n, p, &w.host);
	}
}

/* Not again and again of the same. */
static bool
is_news(struct neighbours *n, const struct neighbour_lost *saw)
{
	uint64_t hash = table_hash_more(hash_of(&saw->target),
	    span_of(saw->asker.bytes, sizeof(saw->asker.bytes)));
	size_t slot = hash & (SLOTS - 1);

	if (n->told[slot].hash == hash &&
	    when_between(n->told[slot].time, saw->last_time) < QUIET)
		return false;
	n->told[slot].hash = hash;
	n->told[slot].time = saw->last_time;
	return true;
}

static void
give_up(struct neighbours *n, struct asked *a)
{
	uint64_t hash = hash_of(&a->saw.asker);

	if (a->saw.tries >= TRIES_LEAST &&
	    n->answered[hash & (SLOTS - 1)] == hash && is_news(n, &a->saw))
		n->emit(n->context, &a->saw);
	drop(n, a);
}

void
neighbours_now(struct neighbours *n, when_ns now)
{
	while (n->table.count > 0 && neighbours_due(n) <= now)
		give_up(n, oldest(n));
}

void
neighbours_finish(struct neighbours *n)
{
	while (n->table.count > 0)
		give_up(n, oldest(n));
}

when_ns
neighbours_due(const struct neighbours *n)
{
	when_ns due;

	if (n->table.count == 0 ||
	    __builtin_add_overflow(oldest(n)->saw.first_time, PATIENCE, &due))
		return INT64_MAX;
	return due;
}
