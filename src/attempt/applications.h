/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * applications.h - which application an attempt was made for
 *
 * Told by what went through a tunnel to the same place, if somebody got
 * through and the bytes tell; else by the name of the place.  Advice: an
 * attempt's `application` is for reports and has no part in what is found.
 * One sample is kept for each place, LIMIT_SAMPLES in all.
 */
#ifndef P407_ATTEMPT_APPLICATIONS_H
#define P407_ATTEMPT_APPLICATIONS_H

#include "attempt/attempt.h"

struct apps;
struct applications;

/* Opens libndpi, if there is one. */
struct applications *applications_new(void);
void applications_free(struct applications *a); /* NULL is fine */

/* A tunnel's sample, in the order of frames; takes the observation. */
void applications_take(struct applications *a, struct observation *o);

/* Sets `application` of each, which lives as long as the attempt. */
void applications_name(struct applications *a, struct attempt *const *attempts,
    size_t n);

/* For whoever has bytes of another kind. */
struct apps *applications_apps(struct applications *a);

#endif
