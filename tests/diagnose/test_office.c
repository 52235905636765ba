/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many clients and several faults at once: what one of them suffers is not
 * said of another, or of another time.
 */
#include "diagnose/diagnosis.h"
#include "diagnose/history.h"
#include "judged.h"
#include "run.h"

static struct attempt *
login(uint8_t client, const char *user, bool good)
{
	return scene_ntlm(&scene, client, "curl", user, good);
}

/* The password is changed; the old one, tried again and again on the first
 * computer, locks the account; so the second is refused, too. */
START_TEST(who_is_locked_out_does_not_get_in_elsewhere)
{
	struct attempt *old, *locked;

	login(9, "bob", true);
	login(1, "carol", true);
	old = login(1, "carol", false);
	login(1, "carol", false);
	login(2, "carol", true);
	for (int i = 0; i < 5; i++) {
		login(9, "bob", true);
		login(1, "carol", false);
	}
	locked = login(2, "carol", false);
	login(9, "bob", true);
	login(2, "carol", false);
	login(9, "bob", true);
	diagnose();
	RULE_IS(old, "stale-on-one-client");
	RULE_IS(locked, "account-locked-pattern");
}
END_TEST

/* Of those whom an outage hit, the first one is the example. */
START_TEST(what_is_said_of_one_is_not_counted_over_all)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };
	const struct finding *f;

	for (uint8_t wave = 0; wave < 4; wave++)
		for (uint8_t u = 0; u < 4; u++)
			login(u, users[u], wave == 0 || wave == 3);
	diagnose();
	f = finding_of("everybody-refused-for-a-time");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, 8);
	ck_assert_uint_ge(f->n_contributing, 1);
	ck_assert_str_eq(f->contributing[0].rule,
	    "credentials-rejected-recovered");
	ck_assert_msg(strstr(f->contributing[0].because, "LAB\\adam") !=
	        NULL && strstr(f->contributing[0].because, "twice") != NULL,
	    "%s", f->contributing[0].because);
}
END_TEST

static const char *
ruled_out_because(const struct finding *f, enum cause cause)
{
	for (size_t i = 0; i < f->n_ruled_out; i++)
		if (f->ruled_out[i].cause == cause)
			return f->ruled_out[i].because;
	return "";
}

/* Adam, the example, comes back with his password, and all but Dina. */
START_TEST(what_it_is_not_is_said_of_all_or_counted)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };
	const struct finding *f;

	for (uint8_t wave = 0; wave < 3; wave++)
		for (uint8_t u = 0; u < 4; u++)
			if (wave < 2 || u < 3)
				scene_basic(&scene, u, "curl", users[u],
				    10 + u, wave != 1);
	diagnose();
	f = finding_of("everybody-refused-for-a-time");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, 4);
	ck_assert_str_eq(
	    ruled_out_because(f, CAUSE_STALE_CACHED_CREDENTIALS),
	    "in 3 of 4 attempts: this program gets in with the very same "
	    "password later");
	ck_assert_str_eq(ruled_out_because(f, CAUSE_CHALLENGE_MISSING),
	    "the 407 says how to authenticate");
}
END_TEST

/* Ben tries more often within the minute than Adam, the example. */
static const struct finding *
outage_with_one_who_tries_again(unsigned times)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };

	for (uint8_t wave = 0; wave < 3; wave++)
		for (uint8_t u = 0; u < 4; u++)
			for (unsigned i = 0;
			     i < (wave == 1 && u == 1 ? times : 1); i++)
				scene_basic(&scene, u, "curl", users[u],
				    10 + u, wave != 1);
	diagnose();
	return finding_of("everybody-refused-for-a-time");
}

START_TEST(what_differs_from_one_to_the_next_is_an_example)
{
	const struct finding *f = outage_with_one_who_tries_again(2);

	ck_assert_ptr_nonnull(f);
	ck_assert_str_eq(ruled_out_because(f, CAUSE_RETRY_LOOP),
	    "in all 5 attempts, for example: the refusals are few (1 within "
	    "a minute)");
}
END_TEST

START_TEST(what_one_of_them_has_is_not_ruled_out)
{
	const struct finding *f = outage_with_one_who_tries_again(30);

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, 33);
	ck_assert_str_eq(ruled_out_because(f, CAUSE_RETRY_LOOP), "");
}
END_TEST

/* Four users write no domain; one who does gets in, on that port or on
 * another one of the host. */
