/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/secret.h"
#include "ring.h"

/*
 * A batch is this many frames, or less where they are large.  In one thread
 * it is there only to look ahead, and stays in the cache.
 */
#define BATCH_FRAMES  1024
#define BATCH_BYTES   (4u << 20)
#define SINGLE_FRAMES 64
/* Packets that a worker looks ahead, twice, once connections are many. */
#define AHEAD 6
#define FEW   4096
/* Batches under way. */
#define BATCHES 6

/* An observation that waits for its turn, and the moment it was made. */
struct said {
	struct flow_moment moment;
	struct observation *o;
	size_t place; /* in the list, as they came */
};

struct said_list {
	struct said *at;
	size_t n, room;
};

/* A packet of a batch; those of one worker are chained. */
struct item {
	struct packet packet;
	uint32_t frame; /* index in the batch */
	uint32_t next;  /* NONE: it is the last */
};

#define NONE UINT32_MAX

/* A block of bytes that frames point into. */
struct block {
	struct block *next;
	size_t size;
	uint8_t bytes[];
};

struct batch {
	struct item items[BATCH_FRAMES];
	uint64_t number[BATCH_FRAMES];
	when_ns now[BATCH_FRAMES]; /* the latest time up to this frame */
	size_t n_frames, n_items, n_bytes;
	bool last;             /* after it worker_finish() */
	struct block *blocks;  /* nothing but this batch and later ones use */
	struct arena copies;   /* bytes of frames that live nowhere else */
	struct {
		uint32_t first, last;
		struct said_list said;
	} *shares; /* one a worker */
};

/* One worker, and its thread if there are several. */
struct member {
	struct pool *pool;
	unsigned index;
	pthread_t thread;
	struct ring ring;
	struct worker *worker;
	struct said_list *said; /* of the batch in hand */
	/*
	 * Numbers of new connections, a list a batch.  The pool sets them
	 * when a batch is done; the worker takes them over when it is given
	 * the same place of the ring again, and it may be given that a second
	 * time before the pool has no more use for the list.
	 */
	struct flow_numbers numbers[2 * BATCHES];
};

struct pool {
	worker_emit *emit;
	void *context;
	unsigned n; /* members */
	bool threads; /* else the only member works in the caller's */
	struct member *members;
	struct said_list said; /* holes, of the only one */
	struct batch *batches[BATCHES];
	size_t batch_frames;
	uint64_t begun, done; /* batches */
	struct net *net;
	when_ns now;
	uint64_t connections;
	struct block *spare;
	struct input_blocks lender;
};

static void *run_member(void *member);
static void take_single(void *member, struct observation *o);
static void take_member(void *member, struct observation *o);
static void emit_single(struct pool *p);
static void publish(struct pool *p);
static void empty_batch(struct pool *p, struct batch *b);
static struct batch *batch_new(unsigned workers);
static void do_share(struct member *m, struct batch *b);
static void collect(struct pool *p);
static void *take_block(void *pool, size_t size);
static void retire_block(void *pool, void *bytes);

struct pool *
pool_new(unsigned workers, worker_emit *emit, void *context)
{
	struct pool *p = memory_new(1, sizeof(*p));

	p->emit = emit;
	p->context = context;
	p->now = INT64_MIN;
	p->n = workers > 1 ? workers : 1;
	p->threads = workers > 1;
	p->batch_frames = p->threads ? BATCH_FRAMES : SINGLE_FRAMES;
	p->net = net_new();
	p->lender = (struct input_blocks){ .take = take_block,
		.retire = retire_block,
		.context = p };
	for (size_t i = 0; i < (p->threads ? BATCHES : 1); i++)
		p->batches[i] = batch_new(p->n);
	p->members = memory_new(p->n, sizeof(*p->members));
	for (unsigned i = 0; i < p->n; i++) {
		struct member *m = &p->members[i];

		m->pool = p;
		m->index = i;
		m->worker = worker_new(p->threads ? take_member : take_single,
		    m);
		ring_init(&m->ring);
		if (p->threads &&
		    pthread_create(&m->thread, NULL, run_member, m) != 0) {
			message_error("no more threads can be started "
			              "(use a smaller -j)");
			exit(2);
		}
	}
	return p;
}

static struct batch *
batch_new(unsigned workers)
{
	struct batch *b = memory_new(1, sizeof(*b));

	b->shares = memory_new(workers, sizeof(*b->shares));
	return b;
}

struct input_blocks *
pool_blocks(struct pool *p)
{
	return &p->lender;
}

static struct batch *
batch_of(const struct pool *p, uint64_t number)
{
	return p->batches[p->threads ? number % BATCHES : 0];
}

/* -- frames to batches -- */

