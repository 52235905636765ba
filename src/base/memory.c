/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

/*
 * Read by jemalloc where it is linked (`configure` says so).  Half of what a
 * flood costs is the first touch of small pages.  And one arena for all: what
 * a thread makes another one frees, so that each of its own takes more locks.
 */
extern const char *malloc_conf;
const char *malloc_conf = "thp:always,narenas:1";

void
memory_small_pages(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}

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
