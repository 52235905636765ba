/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.h - live: lines that are written as they come, for months
 *
 * What cannot be written, as a disk is full or the reader of a pipe is slow,
 * is kept, up to STREAM_HELD bytes, and written when there is room again; what
 * there is no room for is counted.  Both ends of such a time are said, once,
 * but a slow reader only if lines are lost.  No line is ever half of one and
 * half of another.
 */
#ifndef P407_LIVE_STREAM_H
#define P407_LIVE_STREAM_H

#include "base/text.h"

#define STREAM_HELD (4u << 20)

struct stream {
	int fd;
	const char *path; /* for messages; NULL: standard output */
	struct text held; /* not yet written */
	bool whole;       /* a file: it takes all at once, and nobody waits */
	bool inside;      /* it begins within a line */
	uint64_t lost;    /* lines that there was no room for */
	bool troubled;    /* it was said, and is so still */
	bool gone;        /* nobody reads it */
};

/* The descriptor is the stream's from now on; without a path, it is 1. */
void stream_init(struct stream *s, int fd, const char *path);

/* Whole lines; written by the next stream_flush(), or at once. */
void stream_add(struct stream *s, struct span lines);

/* False if nobody will ever read it: a pipe whose reader is gone. */
bool stream_flush(struct stream *s);

/* Another file of that name: whole lines go to one or the other. */
void stream_renew(struct stream *s, int fd);

/* False, and said, if something is lost. */
bool stream_end(struct stream *s);

#endif
