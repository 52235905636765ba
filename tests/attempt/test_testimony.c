/* SPDX-License-Identifier: BSD-2-Clause */
#include "attempt/testimony.h"

#include "base/limits.h"
#include "run.h"

static struct observation *
record_of(enum witness_kind kind, uint64_t frame)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));

	r->kind = kind;
	r->frame = o->frame = frame;
	o->witness = r;
	return o;
}

START_TEST(records_of_a_kind_stay_in_the_order_they_came)
{
	struct testimony *t = testimony_new();
	size_t n;

	testimony_take(t, record_of(WITNESS_KDC, 1));
	testimony_take(t, record_of(WITNESS_TLS, 2));
	testimony_take(t, record_of(WITNESS_KDC, 3));

	const struct witness_record *const *r =
	    testimony_of(t, WITNESS_KDC, &n);

	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(r[0]->frame, 1);
	ck_assert_uint_eq(r[1]->frame, 3);
	testimony_of(t, WITNESS_PAC, &n);
	ck_assert_uint_eq(n, 0);
	testimony_free(t);
}
END_TEST

START_TEST(past_the_limit_the_newest_are_let_go_and_counted)
{
	struct testimony *t = testimony_new();
	uint64_t before = limit_hits(LIMIT_WITNESSES);
	uint64_t limit = limit_of(LIMIT_WITNESSES);
	size_t n;

	for (uint64_t i = 1; i <= limit + 3; i++)
		testimony_take(t, record_of(WITNESS_DNS, i));
	testimony_take(t, record_of(WITNESS_PAC, 1));

	const struct witness_record *const *r =
	    testimony_of(t, WITNESS_DNS, &n);

	ck_assert_uint_eq(n, limit);
	ck_assert_uint_eq(r[n - 1]->frame, limit);
	ck_assert_uint_eq(limit_hits(LIMIT_WITNESSES) - before, 3);
	testimony_of(t, WITNESS_PAC, &n);
	ck_assert_uint_eq(n, 1);
	testimony_free(t);
}
END_TEST

START_TEST(live_the_old_and_the_oldest_beyond_so_many_are_forgotten)
{
	struct testimony *t = testimony_new();
	size_t n;

	for (uint64_t i = 1; i <= 10; i++) {
		struct observation *o = record_of(WITNESS_DNS, i);

		o->time = (when_ns)i;
		testimony_take(t, o);
	}
	testimony_take(t, record_of(WITNESS_KDC, 11));
	testimony_forget(t, -1, 6);
	ck_assert_uint_eq(testimony_of(t, WITNESS_DNS, &n)[0]->frame, 5);
	ck_assert_uint_eq(n, 6);
	testimony_of(t, WITNESS_KDC, &n);
	ck_assert_uint_eq(n, 1);
	testimony_forget(t, 9, 6);
	ck_assert_uint_eq(testimony_of(t, WITNESS_DNS, &n)[0]->frame, 9);
	ck_assert_uint_eq(n, 2);
	testimony_of(t, WITNESS_KDC, &n);
	ck_assert_uint_eq(n, 0);
	testimony_free(t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("attempt/testimony");
	TCase *c = tcase_create("testimony");

	tcase_add_test(c, records_of_a_kind_stay_in_the_order_they_came);
	tcase_add_test(c, past_the_limit_the_newest_are_let_go_and_counted);
	tcase_add_test(c,
	    live_the_old_and_the_oldest_beyond_so_many_are_forgotten);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
