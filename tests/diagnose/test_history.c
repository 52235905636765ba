/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/history.h"

#include <time.h>

#include "make.h"
#include "run.h"

static bool
other_client(const struct event *e, const struct event *o)
{
	return e->kin[KIN_CLIENT] != o->kin[KIN_CLIENT];
}

START_TEST(kin_are_found_before_and_after)
{
	struct scene s;

	scene_init(&s);

	struct attempt *first = scene_ntlm(&s, 1, "a", "Erin", true);
	struct attempt *middle = scene_ntlm(&s, 1, "a", "erin", false);
	struct attempt *other = scene_ntlm(&s, 2, "b", "ERIN", true);
	struct attempt *last = scene_ntlm(&s, 1, "a", "erin", true);

	scene_ntlm(&s, 1, "a", "bob", true);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct event *e = history_event_of(h, middle);

	ck_assert_ptr_nonnull(e);
	ck_assert_ptr_eq(e->attempt, middle);
	ck_assert_int_eq(e->kind, EVENT_REFUSED);
	/* Users are the same in any case of letters. */
	ck_assert_ptr_eq(
	    history_before(h, e, KIN_USER, WHICH_OK, NULL)->attempt, first);
	ck_assert_ptr_eq(
	    history_after(h, e, KIN_USER, WHICH_OK, NULL)->attempt, other);
	ck_assert_ptr_eq(
	    history_after(h, e, KIN_LOGIN, WHICH_OK, NULL)->attempt, last);
	ck_assert_ptr_eq(history_near(h, e, KIN_USER, WHICH_OK, other_client)
	                     ->attempt, other);
	ck_assert_ptr_null(
	    history_before(h, e, KIN_USER, WHICH_OK, other_client));
	ck_assert_ptr_null(history_after(h, e, KIN_USER, WHICH_REFUSED,
	    NULL));
	ck_assert_ptr_null(history_event_of(h, NULL));
	history_free(h);
	scene_fini(&s);
}
END_TEST

/* Frames decide where the clock does not. */
START_TEST(events_of_one_moment_are_in_order_of_frames)
{
	struct scene s;

	scene_init(&s);
	for (int i = 0; i < 3; i++) {
		struct attempt *a = scene_ntlm(&s, 1, "a", "erin", true);

		for (unsigned k = 0; k < a->n_legs; k++)
			a->legs[k].time = INT64_C(5) * WHEN_SECOND;
	}

	struct history *h = history_new(s.attempts, s.n, NULL);

	for (size_t i = 0; i < 3; i++) {
		const struct event *e = history_event(h, i);
		const struct event *before =
		    history_before(h, e, KIN_USER, WHICH_OK, NULL);
		const struct event *after =
		    history_after(h, e, KIN_USER, WHICH_OK, NULL);

		ck_assert_ptr_eq(e->attempt, s.attempts[i]);
		ck_assert_ptr_eq(before, i > 0 ? e - 1 : NULL);
		ck_assert_ptr_eq(after, i < 2 ? e + 1 : NULL);
	}
	history_free(h);
	scene_fini(&s);
}
END_TEST

START_TEST(events_are_counted_within_their_time)
{
	struct scene s;

	scene_init(&s);
	for (int i = 0; i < 10; i++)
		scene_ntlm(&s, 1, "a", "erin", i % 2 == 0);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct event *e = history_event(h, 4);
	uint32_t id = e->kin[KIN_USER];

	ck_assert_uint_eq(history_count(h, KIN_USER, WHICH_ALL, id,
	                      history_begin(h), history_end(h)), 10);
	ck_assert_uint_eq(history_count(h, KIN_USER, WHICH_REFUSED, id,
	                      history_begin(h), history_end(h)), 5);
	/* Both ends belong to it. */
	ck_assert_uint_eq(history_count(h, KIN_USER, WHICH_ALL, id, e->time,
	                      e->time), 1);
	ck_assert_uint_eq(history_count(h, KIN_USER, WHICH_ALL, id,
	                      e->time + 1, e->time), 0);
	ck_assert_uint_eq(history_count(h, KIN_USER, WHICH_ALL, 0, e->time,
	                      e->time), 0);
	ck_assert_uint_eq(history_count(h, KIN_USER, WHICH_ALL, 77, e->time,
	                      e->time), 0);
	history_free(h);
	scene_fini(&s);
}
END_TEST

