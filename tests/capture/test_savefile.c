/* SPDX-License-Identifier: BSD-2-Clause */
#include "build.h"
#include "capture/savefile.h"
#include "run.h"

#define BYTES SPAN("\1\2\3\4\5")
#define T0 1795438032

/* A savefile over bytes; it has to be a capture. */
static struct savefile *
open_bytes(struct span bytes, size_t room)
{
	struct problem problem = { .what = "" };
	struct savefile *s = savefile_new("test", input_of(bytes, room),
	    &problem);

	ck_assert_msg(s != NULL, "%s", problem.what);
	return s;
}

/* What is wrong, "" for nothing. */
static const char *
words(const struct savefile *s)
{
	return savefile_problem(s) != NULL ? savefile_problem(s)->what : "";
}

static const struct pcap_form {
	const char *name;
	uint32_t magic;
	bool big, modified;
	uint32_t ticks;
	when_ns want;
} pcap_forms[] = {
	{ "microseconds, little", 0xa1b2c3d4, false, false, 488991,
	    T0 * WHEN_SECOND + 488991000 },
	{ "microseconds, big", 0xa1b2c3d4, true, false, 488991,
	    T0 * WHEN_SECOND + 488991000 },
	{ "nanoseconds, little", 0xa1b23c4d, false, false, 488991007,
	    T0 * WHEN_SECOND + 488991007 },
	{ "nanoseconds, big", 0xa1b23c4d, true, false, 488991007,
	    T0 * WHEN_SECOND + 488991007 },
	{ "modified, little", 0xa1b2cd34, false, true, 488991,
	    T0 * WHEN_SECOND + 488991000 },
	{ "modified, big", 0xa1b2cd34, true, true, 488991,
	    T0 * WHEN_SECOND + 488991000 },
	{ "more ticks than a second has", 0xa1b2c3d4, false, false, 2000001,
	    T0 * WHEN_SECOND + 2000001000 },
};

START_TEST(pcap_is_read_in_every_form)
{
	const struct pcap_form *form = &pcap_forms[_i];
	struct text t = { 0 };
	struct frame f;

	/* The upper bits of the link type say that there is an FCS. */
	build_pcap(&t, form->big, form->magic, 0x24000071);
	for (uint32_t i = 0; i < 2; i++) {
		build_u32(&t, form->big, T0 + i);
		build_u32(&t, form->big, form->ticks);
		build_u32(&t, form->big, 5);
		build_u32(&t, form->big, 60 * i);
		text_pad(&t, 'x', form->modified ? 8 : 0);
		text_add(&t, BYTES);
	}

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert_str_eq(savefile_facts(s)->format, "pcap");
	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_msg(savefile_next(s, &f), "%s", form->name);
		ck_assert_msg(f.time == form->want + i * WHEN_SECOND,
		    "%s: %jd", form->name, (intmax_t)f.time);
		ck_assert_uint_eq(f.number, i + 1);
		ck_assert_uint_eq(f.file_number, i + 1);
		ck_assert_uint_eq(f.link, 113);
		ck_assert_uint_eq(f.wire_len, i == 0 ? 5 : 60);
		ck_assert(span_eq(f.bytes, BYTES));
	}
	ck_assert(!savefile_next(s, &f));
	ck_assert(!savefile_next(s, &f));
	ck_assert_str_eq(words(s), "");
	ck_assert_uint_eq(savefile_facts(s)->frames, 2);
	ck_assert_uint_eq(savefile_facts(s)->bytes, 10);
	ck_assert_uint_eq(savefile_facts(s)->cut_frames, 1);
	ck_assert_int_eq(savefile_facts(s)->first, form->want);
	ck_assert_int_eq(savefile_facts(s)->last, form->want + WHEN_SECOND);
	ck_assert(!savefile_facts(s)->damaged);
	savefile_free(s);
	text_fini(&t);
}
END_TEST

