/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/parallel.h"

#include <stdatomic.h>
#include <time.h>

#include "run.h"

#define MOST 200

/* What happened to each piece. */
struct job {
	atomic_uint made[MOST];
	unsigned threads;
	size_t taken;
	bool slow; /* some pieces take longer than others */
};

static void
wait_some(size_t piece)
{
	struct timespec t = { .tv_nsec = (long)(piece * 7919 % 5) * 100000 };

	nanosleep(&t, NULL);
}

static void *
make(void *job, unsigned thread, size_t piece)
{
	struct job *j = job;

	ck_assert_uint_lt(thread, j->threads > 1 ? j->threads : 1);
	if (j->slow)
		wait_some(piece);
	atomic_fetch_add(&j->made[piece], 1);
	return &j->made[piece];
}

static void
take(void *job, size_t piece, void *made)
{
	struct job *j = job;

	/* In order, whole, and not many ahead. */
	ck_assert_uint_eq(piece, j->taken);
	ck_assert_ptr_eq(made, &j->made[piece]);
	ck_assert_uint_eq(atomic_load(&j->made[piece]), 1);
	for (size_t i = piece + 3 * (j->threads > 1 ? j->threads : 1) + 1;
	     i < MOST; i++)
		ck_assert_uint_eq(atomic_load(&j->made[i]), 0);
	j->taken++;
}

static const struct {
	unsigned threads;
	size_t n;
} runs[] = { { 0, 10 }, { 1, 10 }, { 2, 0 }, { 2, 1 }, { 2, 2 }, { 2, MOST },
	{ 3, 7 }, { 5, MOST }, { 8, 3 } };

START_TEST(pieces_are_taken_in_order)
{
	for (int slow = 0; slow < 2; slow++) {
		struct job j = { .threads = runs[_i].threads, .slow = slow };
		const struct parallel work = { make, take, &j, j.threads };

		parallel_do(&work, runs[_i].n);
		ck_assert_uint_eq(j.taken, runs[_i].n);
		for (size_t i = 0; i < MOST; i++)
			ck_assert_uint_eq(atomic_load(&j.made[i]),
			    i < runs[_i].n);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("parallel");
	TCase *tc = tcase_create("parallel");

	tcase_add_loop_test(tc, pieces_are_taken_in_order, 0,
	    sizeof(runs) / sizeof(runs[0]));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
