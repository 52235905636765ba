/* SPDX-License-Identifier: BSD-2-Clause */
/* What other attempts of the same user show. */
#include "diagnose/lookback.h"

#define SEE_EARLIER                                                            \
	"start the capture earlier, before the time when the login still worked"
#define SEE_ALL_CLIENTS                                                        \
	"capture beside the proxy, so that this user's other clients are seen"

static bool
other_client(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) &&
	    e->kin[KIN_CLIENT] != o->kin[KIN_CLIENT];
}

static bool
other_program(const struct event *e, const struct event *o)
{
	return lookback_same_client(e, o) &&
	    e->kin[KIN_AGENT] != o->kin[KIN_AGENT];
}

static bool
same_domain(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) &&
	    lookback_same_text(e->attempt->domain, o->attempt->domain);
}

static bool
same_host(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) &&
	    lookback_same_text(e->attempt->authority, o->attempt->authority);
}

static bool
other_host(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) && !same_host(e, o);
}

static bool
other_host_here(const struct event *e, const struct event *o)
{
	return lookback_same_client(e, o) && !same_host(e, o) &&
	    e->kin[KIN_AGENT] == o->kin[KIN_AGENT];
}

/* With the name in the same form: in another one it is another login. */
static bool
same_secret(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;

	return lookback_comparable_secrets(e, o) &&
	    a->credentials->secret == b->credentials->secret &&
	    lookback_same_text(a->domain, b->domain);
}

/* One attempt may begin before another, and go on after it. */
static bool
same_secret_earlier(const struct event *e, const struct event *o)
{
	return same_secret(e, o) && o->attempt->start < e->attempt->start;
}

static bool
same_secret_later(const struct event *e, const struct event *o)
{
	return same_secret(e, o) && o->attempt->end > e->attempt->end;
}

/* The password that passes, up to one of its special characters, is this. */
static bool
whole_of_cut(const struct event *e, const struct event *o)
{
	if (!lookback_other_secret(e, o) ||
	    e->attempt->credentials->scheme != SCHEME_BASIC)
		return false;

	const struct token_basic *cut = &e->attempt->credentials->basic;
	const struct token_basic *whole = &o->attempt->credentials->basic;

	for (size_t i = 0; i < whole->n_cuts; i++)
		if (whole->cuts[i] == cut->password)
			return true;
	return false;
}

/* -- user -- */

static struct value
user_before(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_before(s, KIN_USER, lookback_same_proxy);
}

static struct value
user_after(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_after(s, KIN_USER, lookback_same_proxy);
}

static struct value
user_elsewhere(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_USER, WHICH_OK, other_client,
	    value_unknown());
}

/* So soon before, an account that is good will not be locked yet. */
#define STILL_GOOD (300 * WHEN_SECOND)

/*
 * Somebody like that got in after this program was refused for the first
 * time since it got in: before, the account may have been good, and be locked
 * by now.  Of a program that never got in, not long before will do.
 */
static bool
since_refused(const struct subject *s, matcher *match)
{
	const struct history *h = s->history;
	const struct event *e = s->event, *there, *ok;

	if (history_after(h, e, KIN_USER, WHICH_OK, match) != NULL)
		return true;
	there = history_before(h, e, KIN_USER, WHICH_OK, match);
	ok = history_before(h, e, KIN_LOGIN, WHICH_OK, lookback_same_proxy);
	if (there == NULL)
		return false;
	return history_count(h, KIN_LOGIN, WHICH_REFUSED, e->kin[KIN_LOGIN],
	           ok != NULL ? ok->time : history_begin(h),
	           ok != NULL ? there->time
	                      : when_after(there->time, STILL_GOOD)) > 0;
}

/* From another client (offset 0), or with another program on this one, where
 * this one got in before (1). */
static struct value
user_succeeds_since(const struct subject *s, const struct fact *f)
{
	struct value v;

	if (lookback_nobody(s, KIN_LOGIN, &v))
		return v;
	if (f->offset == 1 &&
	    history_before(s->history, s->event, KIN_LOGIN, WHICH_OK,
	        lookback_same_proxy) == NULL)
		return value_unknown();
	return since_refused(s, f->offset == 0 ? other_client : other_program)
	    ? value_bool(true)
	    : value_unknown();
}

/* With no success between. */
static struct value
user_refused_elsewhere(const struct subject *s, const struct fact *f)
{
	const struct history *h = s->history;
	const struct event *e = s->event, *ok, *there;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	ok = history_before(h, e, KIN_USER, WHICH_OK, lookback_same_proxy);
	there = history_before(h, e, KIN_USER, WHICH_REFUSED, other_client);
	if (there != NULL && (ok == NULL || there->time > ok->time))
		return value_bool(true);
	ok = history_after(h, e, KIN_USER, WHICH_OK, lookback_same_proxy);
	there = history_after(h, e, KIN_USER, WHICH_REFUSED, other_client);
	return there != NULL && (ok == NULL || there->time < ok->time)
	    ? value_bool(true)
	    : value_unknown();
}

