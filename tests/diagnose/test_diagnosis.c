/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/diagnosis.h"

#include "judged.h"
#include "run.h"

static bool
has_verdict(const struct verdict *v, size_t n, enum cause cause)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].cause == cause)
			return true;
	return false;
}

static size_t
faults(void)
{
	size_t n = 0;

	for (size_t i = 0; i < diagnosis_findings(diagnosis); i++)
		n += diagnosis_finding(diagnosis, i)->fault;
	return n;
}

START_TEST(good_logins_are_no_fault)
{
	for (uint8_t i = 0; i < 5; i++)
		scene_ntlm(&scene, i, "curl/7.88.1", "erin", true);
	diagnose();
	ck_assert_uint_eq(faults(), 0);
	ck_assert_int_eq(scene.attempts[0]->cause, CAUSE_NONE);
	ck_assert_ptr_null(scene.attempts[0]->rule);
}
END_TEST

START_TEST(an_incomplete_attempt_has_no_cause)
{
	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	a->outcome = OUTCOME_INCOMPLETE;
	diagnose();
	ck_assert_int_eq(a->cause, CAUSE_NONE);
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 0);
}
END_TEST

START_TEST(a_refused_type_3_is_refused_credentials)
{
	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	diagnose();
	ck_assert_int_eq(a->cause, CAUSE_CREDENTIALS_REJECTED);
	RULE_IS(a, "ntlm-credentials-rejected");
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 1);

	const struct finding *f = diagnosis_finding(diagnosis, 0);

	ck_assert_str_eq(f->id, "f1");
	ck_assert(f->fault);
	ck_assert_ptr_eq(f->example, a);
	ck_assert_str_eq(f->message, "192.0.2.200:3128 refused LAB\\erin on "
	    "192.0.2.1 once: the user name or the password was not "
	    "accepted.");
	ck_assert_str_eq(f->display_filter, "tcp.stream == 0");
	ck_assert_uint_eq(f->n_frames, 6);
	ck_assert_str_eq(f->users.entries[0].name, "LAB\\erin");
	/* What NTLM does not tell is not claimed. */
	ck_assert(has_verdict(f->cannot_tell, f->n_cannot_tell,
	    CAUSE_ACCOUNT_LOCKED));
	ck_assert(has_verdict(f->cannot_tell, f->n_cannot_tell,
	    CAUSE_CREDENTIALS_EXPIRED));
	ck_assert(has_verdict(f->cannot_tell, f->n_cannot_tell,
	    CAUSE_STALE_CACHED_CREDENTIALS));
	ck_assert(has_verdict(f->cannot_tell, f->n_cannot_tell,
	    CAUSE_AUTH_BACKEND_DOWN));
	/* What it does tell is. */
	ck_assert(has_verdict(f->ruled_out, f->n_ruled_out,
	    CAUSE_HANDSHAKE_SPLIT));
	ck_assert(has_verdict(f->ruled_out, f->n_ruled_out,
	    CAUSE_CONNECTION_NOT_KEPT));
	ck_assert_uint_le(f->n_ruled_out + f->n_cannot_tell, 8);
	for (size_t i = 0; i < f->n_ruled_out; i++)
		ck_assert_uint_gt(strlen(f->ruled_out[i].because), 10);
	for (size_t i = 0; i < f->n_cannot_tell; i++)
		ck_assert_uint_gt(strlen(f->cannot_tell[i].because), 10);
	for (size_t i = 1; i < f->n_fixes; i++)
		ck_assert_int_ge(f->fixes[i].effort, f->fixes[i - 1].effort);
}
END_TEST

START_TEST(a_typing_mistake_is_of_little_weight)
{
	struct attempt *wrong = scene_ntlm(&scene, 1, "x", "erin", false);

	scene_ntlm(&scene, 1, "x", "erin", true);
	diagnose();
	ck_assert_int_eq(wrong->cause, CAUSE_CREDENTIALS_REJECTED);
	RULE_IS(wrong, "credentials-rejected-recovered");
	ck_assert_int_eq(diagnosis_finding(diagnosis, 0)->severity,
	    LEVEL_LOW);
	ck_assert_ptr_eq(diagnosis_finding(diagnosis, 0)->good,
	    scene.attempts[1]);
}
END_TEST

