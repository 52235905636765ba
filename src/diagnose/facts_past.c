/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What earlier runs saw of those who take part in an attempt (--state).
 *
 * Without a store all of it is unknown.  That somebody was not seen is said
 * only if the store goes back a day, and with since when.
 */
#include "diagnose/lookback.h"
#include "diagnose/story.h"

#define KEEP_STATE "run with --state, and keep the store"
#define LONG       (86400 * WHEN_SECOND)

static struct company
company_of(const struct subject *s)
{
	static const struct got_in nobody = { WHEN_NONE, WHEN_NONE, NULL };
	const struct past *past = lookback_past(s);

	return past == NULL || s->event == NULL
	    ? (struct company){ WHEN_NONE, WHEN_NONE, WHEN_NONE, nobody,
		      nobody, nobody, nobody }
	    : past->company(past->context, s->attempt, s->event->time,
	          s->arena);
}

/* Of earlier runs alone: facts of the history say what this one has. */
static struct since
since_of(const struct subject *s)
{
	const struct past *past = lookback_past(s);
	struct since none = { WHEN_NONE, WHEN_NONE, WHEN_NONE, NULL, NULL };

	return past == NULL || s->event == NULL
	    ? none
	    : past->of(past->context, s->attempt, s->event->time, s->arena);
}

static struct value
ago(const struct subject *s, when_ns then)
{
	return then == WHEN_NONE
	    ? value_unknown()
	    : value_duration(when_between(then, s->event->time));
}

static bool
goes_back_long(const struct subject *s, const struct company *c)
{
	return c->watched != WHEN_NONE &&
	    when_between(c->watched, s->event->time) >= LONG;
}

static struct value
watched(const struct subject *s, const struct fact *f)
{
	(void)f;
	return ago(s, company_of(s).watched);
}

/* -- the user -- */

/* In this window, later is as good; a store that was begun as another version
 * knows of logins only. */
static bool
gets_in(const struct subject *s)
{
	return lookback_near_ok(s, KIN_USER, NULL) != NULL ||
	    since_of(s).worked_until != WHEN_NONE;
}

static struct value
user_got_in(const struct subject *s, const struct fact *f)
{
	struct company c;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	c = company_of(s);
	if (c.user.first != WHEN_NONE)
		return value_bool(true);
	return goes_back_long(s, &c) && !gets_in(s)
	    ? value_bool(false)
	    : value_unknown();
}

static struct value
user_known(const struct subject *s, const struct fact *f)
{
	struct company c;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	c = company_of(s);
	if (c.user_first != WHEN_NONE)
		return value_bool(true);
	return goes_back_long(s, &c) ? value_bool(false) : value_unknown();
}

static struct value
user_ago(const struct subject *s, const struct fact *f)
{
	(void)f;
	return ago(s, company_of(s).user_here.last);
}

static struct value
user_scheme(const struct subject *s, const struct fact *f)
{
	const char *scheme = company_of(s).user_here.scheme;

	(void)f;
	return scheme == NULL ? value_unknown() : value_string(scheme);
}

/* The last time was not the last of both together. */
static bool
with_another(const struct got_in *one, const struct got_in *both)
{
	return one->last != WHEN_NONE &&
	    (both->first == WHEN_NONE ||
	        (both->last != WHEN_NONE && both->last < one->last));
}

static struct value
user_elsewhere(const struct subject *s, const struct fact *f)
{
	struct company c = company_of(s);

	(void)f;
	return with_another(&c.user_here, &c.both_here) ? value_bool(true)
	                                                : value_unknown();
}

/* -- the client -- */

static struct value
client_known(const struct subject *s, const struct fact *f)
{
	struct company c = company_of(s);

	(void)f;
	if (c.client_first != WHEN_NONE)
		return value_bool(true);
	return goes_back_long(s, &c) ? value_bool(false) : value_unknown();
}

