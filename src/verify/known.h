/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * known.h - test credentials that are known to be good
 *
 * Read from a file that only its owner can read, one a line:
 *
 *	# what follows "password=" is taken as it is, to the end of the line
 *	user=bob, domain=LAB, password=correct horse, battery
 *	user=svc-build, nt_hash=8846f7eaee8fb117ad06bdd830b7586c
 *
 * Text is UTF-8.  The domain may be left out: then it is the user of that
 * name in any domain.  All of it is wiped when it is freed; nothing here
 * prints any of it, and messages name a line by its number only.
 */
#ifndef P407_VERIFY_KNOWN_H
#define P407_VERIFY_KNOWN_H

#include "base/span.h"

#define KNOWN_MOST 256
#define KNOWN_FILE_MOST 65536
#define NT_HASH_SIZE 16

/* What the password becomes before it is hashed; see known_form_*(). */
enum known_form {
	KNOWN_PROPER = 0, /* UTF-8, or UTF-16LE of it */
	KNOWN_BYTEWISE,   /* each UTF-8 byte taken for a character */
	KNOWN_LATIN1,     /* ISO 8859-1 bytes */
	KNOWN_FORMS,
};

struct known_user {
	const char *user, *domain; /* domain NULL: any */
	bool has_password;         /* else only the NT hash */
	struct span password[KNOWN_FORMS]; /* unset: there is no such form */
	uint8_t nt_hash[KNOWN_FORMS][NT_HASH_SIZE];
	bool has_nt_hash[KNOWN_FORMS];
	bool has_lm_hash; /* at most 14 ASCII characters */
	uint8_t lm_hash[NT_HASH_SIZE];
};

struct known;

/* NULL if it cannot be used; that has been said (message.h). */
struct known *known_load(const char *path);

/* The same from memory: for tests.  Wipes nothing of `text`. */
struct known *known_read(const char *name, struct span text);

void known_free(struct known *k); /* NULL is fine */

size_t known_count(const struct known *k);
const struct known_user *known_at(const struct known *k, size_t i);

/*
 * Is this the user of an attempt?  Case does not matter, nor whether the
 * domain is written as NetBIOS name or as the DNS name that begins so.
 */
bool known_is(const struct known_user *u, const char *user,
    const char *domain);

#endif
