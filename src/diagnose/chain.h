/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain.h - the two sides of a box, both of which are in the capture
 *
 * A box between client and proxy - a balancer, another proxy - makes two
 * attempts of one login: the outer half is what a client asks of the box,
 * the inner half what the box asks of the next proxy for it.  The inner one
 * lies within the outer one in time and has the same credentials, or none,
 * and the same answer.
 */
#ifndef P407_DIAGNOSE_CHAIN_H
#define P407_DIAGNOSE_CHAIN_H

#include "diagnose/history.h"

struct half {
	const struct attempt *attempt;        /* NULL: not known */
	const struct observed_request *asked; /* of it, what corresponds */
};

/* The other half of the login of `e`; false where it is not clear. */
bool chain_outer(const struct history *h, const struct event *e,
    struct half *outer);
bool chain_inner(const struct history *h, const struct event *e,
    struct half *inner);

/*
 * The same where the box has another address on its inner side.  It
 * translates addresses, and the connection keeps its port or has a token
 * that is made for one connection; or it names the client for which it asks.
 */
bool chain_readdressed_outer(const struct history *h, const struct event *e,
    struct half *outer);
bool chain_readdressed_inner(const struct history *h, const struct event *e,
    struct half *inner);

/* Is it a proxy that says that it asks for that client, another one?  So
 * says its last request; or one of them. */
bool chain_asked_for(const struct attempt *inner,
    const struct address *client);
bool chain_names_client(const struct observed_request *q,
    const struct address *client);

/*
 * To one port of one proxy: neither is the half of the other, even where the
 * client has the address of the proxy, as on loopback.
 */
bool chain_beside(const struct attempt *a, const struct attempt *b);

/* "10.0.0.9 asks for 10.0.0.1"; "10.0.0.9 hands it on to 10.0.0.3:3128" */
void chain_asks_for(struct text *t, const struct attempt *inner,
    const struct attempt *outer);
void chain_handed_on(struct text *t, const struct attempt *outer,
    const struct attempt *inner);

#endif
