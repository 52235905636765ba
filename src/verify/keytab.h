/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keytab.h - does this key open the ticket, and what is inside?
 *
 * A keytab of MIT Kerberos or Heimdal, a file that only its owner can read.
 * libkrb5 reads it and decrypts; which key should fit, and what the plaintext
 * says, is told here.  Keys, and all that was decrypted, are wiped; only the
 * names and times of struct token_opened leave.
 *
 * Without libkrb5 (keytab_none.c) keytab_load() says so and gives NULL.
 */
#ifndef P407_VERIFY_KEYTAB_H
#define P407_VERIFY_KEYTAB_H

#include "auth/token.h"

#define KEYTAB_MOST      1024 /* keys */
#define KEYTAB_FILE_MOST (1 << 20)

struct keytab;

/* NULL if it cannot be used; that has been said (message.h).  Then it is only
 * read, by as many unsealers as there are threads. */
struct keytab *keytab_load(const char *path);
void keytab_free(struct keytab *k); /* NULL is fine */

/* One thread's hand on it. */
struct unsealer;

struct unsealer *unsealer_new(const struct keytab *k);
void unsealer_free(struct unsealer *o); /* NULL is fine */

/* What an AP-REQ has inside; that, and its strings, are made in `a`. */
const struct token_opened *unsealer_open(struct unsealer *o, struct span ap_req,
    struct arena *a);

#endif
