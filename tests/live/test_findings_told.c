/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks written by hand: which attempts each finding has, and what is told.
 */
#include "live/findings_told.h"

#include "base/limits.h"
#include "base/text.h"
#include "diagnose/rules.h"
#include "run.h"

#define MINUTE (60 * WHEN_SECOND)

static struct attempt attempts[200];

/* A finding with the attempts from `first` on, the last at `last`. */
static struct finding
finding(uint64_t key, size_t first, size_t n, when_ns last)
{
	static const struct attempt *list[200];

	for (size_t i = 0; i < 200; i++)
		list[i] = &attempts[i];
	return (struct finding){ .key = key, .fault = true,
		.cause = CAUSE_CREDENTIALS_REJECTED, .severity = LEVEL_HIGH,
		.attempts = list + first, .n_attempts = n, .last = last };
}

static enum told_news
take(struct told_list *l, struct finding f, const char *id)
{
	const struct told *as;
	enum told_news news = told_take(l, &f, &as);

	ck_assert_str_eq(f.id, id);
	ck_assert_ptr_eq(f.id, as->id);
	return news;
}

static void
add_over(void *context, const struct told *t, enum told_news news)
{
	text_fmt(context, "%s %s", t->id,
	    news == TOLD_CLOSED ? "closed" : "withdrawn");
	if (t->heir != 0)
		text_fmt(context, " for f%u", t->heir);
	text_char(context, ';');
}

static void
end(struct told_list *l, const char *want)
{
	struct text over = { 0 };

	told_end(l, add_over, &over);
	ck_assert_str_eq(text_get(&over), want);
	text_fini(&over);
}

static void
reset(void)
{
	memset(attempts, 0, sizeof(attempts));
}

START_TEST(told_once_and_again_at_ten_and_a_hundred)
{
	struct told_list *l = told_new();
	unsigned told = 0;

	for (size_t n = 1; n <= 150; n++) {
		told_begin(l, (when_ns)n);
		enum told_news news =
		    take(l, finding(7, 0, n, (when_ns)n), "f1");

		ck_assert_int_eq(news,
		    n == 1                   ? TOLD_NEW
		        : n == 10 || n == 100 ? TOLD_MORE
		                              : TOLD_NOTHING);
		told += news != TOLD_NOTHING;
		end(l, "");
	}
	ck_assert_uint_eq(told, 3);
	ck_assert_uint_eq(told_open(l, LEVEL_HIGH), 1);
	ck_assert_uint_eq(told_open(l, LEVEL_LOW), 0);
	ck_assert_uint_eq(told_count(l, CAUSE_CREDENTIALS_REJECTED), 1);
	told_free(l);
}
END_TEST

START_TEST(it_is_counted_over_all_windows)
{
	struct told_list *l = told_new();
	const struct told *as;

	for (size_t first = 0; first < 100; first += 5) {
		struct finding f = finding(7, first, 20, (when_ns)first);

		told_begin(l, (when_ns)first);
		told_take(l, &f, &as);
		ck_assert_uint_eq(f.total, first + 20);
		ck_assert_str_eq(f.state, "open");
		end(l, "");
	}
	/* Its attempts left the window: it is there all the same. */
	told_begin(l, 100);
	end(l, "");
	told_free(l);
}
END_TEST

START_TEST(quiet_for_long_it_is_closed_and_then_it_is_there_again)
{
	struct told_list *l = told_new();

	told_begin(l, 0);
	ck_assert_int_eq(take(l, finding(7, 0, 1, 0), "f1"), TOLD_NEW);
	end(l, "");
	told_begin(l, 14 * MINUTE);
	ck_assert_int_eq(take(l, finding(7, 0, 1, 0), "f1"), TOLD_NOTHING);
	end(l, "");
	told_begin(l, 15 * MINUTE);
	ck_assert_int_eq(take(l, finding(7, 0, 1, 0), "f1"), TOLD_CLOSED);
	end(l, "");
	ck_assert_uint_eq(told_open(l, LEVEL_HIGH), 0);
	told_begin(l, 16 * MINUTE);
	ck_assert_int_eq(take(l, finding(7, 0, 1, 0), "f1"), TOLD_NOTHING);
	told_begin(l, 17 * MINUTE);
	ck_assert_int_eq(take(l, finding(7, 0, 2, 17 * MINUTE), "f1"),
	    TOLD_AGAIN);
	end(l, "");
	/* Out of the window, and quiet. */
	told_begin(l, 40 * MINUTE);
	end(l, "f1 closed;");
	told_begin(l, 41 * MINUTE);
	end(l, "");
	told_free(l);
}
END_TEST