static struct value
client_as_another(const struct subject *s, const struct fact *f)
{
	struct company c = company_of(s);
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	return with_another(&c.client_here, &c.both_here) ? value_bool(true)
	                                                  : value_unknown();
}

static struct value
client_ago(const struct subject *s, const struct fact *f)
{
	(void)f;
	return ago(s, company_of(s).client_here.last);
}

/* -- the login -- */

static struct value
login_worked(const struct subject *s, const struct fact *f)
{
	(void)f;
	return since_of(s).worked_until != WHEN_NONE ? value_bool(true)
	                                             : value_unknown();
}

static struct value
login_ago(const struct subject *s, const struct fact *f)
{
	(void)f;
	return ago(s, since_of(s).worked_until);
}

static struct value
login_scheme(const struct subject *s, const struct fact *f)
{
	const char *scheme = since_of(s).scheme;

	(void)f;
	return scheme == NULL ? value_unknown() : value_string(scheme);
}

static struct value
login_scheme_differs(const struct subject *s, const struct fact *f)
{
	const char *scheme = since_of(s).scheme;

	(void)f;
	if (s->attempt == NULL || scheme == NULL)
		return value_unknown();
	return value_bool(lookback_scheme_differs(s, scheme));
}

static struct value
login_offers(const struct subject *s, const struct fact *f)
{
	const char *offers = since_of(s).offers;

	(void)f;
	return offers == NULL ? value_unknown() : value_string(offers);
}

static struct value
login_offers_differ(const struct subject *s, const struct fact *f)
{
	const char *before = since_of(s).offers;
	const char *now = s->attempt != NULL
	    ? story_offers(s->attempt, s->arena)
	    : NULL;

	(void)f;
	if (before == NULL || now == NULL)
		return value_unknown();
	return value_bool(strcmp(before, now) != 0);
}

/* -- in sentences -- */

/* " (the store goes back to 2026-11-01 08:00:00 UTC)" */
static void
watched_words(struct text *t, const struct company *c)
{
	text_str(t, " (the store goes back to ");
	when_day_time(t, c->watched);
	text_str(t, " UTC)");
}

/* "last 2026-11-22 09:14:03 UTC, with NTLM" */
static void
last_words(struct text *t, const struct got_in *g)
{
	text_str(t, "last ");
	when_day_time(t, g->last);
	text_fmt(t, " UTC, with %s", g->scheme);
}

static void
user_words(const struct subject *s, const struct company *c, struct text *t)
{
	if (s->event->kin[KIN_USER] == 0)
		return;
	if (c->user.first == WHEN_NONE) {
		if (!goes_back_long(s, c) || gets_in(s))
			return;
		if (c->user_first == WHEN_NONE) {
			text_str(t, "this user is new here");
		} else {
			text_str(t, "this user never got in, at any proxy, "
			            "and tries since ");
			when_day_time(t, c->user_first);
			text_str(t, " UTC");
		}
		watched_words(t, c);
		text_str(t, ": a new account, or a wrong name?");
	} else if (with_another(&c->user_here, &c->both_here)) {
		text_str(t, "this user got in from another client, ");
		last_words(t, &c->user_here);
	} else if (c->user_here.first == WHEN_NONE &&
	    c->user.last != WHEN_NONE) {
		text_str(t, "this user got in at another proxy, ");
		last_words(t, &c->user);
	}
}

static void
client_words(const struct subject *s, const struct company *c,
    struct text *t)
{
	bool nobody = s->event->kin[KIN_USER] == 0;

	if (c->client_first == WHEN_NONE) {
		if (!goes_back_long(s, c))
			return;
		text_str(t, "this client is new here");
		watched_words(t, c);
	} else if (nobody ? c->client_here.last != WHEN_NONE
	                  : with_another(&c->client_here, &c->both_here)) {
		text_fmt(t, "this client got in%s, ",
		    nobody ? "" : " as another user");
		last_words(t, &c->client_here);
	}
}

