/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spnego.h - the envelope of Negotiate (RFC 4178, [MS-SPNG])
 *
 * Also opens what is in the wild besides: Kerberos without SPNEGO (RFC 4121
 * framing or none), raw NTLMSSP, NegTokenInit without its GSS header, a
 * bare NegTokenResp.  Pure; spans borrow.
 */
#ifndef P407_AUTH_SPNEGO_H
#define P407_AUTH_SPNEGO_H

#include "auth/token.h"

#define SPNEGO_MECHS 8

struct spnego {
	enum token_wrap wrap;
	bool is_init;          /* NegTokenInit; else NegTokenResp or raw */
	enum neg_state state;
	struct span mechs[SPNEGO_MECHS]; /* OID contents, in order */
	size_t n_mechs;
	struct span supported; /* supportedMech */
	struct span inner;     /* the mechanism's own token; unset: none */
	bool mech_list_mic;
};

bool spnego_decode(struct span token, struct spnego *out,
    struct fault *fault);

/* "krb5", "ms-krb5", "ntlmssp", "negoex", ...; NULL if not known. */
const char *spnego_mech_name(struct span oid);

#endif
