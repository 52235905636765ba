/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/listeners.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/budget.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/message.h"
#include "observe/queues.h"
#include "observe/share.h"

_Static_assert(QUEUES_HIDDEN == LIVE_BEHIND, "both say what a block hides");

/* An idle wire's clock ticks so often; and at the end, for who waits. */
#define TICK_MS     20
#define END_TICK_MS 5
/* What others see of a listener is made anew so often; it looks at the clock
 * after so many frames. */
#define SHOW_EVERY  (20 * WHEN_MS)
#define SOME_FRAMES 256

struct listener {
	struct listeners *all;
	unsigned index;
	pthread_t thread;
	bool started;
	struct live *live;
	struct worker *worker;
	when_ns now; /* capture time; goes back if the clock was set */
	atomic_int_fast64_t alive; /* steady clock, at its last sign of life */
	atomic_bool renew, over;
	unsigned frames; /* since it looked at the clock */
	int64_t next_show;
	pthread_mutex_t lock; /* of what follows */
	struct worker_counts counts;
	uint8_t apart[MEMORY_APART];
};

struct listeners {
	unsigned n;
	struct listener *at;
	struct queues *queues;
	struct live_set *live;
	struct evidence_ring *ring;
	atomic_uint_fast64_t connections;
	pthread_mutex_t gate; /* closed until all is ready */
};

/* -- in the listener's thread -- */

/* What its worker says. */
static void
tell(void *listener, struct observation *o)
{
	struct listener *m = listener;
	const struct flow_moment *moment =
	    flow_table_moment(worker_flows(m->worker));
	/* The end is all one frame (tcp/flow.h). */
	uint64_t frame =
	    moment->frame == UINT64_MAX ? moment->rank : moment->frame;

	if (queues_put(m->all->queues, m->index, m->now, frame, o))
		return;
	limit_hit(LIMIT_QUEUE);
	do
		poll(NULL, 0, 1);
	while (!queues_put(m->all->queues, m->index, m->now, frame, o));
}

static void
show_counts(struct listener *m)
{
	live_count(m->live);
	pthread_mutex_lock(&m->lock);
	m->counts = worker_counts(m->worker);
	pthread_mutex_unlock(&m->lock);
}

static void
look_at_the_clock(struct listener *m)
{
	int64_t now = clock_steady();

	m->frames = 0;
	m->alive = now;
	if (now >= m->next_show) {
		show_counts(m);
		m->next_show = now + SHOW_EVERY;
	}
	if (m->renew) {
		m->renew = false;
		worker_renew(m->worker);
	}
}

/* What is told of a frame may be asked evidence for at once. */
static void
take_frame(struct listener *m, const struct frame *f)
{
	if (f->time > m->now || when_between(f->time, m->now) > WHEN_SET_BACK)
		m->now = f->time;
	queues_frame(m->all->queues, m->index, m->now);
	if (m->all->ring != NULL)
		evidence_ring_frame(m->all->ring, m->index, f);
	worker_frame(m->worker, f);
}

static void
pass_time(struct listener *m, uint64_t frame)
{
	when_ns time = live_time(m->live);

	if (time == WHEN_NONE)
		return;
	if (time > m->now)
		m->now = time;
	queues_idle(m->all->queues, m->index, m->now);
	worker_time(m->worker, frame, time);
}

static void *
listen_on(void *listener)
{
	struct listener *m = listener;
	enum live_got got = LIVE_IDLE;
	struct frame f = { 0 };

	pthread_mutex_lock(&m->all->gate);
	pthread_mutex_unlock(&m->all->gate);
	while (got == LIVE_FRAME || got == LIVE_IDLE) {
		got = live_next(m->live, &f, TICK_MS);
		if (got == LIVE_FRAME)
			take_frame(m, &f);
		else if (got == LIVE_IDLE)
			pass_time(m, f.number);
		if (got != LIVE_FRAME || ++m->frames == SOME_FRAMES)
			look_at_the_clock(m);
	}
	m->now = INT64_MAX;
	queues_idle(m->all->queues, m->index, m->now);
	worker_finish(m->worker);
	show_counts(m);
	m->over = true;
	return NULL;
}

/* -- in the thread of who made them -- */

