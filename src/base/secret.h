/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * secret.h - credentials are compared, never kept and never shown
 *
 * A fingerprint is 64 bits of SipHash-2-4, a keyed function made for short
 * messages, under a key made at start.  It tells "the same again" from "another
 * one" and nothing else; no output holds one.  There is no function that
 * prints a secret.
 */
#ifndef P407_BASE_SECRET_H
#define P407_BASE_SECRET_H

#include "base/span.h"

/* 0 is "none": never the fingerprint of anything. */
typedef uint64_t fingerprint;

/* `purpose` keeps equal bytes of different kinds apart; a literal. */
fingerprint secret_fingerprint(const char *purpose, struct span secret);

/* Overwrite memory that held a secret; the compiler may not skip it. */
void secret_wipe(void *at, size_t len);

#endif
