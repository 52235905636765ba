/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/limits.h"
#include "scene.h"
#include "witness/kdc_pair.h"

static struct flow_info
info_of(void)
{
	return (struct flow_info){
		.id = 1,
		.address = { client, server },
		.port = { 40000, 88 },
		.began = true,
		.seen = { true, true },
		.close = FLOW_FIN,
		.closed_by = FLOW_OPENER,
		.close_frame = 99,
		.first_frame = 1,
		.first_time = INT64_C(1795437170) * WHEN_SECOND,
		.syns = 1,
	};
}

/* The message with its length, in a block of exactly that size. */
static struct span
framed(const char *file)
{
	struct span m = message(file);
	uint8_t *copy = malloc(m.len + 4);

	ck_assert_ptr_nonnull(copy);
	copy[0] = copy[1] = 0;
	copy[2] = (uint8_t)(m.len >> 8);
	copy[3] = (uint8_t)m.len;
	memcpy(copy + 4, m.at, m.len);
	size_t n = m.len + 4;

	material_free(m);
	return span_of(copy, n);
}

static void
feed(struct scene *s, struct kdc_stream *t, enum flow_side side,
    struct span bytes)
{
	struct tcp_from from = { .frame = ++s->frame, .time = s->now };
	uint8_t *copy = exact_copy(bytes, bytes.len);

	kdc_stream_bytes(t, side, span_of(copy, bytes.len), &from);
	free(copy);
}

static void
is_the_exchange(const struct scene *s)
{
	ck_assert_uint_eq(s->n, 1);
	ck_assert_int_eq(record(s, 0)->ended, KDC_TICKET);
	ck_assert_str_eq(record(s, 0)->service, "HTTP/proxy.lab.test");
	ck_assert_str_eq(record(s, 0)->client, "heidi");
	ck_assert(s->seen[0]->over_tcp);
	ck_assert_int_eq(record(s, 0)->fault.kind, FAULT_NONE);
}

/* Split at _i; -1: a byte at a time. */
START_TEST(however_it_is_cut_into_segments)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("tgs-req"), a = framed("tgs-rep");
	size_t step = (size_t)_i;
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	if (step == 0) {
		for (size_t i = 0; i < q.len; i++)
			feed(&s, t, FLOW_OPENER, span_of(q.at + i, 1));
		for (size_t i = 0; i < a.len; i++)
			feed(&s, t, FLOW_ACCEPTOR, span_of(a.at + i, 1));
	} else {
		feed(&s, t, FLOW_OPENER, span_first(q, step));
		feed(&s, t, FLOW_OPENER, span_from(q, step));
		feed(&s, t, FLOW_ACCEPTOR, span_first(a, step));
		feed(&s, t, FLOW_ACCEPTOR, span_from(a, step));
	}
	kdc_stream_close(t, &info);
	end(&s);
	is_the_exchange(&s);
	material_free(q);
	material_free(a);
}
END_TEST

START_TEST(several_exchanges_on_one_connection)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("as-req"), a = framed("error-25");
	struct span q2 = framed("tgs-req"), a2 = framed("tgs-rep");
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, a);
	feed(&s, t, FLOW_OPENER, SPAN("\0\0\0\0")); /* of nothing */
	feed(&s, t, FLOW_OPENER, q2);
	feed(&s, t, FLOW_ACCEPTOR, a2);
	/* Room for a message is given back when it is whole. */
	ck_assert(kdc_reserve(s.kdc, limit_of(LIMIT_KDC_BYTES)));
	kdc_release(s.kdc, limit_of(LIMIT_KDC_BYTES));
	kdc_stream_close(t, &info);
	end(&s);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_int_eq(record(&s, 0)->error, 25);
	ck_assert_int_eq(record(&s, 1)->ended, KDC_TICKET);
	material_free(q);
	material_free(a);
	material_free(q2);
	material_free(a2);
}
END_TEST

