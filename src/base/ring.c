/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ring.h"

void
ring_init(struct ring *r)
{
	r->filled = r->emptied = 0;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
}

void
ring_fini(struct ring *r)
{
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
}

static void
count(struct ring *r, uint64_t *counter)
{
	pthread_mutex_lock(&r->lock);
	(*counter)++;
	pthread_mutex_unlock(&r->lock);
	pthread_cond_signal(&r->changed);
}

static void
wait_for(struct ring *r, const uint64_t *counter, uint64_t n)
{
	pthread_mutex_lock(&r->lock);
	while (*counter < n)
		pthread_cond_wait(&r->changed, &r->lock);
	pthread_mutex_unlock(&r->lock);
}

void
ring_fill(struct ring *r)
{
	count(r, &r->filled);
}

void
ring_empty(struct ring *r)
{
	count(r, &r->emptied);
}

void
ring_wait_filled(struct ring *r, uint64_t n)
{
	wait_for(r, &r->filled, n);
}

void
ring_wait_emptied(struct ring *r, uint64_t n)
{
	wait_for(r, &r->emptied, n);
}
