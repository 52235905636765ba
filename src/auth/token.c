/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/token.h"

#include "auth/decode.h"
#include "base/escape.h"
#include "base/names.h"
#include "base/utf16.h"

/* Names are cut here; no directory allows longer ones. */
#define TEXT_MOST 1024

/* A row a scheme: RFC 9110 16.4.1, RFC 4559, [MS-NTHT]. */
static const struct {
	const char *name;
	enum scheme scheme;
	void (*decode)(const struct challenge *c, bool challenge,
	    struct arena *a, struct token *out);
} schemes[] = {
	{ "Basic", SCHEME_BASIC, decode_basic },
	{ "Digest", SCHEME_DIGEST, decode_digest },
	{ "Bearer", SCHEME_BEARER, decode_bearer },
	{ "NTLM", SCHEME_NTLM, decode_gss },
	{ "Negotiate", SCHEME_NEGOTIATE, decode_gss },
};

#define N_SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

const char *
scheme_name(enum scheme s)
{
	for (size_t i = 0; i < N_SCHEMES; i++)
		if (schemes[i].scheme == s)
			return schemes[i].name;
	return s == SCHEME_NONE ? "none" : "other";
}

enum scheme
scheme_of(struct span word)
{
	for (size_t i = 0; i < N_SCHEMES; i++)
		if (span_eq_nocase(word, span_of_str(schemes[i].name)))
			return schemes[i].scheme;
	return SCHEME_OTHER;
}

const char *
ntlm_version_name(enum ntlm_version v)
{
	static const struct name versions[] = {
		{ NTLM_VERSION_LM, "LM" },
		{ NTLM_VERSION_1, "NTLMv1" },
		{ NTLM_VERSION_1_ESS, "NTLM2-session" },
		{ NTLM_VERSION_2, "NTLMv2" },
		{ NTLM_VERSION_ANONYMOUS, "anonymous" },
		{ 0, NULL },
	};

	return names_of(versions, v, NULL);
}

const char *
token_opening_name(enum token_opening o)
{
	static const struct name words[] = {
		{ OPENING_YES, "yes" },
		{ OPENING_OTHER, "other-entry" },
		{ OPENING_NO_SERVICE, "no-service" },
		{ OPENING_NO_VERSION, "no-version" },
		{ OPENING_NO_TYPE, "no-type" },
		{ OPENING_WRONG_KEY, "wrong-key" },
		{ OPENING_UNKNOWN, "unknown" },
		{ 0, NULL },
	};

	return names_of(words, o, NULL);
}

const char *
token_verified_name(enum token_verified v)
{
	static const struct name words[] = {
		{ VERIFIED_UNKNOWN, "unknown" },
		{ VERIFIED_NO, "no" },
		{ VERIFIED_YES, "yes" },
		{ VERIFIED_ENCODING, "encoding" },
		{ VERIFIED_MISCOMPUTED, "miscomputed" },
		{ 0, NULL },
	};

	return names_of(words, v, NULL);
}

static const struct name neg_states[] = {
	{ NEG_ACCEPT_COMPLETED, "accept-completed" },
	{ NEG_ACCEPT_INCOMPLETE, "accept-incomplete" },
	{ NEG_REJECT, "reject" },
	{ NEG_REQUEST_MIC, "request-mic" },
	{ 0, NULL },
};

static const struct name basic_shapes[] = {
	{ BASIC_PERCENT, "percent-encoded" },
	{ BASIC_TRAILING_SPACE, "trailing-space" },
	{ BASIC_QUOTED, "quoted" },
	{ BASIC_BYTES_REPR, "python-bytes" },
	{ BASIC_NO_COLON, "no-colon" },
	{ BASIC_EMPTY_USER, "empty-user" },
	{ BASIC_EMPTY_PASSWORD, "empty-password" },
	{ BASIC_PLACEHOLDER, "placeholder" },
	{ BASIC_NOT_BASE64, "not-base64" },
	{ BASIC_WRAPPED, "wrapped" },
	{ BASIC_UNPADDED, "unpadded" },
	{ BASIC_NON_ASCII_UTF8, "utf-8" },
	{ BASIC_NON_ASCII_OTHER, "not-utf-8" },
	{ BASIC_COLON_IN_PASSWORD, "colon-in-password" },
	{ BASIC_CONTROL, "control-character" },
	{ BASIC_BACKSLASHES, "doubled-backslash" },
	{ BASIC_WORD_TWICE, "word-twice" },
	{ 0, NULL },
};

const char *
neg_state_name(enum neg_state s)
{
	return s == NEG_ABSENT ? NULL
	                       : names_of(neg_states, (uint64_t)s, NULL);
}

const char *
basic_shape_name(unsigned bit)
{
	return names_of(basic_shapes, bit, NULL);
}