START_TEST(a_gap_cuts_a_message_and_not_the_next)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("tgs-req"), a = framed("tgs-rep");
	struct tcp_from from = { .frame = 7 };
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, span_first(a, 1200));
	from.time = s.now;
	kdc_stream_gap(t, FLOW_ACCEPTOR, 100, &from);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_TICKET);
	ck_assert_str_eq(record(&s, 0)->granted, "HTTP/proxy.lab.test");
	ck_assert_int_eq(record(&s, 0)->fault.kind, FAULT_CUT);
	ck_assert(record(&s, 0)->ticket == 0);
	feed(&s, t, FLOW_ACCEPTOR, span_from(a, 1300));
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, a);
	kdc_stream_close(t, &info);
	end(&s);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_int_eq(record(&s, 1)->fault.kind, FAULT_NONE);
	ck_assert(record(&s, 1)->ticket != 0);
	material_free(q);
	material_free(a);
}
END_TEST

START_TEST(a_gap_over_a_length_loses_the_side)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span a = framed("tgs-rep");
	struct tcp_from from = { .frame = 7 };
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_ACCEPTOR, span_first(a, 2));
	kdc_stream_gap(t, FLOW_ACCEPTOR, 1, &from);
	ck_assert(kdc_stream_idle(t, FLOW_ACCEPTOR) == UINT64_MAX);
	ck_assert(kdc_stream_idle(t, FLOW_OPENER) == 0);
	feed(&s, t, FLOW_ACCEPTOR, a);
	kdc_stream_close(t, &info);
	end(&s);
	ck_assert_uint_eq(s.n, 0);
	material_free(a);
}
END_TEST

START_TEST(a_length_is_not_believed)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("as-req"), a = framed("error-25");
	uint8_t big[4] = { 0, 0x10, 0, 0 }; /* a megabyte: passed over */
	uint8_t *filler = calloc(1, 1 << 20);
	uint64_t hits = limit_hits(LIMIT_KDC_MESSAGE);
	struct kdc_stream *t;

	ck_assert_ptr_nonnull(filler);
	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, span_of(big, 4));
	feed(&s, t, FLOW_ACCEPTOR, span_of(filler, 1 << 20));
	feed(&s, t, FLOW_ACCEPTOR, a);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(limit_hits(LIMIT_KDC_MESSAGE), hits + 1);
	feed(&s, t, FLOW_ACCEPTOR, SPAN("\x80\0\0\1"));
	ck_assert(kdc_stream_idle(t, FLOW_ACCEPTOR) == UINT64_MAX);
	kdc_stream_close(t, &info);
	end(&s);
	free(filler);
	material_free(q);
	material_free(a);
}
END_TEST

/* Many messages that are begun and never end share one bound. */
START_TEST(messages_in_pieces_have_a_bound_in_all)
{
	enum { STREAMS = 200 };
	struct scene s;
	struct flow_info info = info_of();
	struct kdc_stream *streams[STREAMS];
	uint64_t hits = limit_hits(LIMIT_KDC_BYTES);

	begin(&s);
	for (size_t i = 0; i < STREAMS; i++) {
		info.stream = (uint32_t)i;
		streams[i] = kdc_stream_new(s.kdc, &info);
		feed(&s, streams[i], FLOW_OPENER, SPAN("\0\1\xff\xff" "j"));
	}
	ck_assert_uint_eq(limit_hits(LIMIT_KDC_BYTES), hits + STREAMS -
	        limit_of(LIMIT_KDC_BYTES) / 0x1ffff);
	for (size_t i = 0; i < STREAMS; i++)
		kdc_stream_close(streams[i], &info);

	/* All of it was given back. */
	struct kdc_stream *t = kdc_stream_new(s.kdc, &info);

	feed(&s, t, FLOW_OPENER, SPAN("\0\1\xff\xff" "j"));
	ck_assert_uint_eq(limit_hits(LIMIT_KDC_BYTES), hits + STREAMS -
	        limit_of(LIMIT_KDC_BYTES) / 0x1ffff);
	kdc_stream_close(t, &info);
	end(&s);
}
END_TEST

