/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runs.h - the second half of history.c's work: sums over many events
 *
 * Runs of refusals (an outage looks like one), what is usual at a proxy for
 * a scheme, and what is usual at a proxy.  Events come in order of time.
 */
#ifndef P407_DIAGNOSE_RUNS_H
#define P407_DIAGNOSE_RUNS_H

#include "diagnose/history.h"

struct runs {
	struct run *at;
	size_t n, room;
};

/* Sets event.run of each refused event, too; past may be NULL. */
void runs_build(struct runs *r, struct event *events, size_t n,
    const struct past *past);
void runs_fini(struct runs *r);

/* One for each of `count` lanes (proxies); the caller frees them. */
struct lane *lanes_build(const struct event *events, size_t n,
    uint32_t count);
struct proxy_history *proxies_build(const struct event *events, size_t n,
    uint32_t count);

#endif
