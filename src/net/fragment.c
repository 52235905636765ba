/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/fragment.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/table.h"

/* RFC 8200 4.5; RFC 791 has it between 15 seconds and two minutes. */
#define PATIENCE (60 * WHEN_SECOND)

/* Pieces apart from one another; more than this is an attack. */
#define RUNS_MOST 64

/* Bytes that are there, [from, to). */
struct run {
	uint32_t from, to;
};

/* A packet that waits for the rest. */
struct partial {
	struct table_entry entry;
	struct address src, dst;
	uint32_t id;
	uint8_t protocol; /* of the first fragment; IPv4: of all */
	when_ns begun;
	uint32_t total;   /* 0: the last fragment has not come */
	uint32_t missing; /* the first byte that the snaplen took */
	size_t room;
	uint8_t *bytes;
	struct run runs[RUNS_MOST]; /* sorted, apart from one another */
	unsigned n_runs;
	struct partial *given; /* the one handed out before it */
};

struct fragments {
	struct table table;
	struct partial *given; /* handed out, to be released */
};

static struct partial *find(struct fragments *f, const struct ip *ip,
    when_ns time);
static void take_out(struct fragments *f, struct partial *p);
static void destroy(struct partial *p);
static bool add_bytes(struct fragments *f, struct partial *p, uint32_t from,
    struct span bytes, uint32_t wire_len);

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
	fragments_release(f);
	while (f->table.count > 0) {
		struct partial *p = LIST_OBJECT(table_oldest(&f->table),
		    struct partial, entry);

		take_out(f, p);
		destroy(p);
	}
	table_fini(&f->table);
	free(f);
}

bool
fragments_add(struct fragments *f, struct ip *ip, when_ns time)
{
	struct partial *p = find(f, ip, time);
	uint64_t end = (uint64_t)ip->offset + ip->payload_len;

	if (end > limit_of(LIMIT_FRAGMENT_BYTES)) {
		limit_hit(LIMIT_FRAGMENT_BYTES);
		take_out(f, p);
		destroy(p);
		return false;
	}
	if (!ip->more && p->total == 0)
		p->total = (uint32_t)end;
	if (ip->offset == 0)
		p->protocol = ip->protocol;
	if (!add_bytes(f, p, ip->offset, ip->payload, ip->payload_len)) {
		limit_hit(LIMIT_FRAGMENTS);
		take_out(f, p);
		destroy(p);
		return false;
	}
	if (p->total == 0 || p->n_runs == 0 || p->runs[0].from != 0 ||
	    p->runs[0].to < p->total)
		return false;

	take_out(f, p);
	p->given = f->given;
	f->given = p;
	ip->protocol = p->protocol;
	/* Without memory if nothing of it was captured: there, and empty. */
	ip->payload = p->bytes == NULL
	    ? SPAN("")
	    : span_of(p->bytes, p->missing < p->total ? p->missing : p->total);
	ip->payload_len = p->total;
	ip->fragment = ip->more = false;
	ip->offset = 0;
	return true;
}

void
fragments_release(struct fragments *f)
{
	while (f->given != NULL) {
		struct partial *p = f->given;

		f->given = p->given;
		destroy(p);
	}
}

size_t
fragments_waiting(const struct fragments *f)
{
	return f->table.count;
}

/* Has its time passed?  Times come from outside: any difference can be. */
static bool
is_stale(const struct partial *p, when_ns now)
{
	return now > p->begun &&
	    (uint64_t)now - (uint64_t)p->begun > PATIENCE;
}

/* In IPv4 packets of another protocol count their own Identification. */
static bool
is_of(const struct partial *p, const struct ip *ip)
{
	return p->id == ip->id && address_eq(&p->src, &ip->src) &&
	    address_eq(&p->dst, &ip->dst) &&
	    (ip->src.len == 16 || p->protocol == ip->protocol);
}

/* The packet that this fragment belongs to, or a new one. */
static struct partial *
find(struct fragments *f, const struct ip *ip, when_ns time)
{
	uint64_t hash = table_hash(span_of(ip->src.bytes, 16));

	hash = table_hash_more(hash, span_of(ip->dst.bytes, 16));
	hash = table_hash_more(hash, span_of(&ip->id, sizeof(ip->id)));

	for (struct table_entry *e; (e = table_oldest(&f->table)) != NULL;) {
		struct partial *p = LIST_OBJECT(e, struct partial, entry);

		if (!is_stale(p, time))
			break;
		take_out(f, p);
		destroy(p);
	}
	for (struct table_entry *e = table_first(&f->table, hash); e != NULL;
	     e = table_next(e)) {
		struct partial *p = LIST_OBJECT(e, struct partial, entry);

		if (is_of(p, ip))
			return p;
	}
	if (f->table.count >= limit_of(LIMIT_FRAGMENTS)) {
		struct partial *p = LIST_OBJECT(table_oldest(&f->table),
		    struct partial, entry);

		limit_hit(LIMIT_FRAGMENTS);
		take_out(f, p);
		destroy(p);
	}

	struct partial *p = memory_new(1, sizeof(*p));

	p->src = ip->src;
	p->dst = ip->dst;
	p->id = ip->id;
	p->protocol = ip->protocol;
	p->begun = time;
	p->missing = UINT32_MAX;
	table_add(&f->table, &p->entry, hash);
	return p;
}

static void
take_out(struct fragments *f, struct partial *p)
{
	table_remove(&f->table, &p->entry);
}

static void
destroy(struct partial *p)
{
	budget_give(LIMIT_FRAGMENT_TOTAL, p->room);
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

/* Copy what was captured of [from, to), which is new, to its place. */
static void
copy_new(struct partial *p, uint32_t from, uint32_t to, uint32_t at,
    struct span bytes)
{
	struct span part = span_first(span_from(bytes, from - at), to - from);

	if (part.len > 0)
		memcpy(p->bytes + from, part.at, part.len);
	if (part.len < to - from && from + part.len < p->missing)
		p->missing = from + (uint32_t)part.len;
}

/* Others make room, the oldest first; false if that is not enough. */
static bool
make_room(struct fragments *f, struct partial *p, size_t need)
{
	size_t room = p->room > 0 ? p->room : 2048;

	while (room < need)
		room *= 2;
	while (budget_over(LIMIT_FRAGMENT_TOTAL, room - p->room)) {
		struct partial *oldest = LIST_OBJECT(table_oldest(&f->table),
		    struct partial, entry);

		if (oldest == p)
			return false;
		limit_hit(LIMIT_FRAGMENT_TOTAL);
		take_out(f, oldest);
		destroy(oldest);
	}
	budget_take(LIMIT_FRAGMENT_TOTAL, room - p->room);
	p->bytes = memory_grow(p->bytes, room, 1);
	p->room = room;
	return true;
}

/* The bytes of one fragment; false if there are too many pieces. */
static bool
add_bytes(struct fragments *f, struct partial *p, uint32_t from,
    struct span bytes, uint32_t wire_len)
{
	uint32_t to = from + wire_len, at = from;

	if (wire_len == 0)
		return true;
	if (from + bytes.len > p->room &&
	    !make_room(f, p, from + bytes.len))
		return false;
	/* Only where nothing was before. */
	for (unsigned i = 0; i < p->n_runs && at < to; i++) {
		const struct run *r = &p->runs[i];

		if (r->to <= at)
			continue;
		if (r->from >= to)
			break;
		if (r->from > at)
			copy_new(p, at, r->from, from, bytes);
		at = r->to;
	}
	if (at < to)
		copy_new(p, at, to, from, bytes);
	return add_run(p, from, to);
}
