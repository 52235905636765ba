/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queues.h - observations of several threads, in the order of a wire
 *
 * Each source is a thread that puts its observations into a queue of its own,
 * as it makes them, and says up to which capture time it has come.  One thread
 * takes: what is not later than where all have come to is handed on, in order
 * of capture time.  Nobody is waited for long: a source that is more than
 * QUEUES_PATIENCE behind is passed over.
 *
 * The queues are bounded, in number and in bytes (LIMIT_QUEUE, which the
 * sources share).  No lock: a source must not wait for who takes.
 */
#ifndef P407_OBSERVE_QUEUES_H
#define P407_OBSERVE_QUEUES_H

#include "attempt/observation.h"
#include "observe/worker.h"

#define QUEUES_PATIENCE (400 * WHEN_MS)
/* A packet may wait so long before its source is shown it. */
#define QUEUES_HIDDEN (160 * WHEN_MS)

struct queues;

struct queues *queues_new(unsigned sources, worker_emit *emit, void *context);
void queues_free(struct queues *q); /* and what is still in them */

/* -- in the thread of a source, from 0 on -- */

/*
 * An observation, and when it was made: by capture time, which goes back only
 * where the clock was set (WHEN_SET_BACK), and by frame.  False if there is
 * no room: it is still the caller's.
 */
bool queues_put(struct queues *q, unsigned source, when_ns time,
    uint64_t frame, struct observation *o);

/*
 * What this source puts from now on is not older than that, because of a
 * frame or, on an idle wire, of the clock.  INT64_MAX: nothing will come.
 */
void queues_frame(struct queues *q, unsigned source, when_ns time);
void queues_idle(struct queues *q, unsigned source, when_ns time);

/* -- in the thread that takes -- */

/* Hand on what can be, by the steady clock. */
void queues_take(struct queues *q, int64_t now);

/* Hand on everything; no source puts any more. */
void queues_end(struct queues *q);

/* Capture time that all have come to; WHEN_NONE: no frame yet. */
when_ns queues_time(const struct queues *q);

#endif
