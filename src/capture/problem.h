/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * problem.h - what is wrong with an input, in words, and what to do
 *
 * The readers of this folder do not speak: they keep the first thing that
 * went wrong, and capture.c says it as "p407: FILE: what (remedy)".  So they
 * can be fuzzed in silence, and a test can ask for the words.
 */
#ifndef P407_CAPTURE_PROBLEM_H
#define P407_CAPTURE_PROBLEM_H

#include <stdbool.h>

struct problem {
	char what[160];     /* "" while nothing is wrong */
	const char *remedy; /* a literal */
};

/* Keep the first problem; later ones follow from it. */
void problem_set(struct problem *p, const char *remedy, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

static inline bool
problem_is_set(const struct problem *p)
{
	return p->what[0] != '\0';
}

#endif
