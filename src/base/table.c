/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/memory.h"
#include "base/sip.h"

#define FIRST_BUCKETS 64

void
table_init(struct table *t)
{
	*t = (struct table){ .n_buckets = FIRST_BUCKETS };
	t->buckets = memory_new(t->n_buckets, sizeof(*t->buckets));
	list_init(&t->by_age);
}

void
table_fini(struct table *t)
{
	free(t->buckets);
	*t = (struct table){ 0 };
}

/* The only thing that differs from run to run; no output depends on it. */
static uint64_t hash_key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static atomic_bool key_made;

static void
make_key(void)
{
	if (getrandom(hash_key, sizeof(hash_key), 0) !=
	    (ssize_t)sizeof(hash_key))
		hash_key[0] = UINT64_C(0x9e3779b97f4a7c15);
	atomic_store_explicit(&key_made, true, memory_order_release);
}

const uint64_t *
table_key(void)
{
	if (!atomic_load_explicit(&key_made, memory_order_acquire))
		pthread_once(&key_once, make_key);
	return hash_key;
}

uint64_t
table_hash_more(uint64_t hash, struct span key)
{
	const uint64_t *k = table_key();

	return sip(k[0] ^ hash, k[1], key, 1, 3);
}

uint64_t
table_hash(struct span key)
{
	return table_hash_more(0, key);
}

static struct table_entry **
bucket(const struct table *t, uint64_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

struct table_entry *
table_first(const struct table *t, uint64_t hash)
{
	struct table_entry *e = *bucket(t, hash);

	while (e != NULL && e->hash != hash)
		e = e->chain;
	return e;
}

struct table_entry *
table_next(const struct table_entry *e)
{
	struct table_entry *next = e->chain;

	while (next != NULL && next->hash != e->hash)
		next = next->chain;
	return next;
}

static void
grow(struct table *t)
{
	free(t->buckets);
	t->n_buckets *= 2;
	t->buckets = memory_new(t->n_buckets, sizeof(*t->buckets));
	LIST_EACH (link, &t->by_age) {
		struct table_entry *e =
		    LIST_OBJECT(link, struct table_entry, age);
		struct table_entry **b = bucket(t, e->hash);

		e->chain = *b;
		*b = e;
	}
}

void
table_add(struct table *t, struct table_entry *e, uint64_t hash)
{
	if (t->count >= t->n_buckets)
		grow(t);

	struct table_entry **b = bucket(t, hash);

	e->hash = hash;
	e->chain = *b;
	*b = e;
	list_append(&t->by_age, &e->age);
	t->count++;
}

void
table_remove(struct table *t, struct table_entry *e)
{
	struct table_entry **at = bucket(t, e->hash);

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	list_remove(&e->age);
	t->count--;
}

void
table_touch(struct table *t, struct table_entry *e)
{
	list_remove(&e->age);
	list_append(&t->by_age, &e->age);
}

struct table_entry *
table_oldest(const struct table *t)
{
	return list_empty(&t->by_age)
	    ? NULL
	    : LIST_OBJECT(t->by_age.next, struct table_entry, age);
}
