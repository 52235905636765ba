/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow.h - inside a worker: what a connection is followed as
 *
 * Private to worker.c and follow_*.c.  Each kind of conversation is a table
 * of calls and an object that begins with a struct conversation; the worker
 * asks each kind in turn whether a connection's first bytes are its own, and
 * hands on what the flow table says (tcp/flow.h) to the one that took it.
 */
#ifndef P407_OBSERVE_FOLLOW_H
#define P407_OBSERVE_FOLLOW_H

#include "observe/worker.h"

#include "observe/manners.h"

#include "witness/dns.h"
#include "witness/kdc.h"
#include "witness/neighbours.h"
#include "witness/sample.h"

struct worker {
	struct net *net;
	struct flow_table *flows;
	struct kdc *kdc;
	struct neighbours *neighbours;
	worker_emit *emit;
	void *context;
	struct worker_counts counts;
	struct flow_counts besides; /* of flow's counts: not HTTP */
	struct verifier *verifier;  /* NULL: nothing to hold against */
	unsigned refused;           /* connections that it told of */
	when_ns now;                /* capture time; never goes back */
	struct dns_memory *dns;
	struct manners *manners;
	bool samples;     /* of tunnels are wanted */
	size_t n_samples; /* being taken */
};

/* A connection that is followed; the kind's own things come behind. */
struct conversation {
	const struct follower *as;
	struct worker *worker;
	const struct flow_info *info;
};

/* A kind.  Only open, bytes, gap and close are never NULL. */
struct follower {
	/* One's own, with nothing of struct conversation set; or NULL. */
	struct conversation *(*open)(struct worker *w,
	    const struct flow_info *info, enum flow_side side,
	    struct span first);
	void (*bytes)(struct conversation *c, enum flow_side side,
	    struct span bytes, const struct tcp_from *from);
	void (*gap)(struct conversation *c, enum flow_side side, uint64_t n,
	    const struct tcp_from *from);
	uint64_t (*idle)(struct conversation *c, enum flow_side side);
	void (*skip)(struct conversation *c, enum flow_side side, uint64_t n,
	    const struct tcp_from *from);
	void (*end)(struct conversation *c, enum flow_side side,
	    const struct tcp_from *from);
	bool (*over)(const struct conversation *c);
	/* Emit what is left; the worker frees the object. */
	void (*close)(struct conversation *c);
	bool besides; /* its bytes are not counted among those of HTTP */
};

extern const struct follower follow_http, follow_kdc, follow_tls,
    follow_stray;

/* -- what witnesses say (follow_witness.c) -- */

void witness_emit(struct worker *w, struct observation *o,
    const struct witness_record *r);
/* What a sample has to tell, if anything; it is freed.  NULL is fine. */
void witness_sample(struct worker *w, struct sample *s,
    const struct flow_info *info);
void witness_dns(struct worker *w, const struct packet *p);
/* A worker_emit's other half: of the KDC's conversations (witness/kdc.h). */
void witness_kdc(void *context, struct arena *arena,
    const struct witness_record *record);
void witness_refused(struct worker *w, const struct flow_info *info);
/* A neighbours_emit: a proxy it may be, or a KDC. */
void witness_lost(void *context, const struct neighbour_lost *lost);

#endif
