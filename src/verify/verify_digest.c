/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 7616 3.4.1 to 3.4.4, RFC 2617 3.2.2; and Basic, RFC 7617. */
#include <openssl/evp.h>

#include "base/secret.h"
#include "base/text.h"
#include "verify/md4.h"
#include "verify/responses.h"
#include "verify/wide.h"

/* Longest hash, in hexadecimal. */
#define HEX_MOST (2 * EVP_MAX_MD_SIZE)

struct hex {
	char at[HEX_MOST + 1];
	size_t len;
};

/* An algorithm of RFC 7616 3.3; NULL where RFC 2617 has no field at all. */
struct algorithm {
	const EVP_MD *md;
	bool session;
};

/* H(one ":" two ...), in hexadecimal; parts that are unset are left out. */
static bool
hash(const EVP_MD *md, const struct span *parts, size_t n, struct hex *out)
{
	static const char digits[] = "0123456789abcdef";
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool ok = c != NULL && EVP_DigestInit_ex(c, md, NULL) == 1;
	bool first = true;

	for (size_t i = 0; ok && i < n; i++) {
		if (!span_is_set(parts[i]))
			continue;
		if (!first)
			ok = EVP_DigestUpdate(c, ":", 1) == 1;
		first = false;
		ok = ok && (parts[i].len == 0 ||
		    EVP_DigestUpdate(c, parts[i].at, parts[i].len) == 1);
	}
	ok = ok && EVP_DigestFinal_ex(c, raw, &len) == 1;
	EVP_MD_CTX_free(c);
	out->len = 0;
	for (size_t i = 0; ok && i < len; i++) {
		out->at[out->len++] = digits[raw[i] >> 4];
		out->at[out->len++] = digits[raw[i] & 15];
	}
	secret_wipe(raw, sizeof(raw));
	return ok;
}

static struct span
hex_span(const struct hex *h)
{
	return span_of(h->at, h->len);
}

static bool
algorithm_of(const struct challenge *c, struct algorithm *out)
{
	static const struct {
		const char *name;
		const EVP_MD *(*md)(void);
		bool session;
	} names[] = {
		{ "MD5", EVP_md5, false },
		{ "MD5-sess", EVP_md5, true },
		{ "SHA-256", EVP_sha256, false },
		{ "SHA-256-sess", EVP_sha256, true },
		{ "SHA-512-256", EVP_sha512_256, false },
		{ "SHA-512-256-sess", EVP_sha512_256, true },
	};
	struct span name = challenge_param(c, "algorithm");

	if (!span_is_set(name))
		name = SPAN("MD5");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq_nocase(name, span_of_str(names[i].name))) {
			*out = (struct algorithm){ names[i].md(),
				names[i].session };
			return true;
		}
	return false;
}

/* \" and \\ of a quoted string. */
static void
unquote(struct span s, struct text *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\\' && i + 1 < s.len &&
		    (s.at[i + 1] == '\\' || s.at[i + 1] == '"'))
			i++;
		text_char(out, (char)s.at[i]);
	}
}

/* 3.4.2 and 3.4.1, with one user, realm and method. */
static bool
fits(const struct challenge *c, const struct algorithm *a, struct span user,
    struct span realm, struct span password, struct span method)
{
	struct span qop = challenge_param(c, "qop");
	struct span nonce = challenge_param(c, "nonce");
	struct span cnonce = challenge_param(c, "cnonce");
	struct hex a1, a2, response;
	bool ok;

	ok = hash(a->md, (struct span[]){ user, realm, password }, 3, &a1);
	if (ok && a->session) {
		struct hex plain = a1;

		ok = hash(a->md, (struct span[]){ hex_span(&plain), nonce,
		    cnonce }, 3, &a1);
		secret_wipe(&plain, sizeof(plain));
	}
	ok = ok && hash(a->md, (struct span[]){ method,
	               challenge_param(c, "uri") }, 2, &a2) &&
	    (span_is_set(qop)
	            ? hash(a->md, (struct span[]){ hex_span(&a1), nonce,
	                  challenge_param(c, "nc"), cnonce, qop,
	                  hex_span(&a2) }, 6, &response)
	            : hash(a->md, (struct span[]){ hex_span(&a1), nonce,
	                  hex_span(&a2) }, 3, &response)) &&
	    span_eq_nocase(hex_span(&response),
	        challenge_param(c, "response"));
	secret_wipe(&a1, sizeof(a1));
	secret_wipe(&response, sizeof(response));
	return ok;
}

