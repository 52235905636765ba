/* SPDX-License-Identifier: BSD-2-Clause */
/* What the KDC said to the client about the time of the attempt. */
#include "diagnose/lookback.h"

/* A second try with another scheme comes this soon. */
#define FALLBACK (10 * WHEN_SECOND)

/* A clock that is further off than this is taken for another ticket life. */
#define MOST_SKEW (3 * 3600 * WHEN_SECOND)

#define SEE_KDC "mirror port 88 (UDP and TCP) between the client and the KDC"

static const char *const asked_values[] = { "logon", "service", NULL };

/* Nothing that names the fact was seen: was there nothing? */
static struct value
nothing(const struct subject *s)
{
	const struct kdc_view *v = &s->kdc;

	if (s->attempt == NULL || !v->visible || v->ambiguous || v->unheard)
		return value_unknown();
	/* Of a user whom this client did not ask for, the KDC said nothing. */
	return s->attempt->user != NULL && !v->settled ? value_unknown()
	                                               : value_absent();
}

static const struct kdc_record *
verdict(const struct subject *s)
{
	return s->kdc.verdict != NULL ? kdc_of(s->kdc.verdict) : NULL;
}

static const struct kdc_record *
error(const struct subject *s)
{
	const struct kdc_record *k = verdict(s);

	return k != NULL && k->ended == KDC_ERROR ? k : NULL;
}

static struct value
visible(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->capture == NULL ? value_unknown()
	                          : value_bool(s->capture->kdc_visible);
}

static struct value
asked(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt == NULL || !s->kdc.visible
	    ? value_unknown()
	    : value_bool(s->kdc.asked);
}

static struct value
error_code(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = error(s);

	(void)f;
	return k != NULL ? value_number(k->error) : nothing(s);
}

static struct value
error_name(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = error(s);

	(void)f;
	return k != NULL ? value_string(kerberos_error_name(k->error))
	                 : nothing(s);
}

static struct value
error_text(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = error(s);

	(void)f;
	return k != NULL ? value_string(k->e_text) : nothing(s);
}

static struct value
status(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = error(s);
	struct text t = { .limit = 16 };
	const char *word;

	(void)f;
	if (k == NULL || k->nt_status == 0)
		return k != NULL ? value_absent() : nothing(s);
	word = nt_status_name(k->nt_status);
	if (word == NULL) {
		text_fmt(&t, "0x%08x", k->nt_status);
		word = arena_str(s->arena, text_span(&t));
		text_fini(&t);
	}
	return value_string(word);
}

static struct value
request(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = verdict(s);

	(void)f;
	if (k == NULL)
		return nothing(s);
	return k->asked == KDC_ASKED_NOTHING
	    ? value_absent()
	    : value_string(asked_values[k->asked - 1]);
}

/* What the verdict, or else the unfinished log-on or the ticket, is about. */
static const struct kdc_record *
about(const struct subject *s)
{
	const struct kdc_view *v = &s->kdc;

	return v->verdict != NULL  ? kdc_of(v->verdict)
	    : v->unfinished != NULL ? kdc_of(v->unfinished)
	    : v->ticket != NULL     ? kdc_of(v->ticket)
	                            : NULL;
}

static struct value
name(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);

	if (k == NULL)
		return nothing(s);
	return value_string(*(const char *const *)(const void *)(
	    (const char *)k + f->offset));
}

static struct value
service_is_address(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);
	struct address ignored;

	(void)f;
	if (k == NULL)
		return nothing(s);

	const char *host = k->service != NULL ? strchr(k->service, '/') : NULL;

	return value_bool(host != NULL && address_parse(host + 1, &ignored));
}

static struct value
server(const struct subject *s, const struct fact *f)
{
	const struct kdc_view *v = &s->kdc;
	struct text t = { .limit = 64 };
	const char *words;

	(void)f;
	if (v->n_story == 0)
		return nothing(s);
	address_add(&t, &v->story[v->n_story - 1]->server);
	words = arena_str(s->arena, text_span(&t));
	text_fini(&t);
	return value_string(words);
}

