/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/story.h"

#include <stdio.h>

#include "auth/token.h"

#define NEAR (300 * WHEN_SECOND)
/* Different ones that are told apart; beyond, "many" is enough. */
#define SEEN_MOST 64

static const char *const names[] = {
	[SCOPE_UNKNOWN] = "unknown",
	[SCOPE_SOMETIMES] = "sometimes",
	[SCOPE_PROGRAM] = "one program",
	[SCOPE_CLIENT] = "one client",
	[SCOPE_USER] = "one user",
	[SCOPE_SCHEME] = "one scheme",
	[SCOPE_NODE] = "one node",
	[SCOPE_SOME] = "some",
	[SCOPE_EVERYBODY] = "everybody",
};

const char *
scope_name(enum scope s)
{
	return names[s];
}

/* -- nodes -- */

static struct span
via_host(const char *via)
{
	struct span s = span_of_str(via);

	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == ',') {
			s = span_from(s, i);
			break;
		}
	s = span_trim(s);
	s = span_trim(span_from(s, span_find(s, ' ')));
	return span_first(s, span_find(s, ' '));
}

static const char *
computer_of(const struct attempt *a)
{
	return a->challenge != NULL ? a->challenge->ntlm->nb_computer : NULL;
}

/* The proxy next to the client adds itself last, also to good answers. */
static struct span
host_of(const struct attempt *a)
{
	return a->response != NULL && a->response->via != NULL
	    ? via_host(a->response->via)
	    : (struct span){ 0 };
}

const char *
node_of(const struct attempt *a, struct arena *arena)
{
	struct span host = host_of(a);

	if (computer_of(a) != NULL)
		return computer_of(a);
	return host.len > 0 ? arena_str(arena, host) : NULL;
}

enum node_match
node_compare(const struct attempt *a, const struct attempt *b)
{
	struct span x = span_of_str(computer_of(a));
	struct span y = span_of_str(computer_of(b));

	if (!span_is_set(x) || !span_is_set(y)) {
		x = host_of(a);
		y = host_of(b);
	}
	if (x.len == 0 || y.len == 0)
		return NODE_UNKNOWN;
	return span_eq_nocase(x, y) ? NODE_SAME : NODE_OTHER;
}

/* -- who is hit -- */

/* Different numbers, each once. */
struct distinct {
	uint32_t at[SEEN_MOST];
	size_t n;
};

static void
distinct_add(struct distinct *d, uint32_t number)
{
	if (number == 0 || d->n == SEEN_MOST)
		return;
	for (size_t i = 0; i < d->n; i++)
		if (d->at[i] == number)
			return;
	d->at[d->n++] = number;
}

/* What was seen near one event at its proxy. */
struct around {
	const struct event *e;
	const struct run *run; /* that counts alone; or NULL */
	struct distinct good_clients, refused_clients, refused_users;
	struct distinct node_refused; /* clients at the node of e */
	struct distinct scheme_refused; /* users, with the scheme of e */
	bool same_login, same_user_here;
	/* This user from other clients: the last ones, good up to e only. */
	when_ns good_elsewhere, refused_elsewhere;
	bool good_elsewhere_later;
	bool other_user_here;
	bool same_scheme_good, same_node_good, other_node_good;
	bool other_node_refused; /* this very login */
	bool others_refused; /* on another client, and not as this user */
	bool alike_refused; /* on another client, by the same rule */
};

/* Before and after an outage all was well. */
static bool
in_run(const struct around *x, const struct event *o)
{
	return x->run == NULL ||
	    (o->time >= x->run->first && o->time <= x->run->last);
}

static bool
note_good(void *context, const struct event *o)
{
	struct around *x = context;
	const struct event *e = x->e;
	bool user = e->kin[KIN_USER] != 0 &&
	    e->kin[KIN_USER] == o->kin[KIN_USER];
	bool here = e->kin[KIN_CLIENT] == o->kin[KIN_CLIENT];
	bool agent = e->kin[KIN_AGENT] == o->kin[KIN_AGENT];

	if (!in_run(x, o))
		return true;
	/* One before it only is told by "worked until". */
	x->same_login |= here && agent && o->time > e->time &&
	    (user || e->kin[KIN_USER] == 0);
	x->same_user_here |= user && here && !agent;
	if (user && !here && o->time > e->time)
		x->good_elsewhere_later = true;
	else if (user && !here && o->time > x->good_elsewhere)
		x->good_elsewhere = o->time;
	x->other_user_here |= here && !user && e->kin[KIN_USER] != 0;
	if (!here)
		distinct_add(&x->good_clients, o->kin[KIN_CLIENT]);
	x->same_scheme_good |= e->kin[KIN_LANE] == o->kin[KIN_LANE];

	if (x->same_node_good && x->other_node_good)
		return true;

	enum node_match node = node_compare(e->attempt, o->attempt);

	x->same_node_good |= node == NODE_SAME;
	x->other_node_good |= node == NODE_OTHER;
	return true;
}