static struct attempt *
office_without_domains(uint16_t port_of_good, const char *domain)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };
	struct attempt *a = NULL;

	for (uint8_t wave = 0; wave < 2; wave++)
		for (uint8_t u = 0; u < 4; u++) {
			a = scene_basic(&scene, u, "curl", users[u], 10 + u,
			    false);

			struct attempt *good = scene_basic(&scene, 9, "curl",
			    "erin", 20, true);

			good->domain = domain;
			good->connection.proxy_port = port_of_good;
		}
	return a;
}

START_TEST(what_they_share_is_that_their_names_have_no_domain)
{
	struct attempt *a =
	    office_without_domains(_i == 0 ? 3128 : 8080, "LAB");

	diagnose();
	RULE_IS(a, "names-without-domain");
	ck_assert_uint_eq(finding_of("names-without-domain")->clients.total,
	    4);
}
END_TEST

START_TEST(where_a_bare_name_gets_in_it_is_not_the_domain)
{
	struct attempt *a = office_without_domains(3128, "LAB");

	scene_basic(&scene, 10, "curl", "fay", 21, true);
	diagnose();
	ck_assert_str_ne(a->rule, "names-without-domain");
}
END_TEST

START_TEST(where_nobody_writes_a_domain_it_is_not_that)
{
	struct attempt *a = office_without_domains(8080, NULL);

	diagnose();
	ck_assert_str_ne(a->rule, "names-without-domain");
}
END_TEST

/* Judy has a wrong password at all times, and was the last one before. */
START_TEST(an_outage_begins_with_those_it_hits)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };
	struct attempt *before, *first, *within, *after;
	const struct run *run;
	struct history *h;

	login(9, "judy", false);
	for (uint8_t u = 0; u < 4; u++)
		login(u, users[u], true);
	before = login(9, "judy", false);
	first = login(0, users[0], false);
	login(1, users[1], false);
	within = login(9, "judy", false);
	login(2, users[2], false);
	after = login(9, "judy", false);
	for (uint8_t u = 0; u < 4; u++)
		login(u, users[u], true);

	h = history_new(scene.attempts, scene.n, NULL);
	run = history_run(h, history_event_of(h, first));
	ck_assert_int_eq(run->first, event_time_of(first));
	ck_assert_int_eq(run->began, first->start);
	ck_assert_uint_eq(run->refusals, 4);
	ck_assert_uint_eq(run->users, 4);
	ck_assert_ptr_eq(history_run(h, history_event_of(h, within)), run);
	run = history_run(h, history_event_of(h, before));
	ck_assert_uint_eq(run->users, 1);
	ck_assert_ptr_ne(history_run(h, history_event_of(h, after)), run);
	ck_assert(run->success_after != WHEN_NONE);
	history_free(h);
	diagnose();
	RULE_IS(before, "ntlm-credentials-rejected");
	RULE_IS(after, "ntlm-credentials-rejected");
	RULE_IS(first, "everybody-refused-for-a-time");
	RULE_IS(within, "everybody-refused-for-a-time");
}
END_TEST

/* Who is only refused in it is hit by it, where else he was not seen. */
START_TEST(an_outage_hits_strangers_too)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };
	struct attempt *stranger;

	for (uint8_t u = 0; u < 4; u++)
		login(u, users[u], true);
	stranger = login(9, "judy", false);
	for (uint8_t u = 0; u < 4; u++)
		login(u, users[u], false);
	for (uint8_t u = 0; u < 4; u++)
		login(u, users[u], true);
	diagnose();
	RULE_IS(stranger, "everybody-refused-for-a-time");
}
END_TEST

/* The password is right, and the name has no domain, which others have. */
START_TEST(a_name_in_another_form_is_no_old_password)
{
	struct attempt *a;

	for (int i = 0; i < 4; i++) {
		scene_basic(&scene, 1, "python", "anna", 7, true)->domain =
		    "LAB";
		/* 0: elsewhere; 1: another program there */
		a = scene_basic(&scene, _i == 0 ? 2 : 1, "wget", "anna", 7,
		    false);
	}
	scene_basic(&scene, 1, "python", "anna", 7, true)->domain = "LAB";
	diagnose();
	RULE_IS(a, "name-form-differs");
	ck_assert_ptr_null(finding_of("stale-program-on-another-client"));
	ck_assert_ptr_null(finding_of("stale-program-beside-good-login"));
}
END_TEST

