/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exchanges written by hand, one line each, through the tracker.  What comes
 * out is a line an attempt: scheme, outcome, step, 407s, connections.
 */
#include "attempt/tracker.h"
#include "token_parts.h"
#include "base/limits.h"
#include "base/text.h"
#include "run.h"

/* What the client sends. */
enum sent {
	LOST, PLAIN, PLAIN_CUT, T1, T3, T3_OF_OTHER, BASIC, BASIC_2, TICKET,
	DIGEST, DIGEST_NEW
};
/* What the proxy answers. */
enum got { OFFER, OFFER_CLOSE, OFFER_CUT, T2, STALE, TOOK, PASS, NOTHING };

/* A step: an exchange, or, with `close`, the end of a connection. */
struct act {
	unsigned connection;
	enum sent sent;
	enum got got;
	const char *target; /* NULL: "a" */
	enum { GOES_ON, BY_CLIENT, BY_PROXY, BY_NOBODY } close;
	int seconds; /* later than the step before */
	bool lost;   /* a close: bytes of the client were lost before it */
	bool half;   /* a close: the other side has not ended it, too */
};

#define X(c, s, g)        { .connection = c, .sent = s, .got = g }
#define AT(c, s, g, t)    { .connection = c, .sent = s, .got = g, .target = t }
#define LATER(c, s, g, n) { .connection = c, .sent = s, .got = g, .seconds = n }
#define END(c, by)        { .connection = c, .close = by }
#define UNHEARD(c)        { .connection = c, .close = BY_NOBODY }
#define END_LOST(c, by)   { .connection = c, .close = by, .lost = true }
#define END_HALF(c, by)   { .connection = c, .close = by, .half = true }

