/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parallel.h - pieces of work that are done at once and taken in order
 *
 * Whatever thread has time makes the next piece, the caller's, too, when the
 * one that it wants to take is not there yet.  Only a few are made ahead of
 * it: memory is bounded.  What the caller sees does not depend on the number
 * of threads.
 */
#ifndef P407_BASE_PARALLEL_H
#define P407_BASE_PARALLEL_H

#include <stddef.h>

struct parallel {
	/* In any thread, `thread` says in which: from 0 to `threads` - 1. */
	void *(*make)(void *context, unsigned thread, size_t piece);
	/* In the caller's, in order of pieces. */
	void (*take)(void *context, size_t piece, void *made);
	void *context;
	unsigned threads; /* 0, 1: all is done in the caller's */
};

/* All n pieces. */
void parallel_do(const struct parallel *p, size_t n);

#endif
