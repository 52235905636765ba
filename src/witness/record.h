/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - what a side witness saw, in one shape for all of them
 *
 * Traffic that is not the proxy's but bears on it: Kerberos at the KDC, TLS
 * to the proxy, PAC files, names.  Each kind has a header of its own that
 * defines what `saw` points to.  A record holds no secret.  What it points
 * to lives in the arena of the observation that carries it.
 */
#ifndef P407_WITNESS_RECORD_H
#define P407_WITNESS_RECORD_H

#include "net/packet.h"

struct kdc_record; /* witness/kdc.h */
struct tls_record; /* witness/tls.h */
struct pac_record; /* witness/pac.h */
struct dns_record; /* witness/dns.h */
struct sample_record; /* witness/sample.h */

enum witness_kind {
	WITNESS_KDC,
	WITNESS_TLS,
	WITNESS_PAC,
	WITNESS_DNS,
	WITNESS_SAMPLE, /* of a tunnel, or of what is no HTTP */
	WITNESS_COUNT,
};

struct witness_record {
	enum witness_kind kind;
	uint64_t frame; /* that completed it */
	when_ns time;   /* of that frame */
	struct address client, server;
	uint16_t client_port, server_port;
	uint32_t stream; /* tcp.stream; meaningless over UDP */
	bool over_tcp;
	/* Of TCP, as in tcp/flow.h; connection 0: no number, no stream yet. */
	uint64_t connection, first_frame;
	union {
		const struct kdc_record *kdc;
		const struct tls_record *tls;
		const struct pac_record *pac;
		const struct dns_record *dns;
		const struct sample_record *sample;
	} saw;
};

#endif
