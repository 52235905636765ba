/* SPDX-License-Identifier: BSD-2-Clause */
/* Observations of several threads, put in the order of a wire. */
#include "observe/queues.h"

#include <pthread.h>

#include "base/limits.h"
#include "run.h"

#define MANY 20000

static struct queues *queues;
static uint64_t taken[4 * MANY];
static size_t n_taken;

static void
take(void *context, struct observation *o)
{
	(void)context;
	taken[n_taken++] = o->frame;
	observation_free(o);
}

static void
begin(unsigned sources)
{
	queues = queues_new(sources, take, NULL);
	n_taken = 0;
}

static bool
put(unsigned source, when_ns time, uint64_t frame)
{
	struct observation *o = observation_new(OBSERVE_CLOSE);

	o->frame = frame;
	if (queues_put(queues, source, time, frame, o))
		return true;
	observation_free(o);
	return false;
}

/* What was handed on so far: frames, ended by 0. */
static void
expect(const uint64_t *frames)
{
	size_t n = 0;

	for (; frames[n] != 0; n++) {
		ck_assert_uint_lt(n, n_taken);
		ck_assert_uint_eq(taken[n], frames[n]);
	}
	ck_assert_uint_eq(n_taken, n);
}

#define EXPECT(...) expect((const uint64_t[]){ __VA_ARGS__, 0 })
#define SECOND      WHEN_SECOND

START_TEST(one_source_is_handed_on_at_once)
{
	begin(1);
	ck_assert(queues_time(queues) == WHEN_NONE);
	put(0, 5, 1);
	put(0, 5, 2);
	queues_frame(queues, 0, 5);
	queues_take(queues, 1);
	EXPECT(1, 2);
	ck_assert_int_eq(queues_time(queues), 5);
	queues_free(queues);
}
END_TEST

START_TEST(several_are_in_order_of_time_then_of_frames)
{
	begin(3);
	put(0, 10, 3);
	put(0, 20, 6);
	put(1, 5, 1);
	put(1, 20, 5);
	put(2, 7, 2);
	put(2, 15, 4);
	for (unsigned i = 0; i < 3; i++)
		queues_frame(queues, i, 20);
	queues_take(queues, 1);
	EXPECT(1, 2, 3, 4, 5, 6);
	queues_free(queues);
}
END_TEST

START_TEST(what_another_may_still_be_before_waits)
{
	begin(2);
	put(0, 10, 1);
	put(0, 30, 3);
	queues_frame(queues, 0, 30);
	queues_frame(queues, 1, 10);
	queues_take(queues, 1);
	EXPECT(1);
	ck_assert_int_eq(queues_time(queues), 10);
	put(1, 20, 2);
	queues_idle(queues, 1, 40);
	queues_take(queues, 1);
	EXPECT(1, 2, 3);
	ck_assert_int_eq(queues_time(queues), 30);
	queues_free(queues);
}
END_TEST

START_TEST(a_clock_that_is_set_back_holds_nothing_up)
{
	begin(2);
	put(0, 100 * SECOND, 1);
	put(1, 100 * SECOND, 2);
	queues_frame(queues, 0, 100 * SECOND);
	queues_frame(queues, 1, 100 * SECOND);
	queues_take(queues, SECOND);
	EXPECT(1, 2);
	put(0, 101 * SECOND, 3);
	put(0, 50 * SECOND, 4);
	put(1, 51 * SECOND, 5);
	queues_frame(queues, 0, 50 * SECOND);
	queues_frame(queues, 1, 51 * SECOND);
	queues_take(queues, 2 * SECOND);
	EXPECT(1, 2, 3, 4);
	ck_assert_int_eq(queues_time(queues), 50 * SECOND);
	queues_idle(queues, 0, 52 * SECOND);
	queues_take(queues, 3 * SECOND);
	EXPECT(1, 2, 3, 4, 5);
	queues_free(queues);
}
END_TEST

START_TEST(nor_one_that_is_set_ahead)
{
	begin(2);
	put(0, 100 * SECOND, 1);
	queues_frame(queues, 0, 100 * SECOND);
	queues_frame(queues, 1, 100 * SECOND);
	queues_take(queues, SECOND);
	put(0, 5000 * SECOND, 2);
	queues_frame(queues, 0, 5000 * SECOND);
	queues_take(queues, 2 * SECOND);
	EXPECT(1);
	queues_take(queues, 2 * SECOND + QUEUES_PATIENCE);
	EXPECT(1, 2);
	ck_assert_int_eq(queues_time(queues), 100 * SECOND);
	queues_free(queues);
}
END_TEST