static const struct row {
	const char *name, *agent;
	struct act steps[12];
	const char *want;
} rows[] = {
	{ "NTLM on one connection", "curl",
	    { X(1, PLAIN, OFFER), X(1, T1, T2), X(1, T3, PASS) },
	    "NTLM authenticated - 2 1; " },
	{ "keep-alive after success is one attempt", "curl",
	    { X(1, T1, T2), X(1, T3, PASS), X(1, PLAIN, PASS),
	        X(1, PLAIN, PASS) },
	    "NTLM authenticated - 1 1; " },
	{ "an offer and the answer on the next connection", "Java",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT), X(2, T1, T2),
	        X(2, T3, OFFER) },
	    "NTLM rejected authenticate 3 2; " },
	{ "but not a program that runs again later", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, BASIC, PASS, 5) },
	    "none abandoned offer 1 1; Basic authenticated - 0 1; " },
	{ "a person may take a minute", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, T1, T2, 60), X(2, T3, PASS) },
	    "NTLM authenticated - 2 2; " },
	{ "type 3 on another connection than its type 2", "curl",
	    { X(1, T1, T2), X(2, T3, OFFER) },
	    "NTLM rejected authenticate 2 2; " },
	{ "but not the type 3 of another challenge", "curl",
	    { X(1, T1, T2), X(2, T3_OF_OTHER, OFFER),
	        END(1, BY_CLIENT) },
	    "NTLM abandoned challenge 1 1; NTLM rejected authenticate 1 1; " },
	{ "the proxy closes after the type 2", "curl",
	    { X(1, T1, T2), END(1, BY_PROXY) },
	    "NTLM broken challenge 1 1; " },
	{ "the client leaves after the type 2", "curl",
	    { X(1, T1, T2), END(1, BY_CLIENT) },
	    "NTLM abandoned challenge 1 1; " },
	{ "a type 1 that gets no challenge, then one more", "browser",
	    { X(1, T1, T2), X(1, T3, OFFER), X(1, T1, OFFER) },
	    "NTLM rejected authenticate 2 1; NTLM rejected negotiate 1 1; " },
	{ "a handshake that begins again is a new one", "curl",
	    { X(1, T1, T2), X(1, T1, T2), X(1, T3, PASS) },
	    "NTLM broken challenge 1 1; NTLM authenticated - 1 1; " },
	{ "but one whose answer is not there may have been good", "curl",
	    { X(1, T1, NOTHING), X(1, T1, T2), X(1, T3, PASS) },
	    "NTLM incomplete - 0 1; NTLM authenticated - 1 1; " },
	{ "interleaved handshakes for one target stay apart", "curl",
	    { X(1, PLAIN, OFFER), AT(2, PLAIN, OFFER, "b"), X(1, T1, T2),
	        AT(2, T1, T2, "b"), AT(2, T3, PASS, "b"), X(1, T3, PASS) },
	    "NTLM authenticated - 2 1; NTLM authenticated - 2 1; " },
	{ "Basic: same credentials, same result, one attempt", "apt",
	    { X(1, BASIC, OFFER), X(1, BASIC, OFFER), X(1, BASIC, OFFER) },
	    "Basic rejected credentials 3 1; " },
	{ "Basic: another password is another attempt", "curl",
	    { X(1, BASIC, OFFER), X(1, BASIC_2, PASS), X(1, BASIC_2, PASS) },
	    "Basic rejected credentials 1 1; Basic authenticated - 0 1; " },
	{ "Basic: each connection is another attempt", "Java",
	    { X(1, BASIC, OFFER), X(2, BASIC, OFFER) },
	    "Basic rejected credentials 1 1; "
	    "Basic rejected credentials 1 1; " },
	{ "spare connections of a browser belong to the login", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), X(2, PLAIN, OFFER), X(3, PLAIN, OFFER),
	        X(3, T1, T2), X(3, T3, PASS), END(1, BY_CLIENT),
	        END(2, BY_CLIENT) },
	    "NTLM authenticated - 4 3; " },
	{ "one that it goes back to is counted once", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), X(2, PLAIN, OFFER), X(1, T1, T2),
	        X(1, T3, PASS), END(1, BY_CLIENT), END(2, BY_CLIENT) },
	    "NTLM authenticated - 3 2; " },
	{ "a handshake left when another connection was free", "curl",
	    { AT(1, T1, T2, "a"), AT(2, T1, T2, "a"), AT(1, T3, PASS, "a"),
	        AT(1, PLAIN, PASS, "a"), END(2, BY_CLIENT) },
	    "NTLM authenticated - 1 1; " },
	{ "but not one that ended before the other began", "curl",
	    { X(1, T1, T2), END(1, BY_CLIENT), LATER(2, T1, T2, 1),
	        X(2, T3, PASS) },
	    "NTLM abandoned challenge 1 1; NTLM authenticated - 1 1; " },
	{ "nor beside a login that was refused", "curl",
	    { X(1, T1, T2), X(2, T1, T2), X(1, T3, OFFER),
	        END(2, BY_CLIENT) },
	    "NTLM rejected authenticate 2 1; NTLM abandoned challenge 1 1; " },
	{ "asked elsewhere, had on the connection of a login", "Mozilla/5.0",
	    { AT(1, T1, T2, "b"), AT(1, T3, PASS, "b"), X(2, PLAIN, OFFER),
	        END(2, BY_CLIENT), X(3, PLAIN, OFFER), END(3, BY_CLIENT),
	        X(1, PLAIN, PASS) },
	    "NTLM authenticated - 1 1; " },
	{ "the same with Basic", "Mozilla/5.0",
	    { AT(1, BASIC, PASS, "b"), X(2, PLAIN, OFFER), END(2, BY_CLIENT),
	        X(1, BASIC, PASS) },
	    "Basic authenticated - 0 1; " },
	{ "asked and never answered", "docker",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT) },
	    "none abandoned offer 1 1; " },
	{ "asked, and the capture ends", "docker", { X(1, PLAIN, OFFER) },
	    "none incomplete - 1 1; " },
	{ "asked, and the capture ends at a close", "docker",
	    { X(1, PLAIN, OFFER_CLOSE), END_HALF(1, BY_PROXY) },
	    "none incomplete - 1 1; " },
	{ "asked, and there was time", "docker",
	    { X(1, PLAIN, OFFER), { .connection = 9, .sent = PLAIN,
	        .got = PASS, .target = "z",
	            .seconds = 30 } },
	    "none abandoned offer 1 1; " },
	{ "a ticket is enough", "curl",
	    { X(1, TICKET, PASS), X(1, TICKET, PASS), X(1, PLAIN, PASS) },
	    "Negotiate/Kerberos authenticated - 0 1; " },
	{ "credentials without an answer, and the proxy hangs up", "curl",
	    { X(1, BASIC, NOTHING), END(1, BY_PROXY) },
	    "Basic broken credentials 0 1; " },
	{ "an offer that is known later than its answer", "curl",
	    { X(2, BASIC, PASS), LATER(1, PLAIN, OFFER, -1),
	        END(1, BY_CLIENT) },
	    "Basic authenticated - 0 1; " },
	{ "but not one of a minute before", "curl",
	    { X(2, BASIC, PASS), LATER(1, PLAIN, OFFER, -60),
	        END(1, BY_CLIENT) },
	    "Basic authenticated - 0 1; none abandoned offer 1 1; " },
	{ "a spare connection of a browser that ended before", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, PLAIN, OFFER, 20), X(2, T1, T2), X(2, T3, PASS) },
	    "NTLM authenticated - 2 1; " },
	{ "the answer may be among what was lost", "curl",
	    { X(1, T1, T2), END_LOST(1, BY_CLIENT) },
	    "NTLM incomplete - 1 1; " },
	{ "credentials may be in the part of a head that was lost", "curl",
	    { X(1, PLAIN_CUT, OFFER), END(1, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "a 407 whose offers were lost", "curl",
	    { X(1, PLAIN, OFFER_CUT), END(1, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "the next connection's request was lost: it may have answered",
	    "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT), X(2, LOST, PASS),
	        END(2, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "a person's may come later", "Mozilla/5.0",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, LOST, PASS, 20), END(2, BY_CLIENT) },
	    "none incomplete - 1 1; " },
	{ "asked twice, and had on a connection that began before", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT), X(2, PLAIN, OFFER),
	        END(2, BY_CLIENT), X(3, PLAIN, PASS) },
	    "" },
	{ "but not what was lost a minute later", "curl",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, LOST, PASS, 60), END(2, BY_CLIENT) },
	    "none abandoned offer 1 1; " },
	{ "a client that does not even acknowledge what it was asked", "curl",
	    { X(1, PLAIN, OFFER), { .connection = 2, .sent = BASIC,
	        .got = PASS, .target = "z", .seconds = 30 }, UNHEARD(1) },
	    "none incomplete - 1 1; Basic authenticated - 0 1; " },
	{ "a stale nonce, and the new one on the next connection", "Firefox",
	    { X(1, DIGEST, STALE), END(1, BY_PROXY), X(2, DIGEST_NEW, PASS) },
	    "Digest authenticated - 1 2; " },
	{ "but not the old one again", "Firefox",
	    { X(1, DIGEST, STALE), END(1, BY_PROXY), X(2, DIGEST, PASS) },
	    "Digest rejected credentials 1 1; Digest authenticated - 0 1; " },
	{ "a person may sit before a browser of text, too", "w3m/0.5.3",
	    { X(1, PLAIN, OFFER), END(1, BY_CLIENT),
	        LATER(2, BASIC, OFFER, 5) },
	    "Basic rejected credentials 2 2; " },
	{ "no proxy authentication, no attempt", "curl",
	    { X(1, PLAIN, PASS), X(1, PLAIN, PASS) }, "" },
};