START_TEST(an_agent_with_an_old_password_beside_its_user)
{
	for (int i = 0; i < 4; i++) {
		scene_ntlm(&scene, 1, "Sync/1.0", "peggy", false);
		if (i % 2 == 1)
			scene_ntlm(&scene, 1, "Mozilla/5.0", "peggy", true);
	}
	diagnose();

	const struct finding *f =
	    finding_of("stale-program-beside-good-login");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, 4);
	ck_assert_int_eq(f->cause, CAUSE_STALE_CACHED_CREDENTIALS);
	ck_assert_ptr_nonnull(strstr(f->message, "Sync/1.0"));
	ck_assert_ptr_nonnull(strstr(f->message, "Mozilla/5.0"));
	ck_assert_uint_eq(faults(), 1);
}
END_TEST

START_TEST(a_changed_password_is_seen_by_its_fingerprint)
{
	scene_basic(&scene, 1, "backup", "svc", 11, true);
	scene_basic(&scene, 1, "backup", "svc", 11, false);
	scene_basic(&scene, 2, "backup", "svc", 22, true);
	diagnose();
	RULE_IS(scene.attempts[1], "password-changed-elsewhere");
}
END_TEST

START_TEST(an_outage_is_one_finding_of_the_proxy)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina",
		"emil" };

	for (uint8_t wave = 0; wave < 3; wave++)
		for (uint8_t u = 0; u < 5; u++)
			scene_ntlm(&scene, u, "curl", users[u], wave != 1);
	diagnose();

	const struct finding *f = finding_of("everybody-refused-for-a-time");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(f->cause, CAUSE_AUTH_BACKEND_DOWN);
	ck_assert_uint_eq(f->n_attempts, 5);
	ck_assert_uint_eq(f->clients.total, 5);
	ck_assert_uint_eq(faults(), 1);
	ck_assert_int_eq(scene.attempts[7]->cause, CAUSE_AUTH_BACKEND_DOWN);
}
END_TEST

/* Three wrong passwords while others get in are three wrong passwords. */
START_TEST(refusals_beside_successes_are_no_outage)
{
	static const char *const users[] = { "adam", "ben", "cora" };

	for (uint8_t u = 0; u < 3; u++) {
		scene_ntlm(&scene, u, "curl", users[u], false);
		scene_ntlm(&scene, 9, "curl", "zoe", true);
	}
	diagnose();
	ck_assert_ptr_null(finding_of("everybody-refused-for-a-time"));
	ck_assert_int_eq(scene.attempts[0]->cause,
	    CAUSE_CREDENTIALS_REJECTED);

	const struct finding *f = finding_of("ntlm-credentials-rejected");

	ck_assert(has_verdict(f->ruled_out, f->n_ruled_out,
	    CAUSE_AUTH_BACKEND_DOWN));
}
END_TEST

/*
 * Two who are refused at once may be an outage: nobody says that they are
 * none, nor that known-good passwords were mistyped, nor that those of two
 * users differ.
 */
START_TEST(what_its_words_do_not_fit_is_not_ruled_out)
{
	static const bool good[] = { true, false, true };

	for (size_t i = 0; i < 3; i++) {
		scene_basic(&scene, 1, "curl", "adam", 1, good[i]);
		scene_basic(&scene, 2, "curl", "ben", 2, good[i]);
	}
	diagnose();
	RULE_IS(scene.attempts[2], "right-password-refused-at-times");
	for (size_t i = 0; i < diagnosis_findings(diagnosis); i++) {
		const struct finding *f = diagnosis_finding(diagnosis, i);

		ck_assert(!has_verdict(f->ruled_out, f->n_ruled_out,
		    CAUSE_AUTH_BACKEND_DOWN));
		ck_assert(!has_verdict(f->contributing, f->n_contributing,
		    CAUSE_CREDENTIALS_REJECTED));
		ck_assert_uint_eq(f->n_differs, 0);
	}
}
END_TEST

