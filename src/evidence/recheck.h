/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recheck.h - is any secret left in a capture that was written?
 *
 * The file is read again, as any capture: each frame is searched as it is,
 * and each TCP connection as its bytes in order.  A secret is looked for
 * raw, in hex, in base64 at all three places, and in UTF-16.
 *
 * A secret that is also a name (password "bob" of user bob) cannot be told
 * from the name; so can none of fewer than RECHECK_LEAST bytes.
 */
#ifndef P407_EVIDENCE_RECHECK_H
#define P407_EVIDENCE_RECHECK_H

#include "evidence/mask.h"

#define RECHECK_LEAST 6

struct recheck;

/* The secrets are those of now; the mask may go before it. */
struct recheck *recheck_new(const struct mask *mask);

/* Frames in order, as they were written. */
void recheck_frame(struct recheck *r, const struct frame *f);

/* No more come.  True if no secret was in any; *frame is where (0: none). */
bool recheck_end(struct recheck *r, uint64_t *frame);

/*
 * True if none of the mask's secrets is in the file.  False if one is, or if
 * the file could not be read; *frame is where (0: unknown).
 */
bool recheck_file(const char *path, const struct mask *mask,
    uint64_t *frame);

#endif