/* Of who is not judged yet, it is not claimed. */
static bool
other_rule(const struct attempt *a, const struct attempt *b)
{
	return a->rule != NULL && b->rule != NULL &&
	    strcmp(a->rule, b->rule) != 0;
}

static bool
note_refused(void *context, const struct event *o)
{
	struct around *x = context;
	const struct event *e = x->e;
	bool here = e->kin[KIN_CLIENT] == o->kin[KIN_CLIENT];
	if (!in_run(x, o))
		return true;
	if (!here && e->kin[KIN_USER] != 0 &&
	    e->kin[KIN_USER] == o->kin[KIN_USER] &&
	    o->time > x->refused_elsewhere)
		x->refused_elsewhere = o->time;
	x->alike_refused |= !here && !other_rule(e->attempt, o->attempt);
	x->others_refused |= !here && (e->kin[KIN_USER] == 0 ||
	    e->kin[KIN_USER] != o->kin[KIN_USER]);
	if (!here)
		distinct_add(&x->refused_clients, o->kin[KIN_CLIENT]);
	if (o->kin[KIN_USER] != e->kin[KIN_USER])
		distinct_add(&x->refused_users, o->kin[KIN_USER]);
	if (e->kin[KIN_LANE] == o->kin[KIN_LANE] &&
	    o->kin[KIN_USER] != e->kin[KIN_USER])
		distinct_add(&x->scheme_refused, o->kin[KIN_USER]);
	/* Names of nodes are compared last: that takes longest. */
	if (!here && x->node_refused.n < SEEN_MOST &&
	    node_compare(e->attempt, o->attempt) == NODE_SAME)
		distinct_add(&x->node_refused, o->kin[KIN_CLIENT]);
	x->other_node_refused |= here &&
	    e->kin[KIN_AGENT] == o->kin[KIN_AGENT] &&
	    e->kin[KIN_USER] == o->kin[KIN_USER] &&
	    node_compare(e->attempt, o->attempt) == NODE_OTHER;
	return true;
}

/* What is no refusal (nobody answered, or the client gave up) is compared
 * with its like. */
static bool
note_alike(void *context, const struct event *o)
{
	struct around *x = context;

	return o->kind == EVENT_REFUSED || !attempt_failed(o->attempt) ||
	    o->attempt->outcome != x->e->attempt->outcome ||
	    note_refused(context, o);
}

static enum scope
decide(const struct around *x)
{
	bool others_pass = x->good_clients.n > 0 || x->other_user_here;
	bool others_fail = x->refused_clients.n > 0 || x->refused_users.n > 0;
	/* Once refused there, too, it is not of this client. */
	bool same_user_elsewhere = x->good_elsewhere_later ||
	    x->good_elsewhere > x->refused_elsewhere;

	if (x->scheme_refused.n >= 2 && !x->same_scheme_good &&
	    (others_pass || x->same_login || x->same_user_here))
		return SCOPE_SCHEME;
	/* By a balancer each of them comes to a good node now and then. */
	if (x->node_refused.n >= 1 && x->other_node_good &&
	    !x->same_node_good && !x->other_node_refused)
		return SCOPE_NODE;
	if (x->same_login)
		return SCOPE_SOMETIMES;
	if (x->same_user_here)
		return SCOPE_PROGRAM;
	if (!others_pass && !same_user_elsewhere)
		return x->refused_clients.n >= 2 && x->others_refused
		    ? SCOPE_EVERYBODY
		    : SCOPE_UNKNOWN;
	if (same_user_elsewhere)
		return SCOPE_CLIENT;
	return others_fail ? SCOPE_SOME : SCOPE_USER;
}

enum scope
scope_of(const struct history *h, const struct event *e,
    struct scope_counts *counts)
{
	struct around x = { .e = e, .run = history_run(h, e),
		.good_elsewhere = INT64_MIN, .refused_elsewhere = INT64_MIN };