unsigned
basic_shape_of(struct span name)
{
	uint64_t bit;

	return names_value(basic_shapes, name, &bit) ? (unsigned)bit : 0;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == 0 || s.at[i] > 0x7f)
			return false;
	return true;
}

const char *
decode_text(struct arena *a, struct span s)
{
	struct text t = { .limit = TEXT_MOST };
	const char *copy;

	if (!span_is_set(s))
		return NULL;
	/* Nearly all, and the same in each encoding. */
	if (s.len <= TEXT_MOST && is_ascii(s))
		return arena_str(a, s);
	/* A limit may fall inside a character, of the bytes or of the text. */
	if (s.len > TEXT_MOST)
		s = utf8_whole(span_first(s, TEXT_MOST));
	oem_add(&t, s);
	/* A NUL would end the C string: what hides behind it is shown. */
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] == '\0')
			t.at[i] = '\x01';
	copy = arena_str(a, utf8_whole(text_span(&t)));
	text_fini(&t);
	return copy;
}

void
decode_user(struct arena *a, struct span name, struct token *out)
{
	size_t slash = span_find(name, '\\');
	size_t at = name.len;

	while (at > 0 && name.at[at - 1] != '@')
		at--;
	if (slash < name.len) {
		out->domain = decode_text(a, span_first(name, slash));
		out->user = decode_text(a, span_from(name, slash + 1));
	} else if (at > 1 && at < name.len) {
		out->user = decode_text(a, span_first(name, at - 1));
		out->domain = decode_text(a, span_from(name, at));
	} else {
		out->user = decode_text(a, name);
	}
}

/* -- parts of a token -- */

static const struct token_ntlm no_ntlm = { .timestamp = WHEN_NONE,
	.av_timestamp = WHEN_NONE };
static const struct token_kerberos no_kerberos = { .stime = WHEN_NONE,
	.ctime = WHEN_NONE,
	.error_code = -1,
	.kvno = -1,
	.ticket_etype = -1,
	.authenticator_etype = -1 };
static const struct token_digest no_digest = { .stale = -1 };
static const struct token_bearer no_bearer = { .exp = WHEN_NONE,
	.nbf = WHEN_NONE,
	.iat = WHEN_NONE };

void
token_begin(struct token *t)
{
	*t = (struct token){ .neg_state = NEG_ABSENT,
		.ntlm = &no_ntlm,
		.kerberos = &no_kerberos,
		.digest = &no_digest,
		.bearer = &no_bearer };
}

#define TOKEN_ADD(part)                                                \
	struct token_##part *token_add_##part(struct token *t,         \
	    struct arena *a)                                           \
	{                                                              \
		struct token_##part *new = arena_new(a, sizeof(*new)); \
                                                                       \
		*new = no_##part;                                      \
		t->part = new;                                         \
		return new;                                            \
	}
TOKEN_ADD(ntlm)
TOKEN_ADD(kerberos)
TOKEN_ADD(digest)
TOKEN_ADD(bearer)
#undef TOKEN_ADD

static void
decode(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out)
{
	enum scheme scheme =
	    c->scheme.len > 0 ? scheme_of(c->scheme) : SCHEME_MISSING;

	out->scheme = scheme;
	/* A lone word that is no known scheme is a secret without one. */
	if (out->scheme == SCHEME_OTHER && !challenge &&
	    (c->rest.len == 0 || c->scheme.len > 24))
		out->scheme = SCHEME_MISSING;
	out->scheme_name = decode_text(a, c->scheme);
	for (size_t i = 0; i < N_SCHEMES; i++)
		if (schemes[i].scheme == out->scheme)
			schemes[i].decode(c, challenge, a, out);
	if (out->scheme == SCHEME_OTHER) {
		out->realm = decode_text(a, challenge_param(c, "realm"));
		out->kind = span_has_bytes(c->rest) && !challenge
		    ? TOKEN_UNKNOWN
		    : TOKEN_NONE;
	} else if (out->scheme == SCHEME_MISSING) {
		out->scheme_name = "none";
		out->kind = TOKEN_UNKNOWN;
	}
}

void
token_of_credentials(struct span value, struct arena *arena,
    struct token *out)
{
	struct challenge c;
	struct fault fault = { 0 };
	bool scheme = credentials_read(value, &c, &fault);

	token_begin(out);
	decode(&c, false, arena, out);
	out->whole = secret_fingerprint("credentials", span_trim(value));
	if (!scheme)
		out->fault = fault;
}

size_t
token_of_challenges(struct span value, struct arena *arena,
    struct token *out, size_t room, struct fault *grammar)
{
	struct challenge c;
	size_t n = 0;

	*grammar = (struct fault){ 0 };
	while (challenge_next(&value, &c, grammar)) {
		if (n < room) {
			token_begin(&out[n]);
			decode(&c, true, arena, &out[n]);
			if (span_has_bytes(c.rest))
				out[n].whole =
				    secret_fingerprint("challenge", c.rest);
		}
		n++;
	}
	return n;
}
