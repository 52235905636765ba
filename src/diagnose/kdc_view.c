/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/kdc_view.h"

#include <stdlib.h>
#include <strings.h>

#include "base/memory.h"

/* A ticket is asked for when it is needed, and an answer waited for. */
#define SERVICE_BEFORE (60 * WHEN_SECOND)
/* Who could not log on tries to do without for as long as this. */
#define LOGON_BEFORE (15 * 60 * WHEN_SECOND)
#define AFTER        (5 * WHEN_SECOND)
/* Who was not referred to another realm asks for it by its configuration; so
 * near, it is for the proxy. */
#define SAME_TIME (2 * WHEN_SECOND)
/* Of a client that asks without end, the last ones count. */
#define LOOK_AT 256
/* Different errors for a service that one client gets in turn. */
#define KINDS 4

struct kdc_index {
	const struct witness_record **records; /* by client, time, frame */
	size_t n;
};

/* What is gathered on the way through the records of an attempt. */
struct gather {
	const struct attempt *attempt;
	struct kdc_view *view;
	const struct witness_record *logon;   /* error to an AS-REQ */
	const struct witness_record *service; /* error for HTTP/... */
	struct kind {
		/* The first time; and the way to that realm before it. */
		const struct witness_record *error, *crossing;
	} kinds[KINDS], kind;
	size_t n_kinds;
	const struct witness_record *crossing; /* the last one */
	const struct witness_record *realm;   /* error of another realm */
	const struct witness_record *site;    /* error for the target's own */
	const struct witness_record *too_big;
	const struct witness_record *quiet;   /* silence, or refusal */
	const char *logon_user, *service_user;
	bool logon_users, service_users; /* more than one */
};

static int by_client(const void *left, const void *right);
static void gather_one(struct gather *g, const struct witness_record *r);
static void conclude(struct gather *g);
static const struct witness_record *find_own(const struct kdc_index *x,
    const struct attempt *a);

const struct kdc_record *
kdc_of(const struct witness_record *r)
{
	return r->saw.kdc;
}

static when_ns
time_of(const struct witness_record *r)
{
	const struct kdc_record *k = kdc_of(r);

	return k->request_time != WHEN_NONE ? k->request_time : r->time;
}

struct kdc_index *
kdc_index_new(const struct testimony *t)
{
	struct kdc_index *x = memory_new(1, sizeof(*x));

	if (t == NULL)
		return x;

	const struct witness_record *const *all =
	    testimony_of(t, WITNESS_KDC, &x->n);

	x->records = memory_new(x->n, sizeof(*x->records));
	for (size_t i = 0; i < x->n; i++)
		x->records[i] = all[i];
	if (x->n > 1)
		qsort(x->records, x->n, sizeof(struct witness_record *),
		    by_client);
	return x;
}

void
kdc_index_free(struct kdc_index *x)
{
	if (x == NULL)
		return;
	free(x->records);
	free(x);
}

static int
compare_clients(const struct address *a, const struct address *b)
{
	return a->len != b->len ? (a->len < b->len ? -1 : 1)
	                        : memcmp(a->bytes, b->bytes, 16);
}

