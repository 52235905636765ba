/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - one capture, several workers, the observations of one
 *
 * Frames go in, one by one; observations come out, in an order and with
 * numbers that do not depend on how many workers there are.  With one worker
 * all of it happens inside the calls, in the caller's thread, some frames at
 * a time: what memory a packet will need is fetched while others are read.
 *
 * With more, there are as many threads.  The caller's takes frames apart
 * (net/) and puts packets into batches.  Each worker takes from every batch
 * the packets of its share: those whose unordered pair of addresses (the inner
 * one, in tunnels) falls to it.  A share is done by whatever thread has time,
 * the caller's, too, when it would wait.  A batch also has the times of all its
 * frames, so that what waits for a time in one worker happens at the same
 * frame as if all were one.  When all have done their part of a batch, the
 * caller's thread numbers the new connections, puts the observations in order
 * (flow.h, struct flow_moment) and hands them on.  Batches are done in order,
 * and only so many are under way: memory is bounded.
 */
#ifndef P407_OBSERVE_POOL_H
#define P407_OBSERVE_POOL_H

#include "capture/input.h"
#include "observe/worker.h"

struct pool;

/* `emit` is called in the thread that calls the functions below. */
struct pool *pool_new(unsigned workers, worker_emit *emit, void *context);
void pool_free(struct pool *p);

/* worker_verify() and worker_sample() of all; before the first frame. */
void pool_verify(struct pool *p, const struct verify_means *means);
void pool_sample(struct pool *p);

/* The next frame; its bytes are copied unless pool_blocks() is in use. */
void pool_frame(struct pool *p, const struct frame *f);

/* Wait for all that was given so far; it is emitted. */
void pool_flush(struct pool *p);

/* The capture ended: all that still waits is emitted. */
void pool_finish(struct pool *p);

/* For an input that the frames come from: they need not be copied then. */
struct input_blocks *pool_blocks(struct pool *p);

/* Of all workers, once the last frame was flushed. */
struct worker_counts pool_counts(const struct pool *p);

#endif
