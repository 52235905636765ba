/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture.h - frames from one or many saved captures, in order of time
 *
 * The front of this folder.  Opens what it sees (pcap or pcapng, plain or
 * compressed, by content and not by name), merges several files by time,
 * applies a capture filter, and says on stderr (base/message.h) what is
 * wrong with a file: name, place, remedy.  Nothing already read is lost: a
 * damaged file simply ends, and capture_next() goes on with the others.
 */
#ifndef P407_CAPTURE_CAPTURE_H
#define P407_CAPTURE_CAPTURE_H

#include "capture/frame.h"

struct capture;
struct input_blocks; /* input.h */

/* What is known of one input, for the report. */
struct capture_input {
	const char *name;     /* as given; "-" is standard input */
	const char *format;   /* "pcap", "pcapng", "pcapng, gzip", … */
	uint64_t frames;      /* read so far, before the filter */
	uint64_t bytes;       /* captured bytes of these frames */
	uint64_t cut_frames;  /* frames shorter than on the wire */
	uint64_t dropped;     /* told by the capturing side (pcapng ISB) */
	bool drops_known;
	when_ns first, last;  /* WHEN_NONE if no frame */
	bool damaged;         /* an error was said about it */
	bool deaf;            /* live: down, without a link, or gone */
};

/*
 * Open files for reading; "-" is standard input.  `filter` is a pcap-filter
 * expression or NULL.  A file that cannot be opened or is no capture is
 * said and left out.  NULL if the filter is wrong (said, too).
 */
struct capture *capture_open(const char *const *paths, size_t n,
    const char *filter);

/*
 * Frames are needed longer than until the next one is asked for: their bytes
 * live in these blocks (input_lend()).  To be called before the first frame.
 */
void capture_lend(struct capture *c, struct input_blocks *blocks);

/* Packed files are unpacked by threads of their own, some at a time. */
void capture_ahead(struct capture *c);

/* The next frame that passes the filter; false at the end of all files. */
bool capture_next(struct capture *c, struct frame *out);

size_t capture_inputs(const struct capture *c);
struct capture_input capture_input(const struct capture *c, size_t i);

/* Share of the input read so far, 0 to 1; negative if it cannot be known. */
double capture_progress(const struct capture *c);

/* Bytes of all inputs, packed as they are; 0 if that cannot be known. */
uint64_t capture_size(const struct capture *c);

void capture_close(struct capture *c);

#endif
