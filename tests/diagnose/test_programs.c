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

int
main(void)
{
	Suite *suite = suite_create("diagnose/programs");
	TCase *c = tcase_create("programs");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, it_is_told_by_what_the_program_does_elsewhere, 0,
	    sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