START_TEST(explained_otherwise_it_is_withdrawn)
{
	struct told_list *l = told_new();

	told_begin(l, 1);
	take(l, finding(7, 0, 2, 1), "f1");
	take(l, finding(8, 2, 1, 1), "f2");
	end(l, "");
	told_begin(l, 2);
	ck_assert_int_eq(take(l, finding(9, 0, 2, 2), "f3"), TOLD_NEW);
	take(l, finding(8, 2, 1, 1), "f2");
	ck_assert_str_eq(told_id(l, attempts[0].counted), "f3");
	end(l, "f1 withdrawn for f3;");
	told_free(l);
}
END_TEST

/* What was a fault when it was looked at, and went on a moment later. */
START_TEST(by_a_remark_it_is_withdrawn_too)
{
	static const struct rule failures = { .about = ABOUT_FAILURES },
		logins = { .about = ABOUT_LOGINS };
	struct told_list *l = told_new();
	struct finding remark = finding(9, 0, 1, 2);
	struct finding beside = finding(11, 0, 1, 2);

	remark.fault = beside.fault = false;
	remark.rule = &failures;
	beside.rule = &logins;
	told_begin(l, 1);
	take(l, finding(7, 0, 1, 1), "f1");
	take(l, beside, "f2");
	end(l, "");
	told_begin(l, 2);
	take(l, remark, "f3");
	take(l, beside, "f2");
	end(l, "f1 withdrawn for f3;");
	told_free(l);
}
END_TEST

START_TEST(one_without_attempts_is_not_withdrawn)
{
	struct told_list *l = told_new();

	told_begin(l, 1);
	take(l, finding(7, 0, 0, 1), "f1");
	end(l, "");
	told_begin(l, 2);
	end(l, "");
	told_begin(l, 16 * MINUTE);
	end(l, "f1 closed;");
	told_free(l);
}
END_TEST

START_TEST(a_remark_does_not_take_the_attempts_of_a_fault)
{
	struct told_list *l = told_new();
	struct finding remark = finding(8, 0, 3, 1);

	remark.fault = false;
	told_begin(l, 1);
	take(l, finding(7, 0, 3, 1), "f1");
	take(l, remark, "f2");
	end(l, "");
	ck_assert_str_eq(told_id(l, attempts[0].counted), "f1");
	ck_assert_uint_eq(told_open(l, LEVEL_HIGH), 1);
	told_free(l);
}
END_TEST

START_TEST(a_clock_that_is_set_back_does_not_silence_it)
{
	struct told_list *l = told_new();
	when_ns now = 100 * MINUTE;

	told_begin(l, now);
	ck_assert_int_eq(take(l, finding(7, 0, 1, now), "f1"), TOLD_NEW);
	end(l, "");
	now -= 60 * MINUTE;
	told_begin(l, now);
	end(l, "");
	now += 15 * MINUTE;
	told_begin(l, now);
	end(l, "f1 closed;");
	now += MINUTE;
	told_begin(l, now);
	ck_assert_int_eq(take(l, finding(7, 1, 1, now), "f1"), TOLD_AGAIN);
	end(l, "");
	told_free(l);
}
END_TEST

START_TEST(no_more_are_remembered_than_the_limit)
{
	struct told_list *l = told_new();
	uint64_t most = 2 * limit_of(LIMIT_FINDINGS), before =
	    limit_hits(LIMIT_FINDINGS);
	const struct told *as;

	told_begin(l, 1);
	for (uint64_t key = 1; key <= most + 5; key++) {
		struct finding f = finding(key, 0, 0, 1);

		ck_assert_int_eq(told_take(l, &f, &as), TOLD_NEW);
	}
	ck_assert_uint_eq(told_open(l, LEVEL_HIGH), most);
	ck_assert_uint_eq(limit_hits(LIMIT_FINDINGS) - before, 5);
	told_free(l);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("findings_told");
	TCase *c = tcase_create("findings_told");

	tcase_add_checked_fixture(c, reset, NULL);
	tcase_add_test(c, told_once_and_again_at_ten_and_a_hundred);
	tcase_add_test(c, it_is_counted_over_all_windows);
	tcase_add_test(c,
	    quiet_for_long_it_is_closed_and_then_it_is_there_again);
	tcase_add_test(c, explained_otherwise_it_is_withdrawn);
	tcase_add_test(c, by_a_remark_it_is_withdrawn_too);
	tcase_add_test(c, one_without_attempts_is_not_withdrawn);
	tcase_add_test(c, a_remark_does_not_take_the_attempts_of_a_fault);
	tcase_add_test(c, a_clock_that_is_set_back_does_not_silence_it);
	tcase_add_test(c, no_more_are_remembered_than_the_limit);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