static struct value
user_other_program(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_LOGIN, &v))
		return v;
	return value_bool(since_refused(s, other_program));
}

static struct value
user_last_success(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	return lookback_distance(s,
	    history_before(s->history, s->event, KIN_USER, WHICH_OK,
	        lookback_same_proxy));
}

static struct value
user_next_success(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	return lookback_distance(s,
	    history_after(s->history, s->event, KIN_USER, WHICH_OK,
	        lookback_same_proxy));
}

static struct value
user_refusals(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_all(s, KIN_USER, WHICH_REFUSED);
}

static struct value
user_refusals_minute(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_minute(s, KIN_USER, WHICH_REFUSED);
}

/* Refusals from the last success to the next one. */
static struct value
user_refusals_row(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;

	const struct event *ok = history_before(s->history, s->event,
	    KIN_USER, WHICH_OK, lookback_same_proxy);
	const struct event *next = history_after(s->history, s->event,
	    KIN_USER, WHICH_OK, lookback_same_proxy);

	return value_number((double)history_count(s->history, KIN_USER,
	    WHICH_REFUSED, s->event->kin[KIN_USER],
	    ok != NULL ? ok->time : history_begin(s->history),
	    next != NULL ? next->time : history_end(s->history)));
}

static struct value
user_domain(const struct subject *s, const struct fact *f)
{
	const struct event *ok = lookback_near_ok(s, KIN_USER,
	    lookback_same_proxy);

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
	if (lookback_near_ok(s, KIN_USER, lookback_same_proxy) == NULL)
		return value_unknown();
	return value_bool(lookback_near_ok(s, KIN_USER, same_domain) == NULL);
}

static struct value
user_scheme(const struct subject *s, const struct fact *f)
{
	const struct event *ok = lookback_near_ok(s, KIN_USER,
	    lookback_same_proxy);

	(void)f;
	if (ok == NULL)
		return value_unknown();
	return value_string(attempt_scheme_name(ok->attempt->scheme));
}

static struct value
user_agent(const struct subject *s, const struct fact *f)
{
	const struct event *ok = lookback_near_ok(s, KIN_USER, other_program);

	(void)f;
	return ok == NULL ? value_unknown()
	                  : value_string(ok->attempt->user_agent);
}

static struct value
user_client(const struct subject *s, const struct fact *f)
{
	const struct event *ok = lookback_near_ok(s, KIN_USER, other_client);
	struct text t = { .limit = 80 };

	(void)f;
	if (ok == NULL)
		return value_unknown();
	address_add(&t, &ok->attempt->connection.client);
	return value_text(s, &t);
}

static struct value
secret_place(const struct subject *s, const struct fact *f)
{
	const struct event *ok = lookback_near_ok(s, KIN_USER, same_secret);
	struct text t = { .limit = 400 };

	(void)f;
	if (ok == NULL)
		return value_unknown();
	if (ok->kin[KIN_CLIENT] != s->event->kin[KIN_CLIENT])
		address_add(&t, &ok->attempt->connection.client);
	else
		text_fmt(&t, "%s on the same computer",
		    ok->attempt->user_agent != NULL ? ok->attempt->user_agent
		                                    : "another program");
	return value_text(s, &t);
}

static struct value
secret_before(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (lookback_near_ok(s, KIN_USER, same_secret_earlier) != NULL)
		return value_bool(true);
	return lookback_seen_before(s, KIN_USER, same_secret);
}

static struct value
secret_after(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (lookback_near_ok(s, KIN_USER, lookback_comparable_secrets) == NULL)
		return value_unknown();
	if (lookback_near_ok(s, KIN_USER, same_secret_later) != NULL)
		return value_bool(true);
	return lookback_seen_after(s, KIN_USER, same_secret);
}

/* It had been refused before it was last accepted: that comes and goes. */
static struct value
secret_flickers(const struct subject *s, const struct fact *f)
{
	const struct event *ok =
	    lookback_near_ok(s, KIN_USER, same_secret_earlier);

	(void)f;
	if (ok == NULL)
		return value_unknown();
	return value_bool(history_before(s->history, ok, KIN_USER,
	                      WHICH_REFUSED, same_secret) != NULL);
}

