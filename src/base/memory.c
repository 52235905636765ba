/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void *
must(void *p)
{
	if (p == NULL) {
		fputs("p407: out of memory (give the machine more, or read "
		      "a smaller part with -f or --since)\n", stderr);
		exit(2);
	}
	return p;
}

/* The heap's room to grow: addresses, no memory until they are touched. */
#define HEAP_ROOM (1 << 30)
#define HEAP_PIECE (1 << 20) /* what is larger lies apart, as it did before */
#define LARGE_PAGE ((uintptr_t)2 << 20)

void
memory_large_pages(void)
{
	/* Under another malloc() these change nothing, and none of it is so. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, -1);
	mallopt(M_MMAP_THRESHOLD, HEAP_PIECE);

	uintptr_t low = (uintptr_t)sbrk(0);

	mallopt(M_TOP_PAD, HEAP_ROOM);
	free(memory_grow(NULL, HEAP_PIECE / 2, 1));
	mallopt(M_TOP_PAD, HEAP_PIECE);

	uintptr_t high = (uintptr_t)sbrk(0);

	low = (low + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
	if (low < high)
		madvise((void *)low, high - low, MADV_HUGEPAGE);
}

/* The calloc() of many libraries passes by what free() has just kept. */
#define SMALL 1024

void *
memory_new(size_t n, size_t size)
{
	size_t bytes;

	if (!__builtin_mul_overflow(n, size, &bytes) && bytes <= SMALL)
		return memset(must(malloc(bytes > 0 ? bytes : 1)), 0, bytes);
	return must(calloc(n > 0 ? n : 1, size));
}

void *
memory_grow(void *old, size_t n, size_t size)
{
	return must(reallocarray(old, n > 0 ? n : 1, size));
}

void *
memory_aligned(size_t align, size_t size)
{
	return must(aligned_alloc(align, size));
}

char *
memory_str(struct span s)
{
	char *copy = must(malloc(s.len + 1));

	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	copy[s.len] = '\0';
	return copy;
}

char *
memory_strdup(const char *s)
{
	return memory_str(span_of_str(s));
}
