/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/pool.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "observe/pool_parts.h"
#include "observe/share.h"

static void start_helpers(struct pool *p);
static void publish(struct pool *p);
static void empty_batch(struct pool *p, struct batch *b);
static struct batch *batch_new(unsigned workers);
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
	p->batch_frames = p->threads ? BATCH_FRAMES : BATCH_ALONE;
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
		m->worker = worker_new(
		    p->threads ? pool_take_member : pool_take_single, m);
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->progress, NULL);
	start_helpers(p);
	return p;
}

static void
start_helpers(struct pool *p)
{
	p->helpers = memory_new(p->n, sizeof(*p->helpers));
	for (unsigned i = 0; i + 1 < p->n; i++)
		if (pthread_create(&p->helpers[i], NULL, pool_run_helper,
		        p) != 0) {
			message_error("no more threads can be started "
			              "(use a smaller -j)");
			exit(2);
		}
}

void
pool_verify(struct pool *p, const struct verify_means *means)
{
	for (unsigned i = 0; i < p->n; i++)
		worker_verify(p->members[i].worker, means);
}

void
pool_sample(struct pool *p)
{
	for (unsigned i = 0; i < p->n; i++)
		worker_sample(p->members[i].worker);
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

/* -- frames to batches -- */

#define SOON 8 /* items; and numbers in a line of the cache */

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

/* Of a batch that others have had last: what is written some frames later. */
static void
expect_more(const struct batch *b)
{
	const char *item = (const char *)&b->items[b->n_items];

	memory_will_write(item + SOON * sizeof(struct item));
	memory_will_write(item + SOON * sizeof(struct item) + MEMORY_APART);
	if (b->n_frames % SOON == 0) { /* a line each */
		memory_will_write(b->number + b->n_frames + SOON);
		memory_will_write(b->now + b->n_frames + SOON);
	}
}

void
pool_frame(struct pool *p, const struct frame *f)
{
	struct batch *b = open_batch(p);
	struct item *item = &b->items[b->n_items];
	/* Looked at before it goes there, which would have to wait. */
	struct packet here, *k = p->threads ? &here : &item->packet;

	if (p->threads)
		expect_more(b);
	if (f->time > p->now)
		p->now = f->time;
	b->number[b->n_frames] = f->number;
	b->now[b->n_frames] = p->now;
	if (net_decode(p->net, f, k)) {
		unsigned share = share_of(k, p->n);
		uint32_t at = (uint32_t)b->n_items++;

		keep_payload(p, b, f, k);
		if (p->threads)
			item->packet = here;
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
	if (!p->threads) {
		p->begun++;
		pool_do_share(&p->members[0], p->batches[0]);
		if (p->said.n > 0)
			pool_emit_single(p);
		empty_batch(p, p->batches[0]);
		p->done++;
		return;
	}
	pthread_mutex_lock(&p->lock);
	p->over = batch_of(p, p->begun)->last;
	p->begun++;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
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
	for (unsigned i = 0; i + 1 < p->n; i++)
		pthread_join(p->helpers[i], NULL);
}

static bool
all_have_done(const struct pool *p, uint64_t number)
{
	for (unsigned i = 0; i < p->n; i++)
		if (p->members[i].done <= number)
			return false;
	return true;
}

/* See that the oldest batch is done, take its results, and make it empty. */
static void
collect(struct pool *p)
{
	uint64_t number = p->done++;
	struct batch *b = batch_of(p, number);

	pthread_mutex_lock(&p->lock);
	while (!all_have_done(p, number))
		if (!pool_help(p))
			pthread_cond_wait(&p->progress, &p->lock);
	pthread_mutex_unlock(&p->lock);
	pool_emit_batch(p, number);
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

		worker_counts_add(&sum, &c);
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
	pthread_cond_destroy(&p->progress);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->helpers);
	free(p->members);
	free(p);
}
