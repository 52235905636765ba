/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * makers.h - what proxies said of themselves, from the totals of a run
 *
 * Events of attempts do not say which software a proxy is.  The totals have,
 * for each proxy, the answer that showed it: that stands for all its answers.
 */
#ifndef P407_EVENTS_MAKERS_H
#define P407_EVENTS_MAKERS_H

#include "attempt/observation.h"
#include "diagnose/products.h"

struct makers;

struct makers *makers_new(const struct rules *rules);
void makers_free(struct makers *k);

/* A member of p407.summary.proxies; the first of each proxy counts. */
void makers_take(struct makers *k, struct span object);

/* NULL if it is not known; lives as long as k. */
const struct observed_response *makers_answer(const struct makers *k,
    const struct address *proxy, uint16_t port);

#endif
