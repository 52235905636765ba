/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/truth.h"

#include "run.h"

#define EACH(x) for (enum truth x = TRUTH_FALSE; x <= TRUTH_UNKNOWN; x++)

/* Kleene's tables, written down once more: F, T, U. */
static const enum truth and_table[3][3] = {
	{ TRUTH_FALSE, TRUTH_FALSE, TRUTH_FALSE },
	{ TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN },
	{ TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_UNKNOWN },
};

START_TEST(and_is_kleenes)
{
	EACH (a)
		EACH (b)
			ck_assert_int_eq(truth_and(a, b), and_table[a][b]);
}
END_TEST

START_TEST(unknown_is_its_own_negation)
{
	ck_assert_int_eq(truth_not(TRUTH_UNKNOWN), TRUTH_UNKNOWN);
	ck_assert_int_eq(truth_not(TRUTH_FALSE), TRUTH_TRUE);
	EACH (a)
		ck_assert_int_eq(truth_not(truth_not(a)), a);
}
END_TEST

START_TEST(de_morgan_holds)
{
	EACH (a)
		EACH (b)
			ck_assert_int_eq(truth_not(truth_and(a, b)),
			    truth_or(truth_not(a), truth_not(b)));
}
END_TEST

START_TEST(and_and_or_commute_associate_and_distribute)
{
	EACH (a)
		EACH (b) {
			ck_assert_int_eq(truth_and(a, b), truth_and(b, a));
			ck_assert_int_eq(truth_or(a, b), truth_or(b, a));
			EACH (c) {
				ck_assert_int_eq(
				    truth_and(a, truth_and(b, c)),
				    truth_and(truth_and(a, b), c));
				ck_assert_int_eq(truth_or(a, truth_or(b, c)),
				    truth_or(truth_or(a, b), c));
				ck_assert_int_eq(truth_and(a, truth_or(b, c)),
				    truth_or(truth_and(a, b),
				        truth_and(a, c)));
			}
		}
}
END_TEST

/* What is decided stays decided when an unknown becomes known. */
START_TEST(knowing_more_never_changes_a_decision)
{
	EACH (a)
		EACH (known) {
			enum truth with = truth_and(a, TRUTH_UNKNOWN);
			enum truth either = truth_or(a, TRUTH_UNKNOWN);

			if (with != TRUTH_UNKNOWN && known != TRUTH_UNKNOWN)
				ck_assert_int_eq(truth_and(a, known), with);
			if (either != TRUTH_UNKNOWN && known != TRUTH_UNKNOWN)
				ck_assert_int_eq(truth_or(a, known), either);
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/truth");
	TCase *laws = tcase_create("laws");

	tcase_add_test(laws, and_is_kleenes);
	tcase_add_test(laws, unknown_is_its_own_negation);
	tcase_add_test(laws, de_morgan_holds);
	tcase_add_test(laws, and_and_or_commute_associate_and_distribute);
	tcase_add_test(laws, knowing_more_never_changes_a_decision);
	suite_add_tcase(suite, laws);
	return run_suite(suite);
}
