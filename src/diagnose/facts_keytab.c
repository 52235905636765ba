/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keys of --keytab tell of a ticket; without them, nobody knows. */
#include "diagnose/lookback.h"

#define SEE_KEYTAB "run again with --keytab and the proxy's keytab"

static struct value
not_seen(const struct subject *s)
{
	return s->attempt->capture_complete ? value_absent()
	                                    : value_unknown();
}

static const char *const opening_values[] = { "yes", "other-entry",
	"no-service", "no-version", "no-type", "wrong-key", NULL };

static struct value
keytab_opens(const struct subject *s, const struct fact *f)
{
	const struct token *t = attempt_ticket(s->attempt);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	return t->opened == NULL ||
	        t->opened->how == OPENING_UNKNOWN
	    ? value_unknown()
	    : value_string(token_opening_name(t->opened->how));
}

static const struct token_opened *
opened(const struct subject *s)
{
	const struct token *t = attempt_ticket(s->attempt);

	return t != NULL && t->opened != NULL && t->opened->how == OPENING_YES
	    ? t->opened
	    : NULL;
}

/* A proxy allows 5 minutes, RFC 4120 3.2.3; it answers at once. */
static struct value
authenticator_skew(const struct subject *s, const struct fact *f)
{
	const struct token_opened *o = opened(s);
	int64_t ns;

	(void)f;
	if (o == NULL || o->ctime == WHEN_NONE)
		return value_unknown();
	ns = when_between(s->attempt->end, o->ctime);
	return value_duration(ns < 0 ? -ns : ns);
}

static struct value
ticket_ended(const struct subject *s, const struct fact *f)
{
	const struct token_opened *o = opened(s);

	(void)f;
	if (o == NULL || o->end == WHEN_NONE)
		return value_unknown();
	return value_bool(o->end < s->attempt->end);
}

/* A ticket that the proxy took, and the keytab does not open. */
static bool
taken_shut(const struct event *e, const struct event *o)
{
	const struct token *t = attempt_ticket(o->attempt);

	return lookback_same_proxy(e, o) && t != NULL && t->opened != NULL &&
	    t->opened->how > OPENING_OTHER &&
	    t->opened->how < OPENING_UNKNOWN;
}

static struct value
not_the_keytab(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->event == NULL
	    ? value_absent()
	    : value_bool(lookback_near_ok(s, KIN_PROXY, taken_shut) != NULL);
}

/* Why it does not open the ticket, after "the keytab that was given". */
static struct value
keytab_words(const struct subject *s, const struct fact *f)
{
	static const char *const words[] = {
		[OPENING_YES] = "opens it",
		[OPENING_OTHER] = "opens it with a key under another name or "
				  "version only",
		[OPENING_NO_SERVICE] = "has no key for that name",
		[OPENING_NO_VERSION] = "has no key of its version",
		[OPENING_NO_TYPE] = "has no key of its encryption type",
		[OPENING_WRONG_KEY] = "has another key under that name and "
				      "version",
	};
	const struct token *t = attempt_ticket(s->attempt);

	(void)f;
	if (t == NULL)
		return not_seen(s);
	return t->opened == NULL || t->opened->how == OPENING_UNKNOWN
	    ? value_unknown()
	    : value_string(words[t->opened->how]);
}

/* clang-format off */
const struct fact facts_of_keytab[] = {
	{ "kerberos.keytab", FACT_STRING, SOURCE_ATTEMPT,
	    "does a key of --keytab open the ticket",
	    SEE_KEYTAB, NULL,
	    .compute = keytab_opens, .values = opening_values },
	{ "kerberos.keytab_words", FACT_STRING, SOURCE_ATTEMPT,
	    "what the keytab does with the ticket, in words",
	    SEE_KEYTAB, NULL, .compute = keytab_words },
	{ "kerberos.authenticator_skew", FACT_DURATION, SOURCE_ATTEMPT,
	    "the client's clock in the ticket message against the capture's",
	    SEE_KEYTAB, NULL, .compute = authenticator_skew },
	{ "kerberos.ticket_ended", FACT_BOOL, SOURCE_ATTEMPT,
	    "the ticket had ended when it was sent",
	    SEE_KEYTAB, NULL, .compute = ticket_ended },
	{ "proxy.keytab_is_another", FACT_BOOL, SOURCE_HISTORY,
	    "the proxy takes tickets that --keytab does not open",
	    NULL, NULL, .compute = not_the_keytab },
};
/* clang-format on */

const size_t facts_of_keytab_count =
    sizeof(facts_of_keytab) / sizeof(facts_of_keytab[0]);
