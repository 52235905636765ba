/* SPDX-License-Identifier: BSD-2-Clause */
/* Which words of the KDC bear on an attempt, and which do not. */
#include "diagnose/kdc_view.h"
#include "run.h"
#include "token_parts.h"

enum whose { OURS, ANOTHER_CLIENT };

/* An exchange, so many seconds after the start of the attempt. */
struct said {
	int at;
	enum kdc_asked asked;
	enum kdc_ended ended;
	int error;
	const char *client, *service;
	const char *granted, *realm;
	enum whose whose;
	bool over_tcp;
};

#define SAID_MAX 5
#define AS(at_, error_, client_)                                               \
	{ .at = at_, .asked = KDC_ASKED_AS, .ended = KDC_ERROR,                \
	    .error = error_, .client = client_, .service = "krbtgt/LAB.TEST" }
#define AS_UNSEEN(at_, client_)                                                \
	{ .at = at_, .asked = KDC_ASKED_AS, .ended = KDC_UNSEEN, .error = -1,  \
	    .client = client_, .service = "krbtgt/LAB.TEST" }
#define TGS_UNSEEN(at_, client_, service_)                                     \
	{ .at = at_, .asked = KDC_ASKED_TGS, .ended = KDC_UNSEEN,              \
	    .error = -1, .client = client_, .service = service_ }
#define AS_OK(at_, client_)                                                    \
	{ .at = at_, .asked = KDC_ASKED_AS, .ended = KDC_TICKET, .error = -1,  \
	    .client = client_, .service = "krbtgt/LAB.TEST",                   \
	    .granted = "krbtgt/LAB.TEST" }
#define TGS(at_, error_, client_, service_)                                    \
	{ .at = at_, .asked = KDC_ASKED_TGS, .ended = KDC_ERROR,               \
	    .error = error_, .client = client_, .service = service_ }
#define TGS_IN(at_, error_, client_, service_, realm_)                         \
	{ .at = at_, .asked = KDC_ASKED_TGS, .ended = KDC_ERROR,               \
	    .error = error_, .client = client_, .service = service_,           \
	    .realm = realm_ }
#define TGS_OK(at_, client_, service_, granted_)                               \
	{ .at = at_, .asked = KDC_ASKED_TGS, .ended = KDC_TICKET,              \
	    .error = -1, .client = client_, .service = service_,               \
	    .granted = granted_ }
#define SYN(at_, ended_)                                                       \
	{ .at = at_, .asked = KDC_ASKED_NOTHING, .ended = ended_,              \
	    .error = -1, .over_tcp = true }

