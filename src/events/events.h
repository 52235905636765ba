/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.h - a report made again from what -o json wrote
 *
 * Lines of p407.attempt, p407.finding and p407.summary, of one run or of
 * several (sensors, days), become what the formats print.  Nothing is
 * diagnosed again: a finding is told as it was.  Of attempts and findings
 * that came more than once (a sensor tells as it goes), the last word holds.
 *
 * What is not in the events is not in the report: other clocks, what the KDC
 * said between the messages, how the connections looked.
 */
#ifndef P407_EVENTS_EVENTS_H
#define P407_EVENTS_EVENTS_H

#include "report/model.h"

struct events;

/* The rules are asked for the names of proxies' makes. */
struct events *events_new(const struct rules *rules);
void events_free(struct events *e); /* NULL is fine */

/* Take all lines of a file ("-": standard input); false if none is p407's.
 * What is wrong with it has been said (message.h). */
bool events_load(struct events *e, const char *path);

/* The same from memory, for tests: one line; false if it is not p407's. */
bool events_line(struct events *e, struct span line);

/* Inputs, quality, attempts and findings; all of it lives as long as `e`. */
void events_fill(struct events *e, struct report *r);

#endif
