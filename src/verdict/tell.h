/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tell.h - all outputs of a run that has an end
 */
#ifndef P407_VERDICT_TELL_H
#define P407_VERDICT_TELL_H

#include "compare/compare.h"
#include "options/options.h"
#include "proxylog/proxylog.h"
#include "report/model.h"
#include "verdict/evidence_ring.h"

enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_TROUBLE = 2 };

/* False, and said, if one of -o is none. */
bool tell_knows_formats(const struct options *o);

/* Will the input be read twice? */
bool tell_wants_evidence(const struct options *o);

/*
 * Prepare the report, with the sections that an earlier capture and a log
 * (NULL: none) give rise to; write all that was asked for, and finish it.
 * What to exit with.  `frames` have been read.  With a ring, each finding
 * gets its file there: they are those of the report.
 */
int tell(const struct options *o, struct report *r, uint64_t frames,
    struct compare *before, struct proxylog *log, struct evidence_ring *ring,
    struct finding *findings);

#endif
