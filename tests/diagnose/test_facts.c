/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/facts.h"

#include "asked.h"
#include "diagnose/condition.h"
#include "diagnose/rules.h"
#include "diagnose/template.h"
#include "run.h"

START_TEST(each_fact_says_what_it_is_and_where_from)
{
	ck_assert_uint_ge(facts_count(), 80);
	ck_assert_uint_le(facts_count(), FACTS_MAX);
	for (size_t i = 0; i < facts_count(); i++) {
		const struct fact *f = facts_at(i);

		ck_assert_msg(strlen(f->meaning) > 10, "%s", f->name);
		ck_assert(f->compute != NULL);
		ck_assert_ptr_nonnull(fact_type_name(f->type));
		ck_assert_ptr_nonnull(fact_source_name(f->source));
		ck_assert_msg(strchr(f->name, '.') != NULL, "%s", f->name);
		if (f->values != NULL)
			ck_assert_int_eq(f->type, FACT_STRING);
	}
}
END_TEST

START_TEST(no_two_facts_have_one_name)
{
	for (size_t i = 0; i < facts_count(); i++) {
		size_t found;

		ck_assert(facts_find(span_of_str(facts_at(i)->name), &found));
		ck_assert_uint_eq(found, i);
	}
}
END_TEST

static void
exists(void *context, size_t fact)
{
	bool *used = context;

	ck_assert_uint_lt(fact, facts_count());
	used[fact] = true;
}

/* A fact in a rule exists: parsing says so; and its text is not empty. */
START_TEST(facts_of_all_rules_exist)
{
	struct rules *r = rules_new();
	bool used[FACTS_MAX] = { false };
	size_t n = 0;

	rules_default(r);
	for (size_t i = 0; i < rules_count(r); i++) {
		const struct ready_rule *ready = rules_at(r, i);
		struct condition_fault fault;

		condition_facts(ready->when, exists, used);
		if (ready->consider != NULL)
			condition_facts(ready->consider, exists, used);
		if (ready->ruled_out_if != NULL)
			condition_facts(ready->ruled_out_if, exists, used);
		ck_assert(template_check(ready->rule->message, &fault));
		ck_assert(template_check(ready->rule->why, &fault));
	}
	for (size_t i = 0; i < facts_count(); i++)
		n += used[i];
	ck_assert_uint_ge(n, 80);
	rules_free(r);
}
END_TEST

/* Whatever an attempt lacks, every fact gives an answer. */
START_TEST(every_fact_answers_for_every_attempt)
{
	struct observation *refused = observation_new(OBSERVE_REFUSED);

	scene_init(&scene);
	scene_attempt(&scene, 1, NULL, SCHEME_NTLM);
	scene_ntlm(&scene, 1, "a", "erin", false);
	scene_ntlm(&scene, 2, "a", "erin", true);
	scene_basic(&scene, 3, NULL, NULL, 0, false);
	scene_kerberos(&scene, 4, NULL, false);

	struct attempt *bare = scene_attempt(&scene, 5, NULL, SCHEME_NONE);

	bare->request = NULL;
	bare->response = NULL;
	bare->offers = bare->last_offers = NULL;
	bare->n_offers = bare->n_last_offers = 0;
	bare->method = bare->target = bare->authority = NULL;
	bare->capture_complete = false;
	refused->connection.client = scene_address(9);
	refused->connection.proxy = scene_address(200);

	asked_begin();
	for (size_t k = 0; k <= scene.n; k++) {
		subject_init(&subject, history,
		    k < scene.n ? scene.attempts[k] : NULL,
		    k < scene.n ? NULL : refused, &scene_capture, &arena);
		for (size_t i = 0; i < facts_count(); i++) {
			const struct fact *f = facts_at(i);
			const struct value *v = subject_value(&subject, i);
			struct text t = { .at = NULL };

			value_words(&t, f, v);
			if (v->state == VALUE_SET && f->type == FACT_STRING)
				ck_assert_msg(v->string != NULL, "%s",
				    f->name);
			if (v->state == VALUE_UNKNOWN &&
			    f->source == SOURCE_HISTORY && k < scene.n)
				ck_assert_msg(f->needs != NULL, "%s is "
				    "unknown and says no remedy", f->name);
			text_fini(&t);
		}
	}
	observation_free(refused);
	asked_end();
}
END_TEST

