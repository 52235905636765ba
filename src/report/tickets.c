/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keytab told of Kerberos tickets, attempt by attempt. */
#include <stdio.h>
#include <stdlib.h>

#include "report/annex.h"
#include "report/words.h"

/* What acceptors allow where nothing else is set (RFC 4120 1.6). */
#define SKEW_MOST (300 * WHEN_SECOND)

static const struct annex_column columns[] = {
	{ "user", "user", ANNEX_USER },
	{ "client", "client", ANNEX_HOST },
	{ "proxy", "proxy", ANNEX_HOST },
	{ "service", "ticket for", ANNEX_WORDS },
	{ "kvno", "key version", ANNEX_NUMBER },
	{ "opens", "opened", ANNEX_PLAIN },
	{ "entry", "by the key of", ANNEX_WORDS },
	{ "entry_kvno", "in version", ANNEX_NUMBER },
	{ "start", "valid from", ANNEX_PLAIN },
	{ "end", "until", ANNEX_PLAIN },
	{ "clock", "client's clock", ANNEX_PLAIN },
	{ "outcome", "outcome", ANNEX_PLAIN },
	{ "attempts", "times", ANNEX_NUMBER },
	{ "frame", "frame", ANNEX_NUMBER },
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* An attempt whose ticket was held against the keytab. */
struct shown {
	const struct attempt *attempt;
	const struct token *token;
	const struct token_opened *opened;
	when_ns sent;
	uint64_t frame;
};

/* How many attempts are so. */
struct tickets {
	unsigned all, opened;
	unsigned refused; /* opened, in its times, clocks agree */
	unsigned expired, early, skewed, other_client, replayed;
};

static bool
find_ticket(const struct attempt *a, struct shown *out)
{
	*out = (struct shown){ .attempt = a, .token = a->credentials };
	if (out->token == NULL || out->token->opened == NULL)
		return false;
	out->opened = out->token->opened;
	LIST_EACH (link, &a->observations) {
		const struct observation *o =
		    LIST_OBJECT(link, struct observation, link);

		if (o->request.credentials == out->token) {
			out->sent = o->request.time;
			out->frame = o->request.frame;
		}
	}
	return true;
}

static bool
is_open(const struct token_opened *o)
{
	return o->how == OPENING_YES || o->how == OPENING_OTHER;
}

static int64_t
skew_of(const struct shown *s)
{
	return s->opened->ctime == WHEN_NONE
	    ? 0
	    : when_between(s->sent, s->opened->ctime);
}

static void
count(struct tickets *n, const struct shown *s)
{
	const struct token_opened *o = s->opened;

	n->all++;
	if (!is_open(o))
		return;

	bool expired = o->end != WHEN_NONE && o->end < s->sent;
	bool early = o->start != WHEN_NONE &&
	    when_between(s->sent, o->start) > SKEW_MOST;
	bool skewed = llabs(skew_of(s)) > SKEW_MOST;
	bool good = !expired && !early && !skewed && !o->other_client &&
	    !s->attempt->replayed;

	n->opened++;
	n->expired += expired;
	n->early += early;
	n->skewed += skewed;
	n->other_client += o->other_client;
	n->replayed += s->attempt->replayed;
	n->refused += good && s->attempt->outcome == OUTCOME_REJECTED;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_row(const struct shown *x, const struct shown *y)
{
	const struct attempt *a = x->attempt, *b = y->attempt;

	return x->opened->how == y->opened->how &&
	    x->opened->end == y->opened->end && a->outcome == b->outcome &&
	    same_text(x->opened->client, y->opened->client) &&
	    same_text(x->token->kerberos->service,
	        y->token->kerberos->service) &&
	    x->token->kerberos->kvno == y->token->kerberos->kvno &&
	    llabs(skew_of(x) - skew_of(y)) < SKEW_MOST &&
	    address_eq(&a->connection.client, &b->connection.client) &&
	    address_eq(&a->connection.proxy, &b->connection.proxy) &&
	    a->connection.proxy_port == b->connection.proxy_port;
}

/* How the ticket and the keytab fit, for people. */
static const char *
opening_words(enum token_opening how)
{
	static const char *const words[] = {
		[OPENING_NOT_ASKED] = NULL,
		[OPENING_YES] = "yes",
		[OPENING_OTHER] = "only by another entry",
		[OPENING_NO_SERVICE] = "no: no key for this service",
		[OPENING_NO_VERSION] = "no: no key of this version",
		[OPENING_NO_TYPE] = "no: no key of this encryption type",
		[OPENING_WRONG_KEY] = "no: the key is another one",
		[OPENING_UNKNOWN] = "cannot be told: it is not whole",
	};

	return words[how];
}

static const char *
cell(const struct text *t)
{
	return t->len > 0 ? text_get(t) : NULL;
}

/* One row for attempts of a kind that followed one another. */
static void
add_row(struct annex *x, const struct shown *s, unsigned n)
{
	const struct token_opened *o = s->opened;
	const struct attempt *a = s->attempt;
	const struct token_kerberos *k = s->token->kerberos;
	struct text user = { 0 }, client = { 0 }, proxy = { 0 };
	struct text start = { 0 }, end = { 0 }, clock = { 0 };
	char kvno[24], entry[24], times[24], frame[24];

	if (o->client != NULL)
		text_fmt(&user, "%s\\%s",
		    o->client_realm != NULL ? o->client_realm : "",
		    o->client);
	address_add(&client, &a->connection.client);
	address_port_add(&proxy, &a->connection.proxy,
	    a->connection.proxy_port);
	if (o->start != WHEN_NONE)
		when_day_time(&start, o->start);
	if (o->end != WHEN_NONE)
		when_day_time(&end, o->end);
	if (o->ctime != WHEN_NONE)
		words_clock(&clock, skew_of(s));
	snprintf(kvno, sizeof(kvno), "%d", k->kvno);
	snprintf(entry, sizeof(entry), "%d", o->entry_kvno);
	snprintf(times, sizeof(times), "%u", n);
	snprintf(frame, sizeof(frame), "%llu", (unsigned long long)s->frame);

	const char *const cells[N_COLUMNS] = { cell(&user), text_get(&client),
		text_get(&proxy), k->service, k->kvno >= 0 ? kvno : NULL,
		opening_words(o->how),
		o->how == OPENING_OTHER ? o->entry : NULL,
		o->how == OPENING_OTHER ? entry : NULL, cell(&start),
		cell(&end), cell(&clock), outcome_name(a->outcome), times,
		frame };

	annex_row(x, cells);
	text_fini(&user);
	text_fini(&client);
	text_fini(&proxy);
	text_fini(&start);
	text_fini(&end);
	text_fini(&clock);
}

/* The proxy has a key for it, and this keytab has not. */
static bool
taken_shut(const struct shown *s)
{
	return s->attempt->outcome == OUTCOME_AUTHENTICATED &&
	    !is_open(s->opened) && s->opened->how != OPENING_UNKNOWN;
}

/* Why a ticket stays shut, and what to do. */
static void
say_shut(struct annex *x, const struct shown *s)
{
	const struct token_opened *o = s->opened;
	const struct token_kerberos *k = s->token->kerberos;
	const char *etype = kerberos_etype_name(k->ticket_etype);

	if (taken_shut(s))
		annex_line(x, "The proxy took the ticket in frame %llu, which "
		              "no key of this keytab opens: it uses another "
		              "keytab; give that one.",
		    (unsigned long long)s->frame);
	else if (o->how == OPENING_NO_SERVICE)
		annex_line(x, "The keytab has no key for %s, which the ticket "
		              "in frame %llu is for: add one for this name, or "
		              "have the clients use the name that it has.",
		    k->service, (unsigned long long)s->frame);
	else if (o->how == OPENING_NO_VERSION)
		annex_line(x, "The ticket for %s in frame %llu is of key "
		              "version %d, the keytab has %s: the password of "
		              "the account was changed after the keytab was "
		              "made, or before the client got its ticket; "
		              "export the keytab anew, then log on anew.",
		    k->service, (unsigned long long)s->frame, k->kvno,
		    o->kvnos);
	else if (o->how == OPENING_NO_TYPE)
		annex_line(x, "The ticket for %s in frame %llu is encrypted "
		              "with %s, of which the keytab has no key: add "
		              "it, or take that type from the account.",
		    k->service, (unsigned long long)s->frame,
		    etype != NULL ? etype : "an unknown type");
	else if (o->how == OPENING_WRONG_KEY)
		annex_line(x, "The keytab has a key of version %s for %s, and "
		              "it does not open the ticket in frame %llu: it "
		              "was made of another password, or belongs to "
		              "another account; export the keytab anew.",
		    o->kvnos, k->service, (unsigned long long)s->frame);
	else if (o->how == OPENING_OTHER)
		annex_line(x, "The ticket for %s in frame %llu (key version "
		              "%d) is opened only by a key that the keytab has "
		              "under another name or version: whoever looks "
		              "for name and version does not find it.",
		    k->service, (unsigned long long)s->frame, k->kvno);
}

static void
say_counts(struct annex *x, const struct tickets *n)
{
	annex_line(x, "Attempts with a Kerberos ticket that a key of the "
	              "keytab opens: %u of %u.",
	    n->opened, n->all);
	if (n->expired > 0)
		annex_line(x, "The ticket had ended when it was sent "
		              "(attempts: %u): the client has to get a new "
		              "one, or a clock is wrong.",
		    n->expired);
	if (n->early > 0)
		annex_line(x, "The ticket was not valid yet when it was sent "
		              "(attempts: %u): a clock is wrong.",
		    n->early);
	if (n->skewed > 0)
		annex_line(x, "The client's clock and the capture's are more "
		              "than 5 minutes apart, which is what most "
		              "proxies allow (attempts: %u): set the clock.",
		    n->skewed);
	if (n->replayed > 0)
		annex_line(x, "The very same token had been sent before "
		              "(attempts: %u): a proxy may refuse it as a "
		              "replay.",
		    n->replayed);
	if (n->other_client > 0)
		annex_line(x, "The authenticator names another client than "
		              "the ticket (attempts: %u).",
		    n->other_client);
	if (n->refused > 0)
		annex_line(x, "The ticket was good and the key opens it, and "
		              "the proxy still refused (attempts: %u): the "
		              "proxy does not use this keytab, its own clock "
		              "is wrong, or its policy refuses this user.",
		    n->refused);
}

struct annex *
annex_tickets(const struct report *r)
{
	struct annex *x = annex_new("tickets", "Kerberos tickets and the "
	                                       "keytab",
	    columns, N_COLUMNS);
	struct tickets n = { 0 };
	struct shown first = { 0 }, s;
	bool said[2][OPENING_UNKNOWN + 1] = { { false } };
	unsigned times = 0;

	for (size_t i = 0; i < r->n_attempts; i++)
		if (find_ticket(r->attempts[i], &s))
			count(&n, &s);
	if (n.all == 0) {
		annex_line(x, "No attempt with a Kerberos ticket is in the "
		              "capture.");
		return x;
	}
	say_counts(x, &n);
	for (size_t i = 0; i < r->n_attempts; i++) {
		if (!find_ticket(r->attempts[i], &s))
			continue;
		if (times > 0 && same_row(&first, &s)) {
			times++;
			continue;
		}
		if (times > 0)
			add_row(x, &first, times);
		/* The first of each kind; the table has all. */
		if (!said[taken_shut(&s)][s.opened->how])
			say_shut(x, &s);
		said[taken_shut(&s)][s.opened->how] = true;
		first = s;
		times = 1;
	}
	add_row(x, &first, times);
	return x;
}
