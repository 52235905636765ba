/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * correlator.h - observations of all workers to attempts and findings
 *
 * One thread.  It is given observations in the order of their frames and
 * owns the tracker; at the end it diagnoses what it has seen.  Live there is
 * no end: now and then it diagnoses a window, the attempts of the last
 * LIMIT_WINDOW_SECONDS, LIMIT_WINDOW of them at most.
 */
#ifndef P407_VERDICT_CORRELATOR_H
#define P407_VERDICT_CORRELATOR_H

#include "attempt/places.h"
#include "attempt/tracker.h"
#include "diagnose/diagnosis.h"
#include "options/options.h"
#include "state/state.h"

struct correlator;

struct correlator *correlator_new(const struct options *o);
void correlator_free(struct correlator *c);

/* Takes the observation; fits worker_emit. */
void correlator_take(void *correlator, struct observation *o);

/* Capture time has come to here; WHEN_NONE is passed over. */
void correlator_now(struct correlator *c, when_ns now);

/* Frames up to now were lost. */
void correlator_deaf(struct correlator *c);

/* Facts ask it, and it takes what will not change any more; it must outlive
 * the correlator. */
void correlator_remember(struct correlator *c, struct state *s);

/* No more will come. */
void correlator_finish(struct correlator *c, const struct rules *rules,
    const struct capture_facts *capture);

/*
 * Live: diagnose the window as it is now.  False, and nothing done, if there
 * is no news since the last time, unless `always`.  What the functions below
 * gave before is not valid afterwards.
 */
bool correlator_look(struct correlator *c, const struct rules *rules,
    const struct capture_facts *capture, bool always);

/*
 * What the last look made, but for the attempts; to be called before more
 * observations are taken.
 */
void correlator_look_away(struct correlator *c);

/*
 * What is to be reported: the attempts that --client, ... leave, and how many
 * they do not.
 */
struct attempt **correlator_attempts(struct correlator *c, size_t *n);
size_t correlator_passed_over(const struct correlator *c);
const struct testimony *correlator_witnesses(const struct correlator *c);
const struct diagnosis *correlator_diagnosis(const struct correlator *c);

#endif
