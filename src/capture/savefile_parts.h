/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * savefile_parts.h - what savefile.c shares with the two formats
 *
 * For savefile.c, savefile_pcap.c and savefile_pcapng.c only.
 */
#ifndef P407_CAPTURE_SAVEFILE_PARTS_H
#define P407_CAPTURE_SAVEFILE_PARTS_H

#include "capture/savefile.h"

/*
 * No frame is longer; what claims to be is damage.  It is the bound of
 * libpcap and of Wireshark, so all three stop at the same place.
 */
#define FRAME_MOST 262144u

/* An interface of a pcapng section, or the only one of a pcap file. */
struct interface {
	uint32_t link;
	uint32_t snaplen;
	uint64_t ticks; /* of a time stamp, per second; 0: finer than 2^64 */
	int64_t offset; /* seconds to be added */
	uint64_t dropped_isb;     /* as its statistics say */
	uint64_t dropped_frames;  /* as its frames say, summed */
	uint64_t dropped_counted; /* of either, already in the facts */
};

struct savefile {
	struct input *in;
	bool (*next)(struct savefile *s, struct frame *out);
	bool big;           /* byte order of the file or section */
	bool done;
	size_t record;      /* pcap: bytes of a record header */
	struct interface *interfaces;
	size_t n_interfaces, room;
	uint64_t number;    /* of the last frame */
	when_ns last;       /* time of the last frame */
	struct capture_input facts;
	struct problem problem;
	char format[32];
};

/* Does a file that begins so have this format?  If so it is set up. */
bool savefile_pcap_begin(struct savefile *s, struct span head);
bool savefile_pcapng_begin(struct savefile *s, struct span head);

/* Bytes that the two want to see. */
#define SAVEFILE_HEAD 24u

/* Both return false, so that a format can return what they return. */
bool savefile_cut(struct savefile *s, const char *inside);
bool savefile_bad(struct savefile *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For microseconds; the rest is zero. */
struct interface *savefile_interface(struct savefile *s, uint32_t link,
    uint32_t snaplen);

/*
 * Seconds since 1970, and ticks that may be more than a second.  A time
 * that does not fit 64 bits of nanoseconds is nonsense: the frame gets the
 * time of the one before it.
 */
when_ns savefile_time(const struct savefile *s, const struct interface *i,
    uint32_t seconds, uint64_t ticks);

#endif
