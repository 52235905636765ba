/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kerberos.h - what of Kerberos travels in clear (RFC 4120)
 *
 * AP-REQ (5.5.1), AP-REP (5.5.2) and KRB-ERROR (5.9.1), raw or behind the
 * two-byte token identifier of RFC 4121 4.1.  Pure; spans borrow.
 */
#ifndef P407_AUTH_KERBEROS_H
#define P407_AUTH_KERBEROS_H

#include "auth/der.h"
#include "base/arena.h"
#include "base/when.h"

#define KERBEROS_NAME_PARTS 4

struct kerberos_name {
	int32_t type;
	struct span parts[KERBEROS_NAME_PARTS]; /* "HTTP", "proxy.lab.test" */
	size_t n;
};

/* What is in clear of a Ticket, 5.3. */
struct kerberos_ticket {
	struct span realm;
	struct kerberos_name service;
	int32_t etype, kvno; /* -1: not there */
	struct span cipher;
};

struct kerberos_ap_req {
	bool mutual_required;
	struct span realm;
	struct kerberos_name service;
	int32_t ticket_etype, kvno, authenticator_etype; /* -1: not there */
	struct span ticket; /* the whole Ticket, for a fingerprint */
	struct span ticket_cipher, authenticator_cipher;
};

struct kerberos_error {
	when_ns stime, ctime;
	int32_t code;
	struct span client_realm, realm;
	struct kerberos_name client, service;
	struct span e_text;
	uint32_t nt_status; /* of AD's KERB-ERROR-DATA; 0: none */
};

enum kerberos_kind {
	KERBEROS_NONE = 0,
	KERBEROS_AP_REQ = 14,
	KERBEROS_AP_REP = 15,
	KERBEROS_KRB_ERROR = 30,
};

/* Which message begins here (by its application tag). */
enum kerberos_kind kerberos_kind(struct span msg);

bool kerberos_ap_req_decode(struct span msg, struct kerberos_ap_req *out,
    struct fault *fault);
bool kerberos_error_decode(struct span msg, struct kerberos_error *out,
    struct fault *fault);

/* PrincipalName, RFC 4120 5.2.2. */
void kerberos_name_read(struct reader *r, struct kerberos_name *out);

/* "HTTP/proxy.lab.test", copied as UTF-8; NULL if it has no parts. */
const char *kerberos_name_text(struct arena *a,
    const struct kerberos_name *name);

/* A Ticket; nothing but -1 and unset spans if there is none. */
void kerberos_ticket_read(struct reader *r, struct kerberos_ticket *out);

/*
 * EncryptedData (5.2.9) in context tag n: the type and the number of the
 * key, and the cipher.  kvno and cipher may be NULL; what is not there is
 * left as is.
 */
void kerberos_encrypted_read(struct reader *r, int n, int32_t *etype,
    int32_t *kvno, struct span *cipher);

#endif