/* A password that the proxy does not ask for reaches no directory. */
START_TEST(what_is_not_offered_locks_no_account)
{
	for (int i = 0; i < 8; i++) {
		struct attempt *a =
		    scene_basic(&scene, 1, "pip", "svc", 7, false);

		if (_i == 1)
			a->offers = a->last_offers =
			    scene_token(&scene, SCHEME_NTLM, TOKEN_NONE);
	}
	diagnose();
	ck_assert_int_eq(finding_of("lockout-near") != NULL, _i == 0);
}
END_TEST

/* Tickets that need the same key pass between: 1; or after, or before. */
START_TEST(a_key_that_opens_others_is_the_right_one)
{
	struct attempt *a;

	if (_i == 0)
		scene_kerberos(&scene, 2, "HTTP/proxy", true);
	a = scene_kerberos(&scene, 1, "HTTP/proxy", false);
	if (_i == 1)
		scene_kerberos(&scene, 2, "HTTP/proxy", true);
	scene_kerberos(&scene, 1, "HTTP/proxy", false);
	if (_i == 2)
		scene_kerberos(&scene, 2, "HTTP/proxy", true);
	diagnose();
	RULE_IS(a, _i == 1 ? "kerberos-one-client-refused"
	                   : "kerberos-refused");
	ck_assert_int_eq(a->cause, _i == 1 ? CAUSE_CLOCK_SKEW
	                                   : CAUSE_KERBEROS_WRONG_KEY);
}
END_TEST

/* A browser fetches the pictures of the error page with the same answer. */
START_TEST(each_digest_answer_is_for_its_own_request)
{
	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);
	struct token *t = scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);
	struct observation *o = observation_new(OBSERVE_EXCHANGE);

	parts_of(t)->digest.uri = "/icon.png";
	a->scheme = ATTEMPT_DIGEST;
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_CREDENTIALS;
	a->credentials_sent = 2;
	a->credentials = t;
	o->request.credentials = t;
	o->request.target = _i == 0 ? "http://proxy.test/icon.png"
	                            : "http://proxy.test/other.png";
	list_append(&a->observations, &o->link);
	diagnose();
	if (_i == 0)
		ck_assert_ptr_null(finding_of("digest-uri"));
	else
		ck_assert_ptr_nonnull(finding_of("digest-uri"));
	list_remove(&o->link);
	observation_free(o);
}
END_TEST

static struct attempt *
program(uint8_t client, const char *agent, const char *user, bool good)
{
	return scene_ntlm(&scene, client, agent, user, good);
}

/* Each has an old password of somebody who gets in with other programs, and
 * by chance nobody gets in between. */
START_TEST(programs_that_never_get_in_are_no_outage)
{
	struct attempt *a;

	program(1, "browser", "erin", true);
	program(2, "browser", "heidi", true);
	program(3, "browser", "frank", true);
	program(4, "sync", "erin", false);
	a = program(5, "deploy", "heidi", false);
	program(3, "meter", "frank", false);
	program(1, "browser", "erin", true);
	program(2, "browser", "heidi", true);
	program(3, "browser", "frank", true);
	diagnose();
	ck_assert_ptr_null(finding_of("everybody-refused-for-a-time"));
	ck_assert_int_ne(a->cause, CAUSE_AUTH_BACKEND_DOWN);
}
END_TEST

/* The mail program got in with the password that was changed since. */
START_TEST(a_program_with_the_old_password_beside_one_with_the_new)
{
	struct attempt *old;

	program(1, "mail", "carol", true);
	program(1, "browser", "carol", true);
	old = program(1, "mail", "carol", false);
	for (int i = 0; i < 3; i++) {
		program(1, "browser", "carol", _i == 0);
		program(1, "mail", "carol", false);
	}
	diagnose();
	if (_i == 0)
		RULE_IS(old, "stale-program-since");
	else
		ck_assert_ptr_null(finding_of("stale-program-since"));
}
END_TEST

/* Dina has a proxy of her own (another port), which asks the same helper. */
static struct attempt *
dina(bool good)
{
	struct attempt *a = login(4, "dina", good);

	a->connection.proxy_port = 3129;
	return a;
}

enum { DOWN, IT_WORKED_MEANWHILE, SHE_NEVER_GOT_IN, LONG_AFTER };

