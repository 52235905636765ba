/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/gather.h"

#include "run.h"

static const struct head {
	enum http_side side;
	struct span in;
	enum gather_end want;
	size_t used; /* where GATHER_WHOLE comes */
} heads[] = {
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\r\n\r\nbody"), GATHER_WHOLE,
	    18 },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\n\nbody"), GATHER_WHOLE, 16 },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\r\nA: b\r\n\n"), GATHER_WHOLE,
	    23 },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\n\r\r\n\n"), GATHER_WHOLE,
	    19 },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\n\0\n\r\n"), GATHER_WHOLE,
	    19 },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\r\nA: b\r\n"), GATHER_MORE,
	    0 },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1\r\n \r\n"), GATHER_MORE, 0 },
	{ HTTP_CLIENT, SPAN_INIT("GET / SIP/2.0\r\n\r\n"), GATHER_NONE, 0 },
	{ HTTP_CLIENT, SPAN_INIT("\x16\x03\x01"), GATHER_NONE, 0 },
	{ HTTP_CLIENT, SPAN_INIT("PRI * HTTP/2.0\r\n\r\n"), GATHER_PREFACE,
	    0 },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 407\r\n\r\nx"), GATHER_WHOLE, 16 },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 407"), GATHER_MORE, 0 },
	{ HTTP_SERVER, SPAN_INIT("PRI * HTTP/2.0\r\n\r\n"), GATHER_NONE, 0 },
	{ HTTP_SERVER, SPAN_INIT("ICY 200 OK\r\n\r\n"), GATHER_NONE, 0 },
};

START_TEST(a_head_is_whole_at_its_empty_line_however_it_is_cut)
{
	const struct head *h = &heads[_i];

	for (size_t cut = 0; cut < h->in.len; cut++) {
		struct gather g = { 0 };
		struct span piece[2] = { span_first(h->in, cut),
			span_from(h->in, cut) };
		enum gather_end end = GATHER_MORE;
		size_t total = 0;

		for (int i = 0; i < 2 && end == GATHER_MORE; i++) {
			uint8_t *copy = exact_copy(piece[i], piece[i].len);
			size_t used;

			end = gather_feed(&g, h->side,
			    span_of(copy, piece[i].len), &used);
			if (end == GATHER_MORE)
				ck_assert_uint_eq(used, piece[i].len);
			total += used;
			free(copy);
		}
		ck_assert_msg(end == h->want, "cut at %zu: %d", cut, (int)end);
		if (end == GATHER_WHOLE) {
			ck_assert_uint_eq(total, h->used);
			ck_assert(span_eq(span_of(g.bytes, g.len),
			    span_first(h->in, h->used)));
		}
		gather_fini(&g);
		ck_assert_ptr_null(g.bytes);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/gather");
	TCase *all = tcase_create("head");

	tcase_add_loop_test(all,
	    a_head_is_whole_at_its_empty_line_however_it_is_cut, 0,
	    sizeof(heads) / sizeof(heads[0]));
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
