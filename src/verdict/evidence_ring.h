/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence_ring.h - -w: a small capture for each finding, the oldest go
 *
 * Frames are looked back on (evidence/lookback.h); when a finding is told,
 * those that it rests on are masked, checked, and written as a file of the
 * folder, of -C MiB at most, of which there are -W at most.  A folder that
 * cannot be written to is said, once until it can be again, and nothing else
 * stops.
 */
#ifndef P407_VERDICT_EVIDENCE_RING_H
#define P407_VERDICT_EVIDENCE_RING_H

#include "evidence/lookback.h"
#include "options/options.h"
#include "sandbox/opener.h"

/* What -C and -W are where they are not given. */
#define RING_MIB   1
#define RING_FILES 64

/* As options say, or by default. */
uint64_t evidence_ring_bytes(const struct options *o); /* of one file */
size_t evidence_ring_files(const struct options *o);

struct evidence_ring;

/*
 * For so many threads that read frames.  Who opens its files, and under which
 * of its paths; NULL: we may ourselves.  Says if the folder cannot be written
 * to.
 */
struct evidence_ring *evidence_ring_new(const struct options *o,
    unsigned readers, struct opener *opener, size_t path);
void evidence_ring_free(struct evidence_ring *r); /* NULL is fine */

/* From the thread of that reader, from 0 on. */
void evidence_ring_frame(struct evidence_ring *r, unsigned reader,
    const struct frame *f);

/*
 * Write the evidence of a finding of a prepared report; f->evidence_file is
 * its name then.  Stays empty where nothing of it is kept any more, or where
 * nothing could be written.
 */
void evidence_ring_keep(struct evidence_ring *r, const struct report *report,
    struct finding *f);

#endif
