/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/limits.h"

#include <stdatomic.h>

static struct {
	uint64_t value;
	const char *what;
} limits[LIMIT_COUNT] = {
#define X(id, value, what) [id] = { value, what },
	LIMITS(X)
#undef X
};

static atomic_uint_fast64_t hits[LIMIT_COUNT];

uint64_t
limit_of(enum limit id)
{
	return limits[id].value;
}

void
limit_set(enum limit id, uint64_t value)
{
	limits[id].value = value;
}

void
limit_hit(enum limit id)
{
	atomic_fetch_add_explicit(&hits[id], 1, memory_order_relaxed);
}

uint64_t
limit_hits(enum limit id)
{
	return atomic_load_explicit(&hits[id], memory_order_relaxed);
}

const char *
limit_what(enum limit id)
{
	return limits[id].what;
}