/* Two sections, byte orders apart, with interfaces unlike one another. */
START_TEST(sections_and_interfaces_are_kept_apart)
{
	static const struct {
		uint32_t link;
		when_ns time;
	} want[] = {
		{ 1, 7 * WHEN_SECOND },
		{ 276, 7 * WHEN_SECOND + 1 },
		{ 1, 8 * WHEN_SECOND },
		{ 101, 9 * WHEN_SECOND },
	};
	struct text t = { 0 };
	struct frame f;

	build_shb(&t, false);
	build_idb(&t, false, 1, 0, SPAN(""));
	build_idb(&t, false, 276, 0, SPAN("\x09\0\1\0\x09\0\0\0\0\0\0\0"));
	build_epb(&t, false, 0, 7000000, 5, BYTES, SPAN(""));
	build_epb(&t, false, 1, UINT64_C(7000000001), 5, BYTES, SPAN(""));
	build_epb(&t, false, 0, 8000000, 5, BYTES, SPAN(""));
	build_shb(&t, true);
	build_block(&t, true, 0x7777, SPAN("never heard of it"));
	build_idb(&t, true, 101, 0, SPAN(""));
	build_epb(&t, true, 0, 9000000, 5, BYTES, SPAN(""));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert_str_eq(savefile_facts(s)->format, "pcapng");
	for (size_t i = 0; i < 4; i++) {
		ck_assert(savefile_next(s, &f));
		ck_assert_uint_eq(f.number, i + 1);
		ck_assert_uint_eq(f.link, want[i].link);
		ck_assert_int_eq(f.time, want[i].time);
		ck_assert(span_eq(f.bytes, BYTES));
	}
	ck_assert(!savefile_next(s, &f));
	ck_assert_str_eq(words(s), "");
	savefile_free(s);
	text_fini(&t);
}
END_TEST

/* A frame at 5 s comes first: it is what a nonsensical time falls back to. */
#define BEFORE (5 * WHEN_SECOND)

/* clang-format off */
static const struct clock {
	const char *name;
	uint8_t resolution;
	int64_t offset;
	uint64_t ticks;
	when_ns want;
} clocks[] = {
	{ "seconds", 0, 0, 1795438032, 1795438032 * WHEN_SECOND },
	{ "milliseconds", 3, 0, 1795438032004, 1795438032004 * WHEN_MS },
	{ "microseconds", 6, 0, 1795438032004001, 1795438032004001 * 1000 },
	{ "nanoseconds", 9, 0, 1795438032004001002, 1795438032004001002 },
	{ "picoseconds", 12, 0, 7000000000123456, 7000000000123 },
	{ "10^-19 s", 19, 0, UINT64_C(12345678901234567890), 1234567890 },
	{ "10^-20 s", 20, 0, UINT64_MAX, 0 },
	{ "10^-127 s", 127, 0, UINT64_MAX, 0 },
	{ "2^-10 s", 0x8a, 0, 3 * 1024 + 512, 3 * WHEN_SECOND + 500000000 },
	{ "2^-63 s", 0xbf, 0, UINT64_C(3) << 62, 1500000000 },
	{ "2^-64 s", 0xc0, 0, UINT64_MAX, 0 },
	{ "2^-127 s", 0xff, 0, UINT64_MAX, 0 },
	{ "an offset", 6, 3600, 1000000, 3601 * WHEN_SECOND },
	{ "an offset backwards", 9, -10, 1, -10 * WHEN_SECOND + 1 },
	{ "seconds past all nanoseconds", 0, 0, UINT64_MAX, BEFORE },
	{ "microseconds past all nanoseconds", 6, 0, UINT64_MAX, BEFORE },
	{ "nanoseconds past their sign", 9, 0, UINT64_MAX, BEFORE },
	{ "an offset past everything", 6, INT64_MAX, 1, BEFORE },
	{ "an offset before everything", 6, INT64_MIN, 1, BEFORE },
};
/* clang-format on */

