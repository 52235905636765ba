/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live_parts.h - one interface: what live.c and live_open.c share
 */
#ifndef P407_CAPTURE_LIVE_PARTS_H
#define P407_CAPTURE_LIVE_PARTS_H

#include <net/if.h>
#include <pcap/pcap.h>

#include "capture/live.h"

/* Counters of the interface itself, as sysfs has them. */
#define LIVE_COUNTERS 2

struct live_interface {
	char *name;
	pcap_t *pcap; /* NULL: it is gone */
	int fd;       /* to be polled */
	uint32_t link;
	/* The packet that is next, if there is one: libpcap's. */
	struct pcap_pkthdr *header;
	const u_char *bytes;
	bool pending;
	int64_t asked;     /* clock of the stamps, when it last had nothing */
	int64_t waits;     /* steady clock, since when `pending` */
	char other_name[IFNAMSIZ]; /* that it was given since */
	unsigned index; /* 0: none, as of "any" */
	bool changed;   /* facts.deaf did */
	struct capture_input facts;
	uint32_t kernel_drops; /* as libpcap counts: it wraps */
	uint64_t interface_drops;
	struct {
		int fd; /* -1: not known */
		uint64_t last;
	} counters[LIVE_COUNTERS];
};

/* False, and said, if it cannot be listened to. */
bool live_interface_open(struct live_interface *i,
    const struct live_options *o);
void live_interface_close(struct live_interface *i);

/* Is it up, and connected?  What changed is said. */
void live_interface_watch(struct live_interface *i);

/* It has another name now, and goes on. */
bool live_interface_renamed(struct live_interface *i);

/* What its counters say now; 0 if that cannot be read. */
uint64_t live_counter_read(int fd);

#endif
