/* SPDX-License-Identifier: BSD-2-Clause */
/* A request that was left at 407, by what its program does elsewhere. */
#include "diagnose/diagnosis.h"

#include "judged.h"
#include "run.h"

enum login { NO_LOGIN, REFUSED, GOOD, GOOD_CONNECT };

static const struct left {
	const char *name;
	enum login login; /* of the same program, before */
	const char *method, *agent;
	const char *rule;
} rows[] = {
	{ "no login", NO_LOGIN, "GET", "x", "no-credentials" },
	{ "a refused one", REFUSED, "GET", "x", "given-up-after-refusal" },
	{ "tunnels get through", GOOD_CONNECT, "GET", "x",
	    "credentials-on-connect-only" },
	{ "a browser leaves some", GOOD_CONNECT, "GET", "Mozilla/5.0",
	    "spare-connection" },
	{ "plain requests get through", GOOD, "CONNECT", "x",
	    "credentials-not-on-connect" },
};

START_TEST(it_is_told_by_what_the_program_does_elsewhere)
{
	const struct left *row = &rows[_i];

	if (row->login != NO_LOGIN) {
		struct attempt *login = scene_basic(&scene, 1, row->agent,
		    "erin", 1, row->login != REFUSED);

		if (row->login == GOOD_CONNECT)
			login->method = "CONNECT";
	}

	struct attempt *a = scene_attempt(&scene, 1, row->agent, SCHEME_BASIC);

	a->method = row->method;
	diagnose();
	ck_assert_msg(a->rule != NULL && strcmp(a->rule, row->rule) == 0,
	    "%s: %s", row->name, a->rule != NULL ? a->rule : "none");
}
END_TEST

/* What it got in for, so many seconds after it was asked. */
static const struct {
	const char *name, *authority, *method;
	int64_t after;
	bool asked;
	const char *rule;
} answers[] = {
	{ "soon", "a.test:443", "CONNECT", 25, false, "answered-later" },
	{ "too late", "a.test:443", "CONNECT", 70, false, "no-credentials" },
	{ "elsewhere", "b.test:443", "CONNECT", 25, false, "no-credentials" },
	{ "another run", "a.test:443", "CONNECT", 25, true, "no-credentials" },
};

START_TEST(one_who_gets_in_after_a_while_has_credentials)
{
	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_BASIC);

	a->method = "CONNECT";
	a->authority = "a.test:443";
	scene.clock += answers[_i].after * WHEN_SECOND;

	struct attempt *in = scene_basic(&scene, 1, "x", "erin", 1, true);

	in->method = answers[_i].method;
	in->authority = answers[_i].authority;
	in->offer_seen = answers[_i].asked;
	diagnose();
	RULE_IS(a, answers[_i].rule);
}
END_TEST

/* Java's newer client names itself, but not on CONNECT. */
static const struct {
	const char *other, *rule;
} nameless[] = {
	{ "Java-http-client/25.0.3", "java-tunnel-scheme-disabled" },
	{ "curl/8", "agent-cannot-authenticate" },
};

START_TEST(a_connect_without_a_name_beside_java)
{
	scene_basic(&scene, 1, nameless[_i].other, "erin", 1, true);

	struct attempt *a = scene_attempt(&scene, 1, NULL, SCHEME_BASIC);

	a->method = "CONNECT";
	diagnose();
	RULE_IS(a, nameless[_i].rule);
}
END_TEST

/* A box asks for many: what one of its clients sends, another need not. */
START_TEST(a_proxy_does_not_leave_credentials_out)
{
	scene_basic(&scene, 1, "x", "erin", 1, true);

	struct attempt *a = scene_attempt(&scene, 1, "x", SCHEME_BASIC);

	a->method = "CONNECT";
	((struct observed_request *)(uintptr_t)a->request)->forwarded_for =
	    "10.0.0.9";
	diagnose();
	RULE_IS(a, "proxy-without-login");
}
END_TEST

/* The account is good, and so may the password be, in other bytes. */
START_TEST(latin1_beside_a_good_login_is_no_old_password)
{
	struct attempt *a;

	for (int i = 0; i < 2; i++) {
		a = scene_basic(&scene, 1, "Java", "erin", 5, false);
		((struct token *)(uintptr_t)a->credentials)->basic.shape =
		    BASIC_NON_ASCII_OTHER;
	}
	scene_basic(&scene, 1, "Ruby", "erin", 6, true);
	diagnose();
	RULE_IS(a, "basic-latin1");
}
END_TEST

/* The rule that said no to the ticket says so to what is tried next; of what
 * another program or client sends, that tells nothing. */
