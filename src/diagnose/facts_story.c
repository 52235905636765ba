/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The story around an attempt: who else is hit, since when, what changed,
 * which node answered, how near to a lock-out the account is.
 */
#include "diagnose/lookback.h"
#include "diagnose/outages.h"
#include "diagnose/story.h"

#define SEE_OTHERS                                                             \
	"capture beside the proxy, so that its other clients are seen, too"
#define SEE_EARLIER                                                            \
	"start the capture earlier, before the time when the login still "     \
	"worked"
/* The window in which Active Directory counts by default. */
#define LOCKOUT_WINDOW (1800 * WHEN_SECOND)
#define NEAR           (300 * WHEN_SECOND)

static const char *
keep(const struct subject *s, struct text *t)
{
	const char *kept = arena_str(s->arena, span_of_str(text_get(t)));

	text_fini(t);
	return kept;
}

static struct value
scope(const struct subject *s, const struct fact *f)
{
	struct scope_counts counts;
	enum scope is;

	if (s->event == NULL)
		return value_unknown();
	is = scope_of(s->history, s->event, &counts);
	if (is == SCOPE_UNKNOWN)
		return value_unknown();
	if (f->offset == 0)
		return value_string(scope_name(is));

	struct text t = { .limit = 300 };

	scope_words(&t, is, s->event, &counts);
	return value_string(keep(s, &t));
}

static struct value
time_of(const struct subject *s, when_ns time)
{
	struct text t = { .limit = 60 };

	when_day_time(&t, time);
	text_str(&t, " UTC");
	return value_string(keep(s, &t));
}

static struct value
worked_until(const struct subject *s, const struct fact *f)
{
	when_ns until;

	(void)f;
	if (s->event == NULL)
		return value_unknown();
	until = lookback_since(s).worked_until;
	return until == WHEN_NONE ? value_unknown() : time_of(s, until);
}

static struct value
failing_since(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL)
		return value_unknown();
	return time_of(s, lookback_since(s).failing_since);
}

static struct value
differences(const struct subject *s, const struct event *good,
    const char *word)
{
	const char **lines;

	if (good == NULL)
		return value_unknown();
	lines = arena_new(s->arena, DIFFERENCES_MAX * sizeof(*lines));
	return value_list(lines, story_differences(s->attempt, good->attempt,
	    word, s->arena, lines));
}

static const char *
differs_from(const struct subject *s, const char *what, const char *now,
    const char *before)
{
	struct text t = { .limit = 500 };

	text_fmt(&t, "%s %s (before: %s)", what, now, before);
	return keep(s, &t);
}

/* Where nothing went well in this run: how it did in an earlier one, or what
 * that was offered. */
static struct value
changed_since_earlier(const struct subject *s)
{
	const struct past *past = lookback_past(s);
	const char *now = story_offers(s->attempt, s->arena);
	const char **lines = arena_new(s->arena, 2 * sizeof(*lines));
	struct since since = lookback_since(s);
	struct offered before = { NULL, WHEN_NONE };
	struct text t = { .limit = 500 };
	size_t n = 0;

	if (lookback_scheme_differs(s, since.scheme))
		lines[n++] = differs_from(s, "scheme",
		    attempt_scheme_name(s->attempt->scheme), since.scheme);
	if (now != NULL && since.offers != NULL) {
		if (strcmp(since.offers, now) != 0)
			lines[n++] =
			    differs_from(s, "offers", now, since.offers);
	} else if (now != NULL && past != NULL) {
		before = past->offered(past->context, s->attempt,
		    s->event->time, s->arena);
	}
	if (before.schemes != NULL) {
		text_fmt(&t, "offers %s, before %s (last seen ", now,
		    before.schemes);
		when_day_time(&t, before.last);
		text_str(&t, " UTC)");
		lines[n++] = keep(s, &t);
	}
	return n > 0 ? value_list(lines, n) : value_unknown();
}

static struct value
changed(const struct subject *s, const struct fact *f)
{
	const struct event *good;

	(void)f;
	if (s->event == NULL)
		return value_unknown();
	good = story_good_before(s->history, s->event);
	return good == NULL ? changed_since_earlier(s)
	                    : differences(s, good, "before");
}