/* A missing token is absent where all was captured, else unknown. */
START_TEST(not_sent_is_not_the_same_as_not_seen)
{
	scene_init(&scene);

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_NTLM);

	asked_begin();
	ck_assert_int_eq(value_of(a, "ntlm.version")->state, VALUE_ABSENT);
	a->capture_complete = false;
	ck_assert_int_eq(value_of(a, "ntlm.version")->state, VALUE_UNKNOWN);
	asked_end();
}
END_TEST

/* More offers may have stood in a head that was cut. */
START_TEST(what_a_cut_head_does_not_offer_may_be_offered)
{
	scene_init(&scene);

	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 1, false);
	const struct token *ntlm =
	    scene_token(&scene, SCHEME_NTLM, TOKEN_NONE);

	asked_begin();
	a->offers_cut = true;
	ck_assert(value_of(a, "attempt.scheme_offered")->yes);
	a->offers = a->last_offers = ntlm;
	ck_assert_int_eq(value_of(a, "attempt.scheme_offered")->state,
	    VALUE_UNKNOWN);
	a->offers_cut = false;
	ck_assert_int_eq(value_of(a, "attempt.scheme_offered")->state,
	    VALUE_SET);
	ck_assert(!value_of(a, "attempt.scheme_offered")->yes);
	asked_end();
}
END_TEST

/* One attempt may be many requests, each of them a wrong password. */
START_TEST(requests_that_were_refused_count_one_by_one)
{
	scene_init(&scene);

	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 1, false);

	scene_basic(&scene, 1, "x", "erin", 1, false)->credentials_sent = 3;
	a->credentials_sent = 6;
	asked_begin();
	ck_assert_double_eq(value_of(a, "login.refusals_in_minute")->number,
	    9);
	asked_end();
}
END_TEST

/* Five passwords in a second each are a list; one with five names is not. */
START_TEST(different_passwords_at_once_are_counted)
{
	scene_init(&scene);

	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 1, false);

	for (fingerprint i = 2; i < 6; i++) {
		const struct token *t = scene_basic(&scene, 1, "x", "erin", i,
		    false)->credentials;

		if (_i == 1)
			((struct token *)(uintptr_t)t)->secret = 1;
	}
	scene.clock += 60 * WHEN_SECOND;
	scene_basic(&scene, 1, "x", "erin", 99, false);
	asked_begin();
	ck_assert_double_eq(value_of(a, "login.passwords_at_once")->number,
	    _i == 0 ? 5 : 1);
	asked_end();
}
END_TEST

/* A host with two addresses tries the other one at once. */
START_TEST(the_other_ip_is_used_at_the_same_port)
{
	struct observation *refused = observation_new(OBSERVE_REFUSED);
	size_t i;

	scene_init(&scene);

	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", true);

	asked_begin();
	refused->connection.proxy = (struct address){ 16, { 0xfd, 1 } };
	refused->connection.proxy_port = 3128;
	facts_find(SPAN("unreachable.other_family_used"), &i);
	for (int seconds = 0; seconds < 3; seconds += 2) {
		refused->time = a->start - seconds * WHEN_SECOND;
		subject_init(&subject, history, NULL, refused, &scene_capture,
		    &arena);
		ck_assert(subject_value(&subject, i)->yes == (seconds == 0));
	}
	refused->time = a->start;
	refused->connection.proxy = scene_address(201);
	subject_init(&subject, history, NULL, refused, &scene_capture, &arena);
	ck_assert(!subject_value(&subject, i)->yes);
	history_free(history);
	observation_free(refused);
	scene_fini(&scene);
	arena_fini(&arena);
	arena = (struct arena){ 0 };
}
END_TEST

