/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outages.h - stretches in which a proxy let nobody in, for its neighbours
 *
 * Proxies that check passwords with one helper or directory lose it together.
 * Where one of them has many users that is plain (runs.h); another one has
 * one or two, and alone they would look like wrong passwords.
 */
#ifndef P407_DIAGNOSE_OUTAGES_H
#define P407_DIAGNOSE_OUTAGES_H

#include "diagnose/runs.h"

/* So many users, and so many of a hundred get in at other times. */
#define OUTAGE_USERS      3
#define OUTAGE_KNOWN_GOOD 60

struct outages {
	const struct event **at; /* the first of each, in order of time */
	size_t n;
};

bool run_is_outage(const struct run *run);

void outages_build(struct outages *o, const struct runs *r,
    const struct event *events, size_t n);
void outages_fini(struct outages *o);

/* For history_down_beside(); the last few before e are looked at. */
const struct event *outages_beside(const struct outages *o,
    const struct runs *r, const struct history *h, const struct event *e);

#endif
