/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256.h - the SHA-256 of a file, in hex
 */
#ifndef P407_EVIDENCE_SHA256_H
#define P407_EVIDENCE_SHA256_H

#include "base/text.h"

/* "-" is standard input, if it is a file.  False if it cannot be read. */
bool sha256_file(const char *path, struct text *hex);

#endif
