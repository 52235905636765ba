/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/lines.h"

#include "run.h"

static const struct {
	const char *text;
	const char *lines[5]; /* ended by NULL */
} rows[] = {
	{ "", { NULL } },
	{ "\n", { "", NULL } },
	{ "a", { "a", NULL } },
	{ "a\n", { "a", NULL } },
	{ "a\r\nb\r\n", { "a", "b", NULL } },
	{ "a\n\nb", { "a", "", "b", NULL } },
	{ "\r\r\n", { "\r", NULL } },
};

START_TEST(a_text_is_its_lines)
{
	struct input *in = input_of(span_of_str(rows[_i].text), 4096);
	struct lines l = { .in = in };
	struct span line;
	size_t n = 0;

	while (lines_next(&l, &line)) {
		ck_assert_ptr_nonnull(rows[_i].lines[n]);
		ck_assert(span_eq(line, span_of_str(rows[_i].lines[n])));
		ck_assert_uint_eq(l.number, ++n);
	}
	ck_assert_ptr_null(rows[_i].lines[n]);
	ck_assert_uint_eq(l.cut, 0);
	input_close(in);
}
END_TEST

/* Lengths around the bounds: what is too long is cut, what follows is not
 * lost, whatever the buffer. */
START_TEST(a_long_line_is_cut_and_the_next_one_is_whole)
{
	static const size_t lengths[] = { 4095, 4096, 4097, LINE_MOST - 1,
		LINE_MOST, LINE_MOST + 1, 3 * LINE_MOST, 4 * LINE_MOST + 7 };
	size_t n = lengths[_i];
	char *text = malloc(n + 6);
	struct lines l = { 0 };
	struct span line;

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', n);
	memcpy(text + n, "\nnext\n", 6);
	l.in = input_of(span_of(text, n + 6), 4096);
	ck_assert(lines_next(&l, &line));
	ck_assert_uint_eq(line.len, n < LINE_MOST ? n : LINE_MOST);
	ck_assert(lines_next(&l, &line));
	ck_assert(span_eq(line, SPAN("next")));
	ck_assert_uint_eq(l.cut, n >= LINE_MOST);
	ck_assert(!lines_next(&l, &line));
	input_close(l.in);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lines");
	TCase *t = tcase_create("lines");

	tcase_add_loop_test(t, a_text_is_its_lines, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(t, a_long_line_is_cut_and_the_next_one_is_whole,
	    0, 8);
	suite_add_tcase(s, t);
	return run_suite(s);
}
