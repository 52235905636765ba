/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other attempts of the same user, program and client show.
 *
 * A success that is not in the capture may have been before it: such a fact
 * is true or unknown, never false.  What comes after is false where the
 * capture goes on without it.
 */
#include "diagnose/facts.h"

#include "diagnose/history.h"

#define SEE_EARLIER                                                            \
	"start the capture earlier, before the time when the login still worked"
#define SEE_ALL_CLIENTS                                                        \
	"capture beside the proxy, so that this user's other clients are seen"
#define MINUTE (60 * WHEN_SECOND)
/* A second try with another scheme comes this soon. */
#define FALLBACK (10 * WHEN_SECOND)

/* As history.h wants it. */
typedef bool matcher(const struct event *e, const struct event *other);

static bool
same_text(const char *a, const char *b)
{
	struct span left = span_of_str(a != NULL ? a : "");
	struct span right = span_of_str(b != NULL ? b : "");

	return span_eq_nocase(left, right);
}

static bool
same_proxy(const struct event *e, const struct event *o)
{
	return e->kin[KIN_PROXY] == o->kin[KIN_PROXY];
}

static bool
same_client(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && e->kin[KIN_CLIENT] == o->kin[KIN_CLIENT];
}

static bool
other_client(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && e->kin[KIN_CLIENT] != o->kin[KIN_CLIENT];
}

static bool
other_program(const struct event *e, const struct event *o)
{
	return same_client(e, o) && e->kin[KIN_AGENT] != o->kin[KIN_AGENT];
}

static bool
same_domain(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) &&
	    same_text(e->attempt->domain, o->attempt->domain);
}

static bool
same_host(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) &&
	    same_text(e->attempt->authority, o->attempt->authority);
}

static bool
other_host(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && !same_host(e, o);
}

static bool
other_host_here(const struct event *e, const struct event *o)
{
	return same_client(e, o) && !same_host(e, o) &&
	    e->kin[KIN_AGENT] == o->kin[KIN_AGENT];
}

/* Only of schemes whose secret is the same each time. */
static bool
comparable_secrets(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->credentials;
	const struct token *b = o->attempt->credentials;

	return same_proxy(e, o) && a != NULL && b != NULL &&
	    a->scheme == b->scheme &&
	    (a->scheme == SCHEME_BASIC || a->scheme == SCHEME_BEARER) &&
	    a->secret != 0 && b->secret != 0;
}

static bool
same_secret(const struct event *e, const struct event *o)
{
	return comparable_secrets(e, o) &&
	    e->attempt->credentials->secret == o->attempt->credentials->secret;
}

static bool
other_secret(const struct event *e, const struct event *o)
{
	return comparable_secrets(e, o) &&
	    e->attempt->credentials->secret != o->attempt->credentials->secret;
}

static bool
other_method(const struct event *e, const struct event *o)
{
	const char *a = e->attempt->method, *b = o->attempt->method;

	return same_proxy(e, o) && a != NULL && b != NULL &&
	    (strcmp(a, "CONNECT") == 0) != (strcmp(b, "CONNECT") == 0);
}

static bool
sends_credentials(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && o->attempt->credentials_sent > 0;
}

static bool
falls_back(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && o->time - e->time <= FALLBACK &&
	    e->attempt->scheme != o->attempt->scheme;
}

/* -- values -- */

static const char *
kept(const struct subject *s, struct text *t)
{
	const char *string = arena_str(s->arena, text_span(t));

	text_fini(t);
	return string;
}

/* A user's fact, where there is no user to ask about. */
static bool
nobody(const struct subject *s, enum kinship kin, struct value *v)
{
	if (s->event == NULL) {
		*v = value_unknown();
		return true;
	}
	if (s->event->kin[kin] == 0) {
		*v = value_absent();
		return true;
	}
	return false;
}

static struct value
seen_before(const struct subject *s, enum kinship kin, matcher *match)
{
	struct value v;

	if (nobody(s, kin, &v))
		return v;
	return history_before(s->history, s->event, kin, WHICH_OK, match) !=
	        NULL
	    ? value_bool(true)
	    : value_unknown();
}

static struct value
seen_after(const struct subject *s, enum kinship kin, matcher *match)
{
	struct value v;

	if (nobody(s, kin, &v))
		return v;
	return value_bool(history_after(s->history, s->event, kin, WHICH_OK,
	                      match) != NULL);
}

static struct value
seen_near(const struct subject *s, enum kinship kin, enum which which,
    matcher *match, struct value otherwise)
{
	struct value v;

	if (nobody(s, kin, &v))
		return v;
	return history_near(s->history, s->event, kin, which, match) != NULL
	    ? value_bool(true)
	    : otherwise;
}

