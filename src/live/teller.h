/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * teller.h - live: tell what is new, in text and JSON, as it happens
 *
 * JSON has a line for each attempt when it is decided (and again, with the
 * same id, if it goes on all the same, or if what came later gives it another
 * cause), for each finding when it is first made, when it is closed or
 * withdrawn, and when the run ends, and a summary once a minute and at the
 * end.  Text is for somebody who watches: of what is
 * alike it has a line for the first, the tenth, the hundredth; what comes
 * again after TELLER_QUIET is said again.  A finding is told in full when it is
 * first made, but of the same rule TELLER_IN_FULL only, and then in a line.
 */
#ifndef P407_LIVE_TELLER_H
#define P407_LIVE_TELLER_H

#include "live/findings_told.h"
#include "live/live_files.h"

/* Findings of one look that get evidence (-w): of a storm, some will do, and
 * packets do not wait. */
#define TELLER_EVIDENCE 16
#define TELLER_QUIET (10 * 60 * WHEN_SECOND)
/* Findings of one rule that text tells in full, until it was quiet. */
#define TELLER_IN_FULL 10

struct teller;

/* Both outlive it. */
struct teller *teller_new(const struct options *o, struct live_files *files);
void teller_free(struct teller *t); /* NULL is fine */

/*
 * A look begins; capture time is `now`.  Each finding of the diagnosis is
 * taken, and gets its id: true if more will be told of it than a line, or of
 * `all`.  Fits words_wanted.of.
 */
void teller_begin(struct teller *t, when_ns now, bool all);
bool teller_take(void *teller, struct finding *f);

/*
 * A report of the window, prepared, with the findings that were taken, in that
 * order.  False if there is nobody left to be told.
 */
bool teller_look(struct teller *t, struct report *r,
    struct finding **findings);

/* Put the totals of the run into the report of a window. */
void teller_totals(const struct teller *t, struct report *r);

/* Once a minute. */
void teller_summary(struct teller *t, struct report *r);

/* The end, after a last look; false if not all could be written. */
bool teller_end(struct teller *t, struct report *r,
    struct finding *const *findings);

/* For reports of the run: the pseudonyms it gave out so far. */
struct redact *teller_redact(struct teller *t);

/* For metrics; and of all schemes, and outcomes from one to another. */
uint64_t teller_attempts(const struct teller *t, enum attempt_scheme scheme,
    enum outcome outcome);
uint64_t teller_outcomes(const struct teller *t, enum outcome from,
    enum outcome to);
const struct told_list *teller_told(const struct teller *t);

#endif
