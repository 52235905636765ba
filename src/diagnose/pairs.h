/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pairs.h - sets of pairs of numbers: who is in which group
 */
#ifndef P407_DIAGNOSE_PAIRS_H
#define P407_DIAGNOSE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two numbers that sort as one. */
struct pair {
	uint32_t group, member;
};

/* As qsort() has it. */
int pairs_order(const void *left, const void *right);

/* Sort, and keep one of each; returns how many are left. */
size_t pairs_unique(struct pair *pairs, size_t n);

/* Where it is in a sorted array; NULL: it is not there. */
const struct pair *pairs_find(const struct pair *pairs, size_t n,
    struct pair wanted);

#endif
