/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits.h - every bound, its default, and how often it was hit
 *
 * Nothing in p407 grows without one of these.  Whoever enforces a bound
 * calls limit_hit(); the report says each that was hit.
 */
#ifndef P407_BASE_LIMITS_H
#define P407_BASE_LIMITS_H

#include <stdint.h>

/* id, default, what it bounds (as the report says it) */
#define LIMITS(X)                                                              \
	X(LIMIT_FLOWS, 1000000, "connections followed at a time")              \
	X(LIMIT_CONVERSATIONS, 50000, "HTTP connections followed at a time")   \
	X(LIMIT_REASSEMBLY_DIRECTION, 1048576,                                 \
	    "bytes out of order kept for one direction")                       \
	X(LIMIT_REASSEMBLY_TOTAL, 33554432, "bytes out of order kept in all")  \
	X(LIMIT_QUEUE, 33554432, "bytes of observations waiting, live")        \
	X(LIMIT_LOOKBACK, 33554432, "bytes of packets kept for -w")            \
	X(LIMIT_HTTP_BYTES, 67108864,                                          \
	    "bytes of HTTP heads and TLS handshakes kept in all")              \
	X(LIMIT_HEAD, 262144, "bytes of one HTTP head")                        \
	X(LIMIT_FIELDS, 512, "fields of one HTTP head")                        \
	X(LIMIT_TOKEN, 131072, "bytes of one token")                           \
	X(LIMIT_PIPELINE, 64, "requests waiting for an answer")                \
	X(LIMIT_FRAGMENTS, 1024, "fragmented packets waiting for the rest")    \
	X(LIMIT_FRAGMENT_BYTES, 65535, "bytes of one fragmented packet")       \
	X(LIMIT_FRAGMENT_TOTAL, 33554432,                                      \
	    "bytes of fragmented packets waiting in all")                      \
	X(LIMIT_TUNNELS, 8, "headers nested in one another")                   \
	X(LIMIT_ATTEMPTS, 100000, "attempts kept at a time")                   \
	X(LIMIT_ATTEMPT_BYTES, 402653184, "bytes of attempts kept in all")     \
	X(LIMIT_WINDOW, 5000, "attempts looked back on, live")                 \
	X(LIMIT_WINDOW_SECONDS, 3600, "seconds looked back on, live")          \
	X(LIMIT_TOLD, 20000, "kinds of events remembered, live")               \
	X(LIMIT_LEGS, 64, "legs kept of one attempt")                          \
	X(LIMIT_CLIENTS, 20000, "clients remembered")                          \
	X(LIMIT_USERS, 20000, "users remembered")                              \
	X(LIMIT_WITNESSES, 50000, "messages of one kind of side witness kept") \
	X(LIMIT_KDC_EXCHANGES, 20000, "KDC exchanges waited for at a time")    \
	X(LIMIT_KDC_MESSAGE, 131072, "bytes of one KDC message over TCP")      \
	X(LIMIT_KDC_BYTES, 16777216, "bytes of KDC messages in pieces")        \
	X(LIMIT_NEIGHBOURS, 4096, "neighbours asked for at a time")            \
	X(LIMIT_SAMPLES, 4096, "connections whose first bytes are kept")       \
	X(LIMIT_PAC, 1048576, "bytes of one PAC file looked at")               \
	X(LIMIT_PROXIES, 2000, "proxies remembered")                           \
	X(LIMIT_LOG_LINES, 200000, "lines of the proxy's log kept")            \
	X(LIMIT_ROWS, 5000, "rows of one table of the report")                 \
	X(LIMIT_STATE_LOGINS, 200000, "logins kept in --state")                \
	X(LIMIT_STATE_SEEN, 200000,                                            \
	    "users, clients, proxies and findings kept in --state")            \
	X(LIMIT_STATE_DAYS, 400, "days a login is kept in --state")            \
	X(LIMIT_FINDINGS, 2000, "findings kept")                               \
	X(LIMIT_INFLATE_RATIO, 2000, "times a compressed capture may grow")

enum limit {
#define X(id, value, what) id,
	LIMITS(X)
#undef X
	LIMIT_COUNT
};

/* The bound itself; another one, before the first thread starts. */
uint64_t limit_of(enum limit id);
void limit_set(enum limit id, uint64_t value);

/* It was hit (once more); how often it was. */
void limit_hit(enum limit id);
uint64_t limit_hits(enum limit id);

/* "bytes of one HTTP head" */
const char *limit_what(enum limit id);

#endif
