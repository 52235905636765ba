/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other clients of the same proxy show, and refused connections.
 *
 * Where no other client is in the capture, nothing can be said of them: such
 * facts are unknown, not false.
 */
#include "diagnose/lookback.h"

#define SEE_ALL_CLIENTS                                                        \
	"capture beside the proxy, so that its other clients are seen, too"
#define SEE_EARLIER "start the capture earlier, before the fault began"
/* Others count if they came this near in time. */
#define NEAR (300 * WHEN_SECOND)

static bool
is_near(const struct event *e, const struct event *o)
{
	return o->time - e->time <= NEAR && e->time - o->time <= NEAR;
}

static bool
other_client_near(const struct event *e, const struct event *o)
{
	return is_near(e, o) && e->kin[KIN_CLIENT] != o->kin[KIN_CLIENT];
}

static bool
other_client(const struct event *e, const struct event *o)
{
	return e->kin[KIN_CLIENT] != o->kin[KIN_CLIENT];
}

static bool
peer_of_proxy(const struct event *e, const struct event *o)
{
	return other_client(e, o) &&
	    e->kin[KIN_PROXY] == o->kin[KIN_PROXY];
}

static struct value
others(const struct subject *s, enum kinship kin)
{
	if (s->event == NULL || s->event->kin[kin] == 0)
		return value_unknown();
	if (history_near(s->history, s->event, kin, WHICH_OK,
	        other_client_near) != NULL)
		return value_bool(true);
	return history_near(s->history, s->event, kin, WHICH_REFUSED,
	           other_client_near) != NULL
	    ? value_bool(false)
	    : value_unknown();
}

static struct value
others_pass(const struct subject *s, const struct fact *f)
{
	(void)f;
	return others(s, KIN_PROXY);
}

static struct value
scheme_passes(const struct subject *s, const struct fact *f)
{
	(void)f;
	return others(s, KIN_LANE);
}

static struct value
peers_pass(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL || s->attempt->user_agent == NULL)
		return value_unknown();
	return history_near(s->history, s->event, KIN_AGENT, WHICH_OK,
	           peer_of_proxy) != NULL
	    ? value_bool(true)
	    : value_unknown();
}

/* -- runs of refusals -- */

static const struct run *
run_of(const struct subject *s, struct value *otherwise)
{
	*otherwise = value_unknown();
	if (s->event == NULL)
		return NULL;

	const struct lane *lane = history_lane(s->history, s->event);
	const struct run *run = history_run(s->history, s->event);

	/* With one client in the capture, who knows about the others? */
	if (lane == NULL || lane->clients < 2)
		return NULL;
	*otherwise = value_absent();
	return run;
}

static struct value
run_users(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise : value_number((double)run->users);
}

static struct value
run_clients(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise : value_number((double)run->clients);
}

static struct value
run_refusals(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise : value_number((double)run->refusals);
}

static struct value
run_known_good(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise
	                   : value_number(100.0 * (double)run->known_good /
	                         (double)run->users);
}

static struct value
run_length(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise
	                   : value_duration(when_between(run->began,
	                         run->last));
}

static struct value
run_over(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise
	                   : value_bool(run->success_after != WHEN_NONE);
}

static struct value
run_others_pass(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise : value_bool(run->other_schemes_pass);
}

static struct value
run_host_shut(const struct subject *s, const struct fact *f)
{
	struct value otherwise;
	const struct run *run = run_of(s, &otherwise);

	(void)f;
	return run == NULL ? otherwise : value_bool(run->host_shut);
}

/* -- what is usual -- */

static const struct lane *
lane_of(const struct subject *s)
{
	return s->event == NULL ? NULL : history_lane(s->history, s->event);
}

static struct value
usual_verdict(const struct subject *s, const struct fact *f)
{
	const struct lane *lane = lane_of(s);

	(void)f;
	return lane == NULL || lane->median_verdict_ns < 0
	    ? value_unknown()
	    : value_duration(lane->median_verdict_ns);
}

static struct value
verdict_ratio(const struct subject *s, const struct fact *f)
{
	const struct lane *lane = lane_of(s);

	(void)f;
	if (lane == NULL || lane->median_verdict_ns <= 0)
		return value_unknown();
	if (s->attempt->verdict_ns < 0)
		return value_absent();
	return value_number((double)s->attempt->verdict_ns /
	    (double)lane->median_verdict_ns);
}

