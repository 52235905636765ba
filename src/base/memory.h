/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - allocation that succeeds or does not return
 *
 * A passive tool that cannot get memory for its bounded state has nothing
 * left to do; it says so and stops.  So callers have no branch for it.
 */
#ifndef P407_BASE_MEMORY_H
#define P407_BASE_MEMORY_H

#include "base/span.h"

/*
 * What one thread writes all the time is so far from what another does, or
 * they take the line of the cache from each other: bytes at the end of what
 * is one of several.
 */
#define MEMORY_APART 64

/*
 * The line of the cache at `at` will be written soon.  One that another thread
 * has had is far away, and what is written after it waits for it, too.
 */
static inline void
memory_will_write(const void *at)
{
#ifdef __x86_64__ /* of gcc without -mprfchw it would be one for reading */
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)at));
#else
	__builtin_prefetch(at, 1);
#endif
}

/* From here on in small pages: for who runs for months, and within a bound. */
void memory_small_pages(void);

/* Zeroed memory for n things of `size` bytes.  The caller frees it. */
void *memory_new(size_t n, size_t size);

/* As realloc() for n things; what is new is not zeroed. */
void *memory_grow(void *old, size_t n, size_t size);

/* `size` bytes, a multiple of `align`, a power of two.  The caller frees it. */
void *memory_aligned(size_t align, size_t size);

/* A NUL-terminated copy, also of bytes that hold NULs.  Caller frees. */
char *memory_str(struct span s);
char *memory_strdup(const char *s);

#endif
