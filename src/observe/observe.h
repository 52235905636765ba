/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observe.h - an HTTP exchange to an observation
 *
 * Picks the fields that bear on proxy authentication, decodes the tokens,
 * and copies what is kept.  What it copies holds no secret: no user
 * information and no query of a URL, no credentials.
 */
#ifndef P407_OBSERVE_OBSERVE_H
#define P407_OBSERVE_OBSERVE_H

#include "attempt/observation.h"
#include "http/exchange.h"
#include "observe/manners.h"
#include "verify/verify.h"

/* Does this exchange say anything about proxy authentication at all? */
bool exchange_matters(const struct http_exchange *e);

/* The observation, without its connection; the caller adds that. */
struct observation *observe_exchange(const struct http_exchange *e,
    struct manners *known);

/*
 * Hold its credentials against known ones, while their bytes are there; o
 * has its connection.
 */
void observe_verify(struct verifier *v, const struct http_exchange *e,
    struct observation *o);

#endif