static struct value
differs(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL)
		return value_unknown();
	return differences(s, story_good_elsewhere(s->history, s->event),
	    "there");
}

/* -- nodes -- */

static struct value
node(const struct subject *s, const struct fact *f)
{
	const char *name;

	(void)f;
	if (s->event == NULL)
		return value_unknown();
	name = node_of(s->attempt, s->arena);
	return name == NULL ? value_unknown() : value_string(name);
}

struct node_count {
	const struct attempt *a;
	size_t here, elsewhere;
};

static bool
count_node(void *context, const struct event *o)
{
	struct node_count *x = context;
	enum node_match node = node_compare(x->a, o->attempt);

	x->here += node == NODE_SAME;
	x->elsewhere += node == NODE_OTHER;
	return true;
}

/* Offset 0: good logins at this node; 1: at others; 2: refusals here. */
static struct value
node_logins(const struct subject *s, const struct fact *f)
{
	struct node_count x = { .a = s->attempt };

	if (s->event == NULL || node_of(s->attempt, s->arena) == NULL)
		return value_unknown();
	history_each_near(s->history, s->event, KIN_PROXY,
	    f->offset == 2 ? WHICH_REFUSED : WHICH_OK, NEAR, count_node, &x);
	return value_number(
	    (double)(f->offset == 1 ? x.elsewhere : x.here));
}

/* -- a domain -- */

struct domain_count {
	const char *domain;
	when_ns first, last; /* of its refusals */
	bool passes, others_pass;
	uint32_t users[32];
	size_t n;
};

static bool
count_domain(void *context, const struct event *o)
{
	struct domain_count *x = context;

	if (!lookback_same_text(x->domain, o->attempt->domain))
		return true;
	for (size_t i = 0; i < x->n; i++)
		if (x->users[i] == o->kin[KIN_USER])
			return true;
	x->users[x->n++] = o->kin[KIN_USER];
	return x->n < sizeof(x->users) / sizeof(x->users[0]);
}

static bool
span_domain(void *context, const struct event *o)
{
	struct domain_count *x = context;

	if (!lookback_same_text(x->domain, o->attempt->domain))
		return true;
	x->first = o->time < x->first ? o->time : x->first;
	x->last = o->time > x->last ? o->time : x->last;
	return count_domain(context, o);
}

static bool
pass_domain(void *context, const struct event *o)
{
	struct domain_count *x = context;

	if (!lookback_same_text(x->domain, o->attempt->domain))
		x->others_pass = true;
	else if (o->time >= x->first && o->time <= x->last)
		x->passes = true;
	return true;
}

/* Its refusals of five minutes: none of it, and some of others, get in. */
static struct value
domain_outage(const struct subject *s, const struct fact *f)
{
	struct domain_count x = { .n = 1 };

	(void)f;
	if (s->event == NULL || s->event->kin[KIN_LANE] == 0)
		return value_unknown();
	x.domain = s->attempt->domain;
	x.users[0] = s->event->kin[KIN_USER];
	x.first = x.last = s->event->time;
	history_each_near(s->history, s->event, KIN_LANE, WHICH_REFUSED, NEAR,
	    span_domain, &x);
	history_each_near(s->history, s->event, KIN_LANE, WHICH_OK, NEAR,
	    pass_domain, &x);
	return value_number(x.passes || !x.others_pass ? 0 : (double)x.n);
}

/* This one's user is one of them. */
static struct value
domain_refused(const struct subject *s, const struct fact *f)
{
	struct domain_count x = { .n = 1 };

	(void)f;
	if (s->event == NULL || s->event->kin[KIN_LANE] == 0)
		return value_unknown();
	x.domain = s->attempt->domain;
	x.users[0] = s->event->kin[KIN_USER];
	history_each_near(s->history, s->event, KIN_LANE, WHICH_REFUSED,
	    INT64_MAX / 4, count_domain, &x);
	return value_number((double)x.n);
}

static bool
has_domain(const struct event *e)
{
	const struct attempt *a = e->attempt;

	return a->user != NULL && a->domain != NULL && a->domain[0] != '\0';
}

