/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * oddity.h - what is odd about credentials, asked of any attempt
 *
 * What is odd here and got through there is not why it is refused here.
 */
#ifndef P407_DIAGNOSE_ODDITY_H
#define P407_DIAGNOSE_ODDITY_H

#include "attempt/attempt.h"
#include "diagnose/truth.h"

/*
 * What the request with this answer asked for, which need not be the first of
 * the attempt; NULL: not known.
 */
const char *oddity_target(const struct attempt *a, const struct token *t);

/*
 * Is the uri of its Digest answer another than that?  Of an absolute URI path
 * and query may stand for the whole.  Unknown where there is none.
 */
enum truth oddity_digest_uri(const struct attempt *a);

/* The proxy judges by its own clock, which its answer may show. */
when_ns oddity_proxys_time(const struct attempt *a);

/* How long ago its bearer token expired, by that; -1: it has not, that is
 * known. */
int64_t oddity_expired_for(const struct attempt *a);

#endif
