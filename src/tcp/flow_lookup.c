/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "tcp/flow_parts.h"

/*
 * IPv4, as nearly all are: both addresses and both ports, three words.  Their
 * sum, each times a secret number of 64 bits, is strongly universal in its
 * upper half (Lemire and Kaser 2014): who does not know the numbers cannot make
 * words that meet more often than chance has it, as with SipHash, at a tenth
 * of its price for each packet.
 */
static uint32_t
hash_short(const struct flow_table *t, const struct packet *p)
{
	uint32_t a, b, ports = (uint32_t)p->sport << 16 | p->dport;

	memcpy(&a, p->src.bytes, 4);
	memcpy(&b, p->dst.bytes, 4);
	if (a > b || (a == b && p->sport > p->dport)) {
		uint32_t other = a;

		a = b;
		b = other;
		ports = ports << 16 | ports >> 16;
	}

	uint64_t sum = t->secret[0] + t->secret[1] * a + t->secret[2] * b +
	    t->secret[3] * ports;

	return (uint32_t)(sum >> 32);
}

/* The same for both directions: the smaller end first. */
uint32_t
flow_hash(const struct flow_table *t, const struct packet *p)
{
	struct {
		uint8_t bytes[2][16];
		uint16_t ports[2];
	} key;

	if (p->src.len == 4)
		return hash_short(t, p);

	int order = memcmp(p->src.bytes, p->dst.bytes, 16);
	int low = order < 0 || (order == 0 && p->sport <= p->dport) ? 0 : 1;

	memcpy(key.bytes[low], p->src.bytes, 16);
	memcpy(key.bytes[!low], p->dst.bytes, 16);
	key.ports[low] = p->sport;
	key.ports[!low] = p->dport;
	return (uint32_t)table_hash(span_of(&key, sizeof(key)));
}

void
flow_table_expect(const struct flow_table *t, uint32_t hash)
{
	__builtin_prefetch(&t->buckets[hash & (t->n_buckets - 1)]);
}

void
flow_table_soon(const struct flow_table *t, uint32_t hash)
{
	const char *f =
	    (const char *)t->buckets[hash & (t->n_buckets - 1)];

	if (f == NULL)
		return;
	__builtin_prefetch(f);
	__builtin_prefetch(f + FLOW_LINE);
}

void
flow_table_next(const struct flow_table *t, uint32_t hash)
{
	const struct flow *f = t->buckets[hash & (t->n_buckets - 1)];
	const char *followed;

	if (f == NULL || f->followed == NULL)
		return;
	followed = (const char *)f->followed;
	for (size_t at = 0; at < sizeof(struct followed); at += FLOW_LINE)
		__builtin_prefetch(followed + at);
}

void
flow_expect_whole(const struct flow *f)
{
	for (size_t at = 0; at < sizeof(*f); at += FLOW_LINE)
		__builtin_prefetch((const char *)f + at);
}

static struct flow **
bucket(const struct flow_table *t, uint32_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

struct flow *
flow_find(struct flow_table *t, const struct packet *p, uint32_t hash,
    enum flow_side *side)
{
	for (struct flow *f = *bucket(t, hash); f != NULL; f = f->chain) {
		const struct flow_info *i = &f->info;

		for (int s = 0; s < 2 && f->hash == hash; s++)
			if (i->port[s] == p->sport && i->port[!s] == p->dport &&
			    address_eq(&i->address[s], &p->src) &&
			    address_eq(&i->address[!s], &p->dst)) {
				*side = (enum flow_side)s;
				return f;
			}
	}
	return NULL;
}

static void
grow(struct flow_table *t)
{
	size_t n = t->n_buckets;
	struct flow **old = t->buckets;

	t->n_buckets = 2 * n;
	t->buckets = memory_new(t->n_buckets, sizeof(*t->buckets));
	for (size_t i = 0; i < n; i++)
		for (struct flow *f = old[i], *next; f != NULL; f = next) {
			struct flow **b = bucket(t, f->hash);

			next = f->chain;
			f->chain = *b;
			*b = f;
		}
	free(old);
}

/* Where its number comes to stand when all before it are known. */
static void
put_number(struct flow_table *t, struct flow *f)
{
	struct flow_numbers *n = t->numbers;

	if (n->n == n->room) {
		n->room = n->room > 0 ? 2 * n->room : 64;
		n->at = memory_grow(n->at, n->room, sizeof(*n->at));
	}
	n->at[n->n++] = (struct flow_number){ f->info.first_frame, 0, f };
}

struct flow *
flow_add(struct flow_table *t, const struct packet *p, uint32_t hash)
{
	if (t->count >= t->n_buckets / 2)
		grow(t);

	struct flow *f = flow_new(t), **b = bucket(t, hash);

	t->counts.connections++;
	f->info.first_time = p->time;
	f->info.first_frame = p->number;
	if (t->numbers != NULL) {
		put_number(t, f);
	} else {
		f->info.id = t->connections != NULL
		    ? atomic_fetch_add(t->connections, 1) + 1
		    : t->counts.connections;
		f->info.stream = (uint32_t)(f->info.id - 1);
	}
	f->hash = hash;
	f->chain = *b;
	*b = f;
	list_init(&f->wheel);
	t->count++;
	return f;
}

void
flow_take_out(struct flow_table *t, struct flow *f)
{
	struct flow **at = bucket(t, f->hash);

	while (*at != f)
		at = &(*at)->chain;
	*at = f->chain;
	list_remove(&f->wheel);
	t->count--;
	flow_free(t, f);
}

static void
free_one(struct flow *f, void *table)
{
	list_init(&f->wheel);
	flow_free(table, f);
}

void
flow_take_out_all(struct flow_table *t)
{
	memset(t->buckets, 0, t->n_buckets * sizeof(*t->buckets));
	wheel_empty(t);
	t->count = 0;
	flow_each(t, free_one, t);
}

void
flow_numbers_settle(struct flow_numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++) {
		const struct flow_number *n = &numbers->at[i];

		/* Else it is over, and its place is free or another one's. */
		if (n->flow->info.first_frame != n->first_frame)
			continue;
		n->flow->info.id = n->id;
		n->flow->info.stream = (uint32_t)(n->id - 1);
	}
}

uint64_t
flow_numbers_find(const struct flow_numbers *list, uint64_t first_frame)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->at[middle].first_frame < first_frame)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->n && list->at[low].first_frame == first_frame
	    ? list->at[low].id
	    : 0;
}
