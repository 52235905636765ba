/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/memory.h"
#include "base/sip.h"
#include "base/table.h"
#include "tcp/flow_parts.h"

/* IPv4, as nearly all are: what there is fits into 12 bytes. */
static uint64_t
hash_short(const struct packet *p)
{
	uint32_t a, b, key[3];

	memcpy(&a, p->src.bytes, 4);
	memcpy(&b, p->dst.bytes, 4);

	bool swap = a > b || (a == b && p->sport > p->dport);

	key[0] = swap ? b : a;
	key[1] = swap ? a : b;
	key[2] = swap ? (uint32_t)p->dport << 16 | p->sport
	              : (uint32_t)p->sport << 16 | p->dport;
	/* Inline, of 12 bytes: half of what a call of table_hash() takes. */
	const uint64_t *k = table_key();

	return sip(k[0], k[1], span_of(key, sizeof(key)), 1, 3);
}

/* The same for both directions: the smaller end first. */
uint64_t
flow_hash(const struct packet *p)
{
	struct {
		uint8_t bytes[2][16];
		uint16_t ports[2];
	} key;

	if (p->src.len == 4)
		return hash_short(p);

	int order = memcmp(p->src.bytes, p->dst.bytes, 16);
	int low = order < 0 || (order == 0 && p->sport <= p->dport) ? 0 : 1;

	memcpy(key.bytes[low], p->src.bytes, 16);
	memcpy(key.bytes[!low], p->dst.bytes, 16);
	key.ports[low] = p->sport;
	key.ports[!low] = p->dport;
	return table_hash(span_of(&key, sizeof(key)));
}

void
flow_table_expect(const struct flow_table *t, uint64_t hash)
{
	__builtin_prefetch(&t->buckets[hash & (t->n_buckets - 1)]);
}

void
flow_table_soon(const struct flow_table *t, uint64_t hash)
{
	const char *f =
	    (const char *)t->buckets[hash & (t->n_buckets - 1)];

	if (f == NULL)
		return;
	for (size_t line = 0; line < 4; line++)
		__builtin_prefetch(f + 64 * line);
}

static struct flow **
bucket(const struct flow_table *t, uint64_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

struct flow *
flow_find(struct flow_table *t, const struct packet *p, uint64_t hash,
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
	f->numbers = n;
	f->slot = (uint32_t)n->n;
	n->at[n->n++] = (struct flow_number){ f->info.first_frame, 0, f };
}

struct flow *
flow_add(struct flow_table *t, const struct packet *p, uint64_t hash)
{
	if (t->count >= t->n_buckets)
		grow(t);

	struct flow *f = memory_new(1, sizeof(*f)), **b = bucket(t, hash);

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
	if (f->numbers != NULL)
		f->numbers->at[f->slot].flow = NULL;
	free(f);
}

void
flow_numbers_settle(struct flow_numbers *numbers)
{
	for (size_t i = 0; i < numbers->n; i++) {
		struct flow *f = numbers->at[i].flow;

		if (f == NULL)
			continue;
		f->info.id = numbers->at[i].id;
		f->info.stream = (uint32_t)(f->info.id - 1);
		f->numbers = NULL;
		numbers->at[i].flow = NULL;
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
