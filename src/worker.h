/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.h - one share of the traffic: frames to observations
 *
 * A worker owns everything from net to auth for its share of the
 * connections and needs no lock.  It emits small observations in the order
 * of the frames that completed them; whoever is given one frees it.
 */
#ifndef P407_WORKER_H
#define P407_WORKER_H

#include "attempt/observation.h"
#include "capture/frame.h"
#include "net/packet.h"
#include "tcp/flow.h"
#include "verify/known.h"

struct worker;

typedef void worker_emit(void *context, struct observation *o);

struct worker *worker_new(worker_emit *emit, void *context);

/* Hold credentials against these, which outlive it; before any frame. */
void worker_verify(struct worker *w, const struct known *known);

void worker_frame(struct worker *w, const struct frame *f);

/* A frame that was taken apart already; its time is for worker_flows(). */
void worker_packet(struct worker *w, const struct packet *p);

/* Its connections, for whoever shares a capture among several workers. */
struct flow_table *worker_flows(struct worker *w);

/* The capture ended: all that still waits is emitted. */
void worker_finish(struct worker *w);
void worker_free(struct worker *w);

struct worker_counts {
	struct net_counts net;
	struct flow_counts flow;
	uint64_t exchanges;
	uint64_t kdc_exchanges;
	bool kdc_visible; /* traffic of port 88 went by */
};

struct worker_counts worker_counts(const struct worker *w);

#endif
