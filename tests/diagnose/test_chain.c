/* SPDX-License-Identifier: BSD-2-Clause */
/* A box between client and proxy, both sides of which are captured. */
#include "diagnose/facts.h"

#include "asked.h"
#include "diagnose/rules.h"
#include "run.h"

#define BOX 100
#define TYPE1 77

/* The same type 1 from every client: it is that of the program. */
static struct attempt *
half(uint8_t client, uint8_t proxy, bool keeps_alive, struct observation *o,
    when_ns from, when_ns to)
{
	struct attempt *a = scene_attempt(&scene, client, "curl", SCHEME_NTLM);
	struct token *t = scene_token(&scene, SCHEME_NTLM,
	    TOKEN_NTLM_NEGOTIATE);

	t->whole = TYPE1;
	a->scheme = ATTEMPT_NTLM;
	a->negotiate = a->credentials = t;
	a->connection.proxy = scene_address(proxy);
	a->end = to;
	o->request = *a->request;
	o->response = *a->response;
	o->request.credentials = t;
	o->request.authority = a->authority;
	o->request.time = from;
	o->response.time = to;
	o->request.keeps_alive = keeps_alive;
	a->request = &o->request;
	a->response = &o->response;
	list_append(&a->observations, &o->link);
	return a;
}

static struct observation seen[4];

static void
setup(void)
{
	memset(seen, 0, sizeof(seen));
	scene_init(&scene);
}

START_TEST(each_side_knows_the_other)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);
	struct attempt *inner = half(BOX, 200, false, &seen[1], t + 1, t + 8);

	asked_begin();
	ck_assert_str_eq(value_of(outer, "inner.proxy")->string,
	    "192.0.2.200:3128");
	ck_assert(!value_of(outer, "inner.keeps_alive")->yes);
	ck_assert_str_eq(value_of(outer, "story.between")->string,
	    "192.0.2.100 hands it on to 192.0.2.200:3128");
	ck_assert_str_eq(value_of(inner, "outer.client")->string,
	    "192.0.2.1");
	ck_assert(value_of(inner, "outer.keeps_alive")->yes);
	ck_assert_str_eq(value_of(inner, "story.between")->string,
	    "192.0.2.100 asks for 192.0.2.1");
	asked_end();
}
END_TEST

START_TEST(who_wrote_the_407_is_known_from_behind_or_from_via)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);
	struct attempt *inner = half(BOX, 200, true, &seen[1], t + 1, t + 8);
	struct attempt *other = half(2, 201, true, &seen[2], t, t + 9);

	seen[2].response.via = "1.1 far.test (squid/5.7), 1.1 near.test";
	seen[1].response.via = "1.1 far.test (squid/5.7)";
	asked_begin();
	ck_assert_str_eq(value_of(outer, "proxy.407_written_by")->string,
	    "192.0.2.200:3128");
	ck_assert_int_eq(value_of(inner, "proxy.407_written_by")->state,
	    VALUE_ABSENT);
	ck_assert_str_eq(value_of(other, "proxy.407_written_by")->string,
	    "far.test");
	asked_end();
}
END_TEST

START_TEST(what_a_box_says_in_its_own_words_it_wrote)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);

	half(BOX, 200, true, &seen[1], t + 1, t + 8);
	seen[0].response.server = "box/1.0";
	asked_begin();
	ck_assert_int_eq(value_of(outer, "proxy.407_written_by")->state,
	    VALUE_ABSENT);
	asked_end();
}
END_TEST

/* What began before the box was asked, or ended later, is of another. */
START_TEST(halves_lie_within_each_other)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t + 2, t + 9);
	struct attempt *inner = half(BOX, 200, false, &seen[1], t, t + 8);

	asked_begin();
	ck_assert_int_eq(value_of(outer, "inner.proxy")->state, VALUE_ABSENT);
	ck_assert_int_eq(value_of(inner, "outer.client")->state,
	    VALUE_ABSENT);
	asked_end();
}
END_TEST

START_TEST(of_two_clients_at_once_neither_is_named)
{
	when_ns t = scene.clock;
	struct attempt *inner = half(BOX, 200, false, &seen[2], t + 2, t + 7);

	half(1, BOX, true, &seen[0], t, t + 9);
	half(2, BOX, false, &seen[1], t + 1, t + 8);
	asked_begin();
	ck_assert_int_eq(value_of(inner, "outer.client")->state,
	    VALUE_ABSENT);
	ck_assert_int_eq(value_of(inner, "outer.keeps_alive")->state,
	    VALUE_ABSENT);
	asked_end();
}
END_TEST