static const struct row curl = { .agent = "curl" };

static struct token *
token(struct observation *o, enum scheme scheme, enum token_kind kind)
{
	struct token *t = arena_new(&o->arena, sizeof(*t));
	struct token_parts *p = arena_new(&o->arena, sizeof(*p));

	token_with_parts(t, p);
	t->scheme = scheme;
	t->scheme_name =
	    arena_str(&o->arena, span_of_str(scheme_name(scheme)));
	t->kind = kind;
	return t;
}

static struct token *
sent_token(struct observation *o, enum sent sent, uint64_t frame)
{
	struct token *t = NULL;

	switch (sent) {
	case LOST:
	case PLAIN:
	case PLAIN_CUT:
		return NULL;
	case T1:
		t = token(o, SCHEME_NTLM, TOKEN_NTLM_NEGOTIATE);
		break;
	case T3:
	case T3_OF_OTHER:
		t = token(o, SCHEME_NTLM, TOKEN_NTLM_AUTHENTICATE);
		parts_of(t)->ntlm.target_info = sent == T3 ? 7 : 8;
		t->user = arena_str(&o->arena, SPAN("erin"));
		break;
	case BASIC:
	case BASIC_2:
		t = token(o, SCHEME_BASIC, TOKEN_BASIC);
		t->whole = sent;
		t->user = "erin";
		return t;
	case DIGEST:
	case DIGEST_NEW:
		t = token(o, SCHEME_DIGEST, TOKEN_DIGEST);
		parts_of(t)->digest.nonce = sent == DIGEST ? 1 : 2;
		t->user = "erin";
		break;
	case TICKET:
		t = token(o, SCHEME_NEGOTIATE, TOKEN_AP_REQ);
		break;
	}
	t->whole = 1000 + frame; /* each is new */
	return t;
}

