/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a rule must not say, because there is another reason that the wire
 * allows: each scene is one in which its sentence would be false.
 */
#include "diagnose/diagnosis.h"

#include "judged.h"
#include "run.h"

static struct observed_response *
response_of(struct attempt *a)
{
	return (struct observed_response *)(uintptr_t)a->response;
}

/* A computer that gets in is not refused for being one. */
START_TEST(a_computer_account_that_gets_in_may_do_so)
{
	struct attempt *a;

	for (int i = 0; i < 3; i++) {
		a = scene_ntlm(&scene, 1, "Updater/1", "PC1$", i != 1);
		parts_of(a->authenticate)->ntlm.machine_account = true;
	}
	diagnose();
	ck_assert_ptr_null(finding_of("ntlm-machine-account"));
}
END_TEST

/* Nobody answered it: it was not refused. */
START_TEST(a_computer_account_that_was_not_answered_was_not_refused)
{
	struct attempt *a = scene_ntlm(&scene, 1, "Updater/1", "PC1$", false);

	parts_of(a->authenticate)->ntlm.machine_account = true;
	a->outcome = OUTCOME_BROKEN;
	a->response = NULL;
	a->in_vain_ns = 10 * WHEN_SECOND;
	diagnose();
	RULE_IS(a, "backend-no-answer");
}
END_TEST

/* Of NTLM in Negotiate: a type 1, and no challenge. */
static struct attempt *
unchallenged(uint8_t client)
{
	struct attempt *a =
	    scene_attempt(&scene, client, "x", SCHEME_NEGOTIATE);

	a->scheme = ATTEMPT_NEGOTIATE_NTLM;
	a->negotiate = a->credentials =
	    scene_token(&scene, SCHEME_NEGOTIATE, TOKEN_NTLM_NEGOTIATE);
	a->credentials_sent = 1;
	a->last_407_bare = true;
	scene_leg(&scene, a, STEP_NEGOTIATE, true);
	scene_leg(&scene, a, STEP_REJECTED, false);
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_NEGOTIATE;
	return a;
}

START_TEST(a_proxy_that_took_ntlm_in_negotiate_takes_it)
{
	if (_i == 1) {
		struct attempt *good =
		    scene_ntlm(&scene, 2, "x", "erin", true);

		good->scheme = ATTEMPT_NEGOTIATE_NTLM;
	}

	struct attempt *a = unchallenged(1);

	diagnose();
	RULE_IS(a, _i == 0 ? "ntlm-in-negotiate-refused"
	                   : "ntlm-type1-disliked");
}
END_TEST

/* It comes where a challenge would, also after one. */
START_TEST(a_spnego_reject_is_no_challenge)
{
	struct attempt *a = unchallenged(1);
	struct token *reject =
	    scene_token(&scene, SCHEME_NEGOTIATE, TOKEN_SPNEGO);

	reject->neg_state = NEG_REJECT;
	a->challenge = a->verdict = reject;
	if (_i == 1)
		scene_leg(&scene, a, STEP_CHALLENGE, false);
	diagnose();
	RULE_IS(a, _i == 0 ? "ntlm-in-negotiate-refused" : "spnego-rejected");
}
END_TEST

/* The 407 before it is no answer to it.  Where nobody was asked, and a type 1
 * had passed, it is the site that is waited for. */
START_TEST(a_type_1_that_was_not_answered_was_not_refused)
{
	static const char *const names[] = { "client-went-away",
		"type1-no-answer", "no-answer-for-this-host" };

	if (_i == 2) {
		struct attempt *passed = unchallenged(2);

		passed->responses_407 = 0;
		passed->unproven = true;
		scene_pass(passed);
	}

	struct attempt *a = unchallenged(1);

	a->responses_407 = _i == 2 ? 0 : 1;
	a->outcome = OUTCOME_BROKEN;
	a->response = NULL;
	a->last_407_bare = false;
	a->closed_by = CLOSED_CLIENT;
	a->in_vain_ns = (_i == 0 ? 2 : 10) * WHEN_SECOND;
	diagnose();
	RULE_IS(a, names[_i]);
}
END_TEST

