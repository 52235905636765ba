/* SPDX-License-Identifier: BSD-2-Clause */
/* [MS-NLMP] 3.3: the responses of NTLM. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "base/secret.h"
#include "base/text.h"
#include "base/utf16.h"
#include "verify/des.h"
#include "verify/md4.h"
#include "verify/responses.h"
#include "verify/wide.h"

static bool
hmac_md5(const uint8_t key[16], struct span one, struct span two,
    uint8_t out[16])
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *c = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
	char digest[] = "MD5";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t len = 0;
	bool ok = c != NULL && EVP_MAC_init(c, key, 16, params) == 1 &&
	    EVP_MAC_update(c, one.at, one.len) == 1 &&
	    (two.len == 0 || EVP_MAC_update(c, two.at, two.len) == 1) &&
	    EVP_MAC_final(c, out, &len, 16) == 1 && len == 16;

	EVP_MAC_CTX_free(c);
	EVP_MAC_free(mac);
	return ok;
}

/* A name of the message as UTF-8; text_fini() it. */
static struct text
name_of(struct span bytes, bool unicode)
{
	struct text t = { .limit = 1024 };

	if (unicode)
		utf16_add(&t, bytes);
	else
		oem_add(&t, bytes);
	return t;
}

/* 3.3.2, NTOWFv2: the user in upper case, the domain as it is. */
static bool
v2_key(const uint8_t nt_hash[16], struct span user, struct span domain,
    bool upper_domain, uint8_t key[16], bool *unsure)
{
	struct wide w = wide_of(user, true);
	bool ok;

	wide_add(&w, domain, upper_domain);
	ok = hmac_md5(nt_hash, wide_span(&w), (struct span){ 0 }, key);
	*unsure |= w.unsure;
	wide_wipe(&w);
	return ok;
}

/* 3.3.2: NTProofStr over challenge and blob; LMv2 over both challenges. */
static bool
v2_fits(const struct ntlm_authenticate *m, const uint8_t challenge[8],
    const uint8_t key[16])
{
	struct span c = span_of(challenge, 8);
	uint8_t proof[16];
	bool fits = false;

	if (m->kind == NTLM_VERSION_2)
		fits = hmac_md5(key, c, span_from(m->nt_response, 16),
		           proof) &&
		    span_eq(span_of(proof, 16),
		        span_first(m->nt_response, 16));
	else if (m->lm_response.len == 24)
		fits = hmac_md5(key, c, span_from(m->lm_response, 16),
		           proof) &&
		    span_eq(span_of(proof, 16),
		        span_first(m->lm_response, 16));
	secret_wipe(proof, sizeof(proof));
	return fits;
}

/* Which domain went into the key is the client's affair. */
static bool
v2_any(const struct known_user *u, const uint8_t nt_hash[16],
    const struct ntlm_authenticate *m, const uint8_t challenge[8],
    bool *unsure)
{
	bool unicode = m->flags & NTLM_UNICODE;
	struct text user, domain;
	bool fits = false;

	/* The old form without flags: see read_authenticate() of gss.c. */
	unicode |= m->user.len >= 2 && m->user.at[1] == 0;
	user = name_of(m->user, unicode);
	domain = name_of(m->domain, unicode);

	const struct {
		struct span domain;
		bool upper;
	} tries[] = {
		{ text_span(&domain), false },
		{ text_span(&domain), true },
		{ SPAN(""), false },
		{ span_of_str(u->domain != NULL ? u->domain : ""), false },
		{ span_of_str(u->domain != NULL ? u->domain : ""), true },
	};

	for (size_t i = 0; !fits && i < sizeof(tries) / sizeof(tries[0]);
	     i++) {
		uint8_t key[16];

		fits = v2_key(nt_hash, text_span(&user), tries[i].domain,
		           tries[i].upper, key, unsure) &&
		    v2_fits(m, challenge, key);
		secret_wipe(key, sizeof(key));
	}
	text_fini(&user);
	text_fini(&domain);
	return fits;
}

/* 3.3.1: DES over the challenge, or over a hash of both challenges. */
static bool
v1_fits(const uint8_t nt_hash[16], const struct ntlm_authenticate *m,
    const uint8_t challenge[8])
{
	uint8_t session[EVP_MAX_MD_SIZE], both[16], response[24];
	bool ess = m->kind == NTLM_VERSION_1_ESS, fits;

	memcpy(both, challenge, 8);
	if (ess) {
		memcpy(both + 8, m->lm_response.at, 8);
		if (EVP_Digest(both, 16, session, NULL, EVP_md5(), NULL) != 1)
			return false;
	}
	fits = des_long(nt_hash, ess ? session : challenge, response) &&
	    span_eq(span_of(response, 24), m->nt_response);
	secret_wipe(response, sizeof(response));
	return fits;
}

static bool
lm_fits(const struct known_user *u, const struct ntlm_authenticate *m,
    const uint8_t challenge[8])
{
	uint8_t response[24];
	bool fits = u->has_lm_hash && m->lm_response.len == 24 &&
	    des_long(u->lm_hash, challenge, response) &&
	    span_eq(span_of(response, 24), m->lm_response);

	secret_wipe(response, sizeof(response));
	return fits;
}

enum token_verified
verify_ntlm(const struct known_user *u, const struct ntlm_authenticate *m,
    const uint8_t challenge[8])
{
	uint8_t probe[8];
	bool unsure = false;

	if (m->kind == NTLM_VERSION_NONE || m->kind == NTLM_VERSION_ANONYMOUS)
		return VERIFIED_UNKNOWN;
	/* Can DES be computed here at all? */
	if (m->kind != NTLM_VERSION_2 &&
	    !des_block(challenge, challenge, probe))
		return VERIFIED_UNKNOWN;
	for (int f = 0; f < KNOWN_FORMS; f++) {
		const uint8_t *hash = u->nt_hash[f];
		bool fits = false;

		if (!u->has_nt_hash[f])
			continue;
		if (m->kind == NTLM_VERSION_1 || m->kind == NTLM_VERSION_1_ESS)
			fits = v1_fits(hash, m, challenge);
		else
			fits = v2_any(u, hash, m, challenge, &unsure) ||
			    (m->kind == NTLM_VERSION_LM &&
			        lm_fits(u, m, challenge));
		if (fits)
			return f == KNOWN_PROPER ? VERIFIED_YES
			                         : VERIFIED_ENCODING;
	}
	/* Without the password there is no LM hash to hold against it. */
	unsure |= m->kind == NTLM_VERSION_LM && !u->has_lm_hash;
	return unsure ? VERIFIED_UNKNOWN : VERIFIED_NO;
}
