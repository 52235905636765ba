/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.h - a capture filter (pcap-filter(7)) over frames
 *
 * Compiled and run by libpcap, once compiled for each link type that turns
 * up.  A name in a filter is looked up by libpcap, over the network if need
 * be, as in tcpdump; with addresses and numbers nothing is ever sent.
 */
#ifndef P407_CAPTURE_FILTER_H
#define P407_CAPTURE_FILTER_H

#include "capture/frame.h"
#include "capture/problem.h"

struct filter;

/* NULL, and libpcap's words in *problem, if the expression is wrong. */
struct filter *filter_new(const char *expression, struct problem *problem);
void filter_free(struct filter *f);

/*
 * Frames of a link type to which the expression does not apply ("ether host"
 * on a link without Ethernet addresses) do not pass.
 */
bool filter_passes(struct filter *f, const struct frame *frame);

/*
 * The first link type to which it did not apply, and why; NULL if there was
 * none.  For a remark to the user.
 */
const char *filter_misfit(const struct filter *f, uint32_t *link);

#endif
