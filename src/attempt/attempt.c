/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/attempt.h"

#include "base/names.h"

static const struct name outcomes[] = {
	{ OUTCOME_AUTHENTICATED, "authenticated" },
	{ OUTCOME_REJECTED, "rejected" },
	{ OUTCOME_ABANDONED, "abandoned" },
	{ OUTCOME_BROKEN, "broken" },
	{ OUTCOME_INCOMPLETE, "incomplete" },
	{ 0, NULL },
};

static const struct name step_names[] = {
	{ STEP_REQUEST, "request" },
	{ STEP_OFFER, "offer" },
	{ STEP_NEGOTIATE, "negotiate" },
	{ STEP_CHALLENGE, "challenge" },
	{ STEP_AUTHENTICATE, "authenticate" },
	{ STEP_TICKET, "ticket" },
	{ STEP_CREDENTIALS, "credentials" },
	{ STEP_AUTHENTICATED, "authenticated" },
	{ STEP_REJECTED, "rejected" },
	{ STEP_CLOSED, "closed" },
	{ 0, NULL },
};

static const struct name causes[] = {
	{ CAUSE_NO_CREDENTIALS, "no-credentials" },
	{ CAUSE_SCHEME_MISMATCH, "scheme-mismatch" },
	{ CAUSE_CREDENTIALS_REJECTED, "credentials-rejected" },
	{ CAUSE_CREDENTIALS_EXPIRED, "credentials-expired" },
	{ CAUSE_STALE_CACHED_CREDENTIALS, "stale-cached-credentials" },
	{ CAUSE_ACCOUNT_LOCKED, "account-locked" },
	{ CAUSE_CONNECTION_NOT_KEPT, "connection-not-kept" },
	{ CAUSE_HANDSHAKE_SPLIT, "handshake-split" },
	{ CAUSE_CLOCK_SKEW, "clock-skew" },
	{ CAUSE_KERBEROS_NO_TICKET, "kerberos-no-ticket" },
	{ CAUSE_KERBEROS_WRONG_KEY, "kerberos-wrong-key" },
	{ CAUSE_TICKET_EXPIRED, "ticket-expired" },
	{ CAUSE_NTLM_VERSION_REFUSED, "ntlm-version-refused" },
	{ CAUSE_ANONYMOUS_LOGON, "anonymous-logon" },
	{ CAUSE_DIGEST_STALE_NONCE, "digest-stale-nonce" },
	{ CAUSE_DIGEST_MISMATCH, "digest-mismatch" },
	{ CAUSE_TOKEN_EXPIRED, "token-expired" },
	{ CAUSE_TOKEN_REJECTED, "token-rejected" },
	{ CAUSE_POLICY_CHANGE, "policy-change" },
	{ CAUSE_CHALLENGE_MISSING, "challenge-missing" },
	{ CAUSE_WRONG_HEADER, "wrong-header" },
	{ CAUSE_MALFORMED_TOKEN, "malformed-token" },
	{ CAUSE_RETRY_LOOP, "retry-loop" },
	{ CAUSE_AUTH_BACKEND_DOWN, "auth-backend-down" },
	{ CAUSE_PROXY_UNREACHABLE, "proxy-unreachable" },
	{ CAUSE_PAC_MISDIRECT, "pac-misdirect" },
	{ CAUSE_TLS_TO_PROXY, "tls-to-proxy" },
	{ CAUSE_UPSTREAM_PROXY, "upstream-proxy" },
	{ CAUSE_OTHER, "other" },
	{ 0, NULL },
};

static const struct name schemes[] = {
	{ ATTEMPT_NONE, "none" },
	{ ATTEMPT_BASIC, "Basic" },
	{ ATTEMPT_DIGEST, "Digest" },
	{ ATTEMPT_BEARER, "Bearer" },
	{ ATTEMPT_NTLM, "NTLM" },
	{ ATTEMPT_NEGOTIATE_KERBEROS, "Negotiate/Kerberos" },
	{ ATTEMPT_NEGOTIATE_NTLM, "Negotiate/NTLM" },
	{ ATTEMPT_OTHER, "other" },
	{ 0, NULL },
};

static const struct name leg_notes[] = {
	{ NOTE_FIN, "FIN" },
	{ NOTE_RST, "RST" },
	{ 0, NULL },
};

const char *
leg_note_name(enum leg_note n)
{
	return names_of(leg_notes, n, NULL);
}

enum leg_note
leg_note_of(struct span name)
{
	uint64_t value;

	return names_value(leg_notes, name, &value) ? (enum leg_note)value
	                                            : NOTE_NONE;
}

const char *
outcome_name(enum outcome o)
{
	return names_of(outcomes, o, "open");
}

const char *
step_name(enum step s)
{
	return names_of(step_names, s, NULL);
}

const char *
cause_name(enum cause c)
{
	return names_of(causes, c, NULL);
}

bool
cause_of(struct span name, enum cause *out)
{
	uint64_t value;

	if (!names_value(causes, name, &value))
		return false;
	*out = (enum cause)value;
	return true;
}

const char *
attempt_scheme_name(enum attempt_scheme s)
{
	return names_of(schemes, s, "other");
}

when_ns
attempt_time_of(const struct attempt *a, enum step step)
{
	for (unsigned i = a->n_legs; i > 0; i--)
		if (a->legs[i - 1].step == step)
			return a->legs[i - 1].time;
	return WHEN_NONE;
}

const struct token *
attempt_ticket(const struct attempt *a)
{
	if (a->credentials != NULL && a->credentials->kind == TOKEN_AP_REQ)
		return a->credentials;
	if (a->negotiate != NULL && a->negotiate->kind == TOKEN_AP_REQ)
		return a->negotiate;
	return NULL;
}

bool
attempt_is_accepted(const struct attempt *a)
{
	return a->verdict != NULL && a->verdict->scheme == SCHEME_NEGOTIATE &&
	    a->verdict->neg_state == NEG_ACCEPT_COMPLETED;
}

unsigned
attempt_refusals(const struct attempt *a)
{
	unsigned n = a->responses_407;

	/* Only of these may one attempt have many requests that failed. */
	if (a->scheme != ATTEMPT_NONE && a->scheme != ATTEMPT_BASIC &&
	    a->scheme != ATTEMPT_DIGEST && a->scheme != ATTEMPT_BEARER)
		return 1;
	for (unsigned i = 0; i < a->n_legs; i++)
		n -= a->scheme != ATTEMPT_NONE && n > 0 &&
		    (a->legs[i].step == STEP_OFFER ||
		        a->legs[i].step == STEP_CHALLENGE);
	n -= n < a->asked_again ? n : a->asked_again;
	return n > 0 ? n : 1;
}