struct listeners *
listeners_new(unsigned n, worker_emit *emit, void *context)
{
	struct listeners *l = memory_new(1, sizeof(*l));

	budget_share(n);
	l->n = n;
	l->queues = queues_new(n, emit, context);
	l->at = memory_new(n, sizeof(*l->at));
	pthread_mutex_init(&l->gate, NULL);
	for (unsigned i = 0; i < n; i++) {
		struct listener *m = &l->at[i];

		m->all = l;
		m->index = i;
		m->now = WHEN_NONE;
		m->worker = worker_new(tell, m);
		pthread_mutex_init(&m->lock, NULL);
		flow_table_number_from(worker_flows(m->worker),
		    &l->connections);
	}
	return l;
}

void
listeners_free(struct listeners *l)
{
	if (l == NULL)
		return;
	for (unsigned i = 0; i < l->n; i++) {
		worker_free(l->at[i].worker);
		pthread_mutex_destroy(&l->at[i].lock);
	}
	pthread_mutex_destroy(&l->gate);
	queues_free(l->queues);
	live_close(l->live);
	free(l->at);
	free(l);
}

void
listeners_verify(struct listeners *l, const struct verify_means *means)
{
	for (unsigned i = 0; i < l->n; i++)
		worker_verify(l->at[i].worker, means);
}

void
listeners_sample(struct listeners *l)
{
	for (unsigned i = 0; i < l->n; i++)
		worker_sample(l->at[i].worker);
}

bool
listeners_open(struct listeners *l, const struct live_options *o)
{
	struct live_options wanted = *o;

	wanted.program = share_program();
	l->live = live_open(&wanted, l->n);
	for (unsigned i = 0; i < l->n && l->live != NULL; i++)
		l->at[i].live = live_of(l->live, i);
	return l->live != NULL;
}

bool
listeners_start(struct listeners *l, struct evidence_ring *ring)
{
	bool ok = true;
	sigset_t all, before;

	l->ring = ring;
	pthread_mutex_lock(&l->gate);
	/* Signals are for the caller's thread: its waits end. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; i < l->n && ok; i++) {
		struct listener *m = &l->at[i];

		ok = m->started =
		    pthread_create(&m->thread, NULL, listen_on, m) == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!ok) {
		message_error("no more threads can be started (use a smaller "
		              "-j)");
		listeners_go(l);
		listeners_finish(l);
	}
	return ok;
}

void
listeners_go(struct listeners *l)
{
	for (unsigned i = 0; i < l->n; i++)
		l->at[i].alive = clock_steady();
	pthread_mutex_unlock(&l->gate);
}

void
listeners_take(struct listeners *l, int wait_ms)
{
	poll(NULL, 0, wait_ms);
	queues_take(l->queues, clock_steady());
}

when_ns
listeners_time(const struct listeners *l)
{
	return queues_time(l->queues);
}

bool
listeners_are_over(const struct listeners *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->n; i++)
		n += !l->at[i].started || l->at[i].over;
	return n == l->n;
}

bool
listeners_are_alive(const struct listeners *l, int64_t since)
{
	for (unsigned i = 0; i < l->n; i++)
		if (!l->at[i].over && l->at[i].alive < since)
			return false;
	return true;
}

void
listeners_renew(struct listeners *l)
{
	for (unsigned i = 0; i < l->n; i++)
		l->at[i].renew = true;
}

struct worker_counts
listeners_counts_of(struct listeners *l, unsigned i)
{
	struct listener *m = &l->at[i];
	struct worker_counts c;

	pthread_mutex_lock(&m->lock);
	c = m->counts;
	pthread_mutex_unlock(&m->lock);
	return c;
}

struct worker_counts
listeners_counts(struct listeners *l)
{
	struct worker_counts sum = { 0 };

	for (unsigned i = 0; i < l->n; i++) {
		struct worker_counts c = listeners_counts_of(l, i);

		worker_counts_add(&sum, &c);
	}
	return sum;
}

bool
listeners_were_deaf(struct listeners *l)
{
	return live_was_deaf(l->live);
}

const struct live_set *
listeners_live(const struct listeners *l)
{
	return l->live;
}

void
listeners_finish(struct listeners *l)
{
	live_end(l->live);
	while (!listeners_are_over(l))
		listeners_take(l, END_TICK_MS);
	for (unsigned i = 0; i < l->n; i++)
		if (l->at[i].started)
			pthread_join(l->at[i].thread, NULL);
	queues_end(l->queues);
}