/* A type 3 that copies the server's time says nothing of the client. */
START_TEST(the_clock_of_a_type_3_is_the_clients_only_if_it_differs)
{
	scene_init(&scene);

	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	struct token *t2 = (struct token *)(uintptr_t)a->challenge;
	struct token *t3 = (struct token *)(uintptr_t)a->authenticate;

	asked_begin();
	parts_of(t2)->ntlm.timestamp = parts_of(t3)->ntlm.timestamp =
	    a->legs[4].time - WHEN_SECOND;
	ck_assert_int_eq(value_of(a, "ntlm.skew")->state, VALUE_ABSENT);
	parts_of(t3)->ntlm.timestamp = a->legs[4].time + 3600 * WHEN_SECOND;
	ck_assert_int_eq(value_of(a, "ntlm.skew")->state, VALUE_SET);
	ck_assert_int_eq(value_of(a, "ntlm.skew")->ns, 3600 * WHEN_SECOND);
	ck_assert_str_eq(value_of(a, "ntlm.clock")->string, "ahead");
	/* Against the server's, in its type 2 or in its Date. */
	ck_assert_int_eq(value_of(a, "ntlm.skew_between")->ns,
	    3601 * WHEN_SECOND);
	parts_of(t2)->ntlm.timestamp = WHEN_NONE;
	((struct observed_response *)(uintptr_t)a->response)->date =
	    parts_of(t3)->ntlm.timestamp + WHEN_SECOND;
	ck_assert_int_eq(value_of(a, "ntlm.skew_between")->ns, WHEN_SECOND);
	asked_end();
}
END_TEST

/* Tokens may claim any times. */
START_TEST(claimed_times_at_both_ends_of_time_are_as_far_apart_as_can_be_said)
{
	scene_init(&scene);

	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	struct token *t2 = (struct token *)(uintptr_t)a->challenge;
	struct token *t3 = (struct token *)(uintptr_t)a->authenticate;

	asked_begin();
	parts_of(t2)->ntlm.timestamp = -INT64_MAX + 1;
	parts_of(t3)->ntlm.timestamp = -INT64_MAX + 2;
	ck_assert_int_eq(value_of(a, "ntlm.skew")->ns, INT64_MAX);
	ck_assert_str_eq(value_of(a, "ntlm.clock")->string, "behind");
	ck_assert_int_eq(value_of(a, "ntlm.server_skew")->ns, INT64_MAX);
	asked_end();
}
END_TEST

/* It is the proxy that calls a token expired, by its own clock. */
START_TEST(a_token_is_too_old_by_the_proxys_clock)
{
	scene_init(&scene);

	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 7, false);
	struct token *t = scene_token(&scene, SCHEME_BEARER, TOKEN_BEARER);
	struct observed_response *p =
	    (struct observed_response *)(uintptr_t)a->response;

	a->credentials = t;
	asked_begin();
	parts_of(t)->bearer.nbf = parts_of(t)->bearer.iat = WHEN_NONE;
	parts_of(t)->bearer.exp = a->end - 60 * WHEN_SECOND;
	p->date = WHEN_NONE;
	ck_assert_int_eq(value_of(a, "bearer.expired_for")->ns,
	    60 * WHEN_SECOND);
	p->date = p->time - 3600 * WHEN_SECOND;
	ck_assert_int_eq(value_of(a, "bearer.expired_for")->state,
	    VALUE_ABSENT);
	parts_of(t)->bearer.nbf = p->date + 60 * WHEN_SECOND;
	ck_assert_int_eq(value_of(a, "bearer.early_by")->ns,
	    60 * WHEN_SECOND);
	asked_end();
}
END_TEST

static const struct {
	const char *domain, *workstation, *user;
	bool local, malformed;
} names[] = {
	{ "LAB", "PC7", "erin", false, false },
	{ "PC7", "pc7", "erin", true, false },
	{ ".", "PC7", "erin", true, false },
	{ "WORKGROUP", NULL, "erin", true, false },
	{ "", "", "erin", false, false },
	{ "LAB", "PC7", "LAB\\erin", false, true },
	{ "", "PC7", "LAB%5Cerin", false, true },
	{ "", "PC7", "erin@lab.example", false, false },
	{ "LAB", "PC7", "erin ", false, true },
	{ "LAB", "PC7", " erin", false, true },
	{ "LAB", "PC7", "erin@lab.example", false, true },
	{ "MicrosoftAccount", "PC7", "erin@mail.example", true, false },
};

START_TEST(forms_of_ntlm_names_are_told_apart)
{
	scene_init(&scene);

	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	struct token *t3 = (struct token *)(uintptr_t)a->authenticate;

	parts_of(t3)->ntlm.domain = names[_i].domain;
	parts_of(t3)->ntlm.workstation = names[_i].workstation;
	parts_of(t3)->ntlm.user = names[_i].user;
	asked_begin();
	ck_assert_int_eq(value_of(a, "ntlm.local_account")->yes,
	    names[_i].local);
	ck_assert_int_eq(value_of(a, "ntlm.user_malformed")->yes,
	    names[_i].malformed);
	asked_end();
}
END_TEST

