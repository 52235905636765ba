/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker.h - one share of the traffic: frames to observations
 *
 * A worker owns everything from net to auth for its share of the
 * connections and needs no lock.  It emits small observations in the order
 * of the frames that completed them; whoever is given one frees it.
 */
#ifndef P407_OBSERVE_WORKER_H
#define P407_OBSERVE_WORKER_H

#include "attempt/observation.h"
#include "capture/frame.h"
#include "net/packet.h"
#include "tcp/flow.h"
#include "verify/verify.h"

struct worker;

typedef void worker_emit(void *context, struct observation *o);

struct worker *worker_new(worker_emit *emit, void *context);

/* Hold credentials against these, which outlive it; before any frame. */
void worker_verify(struct worker *w, const struct verify_means *means);

/* Keep the first bytes of tunnels, to tell what goes through them; before any
 * frame. */
void worker_sample(struct worker *w);

void worker_frame(struct worker *w, const struct frame *f);

/*
 * The two halves of that, for whoever shares a capture among several workers:
 * a packet, if there is one, and capture time, which came to `now` with this
 * frame.  Frames without a packet may be left out as long as capture time is
 * before worker_due().
 */
void worker_packet(struct worker *w, const struct packet *p);
void worker_time(struct worker *w, uint64_t frame, when_ns now);
when_ns worker_due(const struct worker *w);

/* Its connections; and their numbers are known (tcp/flow.h). */
struct flow_table *worker_flows(struct worker *w);
void worker_settle(struct worker *w, struct flow_numbers *numbers);

/*
 * Live: of refused connections only so many are told; from now on so many
 * again.
 */
void worker_renew(struct worker *w);

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
void worker_counts_add(struct worker_counts *sum,
    const struct worker_counts *c);

#endif
