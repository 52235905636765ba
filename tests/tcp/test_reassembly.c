/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "run.h"
#include "tcp/reassembly.h"

/* What came out: bytes as they are, a gap as "[n]", skipped bytes as "_". */
struct out {
	struct text text;
	uint64_t idle;
};

static void
out_bytes(void *context, struct span bytes, const struct tcp_from *from)
{
	struct out *o = context;

	(void)from;
	text_add(&o->text, bytes);
}

static void
out_gap(void *context, uint64_t n, const struct tcp_from *from)
{
	struct out *o = context;

	(void)from;
	text_fmt(&o->text, "[%u]", (unsigned)n);
}

static uint64_t
out_idle(void *context)
{
	return ((struct out *)context)->idle;
}

static void
out_skip(void *context, uint64_t n, const struct tcp_from *from)
{
	struct out *o = context;

	(void)from;
	o->idle -= n;
	text_pad(&o->text, '_', (size_t)n);
}

static const struct reassembly_sink sink = { out_bytes, out_gap, out_idle,
	out_skip };

/* "hello world": each step is a segment of it, or an event. */
static const char stream[] = "hello world";

struct step {
	int at, len;  /* of the stream; len < 0: event */
	int captured; /* -1: all */
};

enum { ACK = -1, FLUSH = -2 };

static const struct row {
	const char *name;
	uint32_t isn;
	struct step steps[8];
	const char *want;
	uint64_t missing;
} rows[] = {
	{ "in order", 0, { { 0, 5, -1 }, { 5, 6, -1 } }, "hello world", 0 },
	{ "swapped", 0, { { 5, 6, -1 }, { 0, 5, -1 } }, "hello world", 0 },
	{ "twice", 0, { { 0, 5, -1 }, { 0, 5, -1 }, { 5, 6, -1 },
	    { 5, 6, -1 } }, "hello world", 0 },
	{ "overlapping", 0, { { 0, 7, -1 }, { 3, 8, -1 } }, "hello world", 0 },
	{ "overlapping, held", 0, { { 4, 3, -1 }, { 6, 5, -1 },
	    { 0, 5, -1 } }, "hello world", 0 },
	{ "byte by byte, backwards", 0, { { 3, 8, -1 }, { 2, 1, -1 },
	    { 1, 1, -1 }, { 0, 1, -1 } }, "hello world", 0 },
	{ "wrapping", 0xfffffffb, { { 5, 6, -1 }, { 0, 5, -1 } },
	    "hello world", 0 },
	{ "a hole, flushed", 0, { { 0, 3, -1 }, { 5, 6, -1 },
	    { 0, FLUSH, 0 } }, "hel[2] world", 2 },
	{ "a hole at the end, acknowledged", 0, { { 0, 5, -1 },
	    { 11, ACK, 0 }, { 0, FLUSH, 0 } }, "hello[6]", 6 },
	{ "cut by the snaplen", 0, { { 0, 5, 3 }, { 5, 6, -1 } },
	    "hel[2] world", 2 },
	{ "cut, held", 0, { { 5, 6, 2 }, { 0, 5, -1 } }, "hello w[4]", 4 },
};

START_TEST(bytes_come_out_in_order)
{
	const struct row *row = &rows[_i];
	struct reassembly r;
	struct out out = { 0 };

	reassembly_init(&r);
	r.synced = true;
	r.next = row->isn;
	for (const struct step *s = row->steps;
	     s < row->steps + 8 && (s->len != 0); s++) {
		struct tcp_from from = { 1, 0, row->isn + (uint32_t)s->at, 0 };

		if (s->len == ACK)
			reassembly_acknowledged(&r,
			    row->isn + (uint32_t)s->at);
		else if (s->len == FLUSH)
			reassembly_flush(&r, &from, &sink, &out);
		else
			reassembly_segment(&r,
			    span_of(stream + s->at, (size_t)(s->captured < 0
			            ? s->len : s->captured)),
			    (uint32_t)s->len, &from, &sink, &out);
	}
	ck_assert_msg(strcmp(text_get(&out.text), row->want) == 0,
	    "%s: %s instead of %s", row->name, text_get(&out.text), row->want);
	ck_assert_uint_eq(r.missing, row->missing);
	reassembly_fini(&r);
	text_fini(&out.text);
}
END_TEST

START_TEST(idle_bytes_are_counted_and_not_shown)
{
	struct reassembly r;
	struct out out = { .idle = 7 };
	struct tcp_from from = { 0 };

	reassembly_init(&r);
	reassembly_segment(&r, span_of(stream, 3), 3, &from, &sink, &out);
	from.seq = 5; /* 5..7 idle and out of order: only the range is held */
	reassembly_segment(&r, span_of(stream + 5, 2), 2, &from, &sink, &out);
	ck_assert_uint_eq(r.held_bytes, 0);
	from.seq = 3;
	reassembly_segment(&r, span_of(stream + 3, 2), 2, &from, &sink, &out);
	from.seq = 7;
	reassembly_segment(&r, span_of(stream + 7, 4), 4, &from, &sink, &out);
	ck_assert_str_eq(text_get(&out.text), "_______orld");
	reassembly_fini(&r);
	text_fini(&out.text);
}
END_TEST