/* The fingerprint tells an old password from the one that just passed. */
START_TEST(the_very_same_password_is_no_old_one)
{
	static const char *const names[] = { "password-worked-elsewhere",
		"right-password-refused-on-this-client",
		"stale-program-beside-good-login" };
	struct attempt *a = NULL;

	scene_basic(&scene, 1, "Mozilla/5.0", "erin", 1, true);
	for (int i = 0; i < 3; i++)
		a = scene_basic(&scene, 1, "Agent/7", "erin", _i == 2 ? 2 : 1,
		    false);
	if (_i == 1)
		scene_basic(&scene, 1, "Mozilla/5.0", "erin", 1, true);
	diagnose();
	RULE_IS(a, names[_i]);
	if (_i != 2)
		ck_assert_ptr_nonnull(strstr(finding_of(names[_i])->message,
		    "Mozilla/5.0 on the same computer"));
}
END_TEST

/* A type 3 for a host, ten seconds of waiting. */
static struct attempt *
waits(uint8_t client, const char *host)
{
	struct attempt *a = scene_ntlm(&scene, client, "x", "erin", false);
	struct observed_request *q =
	    (struct observed_request *)(uintptr_t)a->request;

	q->time = a->start;
	a->authority = host;
	a->outcome = OUTCOME_BROKEN;
	a->response = NULL;
	a->in_vain_ns = 10 * WHEN_SECOND;
	return a;
}

/* Others get in meanwhile: it is the site, unless that is the same one, or
 * one waits for another site, too. */
START_TEST(a_site_that_does_not_answer_is_no_directory)
{
	struct attempt *a = waits(1, "dead.test:80");

	if (_i < 3)
		scene_ntlm(&scene, 2, "x", "adam", true)->authority =
		    _i == 1 ? "dead.test:80" : "alive.test:80";
	if (_i == 2)
		waits(3, "other.test:80");
	diagnose();
	RULE_IS(a, _i == 0 ? "no-answer-for-this-host" : "backend-no-answer");
}
END_TEST

/* An answer that was called stale. */
static struct attempt *
stale(fingerprint nonce, struct observation *o)
{
	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);
	struct token *t = scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);
	struct token *q = scene_token(&scene, SCHEME_DIGEST, TOKEN_NONE);

	parts_of(t)->digest.nonce = nonce;
	parts_of(q)->digest.stale = 1;
	a->scheme = ATTEMPT_DIGEST;
	a->offer_seen = false;
	a->preemptive = true;
	a->credentials = t;
	a->user = t->user = "erin";
	a->credentials_sent = 1;
	a->last_offers = q;
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_CREDENTIALS;
	o->request.credentials = t;
	o->response.status = 407;
	o->response.challenges = q;
	o->response.n_challenges = 1;
	list_append(&a->observations, &o->link);
	return a;
}

/* Two requests with one old nonce say nothing of the new ones. */
START_TEST(a_nonce_that_was_not_used_was_not_called_stale)
{
	struct observation *o[2];
	struct attempt *a;

	for (int i = 0; i < 2; i++) {
		o[i] = observation_new(OBSERVE_EXCHANGE);
		a = stale(_i == 0 ? 1 : (fingerprint)i + 1, o[i]);
	}
	diagnose();
	RULE_IS(a, _i == 0 ? "digest-stale-given-up" : "digest-stale-loop");
	for (int i = 0; i < 2; i++) {
		list_remove(&o[i]->link);
		observation_free(o[i]);
	}
}
END_TEST

START_TEST(a_name_with_an_at_has_no_backslash)
{
	static const char *const names[] = { "erin@lab", "LAB\\erin" };
	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_DIGEST);
	struct token *t = scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);

	parts_of(t)->digest.user = names[_i];
	a->scheme = ATTEMPT_DIGEST;
	a->credentials = t;
	a->user = t->user = "erin";
	a->domain = t->domain = "lab";
	a->credentials_sent = 1;
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_CREDENTIALS;
	diagnose();
	RULE_IS(a, _i == 0 ? "digest-wrong-response" : "digest-name-escape");
}
END_TEST