static struct value
earlier(const struct subject *s, const struct fact *f)
{
	static void (*const words[])(const struct subject *s,
	    const struct company *c, struct text *t) = { user_words,
		client_words };
	const char **lines = arena_new(s->arena, sizeof(words));
	struct company c = company_of(s);
	size_t n = 0;

	(void)f;
	if (c.watched == WHEN_NONE)
		return value_unknown();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct text t = { .limit = 300 };

		words[i](s, &c, &t);
		if (t.len > 0)
			lines[n++] = arena_str(s->arena, text_span(&t));
		text_fini(&t);
	}
	return n > 0 ? value_list(lines, n) : value_absent();
}

/* clang-format off */
const struct fact facts_of_past[] = {
	{ "past.watched", FACT_DURATION, SOURCE_PAST,
	    "how far the store of earlier runs goes back", KEEP_STATE,
	    "an unknown time", .compute = watched },
	{ "past.user_known", FACT_BOOL, SOURCE_PAST,
	    "an attempt of this user was seen before; no: the store goes back "
	    "a day or more, and has none", KEEP_STATE, NULL,
	    .compute = user_known },
	{ "past.user_got_in", FACT_BOOL, SOURCE_PAST,
	    "this user was seen to get in at any proxy before; no: the store "
	    "goes back a day or more, and it was not", KEEP_STATE, NULL,
	    .compute = user_got_in },
	{ "past.user_ago", FACT_DURATION, SOURCE_PAST,
	    "time since this user last got in at this proxy, from any client",
	    KEEP_STATE, "an unknown time", .compute = user_ago },
	{ "past.user_scheme", FACT_STRING, SOURCE_PAST,
	    "the scheme with which that was", KEEP_STATE, "an unknown scheme",
	    .compute = user_scheme },
	{ "past.user_elsewhere", FACT_BOOL, SOURCE_PAST,
	    "that was from another client", KEEP_STATE, NULL,
	    .compute = user_elsewhere },
	{ "past.client_known", FACT_BOOL, SOURCE_PAST,
	    "an attempt of this client was seen before; no: the store goes "
	    "back a day or more, and has none", KEEP_STATE, NULL,
	    .compute = client_known },
	{ "past.client_ago", FACT_DURATION, SOURCE_PAST,
	    "time since this client last got in at this proxy, as any user",
	    KEEP_STATE, "an unknown time", .compute = client_ago },
	{ "past.client_as_another", FACT_BOOL, SOURCE_PAST,
	    "that was as another user", KEEP_STATE, NULL,
	    .compute = client_as_another },
	{ "past.login_worked", FACT_BOOL, SOURCE_PAST,
	    "this program got in as this user on this client in an earlier "
	    "run", KEEP_STATE, NULL, .compute = login_worked },
	{ "past.login_ago", FACT_DURATION, SOURCE_PAST,
	    "time since that", KEEP_STATE, "an unknown time",
	    .compute = login_ago },
	{ "past.login_scheme", FACT_STRING, SOURCE_PAST,
	    "the scheme with which that was", KEEP_STATE, "an unknown scheme",
	    .compute = login_scheme },
	{ "past.login_scheme_differs", FACT_BOOL, SOURCE_PAST,
	    "that was another scheme than now", KEEP_STATE, NULL,
	    .compute = login_scheme_differs },
	{ "past.login_offers", FACT_STRING, SOURCE_PAST,
	    "what the proxy offered then", KEEP_STATE, "an unknown offer",
	    .compute = login_offers },
	{ "past.login_offers_differ", FACT_BOOL, SOURCE_PAST,
	    "that was another offer than now", KEEP_STATE, NULL,
	    .compute = login_offers_differ },
	{ "story.earlier", FACT_LIST, SOURCE_PAST,
	    "what earlier runs saw of this user and this client, sentences",
	    KEEP_STATE, "nothing", .compute = earlier },
};
/* clang-format on */

const size_t facts_of_past_count =
    sizeof(facts_of_past) / sizeof(facts_of_past[0]);