static const struct row {
	const char *name;
	const char *user;
	struct said said[SAID_MAX];
	/* -1: no verdict; else the code, or 1000 + enum kdc_ended */
	int verdict;
	bool ambiguous, ticket, unfinished, tcp_fails, astray, crossing;
	bool unheard;
	uint64_t at; /* the frame of the verdict; 0: any */
} rows[] = {
	{ "the service is unknown", NULL,
	    { TGS(0, 7, "bob", "HTTP/wpad") }, 7, .ticket = false },
	{ "before the request, where it asks ahead", NULL,
	    { TGS(-20, 7, "bob", "HTTP/wpad") }, 7, .ticket = false },
	{ "long before it", NULL, { TGS(-90, 7, "bob", "HTTP/wpad") }, -1,
	    .ticket = false },
	{ "after it", NULL, { TGS(30, 7, "bob", "HTTP/wpad") }, -1,
	    .ticket = false },
	{ "another client's", NULL,
	    { { .asked = KDC_ASKED_TGS, .ended = KDC_ERROR, .error = 7,
	        .client = "bob", .service = "HTTP/wpad",
	        .whose = ANOTHER_CLIENT } }, -1, .ticket = false },
	{ "the short name fails, the long one does not", NULL,
	    { TGS(0, 7, "bob", "HTTP/proxy"),
	        TGS_OK(0, "bob", "HTTP/proxy.lab.test",
	            "HTTP/proxy.lab.test") }, -1, .ticket = true },
	{ "the origin's own service", NULL,
	    { TGS(0, 7, "bob", "HTTP/www.example.test") }, -1,
	    .astray = true },
	{ "and its realm", NULL,
	    { TGS(0, 7, "bob", "HTTP/www.example.test"),
	        TGS(0, 7, "bob", "krbtgt/EXAMPLE.TEST") }, -1,
	    .astray = true },
	{ "before the proxy asked", NULL,
	    { TGS(-1, 7, "bob", "HTTP/www.example.test"),
	        TGS(-1, 7, "bob", "krbtgt/EXAMPLE.TEST") }, -1,
	    .ticket = false },
	{ "beside the proxy's", NULL,
	    { TGS(0, 7, "bob", "HTTP/www.example.test"),
	        TGS(0, 7, "bob", "HTTP/wpad") }, 7, .ticket = false },
	{ "two errors in turn: the last one, where it was first", NULL,
	    { TGS(0, 60, "bob", "HTTP/wpad"), TGS(0, 7, "bob", "HTTP/x"),
	        TGS(0, 60, "bob", "HTTP/wpad") }, 60, .at = 1 },
	{ "under another name: where it was first for that", NULL,
	    { TGS(-9, 7, "bob", "HTTP/wpad"), TGS(0, 7, "bob", "HTTP/x"),
	        TGS(0, 7, "bob", "HTTP/x") }, 7, .at = 2 },
	{ "but not from before a ticket", NULL,
	    { TGS(0, 60, "bob", "HTTP/wpad"),
	        TGS_OK(0, "bob", "HTTP/wpad", "HTTP/wpad"),
	        TGS(0, 60, "bob", "HTTP/x") }, 60, .ticket = true, .at = 3 },
	{ "by a trust", NULL,
	    { TGS_OK(0, "bob", "krbtgt/OTHER.TEST", "krbtgt/OTHER.TEST"),
	        TGS_IN(0, 31, "bob", "HTTP/wpad", "OTHER.TEST") }, 31,
	    .crossing = true },
	{ "but its own realm", NULL,
	    { TGS_OK(0, "bob", "krbtgt/OTHER.TEST", "krbtgt/OTHER.TEST"),
	        TGS(0, 31, "bob", "HTTP/wpad") }, 31, .ticket = false },
	{ "a ticket of its own realm is no trust", NULL,
	    { TGS_OK(0, "bob", "krbtgt/LAB.TEST", "krbtgt/LAB.TEST"),
	        TGS(0, 31, "bob", "HTTP/wpad") }, 31, .ticket = false },
	{ "a service that is not HTTP", NULL,
	    { TGS(0, 7, "bob", "cifs/files.lab.test") }, -1,
	    .ticket = false },
	{ "two users at one address", NULL,
	    { TGS(0, 7, "bob", "HTTP/wpad"),
	        TGS(0, 7, "eve", "HTTP/wpad") }, -1, .ambiguous = true },
	{ "of two users, the one that is named", "eve",
	    { TGS(0, 12, "bob", "HTTP/wpad"),
	        TGS(0, 7, "eve", "HTTP/wpad") }, 7, .ticket = false },

	{ "locked, minutes ago", NULL, { AS(-600, 18, "erin") }, 18,
	    .ticket = false },
	{ "locked, an hour ago", NULL, { AS(-3600, 18, "erin") }, -1,
	    .ticket = false },
	{ "a wrong password, then the right one", NULL,
	    { AS(-60, 24, "bob"), AS(-50, 25, "bob"), AS_OK(-49, "bob") }, -1,
	    .ticket = false },
	{ "a wrong password, then a ticket all the same", NULL,
	    { AS(-60, 24, "bob"), TGS_OK(0, "bob", "cifs/x", "cifs/x") }, -1,
	    .ticket = false },
	{ "the right one, then a wrong one", NULL,
	    { AS_OK(-60, "bob"), AS(-50, 24, "bob") }, 24, .ticket = false },
	{ "pre-authentication is always required", NULL,
	    { AS(-60, 25, "bob"), AS_OK(-59, "bob") }, -1, .ticket = false },
	{ "a log-on that does not go on", NULL, { AS(0, 25, "alice") }, -1,
	    .unfinished = true },
	{ "or that does, without an answer in the capture", NULL,
	    { AS(0, 25, "alice"), AS_UNSEEN(0, "alice") }, -1,
	    .unheard = true },
	{ "which is there later", NULL,
	    { AS_UNSEEN(0, "alice"), AS(0, 18, "alice") }, 18,
	    .ticket = false },
	{ "a service's ticket, without an answer in the capture", NULL,
	    { AS_OK(-1, "bob"), TGS_UNSEEN(0, "bob", "HTTP/wpad") }, -1,
	    .unheard = true },
	{ "a computer's log-on", NULL, { AS(-60, 18, "PC1$") }, -1,
	    .ticket = false },
	{ "a service's log-on", NULL, { AS(-60, 18, "host/pc1.lab.test") },
	    -1, .ticket = false },
	{ "another user's log-on", "alice", { AS(-60, 18, "erin") }, -1,
	    .ticket = false },
	{ "the user's own, written otherwise", "Erin",
	    { AS(-60, 18, "erin@LAB.TEST") }, 18, .ticket = false },
	{ "of two log-ons, whose?", NULL,
	    { AS(-60, 18, "erin"), AS_OK(-50, "alice") }, -1,
	    .ambiguous = true },
	{ "a password that is to be changed", NULL,
	    { AS(-60, 23, "frank"),
	        { .at = -59, .asked = KDC_ASKED_AS, .ended = KDC_TICKET,
	            .error = -1, .client = "frank",
	            .service = "kadmin/changepw",
	            .granted = "kadmin/changepw" } }, 23, .ticket = false },

	{ "silence", NULL, { SYN(0, KDC_SILENT) }, 1000 + KDC_SILENT,
	    .ticket = false },
	{ "an answer that was not seen is no silence", NULL,
	    { SYN(0, KDC_UNSEEN) }, -1, .ticket = false },
	{ "silence of one KDC, and an answer of another", NULL,
	    { SYN(0, KDC_SILENT), AS(0, 25, "bob") }, -1,
	    .unfinished = true },
	{ "a closed port", NULL, { SYN(0, KDC_REFUSED) },
	    1000 + KDC_REFUSED, .ticket = false },
	{ "too big for UDP, and TCP is blocked", NULL,
	    { AS(0, 52, "heidi"), SYN(0, KDC_SILENT) }, 1000 + KDC_SILENT,
	    .tcp_fails = true },
	{ "too big for UDP, and TCP works", NULL,
	    { AS(0, 52, "heidi"), AS_OK(0, "heidi") }, -1, .ticket = false },

	{ "sent to another realm, and refused there", NULL,
	    { TGS_OK(0, "bob", "HTTP/proxy.b.test", "krbtgt/B.TEST"),
	        TGS(0, 7, "bob", "HTTP/proxy.b.test") }, 7,
	    .ticket = false },
	{ "sent to another realm, whose KDC is unknown", NULL,
	    { TGS_OK(0, "bob", "HTTP/proxy.b.test", "krbtgt/B.TEST"),
	        TGS(0, 68, "bob", "krbtgt/C.TEST") }, 68, .ticket = false },
};