/* f->offset: the enum kdc_ended that is asked for. */
static struct value
no_answer(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = verdict(s);

	if (s->attempt == NULL || !s->kdc.visible)
		return value_unknown();
	return value_bool(k != NULL && (size_t)k->ended == f->offset);
}

static struct value
not_there(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = verdict(s);

	(void)f;
	if (s->attempt == NULL || !s->kdc.visible)
		return value_unknown();
	return value_bool(k != NULL && k->not_there);
}

static struct value
tcp_fails(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->attempt == NULL || !s->kdc.visible
	    ? value_unknown()
	    : value_bool(s->kdc.tcp_fails);
}

static bool
offers_tickets(const struct attempt *a)
{
	for (size_t i = 0; i < a->n_offers + a->n_last_offers; i++) {
		const struct token *t = i < a->n_offers
		    ? &a->offers[i]
		    : &a->last_offers[i - a->n_offers];

		if (t->scheme == SCHEME_NEGOTIATE ||
		    (t->scheme_name != NULL &&
		        lookback_same_text(t->scheme_name, "Kerberos")))
			return true;
	}
	return false;
}

static bool
soon(const struct event *e, const struct event *o)
{
	return lookback_same_proxy(e, o) &&
	    when_between(e->time, o->time) <= FALLBACK;
}

/*
 * With a ticket this attempt would have gone another way: it came to an end
 * without credentials, or with the beginning of NTLM in place of Kerberos,
 * and the program did not find another way in at once.
 */
static struct value
ticket_wanted(const struct subject *s, const struct fact *f)
{
	const struct attempt *a = s->attempt;
	struct value v;

	(void)f;
	if (a == NULL)
		return value_unknown();
	if (!attempt_failed(a) ||
	    !(a->scheme == ATTEMPT_NONE
	            ? offers_tickets(a) && a->outcome == OUTCOME_ABANDONED
	            : a->scheme == ATTEMPT_NEGOTIATE_NTLM &&
	                a->authenticate == NULL))
		return value_bool(false);
	return value_bool(s->event == NULL ||
	    lookback_nobody(s, KIN_PROGRAM, &v) ||
	    history_after(s->history, s->event, KIN_PROGRAM, WHICH_OK, soon) ==
	        NULL);
}

static struct value
tries(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);

	(void)f;
	return k != NULL ? value_number(k->tries) : nothing(s);
}

/* By the KDC of another realm, to this one; of a SYN, as it seems. */
static bool
was_sent_there(const struct kdc_view *v, const struct kdc_record *k)
{
	struct span to;

	if (v->referral == NULL || v->referral->frame >= k->request_frame)
		return false;
	to = span_of_str(kdc_of(v->referral)->granted);
	return k->realm == NULL ||
	    (span_starts_nocase(to, SPAN("krbtgt/")) &&
	        span_eq_nocase(span_from(to, 7), span_of_str(k->realm)));
}

/* "HTTP/proxy.lab.test in LAB.TEST"; of a SYN, it is not known. */
static struct value
question(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);
	struct text t = { .limit = 512 };

	(void)f;
	if (k == NULL)
		return nothing(s);
	text_str(&t, k->service != NULL ? k->service : "a connection");
	if (k->realm != NULL)
		text_fmt(&t, " in %s", k->realm);
	if (was_sent_there(&s->kdc, k))
		text_str(&t, " (another KDC sent it there)");
	return value_text(s, &t);
}

static struct value
ticket_told(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.ticket;
	struct text t = { .limit = 512 };

	(void)f;
	if (r == NULL)
		return nothing(s);
	text_fmt(&t,
	    "The KDC gave this client a ticket for %s (frame %llu): if the "
	    "proxy is called so, a setting may keep the program from "
	    "sending it.",
	    kdc_of(r)->granted, (unsigned long long)r->frame);
	return value_text(s, &t);
}