static struct token *
telling_token(struct observation *o, enum got got)
{
	struct token *t = got == TOOK
	    ? token(o, SCHEME_NEGOTIATE, TOKEN_AP_REP)
	    : token(o, SCHEME_DIGEST, TOKEN_NONE);

	t->neg_state = got == TOOK ? NEG_ACCEPT_COMPLETED : NEG_ABSENT;
	parts_of(t)->digest.nonce = 2;
	parts_of(t)->digest.stale = 1;
	return t;
}

/* The words and offers that all have; NULL: each has its own. */
static struct manner *worn;

static void
put_on(struct observation *o, struct manner *m)
{
	o->request.manner = manner_hold(m);
	o->request.method = m->method;
	if (o->response.n_challenges == 1 &&
	    o->response.challenges->kind == TOKEN_NONE) {
		o->response.manner = manner_hold(m);
		o->response.challenges = m->challenges;
	}
}

static void
take(struct tracker *tracker, const struct row *row, const struct act *s,
    uint64_t frame, when_ns now)
{
	bool closes = s->close != GOES_ON;
	struct observation *o =
	    observation_new(closes ? OBSERVE_CLOSE : OBSERVE_EXCHANGE);

	o->frame = frame;
	o->time = now;
	o->connection = (struct connection){ .id = s->connection,
		.stream = s->connection, .began = true, .directions = 2,
		.client = { 4, { 10, 1 } }, .proxy = { 4, { 10, 2 } },
		.client_port = (uint16_t)(4000 + s->connection),
		.proxy_port = 3128, .missing_client = s->lost ? 100 : 0 };
	if (closes) {
		o->closed_by = s->close == BY_CLIENT ? CLOSED_CLIENT
		    : s->close == BY_PROXY           ? CLOSED_PROXY
		                                     : CLOSED_NOT;
		o->connection.unheard = s->close == BY_NOBODY;
		o->half = s->half;
		tracker_take(tracker, o);
		return;
	}
	const char *target = arena_str(&o->arena,
	    span_of_str(s->target != NULL ? s->target : "a"));

	o->request = (struct observed_request){ .seen = true, .frame = frame,
		.time = now, .method = arena_str(&o->arena, SPAN("GET")),
		.target = target, .authority = target,
		.user_agent = row->agent, .version_minor = 1,
		.keeps_alive = true, .head_cut = s->sent == PLAIN_CUT,
		.credentials = sent_token(o, s->sent, frame) };
	if (s->sent == LOST)
		o->request = (struct observed_request){ 0 };
	if (s->got != NOTHING) {
		struct observed_response *p = &o->response;

		*p = (struct observed_response){ .seen = true,
			.frame = frame + 1, .time = now, .head_time = now,
			.status = s->got == PASS ? 200 : 407,
			.keeps_alive = s->got != OFFER_CLOSE,
			.head_cut = s->got == OFFER_CUT,
			.date = WHEN_NONE };
		if (p->status == 407 && s->got != OFFER_CUT) {
			p->n_challenges = 1;
			p->challenges = token(o, SCHEME_NTLM,
			    s->got == T2 ? TOKEN_NTLM_CHALLENGE : TOKEN_NONE);
			parts_of(p->challenges)->ntlm.target_info =
			    s->got == T2 ? 7 : 0;
			if (s->got == STALE || s->got == TOOK)
				p->challenges = telling_token(o, s->got);
		}
		o->frame = frame + 1;
	}
	if (worn != NULL)
		put_on(o, worn);
	tracker_take(tracker, o);
}

static void
describe(struct text *out, struct tracker *tracker)
{
	size_t n;
	struct attempt **all = tracker_attempts(tracker, &n);

	for (size_t i = 0; i < n; i++) {
		const struct attempt *a = all[i];

		text_fmt(out, "%s %s %s %u %u; ", a->scheme_name,
		    outcome_name(a->outcome),
		    a->broke_at != STEP_NONE ? step_name(a->broke_at) : "-",
		    a->responses_407, a->connections);
		for (unsigned k = 1; k < a->n_legs; k++)
			ck_assert_uint_le(a->legs[k - 1].frame,
			    a->legs[k].frame);
	}
}

