/* SPDX-License-Identifier: BSD-2-Clause */
/* What the attempt as a whole shows: its steps and its end. */
#include "diagnose/facts.h"

#define BOTH_DIRECTIONS                                                        \
	"capture both directions of this connection, from its first packet"
#define FIRST_PACKET "start the capture before the client connects"

static const char *const scheme_values[] = { "none", "Basic", "Digest",
	"Bearer", "NTLM", "Negotiate/Kerberos", "Negotiate/NTLM", "other",
	NULL };
static const char *const outcome_values[] = { "authenticated", "rejected",
	"abandoned", "broken", "incomplete", NULL };
static const char *const step_values[] = { "offer", "negotiate", "challenge",
	"authenticate", "ticket", "credentials", NULL };
static const char *const closed_values[] = { "nobody", "client", "proxy",
	"idle", NULL };

static struct value
flag(const struct subject *s, const struct fact *f)
{
	return value_bool(
	    *(const bool *)((const char *)s->attempt + f->offset));
}

static struct value
count(const struct subject *s, const struct fact *f)
{
	return value_number(*(const unsigned *)(const void *)(
	    (const char *)s->attempt + f->offset));
}

static struct value
text(const struct subject *s, const struct fact *f)
{
	return value_string(*(const char *const *)(const void *)(
	    (const char *)s->attempt + f->offset));
}

/* A time that is -1 where it is not known. */
static struct value
wait(const struct subject *s, const struct fact *f)
{
	int64_t ns = *(const int64_t *)(const void *)(
	    (const char *)s->attempt + f->offset);

	return ns < 0 ? value_absent() : value_duration(ns);
}

static struct value
scheme(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_string(attempt_scheme_name(s->attempt->scheme));
}

static struct value
outcome(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_string(outcome_name(s->attempt->outcome));
}

static struct value
broke_at(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_string(step_name(s->attempt->broke_at));
}

static struct value
failed(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_bool(attempt_failed(s->attempt));
}

void
facts_full_user(struct text *t, const struct attempt *a)
{
	/* A name that was sent as user@realm is shown so again. */
	if (a->domain != NULL && a->domain[0] != '\0' &&
	    strchr(a->domain, '.') != NULL)
		text_fmt(t, "%s@%s", a->user, a->domain);
	else if (a->domain != NULL && a->domain[0] != '\0')
		text_fmt(t, "%s\\%s", a->domain, a->user);
	else
		text_str(t, a->user);
}

static struct value
full_user(const struct subject *s, const struct fact *f)
{
	struct text t = { .limit = 300 };

	(void)f;
	if (s->attempt->user == NULL)
		return value_absent();
	facts_full_user(&t, s->attempt);
	return value_text(s, &t);
}

static struct value
open_for(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	return a->closed == 0 || a->closed < a->end
	    ? value_unknown()
	    : value_duration(a->closed - a->end);
}

static struct value
length(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_duration(s->attempt->end - s->attempt->start);
}

static struct value
closed_by(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_string(closed_values[s->attempt->closed_by]);
}

