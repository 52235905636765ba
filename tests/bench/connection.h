/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection.h - one conversation of the made traffic, packet by packet
 *
 * TCP as it is: SYN, numbers that fit, an acknowledgement for every second
 * to fourth segment, FIN from both sides.  What is said is a list of
 * messages, which talk_next() makes up as it goes (talk.c).
 */
#ifndef P407_TESTS_BENCH_CONNECTION_H
#define P407_TESTS_BENCH_CONNECTION_H

#include <stdbool.h>

#include "bench/login.h"
#include "bench/random.h"
#include "bench/wire.h"

enum kind {
	KIND_TLS,     /* bulk data straight to a server */
	KIND_HTTP,    /* plain, to an origin server */
	KIND_UDP,     /* questions and answers, 120 to 1400 bytes */
	KIND_NTLM,    /* at the proxy: offer, three legs, requests */
	KIND_BASIC,   /* at the proxy, credentials with each request */
	KIND_TICKET,  /* at the proxy: offer, Kerberos in Negotiate, requests */
	KIND_CONNECT, /* a tunnel through the proxy after one of these */
	KIND_SHORT,   /* a few bytes to and fro, as in a terminal */
	KIND_TINY,    /* UDP, packets of 64 to 128 bytes */
	KIND_COUNT
};

/* What one side says in one go: a head as it stands, then filling. */
struct message {
	bool from_client;
	bool opaque; /* the filling is random bytes, and not text */
	char head[LOGIN_MAX + 1024];
	size_t head_len;
	size_t body;
};

struct connection {
	enum kind kind;
	struct wire_end client, server;
	unsigned step;   /* messages made so far */
	unsigned rounds; /* how many requests, or records, there will be */
	size_t size;     /* bytes of a usual answer */
	bool refused;    /* the proxy says no */
	enum kind login; /* how it gets in, if it is a proxy's */
	unsigned user;
	struct message message;
	size_t sent;      /* of the message */
	uint32_t seq[2];  /* next byte of the client, of the server */
	unsigned unacked; /* segments since the other side said anything */
	unsigned stretch; /* so many, and it acknowledges */
	int state;        /* connection.c */
};

/* Begin one of this kind; its wishes come from r. */
void connection_begin(struct connection *c, enum kind kind, struct random *r);

/* Its next packet; false if there is no more. */
bool connection_step(struct connection *c, struct wire *w, struct random *r);

/*
 * talk.c: how many rounds, how large; and the next message, which is false
 * when all is said.
 */
void talk_begin(struct connection *c, struct random *r);
bool talk_next(struct connection *c, struct random *r);

#endif