START_TEST(time_has_the_resolution_and_offset_of_its_interface)
{
	const struct clock *clock = &clocks[_i];
	bool big = _i % 2 != 0;
	struct text t = { 0 }, options = { 0 };
	struct frame f;

	build_u16(&options, big, 9);
	build_u16(&options, big, 1);
	text_char(&options, (char)clock->resolution);
	text_pad(&options, '\0', 3);
	build_u16(&options, big, 14);
	build_u16(&options, big, 8);
	build_u64(&options, big, (uint64_t)clock->offset);
	build_shb(&t, big);
	build_idb(&t, big, 1, 0, SPAN(""));
	build_idb(&t, big, 1, 0, text_span(&options));
	build_epb(&t, big, 0, 5000000, 5, BYTES, SPAN(""));
	build_epb(&t, big, 1, clock->ticks, 5, BYTES, SPAN(""));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(savefile_next(s, &f));
	ck_assert(savefile_next(s, &f));
	ck_assert_msg(f.time == clock->want, "%s: %jd", clock->name,
	    (intmax_t)f.time);
	savefile_free(s);
	text_fini(&options);
	text_fini(&t);
}
END_TEST

/* Simple: no time, cut at the snaplen.  Packet Block: as Enhanced, nearly. */
START_TEST(simple_and_obsolete_blocks_are_frames_too)
{
	struct text t = { 0 };
	struct frame f;

	build_shb(&t, false);
	build_idb(&t, false, 1, 4, SPAN(""));
	build_block(&t, false, 2, SPAN("\0\0\2\0\0\0\0\0\x40\x4b\x4c\0"
	                               "\5\0\0\0\x09\0\0\0\1\2\3\4\5"));
	build_block(&t, false, 3, SPAN("\x06\0\0\0\1\2\3\4"));
	build_block(&t, false, 3, SPAN("\x03\0\0\0\1\2\3"));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(savefile_next(s, &f));
	ck_assert(span_eq(f.bytes, BYTES));
	ck_assert_uint_eq(f.wire_len, 9);
	ck_assert_int_eq(f.time, 5 * WHEN_SECOND);
	ck_assert_uint_eq(savefile_facts(s)->dropped, 2);
	ck_assert(savefile_next(s, &f));
	ck_assert(span_eq(f.bytes, SPAN("\1\2\3\4")));
	ck_assert_uint_eq(f.wire_len, 6);
	ck_assert_int_eq(f.time, 5 * WHEN_SECOND);
	ck_assert(savefile_next(s, &f));
	ck_assert(span_eq(f.bytes, SPAN("\1\2\3")));
	ck_assert(!savefile_next(s, &f));
	ck_assert_str_eq(words(s), "");
	savefile_free(s);
	text_fini(&t);
}
END_TEST

/* What tshark 4.0 gives a number to, and what it does not. */
START_TEST(numbers_are_those_of_wireshark)
{
	static const struct {
		uint32_t type;
		bool numbered;
	} rows[] = {
		{ 4, false },           /* name resolution */
		{ 9, true },            /* systemd journal */
		{ 10, false },          /* decryption secrets */
		{ 0x00000bad, true },   /* custom */
		{ 0x40000bad, true },   /* custom, not to be copied */
		{ 0x204, true },        /* sysdig event */
		{ 0x7777, false },
	};
	struct text t = { 0 };
	struct frame f;

	build_shb(&t, false);
	build_idb(&t, false, 1, 0, SPAN(""));
	build_block(&t, false, rows[_i].type, SPAN("\0\0\0\0data"));
	build_epb(&t, false, 0, 1, 5, BYTES, SPAN(""));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(savefile_next(s, &f));
	ck_assert_msg(f.number == (rows[_i].numbered ? 2 : 1), "type %x",
	    rows[_i].type);
	ck_assert_uint_eq(savefile_facts(s)->frames, 1);
	savefile_free(s);
	text_fini(&t);
}
END_TEST

