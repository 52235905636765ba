/* SPDX-License-Identifier: BSD-2-Clause */
/* What an attempt keeps of the exchanges that it was made from. */
#include "attempt/build.h"

#include "base/limits.h"
#include "run.h"

/* Where the first request is not in the capture, the next one's is shown. */
START_TEST(what_was_asked_for_first_is_kept)
{
	const uint64_t most = limit_of(LIMIT_LEGS);
	struct connection c = { .id = 1 };
	struct attempt a;
	struct observation *o[4];

	limit_set(LIMIT_LEGS, 3);
	attempt_begin(&a, &c);
	for (size_t i = 0; i < 4; i++) {
		o[i] = observation_new(OBSERVE_EXCHANGE);
		o[i]->request.seen = i > 0;
		o[i]->request.target = arena_str(&o[i]->arena, SPAN("a"));
	}
	for (size_t i = 0; i < 3; i++)
		ck_assert_ptr_null(attempt_adopt(&a, o[i]));
	a.target = o[2]->request.target;
	ck_assert_ptr_eq(attempt_adopt(&a, o[3]), o[1]);
	observation_free(o[1]);
	attempt_end(&a);
	limit_set(LIMIT_LEGS, most);
}
END_TEST

static const struct {
	enum attempt_scheme scheme;
	unsigned responses_407, asked_again, refusals;
} counts[] = {
	{ ATTEMPT_BASIC, 2, 0, 1 },
	{ ATTEMPT_BASIC, 3, 0, 2 },
	{ ATTEMPT_BASIC, 4, 1, 2 }, /* for each request anew */
	{ ATTEMPT_NTLM, 3, 0, 1 },
	{ ATTEMPT_NONE, 3, 0, 3 },
};

START_TEST(not_each_407_is_a_refusal)
{
	struct leg offer = { .step = STEP_OFFER };
	struct attempt a = { .scheme = counts[_i].scheme,
		.responses_407 = counts[_i].responses_407,
		.asked_again = counts[_i].asked_again,
		.legs = &offer, .n_legs = 1 };

	ck_assert_uint_eq(attempt_refusals(&a), counts[_i].refusals);
}
END_TEST

static const struct {
	enum attempt_scheme scheme;
	unsigned status;
	bool asked, tunnel, squid, unproven;
} proofs[] = {
	{ ATTEMPT_BASIC, 200, false, true, false, false },
	{ ATTEMPT_BASIC, 403, false, true, false, true },
	{ ATTEMPT_BASIC, 403, true, true, false, false },
	/* that of the web server */
	{ ATTEMPT_BASIC, 403, false, false, false, false },
	{ ATTEMPT_BASIC, 403, false, false, true, true },
	{ ATTEMPT_BASIC, 431, false, false, false, true },
	{ ATTEMPT_BEARER, 403, false, true, true, false },
	/* a type 1 alone */
	{ ATTEMPT_NTLM, 200, false, false, false, true },
};

START_TEST(what_comes_before_a_login_proves_nothing)
{
	struct attempt a = { .scheme = proofs[_i].scheme, .credentials_sent = 1,
		.offer_seen = proofs[_i].asked,
		.method = proofs[_i].tunnel ? "CONNECT" : "GET" };
	struct observed_response p = { .status = proofs[_i].status,
		.vendor_error = proofs[_i].squid ? "ERR_ACCESS_DENIED" : NULL };

	static const struct token type3;

	attempt_note_proof(&a, &p);
	ck_assert(a.unproven == proofs[_i].unproven);

	/* What has passed once stays so. */
	a.authenticate = &type3;
	a.credentials_sent++;
	p.status = 200;
	attempt_note_proof(&a, &p);
	p.status = proofs[_i].status;
	attempt_note_proof(&a, &p);
	ck_assert(!a.unproven);
}
END_TEST

START_TEST(what_goes_over_after_the_last_exchange_is_noted)
{
	for (uint64_t more = 0; more < 2; more++) {
		struct connection c = { .id = 1, .carried_bytes = 100 };
		struct observation *o = observation_new(OBSERVE_CLOSE);
		struct attempt a;

		attempt_begin(&a, &c);
		o->connection = c;
		o->connection.carried_bytes += more;
		o->closed_by = CLOSED_PROXY;
		attempt_closed(&a, o, false);
		ck_assert(a.talked_on == (more > 0));
		attempt_end(&a);
		observation_free(o);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("attempt/build");
	TCase *c = tcase_create("build");

	tcase_add_test(c, what_was_asked_for_first_is_kept);
	tcase_add_loop_test(c, not_each_407_is_a_refusal, 0,
	    sizeof(counts) / sizeof(counts[0]));
	tcase_add_test(c, what_goes_over_after_the_last_exchange_is_noted);
	tcase_add_loop_test(c, what_comes_before_a_login_proves_nothing, 0,
	    sizeof(proofs) / sizeof(proofs[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