/* A balancer, or a proxy that passes credentials through. */
START_TEST(who_sends_on_what_was_sent_to_it_passes_it_on)
{
	scene_init(&scene);

	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 1, true);
	struct attempt *b = scene_basic(&scene, 201, "x", "erin", 1, true);
	struct attempt *c = scene_basic(&scene, 201, "x", NULL, 0, false);

	a->connection.proxy = scene_address(201);
	((struct token *)(uintptr_t)a->credentials)->whole = 7;
	for (fingerprint whole = 7; whole < 9; whole++) {
		((struct token *)(uintptr_t)b->credentials)->whole = whole;
		asked_begin();
		ck_assert(value_of(c, "client.is_proxy")->yes);
		ck_assert(value_of(c, "client.passes_on")->yes ==
		    (whole == 7));
		ck_assert(!value_of(a, "client.passes_on")->yes);
		history_free(history);
	}
	scene_fini(&scene);
	arena_fini(&arena);
	arena = (struct arena){ 0 };
}
END_TEST

/* No domain is a domain, too. */
START_TEST(others_pass_without_a_domain)
{
	static const struct {
		const char *mine, *theirs;
		bool same;
	} domains[] = { { "", "", true }, { "", NULL, true },
		{ "", "LAB", false }, { "lab", "LAB", true } };

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		scene_init(&scene);

		struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
		struct attempt *b = scene_ntlm(&scene, 2, "x", "bob", true);

		parts_of((struct token *)(uintptr_t)a->authenticate)
		    ->ntlm.domain = domains[i].mine;
		parts_of((struct token *)(uintptr_t)b->authenticate)
		    ->ntlm.domain = domains[i].theirs;
		asked_begin();
		ck_assert_msg(value_of(a, "proxy.same_domain_succeeds")->yes ==
		    domains[i].same, "row %zu", i);
		asked_end();
	}
}
END_TEST

/* Behind one address may be many who share a program. */
START_TEST(a_program_that_passes_with_either_method_has_no_habit)
{
	scene_init(&scene);

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_BASIC);
	struct attempt *b = scene_basic(&scene, 1, "x", "erin", 1, true);
	struct attempt *c = scene_basic(&scene, 1, "x", "bob", 2, false);

	a->method = c->method = "CONNECT";
	asked_begin();
	ck_assert(value_of(a, "program.other_method_succeeds")->yes);
	history_free(history);
	scene_pass(c);
	asked_begin();
	ck_assert(!value_of(a, "program.other_method_succeeds")->yes);
	ck_assert(value_of(b, "program.other_method_succeeds")->state ==
	    VALUE_SET);
	asked_end();
}
END_TEST

static const struct {
	const char *mine, *other;
	bool behind;
} vias[] = {
	{ "1.1 b (squid)", "1.1 b (squid), 1.1 a (squid)", true },
	{ "1.1 B", "1.1 b, 1.0 a", true },
	{ "1.1 a", "1.1 b, 1.1 a", false },
	{ "1.1 b", "1.1 b, 1.1 b", false },
	{ "1.1 b, 1.1 a", "1.1 b, 1.1 a", false },
	{ "1.1 b", "1.1 b", false },
	{ "1.1 b", NULL, false },
	{ NULL, "1.1 b, 1.1 a", false },
	{ "", "1.1 b, 1.1 a", false },
};

START_TEST(who_stands_behind_in_other_answers_stands_behind)
{
	scene_init(&scene);

	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 1, false);
	struct attempt *b = scene_basic(&scene, 2, "x", "bob", 2, true);

	((struct observed_response *)(uintptr_t)a->response)->via =
	    vias[_i].mine;
	((struct observed_response *)(uintptr_t)b->response)->via =
	    vias[_i].other;
	asked_begin();
	ck_assert(value_of(a, "proxy.via_is_behind")->yes ==
	    vias[_i].behind);
	history_free(history);

	/* Of two siblings, each is in front of the other one. */
	struct attempt *c = scene_basic(&scene, 3, "x", "dave", 3, true);

	((struct observed_response *)(uintptr_t)c->response)->via =
	    "1.1 a, 1.1 b";
	asked_begin();
	ck_assert(!value_of(a, "proxy.via_is_behind")->yes);
	asked_end();
}
END_TEST

