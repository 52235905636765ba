/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* Pieces that may wait to be taken, a thread. */
#define AHEAD 2

struct place {
	bool made;
	void *piece;
};

struct shop {
	const struct parallel *work;
	size_t n;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t room, progress;
	size_t begun, taken;
	struct place *places;
	size_t n_places;
};

struct maker {
	struct shop *shop;
	unsigned index;
	pthread_t thread;
	bool runs;
};

/* With the lock, which it lets go of meanwhile; false: nothing to begin. */
static bool
make_one(struct shop *s, unsigned thread)
{
	size_t i = s->begun;
	void *piece;

	if (i == s->n || i - s->taken == s->n_places)
		return false;
	s->begun++;
	pthread_mutex_unlock(&s->lock);
	piece = s->work->make(s->work->context, thread, i);
	pthread_mutex_lock(&s->lock);
	s->places[i % s->n_places] = (struct place){ true, piece };
	if (i == s->taken)
		pthread_cond_signal(&s->progress);
	return true;
}

static void *
run(void *maker)
{
	struct maker *m = maker;
	struct shop *s = m->shop;

	pthread_mutex_lock(&s->lock);
	while (s->begun < s->n)
		if (!make_one(s, m->index))
			pthread_cond_wait(&s->room, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* False: it is not there yet. */
static bool
take_one(struct shop *s)
{
	struct place *p = &s->places[s->taken % s->n_places];

	if (!p->made)
		return false;
	pthread_mutex_unlock(&s->lock);
	s->work->take(s->work->context, s->taken, p->piece);
	pthread_mutex_lock(&s->lock);
	p->made = false;
	s->taken++;
	pthread_cond_signal(&s->room);
	return true;
}

static void
take_all(struct shop *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->taken < s->n)
		if (!take_one(s) && !make_one(s, 0))
			pthread_cond_wait(&s->progress, &s->lock);
	pthread_cond_broadcast(&s->room);
	pthread_mutex_unlock(&s->lock);
}

void
parallel_do(const struct parallel *p, size_t n)
{
	unsigned threads = p->threads > 1 && n > 1 ? p->threads : 1;
	struct maker *makers = memory_new(threads, sizeof(*makers));
	struct shop s = { .work = p, .n = n, .n_places = AHEAD * threads };

	s.places = memory_new(s.n_places, sizeof(*s.places));
	pthread_mutex_init(&s.lock, NULL);
	pthread_cond_init(&s.room, NULL);
	pthread_cond_init(&s.progress, NULL);
	/* A thread that cannot be started is done without. */
	for (unsigned i = 1; i < threads; i++) {
		makers[i] = (struct maker){ .shop = &s, .index = i };
		makers[i].runs = pthread_create(&makers[i].thread, NULL, run,
		    &makers[i]) == 0;
	}
	take_all(&s);
	for (unsigned i = 1; i < threads; i++)
		if (makers[i].runs)
			pthread_join(makers[i].thread, NULL);
	pthread_cond_destroy(&s.progress);
	pthread_cond_destroy(&s.room);
	pthread_mutex_destroy(&s.lock);
	free(s.places);
	free(makers);
}