static bool
is_bare(const struct event *e, const struct event *o)
{
	(void)e;
	return o->attempt->user != NULL && !has_domain(o);
}

static struct value
bare_names_pass(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL || s->event->kin[KIN_LANE] == 0)
		return value_unknown();
	return value_bool(history_near(s->history, s->event, KIN_LANE,
	                      WHICH_OK, is_bare) != NULL);
}

struct host_seen {
	const struct attempt *attempt;
	bool found;
};

static bool
passes_with_domain(void *context, const struct event *o)
{
	struct host_seen *x = context;

	x->found = o->kind == EVENT_OK && has_domain(o) &&
	    o->attempt->scheme == x->attempt->scheme &&
	    address_eq(&o->attempt->connection.proxy,
	        &x->attempt->connection.proxy);
	return !x->found;
}

/* Another port of the host may be another proxy that asks the same. */
static struct value
domain_names_pass(const struct subject *s, const struct fact *f)
{
	struct host_seen x = { .attempt = s->attempt };

	(void)f;
	if (s->event == NULL)
		return value_unknown();
	history_each_between(s->history, when_after(s->event->time, -NEAR),
	    when_after(s->event->time, NEAR), passes_with_domain, &x);
	return value_bool(x.found);
}

/* -- lock-out -- */

struct tries {
	const struct history *h;
	const struct event *e;
	size_t n, clients;
	uint32_t client[8];
};

/* Was a password looked at?  What is called stale is refused for its age, and
 * in an outage nobody can look. */
static bool
is_try(const struct tries *x, const struct event *o)
{
	const struct run *run = history_run(x->h, o);

	return lookback_stale_answers(o->attempt, NULL) == 0 &&
	    (run == NULL || !run_is_outage(run));
}

/*
 * Basic with the same password as the one before is counted, too: it is the
 * directory that may forgive it.  On the other side of a box it is the same
 * try once more.
 */
static bool
count_tries(void *context, const struct event *o)
{
	struct tries *x = context;

	if (o->time > x->e->time || !is_try(x, o) ||
	    history_client_is_proxy(x->h, o) !=
	        history_client_is_proxy(x->h, x->e))
		return true;
	x->n++;
	for (size_t i = 0; i < x->clients; i++)
		if (x->client[i] == o->kin[KIN_CLIENT])
			return true;
	if (x->clients < sizeof(x->client) / sizeof(x->client[0]))
		x->client[x->clients++] = o->kin[KIN_CLIENT];
	return true;
}

static bool
any_good_between(const struct subject *s, when_ns from)
{
	return history_count(s->history, KIN_USER, WHICH_OK,
	           s->event->kin[KIN_USER], from, s->event->time) > 0;
}

/* Offset 0: wrong tries in the window up to this one; 1: from how many
 * clients. */
static struct value
wrong_tries(const struct subject *s, const struct fact *f)
{
	struct tries x = { s->history, s->event, .n = 1, .clients = 1 };
	struct value v;

	if (lookback_nobody(s, KIN_USER, &v))
		return v;
	if (!is_try(&x, s->event))
		return value_absent();
	x.client[0] = s->event->kin[KIN_CLIENT];
	history_each_near(s->history, s->event, KIN_USER, WHICH_REFUSED,
	    LOCKOUT_WINDOW, count_tries, &x);
	/* A good login sets the directory's counter to zero. */
	if (f->offset == 0 &&
	    any_good_between(s, s->event->time - LOCKOUT_WINDOW))
		return value_absent();
	return value_number((double)(f->offset == 0 ? x.n : x.clients));
}

/* -- outages and slow times -- */

static const struct run *
run_at(const struct subject *s)
{
	return s->event == NULL ? NULL
	                        : history_run(s->history, s->event);
}

static struct value
outage_time(const struct subject *s, const struct fact *f)
{
	const struct run *run = run_at(s);

	if (run == NULL)
		return value_absent();
	return time_of(s, f->offset == 0 ? run->began : run->last);
}

static struct value
outage_end(const struct subject *s, const struct fact *f)
{
	const struct run *run = run_at(s);
	struct text t = { .limit = 200 };

	(void)f;
	if (run == NULL)
		return value_absent();
	if (run->success_after != WHEN_NONE) {
		text_str(&t, "It is over: a login succeeded at ");
		when_day_time(&t, run->success_after);
		text_str(&t, " UTC.");
	} else {
		text_str(&t, "It was not over when the capture ended.");
	}
	return value_string(keep(s, &t));
}

