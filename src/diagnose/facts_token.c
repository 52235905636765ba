/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of any token, the client's and the proxy's. */
#include "diagnose/facts.h"

#define SEE_TOKENS                                                             \
	"capture the whole handshake of this connection, both directions"

/* A token that was not seen: was it not sent? */
static struct value
not_seen(const struct subject *s)
{
	return s->attempt->capture_complete ? value_absent()
	                                    : value_unknown();
}

static struct value
token_flag(const struct subject *s, const struct fact *f)
{
	const struct token *t = s->attempt->credentials;

	if (t == NULL)
		return not_seen(s);
	return value_bool(*(const bool *)((const char *)t + f->offset));
}

static struct value
token_bytes(const struct subject *s, const struct fact *f)
{
	const struct token *t = s->attempt->credentials;

	(void)f;
	return t == NULL ? not_seen(s) : value_number((double)t->bytes);
}

static bool
is_malformed(const struct token *t)
{
	return t != NULL &&
	    (t->fault.kind != FAULT_NONE || t->kind == TOKEN_UNKNOWN ||
	        t->not_base64);
}

static struct value
malformed(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->attempt->credentials == NULL)
		return not_seen(s);
	return value_bool(is_malformed(s->attempt->credentials));
}

static struct value
scheme_missing(const struct subject *s, const struct fact *f)
{
	const struct token *t = s->attempt->credentials;

	(void)f;
	return t == NULL ? not_seen(s)
	                 : value_bool(t->scheme == SCHEME_MISSING);
}

static const char *const verified_values[] = { "yes", "no", "encoding",
	"miscomputed", NULL };

static struct value
verified(const struct subject *s, const struct fact *f)
{
	const struct token *t = s->attempt->credentials;

	(void)f;
	return t == NULL || t->verified == VERIFIED_NOT_ASKED ||
	        t->verified == VERIFIED_UNKNOWN
	    ? value_unknown()
	    : value_string(token_verified_name(t->verified));
}

/* The first damaged token among what the proxy sent. */
static const struct token *
bad_challenge(const struct attempt *a)
{
	if (is_malformed(a->challenge))
		return a->challenge;
	for (size_t i = 0; i < a->n_last_offers; i++)
		if (is_malformed(&a->last_offers[i]))
			return &a->last_offers[i];
	for (size_t i = 0; i < a->n_offers; i++)
		if (is_malformed(&a->offers[i]))
			return &a->offers[i];
	return NULL;
}

static struct value
challenge_malformed(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_bool(bad_challenge(s->attempt) != NULL);
}

/* Its last one in a handshake, which the client has to read. */
static struct value
challenge_garbled(const struct subject *s, const struct fact *f)
{
	const struct token *t = s->attempt->challenge;

	(void)f;
	return t == NULL ? not_seen(s) : value_bool(t->garbled);
}

static struct value
fault_text(const struct subject *s, const struct token *t)
{
	struct text text = { .limit = 120 };

	if (!is_malformed(t))
		return value_absent();
	if (t->fault.kind == FAULT_NONE)
		text_str(&text, t->not_base64 ? "it is not base64"
		                              : "it is no known token");
	else
		text_fmt(&text, "%s %s (byte %u)",
		    t->fault.field != NULL ? t->fault.field : "the token",
		    fault_words(t->fault.kind), t->fault.offset);

	return value_text(s, &text);
}

static struct value
token_fault(const struct subject *s, const struct fact *f)
{
	(void)f;
	return fault_text(s, s->attempt->credentials);
}

static struct value
challenge_fault(const struct subject *s, const struct fact *f)
{
	(void)f;
	return fault_text(s, bad_challenge(s->attempt));
}

/* clang-format off */
const struct fact facts_of_token[] = {
	{ "token.bytes", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the size of the client's last token", SEE_TOKENS, NULL,
	    .compute = token_bytes },
	{ "token.malformed", FACT_BOOL, SOURCE_ATTEMPT,
	    "the client's last token is damaged", SEE_TOKENS, NULL,
	    .compute = malformed },
	{ "token.fault", FACT_STRING, SOURCE_ATTEMPT,
	    "what is wrong with the client's last token", SEE_TOKENS,
	    "nothing", .compute = token_fault },
	{ "token.not_base64", FACT_BOOL, SOURCE_ATTEMPT,
	    "the client's last token is not base64", SEE_TOKENS, NULL,
	    .compute = token_flag,
	    .offset = offsetof(struct token, not_base64) },
	{ "token.garbled", FACT_BOOL, SOURCE_ATTEMPT,
	    "the client's last token had to be repaired to be read",
	    SEE_TOKENS, NULL,
	    .compute = token_flag, .offset = offsetof(struct token, garbled) },
	{ "token.scheme_missing", FACT_BOOL, SOURCE_ATTEMPT,
	    "the Proxy-Authorization field begins with no scheme",
	    SEE_TOKENS, NULL, .compute = scheme_missing },
	{ "credential.verified", FACT_STRING, SOURCE_ATTEMPT,
	    "were exactly the known-good credentials of --verify used",
	    "run again with --verify and known-good credentials of this user",
	    NULL, .compute = verified, .values = verified_values },
	{ "challenge.malformed", FACT_BOOL, SOURCE_ATTEMPT,
	    "a token of the proxy is damaged", NULL, NULL,
	    .compute = challenge_malformed },
	{ "challenge.garbled", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy's challenge had to be repaired to be read", NULL, NULL,
	    .compute = challenge_garbled },
	{ "challenge.fault", FACT_STRING, SOURCE_ATTEMPT,
	    "what is wrong with the proxy's token", NULL, "nothing",
	    .compute = challenge_fault },
};
/* clang-format on */

const size_t facts_of_token_count =
    sizeof(facts_of_token) / sizeof(facts_of_token[0]);
