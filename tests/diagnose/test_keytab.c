/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a refused ticket where --keytab was given. */
#include "diagnose/diagnosis.h"

#include "judged.h"
#include "run.h"

static struct token_opened opened;

/* A ticket, and what the keytab does with it. */
static struct attempt *
comes_with_ticket(uint8_t client, enum token_opening how, bool good)
{
	struct attempt *a =
	    scene_kerberos(&scene, client, "HTTP/proxy.example", good);
	struct token *t = scene_token(&scene, SCHEME_NEGOTIATE, TOKEN_AP_REQ);

	*t = *a->credentials;
	opened = (struct token_opened){ .how = how, .ctime = a->start,
		.start = WHEN_NONE, .end = WHEN_NONE, .renew = WHEN_NONE };
	t->opened = &opened;
	a->credentials = t;
	a->negotiate = t;
	return a;
}

static const struct {
	enum token_opening how;
	const char *rule;
} openings[] = {
	{ OPENING_YES, "keytab-opens" },
	{ OPENING_OTHER, "keytab-does-not-open" },
	{ OPENING_NO_SERVICE, "keytab-does-not-open" },
	{ OPENING_NO_VERSION, "keytab-does-not-open" },
	{ OPENING_NO_TYPE, "keytab-does-not-open" },
	{ OPENING_WRONG_KEY, "keytab-does-not-open" },
	{ OPENING_UNKNOWN, "kerberos-refused" },
};

START_TEST(a_key_tells_why)
{
	struct attempt *a = comes_with_ticket(1, openings[_i].how, false);

	diagnose();
	ck_assert_str_eq(a->rule, openings[_i].rule);
	ck_assert_int_eq(a->cause, CAUSE_KERBEROS_WRONG_KEY);
}
END_TEST

START_TEST(a_clock_that_is_six_minutes_off)
{
	struct attempt *a = comes_with_ticket(1, OPENING_YES, false);

	opened.ctime = a->start + 360 * WHEN_SECOND;
	diagnose();
	ck_assert_str_eq(a->rule, "keytab-shows-skew");
	ck_assert_int_eq(a->cause, CAUSE_CLOCK_SKEW);
}
END_TEST

START_TEST(a_ticket_that_had_ended)
{
	struct attempt *a = comes_with_ticket(1, OPENING_YES, false);

	opened.end = a->start - WHEN_SECOND;
	diagnose();
	ck_assert_str_eq(a->rule, "keytab-shows-end");
	ck_assert_int_eq(a->cause, CAUSE_TICKET_EXPIRED);
}
END_TEST

/* The proxy takes what this keytab does not open: it is not the proxy's. */
START_TEST(another_keytab_proves_nothing)
{
	struct attempt *a;

	comes_with_ticket(1, OPENING_WRONG_KEY, true);
	a = comes_with_ticket(2, OPENING_WRONG_KEY, false);
	diagnose();
	ck_assert_str_ne(a->rule, "keytab-does-not-open");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/keytab");
	TCase *all = tcase_create("attempts by hand");

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_loop_test(all, a_key_tells_why, 0,
	    sizeof(openings) / sizeof(openings[0]));
	tcase_add_test(all, a_clock_that_is_six_minutes_off);
	tcase_add_test(all, a_ticket_that_had_ended);
	tcase_add_test(all, another_keytab_proves_nothing);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
