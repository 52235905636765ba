/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of steps.c against the diagram of the design, which is written
 * down here a second time:
 *
 *   request > offer > negotiate > challenge > authenticate > verdict  (NTLM)
 *   request > offer > ticket > [challenge] > verdict              (Kerberos)
 *   request > offer > credentials > verdict          (Basic, Digest, Bearer)
 */
#include "attempt/steps.h"
#include "run.h"

/* Which client step may follow which state of the attempt. */
static const enum said client_turns[] = { SAID_NOTHING, SAID_NEGOTIATE,
	SAID_AUTHENTICATE, SAID_TICKET, SAID_CREDENTIALS };

START_TEST(every_path_ends_in_an_outcome)
{
	/* Three exchanges of any kind, then the last word of the proxy. */
	int n = 5 * 6;
	int pick[2] = { _i % n, _i / n % n };
	enum state state = STATE_START;

	for (int i = 0; i < 2; i++) {
		enum said said = client_turns[pick[i] % 5];
		enum answer answer = (enum answer)(pick[i] / 5);
		const struct move *m = steps_move(state, said, answer);

		if (m == NULL) /* says nothing of an attempt */
			continue;
		ck_assert(m->next != STATE_START);
		/* An outcome if, and only if, the attempt is done. */
		ck_assert_int_eq(m->next == STATE_DONE,
		    m->outcome != OUTCOME_OPEN);
		if (m->outcome == OUTCOME_AUTHENTICATED)
			ck_assert_int_eq(m->broke_at, STEP_NONE);
		else if (m->outcome != OUTCOME_OPEN)
			ck_assert_int_ne(m->broke_at, STEP_NONE);
		state = m->next;
	}
}
END_TEST

static const struct path {
	const char *name;
	struct {
		enum said said;
		enum answer answer;
		enum state next;
	} legs[4];
	enum outcome outcome;
	enum step broke_at;
} paths[] = {
	{ "NTLM, good",
	    { { SAID_NOTHING, ANSWER_OFFER, STATE_ASKED },
	        { SAID_NEGOTIATE, ANSWER_CHALLENGE, STATE_CHALLENGED },
	        { SAID_AUTHENTICATE, ANSWER_PASS, STATE_DONE } },
	    OUTCOME_AUTHENTICATED, STEP_NONE },
	{ "NTLM, refused",
	    { { SAID_NOTHING, ANSWER_CLOSING, STATE_ASKED },
	        { SAID_NEGOTIATE, ANSWER_CHALLENGE, STATE_CHALLENGED },
	        { SAID_AUTHENTICATE, ANSWER_OFFER, STATE_DONE } },
	    OUTCOME_REJECTED, STEP_AUTHENTICATE },
	{ "NTLM, no challenge",
	    { { SAID_NEGOTIATE, ANSWER_OFFER, STATE_DONE } },
	    OUTCOME_REJECTED, STEP_NEGOTIATE },
	{ "NTLM, closed instead of a challenge",
	    { { SAID_NEGOTIATE, ANSWER_CLOSING, STATE_DONE } },
	    OUTCOME_BROKEN, STEP_CHALLENGE },
	{ "Kerberos, good at once",
	    { { SAID_TICKET, ANSWER_PASS, STATE_DONE } },
	    OUTCOME_AUTHENTICATED, STEP_NONE },
	{ "Kerberos, in two legs",
	    { { SAID_NOTHING, ANSWER_OFFER, STATE_ASKED },
	        { SAID_TICKET, ANSWER_CHALLENGE, STATE_CHALLENGED },
	        { SAID_TICKET, ANSWER_PASS, STATE_DONE } },
	    OUTCOME_AUTHENTICATED, STEP_NONE },
	{ "Kerberos, refused",
	    { { SAID_TICKET, ANSWER_OFFER, STATE_DONE } }, OUTCOME_REJECTED,
	    STEP_TICKET },
	{ "Basic, refused",
	    { { SAID_NOTHING, ANSWER_OFFER, STATE_ASKED },
	        { SAID_CREDENTIALS, ANSWER_OFFER, STATE_DONE } },
	    OUTCOME_REJECTED, STEP_CREDENTIALS },
	{ "Digest, stale once",
	    { { SAID_CREDENTIALS, ANSWER_CHALLENGE, STATE_CHALLENGED },
	        { SAID_CREDENTIALS, ANSWER_PASS, STATE_DONE } },
	    OUTCOME_AUTHENTICATED, STEP_NONE },
	{ "any status but 407 means that the proxy took them",
	    { { SAID_CREDENTIALS, ANSWER_ERROR, STATE_DONE } },
	    OUTCOME_AUTHENTICATED, STEP_NONE },
	{ "unless it did not read them",
	    { { SAID_TICKET, ANSWER_UNREAD, STATE_DONE } }, OUTCOME_BROKEN,
	    STEP_TICKET },
	{ "and not before the last leg",
	    { { SAID_NEGOTIATE, ANSWER_ERROR, STATE_DONE } }, OUTCOME_BROKEN,
	    STEP_NEGOTIATE },
};

START_TEST(the_paths_of_the_diagram)
{
	const struct path *p = &paths[_i];
	const struct move *m = NULL;
	enum state state = STATE_START;

	for (int i = 0; i < 4 && p->legs[i].next != STATE_START; i++) {
		m = steps_move(state, p->legs[i].said, p->legs[i].answer);
		ck_assert_msg(m != NULL, "%s: no row", p->name);
		ck_assert_msg(m->next == p->legs[i].next, "%s: leg %d",
		    p->name, i);
		state = m->next;
	}
	ck_assert_msg(m->outcome == p->outcome, "%s: outcome %s", p->name,
	    outcome_name(m->outcome));
	ck_assert_msg(m->broke_at == p->broke_at, "%s: broke at", p->name);
}
END_TEST

