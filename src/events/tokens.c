/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an attempt's line says of its tokens (report/json_tokens.c), as tokens:
 * what is written of those again is what was read.
 */
#include "events/parts.h"

#include <stdlib.h>

#include "auth/kerberos.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *
version_word(unsigned i)
{
	return ntlm_version_name((enum ntlm_version)i);
}

static const char *
verified_word(unsigned i)
{
	return token_verified_name((enum token_verified)i);
}

static const char *
state_word(unsigned i)
{
	return neg_state_name((enum neg_state)i);
}

/* clang-format off */
#define NTLM(key, kind, field)                                                 \
	{ key, kind, offsetof(struct token_ntlm, field) }
#define DIGEST(key, kind, field)                                               \
	{ key, kind, offsetof(struct token_digest, field) }
#define BEARER(key, kind, field)                                               \
	{ key, kind, offsetof(struct token_bearer, field) }
#define TICKET(key, kind, field)                                               \
	{ key, kind, offsetof(struct token_kerberos, field) }
#define BASIC(key, kind, field)                                                \
	{ key, kind, offsetof(struct token_basic, field) }

static const struct part ntlm_authenticate[] = {
	NTLM("user", PART_TEXT, user),
	NTLM("domain", PART_TEXT, domain),
	NTLM("workstation", PART_TEXT, workstation),
	NTLM("target_spn", PART_TEXT, target_spn),
	NTLM("mic", PART_BOOL, has_mic),
	NTLM("anonymous", PART_BOOL, anonymous),
};
static const struct part ntlm_challenge[] = {
	NTLM("target", PART_TEXT, target),
	NTLM("nb_computer", PART_TEXT, nb_computer),
	NTLM("nb_domain", PART_TEXT, nb_domain),
	NTLM("dns_computer", PART_TEXT, dns_computer),
	NTLM("dns_domain", PART_TEXT, dns_domain),
	NTLM("dns_tree", PART_TEXT, dns_tree),
	NTLM("proxy_time", PART_TIME, timestamp),
};
static const struct part digest[] = {
	DIGEST("user", PART_TEXT, user),
	DIGEST("realm", PART_TEXT, realm),
	DIGEST("uri", PART_TEXT, uri),
	DIGEST("algorithm", PART_TEXT, algorithm),
	DIGEST("qop", PART_TEXT, qop),
	DIGEST("userhash", PART_BOOL, userhash),
	DIGEST("missing", PART_TEXT, missing),
};
static const struct part bearer[] = {
	BEARER("alg", PART_TEXT, alg),
	BEARER("kid", PART_TEXT, kid),
	BEARER("typ", PART_TEXT, typ),
	BEARER("iss", PART_TEXT, iss),
	BEARER("aud", PART_TEXT, aud),
	BEARER("sub", PART_TEXT, sub),
	BEARER("scope", PART_TEXT, scope),
	BEARER("client_id", PART_TEXT, client_id),
	BEARER("exp", PART_TIME, exp),
	BEARER("nbf", PART_TIME, nbf),
	BEARER("iat", PART_TIME, iat),
	BEARER("oddity", PART_TEXT, oddity),
};
static const struct part kerberos_request[] = {
	TICKET("realm", PART_TEXT, realm),
	TICKET("service", PART_TEXT, service),
	TICKET("mutual", PART_BOOL, mutual_required),
};
static const struct part kerberos_error[] = {
	TICKET("error_text", PART_TEXT, e_text),
	TICKET("proxy_time", PART_TIME, stime),
};
static const struct part basic[] = {
	BASIC("realm", PART_TEXT, realm),
	BASIC("charset", PART_TEXT, charset),
};
/* clang-format on */

static struct token *
new_token(struct arena *a, const struct attempt *t, enum token_kind kind)
{
	struct token *token = arena_new(a, sizeof(*token));

	token_begin(token);
	token->kind = kind;
	token->user = t->user;
	token->domain = t->domain;
	token->scheme = scheme_of(span_of_str(t->scheme_name));
	if (t->scheme == ATTEMPT_NEGOTIATE_KERBEROS ||
	    t->scheme == ATTEMPT_NEGOTIATE_NTLM)
		token->scheme = SCHEME_NEGOTIATE;
	token->scheme_name = token->scheme == SCHEME_OTHER
	    ? t->scheme_name
	    : scheme_name(token->scheme);
	return token;
}

