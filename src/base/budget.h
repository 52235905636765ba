/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * budget.h - bytes that many things of one kind hold together
 *
 * For the limits that are of bytes in all.  Each sharer counts its own and
 * has its share, so that no lock is needed, and the same input reaches a
 * bound at the same place in each run with as many sharers.  A thread is one,
 * or does the work of several, one after the other.
 *
 * What is counted must be given back where it was taken.
 */
#ifndef P407_BASE_BUDGET_H
#define P407_BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

/* How many share the limits; before the first of them starts. */
void budget_share(unsigned sharers);

/* What a sharer has taken; all zero at first. */
struct budget {
	uint64_t used[LIMIT_COUNT];
};

/* Whose work this thread does from now on; NULL: its own. */
void budget_enter(struct budget *b);

void budget_take(enum limit id, size_t bytes);
void budget_give(enum limit id, size_t bytes);

/* Would that be more than the sharer's part, with so many bytes more?
 * Whoever then lets something go calls limit_hit(). */
bool budget_over(enum limit id, size_t more);

/* A sharer's part of a limit of another kind. */
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
