/* SPDX-License-Identifier: BSD-2-Clause */
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include "base/limits.h"
#include "base/text.h"
#include "capture/inflate.h"
#include "capture/input.h"
#include "run.h"

/* Some bytes that pack, but not to nothing. */
static struct text
plain(size_t n)
{
	struct text t = { 0 };

	for (size_t i = 0; t.len < n; i++)
		text_fmt(&t, "frame %zu of the capture; ", i * i);
	return t;
}

static void
pack_gzip(struct text *out, struct span in)
{
	static uint8_t room[1 << 20];
	z_stream s = { 0 };

	ck_assert_int_eq(deflateInit2(&s, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
	s.next_in = (z_const Bytef *)(uintptr_t)in.at;
	s.avail_in = (uInt)in.len;
	s.next_out = room;
	s.avail_out = sizeof(room);
	ck_assert_int_eq(deflate(&s, Z_FINISH), Z_STREAM_END);
	text_add(out, span_of(room, sizeof(room) - s.avail_out));
	deflateEnd(&s);
}

static void
pack_zstd(struct text *out, struct span in)
{
	static uint8_t room[1 << 20];
	ZSTD_CCtx *c = ZSTD_createCCtx();

	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);

	size_t n = ZSTD_compress2(c, room, sizeof(room), in.at, in.len);

	ck_assert(!ZSTD_isError(n));
	text_add(out, span_of(room, n));
	ZSTD_freeCCtx(c);
}

static void
pack_lz4(struct text *out, struct span in)
{
	static uint8_t room[1 << 20];
	LZ4F_preferences_t how = { .frameInfo.contentChecksumFlag = 1 };
	size_t n = LZ4F_compressFrame(room, sizeof(room), in.at, in.len, &how);

	ck_assert(!LZ4F_isError(n));
	text_add(out, span_of(room, n));
}

static const struct packer {
	const char *name;
	void (*pack)(struct text *out, struct span in);
} packers[] = {
	{ "gzip", pack_gzip },
	{ "zstd", pack_zstd },
	{ "lz4", pack_lz4 },
};

/* All that comes out, through a buffer of `room`; *problem "" if it is good. */
static struct text
unpack(struct span packed, size_t room, char problem[160])
{
	struct input *in = input_of(packed, room);
	struct text out = { 0 };
	struct span s;

	for (size_t n = 1; (s = input_peek(in, n)).len > 0; n = n % 700 + 1) {
		text_add(&out, s);
		input_pass(in, s.len);
	}
	strcpy(problem, input_problem(in) != NULL ? input_problem(in)->what
	                                           : "");
	input_close(in);
	return out;
}

START_TEST(it_comes_out_as_it_went_in)
{
	const struct packer *p = &packers[_i % 3];
	size_t size = (size_t[]){ 1, 100, 70000, 300000 }[_i / 3];
	struct text in = plain(size), packed = { 0 };
	char problem[160];

	p->pack(&packed, text_span(&in));

	struct text out = unpack(text_span(&packed), 4096, problem);

	ck_assert_str_eq(problem, "");
	ck_assert(span_eq(text_span(&out), text_span(&in)));
	text_fini(&in);
	text_fini(&out);
	text_fini(&packed);
}
END_TEST

START_TEST(members_and_frames_follow_one_another)
{
	const struct packer *p = &packers[_i];
	struct text in = { 0 }, packed = { 0 };
	char problem[160];

	for (int i = 0; i < 5; i++) {
		struct text part = plain((size_t)(i * 1000));

		p->pack(&packed, text_span(&part));
		text_add(&in, text_span(&part));
		text_fini(&part);
	}

	struct text out = unpack(text_span(&packed), 4096, problem);

	ck_assert_str_eq(problem, "");
	ck_assert(span_eq(text_span(&out), text_span(&in)));
	text_fini(&in);
	text_fini(&out);
	text_fini(&packed);
}
END_TEST

/* A file can end anywhere, and then it is said; what came before is right. */
START_TEST(every_prefix_gives_a_prefix_and_says_so)
{
	const struct packer *p = &packers[_i];
	struct text in = plain(3000), packed = { 0 };
	char problem[160];

	p->pack(&packed, text_span(&in));
	for (size_t n = 4; n < packed.len; n++) {
		uint8_t *cut = exact_copy(text_span(&packed), n);
		struct text out = unpack(span_of(cut, n), 64, problem);

		ck_assert_msg(strstr(problem, "data ends too early") != NULL,
		    "%s: byte %zu: %s", p->name, n, problem);
		ck_assert(span_starts(text_span(&in), text_span(&out)));
		text_fini(&out);
		free(cut);
	}
	text_fini(&in);
	text_fini(&packed);
}
END_TEST

/* Every byte but those of the header that mean nothing to us. */
START_TEST(damage_is_noticed)
{
	const struct packer *p = &packers[_i];
	struct text in = plain(3000), packed = { 0 };
	char problem[160];
	size_t noticed = 0;

	p->pack(&packed, text_span(&in));
	for (size_t i = 10; i < packed.len; i++) {
		packed.at[i] = (char)(packed.at[i] ^ 0x41);

		struct text out = unpack(text_span(&packed), 4096, problem);

		if (problem[0] != '\0') {
			noticed++;
			ck_assert_msg(strncmp(problem, p->name,
			    strlen(p->name)) == 0, "%s", problem);
		} else {
			ck_assert(span_eq(text_span(&out), text_span(&in)));
		}
		packed.at[i] = (char)(packed.at[i] ^ 0x41);
		text_fini(&out);
	}
	ck_assert_msg(noticed > packed.len - 14, "%s: %zu of %zu", p->name,
	    noticed, packed.len);
	text_fini(&in);
	text_fini(&packed);
}
END_TEST

static const struct tail {
	const char *name;
	void (*pack)(struct text *out, struct span in);
	struct span tail;
	const char *want;
} tails[] = {
	{ "zeros", pack_gzip, SPAN_INIT("\0\0\0\0"), "" },
	{ "zeros, then not", pack_gzip, SPAN_INIT("\0\0\0x"),
	    "something else follows the gzip data" },
	{ "garbage", pack_gzip, SPAN_INIT("garbage"),
	    "gzip data is damaged: " },
	{ "garbage", pack_zstd, SPAN_INIT("garbage"),
	    "zstd data is damaged: " },
	{ "a frame of zstd 0.6", pack_zstd, SPAN_INIT("\x26\xb5\x2f\xfd\x00"),
	    "zstd data is damaged: " },
	{ "garbage", pack_lz4, SPAN_INIT("garbage"),
	    "lz4 data is damaged: " },
	{ "skippable frame", pack_zstd,
	    SPAN_INIT("\x5a\x2a\x4d\x18\3\0\0\0abc"), "" },
	{ "skippable frame", pack_lz4,
	    SPAN_INIT("\x5a\x2a\x4d\x18\3\0\0\0abc"), "" },
};

START_TEST(what_follows_is_judged)
{
	const struct tail *row = &tails[_i];
	struct text in = plain(1000), packed = { 0 };
	char problem[160];

	row->pack(&packed, text_span(&in));
	text_add(&packed, row->tail);

	struct text out = unpack(text_span(&packed), 4096, problem);

	/* The reason behind it is the library's, and changes with it. */
	ck_assert_msg(strncmp(problem, row->want, strlen(row->want)) == 0 &&
	        (problem[0] == '\0') == (row->want[0] == '\0'),
	    "%s: %s", row->name, problem);
	ck_assert(span_eq(text_span(&out), text_span(&in)));
	text_fini(&in);
	text_fini(&out);
	text_fini(&packed);
}
END_TEST

START_TEST(a_skippable_frame_may_come_first)
{
	struct text in = plain(1000), packed = { 0 };
	char problem[160];

	text_add(&packed, SPAN("\x50\x2a\x4d\x18\3\0\0\0abc"));
	pack_zstd(&packed, text_span(&in));

	struct text out = unpack(text_span(&packed), 4096, problem);

	ck_assert_str_eq(problem, "");
	ck_assert(span_eq(text_span(&out), text_span(&in)));
	text_fini(&in);
	text_fini(&out);
	text_fini(&packed);
}
END_TEST

/* 256 MiB of zeros in a few kilobytes. */
START_TEST(a_bomb_is_left_alone)
{
	static uint8_t zeros[1 << 20], room[1 << 20];
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_outBuffer to = { room, sizeof(room), 0 };
	struct problem problem = { .what = "" };
	uint64_t made = 0;
	size_t got;

	for (int i = 0; i < 256; i++) {
		ZSTD_inBuffer from = { zeros, sizeof(zeros), 0 };

		while (from.pos < from.size)
			ck_assert(!ZSTD_isError(ZSTD_compressStream2(c, &to,
			    &from, ZSTD_e_continue)));
	}
	ZSTD_inBuffer end = { zeros, 0, 0 };

	ck_assert_uint_eq(ZSTD_compressStream2(c, &to, &end, ZSTD_e_end), 0);
	ZSTD_freeCCtx(c);

	struct span in = span_of(room, to.pos);
	struct inflate *z = inflate_new(in);

	while ((got = inflate_run(z, &in, zeros, sizeof(zeros), &problem)) >
	        0 &&
	    !problem_is_set(&problem))
		made += got;
	ck_assert_str_eq(problem.what, "zstd data grows more than 2000 times");
	ck_assert_uint_eq(limit_hits(LIMIT_INFLATE_RATIO), 1);
	ck_assert_uint_le(made, 70 << 20);
	inflate_free(z);
}
END_TEST

/* A frame that asks for a window of 1 GiB, of which nothing is ever used. */
START_TEST(a_huge_window_is_refused)
{
	char problem[160];
	struct text out = unpack(SPAN("\x28\xb5\x2f\xfd\x00\xa0\0\0\0\0\0\0"),
	    4096, problem);

	ck_assert_str_eq(problem,
	    "zstd data wants a window of more than 128 MiB");
	ck_assert_uint_eq(out.len, 0);
	text_fini(&out);
}
END_TEST

START_TEST(other_bytes_are_left_as_they_are)
{
	static const struct span rows[] = {
		SPAN_INIT(""),
		SPAN_INIT("\x1f"),
		SPAN_INIT("\x1f\x8b"),
		SPAN_INIT("\x1f\x8b\x07more"),
		SPAN_INIT("\x28\xb5\x2f\xfe"),
		SPAN_INIT("\xd4\xc3\xb2\xa1"),
	};
	char problem[160];
	struct text out = unpack(rows[_i], 4096, problem);

	ck_assert_str_eq(problem, "");
	ck_assert(span_eq(text_span(&out), rows[_i]));
	text_fini(&out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("capture/inflate");
	TCase *c = tcase_create("inflate");

	tcase_add_loop_test(c, it_comes_out_as_it_went_in, 0, 12);
	tcase_add_loop_test(c, members_and_frames_follow_one_another, 0, 3);
	tcase_add_loop_test(c, every_prefix_gives_a_prefix_and_says_so, 0, 3);
	tcase_add_loop_test(c, damage_is_noticed, 0, 3);
	tcase_add_loop_test(c, what_follows_is_judged, 0, 7);
	tcase_add_test(c, a_skippable_frame_may_come_first);
	tcase_add_test(c, a_bomb_is_left_alone);
	tcase_add_test(c, a_huge_window_is_refused);
	tcase_add_loop_test(c, other_bytes_are_left_as_they_are, 0, 6);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