/* The trust to one domain is broken for a while; later it is there again. */
START_TEST(a_domain_is_refused_for_a_time)
{
	static const char *const users[] = { "uwe", "vera", "willi" };
	struct attempt *branch = NULL;

	for (uint8_t u = 0; u < 4; u++) {
		bool later = u == 3;

		scene_ntlm(&scene, u, "curl", "zoe", true);
		scene.clock += later ? 900 * WHEN_SECOND : 0;
		branch = scene_ntlm(&scene, (uint8_t)(10 + u), "curl",
		    users[u % 3], later);
		branch->domain = "BRANCH";
		parts_of(branch->authenticate)->ntlm.domain = "BRANCH";
	}
	diagnose();
	RULE_IS(scene.attempts[1], "one-domain-refused");
	RULE_IS(scene.attempts[5], "one-domain-refused");
}
END_TEST

START_TEST(a_loop_contributes_and_does_not_hide_the_cause)
{
	for (int i = 0; i < 19; i++)
		scene_basic(&scene, 1, "Java/17", "bob", 7, false);
	diagnose();
	ck_assert_int_eq(scene.attempts[0]->cause,
	    CAUSE_CREDENTIALS_REJECTED);

	const struct finding *f = finding_of("basic-credentials-rejected");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, 19);
	ck_assert(has_verdict(f->contributing, f->n_contributing,
	    CAUSE_RETRY_LOOP));
	ck_assert_uint_eq(faults(), 1);
}
END_TEST

START_TEST(a_program_without_credentials_is_one_low_finding)
{
	scene_ntlm(&scene, 1, "Mozilla/5.0", "erin", true);
	for (int i = 0; i < 6; i++)
		scene_attempt(&scene, 1, "docker/20.10", SCHEME_BASIC);
	diagnose();

	const struct finding *f = finding_of("agent-cannot-authenticate");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, 6);
	ck_assert_int_eq(f->severity, LEVEL_LOW);
	ck_assert_int_eq(scene.attempts[1]->cause, CAUSE_NO_CREDENTIALS);
}
END_TEST

START_TEST(a_browsers_own_requests_are_a_remark)
{
	struct attempt *a =
	    scene_attempt(&scene, 1, "Mozilla/5.0", SCHEME_NTLM);

	a->authority = "update.googleapis.com:443";
	diagnose();
	ck_assert_int_eq(a->cause, CAUSE_NO_CREDENTIALS);
	ck_assert_uint_eq(faults(), 0);
}
END_TEST

/* One row a way to break NTLM on the connection. */
static const struct broken {
	const char *rule;
	enum outcome outcome;
	enum step broke_at;
	bool challenge, type3, nobody;
	bool keeps_alive, announced, split, after_failure, empty, bare;
	bool again; /* the last 407 has a type 2, too */
	enum closed_by closed_by;
} breaks[] = {
	{ "ntlm-on-closing-request", OUTCOME_BROKEN, STEP_CHALLENGE,
	    .empty = true, .announced = true, .closed_by = CLOSED_PROXY },
	{ "proxy-closes-on-type1", OUTCOME_BROKEN, STEP_CHALLENGE,
	    .keeps_alive = true, .announced = true, .empty = true,
	    .closed_by = CLOSED_PROXY },
	{ "no-challenge-after-refusal", OUTCOME_REJECTED, STEP_NEGOTIATE,
	    .keeps_alive = true, .after_failure = true, .bare = true },
	{ "type1-not-challenged", OUTCOME_REJECTED, STEP_NEGOTIATE,
	    .keeps_alive = true, .bare = true },
	{ "challenge-then-close", OUTCOME_BROKEN, STEP_CHALLENGE,
	    .challenge = true, .keeps_alive = true,
	    .closed_by = CLOSED_PROXY },
	{ "ntlm-client-stops-at-challenge", OUTCOME_ABANDONED,
	    STEP_CHALLENGE, .challenge = true, .keeps_alive = true,
	    .closed_by = CLOSED_CLIENT },
	{ "handshake-split", OUTCOME_REJECTED, STEP_AUTHENTICATE,
	    .challenge = true, .type3 = true, .keeps_alive = true,
	    .split = true, .bare = true },
	{ "ntlm-anonymous", OUTCOME_REJECTED, STEP_AUTHENTICATE,
	    .challenge = true, .type3 = true, .nobody = true,
	    .keeps_alive = true, .bare = true },
	{ "answer-without-challenge", OUTCOME_REJECTED, STEP_AUTHENTICATE,
	    .type3 = true, .keeps_alive = true, .bare = true },
	/* The answer to an earlier challenge of the connection, once more. */
	{ "ntlm-credentials-rejected", OUTCOME_REJECTED, STEP_AUTHENTICATE,
	    .type3 = true, .keeps_alive = true, .after_failure = true,
	    .bare = true },
	/* Its 407 brings a token. */
	{ "challenged-again", OUTCOME_REJECTED, STEP_AUTHENTICATE,
	    .challenge = true, .type3 = true, .keeps_alive = true,
	    .again = true },
	/* It offers other schemes only. */
	{ "ntlm-credentials-rejected", OUTCOME_REJECTED, STEP_AUTHENTICATE,
	    .challenge = true, .type3 = true, .keeps_alive = true },
};

