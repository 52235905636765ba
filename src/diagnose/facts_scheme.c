/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Basic, Digest and Bearer show.
 */
#include "diagnose/facts.h"
#include "diagnose/history.h"
#include "diagnose/oddity.h"

#define SEE_REQUEST "capture the direction from the client to the proxy"
#define SEE_RESPONSE "capture the direction from the proxy to the client"

static const struct token *
sent(const struct subject *s, enum scheme scheme)
{
	const struct token *t = s->attempt->credentials;

	return t != NULL && t->scheme == scheme ? t : NULL;
}

static struct value
not_sent(const struct subject *s)
{
	return s->attempt->capture_complete || s->attempt->credentials != NULL
	    ? value_absent()
	    : value_unknown();
}

/* The challenge of that scheme in the last 407, then in the offer. */
static const struct token *
asked(const struct subject *s, enum scheme scheme)
{
	const struct attempt *a = s->attempt;

	for (size_t i = 0; i < a->n_last_offers; i++)
		if (a->last_offers[i].scheme == scheme)
			return &a->last_offers[i];
	for (size_t i = 0; i < a->n_offers; i++)
		if (a->offers[i].scheme == scheme)
			return &a->offers[i];
	return NULL;
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL &&
	    span_eq_nocase(span_of_str(a), span_of_str(b));
}

/* -- Basic; f->offset is an enum basic_shape -- */

static struct value
shape(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_BASIC);

	return t == NULL ? not_sent(s)
	                 : value_bool((t->basic.shape & f->offset) != 0);
}

static struct value
basic_realm(const struct subject *s, const struct fact *f)
{
	const struct token *t = asked(s, SCHEME_BASIC);

	(void)f;
	return t == NULL ? value_absent() : value_string(t->realm);
}

static struct value
basic_charset(const struct subject *s, const struct fact *f)
{
	const struct token *t = asked(s, SCHEME_BASIC);

	(void)f;
	return t == NULL ? value_absent() : value_string(t->basic.charset);
}

/* -- Digest -- */

static struct value
stale(const struct subject *s, const struct fact *f)
{
	const struct token *t = asked(s, SCHEME_DIGEST);

	(void)f;
	if (s->attempt->responses_407 == 0 || t == NULL)
		return value_absent();
	return value_bool(t->digest->stale == 1);
}

/* Clients carry what they were offered from one connection to another. */
static bool
asked_elsewhere(const struct event *e, const struct event *o)
{
	return o->kin[KIN_PROXY] == e->kin[KIN_PROXY] &&
	    o->attempt->connection.id != e->attempt->connection.id &&
	    o->attempt->responses_407 > 0 &&
	    o->attempt->start <= e->attempt->end;
}

static bool
gives_nonce(const struct token *offers, size_t n, const struct token *t)
{
	for (size_t i = 0; i < n; i++)
		if (offers[i].scheme == SCHEME_DIGEST &&
		    offers[i].digest->nonce == t->digest->nonce)
			return true;
	return false;
}

static struct value
nonce_offered(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	const struct token *t = sent(s, SCHEME_DIGEST);

	(void)f;
	if (t == NULL)
		return not_sent(s);
	if (!a->offer_seen)
		return value_unknown();
	if (gives_nonce(a->offers, a->n_offers, t))
		return value_bool(true);
	/* A later 407 brings a new one that the client may have used; so does
	 * one on a connection between, of which not all may be there. */
	if (a->credentials_sent > 1 || a->connections > 1 ||
	    (s->event != NULL && history_near(s->history, s->event, KIN_CLIENT,
	                             WHICH_ALL, asked_elsewhere) != NULL))
		return value_unknown();
	return value_bool(false);
}

static struct value
digest_target(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);

	(void)f;
	return t == NULL ? not_sent(s)
	                 : value_string(oddity_target(s->attempt, t));
}

static struct value
uri_differs(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);
	enum truth differs;

	(void)f;
	if (t == NULL || t->digest->uri == NULL)
		return not_sent(s);
	differs = oddity_digest_uri(s->attempt);
	return differs == TRUTH_UNKNOWN ? value_unknown()
	                                : value_bool(differs == TRUTH_TRUE);
}