static const struct {
	const char *target, *uri;
	bool differs;
} uris[] = {
	{ "http://www.example.test/a/b", "/a/b", false },
	{ "http://www.example.test/a/b", "http://www.example.test/a/b",
	    false },
	{ "http://www.example.test/a/list", "/list", true },
	{ "http://www.example.test/a", "/", true },
	{ "http://www.example.test", "/", false },
	{ "http://www.example.test", "http://www.example.test/", false },
	{ "http://www.example.test/", "http://www.example.test", false },
	{ "http://www.example.test/a?\xe2\x80\xa6", "/a?q=1", false },
	{ "www.example.test:443", "www.example.test:443", false },
	{ "www.example.test:443", "/x", true },
	{ "www.example.test:443", "/", true },
	{ "www.example.test:443", "443", true },
	{ "http://www.example.test/a", "/b", true },
};

/* Flags of type 2 and type 3; the names deny the latter. */
static const struct {
	uint32_t challenge, authenticate;
	bool mismatch;
} charsets[] = {
	{ 0x00888205, 0x00080182, false }, /* openconnect 9.01, libsoup */
	{ 0x00888205, 0x00088205, true },
	{ 0x00888206, 0x00080182, true },
	{ 0x00888206, 0x00088205, false },
};

START_TEST(names_may_be_as_the_challenge_wants_them)
{
	scene_init(&scene);

	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	struct token *t2 = (struct token *)(uintptr_t)a->challenge;
	struct token *t3 = (struct token *)(uintptr_t)a->authenticate;

	parts_of(t2)->ntlm.flags = charsets[_i].challenge;
	parts_of(t3)->ntlm.flags = charsets[_i].authenticate;
	parts_of(t3)->ntlm.charset_mismatch = true;
	asked_begin();
	ck_assert_int_eq(value_of(a, "ntlm.charset_mismatch")->yes,
	    charsets[_i].mismatch);
	asked_end();
}
END_TEST

/* A login, refused or not; another request this much later. */
static const struct {
	bool good, preemptive;
	int64_t later_ns;
	bool just_refused;
} refusals[] = {
	{ false, false, WHEN_SECOND, true },
	{ true, false, WHEN_SECOND, false },
	{ false, true, WHEN_SECOND, false }, /* another run of curl */
	{ false, false, 60 * WHEN_SECOND, false },
};

START_TEST(who_gives_up_was_refused_just_before)
{
	scene_init(&scene);

	struct attempt *login =
	    scene_basic(&scene, 1, "x", "erin", 1, refusals[_i].good);

	login->preemptive = refusals[_i].preemptive;
	scene.clock += refusals[_i].later_ns;

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_BASIC);

	asked_begin();
	ck_assert_int_eq(value_of(a, "program.just_refused")->yes,
	    refusals[_i].just_refused);
	asked_end();
}
END_TEST

/* Its client, its proxy, when it began: did the nonce come from there? */
static const struct {
	uint8_t client, proxy;
	int64_t later_ns;
	enum value_state state;
} offers_elsewhere[] = {
	{ 1, 200, 0, VALUE_UNKNOWN },
	{ 2, 200, 0, VALUE_SET },
	{ 1, 201, 0, VALUE_SET },
	{ 1, 200, 60 * WHEN_SECOND, VALUE_SET },
};

START_TEST(a_nonce_may_have_been_offered_on_another_connection)
{
	scene_init(&scene);

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);
	struct attempt *b = scene_attempt(&scene,
	    offers_elsewhere[_i].client, "x", SCHEME_DIGEST);
	struct token *t = scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);

	b->connection.proxy = scene_address(offers_elsewhere[_i].proxy);
	b->start = a->start + offers_elsewhere[_i].later_ns;
	b->end = b->start + WHEN_SECOND;
	parts_of(t)->digest.nonce = 1;
	a->credentials = t;
	a->credentials_sent = 1;
	asked_begin();
	ck_assert_int_eq(value_of(a, "digest.nonce_offered")->state,
	    offers_elsewhere[_i].state);
	asked_end();
}
END_TEST