/* Tried by several clients, and none got through. */
static struct value
ever_passes(const struct subject *s, const struct fact *f)
{
	const struct lane *lane = lane_of(s);

	(void)f;
	if (lane == NULL)
		return value_unknown();
	if (lane->good > 0)
		return value_bool(true);
	return lane->clients >= 3 ? value_bool(false) : value_unknown();
}

static struct value
lane_clients(const struct subject *s, const struct fact *f)
{
	const struct lane *lane = lane_of(s);

	(void)f;
	return lane == NULL ? value_unknown()
	                    : value_number((double)lane->clients);
}

static const struct proxy_history *
proxy_of(const struct subject *s)
{
	return s->event == NULL ? NULL : history_proxy(s->history, s->event);
}

/* This proxy took this scheme, before (offset 0) or later (offset 1). */
static struct value
scheme_taken(const struct subject *s, const struct fact *f)
{
	const struct event *ok;

	if (s->event == NULL || s->event->kin[KIN_LANE] == 0)
		return value_unknown();
	ok = f->offset == 0
	    ? history_before(s->history, s->event, KIN_LANE, WHICH_OK, NULL)
	    : history_after(s->history, s->event, KIN_LANE, WHICH_OK, NULL);
	if (ok != NULL)
		return value_bool(true);
	return f->offset == 0 ? value_unknown() : value_bool(false);
}

static struct value
offer_changed(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	if (p == NULL || p->first_offer == NULL)
		return value_unknown();
	if (p->offer_after != NULL)
		return value_bool(s->attempt->start >= p->offer_changed);
	return p->first_offer == s->attempt ? value_unknown()
	                                    : value_bool(false);
}

static struct value
offer_before(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	if (p == NULL || p->offer_before == NULL)
		return value_unknown();

	const struct attempt *a = p->offer_before;
	const char **names =
	    arena_new(s->arena, (a->n_offers + 1) * sizeof(*names));

	for (size_t i = 0; i < a->n_offers; i++)
		names[i] = scheme_name(a->offers[i].scheme);
	return value_list(names, a->n_offers);
}

static struct value
offer_changed_ago(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	if (p == NULL)
		return value_unknown();
	if (p->offer_after == NULL || s->attempt->start < p->offer_changed)
		return value_absent();
	return value_duration(s->attempt->start - p->offer_changed);
}

static struct value
asks(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	return value_bool(p != NULL && p->asks);
}

static struct value
challenges_ntlm(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	if (p == NULL)
		return value_unknown();
	if (p->challenged_ntlm)
		return value_bool(true);
	return p->clients_407 >= 3 ? value_bool(false) : value_unknown();
}

static struct value
server_differs(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);
	const struct observed_response *r = s->attempt != NULL
	    ? s->attempt->response
	    : NULL;

	(void)f;
	if (p == NULL || r == NULL || r->status != 407)
		return value_absent();
	if (p->usual_server == NULL || r->server == NULL)
		return value_absent();
	return value_bool(strcmp(p->usual_server, r->server) != 0);
}

static struct value
usual_server(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	return p == NULL ? value_unknown() : value_string(p->usual_server);
}

static struct value
servers(const struct subject *s, const struct fact *f)
{
	const struct proxy_history *p = proxy_of(s);

	(void)f;
	return p == NULL ? value_unknown() : value_number(p->servers);
}

/* -- refused connections -- */

/* NULL: it is about something else. */
static const struct observation *
refused_of(const struct subject *s)
{
	return s->refused != NULL && s->refused->kind == OBSERVE_REFUSED
	    ? s->refused
	    : NULL;
}

static struct value
unreachable_silent(const struct subject *s, const struct fact *f)
{
	(void)f;
	return refused_of(s) == NULL ? value_absent()
	                          : value_bool(s->refused->silent);
}

static struct value
unreachable_answer(const struct subject *s, const struct fact *f)
{
	(void)f;
	return refused_of(s) == NULL ? value_absent()
	    : s->refused->silent     ? value_string("nothing")
	                             : value_string("a reset");
}

static struct value
unreachable_not_there(const struct subject *s, const struct fact *f)
{
	(void)f;
	return refused_of(s) == NULL ? value_absent()
	                          : value_bool(s->refused->not_there);
}

static struct value
unreachable_tries(const struct subject *s, const struct fact *f)
{
	(void)f;
	return refused_of(s) == NULL ? value_absent()
	                          : value_number(s->refused->tries);
}

