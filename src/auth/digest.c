/* SPDX-License-Identifier: BSD-2-Clause */
/* Digest, RFC 7616 (and RFC 2617). */
#include "auth/decode.h"

static fingerprint
print_of(const struct challenge *c, const char *name)
{
	struct span s = challenge_param(c, name);

	return span_is_set(s) ? secret_fingerprint(name, s) : 0;
}

static uint32_t
hex_number(struct span s)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.len && i < 8; i++) {
		uint8_t c = s.at[i] | 0x20;

		v = v << 4 |
		    (c >= '0' && c <= '9'     ? c - '0' + 0u
		        : c >= 'a' && c <= 'f' ? c - 'a' + 10u
		                               : 0u);
	}
	return v;
}

/* Quoted values of user names may hold escapes: \" and \\. */
static struct span
unescape(struct arena *a, struct span s)
{
	uint8_t *copy = arena_new(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\\' && i + 1 < s.len &&
		    (s.at[i + 1] == '\\' || s.at[i + 1] == '"'))
			i++;
		copy[n++] = s.at[i];
	}
	return span_of(copy, n);
}

void
decode_digest(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out)
{
	static const char *const required[] = { "username", "realm", "nonce",
		"uri", "response" };
	/* Where qop is sent, RFC 7616 3.4. */
	static const char *const of_qop[] = { "cnonce", "nc" };
	struct token_digest *d = token_add_digest(out, a);
	struct span stale = challenge_param(c, "stale");
	struct span response = challenge_param(c, "response");

	d->realm = decode_text(a, challenge_param(c, "realm"));
	d->algorithm = decode_text(a, challenge_param(c, "algorithm"));
	d->qop = decode_text(a, challenge_param(c, "qop"));
	d->opaque = span_is_set(challenge_param(c, "opaque")) ? "" : NULL;
	d->nonce = print_of(c, "nonce");
	d->stale = !span_is_set(stale) ? -1
	    : span_eq_nocase(stale, SPAN("true"));
	d->userhash = span_eq_nocase(challenge_param(c, "userhash"),
	    SPAN("true"));
	out->realm = d->realm;
	if (challenge)
		return;

	out->kind = TOKEN_DIGEST;

	/* The path without its query, which may hold secrets. */
	struct span uri = challenge_param(c, "uri");

	d->uri = decode_text(a, span_first(uri, span_find(uri, '?')));
	d->nc = hex_number(challenge_param(c, "nc"));
	d->response = print_of(c, "response");
	d->cnonce = print_of(c, "cnonce");
	d->response_bad_length = span_is_set(response) &&
	    response.len != 32 && response.len != 64;
	if (!d->userhash && span_is_set(challenge_param(c, "username"))) {
		struct span user =
		    unescape(a, challenge_param(c, "username"));

		d->user = decode_text(a, user);
		decode_user(a, user, out);
	}
	if (d->user != NULL && d->user[0] == '\0')
		d->missing = "a name in username";
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (d->missing == NULL &&
		    !span_is_set(challenge_param(c, required[i])) &&
		    !(i == 0 &&
		        span_is_set(challenge_param(c, "username*"))))
			d->missing = required[i];
	for (size_t i = 0; i < sizeof(of_qop) / sizeof(of_qop[0]); i++)
		if (d->missing == NULL && d->qop != NULL &&
		    !span_is_set(challenge_param(c, of_qop[i])))
			d->missing = of_qop[i];
}