static const struct event *
near_ok(const struct subject *s, enum kinship kin, matcher *match)
{
	if (s->event == NULL || s->event->kin[kin] == 0)
		return NULL;
	return history_near(s->history, s->event, kin, WHICH_OK, match);
}

static struct value
count_all(const struct subject *s, enum kinship kin, enum which which)
{
	struct value v;

	if (nobody(s, kin, &v))
		return v;
	return value_number((double)history_count(s->history, kin, which,
	    s->event->kin[kin], history_begin(s->history),
	    history_end(s->history)));
}

static struct value
count_minute(const struct subject *s, enum kinship kin, enum which which)
{
	struct value v;

	if (nobody(s, kin, &v))
		return v;
	return value_number((double)history_count(s->history, kin, which,
	    s->event->kin[kin], s->event->time - MINUTE,
	    s->event->time + MINUTE));
}

static struct value
distance(const struct subject *s, const struct event *other)
{
	int64_t ns;

	if (s->event == NULL)
		return value_unknown();
	if (other == NULL)
		return value_absent();
	ns = other->time - s->event->time;
	return value_duration(ns < 0 ? -ns : ns);
}

/* -- user -- */

static struct value
user_before(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_before(s, KIN_USER, same_proxy);
}

static struct value
user_after(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_after(s, KIN_USER, same_proxy);
}

static struct value
user_elsewhere(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_USER, WHICH_OK, other_client,
	    value_unknown());
}

static struct value
user_refused_elsewhere(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_USER, WHICH_REFUSED, other_client,
	    value_unknown());
}

static struct value
user_other_program(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_USER, WHICH_OK, other_program,
	    value_bool(false));
}

static struct value
user_last_success(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_USER, &v))
		return v;
	return distance(s, history_before(s->history, s->event, KIN_USER,
	                       WHICH_OK, same_proxy));
}

static struct value
user_next_success(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_USER, &v))
		return v;
	return distance(s, history_after(s->history, s->event, KIN_USER,
	                       WHICH_OK, same_proxy));
}

static struct value
user_refusals(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_all(s, KIN_USER, WHICH_REFUSED);
}

static struct value
user_refusals_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_minute(s, KIN_USER, WHICH_REFUSED);
}

/* Refusals from the last success up to now. */
static struct value
user_refusals_since(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_USER, &v))
		return v;

	const struct event *ok = history_before(s->history, s->event,
	    KIN_USER, WHICH_OK, same_proxy);

	return value_number((double)history_count(s->history, KIN_USER,
	    WHICH_REFUSED, s->event->kin[KIN_USER],
	    ok != NULL ? ok->time : history_begin(s->history),
	    s->event->time));
}

static struct value
user_domain(const struct subject *s, const struct fact *f)
{
	const struct event *ok = near_ok(s, KIN_USER, same_proxy);

	(void)f;
	if (ok == NULL)
		return value_unknown();
	return value_string(
	    ok->attempt->domain != NULL ? ok->attempt->domain : "");
}

static struct value
user_domain_differs(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (near_ok(s, KIN_USER, same_proxy) == NULL)
		return value_unknown();
	return value_bool(near_ok(s, KIN_USER, same_domain) == NULL);
}

static struct value
user_scheme(const struct subject *s, const struct fact *f)
{
	const struct event *ok = near_ok(s, KIN_USER, same_proxy);

	(void)f;
	if (ok == NULL)
		return value_unknown();
	return value_string(attempt_scheme_name(ok->attempt->scheme));
}

static struct value
user_agent(const struct subject *s, const struct fact *f)
{
	const struct event *ok = near_ok(s, KIN_USER, other_program);

	(void)f;
	return ok == NULL ? value_unknown()
	                  : value_string(ok->attempt->user_agent);
}

static struct value
user_client(const struct subject *s, const struct fact *f)
{
	const struct event *ok = near_ok(s, KIN_USER, other_client);
	struct text t = { .limit = 80 };

	(void)f;
	if (ok == NULL)
		return value_unknown();
	address_add(&t, &ok->attempt->connection.client);
	return value_string(kept(s, &t));
}

static struct value
secret_before(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_before(s, KIN_USER, same_secret);
}

static struct value
secret_after(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (near_ok(s, KIN_USER, comparable_secrets) == NULL)
		return value_unknown();
	return seen_after(s, KIN_USER, same_secret);
}

static struct value
secret_other(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_USER, WHICH_OK, other_secret,
	    value_unknown());
}

static struct value
user_same_host(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (near_ok(s, KIN_USER, same_proxy) == NULL)
		return value_unknown();
	return value_bool(near_ok(s, KIN_USER, same_host) != NULL);
}