START_TEST(drops_are_totals_and_the_last_one_counts)
{
	static const char ifdrop[] = "\5\0\x08\0\3\0\0\0\0\0\0\0";
	static const char both[] = "\5\0\x08\0\x0a\0\0\0\0\0\0\0"
	                           "\7\0\x08\0\1\0\0\0\0\0\0\0";
	struct text t = { 0 }, isb = { 0 };
	struct frame f;

	build_shb(&t, false);
	build_idb(&t, false, 1, 0, SPAN(""));
	build_idb(&t, false, 1, 0, SPAN(""));
	/* epb_dropcount 2, which the statistics count again. */
	build_epb(&t, false, 0, 1, 5, BYTES,
	    SPAN("\4\0\x08\0\2\0\0\0\0\0\0\0"));
	text_pad(&isb, '\0', 12);
	text_add(&isb, span_of(ifdrop, sizeof(ifdrop) - 1));
	build_block(&t, false, 5, text_span(&isb));
	text_clear(&isb);
	text_pad(&isb, '\0', 12);
	text_add(&isb, span_of(both, sizeof(both) - 1));
	build_block(&t, false, 5, text_span(&isb));
	isb.at[0] = 1; /* the other interface */
	build_block(&t, false, 5, text_span(&isb));
	isb.at[0] = 2; /* one that is not there */
	build_block(&t, false, 5, text_span(&isb));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(savefile_next(s, &f));
	ck_assert(savefile_facts(s)->drops_known);
	ck_assert_uint_eq(savefile_facts(s)->dropped, 2);
	ck_assert(!savefile_next(s, &f));
	ck_assert_uint_eq(savefile_facts(s)->dropped, 11 + 11);
	savefile_free(s);
	text_fini(&isb);
	text_fini(&t);
}
END_TEST

START_TEST(without_statistics_drops_are_not_known)
{
	struct text t = { 0 };
	struct frame f;

	build_shb(&t, false);
	build_idb(&t, false, 1, 0, SPAN(""));
	build_epb(&t, false, 0, 1, 5, BYTES, SPAN("\1\0\2\0hi\0\0"));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(savefile_next(s, &f));
	ck_assert(!savefile_next(s, &f));
	ck_assert(!savefile_facts(s)->drops_known);
	savefile_free(s);
	text_fini(&t);
}
END_TEST

