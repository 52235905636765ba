/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics.h - live: counts in the text format of Prometheus
 *
 * Names follow the conventions of exporters (a unit, _total for what only
 * grows).  Labels are of closed lists, or from the command line: nothing that
 * the wire says is one.
 */
#ifndef P407_LIVE_METRICS_H
#define P407_LIVE_METRICS_H

#include "capture/live.h"
#include "live/teller.h"
#include "observe/worker.h"

struct metrics_source {
	const char *version;
	const struct live_set *live;
	const struct teller *teller;
	struct worker_counts counts;
	double start_s;    /* Unix time */
	double look_s;     /* how long the last look took */
	uint64_t resident; /* bytes; 0: not known */
	uint64_t reload_failures;
};

void metrics_write(struct text *t, const struct metrics_source *m);

#endif