START_TEST(what_credentials_say)
{
	static const struct {
		enum scheme scheme;
		enum token_kind kind;
		enum said said;
	} said[] = {
		{ SCHEME_NTLM, TOKEN_NTLM_NEGOTIATE, SAID_NEGOTIATE },
		{ SCHEME_NTLM, TOKEN_NTLM_AUTHENTICATE, SAID_AUTHENTICATE },
		{ SCHEME_NTLM, TOKEN_NONE, SAID_NOTHING },
		/* What cannot be read begins a handshake. */
		{ SCHEME_NTLM, TOKEN_UNKNOWN, SAID_NEGOTIATE },
		{ SCHEME_NEGOTIATE, TOKEN_NTLM_NEGOTIATE, SAID_NEGOTIATE },
		{ SCHEME_NEGOTIATE, TOKEN_AP_REQ, SAID_TICKET },
		{ SCHEME_NEGOTIATE, TOKEN_UNKNOWN, SAID_TICKET },
		{ SCHEME_BASIC, TOKEN_BASIC, SAID_CREDENTIALS },
		{ SCHEME_NONE, TOKEN_NONE, SAID_NOTHING },
	};
	struct observed_request q = { .seen = true };

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct token t;

		token_begin(&t);
		t.scheme = said[i].scheme;
		t.kind = said[i].kind;
		q.credentials = &t;
		ck_assert_msg(steps_said(&q) == said[i].said, "row %zu", i);
	}
	q.credentials = NULL;
	ck_assert_int_eq(steps_said(&q), SAID_NOTHING);
	q.head_cut = true;
	ck_assert_int_eq(steps_said(&q), SAID_UNSEEN);
	q.seen = false;
	ck_assert_int_eq(steps_said(&q), SAID_UNSEEN);
}
END_TEST

/* Squid went on to a site that is not there: it had let the client in. */
START_TEST(what_answers_say)
{
	static const struct {
		unsigned status;
		const char *error;
		enum answer answer;
		size_t bytes; /* of the token */
		bool closes;
	} said[] = {
		{ 200, NULL, ANSWER_PASS, 0, false },
		{ 403, "ERR_ACCESS_DENIED 0", ANSWER_PASS, 0, false },
		{ 503, NULL, ANSWER_ERROR, 0, false },
		{ 503, "ERR_CONNECT_FAIL 111", ANSWER_PASS, 0, false },
		{ 503, "ERR_DNS_FAIL 0", ANSWER_PASS, 0, false },
		{ 500, "ERR_CANNOT_FORWARD 0", ANSWER_PASS, 0, false },
		{ 502, "ERR_READ_ERROR 0", ANSWER_ERROR, 0, false },
		{ 502, "ERR_CACHE_ACCESS_DENIED 0", ANSWER_ERROR, 0, false },
		{ 431, "ERR_TOO_BIG 0", ANSWER_UNREAD, 900, true },
		{ 431, NULL, ANSWER_ERROR, 9000, false }, /* the site's */
		{ 400, NULL, ANSWER_UNREAD, 9000, true },
		{ 413, NULL, ANSWER_UNREAD, 9000, true },
		{ 400, NULL, ANSWER_ERROR, 900, true },
		{ 502, NULL, ANSWER_ERROR, 9000, true },
		{ 200, NULL, ANSWER_PASS, 9000, true },
	};
	struct token t = { .scheme = SCHEME_NEGOTIATE };
	struct observed_request q = { .seen = true, .credentials = &t };

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct observed_response p = { .seen = true,
			.status = said[i].status,
			.vendor_error = said[i].error,
			.keeps_alive = !said[i].closes };

		t.bytes = said[i].bytes;
		ck_assert_msg(steps_answer(&q, &p) == said[i].answer,
		    "row %zu", i);
	}
}
END_TEST

START_TEST(words_are_those_of_the_contract)
{
	static const char *const causes[] = { "no-credentials",
		"scheme-mismatch", "credentials-rejected",
		"credentials-expired", "stale-cached-credentials",
		"account-locked", "connection-not-kept", "handshake-split",
		"clock-skew", "kerberos-no-ticket", "kerberos-wrong-key",
		"ticket-expired", "ntlm-version-refused", "anonymous-logon",
		"digest-stale-nonce", "digest-mismatch", "token-expired",
		"token-rejected", "policy-change", "challenge-missing",
		"wrong-header", "malformed-token", "retry-loop",
		"auth-backend-down", "proxy-unreachable", "pac-misdirect",
		"tls-to-proxy", "upstream-proxy", "other" };
	size_t n = sizeof(causes) / sizeof(causes[0]);

	ck_assert_uint_eq(n, CAUSE_COUNT - 1);
	for (size_t i = 0; i < n; i++) {
		enum cause c;

		ck_assert_msg(cause_of(span_of_str(causes[i]), &c), "%s",
		    causes[i]);
		ck_assert_str_eq(cause_name(c), causes[i]);
	}
	ck_assert_ptr_null(cause_name(CAUSE_NONE));
	ck_assert_ptr_null(step_name(STEP_NONE));
	ck_assert_str_eq(attempt_scheme_name(ATTEMPT_NEGOTIATE_KERBEROS),
	    "Negotiate/Kerberos");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("attempt/steps");
	TCase *c = tcase_create("steps");

	tcase_add_loop_test(c, every_path_ends_in_an_outcome, 0,
	    5 * 6 * 5 * 6);
	tcase_add_loop_test(c, the_paths_of_the_diagram, 0,
	    sizeof(paths) / sizeof(paths[0]));
	tcase_add_test(c, what_credentials_say);
	tcase_add_test(c, what_answers_say);
	tcase_add_test(c, words_are_those_of_the_contract);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
