/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other attempts of the same login show: this user with this program on
 * this client.
 */
#include "diagnose/lookback.h"
#include "diagnose/oddity.h"

#define SEE_EARLIER                                                            \
	"start the capture earlier, before the time when the login still worked"

/* Requests of one program within this are one try of its user. */
#define TRY WHEN_SECOND
#define ALL_TIME (INT64_MAX / 4)

static struct value
login_before(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_before(s, KIN_LOGIN, lookback_same_proxy);
}

static struct value
login_after(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_seen_after(s, KIN_LOGIN, lookback_same_proxy);
}

static struct value
login_next(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_LOGIN, &v))
		return v;
	return lookback_distance(s,
	    history_after(s->history, s->event, KIN_LOGIN, WHICH_OK,
	        lookback_same_proxy));
}

static struct value
login_refusals(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_all(s, KIN_LOGIN, WHICH_REFUSED);
}

/* Those before the event come first, the nearest first, and then those after
 * it. */
struct tries {
	when_ns from, last;
	double n;
};

static bool
add_try(void *context, const struct event *o)
{
	struct tries *x = context;
	bool turns = o->time > x->from && x->last <= x->from;
	int64_t apart = when_between(turns ? x->from : x->last, o->time);

	x->n += apart > TRY || apart < -TRY;
	x->last = o->time;
	return true;
}

/* A browser opens several connections at once. */
static double
count_tries(const struct subject *s, enum kinship kin, int64_t within)
{
	struct tries x = { .n = 1 };

	x.from = x.last = s->event->time;
	history_each_near(s->history, s->event, kin, WHICH_REFUSED, within,
	    add_try, &x);
	return x.n;
}

static struct value
login_tries(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_LOGIN, &v))
		return v;
	return value_number(count_tries(s, KIN_LOGIN, ALL_TIME));
}

/* Who renews a token when it is refused does so in a few tries of a while. */
#define RENEWAL_TRIES 4
#define RENEWAL_TIME  (300 * WHEN_SECOND)

static bool
is_new_token(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->credentials;
	const struct token *b = o->attempt->credentials;

	return lookback_other_secret(e, o) && a->bearer != NULL &&
	    b->bearer != NULL && o->attempt->start >= e->attempt->end &&
	    lookback_same_text(a->bearer->sub, b->bearer->sub);
}

static bool
had_this_token(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->credentials;
	const struct token *b = o->attempt->credentials;

	return a != NULL && b != NULL && a->secret == b->secret &&
	    o->attempt->start < e->attempt->start;
}

/* One that passes all along belongs to somebody else behind this address. */
static struct value
token_renewed(const struct subject *s, const struct fact *f)
{
	const struct observed_request *q;
	const struct event *ok;
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_PROGRAM, &v))
		return v;
	q = s->event->attempt->request;
	ok = history_after(s->history, s->event, KIN_PROGRAM, WHICH_OK,
	    is_new_token);
	if (ok == NULL || (q != NULL && (q->via != NULL ||
	        q->forwarded_for != NULL)) ||
	    history_before(s->history, ok, KIN_PROGRAM, WHICH_OK,
	        had_this_token) != NULL ||
	    count_tries(s, KIN_PROGRAM, RENEWAL_TIME) > RENEWAL_TRIES)
		return value_absent();
	return lookback_distance(s, ok);
}

static struct value
login_successes(const struct subject *s, const struct fact *f)
{
	(void)f;
	return lookback_count_all(s, KIN_LOGIN, WHICH_OK);
}

/* Did it go wrong again, after it had gone well? */
static struct value
login_refused_later(const struct subject *s, const struct fact *f)
{
	struct value v;

	(void)f;
	if (lookback_nobody(s, KIN_LOGIN, &v))
		return v;

	const struct event *ok = history_after(s->history, s->event,
	    KIN_LOGIN, WHICH_OK, lookback_same_proxy);

	return value_bool(ok != NULL &&
	    history_after(s->history, ok, KIN_LOGIN, WHICH_REFUSED,
	        lookback_same_proxy) != NULL);
}

#define ROW_NEAR (60 * WHEN_SECOND)

/* Requests that were refused one after the other on a connection, but one. */
static unsigned
refused_besides(const struct attempt *a)
{
	return a->outcome == OUTCOME_REJECTED && a->credentials_sent > 1 &&
	        (a->scheme == ATTEMPT_BASIC || a->scheme == ATTEMPT_DIGEST ||
	            a->scheme == ATTEMPT_BEARER)
	    ? a->credentials_sent - 1
	    : 0;
}

static bool
add_refused(void *context, const struct event *o)
{
	double *n = context;

	*n += refused_besides(o->attempt);
	return true;
}

static struct value
login_refusals_minute(const struct subject *s, const struct fact *f)
{
	struct value n = lookback_count_minute(s, KIN_LOGIN, WHICH_REFUSED);

	(void)f;
	if (n.state != VALUE_SET)
		return n;
	n.number += refused_besides(s->attempt);
	history_each_near(s->history, s->event, KIN_LOGIN, WHICH_REFUSED,
	    ROW_NEAR, add_refused, &n.number);
	return n;
}

/* Faster than anybody types. */
#define BURST (5 * WHEN_SECOND)

struct passwords {
	fingerprint seen[32];
	size_t n;
};

static bool
add_password(void *context, const struct event *o)
{
	struct passwords *x = context;
	const struct token *t = o->attempt->credentials;

	if (o->attempt->scheme != ATTEMPT_BASIC || t == NULL)
		return true;
	for (size_t i = 0; i < x->n; i++)
		if (x->seen[i] == t->secret)
			return true;
	x->seen[x->n++] = t->secret;
	return x->n < sizeof(x->seen) / sizeof(x->seen[0]);
}

