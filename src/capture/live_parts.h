/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live_parts.h - the inside of live capture, for the files it is made of
 */
#ifndef P407_CAPTURE_LIVE_PARTS_H
#define P407_CAPTURE_LIVE_PARTS_H

#include <net/if.h>
#include <poll.h>
#include <stdatomic.h>

#include <pcap/pcap.h>

#include "base/memory.h"
#include "capture/live.h"

/* Counters of the interface itself, as sysfs has them. */
#define LIVE_COUNTERS 2

/* One thread counts, and any reads. */
struct live_counts {
	atomic_uint_fast64_t frames, bytes, cut, dropped;
	atomic_uint_fast64_t interface_dropped; /* of the dropped ones */
	atomic_int_fast64_t first, last; /* WHEN_NONE: no frame yet */
};

/* An interface, as one thread listens to it. */
struct live_interface {
	char *name;
	bool first;   /* of the set's listeners: it speaks for all */
	pcap_t *pcap; /* NULL: it is gone */
	int fd;       /* to be polled */
	uint32_t link;
	/* The packet that is next, if there is one: libpcap's. */
	struct pcap_pkthdr *header;
	const u_char *bytes;
	bool pending;
	bool joined;       /* what is read came after all had joined */
	atomic_bool lost;  /* that it is gone was said; of the first listener */
	int64_t asked;     /* clock of the stamps, when it last had nothing */
	int64_t waits;     /* steady clock, since when `pending` */
	char other_name[IFNAMSIZ]; /* that it was given since */
	unsigned index; /* 0: none, as of "any" */
	atomic_bool deaf, changed; /* down, or gone; and that became so, or
	                              over, or its clock was set */
	struct live_counts counts;
	uint32_t kernel_drops; /* as libpcap counts: it wraps */
	struct {
		int fd; /* -1: not known, or another one's */
		uint64_t last;
	} counters[LIVE_COUNTERS];
};

struct live {
	struct live_set *set;
	size_t index; /* in the set */
	struct live_interface *interfaces;
	size_t n_open;
	struct pollfd *polled;
	uint64_t next_number;
	when_ns last;      /* of the stamps; WHEN_NONE: no frame yet */
	int64_t last_read; /* the steady clock then */
	uint8_t apart[MEMORY_APART];
};

struct live_set {
	struct live *lives;
	size_t n, n_interfaces;
	uint64_t wanted; /* frames; 0: no end */
	atomic_uint_fast64_t taken; /* of these */
	/* When all had joined, by the stamps' clock and by the steady one. */
	when_ns began;
	int64_t began_steady;
	/* The same of live_end(), once that is set. */
	atomic_bool ending;
	when_ns end;
	int64_t end_steady;
	uint64_t dropped; /* when live_was_deaf() was asked */
};

/* -- live_open.c -- */

/* So that it can be closed, opened or not. */
void live_interface_init(struct live_interface *i, const char *name);

/*
 * False, and said, if it cannot be listened to.  What is no error is said, and
 * the interface's own counters are read, for the first of a set only.
 */
bool live_interface_open(struct live_interface *i,
    const struct live_options *o, bool first);
void live_interface_close(struct live_interface *i);
void live_interface_fini(struct live_interface *i);

/* Is it up, and connected?  What changed is said. */
void live_interface_watch(struct live_interface *i);

/* It has another name now, and goes on. */
bool live_interface_renamed(struct live_interface *i);

/* What its counters say now; 0 if that cannot be read. */
uint64_t live_counter_read(int fd);

/* -- live_share.c -- */

/* Let the n listeners of each interface share its frames; false, and said. */
bool live_share(struct live_set *s, const struct sock_fprog *program);

#endif
