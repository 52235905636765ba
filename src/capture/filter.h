/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.h - a capture filter (pcap-filter(7)) over frames
 *
 * Compiled by libpcap, once for each link type that turns up.
 */
#ifndef P407_CAPTURE_FILTER_H
#define P407_CAPTURE_FILTER_H

#include "capture/frame.h"

struct filter;

/* NULL after saying what is wrong with the expression. */
struct filter *filter_new(const char *expression);
void filter_free(struct filter *f);

bool filter_passes(struct filter *f, const struct frame *frame);

#endif
