/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listeners.h - live: threads that capture, and what they say put in order
 *
 * A listener is a thread with a buffer of its own on every interface
 * (capture/live.h) and a worker.  The kernel shares the frames out among them,
 * by the rule of share.h, so that a connection is with one of them.  What its
 * worker says goes into a queue (queues.h), from which the thread that made the
 * listeners takes, in order; so nobody waits for whoever judges and writes.
 *
 * Should there be no room, that is counted (LIMIT_QUEUE), and frames wait in
 * the kernel's buffers.  What is lost there is known for a gap, but what an
 * observation would have said would be taken for something that never was.
 */
#ifndef P407_LIVE_LISTENERS_H
#define P407_LIVE_LISTENERS_H

#include "capture/live.h"
#include "observe/worker.h"
#include "verdict/evidence_ring.h"

struct listeners;

struct listeners *listeners_new(unsigned n, worker_emit *emit, void *context);
void listeners_free(struct listeners *l); /* NULL is fine */

/* worker_verify() and worker_sample() of all; before they start. */
void listeners_verify(struct listeners *l, const struct verify_means *means);
void listeners_sample(struct listeners *l);

/* What needs a privilege; false, and said, as live_open(). */
bool listeners_open(struct listeners *l, const struct live_options *o);

/*
 * Make the threads, which show each frame to `ring`, too, if that is not NULL.
 * False, and said, if they cannot be made.  They wait: to read anything is for
 * when they are confined.
 */
bool listeners_start(struct listeners *l, struct evidence_ring *ring);
void listeners_go(struct listeners *l);

/* Wait so long, or until a signal; then emit() what can be handed on. */
void listeners_take(struct listeners *l, int wait_ms);

/* Capture time that all have come to; WHEN_NONE: no frame yet. */
when_ns listeners_time(const struct listeners *l);

/* All have come to an end: as many frames as were wanted, or no interface. */
bool listeners_are_over(const struct listeners *l);

/* Has each of them given a sign of life since then, by the steady clock? */
bool listeners_are_alive(const struct listeners *l, int64_t since);

/* worker_renew() of all, soon. */
void listeners_renew(struct listeners *l);

/* The sum of all, and of one; some hundredths of a second old. */
struct worker_counts listeners_counts(struct listeners *l);
struct worker_counts listeners_counts_of(struct listeners *l, unsigned i);

/* live_was_deaf() of all. */
bool listeners_were_deaf(struct listeners *l);

const struct live_set *listeners_live(const struct listeners *l);

/*
 * The end: what came until now is read, and all that still waits is emitted;
 * the threads are gone then.
 */
void listeners_finish(struct listeners *l);

#endif
