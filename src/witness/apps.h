/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apps.h - the name of an application, by libndpi
 *
 * The only file that knows libndpi, and an adviser: what it says is put
 * beside what p407 knows and changes none of it.  The library is opened at
 * the first question; without it, or built without it, no name is known.
 *
 * Not for several threads; the same questions in the same order get the same
 * answers.
 */
#ifndef P407_WITNESS_APPS_H
#define P407_WITNESS_APPS_H

#include "base/text.h"

/* The first bytes of a connection, in both directions; either may be empty. */
struct apps_talk {
	struct span client, server;
	uint16_t port;     /* the server's */
	bool server_first; /* who spoke first */
};

struct apps;

/* Costs nothing; NULL is fine to free. */
struct apps *apps_new(void);
void apps_free(struct apps *a);

/* Open the library now, for a process that soon may open nothing; false: it
 * is not there. */
bool apps_open(struct apps *a);

/* "Microsoft365" for login.microsoftonline.com (lower case, without a port);
 * NULL: not known.  The name lives as long as `a`. */
const char *apps_of_host(struct apps *a, struct span host);

/* Adds "TLS.Microsoft365", "SSH"; false, and nothing: not known.  At most the
 * first APPS_BYTES of each direction are looked at. */
#define APPS_BYTES 4096
bool apps_of_talk(struct apps *a, const struct apps_talk *talk,
    struct text *name);

#endif