START_TEST(ntlm_breaks_in_many_ways)
{
	const struct broken *b = &breaks[_i];

	/* The refusal that the failure comes after. */
	if (b->after_failure)
		scene_ntlm(&scene, 1, "x", "erin", false);

	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);
	struct observed_request *q =
	    (struct observed_request *)(uintptr_t)a->request;
	struct token *t2 = (struct token *)(uintptr_t)a->challenge;

	parts_of(t2)->ntlm.has_target_info = true;
	if (b->nobody)
		parts_of(a->authenticate)->ntlm.user = NULL;
	a->outcome = b->outcome;
	a->broke_at = b->broke_at;
	q->keeps_alive = b->keeps_alive;
	a->closed_announced = b->announced;
	a->closed_by = b->closed_by;
	a->split = b->split;
	a->after_failure = a->after_challenge = b->after_failure;
	a->last_407_bare = b->bare;
	a->last_407_empty = b->empty;
	if (b->empty)
		a->n_last_offers = 0;
	if (b->again)
		((struct token *)(uintptr_t)a->last_offers)->kind =
		    TOKEN_NTLM_CHALLENGE;
	if (!b->challenge)
		a->challenge = NULL;
	if (!b->type3) {
		a->authenticate = NULL;
		a->credentials = a->negotiate;
		a->user = a->domain = NULL;
	}
	diagnose();
	RULE_IS(a, b->rule);
}
END_TEST

/* Codes in the 407 that decide. */
static const struct {
	int code;
	enum cause cause;
} codes[] = {
	{ 31, CAUSE_KERBEROS_WRONG_KEY },
	{ 32, CAUSE_TICKET_EXPIRED },
	{ 33, CAUSE_CLOCK_SKEW },
	{ 34, CAUSE_OTHER },
	{ 35, CAUSE_KERBEROS_WRONG_KEY },
	{ 37, CAUSE_CLOCK_SKEW },
	{ 41, CAUSE_KERBEROS_WRONG_KEY },
	{ 44, CAUSE_KERBEROS_WRONG_KEY },
	{ 45, CAUSE_KERBEROS_WRONG_KEY },
	{ -1, CAUSE_KERBEROS_WRONG_KEY }, /* no code: most likely */
};

START_TEST(kerberos_errors_name_their_cause)
{
	struct attempt *a =
	    scene_kerberos(&scene, 1, "HTTP/proxy.example", false);

	if (codes[_i].code >= 0) {
		struct token *t = scene_token(&scene, SCHEME_NEGOTIATE,
		    TOKEN_KRB_ERROR);

		parts_of(t)->kerberos.error_code = codes[_i].code;
		t->neg_state = NEG_REJECT;
		a->verdict = t;
	}
	diagnose();
	ck_assert_int_eq(a->cause, codes[_i].cause);
	ck_assert_str_ne(a->rule, "unexplained");
	if (codes[_i].code < 0) {
		const struct finding *f = diagnosis_finding(diagnosis, 0);

		ck_assert(has_verdict(f->cannot_tell, f->n_cannot_tell,
		    CAUSE_CLOCK_SKEW) || has_verdict(f->ruled_out,
		    f->n_ruled_out, CAUSE_CLOCK_SKEW));
	}
}
END_TEST