/* The same for both directions, and for all connections of two hosts. */
static unsigned
share_of(const struct pool *p, const struct packet *k)
{
	uint64_t sum = 0;

	if (p->n == 1)
		return 0;

	for (int i = 0; i < 2; i++) {
		const struct address *a = i == 0 ? &k->src : &k->dst;
		uint64_t word[2];

		memcpy(word, a->bytes, 16);
		word[0] = (word[0] ^ (word[1] * UINT64_C(0xff51afd7ed558ccd))) *
		    UINT64_C(0x9e3779b97f4a7c15);
		sum += word[0] ^ word[0] >> 29;
	}
	sum *= UINT64_C(0xbf58476d1ce4e5b9);
	return (unsigned)((sum >> 32) * p->n >> 32);
}

/* Does the payload live as long as the batch does? */
static void
keep_payload(struct pool *p, struct batch *b, const struct frame *f,
    struct packet *k)
{
	uintptr_t at = (uintptr_t)k->payload.at;
	uintptr_t begin = (uintptr_t)f->bytes.at;
	bool in_frame = at >= begin && at <= begin + f->bytes.len;

	if (k->payload.len == 0 || (in_frame && p->lender.used))
		return;
	k->payload = arena_span(&b->copies, k->payload);
	b->n_bytes += k->payload.len;
}

static struct batch *
open_batch(struct pool *p)
{
	struct batch *b = batch_of(p, p->begun);

	if (p->begun - p->done == BATCHES)
		collect(p); /* it is the same one */
	if (b->n_frames > 0)
		return b;
	for (unsigned i = 0; i < p->n; i++)
		b->shares[i].first = b->shares[i].last = NONE;
	return b;
}

void
pool_frame(struct pool *p, const struct frame *f)
{
	struct batch *b = open_batch(p);
	struct item *item = &b->items[b->n_items];

	if (f->time > p->now)
		p->now = f->time;
	b->number[b->n_frames] = f->number;
	b->now[b->n_frames] = p->now;
	if (net_decode(p->net, f, &item->packet)) {
		unsigned share = share_of(p, &item->packet);
		uint32_t at = (uint32_t)b->n_items++;

		keep_payload(p, b, f, &item->packet);
		item->frame = (uint32_t)b->n_frames;
		item->next = NONE;
		if (b->shares[share].first == NONE)
			b->shares[share].first = at;
		else
			b->items[b->shares[share].last].next = at;
		b->shares[share].last = at;
	}
	b->n_bytes += f->bytes.len;
	if (++b->n_frames == p->batch_frames || b->n_bytes > BATCH_BYTES)
		publish(p);
}

static void
publish(struct pool *p)
{
	p->begun++;
	if (!p->threads) {
		do_share(&p->members[0], p->batches[0]);
		if (p->said.n > 0)
			emit_single(p);
		empty_batch(p, p->batches[0]);
		p->done++;
		return;
	}
	for (unsigned i = 0; i < p->n; i++)
		ring_fill(&p->members[i].ring);
}

void
pool_flush(struct pool *p)
{
	if (batch_of(p, p->begun)->n_frames > 0 && p->begun - p->done < BATCHES)
		publish(p);
	while (p->done < p->begun)
		collect(p);
}

void
pool_finish(struct pool *p)
{
	pool_flush(p);
	open_batch(p)->last = true;
	publish(p);
	if (!p->threads)
		return;
	collect(p);
	for (unsigned i = 0; i < p->n; i++)
		pthread_join(p->members[i].thread, NULL);
}

/* -- what a worker does -- */