/* One asks to close, the other does not: whose is it? */
START_TEST(of_two_halves_that_differ_neither_is_meant)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);

	half(BOX, 200, false, &seen[1], t + 1, t + 4);
	half(BOX, 200, true, &seen[2], t + 2, t + 5);
	asked_begin();
	ck_assert_int_eq(value_of(outer, "inner.proxy")->state, VALUE_ABSENT);
	ck_assert_int_eq(value_of(outer, "inner.keeps_alive")->state,
	    VALUE_ABSENT);
	asked_end();
}
END_TEST

/* A whole refused login, on the one side and on the other. */
static struct attempt *
refused(uint8_t client, uint8_t proxy, struct observation *o, when_ns from,
    when_ns to)
{
	struct attempt *a =
	    scene_basic(&scene, client, "curl", "bob", 7, false);

	a->connection.proxy = scene_address(proxy);
	a->end = to;
	o->request = *a->request;
	o->response = *a->response;
	o->request.credentials = (struct token *)(uintptr_t)a->credentials;
	o->request.credentials->whole = TYPE1;
	o->request.authority = a->authority;
	o->request.time = from;
	o->response.time = to;
	a->request = &o->request;
	a->response = &o->response;
	list_append(&a->observations, &o->link);
	return a;
}

static struct diagnosis *
judged(void)
{
	struct rules *rules = rules_new();
	struct diagnosis *d;

	rules_default(rules);
	d = diagnosis_run(rules, scene.attempts, scene.n, NULL, 0,
	    &scene_capture);
	rules_free(rules);
	return d;
}

/* Behind the first box there is another one. */
START_TEST(one_fault_is_told_once_where_the_client_is)
{
	when_ns t = scene.clock;
	struct attempt *last = refused(BOX + 1, 200, &seen[2], t + 2, t + 7);
	struct attempt *inner = refused(BOX, BOX + 1, &seen[1], t + 1, t + 8);
	struct attempt *outer = refused(1, BOX, &seen[0], t, t + 9);
	struct diagnosis *d = judged();
	size_t faults = 0;

	for (size_t i = 0; i < diagnosis_findings(d); i++) {
		const struct finding *f = diagnosis_finding(d, i);

		if (!f->fault)
			continue;
		faults++;
		ck_assert_uint_eq(f->n_attempts, 1);
		ck_assert_ptr_eq(f->example, outer);
		ck_assert_uint_eq(f->n_inner, 2);
		ck_assert_ptr_eq(f->inner[0], last);
		ck_assert_ptr_eq(f->inner[1], inner);
		ck_assert_str_eq(f->between,
		    "192.0.2.101 hands it on to 192.0.2.200:3128; "
		    "192.0.2.100 hands it on to 192.0.2.101:3128; "
		    "seen on both sides, counted once");
	}
	ck_assert_uint_eq(faults, 1);
	ck_assert_int_eq(inner->cause, outer->cause);
	diagnosis_free(d);
}
END_TEST

/* The box got in there for another reason than what its client is told. */
START_TEST(two_causes_are_two_faults)
{
	when_ns t = scene.clock;
	struct attempt *outer = refused(1, BOX, &seen[0], t, t + 9);
	struct attempt *inner = refused(BOX, 200, &seen[1], t + 1, t + 8);
	struct diagnosis *d;
	size_t faults = 0;

	outer->offers = outer->last_offers =
	    scene_token(&scene, SCHEME_NEGOTIATE, TOKEN_NONE);
	d = judged();
	ck_assert_int_ne(inner->cause, outer->cause);
	for (size_t i = 0; i < diagnosis_findings(d); i++)
		faults += diagnosis_finding(d, i)->fault;
	ck_assert_uint_eq(faults, 2);
	diagnosis_free(d);
}
END_TEST

/* All whom the balancer sends to the one node are refused: that is seen before
 * it only, and what is behind it is no second fault. */