/* All spellings of the names, under one method. */
static bool
fits_any(const struct known_user *u, const struct challenge *c,
    const struct algorithm *a, struct span password, struct span method)
{
	struct span sent = challenge_param(c, "username");
	struct span realm = challenge_param(c, "realm");
	struct text plain_user = { 0 }, plain_realm = { 0 };

	/* 3.4.4: the name is hashed in the field, not in the response. */
	if (verify_digest_userhash(u, c) || !span_is_set(sent))
		sent = span_of_str(u->user);
	unquote(sent, &plain_user);
	unquote(realm, &plain_realm);

	bool ok = fits(c, a, text_span(&plain_user), text_span(&plain_realm),
	              password, method) ||
	    fits(c, a, sent, realm, password, method);

	text_fini(&plain_user);
	text_fini(&plain_realm);
	return ok;
}

enum token_verified
verify_digest(const struct known_user *u, const struct challenge *c,
    struct span method)
{
	static const char *const required[] = { "realm", "nonce", "uri",
		"response" };
	/* Ways to get it wrong with the right password: another method, and
	 * MD5 under another name of the algorithm. */
	static const char *const methods[] = { "GET", "CONNECT", "POST",
		"HEAD", "PUT", "OPTIONS" };
	struct span qop = challenge_param(c, "qop");
	struct algorithm a;

	if (!u->has_password || !algorithm_of(c, &a))
		return VERIFIED_UNKNOWN;
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (!span_has_bytes(challenge_param(c, required[i])) && i != 0)
			return VERIFIED_UNKNOWN;
	/* The body is part of it, or the counts that are not there are. */
	if (span_is_set(qop) && (!span_eq_nocase(qop, SPAN("auth")) ||
	        !span_is_set(challenge_param(c, "nc")) ||
	        !span_is_set(challenge_param(c, "cnonce"))))
		return VERIFIED_UNKNOWN;
	for (int f = 0; f < KNOWN_FORMS; f++) {
		struct span password = u->password[f];
		const struct algorithm md5 = { EVP_md5(), a.session };

		if (!span_is_set(password))
			continue;
		if (span_is_set(method) &&
		    fits_any(u, c, &a, password, method))
			return f == KNOWN_PROPER ? VERIFIED_YES
			                         : VERIFIED_ENCODING;
		for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]);
		     i++)
			if (fits_any(u, c, &a, password,
			        span_of_str(methods[i])))
				return span_is_set(method)
				    ? VERIFIED_MISCOMPUTED
				    : VERIFIED_YES;
		if (span_is_set(method) && a.md != md5.md &&
		    fits_any(u, c, &md5, password, method))
			return VERIFIED_MISCOMPUTED;
	}
	return span_is_set(method) ? VERIFIED_NO : VERIFIED_UNKNOWN;
}

bool
verify_digest_userhash(const struct known_user *u, const struct challenge *c)
{
	struct algorithm a;
	struct hex h;
	struct text realm = { 0 };
	bool same;

	if (!span_eq_nocase(challenge_param(c, "userhash"), SPAN("true")) ||
	    !algorithm_of(c, &a))
		return false;
	unquote(challenge_param(c, "realm"), &realm);
	same = hash(a.md, (struct span[]){ span_of_str(u->user),
	               text_span(&realm) }, 2, &h) &&
	    span_eq_nocase(hex_span(&h), challenge_param(c, "username"));
	text_fini(&realm);
	return same;
}

enum token_verified
verify_basic(const struct known_user *u, struct span password)
{
	struct wide w;
	uint8_t hashed[MD4_SIZE];
	bool same;

	if (u->has_password) {
		if (span_eq(password, u->password[KNOWN_PROPER]))
			return VERIFIED_YES;
		return span_is_set(u->password[KNOWN_LATIN1]) &&
		        span_eq(password, u->password[KNOWN_LATIN1])
		    ? VERIFIED_ENCODING
		    : VERIFIED_NO;
	}
	w = wide_of(password, false);
	md4(wide_span(&w), hashed);
	same = span_eq(span_of(hashed, MD4_SIZE),
	    span_of(u->nt_hash[KNOWN_PROPER], MD4_SIZE));
	wide_wipe(&w);
	secret_wipe(hashed, sizeof(hashed));
	return same ? VERIFIED_YES : VERIFIED_NO;
}
