/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an attempt differs from those that got through the same proxy with the
 * same scheme.
 *
 * Where no other client is in the capture, nothing can be said of them: such
 * facts are unknown, not false.
 */
#include "diagnose/facts.h"

#include "diagnose/history.h"

#define SEE_ALL_CLIENTS                                                        \
	"capture beside the proxy, so that its other clients are seen, too"

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL &&
	    span_eq_nocase(span_of_str(a), span_of_str(b));
}

static const struct token *
type3_of(const struct event *e)
{
	const struct token *t = e->attempt->authenticate;

	return t != NULL && t->kind == TOKEN_NTLM_AUTHENTICATE ? t : NULL;
}

static const struct token *
ticket_of(const struct event *e)
{
	const struct token *t = e->attempt->credentials;

	if (t != NULL && t->kind == TOKEN_AP_REQ)
		return t;
	t = e->attempt->negotiate;
	return t != NULL && t->kind == TOKEN_AP_REQ ? t : NULL;
}

static bool
both_type3(const struct event *e, const struct event *o)
{
	return type3_of(e) != NULL && type3_of(o) != NULL;
}

static bool
both_tickets(const struct event *e, const struct event *o)
{
	return ticket_of(e) != NULL && ticket_of(o) != NULL;
}

/* The versions before NTLMv2 stand and fall together. */
static bool
is_v2(const struct event *e)
{
	return type3_of(e)->ntlm.version == NTLM_VERSION_2;
}

static bool
like_version(const struct event *e, const struct event *o)
{
	return both_type3(e, o) && is_v2(e) == is_v2(o);
}

static bool
like_domain(const struct event *e, const struct event *o)
{
	return both_type3(e, o) &&
	    same_text(type3_of(e)->ntlm.domain, type3_of(o)->ntlm.domain);
}

static bool
like_etype(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    ticket_of(e)->kerberos.ticket_etype ==
	    ticket_of(o)->kerberos.ticket_etype;
}

static bool
like_kvno(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    ticket_of(e)->kerberos.kvno == ticket_of(o)->kerberos.kvno;
}

static bool
like_service(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    same_text(ticket_of(e)->kerberos.service,
	        ticket_of(o)->kerberos.service);
}

static bool
both_sized(const struct event *e, const struct event *o)
{
	return e->attempt->credentials != NULL &&
	    o->attempt->credentials != NULL;
}

static bool
as_large(const struct event *e, const struct event *o)
{
	return both_sized(e, o) &&
	    o->attempt->credentials->bytes >= e->attempt->credentials->bytes;
}

/* f->offset is the row in this table. */
static const struct {
	bool (*comparable)(const struct event *e, const struct event *o);
	bool (*alike)(const struct event *e, const struct event *o);
} likeness[] = {
	{ both_type3, like_version },
	{ both_type3, like_domain },
	{ both_tickets, like_etype },
	{ both_tickets, like_kvno },
	{ both_tickets, like_service },
	{ both_sized, as_large },
};

/* Of the successes that can be compared, is one like this? */
static struct value
like_passes(const struct subject *s, const struct fact *f)
{
	if (s->event == NULL || s->event->kin[KIN_LANE] == 0)
		return value_unknown();
	if (!likeness[f->offset].comparable(s->event, s->event))
		return value_absent();
	if (history_near(s->history, s->event, KIN_LANE, WHICH_OK,
	        likeness[f->offset].alike) != NULL)
		return value_bool(true);
	return history_near(s->history, s->event, KIN_LANE, WHICH_OK,
	           likeness[f->offset].comparable) != NULL
	    ? value_bool(false)
	    : value_unknown();
}

static struct value
service_that_works(const struct subject *s, const struct fact *f)
{
	const struct event *ok = s->event == NULL ||
	        s->event->kin[KIN_LANE] == 0
	    ? NULL
	    : history_near(s->history, s->event, KIN_LANE, WHICH_OK,
	          both_tickets);

	(void)f;
	return ok == NULL ? value_unknown()
	                  : value_string(ticket_of(ok)->kerberos.service);
}

/* The computer in the type 2 tells nodes behind one address apart. */
static bool
other_node(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->challenge;
	const struct token *b = o->attempt->challenge;

	return a != NULL && b != NULL && a->ntlm.nb_computer != NULL &&
	    b->ntlm.nb_computer != NULL &&
	    !same_text(a->ntlm.nb_computer, b->ntlm.nb_computer);
}

static struct value
node_differs(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL || s->event->kin[KIN_LANE] == 0)
		return value_unknown();
	return value_bool(history_near(s->history, s->event, KIN_LANE,
	                      WHICH_OK, other_node) != NULL);
}

/* The time that a type 3 repeats is that of the type 2 it answers. */
static bool
answers_other(const struct event *e, const struct event *o)
{
	const struct token *t2 = o->attempt->challenge;

	return o->attempt != e->attempt && t2 != NULL &&
	    t2->ntlm.timestamp != WHEN_NONE &&
	    t2->ntlm.timestamp == type3_of(e)->ntlm.av_timestamp;
}

static struct value
answers_earlier(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->event == NULL)
		return value_unknown();
	if (type3_of(s->event) == NULL ||
	    type3_of(s->event)->ntlm.av_timestamp == WHEN_NONE)
		return value_absent();
	return value_bool(history_near(s->history, s->event, KIN_PROXY,
	                      WHICH_ALL, answers_other) != NULL);
}

/* clang-format off */
const struct fact facts_of_peers[] = {
	{ "proxy.same_version_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with the same NTLM version",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 0 },
	{ "proxy.same_domain_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with the same domain", SEE_ALL_CLIENTS,
	    NULL, .compute = like_passes, .offset = 1 },
	{ "proxy.same_etype_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with the same ticket encryption type",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 2 },
	{ "proxy.same_kvno_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with the same key version",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 3 },
	{ "proxy.same_service_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with a ticket for the same service",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 4 },
	{ "proxy.token_this_large_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "a token at least as large gets through", SEE_ALL_CLIENTS, NULL,
	    .compute = like_passes, .offset = 5 },
	{ "proxy.service_that_works", FACT_STRING, SOURCE_HISTORY,
	    "the service in tickets that get through", SEE_ALL_CLIENTS,
	    "an unnamed service", .compute = service_that_works },
	{ "proxy.node_differs", FACT_BOOL, SOURCE_HISTORY,
	    "the computer in the type 2 is another one than in good logins",
	    NULL, NULL, .compute = node_differs },
	{ "ntlm.answers_earlier_challenge", FACT_BOOL, SOURCE_HISTORY,
	    "the type 3 repeats the time of a type 2 of another handshake",
	    SEE_ALL_CLIENTS, NULL, .compute = answers_earlier },
};
/* clang-format on */

const size_t facts_of_peers_count =
    sizeof(facts_of_peers) / sizeof(facts_of_peers[0]);