START_TEST(what_more_is_known_before_the_box_holds_behind_it)
{
	static struct observation o[8];
	struct attempt *inner[3];
	struct diagnosis *d;
	size_t faults = 0;

	memset(o, 0, sizeof(o));
	for (size_t i = 0; i < 3; i++) {
		when_ns t = scene.clock;

		inner[i] = refused(BOX, 200, &o[2 * i], t + 1, t + 8);
		inner[i]->connection.proxy_port += (uint16_t)i;
		refused((uint8_t)(i + 1), BOX, &o[2 * i + 1], t, t + 9);
		for (size_t k = 2 * i; k < 2 * i + 2; k++) {
			o[k].response.via = "1.1 b.test (squid/5.7)";
			((struct attempt *)scene.attempts[k])->response =
			    &o[k].response;
		}
	}
	for (size_t i = 0; i < 2; i++) {
		struct observation *q = &o[6 + i];
		struct attempt *a =
		    scene_basic(&scene, (uint8_t)(i + 1), "curl", "bob", 7,
		        true);

		a->connection.proxy = scene_address(BOX);
		q->response = *a->response;
		q->response.via = "1.1 a.test (squid/5.7)";
		a->response = &q->response;
	}
	d = judged();
	for (size_t i = 0; i < diagnosis_findings(d); i++)
		faults += diagnosis_finding(d, i)->fault;
	ck_assert_uint_eq(faults, 1);
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(inner[i]->rule, "node-refuses");
	diagnosis_free(d);
}
END_TEST

/* One connection, before and behind a box that translates its addresses. */
static size_t
faults_of_translated(uint16_t port, uint16_t translated_port)
{
	when_ns t = scene.clock;
	struct attempt *outer = refused(1, 200, &seen[0], t, t + 9);
	struct attempt *inner = refused(BOX, 200, &seen[1], t + 1, t + 8);
	struct diagnosis *d;
	size_t faults = 0;

	outer->connection.client_port = port;
	inner->connection.client_port = translated_port;
	d = judged();
	for (size_t i = 0; i < diagnosis_findings(d); i++) {
		const struct finding *f = diagnosis_finding(d, i);

		faults += f->fault;
		if (f->fault && f->n_inner > 0)
			ck_assert_str_eq(f->between,
			    "its addresses are translated to 192.0.2.100 and "
			    "192.0.2.200:3128; seen on both sides, counted "
			    "once");
	}
	diagnosis_free(d);
	return faults;
}

START_TEST(a_translated_connection_is_told_once)
{
	ck_assert_uint_eq(faults_of_translated(40000, 40000), 1);
}
END_TEST

/* With the same password two computers may ask for the same at once. */
START_TEST(the_same_password_alone_is_no_translation)
{
	ck_assert_uint_eq(faults_of_translated(40000, 40001), 2);
}
END_TEST

static void
upstream_is_known(const struct attempt *outer, bool known)
{
	asked_begin();
	if (known)
		ck_assert_str_eq(value_of(outer, "proxy.upstream_407")->string,
		    "192.0.2.200:3128");
	else
		ck_assert_int_eq(value_of(outer, "proxy.upstream_407")->state,
		    VALUE_ABSENT);
	asked_end();
}

/* A proxy that goes on from another address, with a login of its own. */
START_TEST(what_a_proxy_asks_from_another_address_is_known_by_the_client)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);
	struct attempt *inner = half(77, 200, true, &seen[1], t + 1, t + 8);

	seen[1].request.credentials =
	    scene_token(&scene, SCHEME_BASIC, TOKEN_BASIC);
	inner->credentials = inner->negotiate = seen[1].request.credentials;
	seen[1].request.forwarded_for =
	    _i == 0 ? "192.0.2.9, 192.0.2.1" : "192.0.2.1, 192.0.2.9";
	upstream_is_known(outer, _i == 0);
}
END_TEST

/* It keeps its connection, and asks for another client next. */
START_TEST(a_kept_connection_asks_for_one_client_after_the_other)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);
	struct attempt *inner = half(77, 200, true, &seen[1], t + 1, t + 8);

	outer->credentials = inner->credentials = NULL;
	seen[2] = seen[1];
	seen[1].request.forwarded_for = _i == 0 ? "192.0.2.1" : "192.0.2.3";
	seen[2].request.forwarded_for = "192.0.2.2";
	seen[2].request.time = t + 20;
	seen[2].response.time = t + 28;
	list_append(&inner->observations, &seen[2].link);
	inner->request = &seen[2].request;
	inner->response = &seen[2].response;
	upstream_is_known(outer, _i == 0);
}
END_TEST

