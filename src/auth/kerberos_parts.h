/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kerberos_parts.h - what is inside a ticket and an authenticator
 *
 * For who has the keys (verify/keytab.h): the plaintext of EncTicketPart
 * (RFC 4120 5.3) and of Authenticator (5.5.1).  Pure; spans borrow, and what
 * they show is as secret as the plaintext.
 */
#ifndef P407_AUTH_KERBEROS_PARTS_H
#define P407_AUTH_KERBEROS_PARTS_H

#include "auth/kerberos.h"

struct kerberos_ticket_part {
	int32_t key_etype; /* -1: not there */
	struct span key;   /* of the session */
	struct span realm;
	struct kerberos_name client;
	/* WHEN_NONE: not there. A ticket without a start has that of auth. */
	when_ns auth, start, end, renew;
};

struct kerberos_authenticator {
	struct span realm;
	struct kerberos_name client;
	when_ns ctime; /* with its microseconds; WHEN_NONE: not there */
};

/* Padding behind the message is none of its business. */
bool kerberos_ticket_part_decode(struct span plain,
    struct kerberos_ticket_part *out, struct fault *fault);
bool kerberos_authenticator_decode(struct span plain,
    struct kerberos_authenticator *out, struct fault *fault);

#endif