/* All good, all refused, all good again. */
START_TEST(a_run_of_refusals_is_an_outage)
{
	static const char *const users[] = { "adam", "ben", "cora", "dina" };
	struct scene s;

	scene_init(&s);
	for (uint8_t wave = 0; wave < 3; wave++)
		for (uint8_t u = 0; u < 4; u++)
			scene_ntlm(&s, u, "a", users[u], wave != 1);
	scene_kerberos(&s, 9, "HTTP/proxy", true);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct run *run =
	    history_run(h, history_event_of(h, s.attempts[5]));

	ck_assert_ptr_nonnull(run);
	ck_assert_uint_eq(run->refusals, 4);
	ck_assert_uint_eq(run->users, 4);
	ck_assert_uint_eq(run->clients, 4);
	ck_assert_uint_eq(run->known_good, 4);
	ck_assert(run->success_before != WHEN_NONE);
	ck_assert(run->success_after != WHEN_NONE);
	ck_assert(!run->other_schemes_pass);
	ck_assert_ptr_null(
	    history_run(h, history_event_of(h, s.attempts[0])));

	const struct lane *lane =
	    history_lane(h, history_event_of(h, s.attempts[5]));

	ck_assert_uint_eq(lane->good, 8);
	ck_assert_uint_eq(lane->clients, 4);
	ck_assert_int_eq(lane->median_verdict_ns, 3 * WHEN_MS);
	history_free(h);
	scene_fini(&s);
}
END_TEST

/* Who is not named is one more user only where nobody is. */
START_TEST(a_run_counts_each_user_once)
{
	struct scene s;

	scene_init(&s);
	scene_ntlm(&s, 1, "a", "adam", false);
	scene_ntlm(&s, 1, "a", NULL, false);
	scene_ntlm(&s, 2, "a", NULL, false);
	scene_ntlm(&s, 2, "a", "adam", false);
	scene_ntlm(&s, 3, "a", NULL, false);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct run *run =
	    history_run(h, history_event_of(h, s.attempts[0]));

	ck_assert_uint_eq(run->users, 2);
	ck_assert_uint_eq(run->clients, 3);
	ck_assert_int_eq(run->began, s.attempts[0]->start);
	history_free(h);
	scene_fini(&s);
}
END_TEST

START_TEST(a_long_pause_ends_a_run)
{
	struct scene s;

	scene_init(&s);
	scene_ntlm(&s, 1, "a", "adam", false);
	s.clock += 3600 * WHEN_SECOND;
	scene_ntlm(&s, 2, "a", "ben", false);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct run *first =
	    history_run(h, history_event_of(h, s.attempts[0]));
	const struct run *second =
	    history_run(h, history_event_of(h, s.attempts[1]));

	ck_assert_ptr_ne(first, second);
	ck_assert_uint_eq(first->users, 1);
	history_free(h);
	scene_fini(&s);
}
END_TEST

START_TEST(an_offer_changes_once_or_not_at_all)
{
	static const enum scheme clean[] = { SCHEME_BASIC, SCHEME_BASIC,
		SCHEME_NTLM, SCHEME_NTLM };
	static const enum scheme mixed[] = { SCHEME_BASIC, SCHEME_NTLM,
		SCHEME_BASIC, SCHEME_NTLM };
	const enum scheme *offers = _i == 0 ? clean : mixed;
	struct scene s;

	scene_init(&s);
	for (int i = 0; i < 4; i++)
		scene_attempt(&s, 1, "a", offers[i]);

	struct history *h = history_new(s.attempts, s.n, NULL);
	const struct proxy_history *p =
	    history_proxy(h, history_event_of(h, s.attempts[3]));

	ck_assert_int_eq(p->offer_after != NULL, _i == 0);
	if (_i == 0)
		ck_assert_int_eq(p->offer_changed, s.attempts[2]->start);
	history_free(h);
	scene_fini(&s);
}
END_TEST

START_TEST(nothing_makes_an_empty_history)
{
	struct history *h = history_new(NULL, 0, NULL);

	ck_assert_uint_eq(history_events(h), 0);
	ck_assert_int_eq(history_begin(h), WHEN_NONE);
	history_free(h);
	history_free(NULL);
}
END_TEST