/* A small whole number; -1: it is not there. */
static int
small_number(struct span object, const char *key)
{
	uint64_t n;

	return span_decimal(json_member(object, key), &n) && n <= INT32_MAX
	    ? (int)n
	    : -1;
}

static bool
has_any(struct span object, const struct part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_is_set(json_member(object, parts[i].key)))
			return true;
	return false;
}

/* -- NTLM -- */

/* "0xe2898235" */
static uint32_t
read_flags(struct span s)
{
	uint32_t v = 0;

	if (!span_starts(s, SPAN("0x")))
		return 0;
	for (size_t i = 2; i < s.len && i < 10; i++) {
		uint8_t c = s.at[i];

		v = v << 4 |
		    (c >= '0' && c <= '9' ? c - '0' + 0u
		                          : (c - 'a' + 10u) & 15u);
	}
	return v;
}

/* The client's clock: so many seconds off when its type 3 was captured. */
static when_ns
read_clock(struct span skew, const struct attempt *t)
{
	bool behind = span_starts(skew, SPAN("-"));
	struct span s = span_from(skew, behind);
	size_t point = span_find(s, '.');
	uint64_t whole, milli;

	if (!span_decimal(span_first(s, point), &whole) ||
	    !span_decimal(span_from(s, point + 1), &milli) ||
	    whole > 100ull * 366 * 24 * 3600)
		return WHEN_NONE;

	int64_t ns = (int64_t)whole * WHEN_SECOND +
	    (int64_t)(milli % 1000) * WHEN_MS;

	when_ns sent = attempt_time_of(t, STEP_AUTHENTICATE);

	return sent == WHEN_NONE ? WHEN_NONE
	                         : when_after(sent, behind ? -ns : ns);
}

static void
read_ntlm(struct arena *a, struct span object, struct attempt *t)
{
	struct token_ntlm *best = NULL;

	if (!span_is_set(object))
		return;
	if (has_any(object, ntlm_challenge, COUNT(ntlm_challenge))) {
		struct token *t2 = new_token(a, t, TOKEN_NTLM_CHALLENGE);

		best = token_add_ntlm(t2, a);
		parts_read(a, object, ntlm_challenge, COUNT(ntlm_challenge),
		    best);
		t->challenge = t2;
	}
	if (has_any(object, ntlm_authenticate, COUNT(ntlm_authenticate)) ||
	    span_is_set(json_member(object, "version"))) {
		struct token *t3 = new_token(a, t, TOKEN_NTLM_AUTHENTICATE);
		unsigned v = parts_which(json_member(object, "version"),
		    version_word, NTLM_VERSION_ANONYMOUS);

		best = token_add_ntlm(t3, a);
		best->version =
		    v > NTLM_VERSION_ANONYMOUS ? 0 : (enum ntlm_version)v;
		parts_read(a, object, ntlm_authenticate,
		    COUNT(ntlm_authenticate), best);
		best->timestamp =
		    read_clock(json_member(object, "clock_skew_s"), t);
		t->authenticate = t->credentials = t3;
	}
	if (best == NULL) {
		struct token *t1 = new_token(a, t, TOKEN_NTLM_NEGOTIATE);

		best = token_add_ntlm(t1, a);
		t->negotiate = t1;
	}
	best->flags = read_flags(json_member(object, "flags"));
	best->os_version = json_string(a, object, "os_version");
}

/* -- Kerberos -- */

static int
read_etype(struct span object, const char *key)
{
	return kerberos_etype_of(json_member(object, key));
}

static void
read_kerberos(struct arena *a, struct span object, struct attempt *t)
{
	if (!span_is_set(object))
		return;
	if (span_is_set(json_member(object, "mutual"))) {
		struct token *req = new_token(a, t, TOKEN_AP_REQ);
		struct token_kerberos *k = token_add_kerberos(req, a);

		parts_read(a, object, kerberos_request,
		    COUNT(kerberos_request), k);
		k->ticket_etype = read_etype(object, "etype");
		k->authenticator_etype =
		    read_etype(object, "authenticator_etype");
		k->kvno = small_number(object, "kvno");
		t->credentials = req;
	}
	if (small_number(object, "error_code") >= 0) {
		struct token *error = new_token(a, t, TOKEN_KRB_ERROR);
		struct token_kerberos *k = token_add_kerberos(error, a);

		parts_read(a, object, kerberos_error, COUNT(kerberos_error),
		    k);
		k->error_code = small_number(object, "error_code");
		k->nt_status = nt_status_of(json_member(object, "nt_status"));
		t->verdict = error;
	}
}

