/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * known_good.h - who gets in at a proxy with a scheme, now or in earlier runs
 *
 * What earlier runs saw (past.h) counts where it is the last that they saw of
 * somebody at this proxy, from the same client, was with the same scheme, and
 * is a week old at most: who has not been here for longer may well have
 * forgotten his password.
 */
#ifndef P407_DIAGNOSE_KNOWN_GOOD_H
#define P407_DIAGNOSE_KNOWN_GOOD_H

#include "diagnose/history.h"
#include "diagnose/pairs.h"

/* Who it is: the user; where no user is known, the client. */
uint32_t known_identity(const struct event *e);

/* With what: the program of this user on this client; as above.  That a user
 * gets in says nothing of another program that has his old password. */
uint32_t known_login(const struct event *e);

/*
 * Lanes and logins, sorted; clients are among them, too, as a refusal may
 * name no user.  The caller frees them; past may be NULL.
 */
struct pair *known_good(const struct event *events, size_t n,
    const struct past *past, size_t *n_good);

#endif
