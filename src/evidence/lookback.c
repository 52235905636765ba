/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/lookback.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/table.h"
#include "evidence/beside.h"
#include "evidence/talk.h"
#include "http/exchange.h"

/* A head that goes on in the next segments has so much room. */
#define HEAD_ROOM 65536
/* Of a body, the pages of proxies tell something. */
#define BODY_ROOM 4096
/* Before anything of HTTP: TLS, SOCKS, what else is said to a proxy. */
#define FIRST_ROOM 4096
/* What never spoke HTTP has such a part of it all, and so have neighbours. */
#define PART 8

enum standing { SILENT, NEIGHBOUR, SPEAKING, STANDINGS };

struct talker {
	struct table_entry entry; /* by its ends */
	struct ends ends;
	enum standing standing;
	struct link frames; /* oldest first */
	uint64_t bytes;
	size_t room[2]; /* bytes that are still kept, by direction */
};

struct kept_frame {
	struct link all, own; /* of those of its standing; of its talker */
	struct talker *talker;
	atomic_uint holders; /* the look-back, and views */
	struct frame frame;
	uint8_t bytes[];
};

struct lookback {
	struct net *net;
	uint64_t most; /* bytes */
	pthread_mutex_t lock; /* of all that follows */
	struct table talkers;
	struct link frames[STANDINGS]; /* oldest first */
	uint64_t bytes[STANDINGS];
};

struct lookback_view {
	struct evidence_source source;
	struct kept_frame **frames; /* by number */
	size_t n, room, at;
};

static void rewind_frames(void *context);
static bool next_frame(void *context, struct frame *out);

struct lookback *
lookback_new(unsigned sharers)
{
	struct lookback *l = memory_new(1, sizeof(*l));

	l->net = net_new();
	l->most = limit_of(LIMIT_LOOKBACK) / sharers;
	pthread_mutex_init(&l->lock, NULL);
	table_init(&l->talkers);
	for (int s = 0; s < STANDINGS; s++)
		list_init(&l->frames[s]);
	return l;
}

/* -- what goes -- */

static uint64_t
size_of(const struct kept_frame *k)
{
	return sizeof(*k) + k->frame.bytes.len;
}

static void
let_go(struct kept_frame *k)
{
	if (atomic_fetch_sub(&k->holders, 1) > 1)
		return;
	secret_wipe(k->bytes, k->frame.bytes.len);
	free(k);
}

static void
drop(struct lookback *l, struct kept_frame *k)
{
	struct talker *t = k->talker;

	l->bytes[t->standing] -= size_of(k);
	t->bytes -= size_of(k);
	list_remove(&k->all);
	list_remove(&k->own);
	let_go(k);
	if (list_empty(&t->frames)) {
		l->bytes[t->standing] -= sizeof(*t);
		table_remove(&l->talkers, &t->entry);
		free(t);
	}
}

static struct kept_frame *
oldest(const struct lookback *l, enum standing s)
{
	return list_empty(&l->frames[s])
	    ? NULL
	    : LIST_OBJECT(l->frames[s].next, struct kept_frame, all);
}