START_TEST(denied_once_it_is_no_password)
{
	struct attempt *ticket =
	    scene_kerberos(&scene, 1, "HTTP/proxy.example", false);
	struct token *t = scene_token(&scene, SCHEME_NEGOTIATE, TOKEN_AP_REP);
	const char *agent = ticket->user_agent;

	t->neg_state = NEG_ACCEPT_COMPLETED;
	ticket->verdict = t;

	struct attempt *same[] = {
		scene_ntlm(&scene, 1, agent, "erin", false),
		scene_basic(&scene, 1, agent, "erin", 1, false) };
	struct attempt *others[] = {
		scene_basic(&scene, 1, "other", "erin", 1, false),
		scene_basic(&scene, 2, agent, "erin", 1, false) };

	diagnose();
	RULE_IS(ticket, "authenticated-but-denied");
	for (size_t i = 0; i < 2; i++) {
		RULE_IS(same[i], "authenticated-but-denied");
		ck_assert_int_eq(others[i]->cause, CAUSE_CREDENTIALS_REJECTED);
	}
}
END_TEST

/* Credentials at once, and an answer that is no 407. */
static struct attempt *
answered(unsigned status, const char *server, const char *via)
{
	struct attempt *a = scene_basic(&scene, 1, "curl", "erin", 1, true);
	struct observed_response *p =
	    (struct observed_response *)(uintptr_t)a->response;

	a->method = "CONNECT";
	a->preemptive = true;
	a->offer_seen = false;
	a->n_offers = a->n_last_offers = 0;
	a->responses_407 = 0;
	a->status = p->status = (uint16_t)status;
	p->server = server;
	p->via = via;
	return a;
}

START_TEST(a_web_server_that_does_not_know_connect_is_no_proxy)
{
	answered(400, "nginx/1.22.1", NULL);
	diagnose();
	ck_assert_ptr_nonnull(finding_of("not-a-forward-proxy"));
}
END_TEST

/* A proxy may find fault with a request, too. */
START_TEST(a_proxy_that_says_400_is_one)
{
	if (_i == 0)
		answered(400, "squid/5.7", "1.1 gw (squid/5.7)");
	else
		answered(400, "nginx/1.22.1", NULL)->preemptive = false;
	diagnose();
	ck_assert_ptr_null(finding_of("not-a-forward-proxy"));
}
END_TEST

/* One that asks others to log in is one, and opens no tunnels. */
START_TEST(a_proxy_that_knows_no_connect_is_one)
{
	answered(501, "Varnish", NULL);
	if (_i == 1)
		scene_basic(&scene, 2, "curl", "ivan", 1, false);
	diagnose();
	ck_assert((finding_of("not-a-forward-proxy") != NULL) == (_i == 0));
}
END_TEST

/* The page is Squid's own: it is no answer to the password. */
START_TEST(an_accelerators_401_is_not_about_the_password)
{
	struct attempt *a = answered(401, "squid/5.7", "1.1 gw (squid/5.7)");
	struct observed_response *p =
	    (struct observed_response *)(uintptr_t)a->response;

	a->method = "GET";
	a->said_401 = true;
	a->outcome = OUTCOME_REJECTED;
	a->broke_at = STEP_CREDENTIALS;
	p->has_www_authenticate = true;
	p->vendor_error = "ERR_CACHE_ACCESS_DENIED 0";
	diagnose();
	RULE_IS(a, "proxy-says-401");
}
END_TEST

/* Basic, where only NTLM is offered; and what follows. */
static const struct follows {
	const char *name;
	bool before;  /* the proxy took Basic before */
	bool same;    /* NTLM, on the same connection */
	when_ns wait; /* with so long between */
	const char *target, *forwarded_for;
	bool good;
	const char *rule;
	bool fault;
} followed[] = {
	{ "at once", false, true, 0, NULL, NULL, true, "scheme-not-offered",
	    false },
	{ "withdrawn", true, true, 0, NULL, NULL, true, "scheme-withdrawn",
	    false },
	{ "refused", false, true, 0, NULL, NULL, false, "scheme-not-offered",
	    true },
	{ "by a person", false, true, 2 * WHEN_SECOND, NULL, NULL, true,
	    "scheme-not-offered", true },
	{ "for another", false, true, 0, "http://other.test/", NULL, true,
	    "scheme-not-offered", true },
	{ "by another run", false, false, 0, NULL, NULL, true,
	    "scheme-not-offered", true },
	{ "behind a box, another user", false, true, 0, NULL, "10.0.0.9", true,
	    "scheme-not-offered", true },
};