	if (x.run != NULL && (x.run->users < 3 ||
	        history_near(h, e, KIN_LANE, WHICH_OK, NULL) == NULL))
		x.run = NULL;
	history_each_near(h, e, KIN_PROXY, WHICH_OK, NEAR, note_good, &x);
	history_each_near(h, e, KIN_PROXY, WHICH_REFUSED, NEAR, note_refused,
	    &x);
	if (e->kind == EVENT_OTHER)
		history_each_near(h, e, KIN_PROXY, WHICH_ALL, NEAR,
		    note_alike, &x);
	*counts = (struct scope_counts){ x.good_clients.n,
		x.refused_clients.n, x.refused_users.n, !x.alike_refused };
	return decide(&x);
}

static void
add_count(struct text *t, size_t n, const char *one, const char *many)
{
	text_fmt(t, "%zu %s%s", n, n == SEEN_MOST ? "or more " : "",
	    n == 1 ? one : many);
}

/* Others may be users of this very client (NAT, a terminal server). */
static void
add_some(struct text *t, const struct scope_counts *counts)
{
	text_str(t, "some: within five minutes ");
	if (counts->good_clients > 0)
		add_count(t, counts->good_clients, "other client gets",
		    "other clients get");
	else
		text_str(t, "another user of this client gets");
	text_str(t, " in, and ");
	if (counts->good_clients > 0 && counts->refused_clients > 0)
		add_count(t, counts->refused_clients, "fails", "fail");
	else if (counts->refused_clients > 0)
		add_count(t, counts->refused_clients, "other client fails",
		    "other clients fail");
	else
		add_count(t, counts->refused_users, "other user fails",
		    "other users fail");
	text_str(t, ", too");
}

void
scope_words(struct text *t, enum scope s, const struct event *e,
    const struct scope_counts *counts)
{
	const char *user =
	    e->kin[KIN_USER] != 0 ? "the same user" : "the same program";

	switch (s) {
	case SCOPE_UNKNOWN:
		text_str(t, "nobody else was seen within five minutes");
		break;
	case SCOPE_SOMETIMES:
		text_str(t, "not always: the same program gets in within five "
		    "minutes after");
		break;
	case SCOPE_PROGRAM:
		text_str(t, "this program only: another one on this client "
		    "gets in as the same user");
		break;
	case SCOPE_CLIENT:
		text_fmt(t, "this client only: %s gets in from another one",
		    user);
		break;
	case SCOPE_USER:
		if (counts->good_clients > 0) {
			text_str(t, "one only: ");
			add_count(t, counts->good_clients, "other client gets",
			    "other clients get");
			text_str(t, " in within five minutes, and no other "
			    "fails");
		} else {
			text_str(t, "this user only: another one gets in from "
			    "this client");
		}
		break;
	case SCOPE_SCHEME:
		text_fmt(t, "all who use %s: other schemes get in",
		    e->attempt->scheme_name);
		break;
	case SCOPE_NODE:
		text_str(t, "all at this node: others behind the same address "
		    "let clients in");
		break;
	case SCOPE_SOME:
		add_some(t, counts);
		break;
	case SCOPE_EVERYBODY:
		if (!counts->other_reasons)
			text_str(t, "everybody: ");
		add_count(t, counts->refused_clients, "other client fails",
		    "other clients fail");
		if (counts->other_reasons)
			text_str(t, " for other reasons");
		text_str(t, ", and none gets in meanwhile");
		break;
	}
}

/* -- since when -- */

static bool
same_proxy(const struct event *e, const struct event *o)
{
	return e->kin[KIN_PROXY] == o->kin[KIN_PROXY];
}

const struct event *
story_last_good(const struct history *h, const struct event *e)
{
	return history_before(h, e,
	    e->kin[KIN_USER] != 0 ? KIN_LOGIN : KIN_PROGRAM, WHICH_OK,
	    same_proxy);
}

struct first {
	when_ns after, time;
	const struct event *e;
};

/* That of a success just before may differ by chance, in what is no matter:
 * who uses several schemes, and plain requests and tunnels in turn. */
static bool
alike(const struct event *e, const struct event *o)
{
	const struct attempt *a = e->attempt, *b = o->attempt;
	bool method = a->method == NULL || b->method == NULL ||
	    (strcmp(a->method, "CONNECT") == 0) ==
	        (strcmp(b->method, "CONNECT") == 0);

	return method &&
	    (a->scheme == ATTEMPT_NONE || a->scheme == b->scheme);
}

