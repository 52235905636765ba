/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - the bytes of a capture file, unpacked if need be
 *
 * What a file is packed with is told by its first bytes, not by its name.
 * Bytes are read into one buffer that is used again and again: a plain file
 * is copied once, by read(), and nothing is allocated per frame.  Not mmap:
 * a pipe has to work too, a file may shrink while it is read, and pages of
 * the file would count as memory of ours.
 */
#ifndef P407_CAPTURE_INPUT_H
#define P407_CAPTURE_INPUT_H

#include "base/span.h"
#include "capture/problem.h"

/* No more than this can be peeked at in one piece. */
#define INPUT_MOST (1u << 20)

/* Good sizes of the buffer for one file, and for one of very many. */
#define INPUT_ROOM       (256u << 10)
#define INPUT_ROOM_LEAST (32u << 10)

/*
 * Whoever needs the bytes longer than until the next peek lends the memory
 * for them.  A block that is retired will not be read from again, and what
 * was peeked at in it stays where it is.
 */
struct input_blocks {
	void *(*take)(void *context, size_t size);
	void (*retire)(void *context, void *block);
	void *context;
	bool used; /* set by the input */
};

struct input_source;

/* The first four are for the inline functions below, and nobody else. */
struct input {
	uint8_t *buffer;
	size_t begin, end; /* buffer[begin..end) is unread */
	uint64_t passed;   /* bytes of the file before buffer[0] */
	struct input_source *source;
};

/*
 * Open a file; "-" is standard input.  `room` is the size of the buffer to
 * begin with.  NULL, and why in *problem, if it cannot be opened.
 */
struct input *input_open(const char *path, size_t room,
    struct problem *problem);

/* Bytes in memory, which outlive the input: for tests and fuzzing. */
struct input *input_of(struct span bytes, size_t room);

/* From now on; `blocks` outlives the input. */
void input_lend(struct input *in, struct input_blocks *blocks);

/*
 * What is packed is unpacked by a thread of its own, from now on: until the
 * end came input_problem() must not be asked.
 */
void input_ahead(struct input *in);

void input_close(struct input *in);

/* How many of the next n bytes are there, after reading what is needed. */
size_t input_fill(struct input *in, size_t n);

/*
 * The next n bytes, n <= INPUT_MOST, without moving on; fewer only where the
 * file ends.  Valid until the next peek or skip.
 */
static inline struct span
input_peek(struct input *in, size_t n)
{
	size_t have = in->end - in->begin;

	if (have < n)
		n = input_fill(in, n);
	return span_of(in->buffer + in->begin, n);
}

/*
 * Move on over n bytes that were peeked at.  What was peeked at stays valid
 * until the next peek or skip.
 */
static inline void
input_pass(struct input *in, size_t n)
{
	size_t have = in->end - in->begin;

	in->begin += n < have ? n : have;
}

/* Move on over n bytes, any number; false if the file ends before. */
bool input_skip(struct input *in, uint64_t n);

/* Where we are, in bytes of the unpacked file. */
static inline uint64_t
input_at(const struct input *in)
{
	return in->passed + in->begin;
}

/* Where the unpacked file ends; right only when a peek came up short. */
static inline uint64_t
input_end(const struct input *in)
{
	return in->passed + in->end;
}

/* What broke the stream of bytes, or NULL. */
const struct problem *input_problem(const struct input *in);

/* "gzip", "zstd", "lz4", or NULL. */
const char *input_packing(const struct input *in);

/* Bytes taken from the file, and its size; 0: not known. */
uint64_t input_taken(const struct input *in);
uint64_t input_size(const struct input *in);

#endif
