/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sides.h - what TLS, PAC and DNS witnesses tell, joined
 *
 * Made once for a run.  Everything that a finding about no attempt rests on
 * is found here: is that address and port a proxy at all?  Searches are
 * binary or by hash.
 */
#ifndef P407_DIAGNOSE_SIDES_H
#define P407_DIAGNOSE_SIDES_H

#include "attempt/attempt.h"
#include "attempt/places.h"
#include "attempt/testimony.h"
#include "witness/tls.h"

struct sides;

/* Both may be NULL; they must outlive it. */
struct sides *sides_new(const struct testimony *t, const struct places *p,
    struct attempt *const *attempts, size_t n);
void sides_free(struct sides *s); /* NULL is fine */

/* TLS and PAC records, in order of frames. */
const struct witness_record *const *sides_of(const struct sides *s,
    enum witness_kind kind, size_t *n);

/* What TLS said on the connection of an attempt; NULL: nothing. */
const struct witness_record *sides_tls_of(const struct sides *s,
    const struct attempt *a);

/* Is there an attempt on the connection of this record? */
bool sides_has_attempt(const struct sides *s,
    const struct witness_record *r);

/* Somebody uses it as a proxy, in clear. */
bool sides_is_proxy(const struct sides *s, const struct address *address,
    uint16_t port);

/* Somebody uses any port of it as one. */
bool sides_host_is_proxy(const struct sides *s,
    const struct address *address);

#endif
