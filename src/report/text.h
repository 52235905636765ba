/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - the parts of the report for a person
 */
#ifndef P407_REPORT_TEXT_H
#define P407_REPORT_TEXT_H

#include "report/model.h"
#include "report/page.h"
#include "report/sink.h"

/* The whole of it, for the table of formats. */
void text_write(struct sink *s, const struct report *r);

/* What was read, and what came out of it in one line. */
void text_head(struct page *p, const struct report *r);

/* A fault, with all there is to say; `number` is its place in the report. */
void text_finding(struct page *p, const struct report *r,
    const struct finding *f, size_t number);

/* A remark, in short. */
void text_remark(struct page *p, const struct report *r,
    const struct finding *f);

/* What other inputs gave rise to: annex.h. */
void text_annexes(struct page *p, const struct report *r);

/* A line or two for each proxy; one for all if there was none. */
void text_proxies(struct page *p, const struct report *r);

/*
 * Clocks that are off (all of them with -v), how long decisions took (with
 * -v), and who uses which scheme (if it was asked for).
 */
void text_clocks(struct page *p, const struct report *r);
void text_latency(struct page *p, const struct report *r);
void text_inventory(struct page *p, const struct report *r);

/* Is the clock so far off, for what it proves, that it should be said? */
bool text_clock_matters(const struct clock_row *row);

/* What is wrong with the capture, and what that means for the rest. */
void text_quality(struct page *p, const struct report *r);

#endif
