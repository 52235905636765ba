/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lanes.h - who tried when, and how it went: what timelines draw
 *
 * A lane is a client, a proxy and a scheme.  Time is cut into bins, so that
 * a million attempts draw as fast as ten.
 */
#ifndef P407_REPORT_LANES_H
#define P407_REPORT_LANES_H

#include "report/model.h"

#define LANE_BINS 60 /* an attempt counts where it ended */

struct lane {
	const struct attempt *first; /* has the client, proxy and scheme */
	unsigned good[LANE_BINS], bad[LANE_BINS], other[LANE_BINS];
	unsigned n_good, n_bad, n;
	when_ns first_bad, last_bad; /* WHEN_NONE: none was */
};

/*
 * All lanes, those with most failures first; how many.  The caller frees
 * *out.
 */
size_t lanes_of(const struct report *r, struct lane **out);

/* "10.77.1.4 → 10.77.0.20:3128, NTLM", redacted and raw. */
void lane_words(const struct report *r, const struct lane *lane,
    struct text *t);

#endif