START_TEST(what_makes_one_attempt)
{
	const struct row *row = &rows[_i];
	struct tracker *tracker = tracker_new();
	struct text out = { 0 };
	when_ns now = 1000 * WHEN_SECOND;
	uint64_t frame = 1;

	for (const struct act *s = row->steps;
	     s < row->steps + 12 && s->connection != 0; s++) {
		now += s->seconds * WHEN_SECOND + WHEN_MS;
		take(tracker, row, s, frame, now);
		frame += 2;
	}
	tracker_now(tracker, now);
	tracker_finish(tracker);
	describe(&out, tracker);
	ck_assert_msg(strcmp(text_get(&out), row->want) == 0,
	    "%s: %s", row->name, text_get(&out));
	text_fini(&out);
	tracker_free(tracker);
}
END_TEST

START_TEST(live_without_an_end_they_are_the_same)
{
	const struct row *row = &rows[_i];
	struct tracker *tracker = tracker_new();
	struct text out = { 0 };
	when_ns now = 1000 * WHEN_SECOND;
	uint64_t frame = 1;
	/* There is always time. */
	const char *want =
	    strncmp(row->name, "asked, and the capture ends", 27) == 0
	    ? "none abandoned offer 1 1; "
	    : row->want;

	for (const struct act *s = row->steps;
	     s < row->steps + 12 && s->connection != 0; s++) {
		now += s->seconds * WHEN_SECOND + WHEN_MS;
		take(tracker, row, s, frame, now);
		frame += 2;
		tracker_settle(tracker);
		tracker_window(tracker);
	}
	/* Time goes by, and nothing comes. */
	tracker_now(tracker, now + 90 * WHEN_SECOND);
	tracker_settle(tracker);
	tracker_window(tracker);
	ck_assert(!tracker_settle(tracker));
	describe(&out, tracker);
	ck_assert_msg(strcmp(text_get(&out), want) == 0,
	    "%s: %s", row->name, text_get(&out));
	text_fini(&out);
	tracker_free(tracker);
}
END_TEST

START_TEST(what_a_connection_has_seen_before)
{
	static const struct act steps[] = { X(1, T1, T2), X(1, T3, OFFER),
		X(1, T1, OFFER), X(2, BASIC, OFFER), X(2, T1, T2),
		X(2, T3, PASS), X(3, TICKET, TOOK), X(3, T1, OFFER) };
	/* Basic is of its request alone, and leaves nothing behind. */
	static const bool after[] = { false, true, false, false, false, true };
	struct tracker *t = tracker_new();
	size_t n;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		take(t, &curl, &steps[i], 1 + 2 * i, (when_ns)i * WHEN_MS);
	tracker_finish(t);

	struct attempt **all = tracker_attempts(t, &n);

	ck_assert_uint_eq(n, 6);
	for (size_t i = 0; i < n; i++)
		ck_assert(all[i]->after_failure == after[i] &&
		    all[i]->after_challenge == after[i] &&
		    all[i]->after_accepted == (i == 5));
	tracker_free(t);
}
END_TEST

START_TEST(live_a_verdict_is_there_at_once_and_a_silence_waits)
{
	static const struct act refused = X(1, BASIC, OFFER);
	static const struct act asked = AT(2, PLAIN, OFFER, "b");
	static const struct act left = END(2, BY_CLIENT);
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	size_t n;

	take(t, &curl, &refused, 1, now);
	take(t, &curl, &asked, 3, now);
	take(t, &curl, &left, 5, now);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	ck_assert_int_eq(tracker_attempts(t, &n)[0]->outcome,
	    OUTCOME_REJECTED);
	ck_assert_uint_eq(n, 1);
	ck_assert(!tracker_settle(t));
	tracker_now(t, now + 3 * WHEN_SECOND);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	ck_assert_int_eq(tracker_attempts(t, &n)[1]->outcome,
	    OUTCOME_ABANDONED);
	ck_assert_uint_eq(n, 2);
	tracker_free(t);
}
END_TEST

