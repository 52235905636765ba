/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other attempts of the same client and the same program show.
 */
#include "diagnose/chain.h"
#include "diagnose/lookback.h"

/* Who is denied tries again, or types a password, this soon. */
#define ASKED_ANEW (60 * WHEN_SECOND)
/* A second try with another scheme comes this soon. */
#define FALLBACK (10 * WHEN_SECOND)

/* Who was refused asks once more this soon, or not at all. */
#define GIVES_UP (10 * WHEN_SECOND)

/* Who got in so shortly before can get in. */
#define SOON        (60 * WHEN_SECOND)
#define FEW_MINUTES (300 * WHEN_SECOND)

static bool
other_program(const struct event *e, const struct event *o)
{
	return lookback_same_client(e, o) &&
	    e->kin[KIN_AGENT] != o->kin[KIN_AGENT];
}

static bool
other_method(const struct event *e, const struct event *o)
{
	const char *a = e->attempt->method, *b = o->attempt->method;

	return lookback_same_proxy(e, o) && a != NULL && b != NULL &&
	    (strcmp(a, "CONNECT") == 0) != (strcmp(b, "CONNECT") == 0);
}

/* One that passes with either kind of method has no such habit. */
static bool
same_method(const struct event *e, const struct event *o)
{
	const char *a = e->attempt->method, *b = o->attempt->method;

	return lookback_same_proxy(e, o) && a != NULL && b != NULL &&
	    (strcmp(a, "CONNECT") == 0) == (strcmp(b, "CONNECT") == 0);
}

static bool
sends_credentials(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) && o->attempt->credentials_sent > 0;
}

static bool
falls_back(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) && o->time - e->time <= FALLBACK &&
	    e->attempt->scheme != o->attempt->scheme;
}

/*
 * Not long before.  One that did not wait to be asked would not have waited
 * this time: it is another run, of which nothing was refused.
 */
static bool
just_refused(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;

	return lookback_same_proxy(e, o) && b->start <= a->start &&
	    when_between(b->end, a->start) <= GIVES_UP && b->offer_seen &&
	    !b->preemptive;
}

static struct value
client_attempts_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_minute(s, KIN_CLIENT, WHICH_ALL);
}

static struct value
client_refusals_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_minute(s, KIN_CLIENT, WHICH_REFUSED);
}

static struct value
client_logins(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_all(s, KIN_CLIENT, WHICH_OK);
}

/* A host that asks its own proxy (on the loopback) need be none for others. */
static struct value
client_is_proxy(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->event == NULL
	    ? value_absent()
	    : value_bool(!address_eq(&s->attempt->connection.client,
	                     &s->attempt->connection.proxy) &&
	          history_client_is_proxy(s->history, s->event));
}

struct sent_on {
	const struct history *history;
	bool found;
};

/* It has another address at its own clients' side. */
static bool
was_sent_on(void *context, const struct event *e)
{
	struct sent_on *x = context;
	struct half outer;

	x->found = e->attempt->credentials != NULL &&
	    chain_readdressed_outer(x->history, e, &outer);
	return !x->found;
}

static struct value
client_passes_on(const struct subject *s, const struct fact *f)
{
	struct sent_on x = { .history = s->history };

	(void)f;
	if (s->event == NULL)
		return value_absent();
	x.found =
	    history_passes_on(s->history, &s->attempt->connection.client);
	if (!x.found)
		history_each_near(s->history, s->event, KIN_CLIENT, WHICH_ALL,
		    INT64_MAX / 4, was_sent_on, &x);
	return value_bool(x.found);
}

static struct value
program_attempts(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_all(s, KIN_PROGRAM, WHICH_ALL);
}

static struct value
program_attempts_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_minute(s, KIN_PROGRAM, WHICH_ALL);
}

static struct value
program_authenticates(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_PROGRAM, WHICH_OK, lookback_same_proxy,
	    value_bool(false));
}

/* When this program got in at this proxy, last before and first after. */
static const struct event *
got_in_before(const struct subject *s)
{
	return history_before(s->history, s->event, KIN_PROGRAM, WHICH_OK,
	    lookback_same_proxy);
}

static const struct event *
got_in_after(const struct subject *s)
{
	return history_after(s->history, s->event, KIN_PROGRAM, WHICH_OK,
	    lookback_same_proxy);
}

/* Until some minutes after it was given up, which may be long after it was
 * asked; or soon before. */
