/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * merge.h - several sources of frames, one time line
 *
 * Each time the source whose next frame is the earliest gives it out; where
 * times are equal, the source that was added first.  So the order depends on
 * nothing but the frames and the order of the sources.  A source that is out
 * of order in itself stays so, as mergecap has it.
 */
#ifndef P407_CAPTURE_MERGE_H
#define P407_CAPTURE_MERGE_H

#include "capture/frame.h"

struct merge;

/*
 * Where frames come from.  next() gives the next frame, whose bytes live
 * until it is called again, or false at the end, once.
 */
struct merge_source {
	bool (*next)(void *context, struct frame *out);
	void *context;
};

/* For up to n sources. */
struct merge *merge_new(size_t n);
void merge_free(struct merge *m);

/* Before the first merge_next(), and at most as many as were announced. */
void merge_add(struct merge *m, struct merge_source source);

/*
 * The next frame, with `number` as its place in the time line; the rest is
 * as the source gave it.  Its bytes live until the next call.  One source
 * alone keeps its own numbers: it may have counted what it did not give out.
 */
bool merge_next(struct merge *m, struct frame *out);

#endif
