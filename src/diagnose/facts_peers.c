/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an attempt differs from those that got through the same proxy with the
 * same scheme.
 *
 * Where no other client is in the capture, nothing can be said of them: such
 * facts are unknown, not false.
 */
#include "diagnose/lookback.h"
#include "diagnose/oddity.h"

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
	return attempt_ticket(e->attempt);
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
	return type3_of(e)->ntlm->version == NTLM_VERSION_2;
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
	    lookback_same_text(type3_of(e)->ntlm->domain,
	        type3_of(o)->ntlm->domain);
}

static bool
both_aimed(const struct event *e, const struct event *o)
{
	return both_type3(e, o) && type3_of(e)->ntlm->target_spn != NULL &&
	    type3_of(o)->ntlm->target_spn != NULL;
}

static bool
like_target(const struct event *e, const struct event *o)
{
	return both_aimed(e, o) &&
	    same_text(type3_of(e)->ntlm->target_spn,
	        type3_of(o)->ntlm->target_spn);
}

static bool
like_etype(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    ticket_of(e)->kerberos->ticket_etype ==
	    ticket_of(o)->kerberos->ticket_etype;
}

static bool
like_kvno(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    ticket_of(e)->kerberos->kvno == ticket_of(o)->kerberos->kvno;
}

static bool
like_service(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    same_text(ticket_of(e)->kerberos->service,
	        ticket_of(o)->kerberos->service);
}

static const struct token *
bearer_of(const struct event *e)
{
	const struct token *t = e->attempt->credentials;

	return t != NULL && t->kind == TOKEN_BEARER && t->bearer->is_jwt
	    ? t
	    : NULL;
}

static bool
both_jwt(const struct event *e, const struct event *o)
{
	return bearer_of(e) != NULL && bearer_of(o) != NULL;
}

static bool
both_keyed(const struct event *e, const struct event *o)
{
	return both_jwt(e, o) && bearer_of(e)->bearer->kid != NULL &&
	    bearer_of(o)->bearer->kid != NULL;
}

static bool
both_meant(const struct event *e, const struct event *o)
{
	return both_jwt(e, o) && bearer_of(e)->bearer->aud != NULL &&
	    bearer_of(o)->bearer->aud != NULL;
}

static bool
like_key(const struct event *e, const struct event *o)
{
	return both_keyed(e, o) &&
	    same_text(bearer_of(e)->bearer->kid, bearer_of(o)->bearer->kid);
}

static bool
like_audience(const struct event *e, const struct event *o)
{
	return both_meant(e, o) &&
	    same_text(bearer_of(e)->bearer->aud, bearer_of(o)->bearer->aud);
}

static bool
like_issuer(const struct event *e, const struct event *o)
{
	return both_jwt(e, o) &&
	    same_text(bearer_of(e)->bearer->iss, bearer_of(o)->bearer->iss);
}

/* Proxies commonly take a token for so long after it expired. */
#define LEEWAY (300 * WHEN_SECOND)

static bool
both_expired(const struct event *e, const struct event *o)
{
	return oddity_expired_for(e->attempt) >= 0 &&
	    oddity_expired_for(o->attempt) >= 0;
}

