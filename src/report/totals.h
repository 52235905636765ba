/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * totals.h - what each proxy did, from the attempts
 */
#ifndef P407_REPORT_TOTALS_H
#define P407_REPORT_TOTALS_H

#include "report/model.h"

/* Fills r->proxies, in the order of their first attempts. */
void totals_of_proxies(struct report *r);

/* Count `name` in a list that has room; how many entries there are then. */
size_t totals_count(struct counted *list, size_t n, size_t room,
    const char *name);

#endif