START_TEST(who_goes_on_by_itself_is_not_kept_out)
{
	const struct follows *row = &followed[_i];
	const char *words = "got through at once";
	const struct finding *f;
	struct attempt *a, *next;

	if (row->before)
		scene_basic(&scene, 1, "x", "erin", 5, true);
	a = scene_basic(&scene, 1, "x", "bob", 5, false);
	a->offers = a->last_offers =
	    scene_token(&scene, SCHEME_NTLM, TOKEN_NONE);
	scene.clock += row->wait;
	next = scene_ntlm(&scene, 1, "x", "bob", row->good);
	if (row->same)
		next->connection.id = a->connection.id;
	if (row->target != NULL)
		next->target = row->target;
	((struct observed_request *)(uintptr_t)a->request)->forwarded_for =
	    row->forwarded_for;
	if (row->forwarded_for != NULL)
		next->user = "eve";
	diagnose();
	ck_assert_msg(a->rule != NULL && strcmp(a->rule, row->rule) == 0,
	    "%s: %s", row->name, a->rule != NULL ? a->rule : "none");
	f = finding_of(row->rule);
	ck_assert_msg(f->fault == row->fault &&
	    (f->severity == LEVEL_LOW) != row->fault &&
	    (strstr(f->message, words) == NULL) == row->fault,
	    "%s: %s", row->name, f->message);
}
END_TEST

/* Requests that prove themselves are one attempt with those before the one
 * that was refused: it has the one after it, too. */
static const struct {
	const char *name;
	when_ns later; /* than the refusal */
	uint16_t status;
	bool fault;
} repeated[] = {
	{ "at once", 10 * WHEN_MS, 200, false },
	{ "refused", 10 * WHEN_MS, 407, true },
	{ "later", 3 * WHEN_SECOND, 200, true },
	{ "before", -10 * WHEN_MS, 200, true },
};

START_TEST(it_goes_on_as_before)
{
	struct attempt *good = scene_basic(&scene, 1, "x", "bob", 5, true);
	struct attempt *bad = scene_basic(&scene, 1, "x", "bob", 6, false);
	static struct observation o;
	const struct finding *f;

	bad->connection.id = good->connection.id;
	o = (struct observation){ .kind = OBSERVE_EXCHANGE };
	o.request.time = bad->end + repeated[_i].later;
	o.request.method = bad->method;
	o.request.target = bad->target;
	o.response.seen = true;
	o.response.status = repeated[_i].status;
	list_append(&good->observations, &o.link);
	good->end = bad->end + 5 * WHEN_SECOND;
	diagnose();
	f = finding_of(bad->rule);
	ck_assert_msg(f != NULL && f->fault == repeated[_i].fault, "%s",
	    repeated[_i].name);
}
END_TEST

/* Broken, all in a moment or each followed by a good one, and good on the next
 * connection. */
static const struct {
	int times;
	bool each;
	when_ns wait;
	bool low;
} broken[] = {
	{ 1, false, 0, true },
	{ 5, false, 0, true },
	{ 2, true, 0, true },
	{ 3, true, 0, false },
	{ 1, false, 3 * WHEN_SECOND, false },
};

START_TEST(what_broke_once_is_of_little_weight)
{
	const struct finding *f;
	struct attempt *a = NULL;

	for (int i = 0; i < broken[_i].times; i++) {
		a = scene_ntlm(&scene, 1, "x", "bob", false);
		a->outcome = OUTCOME_BROKEN;
		a->broke_at = STEP_AUTHENTICATE;
		a->closed_by = CLOSED_PROXY;
		/* The next one begins a second later, as they all do. */
		scene.clock = a->end + broken[_i].wait - WHEN_SECOND;
		if (broken[_i].each)
			scene_ntlm(&scene, 1, "x", "bob", true);
	}
	scene_ntlm(&scene, 1, "x", "bob", true);
	diagnose();
	f = finding_of(a->rule);
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->n_attempts, (size_t)broken[_i].times);
	ck_assert(f->fault);
	ck_assert_int_eq(f->severity == LEVEL_LOW, broken[_i].low);
}
END_TEST

/* A browser's connections, all with the old password; then the right one. */
static const struct {
	int refused;
	when_ns apart;
	const char *rule;
} tried[] = {
	{ 6, 50 * WHEN_MS, "credentials-rejected-recovered" },
	{ 4, 10 * WHEN_SECOND, "credentials-rejected-recovered" },
	{ 5, 10 * WHEN_SECOND, "basic-credentials-rejected" },
};