/* As long ago; past all leeway about as long ago, or it is the very same. */
static bool
like_expired(const struct event *e, const struct event *o)
{
	int64_t mine = oddity_expired_for(e->attempt);
	int64_t other = oddity_expired_for(o->attempt);

	return both_expired(e, o) &&
	    (other >= mine || (other > LEEWAY && (other >= mine - mine / 10 ||
	        e->attempt->credentials->secret ==
	            o->attempt->credentials->secret)));
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
	{ both_keyed, like_key },
	{ both_meant, like_audience },
	{ both_jwt, like_issuer },
	{ both_aimed, like_target },
	{ both_expired, like_expired },
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

static bool
has_ticket(const struct event *e, const struct event *o)
{
	(void)e;
	return ticket_of(o) != NULL;
}

/* -- between two refusals of one client -- */

/* From its first refusal to its last, with no success of its own between. */
struct row {
	const struct event *e;
	const struct event *before, *after; /* its own successes, or NULL */
	when_ns first, last;
	bool like_passes;
};

static bool
same_client(const struct event *e, const struct event *o)
{
	return e->kin[KIN_LANE] == o->kin[KIN_LANE] &&
	    e->kin[KIN_CLIENT] == o->kin[KIN_CLIENT];
}

static bool
widen_row(void *context, const struct event *o)
{
	struct row *row = context;

	if (!same_client(row->e, o) ||
	    (row->before != NULL && o->time <= row->before->time) ||
	    (row->after != NULL && o->time >= row->after->time))
		return true;
	row->first = o->time < row->first ? o->time : row->first;
	row->last = o->time > row->last ? o->time : row->last;
	return true;
}

static bool
look_into_row(void *context, const struct event *o)
{
	struct row *row = context;

	row->like_passes = o->time > row->first && o->time < row->last &&
	    !same_client(row->e, o) && like_etype(row->e, o) &&
	    like_kvno(row->e, o) && like_service(row->e, o);
	return !row->like_passes;
}

/* Such a ticket needs the same key of the keytab. */
static struct value
like_ticket_meanwhile(const struct subject *s, const struct fact *f)
{
	const struct event *e = s->event;
	struct row row = { .e = e };

	(void)f;
	if (e == NULL || e->kin[KIN_LANE] == 0)
		return value_unknown();
	if (ticket_of(e) == NULL)
		return value_absent();

	row.before = history_before(s->history, e, KIN_CLIENT, WHICH_OK,
	    same_client);
	row.after = history_after(s->history, e, KIN_CLIENT, WHICH_OK,
	    same_client);
	row.first = row.last = e->time;
	history_each_near(s->history, e, KIN_CLIENT, WHICH_REFUSED,
	    INT64_MAX / 4, widen_row, &row);
	history_each_near(s->history, e, KIN_LANE, WHICH_OK, INT64_MAX / 4,
	    look_into_row, &row);
	return row.like_passes ? value_bool(true) : value_unknown();
}

static bool
same_ticket(const struct event *e, const struct event *o)
{
	return both_tickets(e, o) &&
	    ticket_of(e)->kerberos->ticket == ticket_of(o)->kerberos->ticket;
}

static bool
same_ticket_and_host(const struct event *e, const struct event *o)
{
	return same_ticket(e, o) &&
	    same_text(e->attempt->authority, o->attempt->authority);
}

/*
 * Only after would not do: the keytab may have been put in order since.
 * f->offset 1: and never for the same host; where that is let through at
 * other times, the client's clock may have been wrong in between.
 */
static struct value
same_ticket_around(const struct subject *s, const struct fact *f)
{
	const struct history *h = s->history;
	const struct event *e = s->event;

	if (e == NULL || e->kin[KIN_LANE] == 0)
		return value_unknown();
	if (ticket_of(e) == NULL)
		return value_absent();
	return history_before(h, e, KIN_LANE, WHICH_OK, same_ticket) != NULL &&
	        history_after(h, e, KIN_LANE, WHICH_OK, same_ticket) != NULL &&
	        (f->offset == 0 ||
	            history_near(h, e, KIN_LANE, WHICH_OK,
	                same_ticket_and_host) == NULL)
	    ? value_bool(true)
	    : value_unknown();
}

/* Also asked for clients that got no ticket, which are in no lane. */
static struct value
service_that_works(const struct subject *s, const struct fact *f)
{
	const struct event *ok = s->event == NULL
	    ? NULL
	    : history_near(s->history, s->event, KIN_PROXY, WHICH_OK,
	          has_ticket);

	(void)f;
	return ok == NULL ? value_unknown()
	                  : value_string(ticket_of(ok)->kerberos->service);
}

/* The nearest of its lane that got through and can be compared; or NULL. */
static const struct event *
ok_near(const struct subject *s,
    bool (*comparable)(const struct event *e, const struct event *o))
{
	return s->event == NULL || s->event->kin[KIN_LANE] == 0
	    ? NULL
	    : history_near(s->history, s->event, KIN_LANE, WHICH_OK,
	          comparable);
}

static struct value
target_that_works(const struct subject *s, const struct fact *f)
{
	const struct event *ok = ok_near(s, both_aimed);

	(void)f;
	return ok == NULL ? value_unknown()
	                  : value_string(type3_of(ok)->ntlm->target_spn);
}

/* f->offset says which text of a token that works. */
static struct value
bearer_that_works(const struct subject *s, const struct fact *f)
{
	const struct event *ok = ok_near(s, both_jwt);

	return ok == NULL
	    ? value_unknown()
	    : value_string(*(const char *const *)(const void *)(
	          (const char *)bearer_of(ok)->bearer + f->offset));
}

/* The computer in the type 2 tells nodes behind one address apart. */
static bool
other_node(const struct event *e, const struct event *o)
{
	const struct token *a = e->attempt->challenge;
	const struct token *b = o->attempt->challenge;

	return a != NULL && b != NULL && a->ntlm->nb_computer != NULL &&
	    b->ntlm->nb_computer != NULL &&
	    !same_text(a->ntlm->nb_computer, b->ntlm->nb_computer);
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
	    t2->ntlm->timestamp != WHEN_NONE &&
	    t2->ntlm->timestamp == type3_of(e)->ntlm->av_timestamp;
}

static bool
answers_elsewhere(const struct event *e, const struct event *o)
{
	return e->attempt->connection.stream != o->attempt->connection.stream &&
	    answers_other(e, o);
}

/* f->offset: not 0 for one of another connection. */
static struct value
answers_another(const struct subject *s, const struct fact *f)
{
	if (s->event == NULL)
		return value_unknown();
	if (type3_of(s->event) == NULL ||
	    type3_of(s->event)->ntlm->av_timestamp == WHEN_NONE)
		return value_absent();
	return value_bool(
	    history_near(s->history, s->event, KIN_PROXY, WHICH_ALL,
	        f->offset != 0 ? answers_elsewhere : answers_other) != NULL);
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
	{ "proxy.like_ticket_succeeds_meanwhile", FACT_BOOL, SOURCE_HISTORY,
	    "between refusals of this client others get through with tickets "
	    "for the same service, with the same encryption and key version",
	    SEE_ALL_CLIENTS, NULL, .compute = like_ticket_meanwhile },
	{ "proxy.ticket_refused_here_only", FACT_BOOL, SOURCE_HISTORY,
	    "this very ticket is accepted for other hosts, before and after, "
	    "and never for this one", SEE_ALL_CLIENTS, NULL,
	    .compute = same_ticket_around, .offset = 1 },
	{ "proxy.same_ticket_succeeds_around", FACT_BOOL, SOURCE_HISTORY,
	    "this very ticket is accepted before and after", SEE_ALL_CLIENTS,
	    NULL, .compute = same_ticket_around, .offset = 0 },
	{ "proxy.token_this_large_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "a token at least as large gets through", SEE_ALL_CLIENTS, NULL,
	    .compute = like_passes, .offset = 5 },
	{ "proxy.same_token_key_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with a token of the same key id",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 6 },
	{ "proxy.same_audience_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with a token for the same audience",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 7 },
	{ "proxy.same_issuer_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through with a token of the same issuer",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 8 },
	{ "proxy.as_expired_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "a token that expired as long before gets through",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 10 },
	{ "proxy.token_key_that_works", FACT_STRING, SOURCE_HISTORY,
	    "the key id of tokens that get through", SEE_ALL_CLIENTS,
	    "none", .compute = bearer_that_works,
	    .offset = offsetof(struct token_bearer, kid) },
	{ "proxy.audience_that_works", FACT_STRING, SOURCE_HISTORY,
	    "the audience of tokens that get through", SEE_ALL_CLIENTS,
	    "none", .compute = bearer_that_works,
	    .offset = offsetof(struct token_bearer, aud) },
	{ "proxy.service_that_works", FACT_STRING, SOURCE_HISTORY,
	    "the service in tickets that get through", SEE_ALL_CLIENTS,
	    "an unnamed service", .compute = service_that_works },
	{ "proxy.same_ntlm_target_succeeds", FACT_BOOL, SOURCE_HISTORY,
	    "others get through whose type 3 names the same service",
	    SEE_ALL_CLIENTS, NULL, .compute = like_passes, .offset = 9 },
	{ "proxy.ntlm_target_that_works", FACT_STRING, SOURCE_HISTORY,
	    "the service in a type 3 that gets through", SEE_ALL_CLIENTS,
	    "an unnamed service", .compute = target_that_works },
	{ "proxy.node_differs", FACT_BOOL, SOURCE_HISTORY,
	    "the computer in the type 2 is another one than in good logins",
	    NULL, NULL, .compute = node_differs },
	{ "ntlm.answers_earlier_challenge", FACT_BOOL, SOURCE_HISTORY,
	    "the type 3 repeats the time of a type 2 of another handshake",
	    SEE_ALL_CLIENTS, NULL, .compute = answers_another },
	{ "ntlm.answers_other_connection", FACT_BOOL, SOURCE_HISTORY,
	    "the type 3 repeats the time of a type 2 of another connection",
	    SEE_ALL_CLIENTS, NULL, .compute = answers_another, .offset = 1 },
};
/* clang-format on */

const size_t facts_of_peers_count =
    sizeof(facts_of_peers) / sizeof(facts_of_peers[0]);
