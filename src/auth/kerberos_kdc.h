/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kerberos_kdc.h - the messages between a client and its KDC (RFC 4120)
 *
 * AS-REQ, TGS-REQ (5.4.1), AS-REP and TGS-REP (5.4.2), as far as they are in
 * clear; KRB-ERROR is in kerberos.h.  Pure; spans borrow from the message.
 * A message that is cut keeps every field before the cut, with a fault.
 */
#ifndef P407_AUTH_KERBEROS_KDC_H
#define P407_AUTH_KERBEROS_KDC_H

#include "auth/kerberos.h"

/* msg-type, which is the application tag, too. */
enum kerberos_kdc_type {
	KERBEROS_KDC_NONE = 0,
	KERBEROS_AS_REQ = 10,
	KERBEROS_AS_REP = 11,
	KERBEROS_TGS_REQ = 12,
	KERBEROS_TGS_REP = 13,
	KERBEROS_KDC_ERROR = 30,
};

#define KERBEROS_ETYPES 16

/* Types of pre-authentication data that say something; or'ed. */
enum kerberos_preauth {
	KERBEROS_PA_TICKET = 0x1,      /* 1: the ticket of a TGS-REQ */
	KERBEROS_PA_TIMESTAMP = 0x2,   /* 2, 138: proof of the password */
	KERBEROS_PA_CERTIFICATE = 0x4, /* 14-17: PKINIT, RFC 4556 */
	KERBEROS_PA_FAST = 0x8,        /* 136: armored, RFC 6113 */
};

struct kerberos_kdc_req {
	unsigned preauth; /* enum kerberos_preauth */
	struct kerberos_ticket tgt; /* of a TGS-REQ; etype -1: none */
	struct kerberos_name client; /* AS-REQ only */
	struct span realm;
	struct kerberos_name service;
	when_ns till;
	bool has_nonce;
	uint32_t nonce;
	int32_t etypes[KERBEROS_ETYPES]; /* as preferred; more are counted */
	size_t n_etypes;
};

struct kerberos_kdc_rep {
	struct span client_realm;
	struct kerberos_name client;
	struct kerberos_ticket ticket;
	struct span ticket_bytes; /* the whole Ticket, for a fingerprint */
	int32_t etype; /* of the part for the client; -1: not there */
};

/* Which message begins here, by its application tag. */
enum kerberos_kdc_type kerberos_kdc_type(struct span msg);

/* AS-REQ or TGS-REQ; AS-REP or TGS-REP.  False with a fault. */
bool kerberos_kdc_req_decode(struct span msg, struct kerberos_kdc_req *out,
    struct fault *fault);
bool kerberos_kdc_rep_decode(struct span msg, struct kerberos_kdc_rep *out,
    struct fault *fault);

#endif
