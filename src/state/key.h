/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key.h - the key of a store, and what stands in it for a login
 *
 * A store holds no name and no address: a login is an HMAC-SHA-256 (RFC 2104)
 * over them, cut to 128 bits, under a key that is the owner's alone.  Without
 * the key nobody can try names against the store.
 */
#ifndef P407_STATE_KEY_H
#define P407_STATE_KEY_H

#include "attempt/attempt.h"

#define KEY_BYTES   32
#define LOGIN_BYTES 16

struct key {
	uint8_t bytes[KEY_BYTES];
};

/*
 * Read the file, or make it, mode 0600, if it is not there.  False, and said,
 * if it cannot be read, or is not the owner's alone.
 */
bool key_load(const char *path, struct key *out);
void key_wipe(struct key *k);

/* The same of any words. */
bool key_words(const struct key *k, struct span words,
    uint8_t out[LOGIN_BYTES]);

/* User in any case and without a domain, as facts about users have it; NULL:
 * the program as whoever. */
bool key_login(const struct key *k, const struct attempt *a, const char *user,
    uint8_t out[LOGIN_BYTES]);

/* Of those who take part in an attempt: any of client, proxy and user. */
enum key_part { KEY_CLIENT = 1, KEY_PROXY = 2, KEY_USER = 4 };

/* False also where there is no user. */
bool key_parts(const struct key *k, const struct attempt *a, unsigned parts,
    uint8_t out[LOGIN_BYTES]);

#endif
