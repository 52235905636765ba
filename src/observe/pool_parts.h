/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool_parts.h - the inside of the pool, for the files it is made of
 */
#ifndef P407_OBSERVE_POOL_PARTS_H
#define P407_OBSERVE_POOL_PARTS_H

#include <pthread.h>

#include "base/budget.h"
#include "observe/pool.h"

/*
 * A batch is so many frames, or less where they are large.  In one thread it is
 * there only to look ahead, and a small one stays in the cache; who hands them
 * to others wakes them less often with more.
 */
#define BATCH_ALONE  256
#define BATCH_FRAMES 1024
#define BATCH_BYTES  (4u << 20)
/* Batches under way. */
#define BATCHES 4

/* An observation that waits for its turn, and the moment it was made. */
struct said {
	struct flow_moment moment;
	struct observation *o;
	size_t place; /* in the list, as they came */
};

struct said_list {
	struct said *at;
	size_t n, room;
};

/* A packet of a batch; those of one worker are chained. */
struct item {
	struct packet packet;
	uint32_t frame; /* index in the batch */
	uint32_t next;  /* NONE: it is the last */
};

#define NONE UINT32_MAX

/* A block of bytes that frames point into. */
struct block {
	struct block *next;
	size_t size;
	uint8_t bytes[];
};

struct batch {
	struct item items[BATCH_FRAMES];
	uint64_t number[BATCH_FRAMES];
	when_ns now[BATCH_FRAMES]; /* the latest time up to this frame */
	size_t n_frames, n_items, n_bytes;
	bool last;             /* after it worker_finish() */
	struct block *blocks;  /* nothing but this batch and later ones use */
	struct arena copies;   /* bytes of frames that live nowhere else */
	struct {
		uint32_t first, last;
		struct said_list said;
	} *shares; /* one a worker */
};

/* One worker.  Its batches are done in order, each by whoever has time. */
struct member {
	struct pool *pool;
	unsigned index;
	uint64_t done; /* batches; with the pool's lock */
	bool taken;    /* somebody does the next one; with the lock */
	struct budget budget;
	struct worker *worker;
	struct said_list *said; /* of the batch in hand */
	/*
	 * Numbers of new connections, a list a batch.  The pool sets them
	 * when a batch is done; the worker takes them over when it is given
	 * the same place of the ring again, and it may be given that a second
	 * time before the pool has no more use for the list.
	 */
	struct flow_numbers numbers[2 * BATCHES];
};

struct pool {
	worker_emit *emit;
	void *context;
	unsigned n; /* members, and threads with the caller's */
	bool threads; /* else the only member works in the caller's */
	struct member *members;
	pthread_t *helpers; /* n - 1 */
	pthread_mutex_t lock;
	pthread_cond_t work;     /* there is some, or no more will come */
	pthread_cond_t progress; /* a share was done */
	struct said_list said; /* holes, of the only one */
	struct batch *batches[BATCHES];
	size_t batch_frames;
	uint64_t begun, done; /* batches; begun is written with the lock */
	bool over; /* the last was begun; with the lock */
	struct net *net;
	when_ns now;
	uint64_t connections;
	struct block *spare;
	struct input_blocks lender;
};

/* The batch of this number, where it is under way. */
static inline struct batch *
batch_of(const struct pool *p, uint64_t number)
{
	return p->batches[p->threads ? number % BATCHES : 0];
}

/* -- pool_member.c: what a worker does -- */

/* Its share of a batch, in the calling thread. */
void pool_do_share(struct member *m, struct batch *b);

/* With the lock, which it lets go of meanwhile: do somebody's share of a
 * batch.  False if none waits. */
bool pool_help(struct pool *p);

/* A thread: that, up to the last batch. */
void *pool_run_helper(void *pool);

/* -- pool_order.c: observations, as if there were one worker -- */

/* What workers emit to: the only one of a pool, one of several. */
void pool_take_single(void *member, struct observation *o);
void pool_take_member(void *member, struct observation *o);

/* What was kept of the only worker. */
void pool_emit_single(struct pool *p);

/*
 * All have done this batch: its new connections are numbered, and what was
 * said is emitted.
 */
void pool_emit_batch(struct pool *p, uint64_t number);

#endif
