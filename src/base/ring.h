/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - two threads that hand each other places of a ring, in order
 *
 * One fills places and the other empties them; a place has a number from 0
 * on, and the array of places is the callers'.  Bounded: who fills waits for
 * `room` places to be emptied.  Nothing spins: with fewer processors than
 * threads the one that waits must not be in the way.
 */
#ifndef P407_BASE_RING_H
#define P407_BASE_RING_H

#include <pthread.h>
#include <stdint.h>

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t filled, emptied; /* how many so far */
};

void ring_init(struct ring *r);
void ring_fini(struct ring *r);

/* One more is full, or empty; wakes the other thread. */
void ring_fill(struct ring *r);
void ring_empty(struct ring *r);

/* Wait until that many have been filled, or emptied, in all. */
void ring_wait_filled(struct ring *r, uint64_t n);
void ring_wait_emptied(struct ring *r, uint64_t n);

#endif
