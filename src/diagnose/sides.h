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
#include "diagnose/truth.h"
#include "witness/dns.h"
#include "witness/pac.h"
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

/* Somebody was answered in TLS there; NULL: nobody. */
const struct witness_record *sides_in_tls(const struct sides *s,
    const struct address *address, uint16_t port);

/* Somebody uses it as a proxy, in clear. */
bool sides_is_proxy(const struct sides *s, const struct address *address,
    uint16_t port);

/* Somebody uses any port of it as one. */
bool sides_host_is_proxy(const struct sides *s,
    const struct address *address);

/* Somebody uses a proxy at all. */
bool sides_has_proxy(const struct sides *s);

/* The last PAC file that this client got before `when`, or NULL. */
const struct witness_record *sides_pac_of(const struct sides *s,
    const struct address *client, when_ns when);

/* An earlier fetch of the same URL with another content; NULL: none. */
const struct witness_record *sides_pac_before(const struct sides *s,
    const struct witness_record *r);

/* Does the file name this address and port?  By the names that were looked
 * up in the capture; unknown where one was not. */
enum truth sides_pac_names(const struct sides *s, const struct pac_record *p,
    const struct address *address, uint16_t port);

/* Does the file name a place that somebody uses as a proxy? */
bool sides_pac_names_used(const struct sides *s, const struct pac_record *p);

/* An answer by which the name that is asked for is an alias of a host at
 * this address; of this client, or of anybody.  NULL: none was seen. */
const struct dns_record *sides_alias_of(const struct sides *s,
    const struct address *client, const struct address *address);

#endif