static struct value
realm_differs(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);
	const struct token *c = asked(s, SCHEME_DIGEST);

	(void)f;
	if (t == NULL || c == NULL || t->digest->realm == NULL)
		return not_sent(s);

	const char *realm = c->digest->realm != NULL ? c->digest->realm
	                                            : c->realm;

	return realm == NULL
	    ? value_absent()
	    : value_bool(strcmp(realm, t->digest->realm) != 0);
}

/* RFC 7616 3.3: MD5 where no algorithm is named. */
static struct value
algorithm_differs(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	const struct token *t = sent(s, SCHEME_DIGEST);
	bool found = false, any = false;

	(void)f;
	if (t == NULL)
		return not_sent(s);

	const char *used =
	    t->digest->algorithm != NULL ? t->digest->algorithm : "MD5";

	for (size_t i = 0; i < a->n_last_offers; i++) {
		const struct token *c = &a->last_offers[i];

		if (c->scheme != SCHEME_DIGEST)
			continue;
		any = true;
		found |= same(used, c->digest->algorithm != NULL
		        ? c->digest->algorithm
		        : "MD5");
	}
	return any ? value_bool(!found) : value_absent();
}

/* qop in the answer must be one of the comma separated list. */
static struct value
qop_differs(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);
	const struct token *c = asked(s, SCHEME_DIGEST);

	(void)f;
	if (t == NULL || c == NULL)
		return not_sent(s);
	if (t->digest->qop == NULL)
		return value_bool(false);
	if (c->digest->qop == NULL)
		return value_bool(true);

	struct span list = span_of_str(c->digest->qop);

	while (list.len > 0) {
		size_t comma = span_find(list, ',');

		if (span_eq_nocase(span_trim(span_first(list, comma)),
		        span_of_str(t->digest->qop)))
			return value_bool(false);
		list = comma < list.len ? span_from(list, comma + 1)
		                        : SPAN("");
	}
	return value_bool(true);
}

/*
 * nonce and nc that some other answer had already; RFC 7616 3.4: nc must grow
 * with each use of a nonce.  Who was just given the nonce counts from 1: some
 * proxies give all who ask in the same second the same.
 */
static bool
counted_before(const struct event *e, const struct event *o)
{
	const struct token *t = e->attempt->credentials;
	const struct token *u = o->attempt->credentials;

	return u != NULL && u->kind == TOKEN_DIGEST &&
	    u->digest->nonce == t->digest->nonce &&
	    u->digest->nc >= t->digest->nc &&
	    u->digest->response != t->digest->response;
}

static struct value
nc_repeated(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	const struct token *t = sent(s, SCHEME_DIGEST);
	const struct token *last = NULL;

	(void)f;
	if (t == NULL)
		return not_sent(s);
	if (t->digest->nc == 0)
		return value_absent();
	if (a->observations.next != NULL)
		LIST_EACH (link, &a->observations) {
			const struct observation *o =
			    LIST_OBJECT(link, const struct observation, link);
			const struct observed_response *p = &o->response;
			const struct token *u = o->request.credentials;

			if (u != NULL && u->kind == TOKEN_DIGEST) {
				if (last != NULL &&
				    last->digest->nonce == u->digest->nonce &&
				    last->digest->nc >= u->digest->nc)
					return value_bool(true);
				last = u;
			}
			if (last != NULL &&
			    gives_nonce(p->challenges, p->n_challenges, last))
				last = NULL;
		}
	if (gives_nonce(a->offers, a->n_offers, t))
		return value_bool(false);
	if (s->event == NULL)
		return value_unknown();
	return value_bool(history_before(s->history, s->event, KIN_PROXY,
	                      WHICH_ALL, counted_before) != NULL);
}