/* The first frame of the batch, from `from` on, at which it is that late. */
static size_t
first_at(const struct batch *b, size_t from, size_t to, when_ns due)
{
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (b->now[middle] < due)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Frames [*from, to) of the batch went by, none of them of this worker. */
static void
pass_frames(struct flow_table *t, const struct batch *b, size_t *from,
    size_t to)
{
	while (*from < to && b->now[to - 1] >= flow_table_due(t)) {
		*from = first_at(b, *from, to, flow_table_due(t));
		flow_table_time(t, b->number[*from], b->now[*from]);
		++*from;
	}
	if (*from < to)
		flow_table_time(t, b->number[to - 1], b->now[to - 1]);
	*from = to;
}

/* Memory is slow: what will be looked at is asked for some packets before. */
static uint32_t
look_ahead(struct flow_table *t, struct batch *b, uint32_t i, bool near)
{
	struct packet *k = &b->items[i].packet;

	if (k->protocol == PROTOCOL_TCP && near) {
		flow_table_soon(t, k->flow_hash);
	} else if (k->protocol == PROTOCOL_TCP) {
		k->flow_hash = flow_hash(k);
		flow_table_expect(t, k->flow_hash);
	}
	return b->items[i].next;
}

static void
do_share(struct member *m, struct batch *b)
{
	struct flow_table *t = worker_flows(m->worker);
	uint32_t far = b->shares[m->index].first, near = far;
	size_t passed = 0;

	if (flow_table_counts(t).open < FEW)
		far = near = NONE; /* they are in the cache */
	for (int i = 0; i < 2 * AHEAD && far != NONE; i++)
		far = look_ahead(t, b, far, false);
	for (int i = 0; i < AHEAD && near != NONE; i++)
		near = look_ahead(t, b, near, true);
	for (uint32_t i = b->shares[m->index].first; i != NONE;
	     i = b->items[i].next) {
		const struct item *item = &b->items[i];

		if (far != NONE)
			far = look_ahead(t, b, far, false);
		if (near != NONE)
			near = look_ahead(t, b, near, true);
		if (passed < item->frame)
			pass_frames(t, b, &passed, item->frame);
		worker_packet(m->worker, &item->packet);
		/* For TCP that was its time, too. */
		if (item->packet.protocol == PROTOCOL_TCP)
			passed++;
		else
			pass_frames(t, b, &passed, item->frame + 1u);
	}
	pass_frames(t, b, &passed, b->n_frames);
	if (b->last)
		worker_finish(m->worker);
}

static void *
run_member(void *member)
{
	struct member *m = member;
	struct flow_table *t = worker_flows(m->worker);
	bool last = false;

	for (uint64_t number = 0; !last; number++) {
		struct flow_numbers *mine =
		    &m->numbers[number % (2 * BATCHES)];

		ring_wait_filled(&m->ring, number + 1);

		struct batch *b = batch_of(m->pool, number);

		if (number >= BATCHES)
			flow_numbers_settle(
			    &m->numbers[(number - BATCHES) % (2 * BATCHES)]);
		mine->n = 0;
		flow_table_number_into(t, mine);
		m->said = &b->shares[m->index].said;
		last = b->last;
		do_share(m, b);
		ring_empty(&m->ring);
	}
	secret_thread_ends();
	return NULL;
}

/* -- observations -- */

static void
keep(struct said_list *list, const struct flow_moment *moment,
    struct observation *o)
{
	if (list->n == list->room) {
		list->room = list->room > 0 ? 2 * list->room : 64;
		list->at =
		    memory_grow(list->at, list->room, sizeof(*list->at));
	}
	list->at[list->n] = (struct said){ *moment, o, list->n };
	list->n++;
}

static bool
is_before(const struct flow_moment *a, const struct flow_moment *b)
{
	return a->frame != b->frame ? a->frame < b->frame
	    : a->phase != b->phase  ? a->phase < b->phase
	                            : a->rank < b->rank;
}

static int
by_moment(const void *left, const void *right)
{
	const struct said *a = left, *b = right;

	return is_before(&a->moment, &b->moment)   ? -1
	    : is_before(&b->moment, &a->moment)    ? 1
	    : a->place < b->place                  ? -1
	                                           : 1;
}

/* Nearly always they are in order already. */
static void
sort(struct said_list *list)
{
	for (size_t i = 1; i < list->n; i++)
		if (is_before(&list->at[i].moment, &list->at[i - 1].moment)) {
			qsort(list->at, list->n, sizeof(*list->at), by_moment);
			return;
		}
}

static void
take_member(void *member, struct observation *o)
{
	struct member *m = member;

	keep(m->said, flow_table_moment(worker_flows(m->worker)), o);
}

/* All comes in order by itself, but for holes that are given up together. */
static void
take_single(void *member, struct observation *o)
{
	struct member *m = member;
	struct pool *p = m->pool;
	const struct flow_moment *moment =
	    flow_table_moment(worker_flows(m->worker));

	if (moment->phase == FLOW_PHASE_HOLE) {
		keep(&p->said, moment, o);
		return;
	}
	if (p->said.n > 0)
		emit_single(p);
	p->emit(p->context, o);
}

static void
emit_single(struct pool *p)
{
	sort(&p->said);
	for (size_t i = 0; i < p->said.n; i++)
		p->emit(p->context, p->said.at[i].o);
	p->said.n = 0;
}

/* Of n lists, each in order, the one whose next element is first; or NONE. */
static uint32_t
first_of(const uint64_t *next, unsigned n)
{
	uint32_t first = NONE;

	for (unsigned i = 0; i < n; i++)
		if (next[i] != UINT64_MAX &&
		    (first == NONE || next[i] < next[first]))
			first = i;
	return first;
}

/* New connections are numbered in order of their first frames. */
static void
number_connections(struct pool *p, uint64_t batch)
{
	uint64_t *next = memory_new(p->n, sizeof(*next));
	size_t *at = memory_new(p->n, sizeof(*at));

	for (;;) {
		for (unsigned i = 0; i < p->n; i++) {
			const struct flow_numbers *list =
			    &p->members[i].numbers[batch % (2 * BATCHES)];

			next[i] = at[i] < list->n
			    ? list->at[at[i]].first_frame
			    : UINT64_MAX;
		}

		uint32_t i = first_of(next, p->n);

		if (i == NONE)
			break;
		p->members[i].numbers[batch % (2 * BATCHES)].at[at[i]++].id =
		    ++p->connections;
	}
	free(next);
	free(at);
}

/* The number of a connection that its worker did not know yet. */
static uint64_t
number_of(const struct member *m, uint64_t batch, uint64_t first_frame)
{
	for (uint64_t back = 0; back < BATCHES && back <= batch; back++) {
		uint64_t id = flow_numbers_find(
		    &m->numbers[(batch - back) % (2 * BATCHES)], first_frame);

		if (id != 0)
			return id;
	}
	assert(false);
	return 0;
}

/* Hand on what all said about a batch, in order. */
static void
emit_batch(struct pool *p, struct batch *b, uint64_t batch)
{
	size_t *at = memory_new(p->n, sizeof(*at));

	for (unsigned i = 0; i < p->n; i++)
		sort(&b->shares[i].said);
	for (;;) {
		const struct said *first = NULL;
		unsigned who = 0;

		for (unsigned i = 0; i < p->n; i++) {
			const struct said_list *list = &b->shares[i].said;

			if (at[i] < list->n &&
			    (first == NULL || is_before(&list->at[at[i]].moment,
			                          &first->moment))) {
				first = &list->at[at[i]];
				who = i;
			}
		}
		if (first == NULL)
			break;
		at[who]++;

		struct connection *c = &first->o->connection;

		if (c->id == 0 && c->first_frame > 0) {
			c->id = number_of(&p->members[who], batch,
			    c->first_frame);
			c->stream = (uint32_t)(c->id - 1);
		}
		p->emit(p->context, first->o);
	}
	for (unsigned i = 0; i < p->n; i++)
		b->shares[i].said.n = 0;
	free(at);
}

/* Wait for the oldest batch, take its results, and make it empty. */
static void
collect(struct pool *p)
{
	uint64_t number = p->done++;
	struct batch *b = batch_of(p, number);

	for (unsigned i = 0; i < p->n; i++)
		ring_wait_emptied(&p->members[i].ring, number + 1);
	number_connections(p, number);
	emit_batch(p, b, number);
	empty_batch(p, b);
}

static void
empty_batch(struct pool *p, struct batch *b)
{
	while (b->blocks != NULL) {
		struct block *block = b->blocks;

		b->blocks = block->next;
		block->next = p->spare;
		p->spare = block;
	}
	arena_fini(&b->copies);
	b->n_frames = b->n_items = b->n_bytes = 0;
	b->last = false;
}

/* -- blocks -- */

static void *
take_block(void *pool, size_t size)
{
	struct pool *p = pool;

	for (struct block **at = &p->spare; *at != NULL; at = &(*at)->next)
		if ((*at)->size >= size) {
			struct block *b = *at;

			*at = b->next;
			return b->bytes;
		}

	struct block *b = memory_grow(NULL, 1, sizeof(*b) + size);

	b->size = size;
	return b->bytes;
}

/* Frames of this batch and of those before may point into it. */
static void
retire_block(void *pool, void *bytes)
{
	struct pool *p = pool;
	struct block *b =
	    (struct block *)(void *)((uint8_t *)bytes -
	        offsetof(struct block, bytes));
	struct batch *batch = open_batch(p);

	b->next = batch->blocks;
	batch->blocks = b;
}

/* -- the end -- */

struct worker_counts
pool_counts(const struct pool *p)
{
	struct worker_counts sum = { 0 };

	for (unsigned i = 0; i < p->n; i++) {
		struct worker_counts c = worker_counts(p->members[i].worker);

		sum.exchanges += c.exchanges;
		sum.kdc_visible |= c.kdc_visible;
		flow_counts_add(&sum.flow, &c.flow);
	}
	sum.net = net_counts(p->net);
	return sum;
}

static void
free_blocks(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	free(p->said.at);
	for (unsigned i = 0; i < p->n; i++) {
		struct member *m = &p->members[i];

		worker_free(m->worker);
		ring_fini(&m->ring);
		for (size_t k = 0; k < 2 * BATCHES; k++)
			free(m->numbers[k].at);
	}
	for (size_t i = 0; i < BATCHES && p->batches[i] != NULL; i++) {
		for (unsigned k = 0; k < p->n; k++)
			free(p->batches[i]->shares[k].said.at);
		free_blocks(p->batches[i]->blocks);
		arena_fini(&p->batches[i]->copies);
		free(p->batches[i]->shares);
		free(p->batches[i]);
	}
	free_blocks(p->spare);
	net_free(p->net);
	free(p->members);
	free(p);
}
