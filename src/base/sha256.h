/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256.h - the SHA-256 of a file, in hex
 */
#ifndef P407_BASE_SHA256_H
#define P407_BASE_SHA256_H

#include "base/text.h"

/*
 * "-" is standard input.  False, and nothing, for what is no regular file
 * or cannot be read.
 */
bool sha256_file(const char *path, struct text *hex);

#endif
