/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * budget.h - bytes that many things of one kind hold together
 *
 * For the limits that are of bytes in all.  Each thread counts its own and
 * has its share, so that no lock is needed, and the same input reaches a
 * bound at the same place in each run with as many threads.
 *
 * What is counted must be given back by the thread that took it.
 */
#ifndef P407_BASE_BUDGET_H
#define P407_BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

/* How many threads share the limits; before the first of them starts. */
void budget_share(unsigned threads);

void budget_take(enum limit id, size_t bytes);
void budget_give(enum limit id, size_t bytes);

/* Would that be more than this thread's share, with so many bytes more?
 * Whoever then lets something go calls limit_hit(). */
bool budget_over(enum limit id, size_t more);

/* A thread's share of a limit of another kind. */
uint64_t budget_part(enum limit id);

/*
 * Let all that grows fit into so many bytes, as far as it can be foreseen:
 * sets the limits of bytes, and those of things whose size is known.  Once,
 * before anything is counted.
 */
void budget_fit(uint64_t bytes);

/* The least that budget_fit() makes sense with. */
#define BUDGET_LEAST (UINT64_C(32) << 20)

#endif