/*
 * The same program of the user passes for other hosts and is refused for
 * this one only: what is refused is the host, not the user.
 */
static struct value
only_this_host(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_USER, &v))
		return v;
	if (near_ok(s, KIN_USER, same_proxy) == NULL)
		return value_unknown();
	return value_bool(near_ok(s, KIN_USER, other_host_here) != NULL &&
	    near_ok(s, KIN_USER, same_host) == NULL &&
	    history_near(s->history, s->event, KIN_USER, WHICH_REFUSED,
	        other_host) == NULL);
}

/* -- login: this user with this program on this client -- */

static struct value
login_before(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_before(s, KIN_LOGIN, same_proxy);
}

static struct value
login_after(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_after(s, KIN_LOGIN, same_proxy);
}

static struct value
login_next(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_LOGIN, &v))
		return v;
	return distance(s, history_after(s->history, s->event, KIN_LOGIN,
	                       WHICH_OK, same_proxy));
}

static struct value
login_refusals(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_all(s, KIN_LOGIN, WHICH_REFUSED);
}

static struct value
login_successes(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_all(s, KIN_LOGIN, WHICH_OK);
}

/* Did it go wrong again, after it had gone well? */
static struct value
login_refused_later(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_LOGIN, &v))
		return v;

	const struct event *ok = history_after(s->history, s->event,
	    KIN_LOGIN, WHICH_OK, same_proxy);

	return value_bool(ok != NULL &&
	    history_after(s->history, ok, KIN_LOGIN, WHICH_REFUSED,
	        same_proxy) != NULL);
}

static struct value
login_refusals_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_minute(s, KIN_LOGIN, WHICH_REFUSED);
}

/* -- client and program -- */

static struct value
client_attempts_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_minute(s, KIN_CLIENT, WHICH_ALL);
}

static struct value
client_refusals_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_minute(s, KIN_CLIENT, WHICH_REFUSED);
}

static struct value
client_logins(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_all(s, KIN_CLIENT, WHICH_OK);
}

static struct value
program_attempts(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_all(s, KIN_PROGRAM, WHICH_ALL);
}

static struct value
program_attempts_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return count_minute(s, KIN_PROGRAM, WHICH_ALL);
}

static struct value
program_authenticates(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_PROGRAM, WHICH_OK, same_proxy,
	    value_bool(false));
}

static struct value
program_tries(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_PROGRAM, WHICH_ALL, sends_credentials,
	    value_bool(false));
}

static struct value
others_authenticate(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_CLIENT, WHICH_OK, other_program,
	    value_bool(false));
}

static struct value
method_matters(const struct subject *s, const struct fact *f)
{
	(void)f;
	return seen_near(s, KIN_PROGRAM, WHICH_OK, other_method,
	    value_bool(false));
}

static struct value
program_next(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_PROGRAM, &v))
		return v;
	return distance(s, history_after(s->history, s->event, KIN_PROGRAM,
	                       WHICH_OK, same_proxy));
}

static struct value
fallback(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (nobody(s, KIN_PROGRAM, &v))
		return v;

	const struct event *ok = history_after(s->history, s->event,
	    KIN_PROGRAM, WHICH_OK, falls_back);

	return ok == NULL ? value_absent()
	                  : value_string(
	                        attempt_scheme_name(ok->attempt->scheme));
}