static struct value
down_beside(const struct subject *s, const struct fact *f)
{
	const struct event *there = s->event == NULL
	    ? NULL
	    : history_down_beside(s->history, s->event);
	struct text t = { .limit = 80 };

	(void)f;
	if (there == NULL)
		return value_absent();
	address_add(&t, &there->attempt->connection.proxy);
	text_fmt(&t, ":%u", there->attempt->connection.proxy_port);
	return value_string(keep(s, &t));
}

static struct value
outage_beside(const struct subject *s, const struct fact *f)
{
	const struct run *run = run_at(s);

	(void)f;
	if (run == NULL)
		return value_absent();
	return value_string(run->other_schemes_pass
	        ? "Logins with other schemes went on meanwhile."
	        : "No login with another scheme succeeded meanwhile.");
}

static const struct slowdown *
slow_at(const struct subject *s)
{
	const struct lane *lane = s->event == NULL
	    ? NULL
	    : history_lane(s->history, s->event);

	if (lane == NULL || lane->slow.logins == 0 ||
	    s->event->time < lane->slow.first ||
	    s->event->time > lane->slow.last)
		return NULL;
	return &lane->slow;
}

/* Offset 0: logins; 1: clients; 2: destinations. */
static struct value
slow_count(const struct subject *s, const struct fact *f)
{
	const struct slowdown *slow = slow_at(s);

	if (slow == NULL)
		return value_absent();
	return value_number((double)(f->offset == 0 ? slow->logins
	    : f->offset == 1                         ? slow->clients
	                                             : slow->hosts));
}

static struct value
slow_time(const struct subject *s, const struct fact *f)
{
	const struct slowdown *slow = slow_at(s);

	if (slow == NULL)
		return value_absent();
	return value_duration(f->offset == 0 ? slow->mean_ns
	                                     : slow->usual_ns);
}

static struct value
slow_since(const struct subject *s, const struct fact *f)
{
	const struct slowdown *slow = slow_at(s);

	(void)f;
	return slow == NULL ? value_absent() : time_of(s, slow->first);
}

static const char *const scope_values[] = { "sometimes", "one program",
	"one client", "one user", "one scheme", "one node", "some",
	"everybody", NULL };