static bool
alike_here(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && alike(e, o);
}

const struct event *
story_good_before(const struct history *h, const struct event *e)
{
	const struct event *good = history_before(h, e,
	    e->kin[KIN_USER] != 0 ? KIN_LOGIN : KIN_PROGRAM, WHICH_OK,
	    alike_here);

	return good != NULL ? good : story_last_good(h, e);
}

static bool
note_first(void *context, const struct event *o)
{
	struct first *x = context;

	if (o->time > x->after && o->time < x->time && same_proxy(x->e, o))
		x->time = o->time;
	return true;
}

when_ns
story_failing_since(const struct history *h, const struct event *e,
    const struct event *last_good)
{
	struct first x = { .after = last_good != NULL ? last_good->time
	                                              : INT64_MIN,
		.time = e->time, .e = e };

	history_each_near(h, e,
	    e->kin[KIN_USER] != 0 ? KIN_LOGIN : KIN_PROGRAM, WHICH_REFUSED,
	    INT64_MAX / 4, note_first, &x);
	return x.time;
}

struct since
story_since(const struct history *h, const struct event *e,
    const struct past *past, struct arena *arena)
{
	const struct event *good = story_last_good(h, e);
	const struct event *again = history_after(h, e,
	    e->kin[KIN_USER] != 0 ? KIN_LOGIN : KIN_PROGRAM, WHICH_OK,
	    same_proxy);
	struct since here = {
		.worked_until = good != NULL ? good->time : WHEN_NONE,
		.failing_since = story_failing_since(h, e, good),
		.works_again = again != NULL ? again->time : WHEN_NONE,
	};
	struct since before;

	if (good != NULL || past == NULL)
		return here;
	before = past->of(past->context, e->attempt, e->time, arena);
	here.worked_until = before.worked_until;
	here.scheme = before.scheme;
	here.offers = before.offers;
	if (before.failing_since != WHEN_NONE &&
	    before.failing_since < here.failing_since)
		here.failing_since = before.failing_since;
	return here;
}

static bool
elsewhere(const struct event *e, const struct event *o)
{
	return e->kin[KIN_PROGRAM] != o->kin[KIN_PROGRAM];
}

static bool
other_client(const struct event *e, const struct event *o)
{
	return same_proxy(e, o) && e->kin[KIN_CLIENT] != o->kin[KIN_CLIENT];
}

static bool
alike_elsewhere(const struct event *e, const struct event *o)
{
	return elsewhere(e, o) && alike(e, o);
}

const struct event *
story_good_elsewhere(const struct history *h, const struct event *e)
{
	const struct event *good =
	    history_near(h, e, KIN_USER, WHICH_OK, alike_elsewhere);

	if (good == NULL)
		good = history_near(h, e, KIN_USER, WHICH_OK, elsewhere);
	/* A program that does not name itself is like no other. */
	if (good == NULL && e->attempt->user_agent != NULL)
		good = history_near(h, e, KIN_AGENT, WHICH_OK, other_client);
	return good;
}

/* -- differences -- */

struct lines {
	const char **at;
	size_t n;
	const char *word;
	struct arena *arena;
};

static void
differ(struct lines *l, const char *what, const char *now, const char *good)
{
	struct text t = { .limit = 300 };

	if (now == NULL || good == NULL || l->n == DIFFERENCES_MAX ||
	    span_eq_nocase(span_of_str(now), span_of_str(good)))
		return;
	text_fmt(&t, "%s %s (%s: %s)", what, now[0] != '\0' ? now : "none",
	    l->word, good[0] != '\0' ? good : "none");
	l->at[l->n++] = arena_str(l->arena, text_span(&t));
	text_fini(&t);
}

static void
differ_number(struct lines *l, const char *what, int now, int good)
{
	char a[16], b[16];

	if (now < 0 || good < 0)
		return;
	snprintf(a, sizeof(a), "%d", now);
	snprintf(b, sizeof(b), "%d", good);
	differ(l, what, a, b);
}