static struct value
program_meanwhile(const struct subject *s, const struct fact *f)
{
	const struct event *before, *after;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;
	before = got_in_before(s);
	after = got_in_after(s);
	return value_bool(
	    (after != NULL && when_between(s->attempt->end,
	        after->attempt->start) <= FEW_MINUTES) ||
	    (before != NULL &&
	        when_between(before->time, s->attempt->start) <= SOON));
}

/* Since what the proxy offers now. */
static struct value
program_authenticates_since(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p =
	    s->event != NULL ? history_proxy(s->history, s->event) : NULL;
	const struct event *ok;

	(void)f;
	if (p == NULL || p->offer_after == NULL)
		return value_absent();
	ok = got_in_after(s);
	if (ok == NULL)
		ok = got_in_before(s);
	return value_bool(ok != NULL &&
	    ok->attempt->start >= p->offer_changed);
}

static struct value
program_tries(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_PROGRAM, WHICH_ALL, sends_credentials,
	    value_bool(false));
}

static struct value
program_just_refused(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_PROGRAM, WHICH_REFUSED, just_refused,
	    value_bool(false));
}

/* The proxy said whom it knows, and yet no, to the same program just before;
 * a ticket does not say in clear whose it is. */
static bool
was_denied(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;

	return lookback_same_proxy(e, o) && attempt_is_accepted(b) &&
	    b->end <= a->start &&
	    when_between(b->end, a->start) <= ASKED_ANEW &&
	    lookback_same_text(a->authority, b->authority) &&
	    (b->user == NULL || a->user == NULL ||
	        e->kin[KIN_USER] == o->kin[KIN_USER]);
}

static struct value
program_denied(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_PROGRAM, WHICH_REFUSED, was_denied,
	    value_bool(false));
}

static bool
names_itself(const struct event *e, const struct event *o)
{
	(void)e;
	return o->attempt->user_agent != NULL;
}

static struct value
named_program(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_CLIENT, &v))
		return v;

	const struct event *ok = history_near(s->history, s->event,
	    KIN_CLIENT, WHICH_OK, names_itself);

	return ok == NULL ? value_absent()
	                  : value_string(ok->attempt->user_agent);
}

static struct value
others_authenticate(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_CLIENT, WHICH_OK, other_program,
	    value_bool(false));
}

static struct value
method_matters(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (lookback_near_ok(s, KIN_PROGRAM, same_method) != NULL)
		return value_bool(false);
	return lookback_seen_near(s, KIN_PROGRAM, WHICH_OK, other_method,
	    value_bool(false));
}

/* That of Basic or Digest, which a program keeps its password for. */
static const char *
realm_of(const struct token *offers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((offers[i].scheme == SCHEME_BASIC ||
		        offers[i].scheme == SCHEME_DIGEST) &&
		    offers[i].realm != NULL)
			return offers[i].realm;
	return NULL;
}

static struct value
realm_before(const struct subject *s, const struct fact *f)
{
	const struct event *ok;
	const char *now, *then;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;
	ok = got_in_before(s);
	if (ok == NULL)
		return value_absent();
	now = realm_of(s->attempt->last_offers, s->attempt->n_last_offers);
	then = realm_of(ok->attempt->offers, ok->attempt->n_offers);
	return now == NULL || then == NULL || strcmp(now, then) == 0
	    ? value_absent()
	    : value_string(then);
}

/* Its last way in before this was a ticket, and it found none since. */
static struct value
ticket_worked(const struct subject *s, const struct fact *f)
{
	const struct event *ok;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;
	ok = got_in_before(s);
	/* A connection that goes on may have logged in long before. */
	if (ok == NULL || ok->attempt->end >= s->attempt->start ||
	    ok->attempt->scheme != ATTEMPT_NEGOTIATE_KERBEROS ||
	    got_in_after(s) != NULL)
		return value_absent();
	return value_duration(
	    when_between(ok->attempt->end, s->attempt->start));
}

static struct value
program_next(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;
	return lookback_distance(s,
	    got_in_after(s));
}

/*
 * For what it wants here, and with what was offered here: one that was asked
 * for itself may be another run, with a password.
 */
static bool
answers(const struct event *e, const struct event *o)
{
	return !o->attempt->offer_seen && same_method(e, o) &&
	    lookback_same_text(e->attempt->authority, o->attempt->authority);
}

static struct value
program_answers(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;
	return lookback_distance(s, history_after(s->history, s->event,
	    KIN_PROGRAM, WHICH_OK, answers));
}

