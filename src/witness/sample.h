/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample.h - the first bytes of a connection that is not read any further
 *
 * Of a tunnel, what came after the proxy's 2xx; and of a connection to a port
 * that proxies like to have, which begins with neither HTTP nor TLS.  Whoever
 * asks what application that is (apps.h) asks later and in one place, so the
 * bytes are kept: SAMPLE_CLIENT and SAMPLE_SERVER of them at most, of
 * LIMIT_SAMPLES connections at a time.
 */
#ifndef P407_WITNESS_SAMPLE_H
#define P407_WITNESS_SAMPLE_H

#include "base/arena.h"
#include "tcp/flow.h"
#include "witness/record.h"

#define SAMPLE_CLIENT 2560 /* a ClientHello with a key after ML-KEM */
#define SAMPLE_SERVER 512

enum sample_answer {
	SAMPLE_NOTHING = 0,
	SAMPLE_HTTP, /* "HTTP/1." or a page: it speaks HTTP all the same */
	SAMPLE_OTHER,
};

/* In the arena of the observation. */
struct sample_record {
	const char *authority; /* of the tunnel; NULL: it is none */
	struct span client, server;
	bool server_first;
	enum sample_answer answer;
	bool closed, reset; /* its end was seen, before that was all */
	bool closed_by_server;
};

struct sample;

/*
 * 5, 4, or 0: do the first bytes of a client greet a SOCKS proxy?  RFC 1928 3:
 * the version, n, and n methods; SOCKS 4: CONNECT or BIND, a port, an
 * address, and a user that ends with a NUL.
 */
unsigned sample_socks(struct span client);

/* Is that connection to be looked at, by its first bytes, which are neither
 * HTTP nor TLS nor of a KDC? */
bool sample_is_stray(const struct flow_info *info, enum flow_side side);

/* NULL, and the limit hit, if there are too many at a time; `open` counts
 * them.  The authority is copied. */
struct sample *sample_new(enum flow_side client, const char *authority,
    size_t *open);
void sample_free(struct sample *s, size_t *open); /* NULL is fine */

/* The next bytes of a side; true: these were all that are wanted. */
bool sample_bytes(struct sample *s, enum flow_side side, struct span bytes,
    const struct tcp_from *from);

/* Bytes are missing: what follows is not taken. */
void sample_gap(struct sample *s, enum flow_side side);

/* NULL if there is nothing to tell. */
const struct witness_record *sample_record(const struct sample *s,
    const struct flow_info *info, struct arena *arena);

#endif