/* All ways to cut and order four pieces: the same bytes come out. */
START_TEST(every_order_gives_the_same)
{
	static const int cuts[5] = { 0, 2, 5, 7, 11 };
	int order[4] = { _i % 4, _i / 4 % 4, _i / 16 % 4, _i / 64 % 4 };
	struct reassembly r;
	struct out out = { 0 };
	unsigned seen = 0;

	for (int i = 0; i < 4; i++)
		seen |= 1u << order[i];
	reassembly_init(&r);
	r.synced = true;
	for (int i = 0; i < 4; i++) {
		int at = cuts[order[i]], len = cuts[order[i] + 1] - at;
		struct tcp_from from = { 1, 0, (uint32_t)at, 0 };

		reassembly_segment(&r, span_of(stream + at, (size_t)len),
		    (uint32_t)len, &from, &sink, &out);
	}
	if (seen == 0xf)
		ck_assert_str_eq(text_get(&out.text), stream);
	else
		ck_assert_uint_le(out.text.len, sizeof(stream) - 1);
	reassembly_fini(&r);
	text_fini(&out.text);
}
END_TEST

/* Byte by byte, back and forth over the end of the numbers: drained in parts,
 * so that places in front are free while others are taken. */
START_TEST(thousands_in_any_order)
{
	static uint8_t bytes[3000];
	static uint16_t order[3000];
	struct reassembly r;
	struct out out = { 0 };
	uint32_t isn = UINT32_MAX - 1500, dice = (uint32_t)_i + 1;

	for (uint32_t i = 0; i < 3000; i++) {
		bytes[i] = (uint8_t)('a' + i * 7 % 26);
		order[i] = (uint16_t)i;
	}
	for (uint32_t i = 2999; i > 0; i--) { /* within a window of 1,000 */
		dice = dice * 1664525 + 1013904223;

		uint32_t k = i - (dice >> 16) % (i < 1000 ? i + 1 : 1000);
		uint16_t swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	reassembly_init(&r);
	r.synced = true;
	r.next = isn;
	for (size_t i = 0; i < 3000; i++) {
		struct tcp_from from = { i, 0, isn + order[i], 0 };

		reassembly_segment(&r, span_of(bytes + order[i], 1), 1, &from,
		    &sink, &out);
	}
	ck_assert_uint_eq(out.text.len, 3000);
	ck_assert_int_eq(memcmp(text_get(&out.text), bytes, 3000), 0);
	ck_assert(!reassembly_waits(&r));
	reassembly_fini(&r);
	text_fini(&out.text);
}
END_TEST

/* Thousands were held, and one is left: its place is not as large as theirs. */
START_TEST(places_are_given_back)
{
	struct reassembly r;
	struct out out = { .idle = 0 };

	reassembly_init(&r);
	r.synced = true;
	for (uint32_t i = 1; i < 4000; i++) {
		/* All but the last in a row. */
		struct tcp_from from = { i, 0, i + (i == 3999), 0 };

		reassembly_segment(&r, span_of(stream, 1), 1, &from, &sink,
		    &out);
		ck_assert_uint_le(r.held_room, 4 * r.held_count);
	}
	ck_assert_uint_eq(r.held_count, 3999);
	reassembly_segment(&r, span_of(stream, 1), 1, &(struct tcp_from){ 0 },
	    &sink, &out);
	ck_assert_uint_eq(r.held_count, 1);
	ck_assert_uint_le(r.held_room, 4);
	reassembly_fini(&r);
	text_fini(&out.text);
}
END_TEST

START_TEST(memory_is_bounded)
{
	struct reassembly r;
	struct out out = { .idle = 0 };
	static uint8_t piece[1400];

	reassembly_init(&r);
	r.synced = true;
	for (uint32_t i = 1; i < 4000; i++) {
		struct tcp_from from = { i, 0, i * 1400 + 1, 0 };

		reassembly_segment(&r, span_of(piece, sizeof(piece)),
		    sizeof(piece), &from, &sink, &out);
		ck_assert_uint_le(r.held_bytes, 1048576 + 1400);
	}
	reassembly_fini(&r);
	text_fini(&out.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tcp/reassembly");
	TCase *c = tcase_create("reassembly");

	tcase_add_loop_test(c, bytes_come_out_in_order, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, idle_bytes_are_counted_and_not_shown);
	tcase_add_loop_test(c, every_order_gives_the_same, 0, 256);
	tcase_add_loop_test(c, thousands_in_any_order, 0, 8);
	tcase_add_test(c, places_are_given_back);
	tcase_add_test(c, memory_is_bounded);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
