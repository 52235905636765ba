/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tokens of Negotiate show. */
#include "diagnose/facts.h"

#define SEE_TOKENS                                                             \
	"capture the whole handshake of this connection, both directions"
#define SEE_REASON                                                             \
	"this proxy keeps the reason for itself; its log tells"

static const char *const state_values[] = { "accept-completed",
	"accept-incomplete", "reject", "request-mic", NULL };

/* A token that was not seen: was it not sent? */
static struct value
not_seen(const struct subject *s)
{
	return s->attempt->capture_complete ? value_absent()
	                                    : value_unknown();
}

/* The last answer is there with all of its head: what is not in it was not
 * sent, whatever else the capture lacks. */
static struct value
not_answered(const struct subject *s)
{
	const struct observed_response *r = s->attempt->response;

	return r != NULL && r->seen && r->status == 407 && !r->head_cut
	    ? value_absent()
	    : not_seen(s);
}

static const struct token *
ticket(const struct subject *s)
{
	return attempt_ticket(s->attempt);
}

static const struct token *
reply(const struct subject *s)
{
	const struct attempt *a = s->attempt;
	const struct token *t = a->verdict != NULL ? a->verdict : a->challenge;

	return t != NULL && t->scheme == SCHEME_NEGOTIATE ? t : NULL;
}

static const struct token *
krb_error(const struct subject *s)
{
	const struct token *t = reply(s);

	return t != NULL && t->kind == TOKEN_KRB_ERROR ? t : NULL;
}

static struct value
has_ticket(const struct subject *s, const struct fact *f)
{
	(void)f;
	return ticket(s) != NULL ? value_bool(true) : not_seen(s);
}

static struct value
ticket_text(const struct subject *s, const struct fact *f)
{
	const struct token *t = ticket(s);

	if (t == NULL)
		return not_seen(s);
	return value_string(*(const char *const *)(const void *)(
	    (const char *)t->kerberos + f->offset));
}

static struct value
ticket_number(const struct subject *s, const struct fact *f)
{
	const struct token *t = ticket(s);

	if (t == NULL)
		return not_seen(s);

	int number = *(const int *)(const void *)(
	    (const char *)t->kerberos + f->offset);

	return number < 0 ? value_absent() : value_number(number);
}

