/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * places.h - addresses and ports that clients use as an HTTP proxy
 *
 * What a failed connection meant to reach is known from those that did not
 * fail: somebody asked there for CONNECT or a whole URL, in clear, and was
 * answered as by a proxy.  Bounded by LIMIT_PROXIES.
 */
#ifndef P407_ATTEMPT_PLACES_H
#define P407_ATTEMPT_PLACES_H

#include "attempt/observation.h"
#include "base/table.h"

struct place_used {
	struct table_entry entry;
	struct address address;
	uint16_t port;
	struct address client; /* the first */
	bool several;          /* clients */
};

struct places;

struct places *places_new(void);
void places_free(struct places *p); /* NULL is fine */

/* An observation of any kind; it is only looked at. */
void places_take(struct places *p, const struct observation *o);

/* NULL if nobody uses it as a proxy. */
const struct place_used *places_find(const struct places *p,
    const struct address *address, uint16_t port);

/* Is there any? */
bool places_any(const struct places *p);

/* Any port of this address. */
bool places_has_host(const struct places *p, const struct address *address);

#endif