static struct value
unreachable_port(const struct subject *s, const struct fact *f)
{
	(void)f;
	return refused_of(s) == NULL
	    ? value_absent()
	    : value_number(s->refused->connection.proxy_port);
}

static struct value
reached_by(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (refused_of(s) == NULL)
		return value_absent();
	return value_number((double)history_proxy_clients(s->history,
	    &s->refused->connection.proxy,
	    s->refused->connection.proxy_port));
}

static struct value
host_is_proxy(const struct subject *s, const struct fact *f)
{
	(void)f;
	return refused_of(s) == NULL
	    ? value_absent()
	    : value_bool(history_host_is_proxy(s->history,
	          &s->refused->connection.proxy));
}

/* Does this client get an answer from any proxy? */
static struct value
client_has_proxy(const struct subject *s, const struct fact *f)
{
	const struct observation *o = refused_of(s);

	(void)f;
	return o == NULL ? value_absent()
	                 : value_bool(history_client_is_known(s->history,
	                       &o->connection.client));
}

/* A host of two addresses tries both, and takes the one that answers. */
static struct value
other_family(const struct subject *s, const struct fact *f)
{
	const struct observation *o = refused_of(s);

	(void)f;
	return o == NULL ? value_absent()
	                 : value_bool(history_other_family_near(s->history,
	                       &o->connection.proxy, o->connection.proxy_port,
	                       o->time));
}

