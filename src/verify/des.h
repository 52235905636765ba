/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * des.h - one block of DES under a key of 56 bits, as NTLM makes it
 *
 * [MS-NLMP] section 6, DES() and DESL().  Three-key DES with three equal
 * keys is DES, and is there without OpenSSL's legacy provider.
 */
#ifndef P407_VERIFY_DES_H
#define P407_VERIFY_DES_H

#include "base/span.h"

/* False, and nothing in `out`, where this libcrypto has no such cipher. */
bool des_block(const uint8_t key[7], const uint8_t in[8], uint8_t out[8]);

/* The 24 bytes of a response: a hash of 16, padded, as three keys. */
bool des_long(const uint8_t hash[16], const uint8_t in[8], uint8_t out[24]);

#endif