/* clang-format off */
const struct fact facts_of_story[] = {
	{ "story.scope", FACT_STRING, SOURCE_HISTORY,
	    "who is hit, by what others do within five minutes", SEE_OTHERS,
	    NULL, .compute = scope, .offset = 0, .values = scope_values },
	{ "story.scope_words", FACT_STRING, SOURCE_HISTORY,
	    "who is hit, in words", SEE_OTHERS,
	    "not known: nobody else was seen", .compute = scope,
	    .offset = 1 },
	{ "story.worked_until", FACT_STRING, SOURCE_HISTORY,
	    "the last success of this program as this user before",
	    SEE_EARLIER, "an unknown time", .compute = worked_until },
	{ "story.failing_since", FACT_STRING, SOURCE_HISTORY,
	    "the first refusal after that success", NULL, NULL,
	    .compute = failing_since },
	{ "story.changed", FACT_LIST, SOURCE_HISTORY,
	    "what differs from the last success before", SEE_EARLIER,
	    "nothing that is seen", .compute = changed },
	{ "story.differs", FACT_LIST, SOURCE_HISTORY,
	    "what differs from a good login of the same user, or of the same "
	    "program, elsewhere", SEE_OTHERS, "nothing that is seen",
	    .compute = differs },
	{ "proxy.node", FACT_STRING, SOURCE_HISTORY,
	    "the node behind the address: the computer in the type 2, or the "
	    "host in Via", SEE_OTHERS, "an unnamed node", .compute = node },
	{ "proxy.node_successes", FACT_NUMBER, SOURCE_HISTORY,
	    "good logins at this node within five minutes", SEE_OTHERS, NULL,
	    .compute = node_logins, .offset = 0 },
	{ "proxy.other_node_successes", FACT_NUMBER, SOURCE_HISTORY,
	    "good logins at other nodes within five minutes", SEE_OTHERS,
	    NULL, .compute = node_logins, .offset = 1 },
	{ "proxy.node_refusals", FACT_NUMBER, SOURCE_HISTORY,
	    "other refusals at this node within five minutes", SEE_OTHERS,
	    NULL, .compute = node_logins, .offset = 2 },
	{ "proxy.domain_outage_users", FACT_NUMBER, SOURCE_HISTORY,
	    "how many users of this domain were refused within five minutes, "
	    "while only others got in", NULL, NULL,
	    .compute = domain_outage },
	{ "proxy.domain_refused_users", FACT_NUMBER, SOURCE_HISTORY,
	    "how many users of this domain were refused with this scheme",
	    NULL, NULL, .compute = domain_refused },
	{ "proxy.bare_names_pass", FACT_BOOL, SOURCE_HISTORY,
	    "somebody gets in with this scheme whose name has no domain",
	    NULL, NULL, .compute = bare_names_pass },
	{ "host.domain_names_pass", FACT_BOOL, SOURCE_HISTORY,
	    "at any port of this proxy's address somebody gets in within five "
	    "minutes with this scheme whose name has a domain", NULL, NULL,
	    .compute = domain_names_pass },
	{ "user.wrong_tries", FACT_NUMBER, SOURCE_HISTORY,
	    "refusals of this user in the half hour up to this one, with no "
	    "success between", SEE_OTHERS, NULL,
	    .compute = wrong_tries, .offset = 0 },
	{ "user.wrong_tries_clients", FACT_NUMBER, SOURCE_HISTORY,
	    "from how many clients those came", SEE_OTHERS, NULL,
	    .compute = wrong_tries, .offset = 1 },
	{ "proxy.outage_first", FACT_STRING, SOURCE_HISTORY,
	    "when the stretch without any success began", NULL, NULL,
	    .compute = outage_time, .offset = 0 },
	{ "proxy.outage_last", FACT_STRING, SOURCE_HISTORY,
	    "the last refusal of that stretch", NULL, NULL,
	    .compute = outage_time, .offset = 1 },
	{ "proxy.outage_end", FACT_STRING, SOURCE_HISTORY,
	    "whether that stretch is over, a sentence", NULL, "",
	    .compute = outage_end },
	{ "proxy.outage_beside", FACT_STRING, SOURCE_HISTORY,
	    "how other schemes did in that stretch, a sentence", NULL, "",
	    .compute = outage_beside },
	{ "proxy.down_beside", FACT_STRING, SOURCE_HISTORY,
	    "another proxy, on this host or of the same domain, that let "
	    "nobody in at this time, as this one", SEE_OTHERS,
	    "another proxy", .compute = down_beside },
	{ "proxy.slow_logins", FACT_NUMBER, SOURCE_HISTORY,
	    "how many good logins in a row, this one among them, took ten "
	    "times the usual, and half a second or more", NULL, NULL,
	    .compute = slow_count, .offset = 0 },
	{ "proxy.slow_clients", FACT_NUMBER, SOURCE_HISTORY,
	    "from how many clients those came (up to 9)", NULL, NULL,
	    .compute = slow_count, .offset = 1 },
	{ "proxy.slow_hosts", FACT_NUMBER, SOURCE_HISTORY,
	    "for how many destinations those were (up to 9)", NULL, NULL,
	    .compute = slow_count, .offset = 2 },
	{ "proxy.slow_time", FACT_DURATION, SOURCE_HISTORY,
	    "how long those took, on the average", NULL, NULL,
	    .compute = slow_time, .offset = 0 },
	{ "proxy.quick_time", FACT_DURATION, SOURCE_HISTORY,
	    "how long the quick quarter of the good logins takes at most",
	    NULL, NULL, .compute = slow_time, .offset = 1 },
	{ "proxy.slow_since", FACT_STRING, SOURCE_HISTORY,
	    "when logins got slow", NULL, NULL, .compute = slow_since },
};
/* clang-format on */

const size_t facts_of_story_count =
    sizeof(facts_of_story) / sizeof(facts_of_story[0]);