/* clang-format off */
const struct fact facts_of_proxy[] = {
	{ "proxy.others_succeed", FACT_BOOL, SOURCE_HISTORY,
	    "other clients get through this proxy within five minutes",
	    SEE_ALL_CLIENTS, NULL, .compute = others_pass },
	{ "proxy.same_scheme_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "other clients get through with the same scheme within five "
	    "minutes", SEE_ALL_CLIENTS, NULL, .compute = scheme_passes },
	{ "proxy.agent_peers_succeed", FACT_BOOL, SOURCE_HISTORY,
	    "the same program gets through on other clients",
	    SEE_ALL_CLIENTS, NULL, .compute = peers_pass },
	{ "proxy.scheme_ever_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "anybody gets through this proxy with this scheme",
	    SEE_ALL_CLIENTS, NULL, .compute = ever_passes },
	{ "proxy.scheme_clients", FACT_NUMBER, SOURCE_HISTORY,
	    "how many clients tried this scheme at this proxy", NULL, NULL,
	    .compute = lane_clients },
	{ "proxy.outage_users", FACT_NUMBER, SOURCE_HISTORY,
	    "how many users were refused in a stretch without any success",
	    SEE_ALL_CLIENTS, NULL, .compute = run_users },
	{ "proxy.outage_clients", FACT_NUMBER, SOURCE_HISTORY,
	    "how many clients were refused in a stretch without any success",
	    SEE_ALL_CLIENTS, NULL, .compute = run_clients },
	{ "proxy.outage_refusals", FACT_NUMBER, SOURCE_HISTORY,
	    "how many refusals the stretch without any success has",
	    SEE_ALL_CLIENTS, NULL, .compute = run_refusals },
	{ "proxy.outage_known_good", FACT_NUMBER, SOURCE_HISTORY,
	    "how many per cent of these users get through at other times",
	    SEE_ALL_CLIENTS, NULL, .compute = run_known_good },
	{ "proxy.outage_length", FACT_DURATION, SOURCE_HISTORY,
	    "how long the stretch without any success is", SEE_ALL_CLIENTS,
	    NULL, .compute = run_length },
	{ "proxy.outage_over", FACT_BOOL, SOURCE_HISTORY,
	    "somebody got through after the stretch without any success",
	    SEE_ALL_CLIENTS, NULL, .compute = run_over },
	{ "proxy.outage_other_schemes_pass", FACT_BOOL, SOURCE_HISTORY,
	    "other schemes got through in that stretch", SEE_ALL_CLIENTS,
	    NULL, .compute = run_others_pass },
	{ "proxy.outage_one_host", FACT_BOOL, SOURCE_HISTORY,
	    "all in that stretch asked for one host, for which nobody gets in "
	    "at other times, either", SEE_ALL_CLIENTS, NULL,
	    .compute = run_host_shut },
	{ "proxy.usual_verdict_time", FACT_DURATION, SOURCE_HISTORY,
	    "the median time to the verdict of good logins with this scheme",
	    SEE_ALL_CLIENTS, "an unknown time", .compute = usual_verdict },
	{ "proxy.verdict_ratio", FACT_NUMBER, SOURCE_HISTORY,
	    "the time to the verdict, as a multiple of the usual one",
	    SEE_ALL_CLIENTS, NULL, .compute = verdict_ratio },
	{ "proxy.scheme_succeeded_before", FACT_BOOL, SOURCE_HISTORY,
	    "somebody got through this proxy with this scheme before",
	    SEE_EARLIER, NULL, .compute = scheme_taken, .offset = 0 },
	{ "proxy.scheme_succeeded_after", FACT_BOOL, SOURCE_HISTORY,
	    "somebody got through this proxy with this scheme later",
	    NULL, NULL, .compute = scheme_taken, .offset = 1 },
	{ "proxy.offer_changed", FACT_BOOL, SOURCE_HISTORY,
	    "the proxy had offered other schemes before", SEE_EARLIER, NULL,
	    .compute = offer_changed },
	{ "proxy.offers_before", FACT_LIST, SOURCE_HISTORY,
	    "the schemes that the proxy offered before the change",
	    SEE_EARLIER, "nothing", .compute = offer_before },
	{ "proxy.offer_changed_ago", FACT_DURATION, SOURCE_HISTORY,
	    "time since the offer changed", SEE_EARLIER, "an unknown time",
	    .compute = offer_changed_ago },
	{ "proxy.asks", FACT_BOOL, SOURCE_HISTORY,
	    "it answers 407, to whomever: it is a proxy", SEE_ALL_CLIENTS,
	    NULL, .compute = asks },
	{ "proxy.challenges_ntlm", FACT_BOOL, SOURCE_HISTORY,
	    "the proxy answers type 1 messages with a type 2 at all",
	    SEE_ALL_CLIENTS, NULL, .compute = challenges_ntlm },
	{ "proxy.server_differs", FACT_BOOL, SOURCE_HISTORY,
	    "this 407 names another product than other 407s from there",
	    NULL, NULL, .compute = server_differs },
	{ "proxy.usual_server", FACT_STRING, SOURCE_HISTORY,
	    "the Server field of the proxy's first 407", SEE_EARLIER,
	    "a proxy that does not name itself", .compute = usual_server },
	{ "proxy.servers", FACT_NUMBER, SOURCE_HISTORY,
	    "how many different Server fields its 407s have", NULL, NULL,
	    .compute = servers },
	{ "unreachable.silent", FACT_BOOL, SOURCE_WITNESS,
	    "nothing answered the connection, not even a reset", NULL, NULL,
	    .compute = unreachable_silent },
	{ "unreachable.answer", FACT_STRING, SOURCE_WITNESS,
	    "what the connection was answered with", NULL, NULL,
	    .compute = unreachable_answer },
	{ "unreachable.not_there", FACT_BOOL, SOURCE_WITNESS,
	    "the host was asked for on its own network (ARP), and was not "
	    "there", NULL, NULL, .compute = unreachable_not_there },
	{ "unreachable.tries", FACT_NUMBER, SOURCE_WITNESS,
	    "how often the connection was tried", NULL, NULL,
	    .compute = unreachable_tries },
	{ "unreachable.port", FACT_NUMBER, SOURCE_WITNESS,
	    "the port that was asked for", NULL, NULL,
	    .compute = unreachable_port },
	{ "unreachable.reached_by", FACT_NUMBER, SOURCE_WITNESS,
	    "how many clients got an answer from this proxy", NULL, NULL,
	    .compute = reached_by },
	{ "unreachable.host_is_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "clients use a proxy at this address, at this or another port",
	    NULL, NULL, .compute = host_is_proxy },
	{ "unreachable.client_has_proxy", FACT_BOOL, SOURCE_WITNESS,
	    "the client uses a proxy in this capture all the same", NULL,
	    NULL, .compute = client_has_proxy },
	{ "unreachable.other_family_used", FACT_BOOL, SOURCE_WITNESS,
	    "within a second a proxy is used at this port over the other "
	    "version of IP", NULL, NULL, .compute = other_family },
};
/* clang-format on */

const size_t facts_of_proxy_count =
    sizeof(facts_of_proxy) / sizeof(facts_of_proxy[0]);