/* It hands on what clients send: who sends nothing is asked himself. */
START_TEST(a_box_that_passes_logins_on_is_not_to_log_in_itself)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);
	struct attempt *inner = half(77, 200, true, &seen[1], t + 1, t + 8);

	seen[0].request.credentials = seen[1].request.credentials = NULL;
	outer->credentials = inner->credentials = NULL;
	seen[1].request.forwarded_for = "192.0.2.1";
	half(2, BOX, true, &seen[2], t + 20, t + 29);
	half(77, 200, true, &seen[3], t + 21, t + 28)->connection.client_port =
	    7;
	seen[3].request.forwarded_for = _i == 0 ? "192.0.2.2" : "192.0.2.3";
	asked_begin();
	ck_assert_int_eq(value_of(outer, "proxy.upstream_407")->state,
	    _i == 0 ? VALUE_ABSENT : VALUE_SET);
	asked_end();
}
END_TEST

/* Captured on all interfaces of the user's computer: 127.0.0.1, and outside. */
START_TEST(a_helper_on_the_loopback_asks_another_proxy)
{
	when_ns t = scene.clock;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);

	half(77, 200, true, &seen[1], t + 1, t + 8);
	seen[0].request.credentials = NULL;
	outer->credentials = NULL;
	if (_i == 0)
		outer->connection.proxy = outer->connection.client =
		    (struct address){ 4, { 127, 0, 0, 1 } };
	upstream_is_known(outer, _i == 0);
}
END_TEST

/* A challenge for what was sent, or a success after that one had asked. */
static const struct {
	const char *via;
	enum token_kind second; /* of the challenge; TOKEN_NONE: success */
	bool passes;
} answers[] = {
	{ "1.1 far, 1.1 near", TOKEN_NTLM_CHALLENGE, true },
	{ "1.1 far, 1.1 near", TOKEN_NONE, true },
	{ "1.1 near", TOKEN_NTLM_CHALLENGE, false },
	{ "1.1 near", TOKEN_NONE, false },
	{ "1.1 far, 1.1 near", TOKEN_UNKNOWN, false },
};

START_TEST(what_the_proxy_behind_answers_was_passed_on_to_it)
{
	when_ns t = scene.clock;
	struct attempt *a = half(1, BOX, true, &seen[0], t, t + 1);
	struct attempt *b = half(2, BOX, true, &seen[2], t, t + 1);
	struct token *challenge = scene_token(&scene, SCHEME_NTLM,
	    answers[_i].second);

	seen[1] = seen[0];
	seen[0].request.credentials = NULL;
	seen[0].response.seen = seen[1].response.seen = true;
	seen[0].response.via = seen[1].response.via = answers[_i].via;
	seen[1].response.challenges = challenge;
	seen[1].response.n_challenges = 1;
	if (answers[_i].second == TOKEN_NONE)
		seen[1].response.status = 200;
	list_append(&a->observations, &seen[1].link);
	asked_begin();
	ck_assert(value_of(a, "proxy.passes_logins_on")->yes ==
	    answers[_i].passes);
	ck_assert(value_of(b, "proxy.passes_logins_on")->yes ==
	    answers[_i].passes);
	asked_end();
}
END_TEST

START_TEST(one_login_from_two_addresses_of_a_proxy_is_told_once)
{
	when_ns t = scene.clock;
	struct diagnosis *d;
	size_t faults = 0;

	refused(1, BOX, &seen[0], t, t + 9)->connection.client_port = 1;
	refused(77, 200, &seen[1], t + 1, t + 8)->connection.client_port = 2;
	seen[1].request.forwarded_for = "192.0.2.1";
	d = judged();
	for (size_t i = 0; i < diagnosis_findings(d); i++) {
		const struct finding *f = diagnosis_finding(d, i);

		if (!f->fault)
			continue;
		faults++;
		ck_assert_str_eq(f->between,
		    "192.0.2.100 hands it on, as 192.0.2.77, to "
		    "192.0.2.200:3128; seen on both sides, counted once");
	}
	ck_assert_uint_eq(faults, 1);
	diagnosis_free(d);
}
END_TEST

static size_t
faults_told(void)
{
	struct diagnosis *d = judged();
	size_t faults = 0;

	for (size_t i = 0; i < diagnosis_findings(d); i++)
		faults += diagnosis_finding(d, i)->fault;
	diagnosis_free(d);
	return faults;
}