START_TEST(who_never_had_a_frame_is_waited_for_by_the_clock)
{
	begin(2);
	put(0, SECOND, 1);
	queues_frame(queues, 0, SECOND);
	queues_take(queues, 7 * SECOND);
	ck_assert_uint_eq(n_taken, 0);
	queues_take(queues, 7 * SECOND + QUEUES_HIDDEN - 1);
	ck_assert_uint_eq(n_taken, 0);
	queues_take(queues, 7 * SECOND + QUEUES_HIDDEN);
	EXPECT(1);
	queues_free(queues);
}
END_TEST

/* Its lateness is no reason to say that time is over. */
START_TEST(who_hangs_holds_up_nobody_for_long)
{
	begin(2);
	queues_frame(queues, 1, 1);
	put(0, SECOND, 1);
	queues_frame(queues, 0, SECOND);
	queues_take(queues, 7 * SECOND);
	ck_assert_uint_eq(n_taken, 0);
	queues_take(queues, 7 * SECOND + QUEUES_PATIENCE);
	EXPECT(1);
	ck_assert_int_eq(queues_time(queues), 1);
	queues_free(queues);
}
END_TEST

START_TEST(the_end_has_all)
{
	begin(2);
	put(0, INT64_MAX, 9);
	put(1, 10, 4);
	put(1, INT64_MAX, 8);
	queues_frame(queues, 1, 10);
	queues_idle(queues, 0, INT64_MAX);
	queues_take(queues, 1);
	EXPECT(4);
	queues_end(queues);
	EXPECT(4, 8, 9);
	ck_assert_int_eq(queues_time(queues), 10);
	queues_free(queues);
}
END_TEST

START_TEST(there_is_a_bound)
{
	size_t n = 0;

	limit_set(LIMIT_QUEUE, 10 * sizeof(struct observation));
	begin(1);
	while (n < 100 && put(0, 1, n + 1))
		n++;
	ck_assert_uint_eq(n, 10);
	queues_frame(queues, 0, 1);
	queues_take(queues, 1);
	ck_assert_uint_eq(n_taken, 10);
	ck_assert(put(0, 2, 11));
	queues_free(queues); /* and what is in it */
}
END_TEST

/* Words that many may share are counted with each who holds them. */
START_TEST(the_bound_is_of_all_that_is_held)
{
	struct manner *manner = manner_new();
	size_t n = 0;

	arena_new(&manner->arena, 10000);
	limit_set(LIMIT_QUEUE, 10 * (sizeof(struct observation) + 10000));
	begin(1);
	for (; n < 100; n++) {
		struct observation *o = observation_new(OBSERVE_EXCHANGE);

		o->request.manner = manner_hold(manner);
		if (!queues_put(queues, 0, 1, n + 1, o)) {
			observation_free(o);
			break;
		}
	}
	ck_assert_uint_le(n, 10);
	ck_assert_uint_ge(n, 9);
	queues_free(queues);
	manner_let_go(manner);
}
END_TEST

/* -- with threads -- */

static void *
tell_many(void *source)
{
	unsigned mine = *(unsigned *)source;

	for (uint64_t i = 1; i <= MANY; i++) {
		when_ns time = (when_ns)(i * 3 + mine);

		ck_assert(put(mine, time, i * 4 + mine));
		queues_frame(queues, mine, time);
	}
	queues_idle(queues, mine, INT64_MAX);
	return NULL;
}

START_TEST(threads_are_put_in_order)
{
	pthread_t threads[4];
	unsigned numbers[4];

	limit_set(LIMIT_QUEUE, UINT64_C(1) << 30);
	begin(4);
	for (unsigned i = 0; i < 4; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, tell_many,
		    &numbers[i]), 0);
	}
	while (n_taken < 4 * MANY)
		queues_take(queues, 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	/* i * 3 + 3 of one is the same time as (i + 1) * 3 of another. */
	for (size_t i = 1; i < n_taken; i++) {
		uint64_t a = taken[i - 1], b = taken[i];
		uint64_t a_time = a / 4 * 3 + a % 4, b_time = b / 4 * 3 + b % 4;

		ck_assert(a_time < b_time || (a_time == b_time && a < b));
	}
	queues_free(queues);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("queues");
	TCase *t = tcase_create("queues");

	tcase_add_test(t, one_source_is_handed_on_at_once);
	tcase_add_test(t, several_are_in_order_of_time_then_of_frames);
	tcase_add_test(t, what_another_may_still_be_before_waits);
	tcase_add_test(t, a_clock_that_is_set_back_holds_nothing_up);
	tcase_add_test(t, nor_one_that_is_set_ahead);
	tcase_add_test(t, who_never_had_a_frame_is_waited_for_by_the_clock);
	tcase_add_test(t, who_hangs_holds_up_nobody_for_long);
	tcase_add_test(t, the_end_has_all);
	tcase_add_test(t, there_is_a_bound);
	tcase_add_test(t, the_bound_is_of_all_that_is_held);
	tcase_add_test(t, threads_are_put_in_order);
	suite_add_tcase(s, t);
	return run_suite(s);
}
