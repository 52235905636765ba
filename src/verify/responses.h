/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * responses.h - what known credentials would have answered: one file a scheme
 *
 * Pure: bytes in, an answer out.
 */
#ifndef P407_VERIFY_RESPONSES_H
#define P407_VERIFY_RESPONSES_H

#include "auth/challenge.h"
#include "auth/ntlm.h"
#include "verify/known.h"

/* The user and the password of a Basic value, decoded. */
enum token_verified verify_basic(const struct known_user *u,
    struct span password);

/* The parameters of Digest credentials; method unset: not known. */
enum token_verified verify_digest(const struct known_user *u,
    const struct challenge *c, struct span method);

/* Is it this user, named by a hash (RFC 7616 3.4.4)? */
bool verify_digest_userhash(const struct known_user *u,
    const struct challenge *c);

/* A type 3 against a server challenge of eight bytes: VERIFIED_NO where it
 * does not fit, VERIFIED_UNKNOWN where it cannot be computed. */
enum token_verified verify_ntlm(const struct known_user *u,
    const struct ntlm_authenticate *m, const uint8_t challenge[8]);

#endif