START_TEST(live_a_silence_in_which_frames_were_lost_tells_nothing)
{
	static const struct act asked = X(1, PLAIN, OFFER);
	static const struct act also = AT(2, PLAIN, OFFER, "b");
	static const struct act left = END(2, BY_CLIENT);
	static const struct act later = AT(3, PLAIN, OFFER, "c");
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	size_t n;

	take(t, &curl, &asked, 1, now);
	take(t, &curl, &also, 3, now);
	take(t, &curl, &left, 5, now);
	tracker_now(t, now + WHEN_SECOND);
	tracker_deaf(t);
	take(t, &curl, &later, 7, now + 2 * WHEN_SECOND);
	tracker_now(t, now + 100 * WHEN_SECOND);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	ck_assert_int_eq(tracker_attempts(t, &n)[0]->outcome,
	    OUTCOME_INCOMPLETE);
	ck_assert_int_eq(tracker_attempts(t, &n)[1]->outcome,
	    OUTCOME_INCOMPLETE);
	ck_assert_int_eq(tracker_attempts(t, &n)[2]->outcome,
	    OUTCOME_ABANDONED);
	ck_assert_uint_eq(n, 3);
	tracker_free(t);
}
END_TEST

START_TEST(live_the_clock_is_set_back)
{
	static const struct act asked = X(1, PLAIN, OFFER);
	static const struct act later = AT(2, PLAIN, OFFER, "b");
	struct tracker *t = tracker_new();
	when_ns now = 10000 * WHEN_SECOND;
	size_t n;

	take(t, &curl, &asked, 1, now);
	now -= 3600 * WHEN_SECOND;
	tracker_back(t, now);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	ck_assert_int_eq(tracker_attempts(t, &n)[0]->outcome,
	    OUTCOME_INCOMPLETE);
	ck_assert_uint_eq(n, 1);
	/* And what comes then has its time, no more and no less. */
	take(t, &curl, &later, 3, now);
	ck_assert(!tracker_settle(t));
	tracker_now(t, now + 61 * WHEN_SECOND);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	tracker_attempts(t, &n);
	ck_assert_uint_eq(n, 2);
	tracker_free(t);
}
END_TEST

START_TEST(live_one_that_goes_on_all_the_same_is_settled_again)
{
	static const struct row row = { .agent = "Mozilla/5.0" };
	static const struct act asked = X(1, PLAIN, OFFER);
	static const struct act left = END(1, BY_CLIENT);
	static const struct act later = X(2, BASIC, PASS);
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	uint32_t id;
	size_t n;

	take(t, &row, &asked, 1, now);
	take(t, &row, &left, 3, now);
	tracker_now(t, now + 70 * WHEN_SECOND);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	id = tracker_attempts(t, &n)[0]->id;
	take(t, &row, &later, 5, now + 100 * WHEN_SECOND);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	ck_assert_uint_eq(tracker_attempts(t, &n)[0]->id, id);
	ck_assert_int_eq(tracker_attempts(t, &n)[0]->outcome,
	    OUTCOME_AUTHENTICATED);
	ck_assert_uint_eq(n, 1);
	tracker_free(t);
}
END_TEST

START_TEST(live_what_is_old_and_what_is_too_much_is_forgotten)
{
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	size_t n;

	for (unsigned i = 1; i <= 100; i++) {
		const struct act s = X(i, BASIC, OFFER);
		struct observation *o = observation_new(OBSERVE_REFUSED);

		take(t, &curl, &s, 2 * i, now + i * WHEN_SECOND);
		o->time = now + i * WHEN_SECOND;
		tracker_take(t, o);
	}
	tracker_settle(t);
	tracker_forget(t, WHEN_NONE, 60);
	tracker_window(t);
	ck_assert_uint_eq(tracker_attempts(t, &n)[0]->id, 41);
	ck_assert_uint_eq(n, 60);
	tracker_forget(t, now + 91 * WHEN_SECOND, 60);
	tracker_window(t);
	ck_assert_uint_eq(tracker_attempts(t, &n)[0]->id, 91);
	ck_assert_uint_eq(n, 10);
	tracker_refused(t, &n);
	ck_assert_uint_eq(n, 10);
	tracker_free(t);
}
END_TEST

