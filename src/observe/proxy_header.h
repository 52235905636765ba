/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy_header.h - the PROXY protocol, versions 1 and 2
 *
 * haproxy.org/download/2.9/doc/proxy-protocol.txt: a load balancer says
 * before the first byte of a connection who its client is.
 */
#ifndef P407_OBSERVE_PROXY_HEADER_H
#define P407_OBSERVE_PROXY_HEADER_H

#include "net/packet.h"

/* A header of version 2 is 16 bytes and at most this much with its rest. */
#define PROXY_HEADER_MAX 552

/* Zeroed, with `expected` set, it waits for the first bytes. */
struct proxy_header {
	uint8_t bytes[PROXY_HEADER_MAX]; /* while it is read */
	uint16_t len;
	bool expected; /* and not whole yet */
	struct address client; /* that it names; len 0: none */
	uint16_t port;
};

/* Do these, the first bytes of a connection, begin one? */
bool proxy_header_begins(struct span first);

/*
 * The next bytes, while it is expected: how many of them belong to it.  If it
 * turns out to be none, *back is what was taken before.
 */
size_t proxy_header_take(struct proxy_header *h, struct span bytes,
    struct span *back);

#endif
