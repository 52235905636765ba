/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/fragment.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

#define PATIENCE (60 * WHEN_SECOND)
/* Runs of bytes that are there; more pieces than this is an attack. */
#define RUNS_MOST 64

struct run {
	uint32_t from, to;
};

struct partial {
	struct table_entry entry;
	struct address src, dst;
	uint32_t id;
	uint8_t protocol;
	when_ns begun;
	uint32_t total; /* 0: the last fragment has not come */
	size_t room;
	uint8_t *bytes;
	struct run runs[RUNS_MOST]; /* sorted, apart from one another */
	unsigned n_runs;
};

struct fragments {
	struct table table;
	uint8_t *last; /* the packet given out last */
};

static struct partial *find(struct fragments *f, const struct fragment *p);
static void drop(struct fragments *f, struct partial *p);
static bool add_bytes(struct partial *p, uint32_t from, struct span bytes);

struct fragments *
fragments_new(void)
{
	struct fragments *f = memory_new(1, sizeof(*f));

	table_init(&f->table);
	return f;
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	while (table_oldest(&f->table) != NULL)
		drop(f, LIST_OBJECT(table_oldest(&f->table), struct partial,
		            entry));
	table_fini(&f->table);
	free(f->last);
	free(f);
}

bool
fragments_add(struct fragments *f, const struct fragment *in,
    struct span *whole)
{
	free(f->last);
	f->last = NULL;

	struct partial *p = find(f, in);
	uint64_t end = (uint64_t)in->offset + in->wire_len;

	if (end > limit_of(LIMIT_FRAGMENT_BYTES)) {
		limit_hit(LIMIT_FRAGMENT_BYTES);
		drop(f, p);
		return false;
	}
	if (!in->more && p->total == 0)
		p->total = (uint32_t)end;
	if (!add_bytes(p, in->offset, in->bytes)) {
		limit_hit(LIMIT_FRAGMENTS);
		drop(f, p);
		return false;
	}
	if (p->total == 0 || p->n_runs != 1 || p->runs[0].from != 0 ||
	    p->runs[0].to < p->total)
		return false;
	f->last = p->bytes;
	p->bytes = NULL;
	*whole = span_of(f->last, p->total);
	drop(f, p);
	return true;
}

static struct partial *
find(struct fragments *f, const struct fragment *in)
{
	uint64_t hash = table_hash(span_of(in->src.bytes, 16));

	hash = table_hash_more(hash, span_of(in->dst.bytes, 16));
	hash = table_hash_more(hash, span_of(&in->id, sizeof(in->id)));

	/* By capture time the old ones go first. */
	for (struct table_entry *e; (e = table_oldest(&f->table)) != NULL;) {
		struct partial *p = LIST_OBJECT(e, struct partial, entry);

		if (in->time - p->begun <= PATIENCE)
			break;
		drop(f, p);
	}
	for (struct table_entry *e = table_first(&f->table, hash); e != NULL;
	     e = table_next(e)) {
		struct partial *p = LIST_OBJECT(e, struct partial, entry);

		if (p->id == in->id && p->protocol == in->protocol &&
		    address_eq(&p->src, &in->src) &&
		    address_eq(&p->dst, &in->dst))
			return p;
	}
	if (f->table.count >= limit_of(LIMIT_FRAGMENTS)) {
		limit_hit(LIMIT_FRAGMENTS);
		drop(f, LIST_OBJECT(table_oldest(&f->table), struct partial,
		            entry));
	}

	struct partial *p = memory_new(1, sizeof(*p));

	p->src = in->src;
	p->dst = in->dst;
	p->id = in->id;
	p->protocol = in->protocol;
	p->begun = in->time;
	table_add(&f->table, &p->entry, hash);
	return p;
}

static void
drop(struct fragments *f, struct partial *p)
{
	table_remove(&f->table, &p->entry);
	free(p->bytes);
	free(p);
}

/* Put [from, to) into the sorted runs, joining those it touches. */
static bool
add_run(struct partial *p, uint32_t from, uint32_t to)
{
	unsigned i = 0, j;

	while (i < p->n_runs && p->runs[i].to < from)
		i++;
	for (j = i; j < p->n_runs && p->runs[j].from <= to; j++) {
		from = p->runs[j].from < from ? p->runs[j].from : from;
		to = p->runs[j].to > to ? p->runs[j].to : to;
	}
	if (i == j && p->n_runs == RUNS_MOST)
		return false;
	memmove(&p->runs[i + 1], &p->runs[j],
	    (p->n_runs - j) * sizeof(p->runs[0]));
	p->runs[i] = (struct run){ from, to };
	p->n_runs = p->n_runs - (j - i) + 1;
	return true;
}

static bool
add_bytes(struct partial *p, uint32_t from, struct span bytes)
{
	uint32_t to = from + (uint32_t)bytes.len;

	if (bytes.len == 0)
		return true;
	if (to > p->room) {
		size_t room = p->room > 0 ? p->room : 2048;

		while (room < to)
			room *= 2;
		p->bytes = memory_grow(p->bytes, room, 1);
		p->room = room;
	}
	/* Copy only where nothing was before. */
	uint32_t at = from;

	for (unsigned i = 0; i < p->n_runs && at < to; i++) {
		if (p->runs[i].to <= at)
			continue;
		if (p->runs[i].from > at) {
			uint32_t stop =
			    p->runs[i].from < to ? p->runs[i].from : to;

			memcpy(p->bytes + at, bytes.at + (at - from),
			    stop - at);
		}
		at = p->runs[i].to;
	}
	if (at < to)
		memcpy(p->bytes + at, bytes.at + (at - from), to - at);
	return add_run(p, from, to);
}