static void
add(struct testimony *t, const struct said *said, uint64_t frame,
    when_ns start)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));
	struct kdc_record *k = arena_new(&o->arena, sizeof(*k));
	when_ns time = start + said->at * WHEN_SECOND;

	*k = (struct kdc_record){
		.asked = said->asked,
		.ended = said->ended,
		.request_frame = frame,
		.request_time = time,
		.answer_time = WHEN_NONE,
		.tries = 1,
		.client = said->client,
		.service = said->service,
		.error = said->error,
		.granted = said->granted,
		.realm = said->realm != NULL ? said->realm : "LAB.TEST",
		.till = WHEN_NONE,
		.stime = WHEN_NONE,
	};
	*r = (struct witness_record){
		.kind = WITNESS_KDC,
		.frame = frame,
		.time = time,
		.client = { 4, { 10, 77, 1, said->whose == OURS ? 1 : 9 } },
		.server = { 4, { 10, 77, 0, 10 } },
		.over_tcp = said->over_tcp,
		.saw.kdc = k,
	};
	o->witness = r;
	testimony_take(t, o);
}

static struct attempt
attempt_of(const char *user)
{
	return (struct attempt){
		.connection.client = { 4, { 10, 77, 1, 1 } },
		.user = user,
		.authority = "www.example.test:80",
		.start = INT64_C(1795437170) * WHEN_SECOND,
		.end = INT64_C(1795437171) * WHEN_SECOND,
	};
}

static int
verdict_of(const struct kdc_view *v)
{
	if (v->verdict == NULL)
		return -1;
	return kdc_of(v->verdict)->ended == KDC_ERROR
	    ? kdc_of(v->verdict)->error
	    : 1000 + (int)kdc_of(v->verdict)->ended;
}