/* One row a way to be wrong, behind two good frames (in pcap: 66 bytes). */
/* clang-format off */
static const struct damage {
	const char *name;
	bool ng;
	struct span tail;
	const char *want;
} damages[] = {
	{ "pcap, huge frame", false,
	    SPAN_INIT("\0\0\0\0\0\0\0\0\1\0\4\0\1\0\4\0"),
	    "frame of impossible length 262145 at byte 66, after frame 2" },
	{ "pcap, half a header", false, SPAN_INIT("\0\0\0"),
	    "ends at byte 69 in the middle of a frame header, after "
	    "frame 2" },
	{ "pcap, half a frame", false,
	    SPAN_INIT("\0\0\0\0\0\0\0\0\5\0\0\0\5\0\0\0\1\2"),
	    "ends at byte 84 in the middle of a frame, after frame 2" },
	{ "pcapng, odd length", true, SPAN_INIT("\6\0\0\0\x0f\0\0\0\0\0\0\0"),
	    "block of impossible length 15 at byte 128, after frame 2" },
	{ "pcapng, short length", true,
	    SPAN_INIT("\6\0\0\0\x08\0\0\0\0\0\0\0"),
	    "block of impossible length 8 at byte 128, after frame 2" },
	{ "pcapng, huge frame block", true,
	    SPAN_INIT("\6\0\0\0\0\0\0\x80\0\0\0\0"),
	    "block of impossible length 2147483648 at byte 128, after "
	    "frame 2" },
	{ "pcapng, huge other block", true,
	    SPAN_INIT("\4\0\0\0\0\0\0\x80\0\0\0\0"),
	    "ends at byte 140 in the middle of a block, after frame 2" },
	{ "pcapng, half a block", true,
	    SPAN_INIT("\6\0\0\0\x20\0\0\0\0\0\0\0"),
	    "ends at byte 140 in the middle of a frame, after frame 2" },
	{ "pcapng, half a block header", true, SPAN_INIT("\6\0\0\0"),
	    "ends at byte 132 in the middle of a block header, after "
	    "frame 2" },
	{ "pcapng, lengths differ", true,
	    SPAN_INIT("\4\0\0\0\x0c\0\0\0\x0c\0\0\0"
	              "\5\0\0\0\x0c\0\0\0\x10\0\0\0"),
	    "block with two lengths at byte 140, after frame 2" },
	{ "pcapng, no byte order", true,
	    SPAN_INIT("\x0a\x0d\x0d\x0a\x1c\0\0\0\1\2\3\4"),
	    "section without byte order at byte 128, after frame 2" },
	{ "pcapng, unknown interface", true,
	    SPAN_INIT("\6\0\0\0\x20\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0"
	              "\0\0\0\0\0\0\0\0\x20\0\0\0"),
	    "frame of an unknown interface 1 at byte 128, after frame 2" },
	{ "pcapng, frame longer than its block", true,
	    SPAN_INIT("\6\0\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	              "\1\0\0\0\1\0\0\0\x20\0\0\0"),
	    "frame of impossible length 1 at byte 128, after frame 2" },
	{ "pcapng, simple block, longer than its block", true,
	    SPAN_INIT("\3\0\0\0\x10\0\0\0\1\0\0\0\x10\0\0\0"),
	    "frame of impossible length 1 at byte 128, after frame 2" },
	{ "pcapng, frame block without its fields", true,
	    SPAN_INIT("\6\0\0\0\x0c\0\0\0\x0c\0\0\0"),
	    "frame block too short at byte 128, after frame 2" },
	{ "pcapng, interface block without its fields", true,
	    SPAN_INIT("\1\0\0\0\x0c\0\0\0\x0c\0\0\0"),
	    "interface block too short at byte 128, after frame 2" },
};
/* clang-format on */

static void
build_two_frames(struct text *t, bool ng)
{
	if (ng) {
		build_shb(t, false);
		build_idb(t, false, 1, 0, SPAN(""));
		build_epb(t, false, 0, 1, 5, BYTES, SPAN(""));
		build_epb(t, false, 0, 2, 5, BYTES, SPAN(""));
	} else {
		build_pcap(t, false, 0xa1b2c3d4, 1);
		build_record(t, false, 0, 1, 5, BYTES);
		build_record(t, false, 0, 2, 5, BYTES);
	}
}

START_TEST(damage_is_named_and_placed_and_what_came_before_is_kept)
{
	const struct damage *d = &damages[_i];
	struct text t = { 0 };
	struct frame f;

	build_two_frames(&t, d->ng);
	text_add(&t, d->tail);

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(savefile_next(s, &f));
	ck_assert(savefile_next(s, &f));
	ck_assert(!savefile_next(s, &f));
	ck_assert_msg(strcmp(words(s), d->want) == 0, "%s: %s", d->name,
	    words(s));
	ck_assert(savefile_facts(s)->damaged);
	ck_assert(!savefile_next(s, &f));
	savefile_free(s);
	text_fini(&t);
}
END_TEST

/* A capture can end anywhere: whole frames stay, the rest is said. */
START_TEST(every_prefix_keeps_its_whole_frames)
{
	struct text t = { 0 };
	struct frame f;

	build_two_frames(&t, _i % 2 != 0);

	size_t n = (size_t)_i / 2;
	/* Where the second and the first frame end, and the first begins. */
	size_t ends[3] = { t.len, 0, 0 };

	ends[1] = t.len - (_i % 2 != 0 ? 40 : 21);
	ends[2] = ends[1] - (_i % 2 != 0 ? 40 : 21);
	if (n <= t.len) {
		uint8_t *cut = exact_copy(text_span(&t), n);
		struct problem problem = { .what = "" };
		struct savefile *s = savefile_new("cut",
		    input_of(span_of(cut, n), 8), &problem);

		ck_assert_int_eq(s == NULL, n < (_i % 2 != 0 ? 12 : 24));
		for (size_t i = 0; s != NULL && i < 2; i++)
			ck_assert_int_eq(savefile_next(s, &f),
			    n >= ends[1 - i]);
		if (s != NULL) {
			ck_assert(!savefile_next(s, &f));
			/* The interface block may end a file, too. */
			bool whole = n == ends[0] || n == ends[1] ||
			    n == ends[2] || (_i % 2 != 0 && n == 28);

			ck_assert_int_eq(savefile_problem(s) == NULL, whole);
		} else {
			ck_assert_str_eq(problem.what, n == 0 ? "is empty"
			    : n < 4 ? "is not a capture"
			            : "ends inside its file header");
		}
		savefile_free(s);
		free(cut);
	}
	text_fini(&t);
}
END_TEST

/* The same frames come out of a buffer of any size. */
START_TEST(frames_may_be_larger_than_the_buffer)
{
	size_t room = (size_t[]){ 4, 64, 4096, INPUT_ROOM }[_i];
	size_t sizes[] = { 0, 1, 4095, 65535, 100, 262144, 3 };
	struct text t = { 0 }, bytes = { 0 };
	struct frame f;

	build_shb(&t, false);
	build_idb(&t, false, 1, 0, SPAN(""));
	for (size_t i = 0; i < 7; i++) {
		text_clear(&bytes);
		text_pad(&bytes, (char)('a' + i), sizes[i]);
		build_epb(&t, false, 0, i, 300000,
		    span_of(text_get(&bytes), sizes[i]), SPAN(""));
		/* More than the buffer can hold, to be stepped over. */
		text_pad(&bytes, 'x', i == 3 ? 3 * INPUT_MOST : 1);
		build_block(&t, false, 4, text_span(&bytes));
	}

	struct savefile *s = open_bytes(text_span(&t), room);

	for (size_t i = 0; i < 7; i++) {
		ck_assert(savefile_next(s, &f));
		ck_assert_uint_eq(f.bytes.len, sizes[i]);
		ck_assert_int_eq(f.time, 1000 * (when_ns)i);
		for (size_t k = 0; k < f.bytes.len; k++)
			if (f.bytes.at[k] != 'a' + i)
				ck_abort_msg("frame %zu, byte %zu", i, k);
	}
	ck_assert(!savefile_next(s, &f));
	ck_assert_str_eq(words(s), "");
	ck_assert_uint_eq(savefile_taken(s), savefile_size(s));
	savefile_free(s);
	text_fini(&bytes);
	text_fini(&t);
}
END_TEST

/* clang-format off */
static const struct other {
	const char *name;
	struct span bytes;
	const char *want;
} others[] = {
	{ "nothing", SPAN_INIT(""), "is empty" },
	{ "text", SPAN_INIT("No.,Time,Source\n1,0.0,10.0.0.1\n"),
	    "is text, not a capture" },
	{ "text in UTF-8", SPAN_INIT("Zugangsdaten f\xc3\xbcr den Proxy\n"),
	    "is text, not a capture" },
	{ "bytes", SPAN_INIT("\0\1\2\3\4\5\6\7"), "is not a capture" },
	{ "zip", SPAN_INIT("PK\3\4\x14\0\0\0"), "is a zip archive" },
	{ "xz", SPAN_INIT("\xfd" "7zXZ\0\0"), "is packed with xz" },
	{ "snoop", SPAN_INIT("snoop\0\0\0\0\0\0\2\0\0\0\4"),
	    "is a snoop capture" },
	{ "lz4, legacy", SPAN_INIT("\x02\x21\x4c\x18\0\0\0\0"),
	    "is packed with lz4 -l" },
	{ "pcap, cut", SPAN_INIT("\xd4\xc3\xb2\xa1\2\0\4\0"),
	    "ends inside its file header" },
	{ "pcapng, no byte order",
	    SPAN_INIT("\x0a\x0d\x0d\x0a\x1c\0\0\0\1\2\3\4\1\0\0\0"
	              "\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0"),
	    "has a damaged file header" },
	{ "gzip, of text",
	    SPAN_INIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd"
	              "\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00"),
	    "unpacked from gzip, it is text, not a capture" },
	{ "gzip, cut", SPAN_INIT("\x1f\x8b\x08\0\0\0\0\0"),
	    "gzip data ends too early" },
};
/* clang-format on */

