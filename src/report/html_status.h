/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * html_status.h - live: the pages of --listen, made of the parts of html.h
 */
#ifndef P407_REPORT_HTML_STATUS_H
#define P407_REPORT_HTML_STATUS_H

#include "report/model.h"

/* The bars of a drawing: attempts that went well and badly, by time; and how
 * many minutes of each somebody watched, of those that it has so far. */
#define TREND_BARS 60

struct trend_bars {
	uint64_t good[TREND_BARS], bad[TREND_BARS]; /* the last is now */
	unsigned watched[TREND_BARS], due[TREND_BARS];
};

struct html_status {
	const struct report *report; /* of the window, prepared; with ids */
	when_ns now;                 /* capture time; WHEN_NONE: no frame */
	struct trend_bars hour, day, month;
	const char *const *problems; /* sentences of ours */
	size_t n_problems;
};

/* Faults of the window that are not over, the most severe first; how many.
 * `out` has room for all findings. */
size_t html_status_faults(const struct report *r, const struct finding **out);

/* Faults that have a page: the first of these. */
#define STATUS_FAULTS 50

/* The page at /, and that at /finding/ID. */
void html_status_page(struct text *out, const struct html_status *s);
void html_status_finding(struct text *out, const struct report *r,
    const struct finding *f);

#endif
