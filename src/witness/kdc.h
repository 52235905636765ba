/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdc.h - what clients asked their KDC, and what it said
 *
 * Follows port 88 over UDP and TCP (RFC 4120 7.2), lays each answer to its
 * request by addresses and ports (the nonce of an answer is encrypted), and
 * says one record for each exchange: when it is answered, or when it is
 * clear that it will not be.  Copies of a request, sent again or captured
 * twice, are the same exchange.  Nothing secret is kept: of tickets and
 * ciphers only the type and the number of the key, and of a ticket the
 * fingerprint that tells whether it is the one that a proxy was shown.
 */
#ifndef P407_WITNESS_KDC_H
#define P407_WITNESS_KDC_H

#include "auth/kerberos_kdc.h"
#include "base/secret.h"
#include "tcp/flow.h"
#include "witness/neighbours.h"
#include "witness/record.h"

#define KDC_PORT 88

enum kdc_asked {
	KDC_ASKED_NOTHING = 0, /* a connection that never came about */
	KDC_ASKED_AS,          /* to log on: a ticket-granting ticket */
	KDC_ASKED_TGS,         /* for a ticket of a service */
};

enum kdc_ended {
	KDC_UNSEEN = 0, /* no answer in the capture; there may have been one */
	KDC_TICKET,
	KDC_ERROR,
	KDC_SILENT,  /* asked again and again, without any answer */
	KDC_REFUSED, /* RST, or ICMP: nobody listens there, or a filter */
};

/* Strings are UTF-8 in the record's arena; NULL: not seen. */
struct kdc_record {
	enum kdc_asked asked;
	enum kdc_ended ended;
	uint64_t request_frame, answer_frame; /* 0: not seen */
	when_ns request_time, answer_time;    /* WHEN_NONE: not seen */
	unsigned tries;      /* the request, or SYNs; copies left out */
	bool not_there;      /* asked for by ARP or its like, in vain */
	const char *client;  /* "alice", "host/pc1.lab.test" */
	const char *realm;   /* that was asked */
	const char *service; /* "HTTP/proxy.lab.test", "krbtgt/LAB.TEST" */
	struct fault fault;  /* of the request, else of the answer */

	/* The request. */
	unsigned preauth; /* enum kerberos_preauth */
	when_ns till;     /* WHEN_NONE: none */
	int32_t etypes[KERBEROS_ETYPES];
	size_t n_etypes;

	/* KDC_ERROR */
	int error;          /* -1: none */
	uint32_t nt_status; /* of Active Directory; 0: none */
	when_ns stime;      /* the KDC's clock; WHEN_NONE: none */
	when_ns ctime;      /* the client's, in what it refused; as above */
	const char *e_text;

	/* KDC_TICKET */
	const char *granted; /* the service of the ticket: may be a referral */
	int ticket_etype, kvno, reply_etype; /* -1: not there */
	fingerprint ticket; /* as of an AP-REQ's; 0: the ticket is not whole */
};

/*
 * Takes a record with the arena that it lives in: *arena is the taker's
 * from now on.
 */
typedef void kdc_emit(void *context, struct arena *arena,
    const struct witness_record *record);

struct kdc;

struct kdc *kdc_new(kdc_emit *emit, void *context);
void kdc_free(struct kdc *k); /* NULL is fine */

/* A UDP packet of port 88, or an ICMP message; others are passed over. */
void kdc_packet(struct kdc *k, const struct packet *p);

/* Capture time has come to here: who waited too long is given up. */
void kdc_now(struct kdc *k, when_ns now);

/* Before that time it does nothing; INT64_MAX: nobody waits. */
when_ns kdc_due(const struct kdc *k);

/* Numbers of TCP connections are known now (tcp/flow.h). */
void kdc_settle(struct kdc *k, const struct flow_numbers *numbers);

/* The capture ended. */
void kdc_finish(struct kdc *k);

/* -- TCP -- */

struct kdc_stream; /* one connection */

/* Do these first bytes of a side look like Kerberos on port 88? */
bool kdc_is_stream(const struct flow_info *info, struct span first);

struct kdc_stream *kdc_stream_new(struct kdc *k,
    const struct flow_info *info);
void kdc_stream_bytes(struct kdc_stream *s, enum flow_side side,
    struct span bytes, const struct tcp_from *from);
void kdc_stream_gap(struct kdc_stream *s, enum flow_side side, uint64_t n,
    const struct tcp_from *from);
/* UINT64_MAX where nothing more can be made of a side. */
uint64_t kdc_stream_idle(const struct kdc_stream *s, enum flow_side side);
/* The connection is over; the stream is freed. */
void kdc_stream_close(struct kdc_stream *s, const struct flow_info *info);

/* A connection to port 88 that an RST, or nothing, answered. */
void kdc_refused(struct kdc *k, const struct flow_info *info);

/* A neighbour was lost: if it has been a KDC, that is silence. */
void kdc_lost(struct kdc *k, const struct neighbour_lost *lost);

#endif