START_TEST(accepted_and_refused_all_the_same_is_a_rule)
{
	struct attempt *a =
	    scene_kerberos(&scene, 1, "HTTP/proxy.example", false);
	struct token *t = scene_token(&scene, SCHEME_NEGOTIATE, TOKEN_AP_REP);

	t->neg_state = NEG_ACCEPT_COMPLETED;
	a->verdict = t;

	/* What the client tries next on that connection is refused bare. */
	struct attempt *next[] = {
		scene_kerberos(&scene, 1, "HTTP/proxy.example", false),
		scene_ntlm(&scene, 1, "x", "erin", false) };

	for (size_t i = 0; i < 2; i++)
		next[i]->after_accepted = next[i]->after_failure = true;
	diagnose();
	RULE_IS(a, "authenticated-but-denied");
	RULE_IS(next[0], "authenticated-but-denied");
	RULE_IS(next[1], "authenticated-but-denied");
}
END_TEST

START_TEST(a_head_that_is_too_large_is_not_a_bad_one)
{
	static const struct {
		unsigned status;
		const char *rule;
	} answers[] = { { 400, "bad-request-on-credentials" },
		{ 431, "head-too-large" } };

	for (size_t i = 0; i < 2; i++) {
		struct attempt *a =
		    scene_ntlm(&scene, (uint8_t)i, "x", "erin", false);

		a->outcome = OUTCOME_BROKEN;
		a->broke_at = STEP_NEGOTIATE;
		a->status = answers[i].status;
	}
	diagnose();
	for (size_t i = 0; i < 2; i++)
		RULE_IS(scene.attempts[i], answers[i].rule);
}
END_TEST

/* Not the proxy's doing: it answered what was no HTTP, and closed then. */
START_TEST(a_client_that_talks_on_regardless_is_not_cut_off)
{
	for (uint8_t i = 0; i < 2; i++) {
		struct attempt *a = scene_attempt(&scene, i, "x", SCHEME_BASIC);

		a->closed_by = CLOSED_PROXY;
		a->talked_on = i > 0;
	}
	diagnose();
	RULE_IS(scene.attempts[0], "silent-close-after-offer");
	RULE_IS(scene.attempts[1], "no-credentials");
}
END_TEST

/* The shapes of a Basic value that tell of a broken client. */
static const struct {
	unsigned shape;
	const char *rule;
} shapes[] = {
	{ 0, "basic-credentials-rejected" },
	{ BASIC_PERCENT, "basic-percent-encoded" },
	{ BASIC_TRAILING_SPACE, "basic-trailing-newline" },
	{ BASIC_TRAILING_SPACE | BASIC_CONTROL, "basic-trailing-newline" },
	{ BASIC_QUOTED, "basic-quoted" },
	{ BASIC_BYTES_REPR | BASIC_NOT_BASE64, "basic-bytes-repr" },
	{ BASIC_NO_COLON, "basic-no-colon" },
	{ BASIC_EMPTY_USER, "basic-empty-part" },
	{ BASIC_EMPTY_PASSWORD, "basic-empty-part" },
	{ BASIC_PLACEHOLDER, "basic-placeholder" },
	{ BASIC_PLACEHOLDER | BASIC_PERCENT, "basic-placeholder" },
	{ BASIC_NOT_BASE64, "basic-not-base64" },
	{ BASIC_WRAPPED, "basic-wrapped" },
	{ BASIC_NON_ASCII_OTHER, "basic-latin1" },
	{ BASIC_NON_ASCII_UTF8, "basic-charset" },
	{ BASIC_COLON_IN_PASSWORD, "basic-colon-in-password" },
	{ BASIC_CONTROL, "basic-control" },
	{ BASIC_BACKSLASHES, "basic-doubled-backslash" },
	{ BASIC_WORD_TWICE, "basic-word-twice" },
	/* Harmless in itself. */
	{ BASIC_UNPADDED, "basic-credentials-rejected" },
};