/* clang-format off */
const struct fact facts_of_history[] = {
	{ "user.succeeded_before", FACT_BOOL, SOURCE_HISTORY,
	    "this user got through this proxy before", SEE_EARLIER, NULL,
	    .compute = user_before },
	{ "user.succeeded_after", FACT_BOOL, SOURCE_HISTORY,
	    "this user got through this proxy later", NULL, NULL,
	    .compute = user_after },
	{ "user.succeeds_elsewhere", FACT_BOOL, SOURCE_HISTORY,
	    "this user gets through from another client", SEE_ALL_CLIENTS,
	    NULL, .compute = user_elsewhere },
	{ "user.refused_elsewhere", FACT_BOOL, SOURCE_HISTORY,
	    "this user is refused on another client, too", SEE_ALL_CLIENTS,
	    NULL, .compute = user_refused_elsewhere },
	{ "user.other_program_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "another program on this client gets through as this user",
	    NULL, NULL, .compute = user_other_program },
	{ "user.last_success_ago", FACT_DURATION, SOURCE_HISTORY,
	    "time since this user last got through", SEE_EARLIER,
	    "an unknown time", .compute = user_last_success },
	{ "user.next_success_in", FACT_DURATION, SOURCE_HISTORY,
	    "time until this user got through", NULL, "an unknown time",
	    .compute = user_next_success },
	{ "user.refusals", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this user was refused in this capture", NULL, NULL,
	    .compute = user_refusals },
	{ "user.refusals_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this user was refused within a minute of this",
	    NULL, NULL, .compute = user_refusals_minute },
	{ "user.refusals_since_success", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this user was refused since the last success", NULL,
	    NULL, .compute = user_refusals_since },
	{ "user.domain_that_worked", FACT_STRING, SOURCE_HISTORY,
	    "the domain with which this user got through", SEE_EARLIER,
	    "no domain", .compute = user_domain },
	{ "user.domain_differs", FACT_BOOL, SOURCE_HISTORY,
	    "this user never got through with this domain, but with another",
	    SEE_EARLIER, NULL, .compute = user_domain_differs },
	{ "user.scheme_that_worked", FACT_STRING, SOURCE_HISTORY,
	    "the scheme with which this user got through", SEE_EARLIER,
	    "another scheme", .compute = user_scheme },
	{ "user.program_that_worked", FACT_STRING, SOURCE_HISTORY,
	    "the other program that gets through as this user on this client",
	    SEE_EARLIER, "another program", .compute = user_agent },
	{ "user.client_that_worked", FACT_STRING, SOURCE_HISTORY,
	    "the other client from which this user gets through",
	    SEE_ALL_CLIENTS, "another client", .compute = user_client },
	{ "user.same_secret_succeeded_before", FACT_BOOL, SOURCE_HISTORY,
	    "the same password or token was accepted before", SEE_EARLIER,
	    NULL, .compute = secret_before },
	{ "user.same_secret_succeeded_after", FACT_BOOL, SOURCE_HISTORY,
	    "the same password or token was accepted later", SEE_EARLIER,
	    NULL, .compute = secret_after },
	{ "user.other_secret_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "another password or token of this user is accepted",
	    SEE_ALL_CLIENTS, NULL, .compute = secret_other },
	{ "user.same_host_succeeded", FACT_BOOL, SOURCE_HISTORY,
	    "this user got through for the same host", SEE_EARLIER, NULL,
	    .compute = user_same_host },
	{ "user.only_this_host_refused", FACT_BOOL, SOURCE_HISTORY,
	    "this program passes as this user for other hosts, and is refused "
	    "for this one only", SEE_EARLIER, NULL,
	    .compute = only_this_host },

	{ "login.succeeded_before", FACT_BOOL, SOURCE_HISTORY,
	    "this program got through as this user on this client before",
	    SEE_EARLIER, NULL, .compute = login_before },
	{ "login.succeeded_after", FACT_BOOL, SOURCE_HISTORY,
	    "this program got through as this user on this client later",
	    NULL, NULL, .compute = login_after },
	{ "login.next_success_in", FACT_DURATION, SOURCE_HISTORY,
	    "time until this program got through as this user", NULL,
	    "an unknown time", .compute = login_next },
	{ "login.refusals", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this program was refused as this user", NULL, NULL,
	    .compute = login_refusals },
	{ "login.successes", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this program got through as this user", NULL, NULL,
	    .compute = login_successes },
	{ "login.refused_again_later", FACT_BOOL, SOURCE_HISTORY,
	    "after a later success this program was refused again", NULL,
	    NULL, .compute = login_refused_later },
	{ "login.refusals_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this program was refused as this user within a minute "
	    "of this", NULL, NULL, .compute = login_refusals_minute },

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
	{ "program.attempts", FACT_NUMBER, SOURCE_HISTORY,
	    "attempts of this program on this client", NULL, NULL,
	    .compute = program_attempts },
	{ "program.attempts_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "attempts of this program within a minute of this", NULL, NULL,
	    .compute = program_attempts_minute },
	{ "program.authenticates", FACT_BOOL, SOURCE_HISTORY,
	    "this program on this client gets through at other times", NULL,
	    NULL, .compute = program_authenticates },
	{ "program.sends_credentials", FACT_BOOL, SOURCE_HISTORY,
	    "this program on this client sends credentials at other times",
	    NULL, NULL, .compute = program_tries },
	{ "program.other_method_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "this program gets through with CONNECT and not without, or the "
	    "reverse", NULL, NULL, .compute = method_matters },
	{ "program.next_success_in", FACT_DURATION, SOURCE_HISTORY,
	    "time until this program got through", NULL, "an unknown time",
	    .compute = program_next },
	{ "program.fallback", FACT_STRING, SOURCE_HISTORY,
	    "the other scheme with which this program got through at once",
	    NULL, "none", .compute = fallback },
};
/* clang-format on */

const size_t facts_of_history_count =
    sizeof(facts_of_history) / sizeof(facts_of_history[0]);
