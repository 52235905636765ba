/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify.h - were exactly the known-good credentials used?
 *
 * The comparison has to be made where the bytes of a response still are:
 * nothing secret leaves the worker, only an enum token_verified in the
 * token.  A verifier belongs to one worker; the credentials are shared and
 * only read.
 *
 * For NTLM the server's challenge is needed: the last ones of each client
 * and proxy are kept (eight bytes that are no secret), so that a handshake
 * that was split over connections can be told, too.
 *
 *	Basic      the pair itself
 *	Digest     RFC 7616 3.4: MD5, SHA-256, SHA-512-256, their -sess forms,
 *	           qop auth or none (auth-int hashes the body: unknown)
 *	NTLM       [MS-NLMP] 3.3.1 LM, NTLMv1, NTLM2 session; 3.3.2 NTLMv2,
 *	           LMv2; the same inside Negotiate
 *
 *	Kerberos   whether a key of the keytab opens the ticket (keytab.h)
 *
 * "no" is said only where the response is whole and the challenge that it
 * answers was seen.
 */
#ifndef P407_VERIFY_VERIFY_H
#define P407_VERIFY_VERIFY_H

#include "auth/token.h"
#include "net/packet.h"
#include "verify/keytab.h"
#include "verify/known.h"

struct verifier;

/* Where a field was seen. */
struct verify_place {
	const struct address *client, *proxy;
	uint64_t connection; /* tells it from others: its first frame */
};

/* What to hold attempts against; NULL: nothing of that kind. */
struct verify_means {
	struct known *known;
	struct keytab *keytab;
};

/* From files, NULL for none; false, and said, if one cannot be used. */
bool verify_load(struct verify_means *m, const char *known,
    const char *keytab);
void verify_wipe(struct verify_means *m);

struct verifier *verifier_new(const struct verify_means *means);
void verifier_free(struct verifier *v); /* NULL is fine */

/* A Proxy-Authenticate field went by: an NTLM challenge may be in it. */
void verifier_challenge(struct verifier *v, const struct verify_place *at,
    struct span value);

/*
 * The value of a Proxy-Authorization field, and the token made of it;
 * `method` is that of the request, unset if not known.
 */
enum token_verified verifier_check(struct verifier *v,
    const struct verify_place *at, struct span method, struct span value,
    const struct token *t);

/*
 * Of a Kerberos ticket in such a field: t->opened, and the user, whom
 * only the ticket names.  Their strings are put into `a`.
 */
void verifier_ticket(struct verifier *v, struct span value,
    struct arena *a, struct token *t);

#endif