/* A browser that logs in with what is offered now left one request. */
START_TEST(who_logs_in_with_the_new_offer_answers_it)
{
	static const char agent[] = "Mozilla/5.0";

	for (uint8_t i = 1; i <= 3; i++)
		scene_ntlm(&scene, i, agent, "erin", true);
	for (uint8_t i = 2; i <= 3; i++)
		scene_basic(&scene, i, agent, "erin", 1, true);

	struct attempt *a = scene_attempt(&scene, 1, agent, SCHEME_BASIC);

	if (_i == 1)
		scene_basic(&scene, 1, agent, "erin", 1, true);

	diagnose();
	RULE_IS(a, _i == 0 ? "offer-changed-no-answer" : "spare-connection");
}
END_TEST

/* Such hosts are asked for by others than browsers, too. */
START_TEST(a_tool_is_no_browser)
{
	struct attempt *a = scene_attempt(&scene, 1,
	    _i == 0 ? "curl/8.5.0" : "Mozilla/5.0", SCHEME_BASIC);

	a->authority = "www.gstatic.com:443";
	diagnose();
	RULE_IS(a, _i == 0 ? "no-credentials" : "browser-background");
}
END_TEST

/* Each new token is another one, and no changed password. */
START_TEST(a_new_token_is_no_new_password)
{
	struct attempt *a;

	for (int i = 0; i < 3; i++) {
		a = scene_basic(&scene, 1, "x", "erin", i == 2 ? 22 : 11,
		    i != 1);
		((struct token *)(uintptr_t)a->credentials)->scheme =
		    SCHEME_BEARER;
		a->scheme = ATTEMPT_BEARER;
		a->offers = a->last_offers =
		    scene_token(&scene, SCHEME_BEARER, TOKEN_NONE);
	}
	diagnose();
	RULE_IS(scene.attempts[1], "bearer-refused-renewed");
}
END_TEST

/* "You must change …" may be anything. */
START_TEST(a_page_that_wants_something_changed)
{
	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	response_of(a)->body_title = _i == 0
	    ? "You must change your proxy settings"
	    : "You must change your password";
	diagnose();
	RULE_IS(a, _i == 0 ? "ntlm-credentials-rejected"
	                   : "page-says-expired");
}
END_TEST

/* What was refused there before he last got in is over. */
START_TEST(a_refusal_elsewhere_before_the_last_success_is_over)
{
	scene_ntlm(&scene, 1, "x", "erin", true);
	if (_i == 0)
		scene_ntlm(&scene, 2, "y", "erin", false);
	scene_ntlm(&scene, 1, "x", "erin", true);
	if (_i == 1)
		scene_ntlm(&scene, 2, "y", "erin", false);
	for (int i = 0; i < 6; i++)
		scene_ntlm(&scene, 1, "x", "erin", false);
	diagnose();
	if (_i == 0)
		ck_assert_ptr_null(finding_of("account-locked-pattern"));
	else
		ck_assert_ptr_nonnull(finding_of("account-locked-pattern"));
}
END_TEST

/* Three users want the same forbidden page, one after the other. */
START_TEST(a_page_that_nobody_gets_is_no_outage)
{
	static const char *const users[] = { "adam", "ben", "cora" };

	for (uint8_t round = 0; round < 3; round++)
		for (uint8_t i = 0; i < 3; i++) {
			struct attempt *a = scene_ntlm(&scene, i + 1,
			    "Mozilla/5.0", users[i], round != 1);

			if (round == 1 && _i == 0)
				a->authority = "forbidden.test:443";
		}
	diagnose();
	RULE_IS(scene.attempts[4], _i == 0 ? "only-this-host-refused"
	                                   : "everybody-refused-for-a-time");
	/* It is told once, of all of them. */
	if (_i == 0)
		ck_assert_ptr_nonnull(
		    strstr(finding_of("only-this-host-refused")->message,
		        "3 users on 3 clients"));
}
END_TEST

