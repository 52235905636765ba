/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login.h - credentials for traffic that is made, in base64
 *
 * The NTLM messages have the form of [MS-NLMP] 2.2.1, the ticket that of an
 * AP-REQ (RFC 4120 5.5.1) in SPNEGO (RFC 4178 4.2.1); responses and ciphers
 * in them are random, for nobody checks them.
 */
#ifndef P407_TESTS_BENCH_LOGIN_H
#define P407_TESTS_BENCH_LOGIN_H

#include <stddef.h>

#include "bench/random.h"

#define LOGIN_MAX 12288 /* bytes of any of them, with the final NUL */

void login_negotiate(char *to);
void login_challenge(char *to, struct random *r);
void login_authenticate(char *to, struct random *r, const char *user);
void login_basic(char *to, const char *user, unsigned password);

/* As large as the groups of a user make it: 1 to 8 KiB. */
void login_ticket(char *to, struct random *r);

#endif