START_TEST(what_is_tried_at_once_is_one_try)
{
	struct attempt *a = NULL;

	for (int i = 0; i < tried[_i].refused; i++) {
		a = scene_basic(&scene, 1, "x", "bob", 5, false);
		scene.clock += tried[_i].apart - WHEN_SECOND;
	}
	scene.clock += 10 * WHEN_SECOND;
	scene_basic(&scene, 1, "x", "bob", 6, true);
	diagnose();
	RULE_IS(a, tried[_i].rule);
	RULE_IS(scene.attempts[0], tried[_i].rule);
}
END_TEST

/* A token that expired, and then one of another subject, or seen before, or
 * after more than a few tries. */
static const struct {
	const char *name;
	int refused;
	const char *sub; /* of the one that passes */
	bool before;     /* it passed before, too */
	bool box;        /* asked for by a proxy of many */
	when_ns later;
	const char *rule;
} renewed[] = {
	{ "a new one", 1, "u", false, false, WHEN_SECOND,
	    "bearer-expired-renewed" },
	{ "after some", 4, "u", false, false, WHEN_SECOND,
	    "bearer-expired-renewed" },
	{ "after many", 5, "u", false, false, WHEN_SECOND, "bearer-expired" },
	{ "much later", 1, "u", false, false, 600 * WHEN_SECOND,
	    "bearer-expired" },
	{ "somebody else's", 1, "v", false, false, WHEN_SECOND,
	    "bearer-expired" },
	{ "another's all along", 1, "u", true, false, WHEN_SECOND,
	    "bearer-expired" },
	{ "one of many", 1, "u", false, true, WHEN_SECOND,
	    "bearer-expired" },
};

static struct attempt *
bearer(const char *sub, fingerprint secret, bool good)
{
	struct attempt *a = scene_basic(&scene, 1, "x", NULL, secret, good);
	struct token *t = scene_token(&scene, SCHEME_BEARER, TOKEN_BEARER);

	a->scheme = ATTEMPT_BEARER;
	t->secret = t->whole = secret;
	parts_of(t)->bearer = (struct token_bearer){ .is_jwt = true,
		.sub = sub,
		.exp = good ? WHEN_NONE : a->start - 9 * WHEN_SECOND,
		.nbf = WHEN_NONE,
		.iat = WHEN_NONE };
	a->credentials = t;
	return a;
}

START_TEST(a_token_that_is_renewed)
{
	struct attempt *a = NULL;

	if (renewed[_i].before)
		bearer(renewed[_i].sub, 6, true);
	for (int i = 0; i < renewed[_i].refused; i++) {
		scene.clock += 2 * WHEN_SECOND;
		a = bearer("u", 5, false);
	}
	if (renewed[_i].box)
		((struct observed_request *)(uintptr_t)a->request)
		    ->forwarded_for = "10.0.0.9";
	scene.clock += renewed[_i].later;
	bearer(renewed[_i].sub, 6, true);
	diagnose();
	ck_assert_msg(a->rule != NULL && strcmp(a->rule, renewed[_i].rule) == 0,
	    "%s: %s", renewed[_i].name, a->rule != NULL ? a->rule : "none");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/programs");
	TCase *c = tcase_create("programs");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, it_is_told_by_what_the_program_does_elsewhere, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, one_who_gets_in_after_a_while_has_credentials,
	    0, 4);
	tcase_add_loop_test(c, a_connect_without_a_name_beside_java, 0,
	    sizeof(nameless) / sizeof(nameless[0]));
	tcase_add_test(c, a_proxy_does_not_leave_credentials_out);
	tcase_add_test(c, latin1_beside_a_good_login_is_no_old_password);
	tcase_add_test(c, denied_once_it_is_no_password);
	tcase_add_test(c,
	    a_web_server_that_does_not_know_connect_is_no_proxy);
	tcase_add_loop_test(c, a_proxy_that_knows_no_connect_is_one, 0, 2);
	tcase_add_loop_test(c, a_proxy_that_says_400_is_one, 0, 2);
	tcase_add_test(c, an_accelerators_401_is_not_about_the_password);
	tcase_add_loop_test(c, who_goes_on_by_itself_is_not_kept_out, 0,
	    sizeof(followed) / sizeof(followed[0]));
	tcase_add_loop_test(c, it_goes_on_as_before, 0,
	    sizeof(repeated) / sizeof(repeated[0]));
	tcase_add_loop_test(c, what_broke_once_is_of_little_weight, 0,
	    sizeof(broken) / sizeof(broken[0]));
	tcase_add_loop_test(c, what_is_tried_at_once_is_one_try, 0,
	    sizeof(tried) / sizeof(tried[0]));
	tcase_add_loop_test(c, a_token_that_is_renewed, 0,
	    sizeof(renewed) / sizeof(renewed[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
