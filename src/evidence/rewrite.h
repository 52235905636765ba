/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rewrite.h - frames of evidence: masked, with their checksums right
 *
 * Frames go in, in order, and come out in the same order, those that are
 * part of a chosen conversation only.  Fragments wait for the rest of their
 * datagram, are masked together, and go on as the pieces they were; up to
 * LIMIT_FRAGMENTS frames wait for them.
 *
 * A checksum that was right, or that was left to the network card, is right
 * afterwards; one that was wrong stays wrong by as much.  What is behind the
 * packet in a frame is zero.
 */
#ifndef P407_EVIDENCE_REWRITE_H
#define P407_EVIDENCE_REWRITE_H

#include "evidence/choice.h"
#include "evidence/layers.h"

struct rewrite;

/* A frame is ready; its bytes live until the call returns. */
typedef void rewrite_out(void *context, const struct frame *f);

struct rewrite *rewrite_new(const struct choice *choice, struct talks *talks,
    struct mask *mask, rewrite_out *out, void *context);
void rewrite_free(struct rewrite *r);

void rewrite_frame(struct rewrite *r, const struct frame *f);

/* No more come: fragments without their fellows are left out. */
void rewrite_finish(struct rewrite *r);

/* Fragments that were left out. */
uint64_t rewrite_lost(const struct rewrite *r);

#endif
