/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - frames from network interfaces, in order of time
 *
 * Through libpcap.  The kernel hands packets over in blocks, at the latest
 * LIVE_BLOCK_MS after they came; of several interfaces, the earliest packet
 * is next, and an interface that is silent is waited for no longer than it
 * could still have an earlier one in a block.
 *
 * Several threads can share the frames: each has a buffer of its own on every
 * interface, and the kernel puts a frame into one of them (PACKET_FANOUT), by
 * the answer of a program, modulo their number.
 *
 * Of one alone, frames are numbered from 1 on.  Of several nobody can count
 * them as they came, and their numbers still have to be in that order: it is
 * the tenth part of a microsecond in which a frame came, from the start on, or
 * the next that is free.
 *
 * All that needs a privilege is done by live_open(): afterwards only reading,
 * polling, and asking the sockets and open files for counts.  So an interface
 * that goes down, or gets another name, is listened to on, but one that is
 * taken away for good cannot be opened again.
 */
#ifndef P407_CAPTURE_LIVE_H
#define P407_CAPTURE_LIVE_H

#include <linux/filter.h>

#include "base/text.h"
#include "capture/capture.h"

/* A packet waits this long in the kernel, at most. */
#define LIVE_BLOCK_MS 40

struct live_options {
	const char *const *names;
	size_t n;
	const char *filter;  /* NULL: everything */
	unsigned snaplen;    /* 0: whole packets */
	unsigned buffer_mib; /* of the kernel, for each; 0: the default */
	bool modest;         /* not promiscuous */
	uint64_t count;      /* frames that are wanted in all; 0: no end */
	const struct sock_fprog *program; /* whose a frame is, of several */
};

/* All that listen to the same interfaces, and one of them. */
struct live_set;
struct live;

/*
 * NULL, and why said on stderr, if one of them cannot be listened to: no
 * permission, no such interface (those that there are are listed), down, a
 * wrong filter, or nothing that several can share.
 */
struct live_set *live_open(const struct live_options *o, size_t n);
void live_close(struct live_set *s); /* NULL is fine */

/* For one thread each. */
struct live *live_of(const struct live_set *s, size_t i);

enum live_got {
	LIVE_FRAME, /* in *out; its bytes live until the next call */
	LIVE_IDLE,  /* nothing came for wait_ms, or a signal */
	LIVE_OVER,  /* nothing more: live_end(), or as many as were wanted */
	LIVE_GONE,  /* no interface is left: said */
};

enum live_got live_next(struct live *l, struct frame *out, int wait_ms);

/*
 * Capture time on an idle wire: the time of the last frame and what the
 * machine's steady clock says has gone by since, less what may still wait in
 * the kernel (LIVE_BEHIND).  So the stamps may be of another clock than ours,
 * and a clock that is set does no harm.  WHEN_NONE before the first frame.
 */
#define LIVE_BEHIND (4 * LIVE_BLOCK_MS * WHEN_MS)
when_ns live_time(const struct live *l);

/* Ask for the counts of frames that were lost, and whether interfaces are
 * down, which is said; now and then. */
void live_count(struct live *l);

/* -- of all, from any thread -- */

/* What came until now is still given, nothing more. */
void live_end(struct live_set *s);

/*
 * As of the last live_count() of each: since this was asked last, frames were
 * lost, or an interface went, or came back, or its clock was set.  What was
 * not seen may have been there.
 */
bool live_was_deaf(struct live_set *s);

size_t live_inputs(const struct live_set *s);
/* `dropped` and `deaf` are as of the last live_count() of each. */
struct capture_input live_input(const struct live_set *s, size_t i);

/* Of these, those that the interface itself had no room for. */
uint64_t live_interface_dropped(const struct live_set *s, size_t i);

/* What -D prints; false, and said, if that cannot be known. */
bool live_list(struct text *t);

#endif
