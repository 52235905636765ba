/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.h - what every Check program shares
 */
#ifndef P407_TESTS_RUN_H
#define P407_TESTS_RUN_H

#include <check.h>
#include <stdlib.h>

#include "base/span.h"

/* Run a suite; the exit status for main(). */
static inline int
run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * The first n bytes in a heap block of exactly that size, so that a
 * sanitizer sees byte n.  The caller frees it.
 */
static inline uint8_t *
exact_copy(struct span s, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	ck_assert_ptr_nonnull(copy);
	if (n > 0)
		memcpy(copy, s.at, n);
	return copy;
}

#endif
