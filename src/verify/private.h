/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * private.h - files of secrets, which only their owner can read
 *
 * Nobody else may have read it, or have written what we take for true: a
 * regular file of our own, of mode 0600 or less.  A pipe is not waited for.
 */
#ifndef P407_VERIFY_PRIVATE_H
#define P407_VERIFY_PRIVATE_H

#include "base/span.h"

/*
 * A descriptor to read it by, and how long it is; -1 if it cannot be had, is
 * not private, or is longer than `most`: that has been said (message.h).
 * `what` it should hold is for that message, as is `page`, a section of the
 * manual.
 */
int private_open(const char *path, const char *what, const char *page,
    size_t most, size_t *size);

/* "PATH: what (remedy)" as an error; always false. */
bool private_refuse(const char *path, const char *what, const char *remedy);

#endif
