/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_stream.h - TLS handshakes on the connections of one worker
 *
 * Which connections are watched is decided by what they begin with and by
 * their port alone, so that it does not depend on what else is captured:
 * TLS on a port that has another use (443, mail, LDAP) costs nothing.  A
 * connection is let go as soon as its handshake is over.
 */
#ifndef P407_WITNESS_TLS_STREAM_H
#define P407_WITNESS_TLS_STREAM_H

#include "tcp/flow.h"
#include "witness/record.h"
#include "witness/tls.h"

struct tls_stream;

/* A client's hello, on a port where a proxy may be. */
bool tls_is_stream(const struct flow_info *info, enum flow_side side,
    struct span first);

struct tls_stream *tls_stream_new(enum flow_side client);
void tls_stream_free(struct tls_stream *s);

void tls_stream_bytes(struct tls_stream *s, enum flow_side side,
    struct span bytes, const struct tcp_from *from);
void tls_stream_gap(struct tls_stream *s, enum flow_side side, uint64_t n,
    bool missing);
uint64_t tls_stream_idle(const struct tls_stream *s, enum flow_side side);
bool tls_stream_over(const struct tls_stream *s);

/* What was seen, when the connection is over or let go; in the arena. */
const struct witness_record *tls_stream_record(const struct tls_stream *s,
    const struct flow_info *info, struct arena *arena);

/* The same for a clear HTTP request that was answered with an alert. */
const struct witness_record *tls_clear_record(const struct flow_info *info,
    enum flow_side client, struct span answer, uint64_t frame,
    const char *method, struct arena *arena);

#endif