/* The algorithm of one challenge with the nonce of another. */
static struct value
mixed_challenges(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	const struct token *t = sent(s, SCHEME_DIGEST);
	bool nonce = false, both = false;

	(void)f;
	if (t == NULL)
		return not_sent(s);

	const char *used =
	    t->digest->algorithm != NULL ? t->digest->algorithm : "MD5";

	for (size_t i = 0; i < a->n_offers; i++) {
		const struct token *c = &a->offers[i];

		if (c->scheme != SCHEME_DIGEST ||
		    c->digest->nonce != t->digest->nonce)
			continue;
		nonce = true;
		both |= same(used, c->digest->algorithm != NULL
		        ? c->digest->algorithm
		        : "MD5");
	}
	return nonce ? value_bool(!both) : value_unknown();
}

static struct value
digest_missing(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);

	(void)f;
	return t == NULL ? not_sent(s) : value_string(t->digest->missing);
}

static struct value
digest_length(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);

	(void)f;
	return t == NULL ? not_sent(s)
	                 : value_bool(t->digest->response_bad_length);
}

/* What is missing is told before what is of the wrong length. */
static struct value
digest_flaw(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);
	struct text text = { .limit = 120 };

	(void)f;
	if (t == NULL)
		return not_sent(s);
	if (t->digest->missing != NULL)
		text_fmt(&text, "%s is missing", t->digest->missing);
	else if (t->digest->response_bad_length)
		text_str(&text, "its response has the wrong length");
	else
		return value_absent();
	return value_text(s, &text);
}

static struct value
digest_backslash(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);

	(void)f;
	if (t == NULL)
		return not_sent(s);
	return value_bool(t->digest->user != NULL &&
	    strchr(t->digest->user, '\\') != NULL);
}

static struct value
digest_text(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_DIGEST);

	if (t == NULL)
		return not_sent(s);
	return value_string(*(const char *const *)(const void *)(
	    (const char *)t->digest + f->offset));
}

/* -- Bearer -- */

static struct value
bearer_flag(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_BEARER);

	if (t == NULL)
		return not_sent(s);
	return value_bool(
	    *(const bool *)((const char *)t->bearer + f->offset));
}

static struct value
bearer_text(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_BEARER);

	if (t == NULL)
		return not_sent(s);
	return value_string(*(const char *const *)(const void *)(
	    (const char *)t->bearer + f->offset));
}

static struct value
expired_for(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_BEARER);

	(void)f;
	if (t == NULL)
		return not_sent(s);

	int64_t ns = oddity_expired_for(s->attempt);

	return ns < 0 ? value_absent() : value_duration(ns);
}

/* The later of nbf and iat, if it is still to come. */
static struct value
early_by(const struct subject *s, const struct fact *f)
{
	const struct token *t = sent(s, SCHEME_BEARER);
	when_ns from = WHEN_NONE;

	(void)f;
	if (t == NULL)
		return not_sent(s);
	if (t->bearer->nbf != WHEN_NONE)
		from = t->bearer->nbf;
	if (t->bearer->iat != WHEN_NONE && t->bearer->iat > from)
		from = t->bearer->iat;

	when_ns now = oddity_proxys_time(s->attempt);

	if (from == WHEN_NONE || from <= now)
		return value_absent();
	return value_duration(when_between(now, from));
}

static struct value
bearer_error(const struct subject *s, const struct fact *f)
{
	const struct token *t = asked(s, SCHEME_BEARER);

	if (t == NULL)
		return value_absent();
	return value_string(f->offset == 0 ? t->bearer->error
	                                   : t->bearer->error_description);
}

#define DIGEST(field) .offset = offsetof(struct token_digest, field)
#define BEARER(field) .offset = offsetof(struct token_bearer, field)

