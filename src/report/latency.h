/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * latency.h - how long a proxy takes to decide, by scheme
 *
 * From the last credentials of an attempt to the head of the answer, as the
 * capture saw both.  Good logins and refusals are counted apart from one
 * another: a directory that is slow shows in both, a helper that is broken
 * in one.
 */
#ifndef P407_REPORT_LATENCY_H
#define P407_REPORT_LATENCY_H

#include "report/model.h"

struct latency_row {
	struct address proxy;
	uint16_t port;
	const char *scheme;
	bool good; /* authenticated; false: rejected */
	size_t n;
	int64_t median_ns, p95_ns, worst_ns;
	uint64_t worst_frame; /* first frame of the slowest attempt */
};

/* By proxy, scheme, good before refused.  They live in the arena. */
const struct latency_row *latency_of(struct attempt *const *attempts,
    size_t n_attempts, struct arena *arena, size_t *n);

#endif
