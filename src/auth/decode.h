/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.h - one function a scheme, for the table in token.c
 *
 * Each fills its part of a struct token from what follows the scheme word,
 * in credentials or in a challenge.  Nothing secret is copied to the arena.
 */
#ifndef P407_AUTH_DECODE_H
#define P407_AUTH_DECODE_H

#include "auth/challenge.h"
#include "auth/token.h"

/* A bounded copy of a text from the wire, as UTF-8; NULL if unset. */
const char *decode_text(struct arena *a, struct span s);

/* "DOMAIN\user" and "user@realm" into token.user and token.domain. */
void decode_user(struct arena *a, struct span name, struct token *out);

/*
 * What manuals, programs and forms put in place of a password ("password",
 * "undefined", "****"), three bytes at least; and of a user ("username").
 */
bool basic_is_filler(struct span user, struct span password);
bool basic_is_filler_user(struct span user);

/* b64token, RFC 6750 2.1; many have a bar or a colon all the same. */
bool bearer_may_hold(uint8_t c);

void decode_basic(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out);
void decode_digest(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out);
void decode_bearer(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out);
/* NTLM and Negotiate. */
void decode_gss(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out);

#endif