/* What wrapped them; where nothing else was told, there was this alone. */
static void
read_spnego(struct arena *a, struct span object, struct attempt *t)
{
	struct span state = json_member(object, "state");
	const struct token *sent =
	    t->credentials != NULL ? t->credentials : t->negotiate;
	const struct token *back =
	    t->verdict != NULL ? t->verdict : t->challenge;

	if (span_is_set(json_member(object, "mech")) ||
	    span_is_set(json_member(object, "mechs"))) {
		struct token *wrapped = new_token(a, t, TOKEN_SPNEGO);

		if (sent == NULL)
			t->credentials = wrapped;
		else
			*wrapped = *sent;
		wrapped->mech = json_string(a, object, "mech");
		wrapped->mechs = json_string(a, object, "mechs");
		if (sent != NULL && sent == t->credentials)
			t->credentials = wrapped;
		if (sent != NULL && sent == t->authenticate)
			t->authenticate = wrapped;
		if (sent != NULL && sent == t->negotiate)
			t->negotiate = wrapped;
	}
	if (span_is_set(state)) {
		unsigned s = parts_which(state, state_word, NEG_REQUEST_MIC);
		struct token *wrapped = new_token(a, t, TOKEN_SPNEGO);

		if (back != NULL)
			*wrapped = *back;
		if (s <= NEG_REQUEST_MIC)
			wrapped->neg_state = (enum neg_state)s;
		if (back != NULL && back == t->challenge)
			t->challenge = wrapped;
		else
			t->verdict = wrapped;
	}
}

/* -- those that prove each request -- */

static void
read_basic(struct arena *a, struct span object, struct token *token)
{
	struct span list = json_member(object, "oddities");
	struct reader r = reader_of(list);
	struct json_member m;

	parts_read(a, object, basic, COUNT(basic), &token->basic);
	token->realm = token->basic.realm;
	json_array(&r);
	while (json_element(&r, &m))
		token->basic.shape |= basic_shape_of(m.value);
}

static void
read_digest(struct arena *a, struct span object, struct token *token)
{
	struct token_digest *d = token_add_digest(token, a);
	struct span stale = json_member(object, "stale");
	int nc = small_number(object, "nc");

	parts_read(a, object, digest, COUNT(digest), d);
	d->nc = nc > 0 ? (uint32_t)nc : 0;
	if (span_is_set(stale))
		d->stale = span_eq(stale, SPAN("true"));
}

static void
read_bearer(struct arena *a, struct span object, struct token *token)
{
	struct token_bearer *b = token_add_bearer(token, a);
	struct span kind = json_member(object, "kind");

	parts_read(a, object, bearer, COUNT(bearer), b);
	b->is_jwt = span_eq(kind, SPAN("JWT"));
	b->is_jwe = span_eq(kind, SPAN("JWE"));
}

static void
read_credentials(struct arena *a, struct span about, struct attempt *t)
{
	static const struct {
		const char *key;
		enum token_kind kind;
		void (*read)(struct arena *a, struct span object,
		    struct token *token);
	} shapes[] = {
		{ "digest", TOKEN_DIGEST, read_digest },
		{ "bearer", TOKEN_BEARER, read_bearer },
		{ "basic", TOKEN_BASIC, read_basic },
	};

	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct span object = json_member(about, shapes[i].key);

		if (!span_is_set(object) || t->credentials != NULL)
			continue;

		struct token *token = new_token(a, t, shapes[i].kind);

		shapes[i].read(a, object, token);
		t->credentials = token;
	}
}

void
parts_tokens(struct arena *a, struct span about, struct attempt *t)
{
	unsigned v = parts_which(json_member(about, "verified"),
	    verified_word, VERIFIED_MISCOMPUTED);

	read_ntlm(a, json_member(about, "ntlm"), t);
	read_kerberos(a, json_member(about, "kerberos"), t);
	read_credentials(a, about, t);
	read_spnego(a, json_member(about, "spnego"), t);
	if (t->credentials != NULL && v <= VERIFIED_MISCOMPUTED)
		((struct token *)(uintptr_t)t->credentials)->verified =
		    (enum token_verified)v;
}
