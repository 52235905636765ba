/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * md4.h - RFC 1320, which NT hashes are made with and OpenSSL left out
 *
 * For comparing credentials that the user of p407 gave; nothing else here
 * may rest on it.
 */
#ifndef P407_VERIFY_MD4_H
#define P407_VERIFY_MD4_H

#include "base/span.h"

#define MD4_SIZE 16

void md4(struct span in, uint8_t out[MD4_SIZE]);

#endif