static struct value
scheme_names(const struct subject *s, const struct token *tokens, size_t n)
{
	const char **names = arena_new(s->arena, (n + 1) * sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = tokens[i].scheme == SCHEME_OTHER &&
		        tokens[i].scheme_name != NULL
		    ? tokens[i].scheme_name
		    : scheme_name(tokens[i].scheme);
	return value_list(names, n);
}

static struct value
offers(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	if (!a->offer_seen)
		return a->preemptive || a->capture_complete ? value_absent()
		                                           : value_unknown();
	return scheme_names(s, a->offers, a->n_offers);
}

static struct value
last_offers(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	return a->responses_407 == 0
	    ? value_absent()
	    : scheme_names(s, a->last_offers, a->n_last_offers);
}

static struct value
first_offer(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt->n_offers == 0
	    ? value_absent()
	    : value_string(scheme_name(s->attempt->offers[0].scheme));
}

static bool
offered(const struct token *tokens, size_t n, const struct token *sent)
{
	for (size_t i = 0; i < n; i++)
		if (tokens[i].scheme == sent->scheme)
			return true;
	return false;
}

/* The scheme that was used, against all that this proxy said in it. */
static struct value
scheme_offered(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	if (a->credentials == NULL)
		return value_absent();
	if (offered(a->offers, a->n_offers, a->credentials) ||
	    offered(a->last_offers, a->n_last_offers, a->credentials))
		return value_bool(true);
	if (a->offers_cut)
		return value_unknown();
	if (a->n_offers == 0 && a->n_last_offers == 0)
		return a->responses_407 > 0 ? value_absent()
		                           : value_unknown();
	return value_bool(false);
}

/* All that came after the first token is there, and before it is no challenge;
 * nor is there one for Basic and the like, that log each request in. */
static bool
has_room_for_challenge(const struct attempt *a)
{
	bool begun = a->negotiate != NULL || a->scheme == ATTEMPT_BASIC ||
	    a->scheme == ATTEMPT_DIGEST || a->scheme == ATTEMPT_BEARER;

	return !a->capture_complete &&
	    (a->missing_bytes > 0 || a->directions < 2 || !begun);
}

static struct value
challenge_seen(const struct subject *s, const struct fact *f)
{
	const struct token *last = s->attempt->challenge;

	(void)f;
	/* A SPNEGO reject comes where a challenge would (RFC 4178 4.2.2). */
	if (last != NULL && last->neg_state == NEG_REJECT)
		return value_bool(
		    attempt_time_of(s->attempt, STEP_CHALLENGE) != WHEN_NONE);
	if (last != NULL)
		return value_bool(true);
	return has_room_for_challenge(s->attempt) ? value_unknown()
	                                          : value_bool(false);
}

static struct value
last_407_challenges(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	for (size_t i = 0; i < a->n_last_offers; i++)
		if (a->last_offers[i].kind == TOKEN_NTLM_CHALLENGE)
			return value_bool(true);
	return value_bool(false);
}

static struct value
finished_before(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;

	(void)f;
	return a->after_challenge || a->connection.began
	    ? value_bool(a->after_challenge)
	    : value_unknown();
}

/* When the client sent its last credentials it had been closed. */
static struct value
late(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	bool closed = false, too_late = false;

	(void)f;
	for (unsigned i = 0; i < a->n_legs; i++) {
		const struct leg *leg = &a->legs[i];

		if (leg->stream != a->connection.stream)
			continue;
		if (leg->step == STEP_CLOSED)
			closed |= !leg->from_client;
		else if (leg->from_client)
			too_late = closed;
	}
	return value_bool(too_late);
}

static struct value
grammar_bad(const struct subject *s, const struct fact *f)
{
	(void)f;
	return value_bool(s->attempt->grammar.kind != FAULT_NONE);
}

#define ATTEMPT(field) .offset = offsetof(struct attempt, field)

/* clang-format off */
const struct fact facts_of_attempt[] = {
	{ "attempt.scheme", FACT_STRING, SOURCE_ATTEMPT,
	    "the scheme that the client used", NULL, "no scheme",
	    .compute = scheme, .values = scheme_values },
	{ "attempt.outcome", FACT_STRING, SOURCE_ATTEMPT,
	    "how it ended", NULL, NULL,
	    .compute = outcome, .values = outcome_values },
	{ "attempt.broke_at", FACT_STRING, SOURCE_ATTEMPT,
	    "the step at which it broke", NULL, "no step",
	    .compute = broke_at, .values = step_values },
	{ "attempt.failed", FACT_BOOL, SOURCE_ATTEMPT,
	    "rejected, abandoned or broken", NULL, NULL, .compute = failed },
	{ "attempt.method", FACT_STRING, SOURCE_ATTEMPT,
	    "the method of the request", BOTH_DIRECTIONS, "request",
	    .compute = text, ATTEMPT(method) },
	{ "attempt.target", FACT_STRING, SOURCE_ATTEMPT,
	    "what was asked for", BOTH_DIRECTIONS, "(target not seen)",
	    .compute = text, ATTEMPT(target) },
	{ "attempt.host", FACT_STRING, SOURCE_ATTEMPT,
	    "host and port that were asked for", BOTH_DIRECTIONS,
	    "(host not seen)", .compute = text, ATTEMPT(authority) },
	{ "attempt.agent", FACT_STRING, SOURCE_ATTEMPT,
	    "the User-Agent of the client", BOTH_DIRECTIONS,
	    "a program that does not name itself",
	    .compute = text, ATTEMPT(user_agent) },
	{ "attempt.user", FACT_STRING, SOURCE_ATTEMPT,
	    "the user name without its domain", BOTH_DIRECTIONS,
	    "an unnamed user", .compute = text, ATTEMPT(user) },
	{ "attempt.domain", FACT_STRING, SOURCE_ATTEMPT,
	    "the domain or realm of the user, as sent", BOTH_DIRECTIONS,
	    "no domain", .compute = text, ATTEMPT(domain) },
	{ "attempt.full_user", FACT_STRING, SOURCE_ATTEMPT,
	    "user and domain, as sent", BOTH_DIRECTIONS, "an unnamed user",
	    .compute = full_user },
	{ "attempt.offers", FACT_LIST, SOURCE_ATTEMPT,
	    "the schemes that the proxy offered before any credentials",
	    FIRST_PACKET, "nothing", .compute = offers },
	{ "attempt.first_offer", FACT_STRING, SOURCE_ATTEMPT,
	    "the scheme that was offered first", FIRST_PACKET, NULL,
	    .compute = first_offer },
	{ "attempt.last_offers", FACT_LIST, SOURCE_ATTEMPT,
	    "the schemes named in the last 407", NULL, "nothing",
	    .compute = last_offers },
	{ "attempt.scheme_offered", FACT_BOOL, SOURCE_ATTEMPT,
	    "the scheme that the client used was offered", BOTH_DIRECTIONS,
	    NULL, .compute = scheme_offered },
	{ "attempt.status", FACT_NUMBER, SOURCE_ATTEMPT,
	    "the status of the last response", NULL, "no status",
	    .compute = count, ATTEMPT(status) },
	{ "attempt.requests", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many requests belong to it", NULL, NULL,
	    .compute = count, ATTEMPT(requests) },
	{ "attempt.responses_407", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many 407 responses it got", NULL, NULL,
	    .compute = count, ATTEMPT(responses_407) },
	{ "attempt.connections", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many connections it used", NULL, NULL,
	    .compute = count, ATTEMPT(connections) },
	{ "attempt.spare", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many spare connections were asked besides", NULL, NULL,
	    .compute = count, ATTEMPT(spare) },
	{ "attempt.credentials_sent", FACT_NUMBER, SOURCE_ATTEMPT,
	    "how many requests carried credentials", NULL, NULL,
	    .compute = count, ATTEMPT(credentials_sent) },
	{ "attempt.preemptive", FACT_BOOL, SOURCE_ATTEMPT,
	    "credentials came before any offer", NULL, NULL,
	    .compute = flag, ATTEMPT(preemptive) },
	{ "attempt.unproven", FACT_BOOL, SOURCE_ATTEMPT,
	    "what got an answer other than 407 was a type 1 alone, or a "
	    "password that was not asked for got a 403 or 431: nobody need "
	    "have looked at it", NULL, NULL,
	    .compute = flag, ATTEMPT(unproven) },
	{ "attempt.after_failure", FACT_BOOL, SOURCE_ATTEMPT,
	    "an earlier handshake on this connection had been refused",
	    NULL, NULL, .compute = flag, ATTEMPT(after_failure) },
	{ "connection.talked_on", FACT_BOOL, SOURCE_ATTEMPT,
	    "after the last exchange more went over the connection, which "
	    "was no HTTP, or was not answered", NULL, NULL,
	    .compute = flag, ATTEMPT(talked_on) },
	{ "connection.accepted_before", FACT_BOOL, SOURCE_ATTEMPT,
	    "an earlier handshake on this connection was refused by a rule: "
	    "the token in its 407 says that the login was accepted",
	    NULL, NULL, .compute = flag, ATTEMPT(after_accepted) },
	{ "connection.finished_before", FACT_BOOL, SOURCE_ATTEMPT,
	    "an earlier handshake on this connection got a challenge, or had "
	    "a ticket", "capture from the start of this connection", NULL,
	    .compute = finished_before },
	{ "attempt.after_success", FACT_BOOL, SOURCE_ATTEMPT,
	    "this connection had been authenticated before", NULL, NULL,
	    .compute = flag, ATTEMPT(after_success) },
	{ "attempt.restarted", FACT_BOOL, SOURCE_ATTEMPT,
	    "the client began again instead of answering the challenge",
	    NULL, NULL, .compute = flag, ATTEMPT(restarted) },
	{ "attempt.split", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 came on another connection than its type 2",
	    NULL, NULL, .compute = flag, ATTEMPT(split) },
	{ "attempt.old_challenge", FACT_BOOL, SOURCE_ATTEMPT,
	    "the type 3 answers an earlier type 2", NULL, NULL,
	    .compute = flag, ATTEMPT(old_challenge) },
	{ "attempt.replayed", FACT_BOOL, SOURCE_ATTEMPT,
	    "the same token bytes had been sent before", NULL, NULL,
	    .compute = flag, ATTEMPT(replayed) },
	{ "attempt.interleaved", FACT_BOOL, SOURCE_ATTEMPT,
	    "another request came between type 2 and type 3", NULL, NULL,
	    .compute = flag, ATTEMPT(interleaved) },
	{ "attempt.late", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy had closed the connection when the client sent its "
	    "last message", NULL, NULL, .compute = late },
	{ "attempt.answer_time", FACT_DURATION, SOURCE_ATTEMPT,
	    "from the offer to the first credentials", FIRST_PACKET, NULL,
	    .compute = wait, ATTEMPT(answer_ns) },
	{ "attempt.verdict_time", FACT_DURATION, SOURCE_ATTEMPT,
	    "from the last credentials to the verdict", BOTH_DIRECTIONS,
	    NULL, .compute = wait, ATTEMPT(verdict_ns) },
	{ "attempt.in_vain", FACT_DURATION, SOURCE_ATTEMPT,
	    "how long its last request, with credentials, waited for an "
	    "answer that did not come", BOTH_DIRECTIONS, NULL,
	    .compute = wait, ATTEMPT(in_vain_ns) },
	{ "attempt.open_for", FACT_DURATION, SOURCE_ATTEMPT,
	    "from its last message to the end of its connection",
	    "go on capturing until the connection ends", NULL,
	    .compute = open_for },
	{ "attempt.length", FACT_DURATION, SOURCE_ATTEMPT,
	    "from its first frame to its last", NULL, NULL, .compute = length },
	{ "attempt.closed_by", FACT_STRING, SOURCE_ATTEMPT,
	    "who closed the connection", NULL, NULL,
	    .compute = closed_by, .values = closed_values },
	{ "attempt.closed_reset", FACT_BOOL, SOURCE_ATTEMPT,
	    "the connection was reset (RST)", NULL, NULL,
	    .compute = flag, ATTEMPT(closed_reset) },
	{ "attempt.closed_announced", FACT_BOOL, SOURCE_ATTEMPT,
	    "the response announced that the connection ends", NULL, NULL,
	    .compute = flag, ATTEMPT(closed_announced) },
	{ "attempt.challenged", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy sent a token to be answered", BOTH_DIRECTIONS, NULL,
	    .compute = challenge_seen },
	{ "attempt.last_407_bare", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last 407 names the scheme without a token", NULL, NULL,
	    .compute = flag, ATTEMPT(last_407_bare) },
	{ "attempt.last_407_challenges", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last 407 has a type 2", NULL, NULL,
	    .compute = last_407_challenges },
	{ "attempt.last_407_empty", FACT_BOOL, SOURCE_ATTEMPT,
	    "the last 407 has no Proxy-Authenticate field", NULL, NULL,
	    .compute = flag, ATTEMPT(last_407_empty) },
	{ "attempt.www_authenticate", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy's refusal has a WWW-Authenticate field", NULL, NULL,
	    .compute = flag, ATTEMPT(www_authenticate) },
	{ "attempt.said_401", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy itself answered 401 instead of 407", NULL, NULL,
	    .compute = flag, ATTEMPT(said_401) },
	{ "attempt.offer_malformed", FACT_BOOL, SOURCE_ATTEMPT,
	    "a Proxy-Authenticate field breaks the grammar", NULL, NULL,
	    .compute = grammar_bad },
	{ "attempt.via_client", FACT_STRING, SOURCE_ATTEMPT,
	    "the Via field of the request: a proxy in front of this one",
	    BOTH_DIRECTIONS, "none", .compute = text, ATTEMPT(via_client) },
};
/* clang-format on */

const size_t facts_of_attempt_count =
    sizeof(facts_of_attempt) / sizeof(facts_of_attempt[0]);