/* n log n: a hundred thousand attempts of two users take no time. */
START_TEST(a_hundred_thousand_attempts_are_no_work)
{
	enum { MANY = 100000 };
	struct scene s;
	struct attempt *all = memory_new(MANY, sizeof(*all));
	struct attempt **list = memory_new(MANY, sizeof(*list));

	scene_init(&s);
	for (size_t i = 0; i < MANY; i++) {
		all[i] = *(i % 3 == 0
		        ? scene_ntlm(&s, 1, "a", "adam", i % 2 == 0)
		        : scene_ntlm(&s, (uint8_t)(i % 200), "b", "ben",
		              false));
		all[i].id = (uint32_t)i + 1;
		list_init(&all[i].observations);
		all[i].legs = NULL;
		all[i].n_legs = 0;
		list[i] = &all[i];
		scene_fini(&s);
		s = (struct scene){ .clock = s.clock, .frame = s.frame };
		/* The tokens went with the scene. */
		all[i].authenticate = all[i].credentials = NULL;
		all[i].challenge = all[i].negotiate = NULL;
		all[i].offers = all[i].last_offers = NULL;
		all[i].n_offers = all[i].n_last_offers = 0;
		all[i].response = NULL;
		all[i].request = NULL;
	}

	/* What there is of one alone, at the very end. */
	struct address nobody = scene_address(251), v6 = { .len = 16 };
	struct attempt *last = &all[MANY - 1];

	last->connection.client = scene_address(250);
	last->connection.proxy_port = 9999;

	clock_t before = clock();
	struct history *h = history_new(list, MANY, NULL);
	double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;

	ck_assert_uint_eq(history_events(h), MANY);
	/* A tenth of this on any machine; sanitizers are slow. */
	ck_assert_msg(seconds < 5, "%.1f s", seconds);
	ck_assert(history_client_is_known(h, &last->connection.client));
	ck_assert(!history_client_is_known(h, &nobody));
	ck_assert(history_other_family_near(h, &v6, 9999, last->start));
	ck_assert(!history_other_family_near(h, &v6, 9999,
	    last->start - 2 * WHEN_SECOND));
	ck_assert(!history_other_family_near(h, &last->connection.proxy, 9999,
	    last->start));
	/* A capture may claim any times. */
	ck_assert(!history_other_family_near(h, &v6, 9999, INT64_MAX));
	ck_assert(!history_other_family_near(h, &v6, 9999, -INT64_MAX));
	history_free(h);
	free(list);
	free(all);
}
END_TEST

/* Who went where with which password. */
static const struct {
	const char *host;
	fingerprint password;
	bool good;
	enum event_kind kind;
} visits[] = {
	/* Open to all, for all that is known. */
	{ "updates.example:80", 7, true, EVENT_OTHER },
	{ "www.example:80", 7, false, EVENT_REFUSED },
	{ "updates.example:443", 7, true, EVENT_OTHER },
	/* One that is refused nowhere is not doubted. */
	{ "updates.example:80", 8, true, EVENT_OK },
	/* Once right, and asked for there. */
	{ "www.example:443", 9, true, EVENT_OK },
	{ "www.example:80", 9, false, EVENT_REFUSED },
};

START_TEST(a_wrong_password_gets_through_where_all_do)
{
	struct scene s;

	scene_init(&s);
	for (size_t i = 0; i < sizeof(visits) / sizeof(visits[0]); i++) {
		struct attempt *a = scene_basic(&s, 1, "a", "erin",
		    visits[i].password, visits[i].good);

		a->authority = visits[i].host;
		a->responses_407 = !visits[i].good;
	}

	struct history *h = history_new(s.attempts, s.n, NULL);

	for (size_t i = 0; i < s.n; i++)
		ck_assert_int_eq(history_event(h, i)->kind, visits[i].kind);
	history_free(h);
	scene_fini(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/history");
	TCase *history = tcase_create("history");

	tcase_set_timeout(history, 60);
	tcase_add_test(history, kin_are_found_before_and_after);
	tcase_add_test(history, events_of_one_moment_are_in_order_of_frames);
	tcase_add_test(history, events_are_counted_within_their_time);
	tcase_add_test(history, a_run_of_refusals_is_an_outage);
	tcase_add_test(history, a_run_counts_each_user_once);
	tcase_add_test(history, a_long_pause_ends_a_run);
	tcase_add_loop_test(history, an_offer_changes_once_or_not_at_all, 0,
	    2);
	tcase_add_test(history, a_wrong_password_gets_through_where_all_do);
	tcase_add_test(history, nothing_makes_an_empty_history);
	tcase_add_test(history, a_hundred_thousand_attempts_are_no_work);
	suite_add_tcase(suite, history);
	return run_suite(suite);
}
