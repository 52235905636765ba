/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - frames from network interfaces, in order of time
 *
 * Through libpcap.  The kernel hands packets over in blocks, at the latest
 * LIVE_BLOCK_MS after they came; of several interfaces, the earliest packet
 * is next, and an interface that is silent is waited for no longer than it
 * could still have an earlier one in a block.
 *
 * All that needs a privilege is done by live_open(): afterwards only reading,
 * polling, and asking the sockets and open files for counts.  So an interface
 * that goes down, or gets another name, is listened to on, but one that is
 * taken away for good cannot be opened again.
 */
#ifndef P407_CAPTURE_LIVE_H
#define P407_CAPTURE_LIVE_H

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
};

struct live;

/*
 * NULL, and why said on stderr, if one of them cannot be listened to: no
 * permission, no such interface (those that there are are listed), down, a
 * wrong filter.
 */
struct live *live_open(const struct live_options *o);
void live_close(struct live *l); /* NULL is fine */

enum live_got {
	LIVE_FRAME, /* in *out; its bytes live until the next call */
	LIVE_IDLE,  /* nothing came for wait_ms, or a signal */
	LIVE_GONE,  /* no interface is left: said */
};

enum live_got live_next(struct live *l, struct frame *out, int wait_ms);

/*
 * Capture time on an idle wire: the time of the last frame and what the
 * machine's steady clock says has gone by since, less what may still wait in
 * the kernel.  So the stamps may be of another clock than ours, and a clock
 * that is set does no harm.  WHEN_NONE before the first frame.
 */
when_ns live_time(const struct live *l);

/* Ask for the counts of frames that were lost, and whether interfaces are
 * down, which is said; now and then. */
void live_count(struct live *l);

/*
 * As of the last live_count(): since this was asked last, frames were lost, or
 * an interface went, or came back.  What was not seen may have been there.
 */
bool live_was_deaf(struct live *l);

size_t live_inputs(const struct live *l);
/* `dropped` is as of the last live_count(). */
struct capture_input live_input(const struct live *l, size_t i);

/* Of these, those that the interface itself had no room for. */
uint64_t live_interface_dropped(const struct live *l, size_t i);

/* What -D prints; false, and said, if that cannot be known. */
bool live_list(struct text *t);

#endif