/* A nonce made of the second: each who is given it counts from 1. */
START_TEST(who_was_just_given_a_nonce_counts_from_one)
{
	scene_init(&scene);

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);
	struct attempt *b = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);

	for (uint64_t i = 0; i < scene.n; i++) {
		struct token *t =
		    scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);
		struct token *offer =
		    scene_token(&scene, SCHEME_DIGEST, TOKEN_NONE);

		parts_of(t)->digest.nonce = 7;
		parts_of(t)->digest.nc = 1;
		parts_of(t)->digest.response = i;
		parts_of(offer)->digest.nonce = i == 0 || _i ? 7 : 8;
		scene.attempts[i]->credentials = t;
		scene.attempts[i]->credentials_sent = 1;
		scene.attempts[i]->offers = offer;
	}
	a->outcome = b->outcome = OUTCOME_REJECTED;
	asked_begin();
	ck_assert_int_eq(value_of(b, "digest.nc_repeated")->yes, !_i);
	asked_end();
}
END_TEST

START_TEST(a_digest_uri_may_be_the_path_alone)
{
	scene_init(&scene);

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);
	struct token *t = scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);

	struct observed_request *q =
	    (struct observed_request *)(uintptr_t)a->request;

	/* An attempt may be of many requests: the last one counts. */
	parts_of(t)->digest.uri = uris[_i].uri;
	a->credentials = q->credentials = t;
	a->target = "http://www.example.test/first";
	q->target = uris[_i].target;
	asked_begin();
	ck_assert_int_eq(value_of(a, "digest.uri_differs")->yes,
	    uris[_i].differs);
	asked_end();
}
END_TEST

START_TEST(the_list_has_every_fact)
{
	struct text t = { .at = NULL };

	facts_list(&t);
	for (size_t i = 0; i < facts_count(); i++)
		ck_assert_ptr_nonnull(
		    strstr(text_get(&t), facts_at(i)->name));
	text_fini(&t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/facts");
	TCase *table = tcase_create("the table"),
	      *facts = tcase_create("facts");

	tcase_add_test(table, each_fact_says_what_it_is_and_where_from);
	tcase_add_test(table, no_two_facts_have_one_name);
	tcase_add_test(table, facts_of_all_rules_exist);
	tcase_add_test(table, the_list_has_every_fact);
	tcase_add_test(facts, every_fact_answers_for_every_attempt);
	tcase_add_test(facts, not_sent_is_not_the_same_as_not_seen);
	tcase_add_test(facts,
	    what_a_cut_head_does_not_offer_may_be_offered);
	tcase_add_test(facts, requests_that_were_refused_count_one_by_one);
	tcase_add_loop_test(facts, different_passwords_at_once_are_counted, 0,
	    2);
	tcase_add_test(facts, the_other_ip_is_used_at_the_same_port);
	tcase_add_test(facts,
	    the_clock_of_a_type_3_is_the_clients_only_if_it_differs);
	tcase_add_test(facts,
	    claimed_times_at_both_ends_of_time_are_as_far_apart_as_can_be_said);
	tcase_add_test(facts, a_token_is_too_old_by_the_proxys_clock);
	tcase_add_test(facts, who_sends_on_what_was_sent_to_it_passes_it_on);
	tcase_add_test(facts, others_pass_without_a_domain);
	tcase_add_test(facts,
	    a_program_that_passes_with_either_method_has_no_habit);
	tcase_add_loop_test(facts,
	    who_stands_behind_in_other_answers_stands_behind, 0,
	    sizeof(vias) / sizeof(vias[0]));
	tcase_add_loop_test(facts, forms_of_ntlm_names_are_told_apart, 0,
	    sizeof(names) / sizeof(names[0]));
	tcase_add_loop_test(facts, names_may_be_as_the_challenge_wants_them, 0,
	    sizeof(charsets) / sizeof(charsets[0]));
	tcase_add_loop_test(facts, who_gives_up_was_refused_just_before, 0,
	    sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_loop_test(facts,
	    a_nonce_may_have_been_offered_on_another_connection, 0,
	    sizeof(offers_elsewhere) / sizeof(offers_elsewhere[0]));
	tcase_add_loop_test(facts, who_was_just_given_a_nonce_counts_from_one,
	    0, 2);
	tcase_add_loop_test(facts, a_digest_uri_may_be_the_path_alone, 0,
	    sizeof(uris) / sizeof(uris[0]));
	suite_add_tcase(suite, table);
	suite_add_tcase(suite, facts);
	return run_suite(suite);
}