/* clang-format off */
const struct fact facts_of_scheme[] = {
	{ "basic.percent_encoded", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value still holds %XX escapes", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_PERCENT },
	{ "basic.trailing_space", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value ends in a line break or a space", SEE_REQUEST,
	    NULL, .compute = shape, .offset = BASIC_TRAILING_SPACE },
	{ "basic.quoted", FACT_BOOL, SOURCE_ATTEMPT,
	    "user or password stand in quotes", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_QUOTED },
	{ "basic.bytes_repr", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value is a printed Python bytes object (b'…')",
	    SEE_REQUEST, NULL, .compute = shape, .offset = BASIC_BYTES_REPR },
	{ "basic.no_colon", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value has no colon between user and password",
	    SEE_REQUEST, NULL, .compute = shape, .offset = BASIC_NO_COLON },
	{ "basic.empty_user", FACT_BOOL, SOURCE_ATTEMPT,
	    "the user name in the Basic value is empty", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_EMPTY_USER },
	{ "basic.empty_password", FACT_BOOL, SOURCE_ATTEMPT,
	    "the password in the Basic value is empty", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_EMPTY_PASSWORD },
	{ "basic.placeholder", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value is a placeholder that nobody filled in",
	    SEE_REQUEST, NULL, .compute = shape, .offset = BASIC_PLACEHOLDER },
	{ "basic.not_base64", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value is not base64", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_NOT_BASE64 },
	{ "basic.wrapped", FACT_BOOL, SOURCE_ATTEMPT,
	    "the base64 of the Basic value holds white space", SEE_REQUEST,
	    NULL, .compute = shape, .offset = BASIC_WRAPPED },
	{ "basic.unpadded", FACT_BOOL, SOURCE_ATTEMPT,
	    "the base64 of the Basic value has no padding", SEE_REQUEST,
	    NULL, .compute = shape, .offset = BASIC_UNPADDED },
	{ "basic.utf8", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value has characters beyond ASCII, as UTF-8",
	    SEE_REQUEST, NULL, .compute = shape,
	    .offset = BASIC_NON_ASCII_UTF8 },
	{ "basic.latin1", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value has characters beyond ASCII that are not UTF-8",
	    SEE_REQUEST, NULL, .compute = shape,
	    .offset = BASIC_NON_ASCII_OTHER },
	{ "basic.colon_in_password", FACT_BOOL, SOURCE_ATTEMPT,
	    "the password in the Basic value holds a colon", SEE_REQUEST,
	    NULL, .compute = shape, .offset = BASIC_COLON_IN_PASSWORD },
	{ "basic.word_twice", FACT_BOOL, SOURCE_ATTEMPT,
	    "the field has the word Basic twice", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_WORD_TWICE },
	{ "basic.doubled_backslash", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic user name holds two backslashes, one after the other",
	    SEE_REQUEST, NULL, .compute = shape, .offset = BASIC_BACKSLASHES },
	{ "basic.control", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Basic value holds a control character", SEE_REQUEST, NULL,
	    .compute = shape, .offset = BASIC_CONTROL },
	{ "basic.realm", FACT_STRING, SOURCE_ATTEMPT,
	    "the realm of the Basic challenge", SEE_RESPONSE, "no realm",
	    .compute = basic_realm },
	{ "basic.charset", FACT_STRING, SOURCE_ATTEMPT,
	    "the charset of the Basic challenge", SEE_RESPONSE, "none",
	    .compute = basic_charset },

	{ "digest.stale", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last Digest challenge says stale=true", SEE_RESPONSE, NULL,
	    .compute = stale },
	{ "digest.nonce_offered", FACT_BOOL, SOURCE_ATTEMPT,
	    "the nonce in the answer is the one of the offer", SEE_RESPONSE,
	    NULL, .compute = nonce_offered },
	{ "digest.uri_differs", FACT_BOOL, SOURCE_ATTEMPT,
	    "the uri in the answer is not what was asked for", SEE_REQUEST,
	    NULL, .compute = uri_differs },
	{ "digest.realm_differs", FACT_BOOL, SOURCE_ATTEMPT,
	    "the realm in the answer is not the one in the challenge",
	    SEE_REQUEST, NULL, .compute = realm_differs },
	{ "digest.algorithm_differs", FACT_BOOL, SOURCE_ATTEMPT,
	    "the algorithm in the answer was not offered", SEE_REQUEST, NULL,
	    .compute = algorithm_differs },
	{ "digest.qop_differs", FACT_BOOL, SOURCE_ATTEMPT,
	    "the qop in the answer was not offered", SEE_REQUEST, NULL,
	    .compute = qop_differs },
	{ "digest.nc_repeated", FACT_BOOL, SOURCE_ATTEMPT,
	    "the count of the answer (nc) had been used with its nonce",
	    SEE_REQUEST, NULL, .compute = nc_repeated },
	{ "digest.mixed_challenges", FACT_BOOL, SOURCE_ATTEMPT,
	    "the nonce is of one challenge, the algorithm is of another",
	    SEE_RESPONSE, NULL, .compute = mixed_challenges },
	{ "digest.missing", FACT_STRING, SOURCE_ATTEMPT,
	    "a directive that the answer must have and has not",
	    SEE_REQUEST, "nothing", .compute = digest_missing },
	{ "digest.bad_length", FACT_BOOL, SOURCE_ATTEMPT,
	    "the response in the answer has the wrong length", SEE_REQUEST,
	    NULL, .compute = digest_length },
	{ "digest.flaw", FACT_STRING, SOURCE_ATTEMPT,
	    "what is missing in the answer, or of the wrong length",
	    SEE_REQUEST, "nothing", .compute = digest_flaw },
	{ "digest.user_has_backslash", FACT_BOOL, SOURCE_ATTEMPT,
	    "the user name holds a backslash, which must be escaped",
	    SEE_REQUEST, NULL, .compute = digest_backslash },
	{ "digest.algorithm", FACT_STRING, SOURCE_ATTEMPT,
	    "the algorithm in the answer", SEE_REQUEST, "MD5",
	    .compute = digest_text, DIGEST(algorithm) },
	{ "digest.target", FACT_STRING, SOURCE_ATTEMPT,
	    "what the request with the answer asked for", SEE_REQUEST, "none",
	    .compute = digest_target },
	{ "digest.uri", FACT_STRING, SOURCE_ATTEMPT,
	    "the uri in the answer", SEE_REQUEST, "none",
	    .compute = digest_text, DIGEST(uri) },

	{ "bearer.jwt", FACT_BOOL, SOURCE_ATTEMPT,
	    "the token is a JWT that can be read", SEE_REQUEST, NULL,
	    .compute = bearer_flag, BEARER(is_jwt) },
	{ "bearer.expired_for", FACT_DURATION, SOURCE_ATTEMPT,
	    "how long ago the token expired (exp)", SEE_REQUEST, NULL,
	    .compute = expired_for },
	{ "bearer.early_by", FACT_DURATION, SOURCE_ATTEMPT,
	    "how long until the token is valid (nbf, iat)", SEE_REQUEST,
	    "some time", .compute = early_by },
	{ "bearer.issuer", FACT_STRING, SOURCE_ATTEMPT,
	    "the issuer of the token", SEE_REQUEST, "an unnamed issuer",
	    .compute = bearer_text, BEARER(iss) },
	{ "bearer.audience", FACT_STRING, SOURCE_ATTEMPT,
	    "the audience of the token", SEE_REQUEST, "none",
	    .compute = bearer_text, BEARER(aud) },
	{ "bearer.key", FACT_STRING, SOURCE_ATTEMPT,
	    "the key id of the token", SEE_REQUEST, "none",
	    .compute = bearer_text, BEARER(kid) },
	{ "bearer.oddity", FACT_STRING, SOURCE_ATTEMPT,
	    "what is odd about the token's form", SEE_REQUEST, "nothing",
	    .compute = bearer_text, BEARER(oddity) },
	{ "bearer.error", FACT_STRING, SOURCE_ATTEMPT,
	    "the error code of the Bearer challenge", SEE_RESPONSE, "none",
	    .compute = bearer_error, .offset = 0 },
	{ "bearer.error_description", FACT_STRING, SOURCE_ATTEMPT,
	    "the error text of the Bearer challenge", SEE_RESPONSE, "none",
	    .compute = bearer_error, .offset = 1 },
};
/* clang-format on */

const size_t facts_of_scheme_count =
    sizeof(facts_of_scheme) / sizeof(facts_of_scheme[0]);
