/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status.h - live: what --listen shows: /, /finding/ID, /healthz, /metrics
 *
 * The sensor makes the pages, of what it tells anyway; another process shows
 * them (server/server.h).
 */
#ifndef P407_LIVE_STATUS_H
#define P407_LIVE_STATUS_H

#include "capture/live.h"
#include "live/trend.h"
#include "options/options.h"
#include "report/model.h"

struct status;

/* Pages are made anew so often, if making them takes no longer. */
#define STATUS_EVERY (5 * WHEN_SECOND)

/* Before anything secret is in memory.  NULL, and said, if it cannot be. */
struct status *status_start(const struct options *o);
void status_end(struct status *s); /* NULL is fine */

/*
 * A report of the window, told, the trend as it is counted, and the counts
 * for /metrics; the times are of the capture and of the steady clock.
 */
void status_show(struct status *s, const struct report *r,
    const struct trend *trend, struct span metrics, when_ns now,
    int64_t steady);

#endif
