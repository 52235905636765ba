/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tracker live: what is settled when, and what is forgotten.
 */
#include "acts.h"
#include "run.h"

START_TEST(what_a_connection_has_seen_before)
{
	static const struct row row = { .agent = "curl" };
	static const struct act steps[] = { X(1, T1, T2), X(1, T3, OFFER),
		X(1, T1, OFFER), X(2, BASIC, OFFER), X(2, T1, T2),
		X(2, T3, PASS), X(3, TICKET, TOOK), X(3, T1, OFFER) };
	/* Basic is of its request alone, and leaves nothing behind. */
	static const bool after[] = { false, true, false, false, false, true };
	struct tracker *t = tracker_new();
	size_t n;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		take(t, &row, &steps[i], 1 + 2 * i, (when_ns)i * WHEN_MS);
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

/* Not answered: to the end of the connection, or of what was seen. */
START_TEST(how_long_a_request_waited_in_vain)
{
	static const struct row row = { .agent = "curl" };
	static const struct act steps[] = { X(1, PLAIN, OFFER),
		X(1, T1, NOTHING), X(2, BASIC, NOTHING), X(3, BASIC_2, OFFER) };
	static const struct act left = END(1, BY_CLIENT);
	static const int64_t want[] = { 6, 19, -1 };
	struct tracker *t = tracker_new();
	size_t n;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		take(t, &row, &steps[i], 1 + 2 * i, (when_ns)i * WHEN_SECOND);
	take(t, &row, &left, 9, 7 * WHEN_SECOND);
	tracker_now(t, 21 * WHEN_SECOND);
	tracker_finish(t);

	struct attempt **all = tracker_attempts(t, &n);

	ck_assert_uint_eq(n, 3);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(all[i]->in_vain_ns,
		    want[i] < 0 ? -1 : want[i] * WHEN_SECOND);
	tracker_free(t);
}
END_TEST

START_TEST(live_a_verdict_is_there_at_once_and_a_silence_waits)
{
	static const struct row row = { .agent = "curl" };
	static const struct act refused = X(1, BASIC, OFFER);
	static const struct act asked = AT(2, PLAIN, OFFER, "b");
	static const struct act left = END(2, BY_CLIENT);
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	size_t n;

	take(t, &row, &refused, 1, now);
	take(t, &row, &asked, 3, now);
	take(t, &row, &left, 5, now);
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
	static const struct row row = { .agent = "curl" };
	static const struct act asked = X(1, PLAIN, OFFER);
	static const struct act also = AT(2, PLAIN, OFFER, "b");
	static const struct act left = END(2, BY_CLIENT);
	static const struct act later = AT(3, PLAIN, OFFER, "c");
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	size_t n;

	take(t, &row, &asked, 1, now);
	take(t, &row, &also, 3, now);
	take(t, &row, &left, 5, now);
	tracker_now(t, now + WHEN_SECOND);
	tracker_deaf(t);
	take(t, &row, &later, 7, now + 2 * WHEN_SECOND);
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
	static const struct row row = { .agent = "curl" };
	static const struct act asked = X(1, PLAIN, OFFER);
	static const struct act later = AT(2, PLAIN, OFFER, "b");
	struct tracker *t = tracker_new();
	when_ns now = 10000 * WHEN_SECOND;
	size_t n;

	take(t, &row, &asked, 1, now);
	now -= 3600 * WHEN_SECOND;
	tracker_back(t, now);
	ck_assert(tracker_settle(t));
	tracker_window(t);
	ck_assert_int_eq(tracker_attempts(t, &n)[0]->outcome,
	    OUTCOME_INCOMPLETE);
	ck_assert_uint_eq(n, 1);
	/* And what comes then has its time, no more and no less. */
	take(t, &row, &later, 3, now);
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
	static const struct row row = { .agent = "curl" };
	struct tracker *t = tracker_new();
	when_ns now = 1000 * WHEN_SECOND;
	size_t n;

	for (unsigned i = 1; i <= 100; i++) {
		const struct act s = X(i, BASIC, OFFER);
		struct observation *o = observation_new(OBSERVE_REFUSED);

		take(t, &row, &s, 2 * i, now + i * WHEN_SECOND);
		o->time = now + i * WHEN_SECOND;
		tracker_take(t, o);
	}
	tracker_settle(t);
	tracker_forget(t, WHEN_NONE, 70);
	tracker_window(t);
	/* Of those that are shown first, and then too much, nothing is lost. */
	tracker_forget(t, WHEN_NONE, 60);
	ck_assert_uint_eq(limit_hits(LIMIT_WINDOW), 30);
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
	static const struct row row = { .agent = "flood" };
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
			.user_agent = row.agent };
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

	tcase_add_test(c, what_a_connection_has_seen_before);
	tcase_add_test(c, how_long_a_request_waited_in_vain);
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