/* What an attempt holds is bounded, and nothing of it points elsewhere. */
START_TEST(one_that_is_asked_for_ever_keeps_its_first_and_its_last)
{
	struct manner *manner = manner_new();
	struct token offer;
	static const struct row row = { .agent = "apt" };
	static const struct act asked = X(1, PLAIN, OFFER);
	static const struct act answers[] = { X(1, T1, T2), X(1, T3, PASS) };
	const unsigned most = (unsigned)limit_of(LIMIT_LEGS);
	struct tracker *t = tracker_new();
	uint64_t frame = 1;
	size_t n;

	token_begin(&offer);
	offer.scheme = SCHEME_NTLM;
	manner->method = "GET";
	manner->has_challenges = true;
	manner->challenges = &offer;
	manner->n_challenges = 1;
	worn = _i == 0 ? NULL : manner;
	for (unsigned i = 0; i < 3 * most; i++, frame += 2)
		take(t, &row, &asked, frame, (when_ns)frame * WHEN_MS);
	for (size_t i = 0; i < 2; i++, frame += 2)
		take(t, &row, &answers[i], frame, (when_ns)frame * WHEN_MS);
	tracker_finish(t);

	const struct attempt *a = tracker_attempts(t, &n)[0];

	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(a->outcome, OUTCOME_AUTHENTICATED);
	ck_assert_uint_eq(a->responses_407, 3 * most + 1);
	ck_assert_uint_le(a->n_observations, most);
	ck_assert_str_eq(a->method, "GET");
	ck_assert_str_eq(a->user, "erin");
	ck_assert_str_eq(a->scheme_name, "NTLM");
	ck_assert_uint_eq(a->n_offers, 1);
	ck_assert_int_eq(a->offers[0].scheme, SCHEME_NTLM);
	ck_assert_int_eq(a->challenge->kind, TOKEN_NTLM_CHALLENGE);

	/* What it points to is of one that it owns. */
	const struct observation *last = NULL;

	LIST_EACH (link, &a->observations)
		last = LIST_OBJECT(link, struct observation, link);
	ck_assert_ptr_eq(a->request, &last->request);
	ck_assert_ptr_eq(a->response, &last->response);
	ck_assert_ptr_eq(a->authenticate, last->request.credentials);
	ck_assert_uint_gt(limit_hits(LIMIT_LEGS), 0);
	tracker_free(t);
	worn = NULL;
	ck_assert_uint_eq(atomic_load(&manner->holders), 1);
	manner_let_go(manner);
}
END_TEST

/* Clients by the hundred thousand that never log in leave nothing behind. */
START_TEST(clients_without_a_login_are_bounded)
{
	struct tracker *tracker = tracker_new();
	size_t n;

	for (uint32_t i = 1; i <= 60000; i++) {
		struct observation *o = observation_new(OBSERVE_EXCHANGE);

		o->connection = (struct connection){ .id = i,
			.directions = 2, .proxy = { 4, { 10, 2 } },
			.client = { 4, { 11, (uint8_t)(i >> 16),
			                    (uint8_t)(i >> 8), (uint8_t)i } },
			.proxy_port = 3128 };
		o->request = (struct observed_request){ .seen = true,
			.method = "GET", .target = "a",
			.user_agent = "flood" };
		o->response = (struct observed_response){ .seen = true,
			.status = 200, .date = WHEN_NONE };
		o->frame = i;
		tracker_take(tracker, o);
	}
	tracker_finish(tracker);
	tracker_attempts(tracker, &n);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_gt(limit_hits(LIMIT_CLIENTS), 0);
	tracker_free(tracker);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("attempt/tracker");
	TCase *c = tcase_create("tracker");

	tcase_add_loop_test(c, what_makes_one_attempt, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, live_without_an_end_they_are_the_same, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, what_a_connection_has_seen_before);
	tcase_add_test(c, live_a_verdict_is_there_at_once_and_a_silence_waits);
	tcase_add_test(c,
	    live_a_silence_in_which_frames_were_lost_tells_nothing);
	tcase_add_test(c, live_the_clock_is_set_back);
	tcase_add_test(c, live_one_that_goes_on_all_the_same_is_settled_again);
	tcase_add_test(c, live_what_is_old_and_what_is_too_much_is_forgotten);
	tcase_add_loop_test(c,
	    one_that_is_asked_for_ever_keeps_its_first_and_its_last, 0, 2);
	tcase_add_test(c, clients_without_a_login_are_bounded);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
