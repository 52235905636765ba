/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * differential.h - what it is, what it also is, what it is not
 *
 * For the example of a finding every rule is asked once more, and the
 * answers are put into words: contributing, ruled out because, cannot be
 * told because.
 */
#ifndef P407_DIAGNOSE_DIFFERENTIAL_H
#define P407_DIAGNOSE_DIFFERENTIAL_H

#include "diagnose/facts.h"
#include "diagnose/rules.h"
#include "diagnose/truth.h"

/*
 * Expand what f->rule says, compare with a good login, and draw up the
 * differential.  s is ready for f->example, with its group counts.
 */
void finding_write(struct finding *f, const struct rules *rules,
    struct subject *s, struct arena *arena);

/* Who is hit, since when, what changed, what differs: facts story.…. */
void story_tell(struct finding *f, struct subject *s, struct arena *arena);

/*
 * Which make of proxy it is about, and what is special about that make;
 * before finding_write(), whose texts may ask for it.
 */
void product_describe(struct finding *f, const struct rules *rules,
    struct subject *s, struct arena *arena);

#endif
