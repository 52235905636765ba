/* SPDX-License-Identifier: BSD-2-Clause */
/* A 401: whose is it, the proxy's or that of the server behind it? */
#include "attempt/tracker.h"
#include "run.h"
#include "token_parts.h"

static struct tracker *tracker;

static void
setup(void)
{
	tracker = tracker_new();
}

static void
teardown(void)
{
	tracker_free(tracker);
}

/* Basic credentials, answered by a page that says which error it means. */
static const struct attempt *
answered_401(const char *via, const char *vendor_error)
{
	struct observation *o = observation_new(OBSERVE_EXCHANGE);
	struct token *t = arena_new(&o->arena, sizeof(*t));
	size_t n;

	token_with_parts(t, arena_new(&o->arena, sizeof(struct token_parts)));
	t->scheme = SCHEME_BASIC;
	t->kind = TOKEN_BASIC;
	t->user = "erin";
	o->frame = 2;
	o->time = 1000 * WHEN_SECOND;
	o->connection = (struct connection){ .id = 1, .began = true,
		.directions = 2, .client = { 4, { 10, 1 } },
		.proxy = { 4, { 10, 2 } }, .client_port = 4000,
		.proxy_port = 3128 };
	o->request = (struct observed_request){ .seen = true, .frame = 1,
		.time = o->time, .method = "GET", .target = "http://a/",
		.authority = "a:80", .version_minor = 1, .keeps_alive = true,
		.n_credentials = 1, .credentials = t };
	o->response = (struct observed_response){ .seen = true, .frame = 2,
		.time = o->time, .head_time = o->time, .status = 401,
		.keeps_alive = true, .date = WHEN_NONE,
		.has_www_authenticate = true, .server = "squid/5.7",
		.via = via, .vendor_error = vendor_error };
	tracker_take(tracker, o);
	tracker_finish(tracker);

	struct attempt **all = tracker_attempts(tracker, &n);

	ck_assert_uint_eq(n, 1);
	return all[0];
}

START_TEST(squids_own_page_lets_nobody_in)
{
	const struct attempt *a = answered_401("1.1 proxy (squid/5.7)",
	    "ERR_CACHE_ACCESS_DENIED 0");

	ck_assert_int_eq(a->outcome, OUTCOME_REJECTED);
	ck_assert(a->said_401);
}
END_TEST

/* Of another Squid behind it; of a server behind it. */
START_TEST(what_was_relayed_is_behind_the_login)
{
	const struct attempt *a = _i == 0
	    ? answered_401("1.1 site (squid/5.7), 1.1 proxy (squid/5.7)",
	          "ERR_CACHE_ACCESS_DENIED 0")
	    : answered_401("1.1 proxy (squid/5.7)", NULL);

	ck_assert_int_eq(a->outcome, OUTCOME_AUTHENTICATED);
	ck_assert(!a->said_401);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("attempt/401");
	TCase *c = tcase_create("401");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, squids_own_page_lets_nobody_in);
	tcase_add_loop_test(c, what_was_relayed_is_behind_the_login, 0, 2);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