START_TEST(broken_basic_values_are_named)
{
	struct attempt *a =
	    scene_basic(&scene, 1, "ci", "svc", 5, false);
	struct token *t = (struct token *)(uintptr_t)a->credentials;

	t->basic.shape = shapes[_i].shape;
	diagnose();
	RULE_IS(a, shapes[_i].rule);
}
END_TEST

/* The same shape in a login that succeeds is nobody's business. */
START_TEST(odd_shapes_that_succeed_are_no_fault)
{
	struct attempt *a = scene_basic(&scene, 1, "ci", "svc", 5, true);
	struct token *t = (struct token *)(uintptr_t)a->credentials;

	t->basic.shape = BASIC_PERCENT | BASIC_QUOTED;
	diagnose();
	ck_assert_uint_eq(faults(), 0);
}
END_TEST

START_TEST(a_scheme_that_was_not_offered)
{
	struct attempt *a = scene_basic(&scene, 1, "wget", "bob", 5, false);

	a->offers = a->last_offers =
	    scene_token(&scene, SCHEME_NTLM, TOKEN_NONE);
	a->last_407_bare = false;
	diagnose();
	ck_assert_int_eq(a->cause, CAUSE_SCHEME_MISMATCH);
	RULE_IS(a, "scheme-not-offered");
}
END_TEST

START_TEST(an_offer_that_changed_explains_it_better)
{
	scene_basic(&scene, 1, "wget", "bob", 5, true);
	scene_basic(&scene, 2, "wget", "carol", 6, true);

	struct attempt *a = scene_basic(&scene, 1, "wget", "bob", 5, false);

	a->offers = a->last_offers =
	    scene_token(&scene, SCHEME_NTLM, TOKEN_NONE);
	diagnose();
	ck_assert_int_eq(a->cause, CAUSE_POLICY_CHANGE);
}
END_TEST

START_TEST(a_refused_connection_is_a_finding_without_attempts)
{
	struct observation *o = observation_new(OBSERVE_REFUSED);
	const struct observation *list[] = { o, o };

	scene_ntlm(&scene, 1, "x", "erin", true);
	o->connection.client = scene_address(7);
	o->connection.proxy = scene_address(200);
	o->connection.proxy_port = 3128;
	o->frame = 99;
	o->tries = 1;
	diagnosis = diagnosis_run(rules, scene.attempts, scene.n, list, 2,
	    &scene_capture);
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 1);

	const struct finding *f = diagnosis_finding(diagnosis, 0);

	ck_assert_int_eq(f->cause, CAUSE_PROXY_UNREACHABLE);
	ck_assert_ptr_null(f->example);
	ck_assert_uint_eq(f->n_attempts, 0);
	ck_assert_str_eq(f->clients.entries[0].name, "192.0.2.7");
	ck_assert_uint_eq(f->frames[0], 99);
	ck_assert_str_eq(f->display_filter, "ip.addr == 192.0.2.7 && "
	    "ip.addr == 192.0.2.200 && tcp.port == 3128");

	/* A port that nobody knows to be a proxy's is not ours. */
	diagnosis_free(diagnosis);
	o->connection.proxy_port = 25;
	diagnosis = diagnosis_run(rules, scene.attempts, scene.n, list, 2,
	    &scene_capture);
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 0);
	observation_free(o);
}
END_TEST

/* Whatever it is, a failure gets a cause. */
START_TEST(every_failure_has_a_cause)
{
	static const enum outcome outcomes[] = { OUTCOME_REJECTED,
		OUTCOME_ABANDONED, OUTCOME_BROKEN };
	static const enum step steps[] = { STEP_OFFER, STEP_NEGOTIATE,
		STEP_CHALLENGE, STEP_AUTHENTICATE, STEP_TICKET,
		STEP_CREDENTIALS };

	for (size_t o = 0; o < 3; o++)
		for (size_t k = 0; k < 6; k++) {
			struct attempt *a = scene_attempt(&scene,
			    (uint8_t)k, NULL, SCHEME_OTHER);

			a->outcome = outcomes[o];
			a->broke_at = steps[k];
			a->scheme = (enum attempt_scheme)(k + 1);
			a->request = NULL;
			a->response = NULL;
		}
	diagnose();
	for (size_t i = 0; i < scene.n; i++)
		ck_assert_int_ne(scene.attempts[i]->cause, CAUSE_NONE);
}
END_TEST

