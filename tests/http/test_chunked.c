/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/chunked.h"

#include "base/text.h"
#include "run.h"

static const struct body {
	struct span in;
	const char *data;
	enum chunked_at end;
	size_t used; /* bytes of `in` that are the body, or up to the fault */
} bodies[] = {
	{ SPAN_INIT("0\r\n\r\n"), "", CHUNKED_DONE, 5 },
	{ SPAN_INIT("5\r\nhello\r\n0\r\n\r\n"), "hello", CHUNKED_DONE, 15 },
	{ SPAN_INIT("5\r\nhello\r\n0\r\n\r\nHTTP/1.1"), "hello", CHUNKED_DONE,
	    15 },
	{ SPAN_INIT("A\r\n0123456789\r\n1;x=\"\\\"\"\r\nz\r\n00\r\n\r\n"),
	    "0123456789z", CHUNKED_DONE, 34 },
	{ SPAN_INIT("3   \r\nabc\r\n0 ; a = b\r\n\r\n"), "abc", CHUNKED_DONE,
	    24 },
	{ SPAN_INIT("3\nabc\n0\n\n"), "abc", CHUNKED_DONE, 9 },
	{ SPAN_INIT("0\r\nA: b\r\n c\r\n\r\nx"), "", CHUNKED_DONE, 15 },
	{ SPAN_INIT("000000000000000000000001\r\nq\r\n0\r\n\r\n"), "q",
	    CHUNKED_DONE, 34 },
	{ SPAN_INIT("3\r\nab"), "ab", CHUNKED_DATA, 5 },
	{ SPAN_INIT("3\r\nabc"), "abc", CHUNKED_DATA_END, 6 },
	{ SPAN_INIT("3\r\nabc\r\n"), "abc", CHUNKED_SIZE, 8 },
	{ SPAN_INIT("3;"), "", CHUNKED_EXTENSION, 2 },
	{ SPAN_INIT("0\r\nA: b\r\n"), "", CHUNKED_TRAILER, 9 },
	{ SPAN_INIT("\r\n"), "", CHUNKED_BAD, 1 },
	{ SPAN_INIT("\n"), "", CHUNKED_BAD, 1 },
	{ SPAN_INIT(" 3\r\n"), "", CHUNKED_BAD, 1 },
	{ SPAN_INIT("-1\r\n"), "", CHUNKED_BAD, 1 },
	{ SPAN_INIT("0x5\r\n"), "", CHUNKED_BAD, 2 },
	{ SPAN_INIT("3\r\nabcd\r\n"), "abc", CHUNKED_BAD, 7 },
	{ SPAN_INIT("8000000000000000\r\n"), "", CHUNKED_BAD, 16 },
	{ SPAN_INIT("10000000000000000\r\n"), "", CHUNKED_BAD, 17 },
	{ SPAN_INIT("<html>"), "", CHUNKED_BAD, 1 },
};

/* Feed in two pieces, or bytewise; compare all that comes out. */
static void
check(const struct body *b, size_t cut, bool bytewise)
{
	struct chunked c;
	struct text data;
	size_t used = 0, left = b->in.len;

	chunked_init(&c);
	text_init(&data);
	while (used < left && c.at != CHUNKED_DONE && c.at != CHUNKED_BAD) {
		size_t n = bytewise ? 1 : used < cut ? cut - used : left - used;
		uint8_t *copy = exact_copy(span_from(b->in, used), n);
		struct span some;
		size_t took = chunked_feed(&c, span_of(copy, n), &some);

		ck_assert_uint_gt(took, 0);
		ck_assert_uint_le(took, n);
		ck_assert(some.len == 0 ||
		    (some.at >= copy && some.at + some.len <= copy + took));
		text_add(&data, some);
		used += took;
		free(copy);
	}
	ck_assert_msg(strcmp(text_get(&data), b->data) == 0,
	    "body %td cut at %zu: data %s", b - bodies, cut, text_get(&data));
	ck_assert_msg(c.at == b->end, "body %td cut at %zu: ends in %d",
	    b - bodies, cut, (int)c.at);
	ck_assert_msg(used == b->used, "body %td cut at %zu: used %zu",
	    b - bodies, cut, used);
	text_fini(&data);
}

START_TEST(a_body_ends_where_it_ends_however_it_is_cut)
{
	const struct body *b = &bodies[_i];

	for (size_t cut = 0; cut <= b->in.len; cut++)
		check(b, cut, false);
	check(b, 0, true);
}
END_TEST

START_TEST(nothing_is_taken_after_the_end)
{
	struct chunked c;
	struct span data;

	chunked_init(&c);
	ck_assert_uint_eq(chunked_feed(&c, SPAN("0\n\n"), &data), 3);
	ck_assert_uint_eq(chunked_feed(&c, SPAN("0\n\n"), &data), 0);
	chunked_init(&c);
	ck_assert_uint_eq(chunked_feed(&c, SPAN("zzz"), &data), 1);
	ck_assert_uint_eq(chunked_feed(&c, SPAN("zzz"), &data), 0);
	ck_assert_uint_eq(chunked_idle(&c), 0);
}
END_TEST

START_TEST(data_can_be_skipped_and_framing_cannot)
{
	struct chunked c;
	struct span data;

	chunked_init(&c);
	ck_assert_uint_eq(chunked_idle(&c), 0);
	chunked_feed(&c, SPAN("7fffffffffffffff\r\nab"), &data);
	ck_assert(span_eq(data, SPAN("ab")));
	ck_assert_uint_eq(chunked_idle(&c), INT64_MAX - 2);
	chunked_skip(&c, INT64_MAX - 2);
	ck_assert_uint_eq(chunked_idle(&c), 0);
	ck_assert_uint_eq(chunked_feed(&c, SPAN("\r\n0\r\n\r\n"), &data), 7);
	ck_assert_int_eq(c.at, CHUNKED_DONE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/chunked");
	TCase *all = tcase_create("RFC 9112 7.1");

	tcase_add_loop_test(all, a_body_ends_where_it_ends_however_it_is_cut,
	    0, sizeof(bodies) / sizeof(bodies[0]));
	tcase_add_test(all, nothing_is_taken_after_the_end);
	tcase_add_test(all, data_can_be_skipped_and_framing_cannot);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