START_TEST(what_is_no_capture_is_called_what_it_is)
{
	struct problem problem = { .what = "" };
	struct savefile *s = savefile_new("other",
	    input_of(others[_i].bytes, INPUT_ROOM), &problem);

	ck_assert_ptr_null(s);
	ck_assert_msg(strcmp(problem.what, others[_i].want) == 0, "%s: %s",
	    others[_i].name, problem.what);
	ck_assert_ptr_nonnull(problem.remedy);
}
END_TEST

START_TEST(what_cannot_be_opened_is_said)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "/nonexistent/a.pcap", "no such file" },
		{ "/", "is a directory, not a file" },
		{ "/dev/null/a.pcap", "cannot be opened: Not a directory" },
	};
	struct problem problem = { .what = "" };

	ck_assert_ptr_null(input_open(rows[_i].path, INPUT_ROOM, &problem));
	ck_assert_str_eq(problem.what, rows[_i].want);
}
END_TEST

START_TEST(interfaces_are_bounded)
{
	struct text t = { 0 };
	struct frame f;

	build_shb(&t, false);
	for (int i = 0; i < 4097; i++)
		build_idb(&t, false, 1, 0, SPAN(""));

	struct savefile *s = open_bytes(text_span(&t), INPUT_ROOM);

	ck_assert(!savefile_next(s, &f));
	ck_assert_str_eq(words(s),
	    "more than 4096 interfaces at byte 81948, after frame 0");
	savefile_free(s);
	text_fini(&t);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

int
main(void)
{
	Suite *suite = suite_create("capture/savefile");
	TCase *good = tcase_create("good"), *bad = tcase_create("bad");

	tcase_add_loop_test(good, pcap_is_read_in_every_form, 0,
	    ROWS(pcap_forms));
	tcase_add_test(good, sections_and_interfaces_are_kept_apart);
	tcase_add_loop_test(good,
	    time_has_the_resolution_and_offset_of_its_interface, 0,
	    ROWS(clocks));
	tcase_add_test(good, simple_and_obsolete_blocks_are_frames_too);
	tcase_add_loop_test(good, numbers_are_those_of_wireshark, 0, 7);
	tcase_add_test(good, drops_are_totals_and_the_last_one_counts);
	tcase_add_test(good, without_statistics_drops_are_not_known);
	tcase_add_loop_test(good, frames_may_be_larger_than_the_buffer, 0, 4);
	tcase_add_loop_test(bad,
	    damage_is_named_and_placed_and_what_came_before_is_kept, 0,
	    ROWS(damages));
	tcase_add_loop_test(bad, every_prefix_keeps_its_whole_frames, 0, 260);
	tcase_add_loop_test(bad, what_is_no_capture_is_called_what_it_is, 0,
	    ROWS(others));
	tcase_add_loop_test(bad, what_cannot_be_opened_is_said, 0, 3);
	tcase_add_test(bad, interfaces_are_bounded);
	suite_add_tcase(suite, good);
	suite_add_tcase(suite, bad);
	return run_suite(suite);
}