static struct value
ticket_issued(const struct subject *s, const struct fact *f)
{
	(void)f;
	if (s->attempt == NULL || !s->kdc.visible)
		return value_unknown();
	/* One that was issued before the capture needs no asking. */
	return s->kdc.ticket != NULL ? value_bool(true)
	    : s->kdc.asked           ? value_bool(false)
	                             : value_unknown();
}

static struct value
referred(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.referral;

	(void)f;
	if (s->attempt == NULL || !s->kdc.visible)
		return value_unknown();
	return r != NULL ? value_string(kdc_of(r)->granted) : value_absent();
}

static struct value
trust_of(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.crossing;

	(void)f;
	return r != NULL ? value_string(kdc_of(r)->realm) : nothing(s);
}

static struct value
trust_frame(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.crossing;

	(void)f;
	return r != NULL ? value_number((double)r->frame) : nothing(s);
}

static struct value
site_service(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.astray;

	(void)f;
	return r != NULL ? value_string(kdc_of(r)->service) : nothing(s);
}

static struct value
unfinished(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.unfinished;

	(void)f;
	if (s->attempt == NULL || !s->kdc.visible)
		return value_unknown();
	return value_bool(s->kdc.verdict == NULL && s->kdc.ticket == NULL &&
	    r != NULL);
}

/* While the program was at it: nobody typed a password in between. */
static struct value
unfinished_meanwhile(const struct subject *s, const struct fact *f)
{
	struct value v = unfinished(s, f);

	if (v.state == VALUE_SET && v.yes)
		v.yes = when_between(s->kdc.unfinished->time,
		            s->attempt->start) <= WHEN_SECOND;
	return v;
}

static struct value
skew(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = error(s);

	(void)f;
	if (k == NULL)
		return nothing(s);
	if (k->stime == WHEN_NONE || k->answer_time == WHEN_NONE)
		return value_absent();

	int64_t ns = when_between(k->answer_time, k->stime);

	return value_duration(ns < 0 ? -ns : ns);
}

/*
 * Many clients ask for a day (MIT's default) or ten hours: what till is off
 * from that, against the KDC's clock, is what their own is off.  Of the two
 * the nearer one counts; others write what they like.  Of a ticket for a
 * service they ask for the end that the KDC itself gave the first one.
 */
static struct value
client_skew(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = error(s);
	static const int64_t lives[] = { 24 * 3600 * WHEN_SECOND,
		10 * 3600 * WHEN_SECOND };
	int64_t best = INT64_MAX;

	(void)f;
	if (k == NULL)
		return nothing(s);
	if (k->asked != KDC_ASKED_AS || k->stime == WHEN_NONE ||
	    k->till == WHEN_NONE)
		return value_absent();

	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		int64_t ns = when_between(when_after(k->stime, lives[i]),
		    k->till);

		ns = ns < 0 ? -ns : ns;
		best = ns < best ? ns : best;
	}
	return best > MOST_SKEW ? value_absent() : value_duration(best);
}

/* -- the ticket that the proxy was shown -- */

static struct value
no_own(const struct subject *s)
{
	return s->attempt != NULL && s->attempt->credentials != NULL &&
	        s->attempt->credentials->kind == TOKEN_AP_REQ
	    ? value_unknown()
	    : value_absent();
}

static struct value
ticket_user(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->kdc.own == NULL
	    ? no_own(s)
	    : value_string(kdc_of(s->kdc.own)->client);
}

static struct value
ticket_age(const struct subject *s, const struct fact *f)
{
	(void)f;
	return s->kdc.own == NULL
	    ? no_own(s)
	    : value_duration(when_between(s->kdc.own->time,
	          s->attempt->end));
}

/* No ticket lives longer than its request says. */
static struct value
ticket_over(const struct subject *s, const struct fact *f)
{
	const struct witness_record *own = s->kdc.own;

	(void)f;
	if (own == NULL)
		return no_own(s);
	if (kdc_of(own)->till == WHEN_NONE ||
	    s->attempt->end < kdc_of(own)->till)
		return value_bool(false);
	return value_bool(true);
}

