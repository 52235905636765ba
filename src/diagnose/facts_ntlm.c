/* SPDX-License-Identifier: BSD-2-Clause */
/* What the messages of NTLM show. */
#include "diagnose/facts.h"

#define SEE_TOKENS                                                             \
	"capture the whole handshake of this connection, both directions"

/* [MS-NLMP] 2.2.2.5 */
enum {
	NTLM_UNICODE = 0x00000001,
	NTLM_REQUEST_TARGET = 0x00000004,
	NTLM_TARGET_INFO = 0x00800000,
};

static const char *const version_values[] = { "LM", "NTLMv1",
	"NTLMv1 (NTLM2 session)", "NTLMv2", "anonymous", NULL };
static const char *const clock_values[] = { "ahead", "behind", NULL };

/* A token that was not seen: was it not sent? */
static struct value
not_seen(const struct subject *s)
{
	return s->attempt->capture_complete ? value_absent()
	                                    : value_unknown();
}

static bool
is_ntlm(const struct token *t, enum token_kind kind)
{
	return t != NULL && t->kind == kind;
}

static const struct token *
type1(const struct subject *s)
{
	const struct token *t = s->attempt->negotiate;

	return is_ntlm(t, TOKEN_NTLM_NEGOTIATE) ? t : NULL;
}

static const struct token *
type2(const struct subject *s)
{
	const struct token *t = s->attempt->challenge;

	return is_ntlm(t, TOKEN_NTLM_CHALLENGE) ? t : NULL;
}

static const struct token *
type3(const struct subject *s)
{
	const struct token *t = s->attempt->authenticate;

	return is_ntlm(t, TOKEN_NTLM_AUTHENTICATE) ? t : NULL;
}

static bool
same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL &&
	    span_eq_nocase(span_of_str(a), span_of_str(b));
}

static when_ns
time_of_step(const struct attempt *a, enum step step)
{
	when_ns time = a->end;

	for (unsigned i = 0; i < a->n_legs; i++)
		if (a->legs[i].step == step)
			time = a->legs[i].time;
	return time;
}

static struct value
type3_text(const struct subject *s, const struct fact *f)
{
	const struct token *t = type3(s);

	if (t == NULL)
		return not_seen(s);

	const char *text = *(const char *const *)(const void *)(
	    (const char *)t->ntlm + f->offset);

	return value_string(text != NULL ? text : "");
}

static struct value
type3_flag(const struct subject *s, const struct fact *f)
{
	const struct token *t = type3(s);

	if (t == NULL)
		return not_seen(s);
	return value_bool(*(const bool *)((const char *)t->ntlm + f->offset));
}

/*
 * Old clients put fixed flags into the type 3: if its names are as the type 2
 * wants them, the proxy reads them all the same.
 */
static struct value
charset_mismatch(const struct subject *s, const struct fact *f)
{
	const struct token *t3 = type3(s), *t2 = type2(s);

	(void)f;
	if (t3 == NULL)
		return not_seen(s);
	if (!t3->ntlm->charset_mismatch || t2 == NULL)
		return value_bool(t3->ntlm->charset_mismatch);
	return value_bool(
	    ((t2->ntlm->flags ^ t3->ntlm->flags) & NTLM_UNICODE) == 0);
}

static struct value
type2_text(const struct subject *s, const struct fact *f)
{
	const struct token *t = type2(s);

	if (t == NULL)
		return not_seen(s);

	const char *text = *(const char *const *)(const void *)(
	    (const char *)t->ntlm + f->offset);

	return value_string(text != NULL ? text : "");
}

