/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/merge.h"
#include "run.h"

/* A source whose frames are given by their times, -1 ends it. */
struct script {
	const when_ns *times;
	uint16_t file;
	uint64_t given;
	bool over;
	uint8_t byte; /* the bytes of the frame given last */
};

static bool
script_next(void *context, struct frame *out)
{
	struct script *s = context;

	ck_assert_msg(!s->over, "asked again after the end");
	s->byte = 0; /* what was given before is gone */
	if (s->times[s->given] < 0) {
		s->over = true;
		return false;
	}
	s->byte = 0xa5;
	*out = (struct frame){ .time = s->times[s->given],
		.file = s->file, .bytes = span_of(&s->byte, 1) };
	out->number = out->file_number = ++s->given;
	return true;
}

/* clang-format off */
static const struct row {
	const char *name;
	when_ns times[4][8];
	const char *want; /* the file of each frame, in order */
} rows[] = {
	{ "nothing at all", { { -1 }, { -1 }, { -1 }, { -1 } }, "" },
	{ "one after the other", { { 1, 2, -1 }, { 3, 4, -1 }, { 5, -1 },
	    { 6, -1 } }, "001123" },
	{ "the other way round", { { 6, -1 }, { 5, -1 }, { 3, 4, -1 },
	    { 1, 2, -1 } }, "332210" },
	{ "interleaved", { { 1, 5, 9, -1 }, { 2, 6, 10, -1 },
	    { 3, 7, 11, -1 }, { 4, 8, 12, -1 } }, "012301230123" },
	{ "all at once", { { 7, 7, -1 }, { 7, -1 }, { 7, 7, -1 },
	    { 7, -1 } }, "001223" },
	{ "some empty", { { -1 }, { 1, 2, -1 }, { -1 }, { 1, 3, -1 } },
	    "1313" },
	{ "out of order in itself", { { 5, 1, 6, -1 }, { 2, 5, -1 }, { -1 },
	    { -1 } }, "10010" },
	{ "one long", { { 1, 2, 3, 4, 5, 6, 7, -1 }, { 4, -1 }, { -1 },
	    { 0, -1 } }, "300001000" },
};
/* clang-format on */

START_TEST(frames_come_in_order_of_time_then_of_file)
{
	struct script scripts[4];
	struct merge *m = merge_new(4);
	struct frame f;
	const char *want = rows[_i].want;
	uint64_t n = 0;

	for (uint16_t i = 0; i < 4; i++) {
		scripts[i] = (struct script){ rows[_i].times[i], i, 0, false,
			0 };
		merge_add(m, (struct merge_source){ script_next,
		                 &scripts[i] });
	}
	for (; merge_next(m, &f); n++) {
		ck_assert_msg(want[n] == '0' + f.file, "%s: frame %zu of %u",
		    rows[_i].name, (size_t)n, f.file);
		ck_assert_uint_eq(f.number, n + 1);
		ck_assert_uint_eq(f.file_number, scripts[f.file].given);
		ck_assert_uint_eq(f.bytes.at[0], 0xa5);
	}
	ck_assert_uint_eq(n, strlen(want));
	ck_assert(!merge_next(m, &f));
	merge_free(m);
}
END_TEST

/* Many sources: the same order as a stable sort of all frames. */
START_TEST(a_thousand_sources_are_one_time_line)
{
	enum { SOURCES = 1000, FRAMES = 5 };
	static when_ns times[SOURCES][FRAMES + 1];
	static struct script scripts[SOURCES];
	struct merge *m = merge_new(SOURCES);
	struct frame f, before = { .time = -1 };
	uint32_t random = 1;
	size_t n = 0;

	for (uint16_t i = 0; i < SOURCES; i++) {
		when_ns t = 0;

		for (int k = 0; k < FRAMES; k++) {
			random = random * 1103515245 + 12345;
			times[i][k] = t += random >> 16 & 7;
		}
		times[i][FRAMES] = -1;
		scripts[i] = (struct script){ times[i], i, 0, false, 0 };
		merge_add(m, (struct merge_source){ script_next,
		                 &scripts[i] });
	}
	for (; merge_next(m, &f); n++) {
		ck_assert(f.time > before.time ||
		    (f.time == before.time && f.file >= before.file));
		before = f;
	}
	ck_assert_uint_eq(n, SOURCES * FRAMES);
	merge_free(m);
}
END_TEST

static bool
numbered_next(void *context, struct frame *out)
{
	uint64_t *number = context;

	*out = (struct frame){ .number = *number += 2 };
	return *number <= 6;
}

START_TEST(one_source_alone_keeps_its_numbers)
{
	uint64_t number = 0;
	struct merge *m = merge_new(3);
	struct frame f;

	merge_add(m, (struct merge_source){ numbered_next, &number });
	for (uint64_t i = 2; i <= 6; i += 2) {
		ck_assert(merge_next(m, &f));
		ck_assert_uint_eq(f.number, i);
	}
	ck_assert(!merge_next(m, &f));
	merge_free(m);
}
END_TEST

START_TEST(without_sources_there_is_nothing)
{
	struct merge *m = merge_new(0);
	struct frame f;

	ck_assert(!merge_next(m, &f));
	merge_free(m);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("capture/merge");
	TCase *c = tcase_create("merge");

	tcase_add_loop_test(c, frames_come_in_order_of_time_then_of_file, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, a_thousand_sources_are_one_time_line);
	tcase_add_test(c, one_source_alone_keeps_its_numbers);
	tcase_add_test(c, without_sources_there_is_nothing);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
