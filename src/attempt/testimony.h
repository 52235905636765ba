/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testimony.h - what the side witnesses said, in the order of frames
 *
 * Keeps observations of kind OBSERVE_WITNESS, LIMIT_WITNESSES of each kind,
 * in whatever order several workers say them;
 * past that the newest are let go and counted, so that what is kept does
 * not depend on what comes later.
 */
#ifndef P407_ATTEMPT_TESTIMONY_H
#define P407_ATTEMPT_TESTIMONY_H

#include "attempt/observation.h"

struct testimony;

struct testimony *testimony_new(void);
void testimony_free(struct testimony *t); /* NULL is fine */

/* Takes the observation; its witness must be set. */
void testimony_take(struct testimony *t, struct observation *o);

/* No more will come: put them in the order of frames. */
void testimony_finish(struct testimony *t);

/*
 * Live: let go of what was said before a time and, of each kind, of the
 * oldest beyond `most`.  What testimony_of() gave is not valid afterwards.
 */
void testimony_forget(struct testimony *t, when_ns before, size_t most);

/* All of a kind, in the order of frames; they live as long as t. */
const struct witness_record *const *testimony_of(const struct testimony *t,
    enum witness_kind kind, size_t *n);

#endif