static struct value
login_passwords(const struct subject *s, const struct fact *f)
{
	struct passwords x = { .n = 0 };

	(void)f;
	if (s->event == NULL || s->attempt->scheme != ATTEMPT_BASIC ||
	    s->event->kind != EVENT_REFUSED)
		return value_absent();
	add_password(&x, s->event);
	history_each_near(s->history, s->event, KIN_LOGIN, WHICH_REFUSED,
	    BURST, add_password, &x);
	return value_number((double)x.n);
}

/* A nonce called stale may be answered on the next connection. */
struct stale {
	unsigned answers;
	struct nonces nonces;
};

static bool
add_stale(void *context, const struct event *o)
{
	struct stale *x = context;

	x->answers += lookback_stale_answers(o->attempt, &x->nonces);
	return true;
}

/* Offset 0: answers; 1: their different nonces. */
static struct value
login_stale(const struct subject *s, const struct fact *f)
{
	struct stale x = { 0 };

	if (s->attempt == NULL || s->event == NULL ||
	    s->attempt->observations.next == NULL)
		return value_absent();
	add_stale(&x, s->event);
	history_each_near(s->history, s->event, KIN_LOGIN, WHICH_ALL, ROW_NEAR,
	    add_stale, &x);
	return value_number(f->offset == 0 ? x.answers : (double)x.nonces.n);
}

/* -- the same, or as odd, and accepted -- */

struct passed {
	const struct event *e;
	double n;
};

static bool
add_passed(void *context, const struct event *o)
{
	struct passed *x = context;

	x->n += lookback_same_proxy(x->e, o) && event_kind_of(o->attempt) ==
	        EVENT_OK;
	return true;
}

/* Whoever sent it: it need not name a user. */
static struct value
token_successes(const struct subject *s, const struct fact *f)
{
	struct passed x = { s->event, 0 };
	const struct token *t;

	(void)f;
	if (s->event == NULL)
		return value_unknown();
	t = s->attempt->credentials;
	if (t == NULL)
		return value_absent();
	if (t->whole != 0 && s->event->kin[KIN_PROXY] != 0)
		history_each_of_token(s->history, t->whole,
		    history_begin(s->history), history_end(s->history),
		    add_passed, &x);
	return value_number(x.n);
}

static bool
same_digest_name(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->credentials;
	const struct token *b = o->attempt->credentials;

	return lookback_same_proxy(e, o) && b != NULL &&
	    b->digest->user != NULL &&
	    lookback_same_text(a->digest->user, b->digest->user);
}

static bool
as_odd_a_uri(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;

	return lookback_same_proxy(e, o) && b->scheme == ATTEMPT_DIGEST &&
	    lookback_same_text(a->method, "CONNECT") ==
	    lookback_same_text(b->method, "CONNECT") &&
	    oddity_digest_uri(b) == TRUTH_TRUE;
}

/* f->offset: 0 the name, 1 the uri, which is the program's alone. */
static struct value
digest_form_passes(const struct subject *s, const struct fact *f)
{
	const struct token *t;

	if (s->event == NULL)
		return value_unknown();
	t = s->attempt->credentials;
	if (t == NULL || t->kind != TOKEN_DIGEST)
		return value_absent();
	return value_bool(
	    lookback_near_ok(s, f->offset == 0 ? KIN_LOGIN : KIN_PROGRAM,
	        f->offset == 0 ? same_digest_name : as_odd_a_uri) != NULL);
}

/* clang-format off */
const struct fact facts_of_login[] = {
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
	{ "login.tries", FACT_NUMBER, SOURCE_HISTORY,
	    "the same, those within a second of another counted once", NULL,
	    NULL, .compute = login_tries },
	{ "bearer.renewed_in", FACT_DURATION, SOURCE_HISTORY,
	    "time until this program got through with a new token, after a few "
	    "tries with the old one", NULL, "an unknown time",
	    .compute = token_renewed },
	{ "token.successes", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this very value got through this proxy in this capture, "
	    "whoever sent it", SEE_EARLIER, NULL, .compute = token_successes },
	{ "digest.name_form_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "in this capture this program got through with the name in the "
	    "same form", SEE_EARLIER, NULL, .compute = digest_form_passes,
	    .offset = 0 },
	{ "digest.odd_uri_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "in this capture this program got through with a uri that was not "
	    "what it asked for", SEE_EARLIER, NULL,
	    .compute = digest_form_passes, .offset = 1 },
	{ "login.successes", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this program got through as this user", NULL, NULL,
	    .compute = login_successes },
	{ "login.stale_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "how many Digest answers of this program as this user were called "
	    "stale within a minute of this", NULL, NULL,
	    .compute = login_stale, .offset = 0 },
	{ "login.stale_nonces", FACT_NUMBER, SOURCE_HISTORY,
	    "how many different nonces those had (up to 9)", NULL, NULL,
	    .compute = login_stale, .offset = 1 },
	{ "login.refused_again_later", FACT_BOOL, SOURCE_HISTORY,
	    "after a later success this program was refused again", NULL,
	    NULL, .compute = login_refused_later },
	{ "login.passwords_at_once", FACT_NUMBER, SOURCE_HISTORY,
	    "how many different passwords (Basic) this program was refused "
	    "with, as this user, within five seconds of this", NULL, NULL,
	    .compute = login_passwords },
	{ "login.refusals_in_minute", FACT_NUMBER, SOURCE_HISTORY,
	    "how often this program was refused as this user within a minute "
	    "of this", NULL, NULL, .compute = login_refusals_minute },
};
/* clang-format on */

const size_t facts_of_login_count =
    sizeof(facts_of_login) / sizeof(facts_of_login[0]);