/* What a client sends goes through the first proxy to the second. */
START_TEST(a_second_proxy_that_takes_logins_refuses_a_password)
{
	static const char via[] = "1.1 second (squid), 1.1 first (squid)";
	struct observation *o = observation_new(OBSERVE_EXCHANGE);
	struct attempt *good = scene_basic(&scene, 1, "x", "adam", 1, true);
	struct attempt *a = scene_basic(&scene, 2, "x", "erin", 2, false);

	o->response.status = 407;
	o->response.via = via;
	list_append(&good->observations, &o->link);
	response_of(good)->via = via;
	response_of(a)->via = via;
	if (_i == 0)
		good->outcome = OUTCOME_REJECTED;
	diagnose();
	RULE_IS(a, _i == 0 ? "upstream-407" : "basic-credentials-rejected");
	list_remove(&o->link);
	observation_free(o);
}
END_TEST

/* Where others of that name get in, or he himself did, it is known. */
START_TEST(a_workgroup_that_gets_in_is_known)
{
	static const char *const users[] = { "adam", "erin", "erin" };

	for (int i = _i == 0 ? 2 : 0; i < 3; i++) {
		struct attempt *a = scene_ntlm(&scene,
		    (uint8_t)(i + 1 - _i / 2), "x", users[i], i < 2 - _i % 2);
		struct token *t = (struct token *)(uintptr_t)a->authenticate;

		t->domain = parts_of(t)->ntlm.domain = a->domain = "WORKGROUP";
	}
	diagnose();
	if (_i == 0)
		ck_assert_ptr_nonnull(finding_of("ntlm-local-account"));
	else
		ck_assert_ptr_null(finding_of("ntlm-local-account"));
}
END_TEST

/* A login on a connection that the proxy has closed. */
START_TEST(what_came_after_the_close_was_not_cut_off)
{
	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	struct leg *last = &a->legs[a->n_legs - 1];

	a->outcome = OUTCOME_BROKEN;
	a->closed_by = CLOSED_PROXY;
	a->response = NULL;
	last->step = STEP_CLOSED;
	if (_i == 1) {
		struct leg closed = *last;

		*last = last[-1];
		last[-1] = closed;
	}
	diagnose();
	RULE_IS(a, _i == 0 ? "reset-mid-handshake"
	                   : "closed-before-the-answer");
}
END_TEST

/* What another program did before may be past by now. */
START_TEST(who_got_in_before_the_refusals_may_be_locked_out_now)
{
	uint8_t other = _i < 2 ? 1 : 2;

	if (_i % 2 == 1)
		scene_ntlm(&scene, 1, "Sync/1", "erin", false);
	scene_ntlm(&scene, other, "Mozilla/5.0", "erin", true);
	scene.clock += 3600 * WHEN_SECOND;
	for (int i = 0; i < 3; i++)
		scene_ntlm(&scene, 1, "Sync/1", "erin", false);
	diagnose();

	const struct finding *f = finding_of(_i < 2
	        ? "stale-program-beside-good-login"
	        : "stale-program-on-another-client");

	if (_i % 2 == 0)
		ck_assert_ptr_null(f);
	else
		ck_assert_ptr_nonnull(f);
}
END_TEST

/* The old password was accepted before the new one. */
START_TEST(the_newer_password_is_no_old_one)
{
	scene_basic(&scene, 1, "x", "erin", _i == 0 ? 11 : 22, true);
	scene_basic(&scene, 1, "x", "erin", 22, true);
	scene_basic(&scene, 1, "x", "erin", 22, false);
	if (_i == 1)
		scene_basic(&scene, 2, "x", "erin", 33, true);
	diagnose();
	RULE_IS(scene.attempts[2], _i == 0 ? "credentials-worked-until"
	                                   : "password-changed-elsewhere");
}
END_TEST

/* A login that worked an hour ago does not make this one a spare. */
START_TEST(a_browser_that_stopped_logging_in_has_no_spare_requests)
{
	static const char agent[] = "Mozilla/5.0";
	struct attempt *a;

	scene_ntlm(&scene, 1, agent, "erin", true);
	scene.clock += 3600 * WHEN_SECOND;
	a = scene_attempt(&scene, 1, agent, SCHEME_NTLM);
	/* Nor does one days later. */
	if (_i == 2)
		scene.clock += 6 * 24 * 3600 * WHEN_SECOND;
	if (_i >= 1)
		scene_ntlm(&scene, 1, agent, "erin", true);
	diagnose();
	RULE_IS(a, _i == 1 ? "spare-connection" : "no-credentials");
}
END_TEST