/* How a connection without an answer ended says why there is none. */
static const struct {
	enum flow_close close;
	enum flow_side by;
	bool answer_seen;
	uint64_t missing;
	enum kdc_ended want;
} closes[] = {
	{ FLOW_FIN, FLOW_OPENER, true, 0, KDC_SILENT },
	{ FLOW_FIN, FLOW_ACCEPTOR, true, 0, KDC_REFUSED },
	{ FLOW_RST, FLOW_ACCEPTOR, true, 0, KDC_REFUSED },
	{ FLOW_FIN, FLOW_OPENER, true, 500, KDC_UNSEEN },
	{ FLOW_FIN, FLOW_OPENER, false, 0, KDC_UNSEEN },
	{ FLOW_OPEN, FLOW_OPENER, true, 0, KDC_UNSEEN },
};

START_TEST(a_connection_without_an_answer)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("tgs-req");
	struct kdc_stream *t;

	info.close = closes[_i].close;
	info.closed_by = closes[_i].by;
	info.seen[FLOW_ACCEPTOR] = closes[_i].answer_seen;
	info.missing[FLOW_ACCEPTOR] = closes[_i].missing;
	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	kdc_stream_close(t, &info);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, closes[_i].want);
	end(&s);
	material_free(q);
}
END_TEST

START_TEST(a_connection_that_never_came_about)
{
	static const struct {
		enum flow_close close;
		unsigned syns;
		enum kdc_ended want;
	} rows[] = {
		{ FLOW_RST, 1, KDC_REFUSED },
		{ FLOW_FORGOTTEN, 5, KDC_SILENT },
		{ FLOW_OPEN, 1, KDC_UNSEEN },
	};

	for (size_t i = 0; i < 3; i++) {
		struct scene s;
		struct flow_info info = info_of();

		info.close = rows[i].close;
		info.syns = (uint16_t)rows[i].syns;
		begin(&s);
		kdc_refused(s.kdc, &info);
		info.port[1] = 3128;
		kdc_refused(s.kdc, &info);
		end(&s);
		ck_assert_uint_eq(s.n, 1);
		ck_assert_int_eq(record(&s, 0)->asked, KDC_ASKED_NOTHING);
		ck_assert_int_eq(record(&s, 0)->ended, rows[i].want);
		ck_assert_uint_eq(record(&s, 0)->tries, rows[i].syns);
	}
}
END_TEST

START_TEST(what_looks_like_a_stream)
{
	static const struct {
		struct span first;
		uint16_t port;
		bool yes;
	} rows[] = {
		{ SPAN_INIT("\0\0\1\0\x6a\x81\xfd"), 88, true },
		{ SPAN_INIT("\0\0\1\0"), 88, true },
		{ SPAN_INIT("\0"), 88, true },
		{ SPAN_INIT("\0\0\1\0\x6a\x81\xfd"), 3128, false },
		{ SPAN_INIT("\0\0\1\0\x16\x03\x01"), 88, false },
		{ SPAN_INIT("GET / HTTP/1.1"), 88, false },
		{ SPAN_INIT(""), 88, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_info info = info_of();

		info.port[1] = rows[i].port;
		ck_assert_int_eq(kdc_is_stream(&info, rows[i].first),
		    rows[i].yes);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("witness/kdc_stream");
	TCase *tc = tcase_create("TCP");

	tcase_add_loop_test(tc, however_it_is_cut_into_segments, 0, 12);
	tcase_add_test(tc, several_exchanges_on_one_connection);
	tcase_add_test(tc, a_gap_cuts_a_message_and_not_the_next);
	tcase_add_test(tc, a_gap_over_a_length_loses_the_side);
	tcase_add_test(tc, a_length_is_not_believed);
	tcase_add_test(tc, messages_in_pieces_have_a_bound_in_all);
	tcase_add_loop_test(tc, a_connection_without_an_answer, 0,
	    sizeof(closes) / sizeof(closes[0]));
	tcase_add_test(tc, a_connection_that_never_came_about);
	tcase_add_test(tc, what_looks_like_a_stream);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
