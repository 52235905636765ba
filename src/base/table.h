/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.h - bounded hash table with intrusive entries, oldest first
 *
 * For the tables that are small beside the flow table (clients, users,
 * proxies, fragments).  Entries carry their links; the caller owns them.
 * They are kept in order of last use, so that the oldest can go when the
 * table is full and so that walks give the same order in every run.
 */
#ifndef P407_BASE_TABLE_H
#define P407_BASE_TABLE_H

#include "base/list.h"
#include "base/span.h"

struct table_entry {
	struct table_entry *chain; /* next in the bucket */
	struct link age;
	uint64_t hash;
};

struct table {
	struct table_entry **buckets;
	size_t n_buckets; /* power of two */
	size_t count;
	struct link by_age; /* oldest first; LIST_OBJECT(…, age) */
};

void table_init(struct table *t);
/* Frees the buckets; the entries are the caller's. */
void table_fini(struct table *t);

/* A keyed hash (SipHash-like, key made at start): floods cannot collide. */
uint64_t table_hash(struct span key);
uint64_t table_hash_more(uint64_t hash, struct span key);
/* Its two words, for whoever hashes as often as there are packets. */
const uint64_t *table_key(void);

/* First entry with this hash, and the next one after it; NULL at the end. */
struct table_entry *table_first(const struct table *t, uint64_t hash);
struct table_entry *table_next(const struct table_entry *e);

void table_add(struct table *t, struct table_entry *e, uint64_t hash);
void table_remove(struct table *t, struct table_entry *e);

/* It was used: it is the youngest now. */
void table_touch(struct table *t, struct table_entry *e);

/* NULL if empty. */
struct table_entry *table_oldest(const struct table *t);

#endif