/* What was accepted before this one is the older of the two. */
static struct value
secret_other(const struct subject *s, const struct fact *f)
{
	const struct event *other, *same;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	if (history_after(s->history, s->event, KIN_USER, WHICH_OK,
	        lookback_other_secret) != NULL)
		return value_bool(true);
	other = history_before(s->history, s->event, KIN_USER, WHICH_OK,
	    lookback_other_secret);
	same = history_before(s->history, s->event, KIN_USER, WHICH_OK,
	    same_secret);
	return other != NULL && (same == NULL || other->time > same->time)
	    ? value_bool(true)
	    : value_unknown();
}

static struct value
secret_cut(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_near(s, KIN_USER, WHICH_OK, whole_of_cut,
	    value_unknown());
}

static struct value
user_same_host(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (lookback_near_ok(s, KIN_USER, lookback_same_proxy) == NULL)
		return value_unknown();
	return value_bool(lookback_near_ok(s, KIN_USER, same_host) != NULL);
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
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	if (lookback_near_ok(s, KIN_USER, lookback_same_proxy) == NULL)
		return value_unknown();
	return value_bool(
	    lookback_near_ok(s, KIN_USER, other_host_here) != NULL &&
	    lookback_near_ok(s, KIN_USER, same_host) == NULL &&
	    history_near(s->history, s->event, KIN_USER, WHICH_REFUSED,
	        other_host) == NULL);
}

/* clang-format off */
const struct fact facts_of_user[] = {
	{ "user.succeeded_before", FACT_BOOL, SOURCE_HISTORY,
	    "this user got through this proxy before", SEE_EARLIER, NULL,
	    .compute = user_before },
	{ "user.succeeded_after", FACT_BOOL, SOURCE_HISTORY,
	    "this user got through this proxy later", NULL, NULL,
	    .compute = user_after },
	{ "user.succeeds_elsewhere", FACT_BOOL, SOURCE_HISTORY,
	    "this user gets through from another client", SEE_ALL_CLIENTS,
	    NULL, .compute = user_elsewhere },
	{ "user.succeeds_elsewhere_since", FACT_BOOL, SOURCE_HISTORY,
	    "this user gets through from another client, since this program "
	    "is refused", SEE_ALL_CLIENTS, NULL,
	    .compute = user_succeeds_since, .offset = 0 },
	{ "user.refused_elsewhere", FACT_BOOL, SOURCE_HISTORY,
	    "this user is refused on another client, too, with no success "
	    "between", SEE_ALL_CLIENTS,
	    NULL, .compute = user_refused_elsewhere },
	{ "user.other_program_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "another program on this client gets through as this user, since "
	    "this one is refused",
	    NULL, NULL, .compute = user_other_program },
	{ "user.other_program_succeeds_since", FACT_BOOL, SOURCE_HISTORY,
	    "another program on this client gets through as this user, since "
	    "this one, which got through before, is refused", SEE_EARLIER,
	    NULL, .compute = user_succeeds_since, .offset = 1 },
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
	{ "user.refusals_in_row", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this user was refused with no success between", NULL,
	    NULL, .compute = user_refusals_row },
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
	{ "user.same_secret_passed_from", FACT_STRING, SOURCE_HISTORY,
	    "the client, or the program on the same one, from which the same "
	    "password or token was accepted", SEE_EARLIER, "elsewhere",
	    .compute = secret_place },
	{ "user.same_secret_succeeded_after", FACT_BOOL, SOURCE_HISTORY,
	    "the same password or token was accepted later", SEE_EARLIER,
	    NULL, .compute = secret_after },
	{ "user.same_secret_comes_and_goes", FACT_BOOL, SOURCE_HISTORY,
	    "the same password or token was refused, then accepted, before",
	    SEE_EARLIER, NULL, .compute = secret_flickers },
	{ "user.other_secret_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "another password or token of this user is accepted, and was so "
	    "after this one was last",
	    SEE_ALL_CLIENTS, NULL, .compute = secret_other },
	{ "user.secret_cut_short", FACT_BOOL, SOURCE_HISTORY,
	    "the password is the one that is accepted, but ends where that has "
	    "its first special characters", SEE_ALL_CLIENTS, NULL,
	    .compute = secret_cut },
	{ "user.same_host_succeeded", FACT_BOOL, SOURCE_HISTORY,
	    "this user got through for the same host", SEE_EARLIER, NULL,
	    .compute = user_same_host },
	{ "user.only_this_host_refused", FACT_BOOL, SOURCE_HISTORY,
	    "this program passes as this user for other hosts, and is refused "
	    "for this one only", SEE_EARLIER, NULL,
	    .compute = only_this_host },

};
/* clang-format on */

const size_t facts_of_user_count =
    sizeof(facts_of_user) / sizeof(facts_of_user[0]);