START_TEST(what_bears_on_an_attempt)
{
	const struct row *row = &rows[_i];
	struct attempt a = attempt_of(row->user);
	struct testimony *t = testimony_new();
	struct kdc_view v;

	for (size_t i = 0; i < SAID_MAX && row->said[i].error != 0; i++)
		add(t, &row->said[i], i + 1, a.start);

	struct kdc_index *x = kdc_index_new(t);

	kdc_view_of(x, &a, &v);
	ck_assert_msg(verdict_of(&v) == row->verdict, "%s: %d", row->name,
	    verdict_of(&v));
	ck_assert_msg(v.ambiguous == row->ambiguous, "%s", row->name);
	ck_assert_msg((v.ticket != NULL) == row->ticket, "%s", row->name);
	ck_assert_msg((v.unfinished != NULL) == row->unfinished, "%s",
	    row->name);
	ck_assert_msg(v.tcp_fails == row->tcp_fails, "%s", row->name);
	ck_assert_msg((v.astray != NULL) == row->astray, "%s", row->name);
	ck_assert_msg((v.crossing != NULL) == row->crossing, "%s", row->name);
	ck_assert_msg(v.unheard == row->unheard, "%s", row->name);
	ck_assert_msg(row->at == 0 || v.verdict->frame == row->at, "%s",
	    row->name);
	/* What it rests on is shown, in order. */
	ck_assert_msg(v.n_story > 0 || row->verdict == -1, "%s", row->name);
	for (size_t i = 1; i < v.n_story; i++)
		ck_assert(v.story[i - 1]->frame < v.story[i]->frame);
	kdc_index_free(x);
	testimony_free(t);
}
END_TEST

START_TEST(without_witnesses_nothing_is_known)
{
	struct attempt a = attempt_of(NULL);
	struct kdc_index *x = kdc_index_new(NULL);
	struct kdc_view v;

	kdc_view_of(x, &a, &v);
	ck_assert(!v.visible && !v.asked && v.verdict == NULL);
	kdc_view_of(NULL, &a, &v);
	ck_assert(!v.visible);
	kdc_index_free(x);
}
END_TEST

/* A client that asks without end: the last of it counts, in bounded work. */
START_TEST(a_flood_before_the_word_that_counts)
{
	static const struct said noise = AS(-100, 24, "bob");
	static const struct said last = AS(-10, 18, "bob");
	struct attempt a = attempt_of(NULL);
	struct testimony *t = testimony_new();
	struct kdc_view v;

	for (uint64_t i = 0; i < 5000; i++)
		add(t, &noise, i + 1, a.start);
	add(t, &last, 6000, a.start);

	struct kdc_index *x = kdc_index_new(t);

	kdc_view_of(x, &a, &v);
	ck_assert_int_eq(verdict_of(&v), 18);
	kdc_index_free(x);
	testimony_free(t);
}
END_TEST

START_TEST(the_very_ticket_of_the_attempt)
{
	static const struct said one =
	    TGS_OK(-3000, "bob", "HTTP/proxy.lab.test", "HTTP/proxy.lab.test");
	struct attempt a = attempt_of(NULL);
	struct testimony *t = testimony_new();
	struct token token;
	struct token_parts parts;
	struct kdc_view v;

	token_with_parts(&token, &parts);
	token.kind = TOKEN_AP_REQ;
	add(t, &one, 1, a.start);
	add(t, &one, 2, a.start);

	size_t n;
	const struct witness_record *const *all =
	    testimony_of(t, WITNESS_KDC, &n);
	struct kdc_record *k = (void *)(uintptr_t)all[1]->saw.kdc;
	struct kdc_index *x = kdc_index_new(t);

	k->ticket = 407;
	a.credentials = &token;
	kdc_view_of(x, &a, &v);
	ck_assert_ptr_null(v.own);
	parts_of(&token)->kerberos.ticket = 407;
	kdc_view_of(x, &a, &v);
	ck_assert_ptr_eq(v.own, all[1]);
	kdc_index_free(x);
	testimony_free(t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/kdc_view");
	TCase *tc = tcase_create("join");

	tcase_add_loop_test(tc, what_bears_on_an_attempt, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, without_witnesses_nothing_is_known);
	tcase_add_test(tc, a_flood_before_the_word_that_counts);
	tcase_add_test(tc, the_very_ticket_of_the_attempt);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