static const char *
schemes_of(const struct token *offers, size_t n, struct arena *arena)
{
	struct text t = { .limit = 200 };

	if (n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		text_fmt(&t, "%s%s", i > 0 ? " and " : "",
		    offers[i].scheme == SCHEME_OTHER &&
		            offers[i].scheme_name != NULL
		        ? offers[i].scheme_name
		        : scheme_name(offers[i].scheme));

	const char *kept = arena_str(arena, text_span(&t));

	text_fini(&t);
	return kept;
}

static const char *
offers_of(const struct attempt *a, struct arena *arena)
{
	return schemes_of(a->offers, a->n_offers, arena);
}

const char *
story_offers(const struct attempt *a, struct arena *arena)
{
	const struct token *offers = a->n_offers > 0 ? a->offers
	                                             : a->last_offers;
	size_t n = a->n_offers > 0 ? a->n_offers : a->n_last_offers;

	for (size_t i = 0; i < n; i++)
		if (offers[i].kind == TOKEN_NTLM_CHALLENGE ||
		    (offers[i].scheme == SCHEME_NEGOTIATE &&
		        offers[i].kind != TOKEN_NONE))
			return NULL;
	return schemes_of(offers, n, arena);
}

static const struct token *
ticket_of(const struct attempt *a)
{
	const struct token *t = a->credentials;

	return t != NULL && t->kind == TOKEN_AP_REQ ? t : NULL;
}

static void
differ_tokens(struct lines *l, const struct attempt *a,
    const struct attempt *good)
{
	const struct token *x = a->authenticate, *y = good->authenticate;

	if (x != NULL && y != NULL) {
		differ(l, "domain", x->ntlm->domain != NULL
		        ? x->ntlm->domain : "", y->ntlm->domain != NULL
		        ? y->ntlm->domain : "");
		differ(l, "version", ntlm_version_name(x->ntlm->version),
		    ntlm_version_name(y->ntlm->version));
		differ(l, "workstation", x->ntlm->workstation,
		    y->ntlm->workstation);
		differ(l, "service", x->ntlm->target_spn, y->ntlm->target_spn);
	}
	x = ticket_of(a);
	y = ticket_of(good);
	if (x != NULL && y != NULL) {
		differ(l, "service", x->kerberos->service,
		    y->kerberos->service);
		differ(l, "encryption",
		    kerberos_etype_name(x->kerberos->ticket_etype),
		    kerberos_etype_name(y->kerberos->ticket_etype));
		differ_number(l, "key version", x->kerberos->kvno,
		    y->kerberos->kvno);
		differ(l, "realm", x->kerberos->realm, y->kerberos->realm);
	}
}

static void
differ_requests(struct lines *l, const struct attempt *a,
    const struct attempt *good)
{
	const struct observed_request *x = a->request, *y = good->request;

	if (a->method != NULL && good->method != NULL &&
	    (strcmp(a->method, "CONNECT") == 0) !=
	        (strcmp(good->method, "CONNECT") == 0))
		differ(l, "method", a->method, good->method);
	if (x == NULL || y == NULL)
		return;
	differ(l, "HTTP version", x->version_minor == 0 ? "1.0" : "1.1",
	    y->version_minor == 0 ? "1.0" : "1.1");
	differ(l, "connection", x->keeps_alive ? "kept" : "closed",
	    y->keeps_alive ? "kept" : "closed");
}

/* Of two users, passwords differ as a matter of course. */
static bool
same_user(const struct attempt *a, const struct attempt *b)
{
	return a->user != NULL && b->user != NULL &&
	    span_eq_nocase(span_of_str(a->user), span_of_str(b->user));
}

size_t
story_differences(const struct attempt *a, const struct attempt *good,
    const char *word, struct arena *arena,
    const char *lines[DIFFERENCES_MAX])
{
	struct lines l = { .at = lines, .word = word, .arena = arena };

	if (a->scheme != ATTEMPT_NONE)
		differ(&l, "scheme", a->scheme_name, good->scheme_name);
	differ(&l, "offers", offers_of(a, arena), offers_of(good, arena));
	differ_tokens(&l, a, good);
	if (a->scheme == ATTEMPT_BASIC)
		differ(&l, "domain", a->domain != NULL ? a->domain : "",
		    good->domain != NULL ? good->domain : "");
	if (a->credentials != NULL && good->credentials != NULL &&
	    a->scheme == good->scheme && a->scheme == ATTEMPT_BASIC &&
	    same_user(a, good) &&
	    a->credentials->secret != good->credentials->secret &&
	    l.n < DIFFERENCES_MAX)
		l.at[l.n++] = "another password";
	differ_requests(&l, a, good);
	differ(&l, "program", a->user_agent, good->user_agent);
	if (node_compare(a, good) == NODE_OTHER)
		differ(&l, "node", node_of(a, arena), node_of(good, arena));
	return l.n;
}