static struct value
etypes(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);

	(void)f;
	if (k == NULL)
		return nothing(s);
	if (k->n_etypes == 0)
		return value_absent();

	const char **names = arena_new(s->arena,
	    k->n_etypes * sizeof(*names));

	for (size_t i = 0; i < k->n_etypes; i++) {
		struct text t = { .limit = 16 };

		names[i] = kerberos_etype_name(k->etypes[i]);
		if (names[i] != NULL)
			continue;
		text_fmt(&t, "%d", k->etypes[i]);
		names[i] = arena_str(s->arena, text_span(&t));
		text_fini(&t);
	}
	return value_list(names, k->n_etypes);
}

static struct value
ticket_etype(const struct subject *s, const struct fact *f)
{
	const struct witness_record *r = s->kdc.ticket;

	(void)f;
	return r == NULL
	    ? nothing(s)
	    : value_string(kerberos_etype_name(kdc_of(r)->ticket_etype));
}

static struct value
certificate(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);

	(void)f;
	return k == NULL
	    ? nothing(s)
	    : value_bool(k->preauth & KERBEROS_PA_CERTIFICATE);
}

/* f->offset: 0 the request, 1 the answer. */
static struct value
frame(const struct subject *s, const struct fact *f)
{
	const struct kdc_record *k = about(s);
	uint64_t number;

	if (k == NULL)
		return nothing(s);
	number = f->offset == 0 ? k->request_frame : k->answer_frame;
	return number == 0 ? value_absent() : value_number((double)number);
}

#define KDC(fact, type, meaning, blank, ...)                                   \
	{ fact, type, SOURCE_WITNESS, meaning, SEE_KDC, blank, __VA_ARGS__ }
#define NAME(field)                                                            \
	.compute = name, .offset = offsetof(struct kdc_record, field)