/* Not every program in Java, and not every tool, is the same. */
static const struct tool {
	const char *agent, *method, *rule;
	enum scheme offer;
} tools[] = {
	{ "Java/17.0.2", "CONNECT", "java-tunnel-scheme-disabled",
	    SCHEME_BASIC },
	{ "gradlew/8.5 (Linux;6.1;amd64)", "CONNECT",
	    "java-tunnel-scheme-disabled", SCHEME_BASIC },
	{ "Gradle/8.5 (Linux;6.1;amd64)", "CONNECT", "no-credentials",
	    SCHEME_BASIC },
	{ "Apache-Maven/3.9.6 (Java 17.0.2; Linux 6.1)", "CONNECT",
	    "no-credentials", SCHEME_BASIC },
	{ "pip/24.0", "CONNECT", "scheme-not-supported-by-agent",
	    SCHEME_NTLM },
	{ "libdnf (Fedora Linux 40; server; Linux.x86_64)", "CONNECT",
	    "no-credentials", SCHEME_NTLM },
};

START_TEST(a_tool_is_what_its_name_says)
{
	const struct tool *tool = &tools[_i];
	struct attempt *a =
	    scene_attempt(&scene, 1, tool->agent, tool->offer);

	a->method = tool->method;
	diagnose();
	ck_assert_msg(a->rule != NULL && strcmp(a->rule, tool->rule) == 0,
	    "%s: %s", tool->agent, a->rule != NULL ? a->rule : "none");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("diagnose/claims");
	TCase *c = tcase_create("claims");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_computer_account_that_gets_in_may_do_so);
	tcase_add_test(c,
	    a_computer_account_that_was_not_answered_was_not_refused);
	tcase_add_loop_test(c, a_proxy_that_took_ntlm_in_negotiate_takes_it, 0,
	    2);
	tcase_add_loop_test(c, a_spnego_reject_is_no_challenge, 0, 2);
	tcase_add_loop_test(c, a_type_1_that_was_not_answered_was_not_refused,
	    0, 3);
	tcase_add_loop_test(c, the_very_same_password_is_no_old_one, 0, 3);
	tcase_add_loop_test(c, a_site_that_does_not_answer_is_no_directory, 0,
	    4);
	tcase_add_loop_test(c, a_nonce_that_was_not_used_was_not_called_stale,
	    0, 2);
	tcase_add_loop_test(c, a_name_with_an_at_has_no_backslash, 0, 2);
	tcase_add_loop_test(c, who_logs_in_with_the_new_offer_answers_it, 0,
	    2);
	tcase_add_loop_test(c, a_tool_is_no_browser, 0, 2);
	tcase_add_test(c, a_new_token_is_no_new_password);
	tcase_add_loop_test(c, a_page_that_wants_something_changed, 0, 2);
	tcase_add_loop_test(c,
	    a_refusal_elsewhere_before_the_last_success_is_over, 0, 2);
	tcase_add_loop_test(c, a_page_that_nobody_gets_is_no_outage, 0, 2);
	tcase_add_loop_test(c,
	    a_second_proxy_that_takes_logins_refuses_a_password, 0, 2);
	tcase_add_loop_test(c, a_workgroup_that_gets_in_is_known, 0, 3);
	tcase_add_loop_test(c, what_came_after_the_close_was_not_cut_off, 0, 2);
	tcase_add_loop_test(c,
	    who_got_in_before_the_refusals_may_be_locked_out_now, 0, 4);
	tcase_add_loop_test(c, the_newer_password_is_no_old_one, 0, 2);
	tcase_add_loop_test(c,
	    a_browser_that_stopped_logging_in_has_no_spare_requests, 0, 3);
	tcase_add_loop_test(c, a_tool_is_what_its_name_says, 0,
	    sizeof(tools) / sizeof(tools[0]));
	suite_add_tcase(s, c);
	return run_suite(s);
}