static int
by_client(const void *left, const void *right)
{
	const struct witness_record *a =
	    *(const struct witness_record *const *)left;
	const struct witness_record *b =
	    *(const struct witness_record *const *)right;
	int order = compare_clients(&a->client, &b->client);

	if (order != 0)
		return order;
	if (time_of(a) != time_of(b))
		return time_of(a) < time_of(b) ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* The first record of a client that is not before `from`. */
static size_t
find(const struct kdc_index *x, const struct address *client, when_ns from)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = compare_clients(&x->records[mid]->client, client);

		if (order < 0 ||
		    (order == 0 && time_of(x->records[mid]) < from))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_of(const struct kdc_index *x, size_t i, const struct address *client)
{
	return i < x->n && address_eq(&x->records[i]->client, client);
}

void
kdc_view_of(const struct kdc_index *x, const struct attempt *a,
    struct kdc_view *out)
{
	const struct address *client = &a->connection.client;
	struct gather g = { .attempt = a, .view = out };

	*out = (struct kdc_view){ 0 };
	if (x == NULL || x->n == 0 || a->start == WHEN_NONE)
		return;
	out->visible = is_of(x, find(x, client, WHEN_NONE), client);
	if (!out->visible)
		return;

	size_t first = find(x, client, when_after(a->start, -LOGON_BEFORE));
	size_t end = find(x, client, when_after(a->end, AFTER));

	if (end - first > LOOK_AT)
		first = end - LOOK_AT;
	for (size_t i = first; i < end; i++)
		gather_one(&g, x->records[i]);
	conclude(&g);
	out->own = find_own(x, a);
}

/* The fingerprint of the ticket that the attempt carried; 0: none. */
static fingerprint
ticket_of(const struct attempt *a)
{
	const struct token *t = a->credentials;

	return t != NULL && t->kind == TOKEN_AP_REQ ? t->kerberos->ticket : 0;
}

static const struct witness_record *
find_own(const struct kdc_index *x, const struct attempt *a)
{
	const struct address *client = &a->connection.client;
	fingerprint ticket = ticket_of(a);
	size_t end = find(x, client, when_after(a->end, 1));

	for (size_t i = end; ticket != 0 && i > 0 && end - i < LOOK_AT; i--) {
		if (!is_of(x, i - 1, client))
			break;
		if (kdc_of(x->records[i - 1])->ticket == ticket)
			return x->records[i - 1];
	}
	return NULL;
}

/* -- what a record means -- */

/* "HTTP/name": the name; empty if it is another kind of service. */
static struct span
http_host(const char *service)
{
	struct span s = span_of_str(service);

	return span_starts_nocase(s, SPAN("HTTP/")) ? span_from(s, 5)
	                                            : SPAN("");
}

static bool
is_krbtgt(const char *service)
{
	return service == NULL ||
	    span_starts_nocase(span_of_str(service), SPAN("krbtgt/"));
}

/* Computers log on, too, and their tickets are not the user's. */
static bool
is_machine(const char *client)
{
	size_t n = client != NULL ? strlen(client) : 0;

	return n > 0 && (client[n - 1] == '$' || strchr(client, '/') != NULL);
}

/* "alice" and "Alice@LAB.TEST" are one; a name that is not there is any. */
static bool
may_be(const char *client, const char *user)
{
	if (client == NULL || user == NULL)
		return true;

	size_t a = strcspn(client, "@"), b = strcspn(user, "@");

	return a == b && strncasecmp(client, user, a) == 0;
}

/* The origin's own name: that ticket is not for the proxy. */
static bool
is_target(const struct attempt *a, struct span host)
{
	struct span target = span_of_str(a->authority);

	return span_is_set(target) && target.len > host.len &&
	    target.at[host.len] == ':' &&
	    span_eq_nocase(span_first(target, host.len), host);
}

/* Every log-on and every big ticket has these on its way. */
static bool
is_step(int error)
{
	return error == 25 || error == 90 || error == 91;
}

static void
note_user(const char *client, const char **one, bool *several)
{
	if (client == NULL)
		return;
	if (*one != NULL && !may_be(client, *one))
		*several = true;
	*one = client;
}

static void
gather_logon(struct gather *g, const struct witness_record *r)
{
	const struct kdc_record *k = kdc_of(r);
	const char *user = g->attempt->user;

	/* Another service at log-on is one to change the password. */
	if (is_machine(k->client) || !may_be(k->client, user) ||
	    !is_krbtgt(k->service))
		return;
	note_user(k->client, &g->logon_user, &g->logon_users);
	g->view->unheard = k->ended == KDC_UNSEEN;
	if (k->ended == KDC_UNSEEN) {
		/* It did go on. */
		g->view->unfinished = NULL;
	} else if (k->ended == KDC_TICKET) {
		/* Of one user; another's ticket says nothing of the first. */
		if (g->logon != NULL &&
		    may_be(k->client, kdc_of(g->logon)->client))
			g->logon = NULL;
		g->view->unfinished = g->too_big = NULL;
		g->view->settled = true;
	} else if (k->ended == KDC_ERROR && is_step(k->error)) {
		g->view->unfinished = r;
	} else if (k->ended == KDC_ERROR && k->error == 52) {
		g->view->unfinished = NULL;
		g->too_big = r;
	} else if (k->ended == KDC_ERROR) {
		g->view->unfinished = NULL;
		g->view->settled = false;
		if (g->logon == NULL || kdc_of(g->logon)->error != k->error)
			g->logon = r;
	}
}

/* Who is given or refused a service's ticket has logged on before. */
static void
note_logged_on(struct gather *g, const struct kdc_record *k)
{
	if (k->client == NULL || is_machine(k->client))
		return;
	if (g->logon_user != NULL && may_be(k->client, g->logon_user))
		g->logon = NULL;
	note_user(k->client, &g->logon_user, &g->logon_users);
}

/* The realm of "krbtgt/H2.TEST"; empty if it is another kind of ticket. */
static struct span
leads_to(const struct kdc_record *k)
{
	struct span s = span_of_str(k->granted);

	return k->ended == KDC_TICKET &&
	        span_starts_nocase(s, SPAN("krbtgt/"))
	    ? span_from(s, 7)
	    : SPAN("");
}

static bool
crosses(const struct kdc_record *k)
{
	return leads_to(k).len > 0 && k->realm != NULL &&
	    !span_eq_nocase(leads_to(k), span_of_str(k->realm));
}

static bool
says_the_same(const struct kdc_record *a, const struct kdc_record *b)
{
	return a->error == b->error &&
	    span_eq_nocase(http_host(a->service), http_host(b->service));
}

/* Where two realms are asked in turn, each says the same again and again: of
 * what was said last, the first time counts. */
static void
note_refusal(struct gather *g, const struct witness_record *r)
{
	const struct kdc_record *k = kdc_of(r);

	g->kind = (struct kind){ r, g->crossing };
	for (size_t i = 0; i < g->n_kinds; i++)
		if (says_the_same(kdc_of(g->kinds[i].error), k)) {
			g->kind = g->kinds[i];
			break;
		}
	g->service = g->kind.error;
	if (g->service == r && g->n_kinds < KINDS)
		g->kinds[g->n_kinds++] = g->kind;
}

/* The ticket of another realm with which the one that refused was asked. */
static const struct witness_record *
crossing_of(const struct gather *g)
{
	const struct kind *kind = &g->kind;
	const char *realm = g->view->verdict != NULL &&
	        g->view->verdict == kind->error
	    ? kdc_of(kind->error)->realm
	    : NULL;

	return realm != NULL && kind->crossing != NULL &&
	        span_eq_nocase(leads_to(kdc_of(kind->crossing)),
	            span_of_str(realm))
	    ? kind->crossing
	    : NULL;
}

static void
gather_service(struct gather *g, const struct witness_record *r)
{
	const struct kdc_record *k = kdc_of(r);
	struct span host = http_host(k->service);

	if (k->ended == KDC_ERROR || k->ended == KDC_TICKET)
		note_logged_on(g, k);
	if (crosses(k))
		g->crossing = r;
	if (host.len == 0) {
		/* On the way to another realm; not to that of the target. */
		if (k->ended == KDC_ERROR && is_krbtgt(k->service) &&
		    k->service != NULL && k->error != 52 &&
		    !(g->site != NULL &&
		        when_between(time_of(r), time_of(g->site)) <=
		            SAME_TIME))
			g->realm = r;
		return;
	}
	if (is_machine(k->client) || !may_be(k->client, g->attempt->user))
		return;
	if (is_target(g->attempt, host)) {
		if (k->ended == KDC_ERROR && k->error != 52)
			g->site = r;
		return;
	}
	note_user(k->client, &g->service_user, &g->service_users);
	g->view->unheard = k->ended == KDC_UNSEEN;
	if (k->ended == KDC_TICKET && http_host(k->granted).len > 0) {
		g->view->ticket = r;
		g->service = g->too_big = NULL;
		g->n_kinds = 0;
	} else if (k->ended == KDC_TICKET) {
		g->view->referral = r;
	} else if (k->ended == KDC_ERROR && k->error == 52) {
		g->too_big = r;
	} else if (k->ended == KDC_ERROR) {
		note_refusal(g, r);
	}
}

static void
gather_one(struct gather *g, const struct witness_record *r)
{
	const struct kdc_record *k = kdc_of(r);
	bool near = when_between(time_of(r), g->attempt->start) <=
	    SERVICE_BEFORE;

	if (k->asked == KDC_ASKED_AS)
		gather_logon(g, r);
	else if (k->asked == KDC_ASKED_TGS && near)
		gather_service(g, r);
	if (!near)
		return;
	g->view->asked = true;
	if (k->ended == KDC_SILENT || k->ended == KDC_REFUSED) {
		/* What was asked says more than a SYN. */
		if (g->quiet == NULL || (k->asked != KDC_ASKED_NOTHING &&
		        kdc_of(g->quiet)->asked == KDC_ASKED_NOTHING))
			g->quiet = r;
	} else if (k->ended == KDC_TICKET ||
	    (k->ended == KDC_ERROR && k->error != 52)) {
		g->quiet = NULL; /* it, or another one, is there again */
	}
}

/* -- the verdict -- */

static void
tell(struct kdc_view *v, const struct witness_record *r)
{
	size_t at = v->n_story;

	if (r == NULL || v->n_story == KDC_STORY)
		return;
	for (size_t i = 0; i < v->n_story; i++)
		if (v->story[i] == r)
			return;
	while (at > 0 && v->story[at - 1]->frame > r->frame) {
		v->story[at] = v->story[at - 1];
		at--;
	}
	v->story[at] = r;
	v->n_story++;
}

static bool
tcp_fails(const struct gather *g)
{
	return g->too_big != NULL && g->quiet != NULL &&
	    g->quiet->over_tcp && g->quiet->frame > g->too_big->frame;
}

static void
conclude(struct gather *g)
{
	struct kdc_view *v = g->view;
	bool nameless = g->attempt->user == NULL;
	bool whose = false;

	if (g->service != NULL) {
		v->verdict = g->service;
		whose = g->service_users;
	} else if (v->ticket != NULL) {
		/* All is well, as far as the KDC goes. */
	} else if (g->realm != NULL && (v->referral != NULL ||
	        when_between(time_of(g->realm), g->attempt->start) <=
	            SAME_TIME)) {
		v->verdict = g->realm;
	} else if (tcp_fails(g)) {
		v->verdict = g->quiet;
		v->tcp_fails = true;
		tell(v, g->too_big);
	} else if (g->quiet != NULL) {
		v->verdict = g->quiet;
	} else if (g->logon != NULL) {
		v->verdict = g->logon;
		whose = g->logon_users;
	}
	/* When the proxy asked, and nothing else came of it. */
	if (v->verdict == NULL && v->ticket == NULL && g->site != NULL &&
	    time_of(g->site) >= g->attempt->start)
		v->astray = g->site;
	if (nameless && whose) {
		v->ambiguous = true;
		v->verdict = NULL;
	}
	if (nameless && g->logon_users)
		v->unfinished = NULL;
	v->crossing = crossing_of(g);
	tell(v, v->referral);
	tell(v, v->crossing);
	tell(v, v->verdict);
	tell(v, v->astray);
	if (v->verdict == NULL)
		tell(v, v->unfinished);
}