static struct value
etype_name(const struct subject *s, const struct fact *f)
{
	const struct token *t = ticket(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	return value_string(kerberos_etype_name(t->kerberos->ticket_etype));
}

static struct value
error_code(const struct subject *s, const struct fact *f)
{
	const struct token *t = krb_error(s);

	(void)f;
	return t != NULL ? value_number(t->kerberos->error_code)
	                 : not_answered(s);
}

/* KRB_ERR_GENERIC: of what was wrong, no code tells. */
#define ERR_GENERIC 60

static bool
tells_why(const struct token *t)
{
	return t != NULL && t->kerberos->error_code != ERR_GENERIC;
}

static struct value
reason(const struct subject *s, const struct fact *f)
{
	const struct token *t = krb_error(s);

	(void)f;
	if (tells_why(t))
		return value_number(t->kerberos->error_code);
	return t != NULL ? value_absent() : not_answered(s);
}

static struct value
error_name(const struct subject *s, const struct fact *f)
{
	const struct token *t = krb_error(s);

	(void)f;
	return t != NULL
	    ? value_string(kerberos_error_name(t->kerberos->error_code))
	    : not_answered(s);
}

/* The proxy's word that it took the ticket: a rule refused the rest. */
static bool
took_it(const struct subject *s)
{
	const struct token *t = reply(s);

	return s->attempt->outcome == OUTCOME_AUTHENTICATED ||
	    s->attempt->after_accepted ||
	    (t != NULL && t->neg_state == NEG_ACCEPT_COMPLETED);
}

/*
 * Of a refusal without an error that says why, the reason is not in the
 * capture: other than above, that is unknown and not absent.
 */
static struct value
refused_for(const struct subject *s, const struct fact *f)
{
	const struct token *t = krb_error(s);

	(void)f;
	if (tells_why(t))
		return value_number(t->kerberos->error_code);
	return took_it(s) ? value_absent() : value_unknown();
}

static struct value
error_text(const struct subject *s, const struct fact *f)
{
	const struct token *t = krb_error(s);

	(void)f;
	return t != NULL ? value_string(t->kerberos->e_text)
	                 : not_answered(s);
}

/* stime of the error: the clock of the proxy. */
static struct value
proxy_skew(const struct subject *s, const struct fact *f)
{
	const struct token *t = krb_error(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	if (t->kerberos->stime == WHEN_NONE)
		return value_absent();

	int64_t ns = when_between(s->attempt->end, t->kerberos->stime);

	return value_duration(ns < 0 ? -ns : ns);
}

static struct value
neg_state(const struct subject *s, const struct fact *f)
{
	const struct token *t = reply(s);

	(void)f;
	if (t == NULL)
		return not_answered(s);
	if (t->neg_state < NEG_ACCEPT_COMPLETED ||
	    t->neg_state > NEG_REQUEST_MIC)
		return value_absent();
	return value_string(state_values[t->neg_state]);
}

static struct value
has_reply(const struct subject *s, const struct fact *f)
{
	(void)f;
	return reply(s) != NULL ? value_bool(true) : not_seen(s);
}

static const struct token *
negotiate_token(const struct subject *s)
{
	const struct attempt *a = s->attempt;

	return a->negotiate != NULL ? a->negotiate : a->credentials;
}

static struct value
mech(const struct subject *s, const struct fact *f)
{
	const struct token *t = negotiate_token(s);

	if (t == NULL)
		return not_seen(s);
	return value_string(f->offset == 0 ? t->mech : t->mechs);
}

static struct value
negoex(const struct subject *s, const struct fact *f)
{
	const struct token *t = negotiate_token(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	return value_bool(t->kind == TOKEN_NEGOEX ||
	    (t->mech != NULL && strcmp(t->mech, "negoex") == 0));
}

#define KERBEROS(field) .offset = offsetof(struct token_kerberos, field)

/* clang-format off */
const struct fact facts_of_negotiate[] = {
	{ "kerberos.ticket", FACT_BOOL, SOURCE_ATTEMPT,
	    "the client sent a Kerberos ticket", SEE_TOKENS, NULL,
	    .compute = has_ticket },
	{ "kerberos.service", FACT_STRING, SOURCE_ATTEMPT,
	    "the service that the ticket is for", SEE_TOKENS,
	    "an unnamed service", .compute = ticket_text, KERBEROS(service) },
	{ "kerberos.realm", FACT_STRING, SOURCE_ATTEMPT,
	    "the realm of the ticket", SEE_TOKENS, "an unnamed realm",
	    .compute = ticket_text, KERBEROS(realm) },
	{ "kerberos.etype", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the encryption type of the ticket, as a number", SEE_TOKENS,
	    NULL, .compute = ticket_number, KERBEROS(ticket_etype) },
	{ "kerberos.etype_name", FACT_STRING, SOURCE_ATTEMPT,
	    "the encryption type of the ticket", SEE_TOKENS,
	    "an unknown encryption type", .compute = etype_name },
	{ "kerberos.kvno", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the key version of the ticket", SEE_TOKENS, "none",
	    .compute = ticket_number, KERBEROS(kvno) },
	{ "kerberos.error", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the code of the KRB-ERROR in the 407", SEE_TOKENS, "none",
	    .compute = error_code },
	{ "kerberos.reason", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the code of the KRB-ERROR in the 407, if it says why: any but "
	    "KRB_ERR_GENERIC", SEE_TOKENS, "none", .compute = reason },
	{ "kerberos.refused_for", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the error for which the proxy refused the ticket", SEE_REASON,
	    "none", .compute = refused_for },
	{ "kerberos.error_name", FACT_STRING, SOURCE_ATTEMPT,
	    "the name of the KRB-ERROR in the 407", SEE_TOKENS, "none",
	    .compute = error_name },
	{ "kerberos.error_text", FACT_STRING, SOURCE_ATTEMPT,
	    "the text of the KRB-ERROR in the 407", SEE_TOKENS, "none",
	    .compute = error_text },
	{ "kerberos.proxy_skew", FACT_DURATION, SOURCE_ATTEMPT,
	    "how far the proxy's clock (stime of the KRB-ERROR) is from the "
	    "capture's", SEE_TOKENS, NULL, .compute = proxy_skew },
	{ "negotiate.state", FACT_STRING, SOURCE_ATTEMPT,
	    "the negState of the proxy's last token", SEE_TOKENS, "none",
	    .compute = neg_state, .values = state_values },
	{ "negotiate.reply", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy answered with a Negotiate token", SEE_TOKENS, NULL,
	    .compute = has_reply },
	{ "negotiate.mech", FACT_STRING, SOURCE_ATTEMPT,
	    "the mechanism that the client chose", SEE_TOKENS, "none",
	    .compute = mech, .offset = 0 },
	{ "negotiate.mechs", FACT_STRING, SOURCE_ATTEMPT,
	    "the mechanisms that the client named", SEE_TOKENS, "none",
	    .compute = mech, .offset = 1 },
	{ "negotiate.negoex", FACT_BOOL, SOURCE_ATTEMPT,
	    "the client began with NEGOEX", SEE_TOKENS, NULL,
	    .compute = negoex },
};
/* clang-format on */

const size_t facts_of_negotiate_count =
    sizeof(facts_of_negotiate) / sizeof(facts_of_negotiate[0]);