START_TEST(without_rules_it_is_something_other)
{
	struct rules *none = rules_new();
	struct attempt *a = scene_ntlm(&scene, 1, "x", "erin", false);

	diagnosis = diagnosis_run(none, scene.attempts, scene.n, NULL, 0,
	    &scene_capture);
	ck_assert_int_eq(a->cause, CAUSE_OTHER);
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 0);
	rules_free(none);
}
END_TEST

/* The same attempts give the same findings, in whatever memory they lie. */
START_TEST(two_runs_say_the_same)
{
	struct text said[2] = { { .at = NULL }, { .at = NULL } };

	for (int i = 0; i < 12; i++)
		scene_ntlm(&scene, (uint8_t)(i % 3), "x",
		    i % 2 == 0 ? "erin" : "bob", i % 5 == 0);
	for (int run = 0; run < 2; run++) {
		diagnosis_free(diagnosis);
		diagnose();
		for (size_t i = 0; i < diagnosis_findings(diagnosis); i++) {
			const struct finding *f =
			    diagnosis_finding(diagnosis, i);

			text_fmt(&said[run], "%s %s %s\n", f->id,
			    f->rule->id, f->message);
			for (size_t k = 0; k < f->n_ruled_out; k++)
				text_str(&said[run],
				    f->ruled_out[k].because);
		}
	}
	ck_assert_str_eq(text_get(&said[0]), text_get(&said[1]));
	text_fini(&said[0]);
	text_fini(&said[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/diagnosis");
	TCase *all = tcase_create("attempts by hand");

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, good_logins_are_no_fault);
	tcase_add_test(all, an_incomplete_attempt_has_no_cause);
	tcase_add_test(all, a_refused_type_3_is_refused_credentials);
	tcase_add_test(all, a_typing_mistake_is_of_little_weight);
	tcase_add_test(all, an_agent_with_an_old_password_beside_its_user);
	tcase_add_test(all, a_changed_password_is_seen_by_its_fingerprint);
	tcase_add_test(all, an_outage_is_one_finding_of_the_proxy);
	tcase_add_test(all, refusals_beside_successes_are_no_outage);
	tcase_add_test(all, what_its_words_do_not_fit_is_not_ruled_out);
	tcase_add_test(all, a_domain_is_refused_for_a_time);
	tcase_add_test(all, a_loop_contributes_and_does_not_hide_the_cause);
	tcase_add_test(all, a_program_without_credentials_is_one_low_finding);
	tcase_add_test(all, a_browsers_own_requests_are_a_remark);
	tcase_add_loop_test(all, ntlm_breaks_in_many_ways, 0,
	    sizeof(breaks) / sizeof(breaks[0]));
	tcase_add_loop_test(all, kerberos_errors_name_their_cause, 0,
	    sizeof(codes) / sizeof(codes[0]));
	tcase_add_test(all, accepted_and_refused_all_the_same_is_a_rule);
	tcase_add_test(all, a_client_that_talks_on_regardless_is_not_cut_off);
	tcase_add_test(all, a_head_that_is_too_large_is_not_a_bad_one);
	tcase_add_loop_test(all, broken_basic_values_are_named, 0,
	    sizeof(shapes) / sizeof(shapes[0]));
	tcase_add_test(all, odd_shapes_that_succeed_are_no_fault);
	tcase_add_test(all, a_scheme_that_was_not_offered);
	tcase_add_test(all, an_offer_that_changed_explains_it_better);
	tcase_add_test(all,
	    a_refused_connection_is_a_finding_without_attempts);
	tcase_add_test(all, every_failure_has_a_cause);
	tcase_add_test(all, without_rules_it_is_something_other);
	tcase_add_test(all, two_runs_say_the_same);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