static struct value
version(const struct subject *s, const struct fact *f)
{
	const struct token *t = type3(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	switch (t->ntlm->version) {
	case NTLM_VERSION_LM:
		return value_string(version_values[0]);
	case NTLM_VERSION_1:
		return value_string(version_values[1]);
	case NTLM_VERSION_1_ESS:
		return value_string(version_values[2]);
	case NTLM_VERSION_2:
		return value_string(version_values[3]);
	case NTLM_VERSION_ANONYMOUS:
		return value_string(version_values[4]);
	case NTLM_VERSION_NONE:
		break;
	}
	return value_absent();
}

/* Not in a directory of the company's own: of the computer, or of a cloud. */
static bool
is_local_domain(const char *domain)
{
	static const char *const local[] = { ".", "WORKGROUP",
		"MicrosoftAccount", "AzureAD", "localhost" };

	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (same_name(domain, local[i]))
			return true;
	return false;
}

static struct value
local_account(const struct subject *s, const struct fact *f)
{
	const struct token *t = type3(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	if (is_local_domain(t->ntlm->domain))
		return value_bool(true);
	return value_bool(t->ntlm->domain != NULL &&
	    t->ntlm->domain[0] != '\0' &&
	    same_name(t->ntlm->domain, t->ntlm->workstation));
}

/* A name that was not taken apart, or not decoded. */
static struct value
user_malformed(const struct subject *s, const struct fact *f)
{
	static const char *const parts[] = { "\\", "/", "%5C", "%40", "\"",
		"%20" };
	const struct token *t = type3(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);

	struct span user = span_of_str(
	    t->ntlm->user != NULL ? t->ntlm->user : "");
	bool bad = user.len > 0 &&
	    (user.at[0] == ' ' || user.at[user.len - 1] == ' ' ||
	        /* The name of a Microsoft account is a mail address. */
	        (span_find(user, '@') < user.len && t->ntlm->domain != NULL &&
	            t->ntlm->domain[0] != '\0' &&
	            !is_local_domain(t->ntlm->domain)));

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		bad |= user.len > 0 &&
		    span_find_nocase(user, span_of_str(parts[i])) < user.len;
	return value_bool(bad);
}

static struct value
domain_differs(const struct subject *s, const struct fact *f)
{
	const struct token *t3 = type3(s), *t2 = type2(s);

	(void)f;
	if (t3 == NULL || t2 == NULL)
		return not_seen(s);

	const struct token_ntlm *c = t2->ntlm;
	const char *domain = t3->ntlm->domain;

	if (domain == NULL || domain[0] == '\0' ||
	    (c->nb_domain == NULL && c->dns_domain == NULL &&
	        c->target == NULL))
		return value_absent();
	return value_bool(!same_name(domain, c->nb_domain) &&
	    !same_name(domain, c->dns_domain) &&
	    !same_name(domain, c->target));
}

/*
 * The client's own clock, if the type 3 shows it.  A client that obeys
 * [MS-NLMP] 3.1.5.1.2 copies the server's time when the type 2 has one: such
 * a time says nothing of the client.
 */
static bool
client_clock(const struct subject *s, int64_t *skew)
{
	const struct token *t3 = type3(s), *t2 = type2(s);

	if (t3 == NULL || t3->ntlm->timestamp == WHEN_NONE)
		return false;
	if (t2 != NULL && t2->ntlm->timestamp == t3->ntlm->timestamp)
		return false;
	if (t2 == NULL && t3->ntlm->av_timestamp == t3->ntlm->timestamp)
		return false;
	*skew = when_between(time_of_step(s->attempt, STEP_AUTHENTICATE),
	    t3->ntlm->timestamp);
	return true;
}

static struct value
skew(const struct subject *s, const struct fact *f)
{
	int64_t ns;

	(void)f;
	if (type3(s) == NULL)
		return not_seen(s);
	if (!client_clock(s, &ns))
		return value_absent();
	return value_duration(ns < 0 ? -ns : ns);
}

static struct value
skew_sign(const struct subject *s, const struct fact *f)
{
	int64_t ns;

	(void)f;
	if (type3(s) == NULL)
		return not_seen(s);
	if (!client_clock(s, &ns))
		return value_absent();
	return value_string(clock_values[ns < 0]);
}

static struct value
server_skew(const struct subject *s, const struct fact *f)
{
	const struct token *t = type2(s);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	if (t->ntlm->timestamp == WHEN_NONE)
		return value_absent();

	int64_t ns = when_between(time_of_step(s->attempt, STEP_CHALLENGE),
	    t->ntlm->timestamp);

	return value_duration(ns < 0 ? -ns : ns);
}

/* The server's clock is in its type 2, or in the Date of its answer. */
static struct value
both_skew(const struct subject *s, const struct fact *f)
{
	const struct token *t3 = type3(s), *t2 = type2(s);
	const struct observed_response *p = s->attempt->response;

	(void)f;
	if (t3 == NULL)
		return not_seen(s);

	when_ns server = t2 != NULL ? t2->ntlm->timestamp : WHEN_NONE;

	if (server == WHEN_NONE && p != NULL)
		server = p->date;
	if (t2 == NULL && server == WHEN_NONE)
		return not_seen(s);
	if (t3->ntlm->timestamp == WHEN_NONE || server == WHEN_NONE)
		return value_absent();

	int64_t ns = when_between(server, t3->ntlm->timestamp);

	return value_duration(ns < 0 ? -ns : ns);
}

static struct value
target_info(const struct subject *s, const struct fact *f)
{
	const struct token *t = type2(s);

	(void)f;
	return t == NULL ? not_seen(s) : value_bool(t->ntlm->has_target_info);
}

static bool
has_changed(const char *sent, const char *given_back)
{
	return sent != NULL && given_back != NULL &&
	    strcmp(sent, given_back) != 0;
}

/*
 * MS-NLMP 3.1.5.1.2: the type 3 gives back the names of the type 2.  Some
 * programs leave names out, none changes them.
 */
static struct value
altered(const struct subject *s, const struct fact *f)
{
	const struct token *t2 = type2(s), *t3 = type3(s);

	(void)f;
	if (t2 == NULL || t3 == NULL || s->attempt->split)
		return not_seen(s);

	const struct token_ntlm *sent = t2->ntlm, *back = t3->ntlm;

	return value_bool(has_changed(sent->nb_computer, back->nb_computer) ||
	    has_changed(sent->nb_domain, back->nb_domain) ||
	    has_changed(sent->dns_computer, back->dns_computer) ||
	    has_changed(sent->dns_domain, back->dns_domain) ||
	    has_changed(sent->dns_tree, back->dns_tree));
}

/* Asked for in type 1, not there in type 2. */
static struct value
target_withheld(const struct subject *s, const struct fact *f)
{
	const struct token *t1 = type1(s), *t2 = type2(s);

	(void)f;
	if (t1 == NULL || t2 == NULL)
		return not_seen(s);
	return value_bool((t1->ntlm->flags & NTLM_REQUEST_TARGET) &&
	    (t2->ntlm->target == NULL || t2->ntlm->target[0] == '\0'));
}

/* The scheme says NTLM, the token inside is SPNEGO. */
static bool
is_mislabelled(const struct token *t)
{
	return t != NULL && t->scheme == SCHEME_NTLM &&
	    (t->wrap == WRAP_SPNEGO || t->kind == TOKEN_SPNEGO);
}

static struct value
label_mismatch(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	const struct token *tokens[] = { a->negotiate, a->challenge,
		a->authenticate, a->verdict };
	bool found = false;

	(void)f;
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		found |= is_mislabelled(tokens[i]);
	for (size_t i = 0; i < a->n_last_offers; i++)
		found |= is_mislabelled(&a->last_offers[i]);
	return value_bool(found);
}

#define NTLM(field) .offset = offsetof(struct token_ntlm, field)

/* clang-format off */
const struct fact facts_of_ntlm[] = {
	{ "ntlm.version", FACT_STRING, SOURCE_ATTEMPT,
	    "the version of the type 3's response", SEE_TOKENS, NULL,
	    .compute = version, .values = version_values },
	{ "ntlm.user", FACT_STRING, SOURCE_ATTEMPT,
	    "the user name in the type 3", SEE_TOKENS, "an empty name",
	    .compute = type3_text, NTLM(user) },
	{ "ntlm.domain", FACT_STRING, SOURCE_ATTEMPT,
	    "the domain in the type 3", SEE_TOKENS, "an empty domain",
	    .compute = type3_text, NTLM(domain) },
	{ "ntlm.workstation", FACT_STRING, SOURCE_ATTEMPT,
	    "the workstation in the type 3", SEE_TOKENS, "none",
	    .compute = type3_text, NTLM(workstation) },
	{ "ntlm.spn", FACT_STRING, SOURCE_ATTEMPT,
	    "the service that the client believes to talk to (AV pair 9)",
	    SEE_TOKENS, "none", .compute = type3_text, NTLM(target_spn) },
	{ "ntlm.anonymous", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 is anonymous: no name and no response", SEE_TOKENS,
	    NULL, .compute = type3_flag, NTLM(anonymous) },
	{ "ntlm.machine_account", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 is from a computer account (its name ends in $)",
	    SEE_TOKENS, NULL, .compute = type3_flag, NTLM(machine_account) },
	{ "ntlm.local_account", FACT_BOOL, SOURCE_ATTEMPT,
	    "the domain in the type 3 is the computer itself", SEE_TOKENS,
	    NULL, .compute = local_account },
	{ "ntlm.user_malformed", FACT_BOOL, SOURCE_ATTEMPT,
	    "the user name in the type 3 still holds a separator, a quote, a "
	    "space or an escape", SEE_TOKENS, NULL, .compute = user_malformed },
	{ "ntlm.charset_mismatch", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3's strings are not in the character set of its flags, "
	    "nor in that of the type 2", SEE_TOKENS, NULL,
	    .compute = charset_mismatch },
	{ "ntlm.has_mic", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 has a message integrity code", SEE_TOKENS, NULL,
	    .compute = type3_flag, NTLM(has_mic) },
	{ "ntlm.channel_bindings", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 is bound to a TLS channel", SEE_TOKENS, NULL,
	    .compute = type3_flag, NTLM(has_channel_bindings) },
	{ "ntlm.domain_differs", FACT_BOOL, SOURCE_ATTEMPT,
	    "the domain in the type 3 is none that the type 2 names",
	    SEE_TOKENS, NULL, .compute = domain_differs },
	{ "ntlm.skew", FACT_DURATION, SOURCE_ATTEMPT,
	    "how far the client's clock is from the capture's, where the "
	    "type 3 shows it", SEE_TOKENS, NULL, .compute = skew },
	{ "ntlm.clock", FACT_STRING, SOURCE_ATTEMPT,
	    "where the client's clock is", SEE_TOKENS, NULL,
	    .compute = skew_sign, .values = clock_values },
	{ "ntlm.server_skew", FACT_DURATION, SOURCE_ATTEMPT,
	    "how far the time in the type 2 is from the capture's clock",
	    SEE_TOKENS, NULL, .compute = server_skew },
	{ "ntlm.skew_between", FACT_DURATION, SOURCE_ATTEMPT,
	    "how far the time in type 3 is from the server's, in its type 2 "
	    "or its Date", SEE_TOKENS, NULL, .compute = both_skew },
	{ "ntlm.target", FACT_STRING, SOURCE_ATTEMPT,
	    "the target name in the type 2", SEE_TOKENS, "none",
	    .compute = type2_text, NTLM(target) },
	{ "ntlm.server", FACT_STRING, SOURCE_ATTEMPT,
	    "the computer that the type 2 names", SEE_TOKENS, "none",
	    .compute = type2_text, NTLM(nb_computer) },
	{ "ntlm.server_domain", FACT_STRING, SOURCE_ATTEMPT,
	    "the domain that the type 2 names", SEE_TOKENS, "none",
	    .compute = type2_text, NTLM(nb_domain) },
	{ "ntlm.target_info", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 2 has the target information that NTLMv2 needs",
	    SEE_TOKENS, NULL, .compute = target_info },
	{ "ntlm.altered", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 answers other names than the type 2 has", SEE_TOKENS,
	    NULL, .compute = altered },
	{ "ntlm.target_withheld", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 1 asks for a target name and the type 2 has none",
	    SEE_TOKENS, NULL, .compute = target_withheld },
	{ "ntlm.label_mismatch", FACT_BOOL, SOURCE_ATTEMPT,
	    "a SPNEGO token is labelled NTLM", NULL, NULL,
	    .compute = label_mismatch },
};
/* clang-format on */

const size_t facts_of_ntlm_count =
    sizeof(facts_of_ntlm) / sizeof(facts_of_ntlm[0]);