START_TEST(who_is_alone_at_a_proxy_is_down_with_its_neighbour)
{
	static const char *const users[] = { "adam", "ben", "cora" };
	struct attempt *a;

	if (_i != SHE_NEVER_GOT_IN)
		dina(true);
	for (uint8_t u = 0; u < 3; u++)
		login(u, users[u], true);
	login(0, users[0], false);
	if (_i == IT_WORKED_MEANWHILE)
		dina(true);
	if (_i == LONG_AFTER)
		scene.clock += 3600 * WHEN_SECOND;
	a = dina(false);
	if (_i == LONG_AFTER)
		scene.clock -= 3600 * WHEN_SECOND;
	for (uint8_t u = 1; u < 3; u++)
		login(u, users[u], false);
	for (uint8_t u = 0; u < 3; u++)
		login(u, users[u], true);
	diagnose();
	ck_assert_ptr_nonnull(finding_of("everybody-refused-for-a-time"));
	ck_assert_int_eq(_i == DOWN,
	    finding_of("refused-while-others-are-down") != NULL);
	if (_i == DOWN)
		ck_assert_int_eq(a->cause, CAUSE_AUTH_BACKEND_DOWN);
}
END_TEST

/* An outage of an hour, in which programs try again and again. */
START_TEST(what_nobody_looked_at_locks_no_account)
{
	static const char *const users[] = { "adam", "ben", "cora" };

	for (int wave = 0; wave < 10; wave++)
		for (uint8_t u = 0; u < 3; u++)
			login(u, users[u], wave == 0);
	login(0, users[0], true);
	if (_i == 1)
		for (int i = 0; i < 6; i++)
			login(7, "zoe", false);
	diagnose();
	ck_assert_int_eq(_i == 1, finding_of("lockout-near") != NULL);
}
END_TEST

/* Only Adam is asked for: the others are looked at all the same. */
START_TEST(who_is_asked_for_is_seen_among_all)
{
	static const char *const users[] = { "adam", "ben", "cora" };
	struct capture_facts facts = scene_capture;
	struct attempt *adam = NULL;

	for (uint8_t wave = 0; wave < 3; wave++)
		for (uint8_t u = 0; u < 3; u++) {
			struct attempt *a = login(u, users[u], wave != 1);

			adam = wave == 1 && u == 0 ? a : adam;
		}
	if (_i == 1) {
		facts.all = scene.attempts;
		facts.n_all = scene.n;
	}
	diagnosis = diagnosis_run(rules, &adam, 1, NULL, 0, &facts);

	const struct finding *f = finding_of("everybody-refused-for-a-time");

	ck_assert_int_eq(f != NULL, _i == 1);
	if (f != NULL)
		ck_assert_uint_eq(f->n_attempts, 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("diagnose/office");
	TCase *c = tcase_create("office");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, who_is_locked_out_does_not_get_in_elsewhere);
	tcase_add_test(c, what_is_said_of_one_is_not_counted_over_all);
	tcase_add_test(c, what_it_is_not_is_said_of_all_or_counted);
	tcase_add_test(c, what_differs_from_one_to_the_next_is_an_example);
	tcase_add_test(c, what_one_of_them_has_is_not_ruled_out);
	tcase_add_loop_test(c,
	    what_they_share_is_that_their_names_have_no_domain, 0, 2);
	tcase_add_test(c, where_a_bare_name_gets_in_it_is_not_the_domain);
	tcase_add_test(c, where_nobody_writes_a_domain_it_is_not_that);
	tcase_add_test(c, an_outage_begins_with_those_it_hits);
	tcase_add_test(c, an_outage_hits_strangers_too);
	tcase_add_loop_test(c, a_name_in_another_form_is_no_old_password, 0,
	    2);
	tcase_add_loop_test(c, what_is_not_offered_locks_no_account, 0, 2);
	tcase_add_loop_test(c, a_key_that_opens_others_is_the_right_one, 0, 3);
	tcase_add_loop_test(c, each_digest_answer_is_for_its_own_request, 0,
	    2);
	tcase_add_test(c, programs_that_never_get_in_are_no_outage);
	tcase_add_loop_test(c,
	    a_program_with_the_old_password_beside_one_with_the_new, 0, 2);
	tcase_add_loop_test(c,
	    who_is_alone_at_a_proxy_is_down_with_its_neighbour, DOWN,
	    LONG_AFTER + 1);
	tcase_add_loop_test(c, what_nobody_looked_at_locks_no_account, 0, 2);
	tcase_add_loop_test(c, who_is_asked_for_is_seen_among_all, 0, 2);
	suite_add_tcase(s, c);
	return run_suite(s);
}
