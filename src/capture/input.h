/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - the bytes of a capture file, decompressed if need be
 *
 * What a file is compressed with is told by its first bytes, not by its
 * name: gzip (RFC 1952, also several members), zstd (RFC 8878), lz4 frames.
 * Bytes are read into one buffer that is reused; nothing is allocated per
 * frame.  Decompression is bounded by LIMIT_INFLATE_RATIO.
 */
#ifndef P407_CAPTURE_INPUT_H
#define P407_CAPTURE_INPUT_H

#include "base/span.h"

struct input;

/* "-" is standard input.  NULL after saying what is wrong. */
struct input *input_open(const char *path);
/* Bytes in memory, for tests; they outlive the input. */
struct input *input_of(struct span bytes);
void input_close(struct input *in);

/*
 * The next n bytes, without moving on; fewer only at the end of the file.
 * Valid until the next call.  n <= INPUT_MOST.
 */
struct span input_peek(struct input *in, size_t n);
#define INPUT_MOST (1u << 20)

/* Step over n bytes, which may be more than were peeked at.  False if the
 * file ends before. */
bool input_skip(struct input *in, uint64_t n);

/* Where we are, in bytes of the decompressed file. */
uint64_t input_at(const struct input *in);

/* NULL, or what broke the stream: "gzip data is damaged". */
const char *input_problem(const struct input *in);

/* "gzip", "zstd", "lz4", or NULL. */
const char *input_packing(const struct input *in);

/* Share of the file read, or a negative number. */
double input_progress(const struct input *in);

#endif
