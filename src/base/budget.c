/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/budget.h"

static _Thread_local struct budget own, *entered;
static unsigned sharers = 1;

/* Of code, libraries, rules and buffers, with two threads, in large pages. */
#define FIXED (UINT64_C(24) << 20)

/* Shares of 32 parts; of a gigabyte they are about the defaults. */
static const struct {
	enum limit id;
	unsigned parts;
	unsigned each; /* bytes that one thing takes; 1: the limit is bytes */
} plan[] = {
	{ LIMIT_ATTEMPT_BYTES, 11, 1 },
	{ LIMIT_FLOWS, 8, 256 },
	{ LIMIT_WITNESSES, 2, 1344 },
	{ LIMIT_LOG_LINES, 1, 336 },
	{ LIMIT_HTTP_BYTES, 2, 1 },
	{ LIMIT_CONVERSATIONS, 2, 1344 },
	{ LIMIT_REASSEMBLY_TOTAL, 1, 1 },
	{ LIMIT_FRAGMENT_TOTAL, 1, 1 },
	{ LIMIT_KDC_BYTES, 1, 2 },
	{ LIMIT_KDC_EXCHANGES, 1, 640 },
	{ LIMIT_SAMPLES, 1, 3328 },
	{ LIMIT_LOOKBACK, 1, 2 },
	{ LIMIT_QUEUE, 1, 1 },
};

void
budget_share(unsigned n)
{
	sharers = n > 0 ? n : 1;
}

void
budget_enter(struct budget *b)
{
	entered = b;
}

static uint64_t *
used(enum limit id)
{
	return &(entered != NULL ? entered : &own)->used[id];
}

void
budget_take(enum limit id, size_t bytes)
{
	*used(id) += bytes;
}

void
budget_give(enum limit id, size_t bytes)
{
	uint64_t *n = used(id);

	*n -= bytes < *n ? bytes : *n;
}

uint64_t
budget_part(enum limit id)
{
	return limit_of(id) / sharers;
}

bool
budget_over(enum limit id, size_t more)
{
	/* As budget_part() has it; to divide takes longer. */
	return (*used(id) + more) * sharers > limit_of(id);
}

void
budget_fit(uint64_t bytes)
{
	bytes = bytes > BUDGET_LEAST ? bytes - FIXED : BUDGET_LEAST - FIXED;
	for (size_t i = 0; i < sizeof(plan) / sizeof(plan[0]); i++)
		limit_set(plan[i].id,
		    bytes / 32 * plan[i].parts / plan[i].each);
}
