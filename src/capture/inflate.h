/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflate.h - one interface over gzip, zstd and lz4
 *
 * gzip: RFC 1952, any number of members; zeros behind the last one are
 * padding.  zstd: RFC 8878, any number of frames, skippable ones too; a
 * window of more than 128 MiB is refused.  lz4: the frame format, not the
 * old "legacy" one.
 */
#ifndef P407_CAPTURE_INFLATE_H
#define P407_CAPTURE_INFLATE_H

#include "base/span.h"
#include "capture/problem.h"

struct inflate;

/* Bytes that inflate_new() wants to see. */
#define INFLATE_MAGIC 4

/* By the first bytes of the file; NULL if they are not compressed. */
struct inflate *inflate_new(struct span first);
void inflate_free(struct inflate *z);

/* "gzip", "zstd", "lz4" */
const char *inflate_name(const struct inflate *z);

/*
 * Unpack from *in, which moves, to out; returns the bytes written, which may
 * be 0 with input left: call again.  With *in empty it wants more.  On
 * damage, or once LIMIT_INFLATE_RATIO is passed, *problem is set; the bytes
 * returned before it are good.
 */
size_t inflate_run(struct inflate *z, struct span *in, uint8_t *out,
    size_t room, struct problem *problem);

/* The input ends here: a problem if it is in the middle of something. */
void inflate_end(struct inflate *z, struct problem *problem);

#endif
