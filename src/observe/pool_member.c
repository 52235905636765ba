/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/pool_parts.h"

#include "base/memory.h"

/* Packets that a worker looks ahead, twice, once connections are many. */
#define AHEAD 6
#define FEW   256

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
pass_frames(struct worker *w, const struct batch *b, size_t *from, size_t to)
{
	while (*from < to && b->now[to - 1] >= worker_due(w)) {
		*from = first_at(b, *from, to, worker_due(w));
		worker_time(w, b->number[*from], b->now[*from]);
		++*from;
	}
	if (*from < to)
		worker_time(w, b->number[to - 1], b->now[to - 1]);
	*from = to;
}

/* Memory is slow: what will be looked at is asked for some packets before. */
static uint32_t
look_ahead(struct flow_table *t, struct batch *b, uint32_t i, int stage)
{
	struct packet *k = &b->items[i].packet;

	if (stage == 0) {
		const char *later =
		    (const char *)k + AHEAD * sizeof(struct item);

		__builtin_prefetch(later);
		__builtin_prefetch(later + MEMORY_APART);
	}
	if (k->protocol != PROTOCOL_TCP) {
		if (stage == 0)
			__builtin_prefetch(k->payload.at);
		return b->items[i].next;
	}
	if (stage == 0) {
		k->flow_hash = flow_hash(t, k);
		flow_table_expect(t, k->flow_hash);
	} else if (stage == 1) {
		flow_table_soon(t, k->flow_hash);
	} else {
		flow_table_next(t, k->flow_hash);
	}
	return b->items[i].next;
}

void
pool_do_share(struct member *m, struct batch *b)
{
	struct flow_table *t = worker_flows(m->worker);
	uint32_t far = b->shares[m->index].first, near = far, next = far;
	size_t passed = 0;

	if (flow_table_counts(t).open < FEW)
		far = near = next = NONE; /* they are in the cache */
	for (int i = 0; i < 3 * AHEAD && far != NONE; i++)
		far = look_ahead(t, b, far, 0);
	for (int i = 0; i < 2 * AHEAD && near != NONE; i++)
		near = look_ahead(t, b, near, 1);
	for (int i = 0; i < AHEAD && next != NONE; i++)
		next = look_ahead(t, b, next, 2);
	for (uint32_t i = b->shares[m->index].first; i != NONE;
	     i = b->items[i].next) {
		const struct item *item = &b->items[i];

		if (far != NONE)
			far = look_ahead(t, b, far, 0);
		if (near != NONE)
			near = look_ahead(t, b, near, 1);
		if (next != NONE)
			next = look_ahead(t, b, next, 2);
		if (passed < item->frame)
			pass_frames(m->worker, b, &passed, item->frame);
		worker_packet(m->worker, &item->packet);
		/* The packet has said what time it is. */
		if (b->now[item->frame] >= worker_due(m->worker))
			worker_time(m->worker, b->number[item->frame],
			    b->now[item->frame]);
		passed = item->frame + 1u;
	}
	pass_frames(m->worker, b, &passed, b->n_frames);
	if (b->last)
		worker_finish(m->worker);
}

static void
do_next(struct member *m)
{
	uint64_t number = m->done;
	struct flow_numbers *mine = &m->numbers[number % (2 * BATCHES)];
	struct batch *b = batch_of(m->pool, number);

	budget_enter(&m->budget);
	if (number >= BATCHES)
		worker_settle(m->worker,
		    &m->numbers[(number - BATCHES) % (2 * BATCHES)]);
	mine->n = 0;
	flow_table_number_into(worker_flows(m->worker), mine);
	m->said = &b->shares[m->index].said;
	pool_do_share(m, b);
	budget_enter(NULL);
}

/* Who is farthest behind, and not at work; NULL: nobody has anything to do. */
static struct member *
next_member(struct pool *p)
{
	struct member *next = NULL;

	for (unsigned i = 0; i < p->n; i++) {
		struct member *m = &p->members[i];

		if (!m->taken && m->done < p->begun &&
		    (next == NULL || m->done < next->done))
			next = m;
	}
	return next;
}

bool
pool_help(struct pool *p)
{
	struct member *m = next_member(p);

	if (m == NULL)
		return false;
	m->taken = true;
	pthread_mutex_unlock(&p->lock);
	do_next(m);
	pthread_mutex_lock(&p->lock);
	m->taken = false;
	m->done++;
	pthread_cond_signal(&p->progress);
	return true;
}

void *
pool_run_helper(void *pool)
{
	struct pool *p = pool;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		if (pool_help(p))
			continue;
		/* Who is at work does what comes after that, too. */
		if (p->over)
			break;
		pthread_cond_wait(&p->work, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}
