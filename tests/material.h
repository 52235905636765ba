/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * material.h - bytes from real traffic, kept as files beside the tests
 */
#ifndef P407_TESTS_MATERIAL_H
#define P407_TESTS_MATERIAL_H

#include <stdio.h>

#include "run.h"

/* The bytes of tests/PATH in a heap block of that size; the caller frees. */
static inline struct span
material(const char *path)
{
	static uint8_t bytes[1 << 16];
	const char *srcdir = getenv("srcdir");
	char name[1024];

	snprintf(name, sizeof(name), "%s/tests/%s",
	    srcdir != NULL ? srcdir : ".", path);

	FILE *f = fopen(name, "rb");

	ck_assert_msg(f != NULL, "%s", name);

	size_t n = fread(bytes, 1, sizeof(bytes), f);

	fclose(f);
	ck_assert_msg(n > 0 && n < sizeof(bytes), "%s", name);
	return span_of(exact_copy(span_of(bytes, n), n), n);
}

static inline void
material_free(struct span s)
{
	free((void *)(uintptr_t)s.at);
}

#endif
