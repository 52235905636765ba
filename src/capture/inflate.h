/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inflate.h - one interface over gzip, zstd and lz4
 */
#ifndef P407_CAPTURE_INFLATE_H
#define P407_CAPTURE_INFLATE_H

#include "base/span.h"

struct inflate;

/* By the first bytes of the file; NULL if they are not compressed. */
struct inflate *inflate_new(struct span first);
void inflate_free(struct inflate *z);
const char *inflate_name(const struct inflate *z);

/*
 * Unpack from *in, which moves, to out; returns the bytes written.  Less
 * than room, with *in empty, wants more input.  On damage *problem is set.
 */
size_t inflate_run(struct inflate *z, struct span *in, uint8_t *out,
    size_t room, const char **problem);

/* Is the end of a member or frame reached, so that the file may end? */
bool inflate_whole(const struct inflate *z);

#endif