static struct value
fallback(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;

	const struct event *ok = history_after(s->history, s->event,
	    KIN_PROGRAM, WHICH_OK, falls_back);

	return ok == NULL ? value_absent()
	                  : value_string(
	                        attempt_scheme_name(ok->attempt->scheme));
}

/* clang-format off */
const struct fact facts_of_client[] = {
	{ "client.attempts_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "attempts of this client within a minute of this", NULL, NULL,
	    .compute = client_attempts_minute },
	{ "client.refusals_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "refusals of this client within a minute of this", NULL, NULL,
	    .compute = client_refusals_minute },
	{ "client.logins", FACT_NUMBER, SOURCE_HISTORY,
	    "how often anybody on this client got through", NULL, NULL,
	    .compute = client_logins },
	{ "client.other_programs_authenticate", FACT_BOOL, SOURCE_HISTORY,
	    "other programs on this client get through", NULL, NULL,
	    .compute = others_authenticate },
	{ "client.program_that_works", FACT_STRING, SOURCE_HISTORY,
	    "the program on this client that got through nearest to this, of "
	    "those that name themselves", NULL, "none",
	    .compute = named_program },
	{ "client.is_proxy", FACT_BOOL, SOURCE_HISTORY,
	    "the client is itself a proxy, at which others ask", NULL, NULL,
	    .compute = client_is_proxy },
	{ "client.passes_on", FACT_BOOL, SOURCE_HISTORY,
	    "the client is itself a proxy or a balancer, and sends on what its "
	    "own clients send", NULL, NULL, .compute = client_passes_on },
	{ "program.attempts", FACT_NUMBER, SOURCE_HISTORY,
	    "attempts of this program on this client", NULL, NULL,
	    .compute = program_attempts },
	{ "program.attempts_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "attempts of this program within a minute of this", NULL, NULL,
	    .compute = program_attempts_minute },
	{ "program.authenticates", FACT_BOOL, SOURCE_HISTORY,
	    "this program on this client gets through at other times", NULL,
	    NULL, .compute = program_authenticates },
	{ "program.authenticates_meanwhile", FACT_BOOL, SOURCE_HISTORY,
	    "this program on this client got through since this request, or "
	    "less than a minute before it", NULL, NULL,
	    .compute = program_meanwhile },
	{ "program.authenticates_since_change", FACT_BOOL, SOURCE_HISTORY,
	    "this program on this client gets through since the proxy's offer "
	    "changed", NULL, NULL, .compute = program_authenticates_since },
	{ "program.sends_credentials", FACT_BOOL, SOURCE_HISTORY,
	    "this program on this client sends credentials at other times",
	    NULL, NULL, .compute = program_tries },
	{ "program.just_refused", FACT_BOOL, SOURCE_HISTORY,
	    "a login of this program, begun without credentials as this was, "
	    "was refused just before", NULL, NULL,
	    .compute = program_just_refused },
	{ "program.just_denied", FACT_BOOL, SOURCE_HISTORY,
	    "the proxy accepted who this program is, and refused the same host "
	    "all the same, less than a minute before", NULL, NULL,
	    .compute = program_denied },
	{ "program.other_method_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "this program gets through with CONNECT and not without, or the "
	    "reverse", NULL, NULL, .compute = method_matters },
	{ "program.next_success_in", FACT_DURATION, SOURCE_HISTORY,
	    "time until this program got through", NULL, "an unknown time",
	    .compute = program_next },
	{ "program.answered_in", FACT_DURATION, SOURCE_HISTORY,
	    "time until this program got through to the same destination, "
	    "and was not asked again", NULL, "an unknown time",
	    .compute = program_answers },
	{ "program.realm_before", FACT_STRING, SOURCE_HISTORY,
	    "the realm of the offer with which the program got in before, if "
	    "it is another one now", NULL, "none", .compute = realm_before },
	{ "program.ticket_worked_ago", FACT_DURATION, SOURCE_HISTORY,
	    "how long before this the program got in with a Kerberos ticket, "
	    "if it did not get in since", NULL, NULL,
	    .compute = ticket_worked },
	{ "program.fallback", FACT_STRING, SOURCE_HISTORY,
	    "the other scheme with which this program got through at once",
	    NULL, "none", .compute = fallback },
};
/* clang-format on */

const size_t facts_of_client_count =
    sizeof(facts_of_client) / sizeof(facts_of_client[0]);