/* Both sides in the same instant: each seems to hold the other. */
START_TEST(halves_in_a_circle_are_not_lost)
{
	when_ns t = scene.clock;

	refused(1, 200, &seen[0], t, t + 9)->connection.client_port = 4;
	refused(BOX, 200, &seen[1], t, t + 9)->connection.client_port = 4;
	ck_assert_uint_eq(faults_told(), 1);
}
END_TEST

/* A client that names itself is no box. */
START_TEST(a_client_that_asks_for_itself_is_no_proxy)
{
	when_ns t = scene.clock;
	struct attempt *a = refused(1, 200, &seen[0], t, t + 9);

	seen[0].request.forwarded_for = "192.0.2.1";
	ck_assert_uint_eq(faults_told(), 1);
	asked_begin();
	ck_assert_int_eq(value_of(a, "proxy.upstream_407")->state,
	    VALUE_ABSENT);
	ck_assert_int_eq(value_of(a, "story.between")->state, VALUE_ABSENT);
	asked_end();
}
END_TEST

/* Client and proxy on one host: it asks no proxy but its own, one or two. */
START_TEST(a_host_that_asks_its_own_proxy_is_none_for_others)
{
	struct attempt *a = scene_attempt(&scene, 200, "x", SCHEME_BASIC);
	struct attempt *b = scene_basic(&scene, 200, "x", "erin", 1, false);

	seen[0].request = *a->request;
	seen[0].response = *a->response;
	seen[0].request.authority = a->authority;
	a->request = &seen[0].request;
	a->response = &seen[0].response;
	list_append(&a->observations, &seen[0].link);
	b->connection.proxy_port = _i == 0 ? 3128 : 8080;
	asked_begin();
	ck_assert_int_eq(value_of(a, "proxy.upstream_407")->state,
	    VALUE_ABSENT);
	ck_assert(!value_of(a, "client.is_proxy")->yes);
	ck_assert(!value_of(a, "client.passes_on")->yes);
	asked_end();
}
END_TEST

/* A capture may claim any times. */
START_TEST(the_end_of_time_is_no_end_of_the_search)
{
	when_ns t = INT64_MAX - 10;
	struct attempt *outer = half(1, BOX, true, &seen[0], t, t + 9);
	struct attempt *inner = half(BOX, 200, true, &seen[1], t + 1, t + 8);

	asked_begin();
	ck_assert_str_eq(value_of(outer, "inner.proxy")->string,
	    "192.0.2.200:3128");
	ck_assert_str_eq(value_of(inner, "outer.client")->string,
	    "192.0.2.1");
	value_of(outer, "proxy.upstream_407");
	asked_end();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/chain");
	TCase *c = tcase_create("a box between");

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, each_side_knows_the_other);
	tcase_add_test(c,
	    who_wrote_the_407_is_known_from_behind_or_from_via);
	tcase_add_test(c, what_a_box_says_in_its_own_words_it_wrote);
	tcase_add_test(c, halves_lie_within_each_other);
	tcase_add_test(c, of_two_clients_at_once_neither_is_named);
	tcase_add_test(c, of_two_halves_that_differ_neither_is_meant);
	tcase_add_test(c, one_fault_is_told_once_where_the_client_is);
	tcase_add_test(c, two_causes_are_two_faults);
	tcase_add_test(c, what_more_is_known_before_the_box_holds_behind_it);
	tcase_add_test(c, a_translated_connection_is_told_once);
	tcase_add_test(c, the_same_password_alone_is_no_translation);
	tcase_add_loop_test(c,
	    what_a_proxy_asks_from_another_address_is_known_by_the_client, 0,
	    2);
	tcase_add_loop_test(c,
	    a_kept_connection_asks_for_one_client_after_the_other, 0,
	    2);
	tcase_add_test(c,
	    one_login_from_two_addresses_of_a_proxy_is_told_once);
	tcase_add_loop_test(c,
	    a_helper_on_the_loopback_asks_another_proxy, 0, 2);
	tcase_add_loop_test(c,
	    a_box_that_passes_logins_on_is_not_to_log_in_itself, 0, 2);
	tcase_add_loop_test(c,
	    what_the_proxy_behind_answers_was_passed_on_to_it, 0,
	    sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(c, halves_in_a_circle_are_not_lost);
	tcase_add_test(c, a_client_that_asks_for_itself_is_no_proxy);
	tcase_add_loop_test(c,
	    a_host_that_asks_its_own_proxy_is_none_for_others, 0, 2);
	tcase_add_test(c, the_end_of_time_is_no_end_of_the_search);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
