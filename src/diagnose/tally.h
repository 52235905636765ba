/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - which names there are in many attempts, and how often
 */
#ifndef P407_DIAGNOSE_TALLY_H
#define P407_DIAGNOSE_TALLY_H

#include "base/arena.h"
#include "diagnose/finding.h"

/* NULLs are passed over; ALICE is alice, shown as she was written first.  The
 * strings must outlive the tally. */
void tally_strings(struct tally *t, const char *const *names, size_t n,
    struct arena *arena);

/* The tallies of a finding, from its attempts. */
void tally_attempts(struct finding *f, struct arena *arena);

/*
 * The user whom the KDC knows, of a finding of one client that rests on its
 * words (finding.kdc) and whose attempts name nobody; none if it is not clear.
 */
void tally_kdc_user(struct finding *f, struct arena *arena);

#endif
