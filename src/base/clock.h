/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - the machine's own clocks, for what goes on now
 *
 * What a capture says of time comes from its frames (base/when.h).
 */
#ifndef P407_BASE_CLOCK_H
#define P407_BASE_CLOCK_H

#include <time.h>

#include "base/when.h"

static inline int64_t
clock_now(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * WHEN_SECOND + now.tv_nsec;
}

/* Never set, and from no time in particular. */
static inline int64_t
clock_steady(void)
{
	return clock_now(CLOCK_MONOTONIC);
}

/* What people call the time; it may be set. */
static inline when_ns
clock_wall(void)
{
	return clock_now(CLOCK_REALTIME);
}

#endif