/* clang-format off */
const struct fact facts_of_kdc[] = {
	KDC("kdc.visible", FACT_BOOL,
	    "there is KDC traffic in the capture", NULL, .compute = visible),
	KDC("kdc.asked", FACT_BOOL,
	    "this client asked a KDC about the time of the attempt", NULL,
	    .compute = asked),
	{ "kdc.ticket_wanted", FACT_BOOL, SOURCE_ATTEMPT,
	    "the proxy offers Negotiate, and the client came without a ticket",
	    NULL, NULL, .compute = ticket_wanted },
	KDC("kdc.error", FACT_NUMBER,
	    "the error with which the KDC answered this client", "none",
	    .compute = error_code),
	KDC("kdc.error_name", FACT_STRING,
	    "the name of the KDC's error", "none", .compute = error_name),
	KDC("kdc.error_text", FACT_STRING,
	    "the words of the KDC's error", "none", .compute = error_text),
	KDC("kdc.status", FACT_STRING,
	    "the NTSTATUS that Active Directory adds to its error",
	    "no status code of Windows", .compute = status),
	KDC("kdc.request", FACT_STRING,
	    "what the KDC was asked for: to log on, or a service's ticket",
	    "nothing that can be read", .compute = request,
	    .values = asked_values),
	KDC("kdc.client_name", FACT_STRING,
	    "the principal that asked the KDC", "an unnamed user",
	    NAME(client)),
	KDC("kdc.realm", FACT_STRING, "the realm that was asked",
	    "an unnamed realm", NAME(realm)),
	KDC("kdc.service", FACT_STRING,
	    "the service that the KDC was asked for", "an unnamed service",
	    NAME(service)),
	KDC("kdc.service_is_address", FACT_BOOL,
	    "the service that the KDC was asked for is named by an address",
	    NULL, .compute = service_is_address),
	KDC("kdc.server", FACT_STRING, "the address of the KDC",
	    "an unknown KDC", .compute = server),
	KDC("kdc.silent", FACT_BOOL,
	    "the KDC was asked again and again, and never answered", NULL,
	    .compute = no_answer, .offset = KDC_SILENT),
	KDC("kdc.not_there", FACT_BOOL,
	    "the KDC was asked for on its own network (ARP), and was not there",
	    NULL, .compute = not_there),
	KDC("kdc.refused", FACT_BOOL,
	    "the host that was taken for a KDC refused port 88", NULL,
	    .compute = no_answer, .offset = KDC_REFUSED),
	KDC("kdc.tcp_fails", FACT_BOOL,
	    "the KDC's answer is too big for UDP, and TCP does not come about",
	    NULL, .compute = tcp_fails),
	KDC("kdc.tries", FACT_NUMBER, "how often the KDC was asked", "none",
	    .compute = tries),
	KDC("kdc.question", FACT_STRING,
	    "the service that the KDC was asked for, and in which realm",
	    "something", .compute = question),
	KDC("kdc.ticket_told", FACT_STRING,
	    "a sentence on the ticket that the KDC gave this client",
	    "What the KDC said is not in this capture, or says nothing on it.",
	    .compute = ticket_told),
	KDC("kdc.ticket_issued", FACT_BOOL,
	    "the KDC gave this client a ticket for an HTTP service", NULL,
	    .compute = ticket_issued),
	KDC("kdc.ticket_etype", FACT_STRING,
	    "the encryption type of the ticket that the KDC gave",
	    "an unknown encryption type", .compute = ticket_etype),
	KDC("kdc.referred_to", FACT_STRING,
	    "the other realm's KDC that the client was sent to", "none",
	    .compute = referred),
	KDC("kdc.trusted_realm", FACT_STRING,
	    "the realm whose KDC gave the client, by a trust, the ticket with "
	    "which it asked the KDC of kdc.realm", "none",
	    .compute = trust_of),
	KDC("kdc.trust_frame", FACT_NUMBER,
	    "the frame in which it was given that ticket", "none",
	    .compute = trust_frame),
	KDC("kdc.site_service", FACT_STRING,
	    "the web server's own service, of which the client wanted a ticket "
	    "in place of the proxy's", "none", .compute = site_service),
	KDC("kdc.logon_unfinished", FACT_BOOL,
	    "the client began to log on at the KDC and did not go on", NULL,
	    .compute = unfinished),
	KDC("kdc.logon_unfinished_meanwhile", FACT_BOOL,
	    "the client began to log on at the KDC during the attempt and did "
	    "not go on", NULL, .compute = unfinished_meanwhile),
	KDC("kdc.skew", FACT_DURATION,
	    "how far the KDC's clock (stime of its error) is from the "
	    "capture's", "an unknown time", .compute = skew),
	KDC("kdc.client_skew", FACT_DURATION,
	    "how far the client's clock is from the KDC's, if it logged on for "
	    "one day (a hint)", "an unknown time",
	    .compute = client_skew),
	KDC("kdc.ticket_user", FACT_STRING,
	    "the principal to whom the KDC gave the ticket that the proxy was "
	    "shown", "an unnamed user", .compute = ticket_user),
	KDC("kdc.ticket_age", FACT_DURATION,
	    "how long before the end of the attempt the KDC gave out its "
	    "ticket", "an unknown time", .compute = ticket_age),
	KDC("kdc.ticket_over", FACT_BOOL,
	    "the ticket was used after the end that its request named", NULL,
	    .compute = ticket_over),
	KDC("kdc.etypes", FACT_LIST,
	    "the encryption types that the client asked for", "none",
	    .compute = etypes),
	KDC("kdc.certificate", FACT_BOOL,
	    "the client logged on with a certificate", NULL,
	    .compute = certificate),
	KDC("kdc.request_frame", FACT_NUMBER,
	    "the frame of the request to the KDC", "none", .compute = frame,
	    .offset = 0),
	KDC("kdc.frame", FACT_NUMBER, "the frame of the KDC's answer", "none",
	    .compute = frame, .offset = 1),
};
/* clang-format on */

const size_t facts_of_kdc_count =
    sizeof(facts_of_kdc) / sizeof(facts_of_kdc[0]);