void
lookback_free(struct lookback *l)
{
	if (l == NULL)
		return;
	for (int s = 0; s < STANDINGS; s++)
		while (oldest(l, (enum standing)s) != NULL)
			drop(l, oldest(l, (enum standing)s));
	table_fini(&l->talkers);
	net_free(l->net);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* Make room: what is too old goes, and what is too much. */
static void
forget(struct lookback *l, when_ns now)
{
	const uint64_t bounds[] = { l->most / PART, l->most / PART,
		l->most - 2 * (l->most / PART) };

	for (int i = 0; i < STANDINGS; i++) {
		enum standing s = (enum standing)i;
		struct kept_frame *k;

		while ((k = oldest(l, s)) != NULL) {
			if (l->bytes[s] > bounds[s])
				limit_hit(LIMIT_LOOKBACK);
			else if (when_between(k->frame.time, now) <=
			    LOOKBACK_SECONDS * WHEN_SECOND)
				break;
			drop(l, k);
		}
	}
}

/* -- what is kept -- */

static struct talker *
talker_of(struct lookback *l, const struct packet *p)
{
	struct ends ends = beside_ends(p);
	uint64_t hash = table_hash(span_of(&ends, sizeof(ends)));

	for (struct table_entry *e = table_first(&l->talkers, hash); e != NULL;
	     e = table_next(e)) {
		struct talker *t = LIST_OBJECT(e, struct talker, entry);

		if (memcmp(&t->ends, &ends, sizeof(ends)) == 0)
			return t;
	}

	struct talker *t = memory_new(1, sizeof(*t));

	t->ends = ends;
	t->standing = p->protocol == PROTOCOL_TCP ||
	        p->protocol == PROTOCOL_UDP
	    ? SILENT
	    : NEIGHBOUR;
	t->room[0] = t->room[1] = FIRST_ROOM;
	list_init(&t->frames);
	table_add(&l->talkers, &t->entry, hash);
	l->bytes[t->standing] += sizeof(*t);
	return t;
}

/* It speaks HTTP: its frames are worth more. */
static void
promote(struct lookback *l, struct talker *t)
{
	if (t->standing == SPEAKING)
		return;
	l->bytes[SILENT] -= t->bytes + sizeof(*t);
	l->bytes[SPEAKING] += t->bytes + sizeof(*t);
	t->standing = SPEAKING;
	LIST_EACH (link, &t->frames) {
		struct kept_frame *k =
		    LIST_OBJECT(link, struct kept_frame, own);

		list_remove(&k->all);
		list_append(&l->frames[SPEAKING], &k->all);
	}
}

static bool
ends_head(struct span bytes)
{
	return memmem(bytes.at, bytes.len, "\r\n\r\n", 4) != NULL;
}

/* Is it worth keeping?  Knows of each direction how much more is. */
static bool
wants(struct lookback *l, struct talker *t, const struct packet *p)
{
	struct span bytes = p->payload;
	bool second = address_eq(&t->ends.address[1], &p->src) &&
	    t->ends.port[1] == p->sport;
	size_t *room = &t->room[second];

	if (p->protocol != PROTOCOL_TCP)
		return true;
	if (bytes.len == 0)
		return (p->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0 ||
		    t->standing == SILENT;
	if (http_looks_like_request(bytes) ||
	    http_looks_like_response(bytes)) {
		promote(l, t);
		*room = HEAD_ROOM;
	}
	if (*room == 0)
		return false;
	*room -= bytes.len < *room ? bytes.len : *room;
	if (ends_head(bytes) && *room > BODY_ROOM)
		*room = BODY_ROOM;
	return true;
}

static void
keep(struct lookback *l, struct talker *t, const struct frame *f)
{
	struct kept_frame *k = memory_new(1, sizeof(*k) + f->bytes.len);

	k->talker = t;
	k->holders = 1;
	k->frame = *f;
	memcpy(k->bytes, f->bytes.at, f->bytes.len);
	k->frame.bytes = span_of(k->bytes, f->bytes.len);
	list_append(&l->frames[t->standing], &k->all);
	list_append(&t->frames, &k->own);
	l->bytes[t->standing] += size_of(k);
	t->bytes += size_of(k);
	/* Never the last: that would be the talker's end. */
	while (t->bytes > LOOKBACK_CONNECTION && t->frames.next != &k->own) {
		limit_hit(LIMIT_LOOKBACK);
		drop(l, LIST_OBJECT(t->frames.next, struct kept_frame, own));
	}
}

static void
take_packet(struct lookback *l, const struct packet *p, const struct frame *f)
{
	/* Nothing of a connection is kept from its middle on. */
	struct talker *t = talker_of(l, p);

	if (wants(l, t, p)) {
		keep(l, t, f);
	} else if (list_empty(&t->frames)) {
		l->bytes[t->standing] -= sizeof(*t);
		table_remove(&l->talkers, &t->entry);
		free(t);
	}
	forget(l, f->time);
}

void
lookback_frame(struct lookback *l, const struct frame *f)
{
	struct packet p;

	if (!net_decode(l->net, f, &p) ||
	    (p.protocol != PROTOCOL_TCP && !beside_is_one(&p)))
		return;
	pthread_mutex_lock(&l->lock);
	take_packet(l, &p, f);
	pthread_mutex_unlock(&l->lock);
}

uint64_t
lookback_bytes(struct lookback *l)
{
	uint64_t bytes = 0;

	pthread_mutex_lock(&l->lock);
	for (int s = 0; s < STANDINGS; s++)
		bytes += l->bytes[s];
	pthread_mutex_unlock(&l->lock);
	return bytes;
}

/* -- what is read -- */

static int
by_number(const void *a, const void *b)
{
	const struct kept_frame *x = *(struct kept_frame *const *)a;
	const struct kept_frame *y = *(struct kept_frame *const *)b;

	return x->frame.number < y->frame.number ? -1
	                                         : x->frame.number >
	        y->frame.number;
}

static void
hold(struct lookback_view *v, struct kept_frame *k)
{
	if (v->n == v->room) {
		v->room = v->room > 0 ? 2 * v->room : 1024;
		v->frames = memory_grow(v->frames, v->room,
		    sizeof(struct kept_frame *));
	}
	atomic_fetch_add(&k->holders, 1);
	v->frames[v->n++] = k;
}

struct lookback_view *
lookback_view(struct lookback *const *l, size_t n)
{
	struct lookback_view *v = memory_new(1, sizeof(*v));

	v->source =
	    (struct evidence_source){ v, rewind_frames, next_frame };
	for (size_t i = 0; i < n; i++) {
		pthread_mutex_lock(&l[i]->lock);
		for (int s = 0; s < STANDINGS; s++)
			LIST_EACH (link, &l[i]->frames[s])
				hold(v,
				    LIST_OBJECT(link, struct kept_frame, all));
		pthread_mutex_unlock(&l[i]->lock);
	}
	if (v->n > 0)
		qsort(v->frames, v->n, sizeof(struct kept_frame *), by_number);
	return v;
}

void
lookback_view_free(struct lookback_view *v)
{
	for (size_t i = 0; i < v->n; i++)
		let_go(v->frames[i]);
	free(v->frames);
	free(v);
}

const struct evidence_source *
lookback_source(const struct lookback_view *v)
{
	return &v->source;
}

static void
rewind_frames(void *context)
{
	struct lookback_view *v = context;

	v->at = 0;
}

static bool
next_frame(void *context, struct frame *out)
{
	struct lookback_view *v = context;

	if (v->at == v->n)
		return false;
	*out = v->frames[v->at++]->frame;
	return true;
}
