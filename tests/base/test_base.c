/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/budget.h"
#include "base/escape.h"
#include "base/reader.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/sip.h"
#include "base/table.h"
#include "base/utf16.h"
#include "base/when.h"
#include "run.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(the_first_failure_of_a_reader_sticks)
{
	struct reader r = reader_of(SPAN("\x01\x02\x03"));

	ck_assert_uint_eq(reader_le16(&r, "a"), 0x0201);
	ck_assert_uint_eq(reader_be32(&r, "b"), 0);
	ck_assert_int_eq(r.fault.kind, FAULT_CUT);
	ck_assert_uint_eq(r.fault.offset, 2);
	ck_assert_str_eq(r.fault.field, "b");
	/* The byte that is left is not given any more. */
	ck_assert_uint_eq(reader_u8(&r, "c"), 0);
	ck_assert_str_eq(r.fault.field, "b");
}
END_TEST

START_TEST(a_slice_never_leaves_the_message)
{
	static const struct {
		size_t offset, n;
		bool ok;
	} rows[] = { { 0, 4, true }, { 4, 0, true }, { 3, 2, false },
		{ 5, 0, false }, { SIZE_MAX, 1, false },
		{ 1, SIZE_MAX, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reader r = reader_of(SPAN("abcd"));
		struct span s =
		    reader_slice(&r, rows[i].offset, rows[i].n, "x");

		ck_assert_msg(span_is_set(s) == rows[i].ok, "row %zu", i);
		ck_assert(reader_ok(&r) == rows[i].ok);
	}
}
END_TEST

/* RFC 4648 section 10, and what clients really send. */
static const struct {
	const char *in, *out;
	unsigned flaws;
} base64_rows[] = {
	{ "", "", 0 },
	{ "Zg==", "f", 0 },
	{ "Zm8=", "fo", 0 },
	{ "Zm9v", "foo", 0 },
	{ "Zm9vYmFy", "foobar", 0 },
	{ "Zm9vYmFyZm9v+/+/Zm9vYmE=",
	    "foobarfoo\xfb\xff\xbf" "fooba", 0 },
	{ "Zm9vYmFyZm9v\xc1+/Z", "foobarfoo", BASE64_BROKEN },
	{ "Zm8", "fo", BASE64_UNPADDED },
	{ "Zm9v\r\nYmFy", "foobar", BASE64_SPACED },
	{ "_-8=", "\xff\xef", BASE64_URL },
	{ "Zm9v!YmFy", "foo", BASE64_BROKEN },
	{ "Zm9=", "fo", BASE64_LOOSE },
	{ "Zm9vY", "foo", BASE64_LOOSE },
	{ "Zg==Zg==", "f", BASE64_BROKEN },
};

START_TEST(base64_is_read_leniently_and_judged_strictly)
{
	uint8_t out[32];
	struct span in = span_of_str(base64_rows[_i].in);
	struct base64 r = base64_decode(in, out);

	ck_assert_uint_eq(r.flaws, base64_rows[_i].flaws);
	ck_assert(span_eq(span_of(out, r.len),
	    span_of_str(base64_rows[_i].out)));
}
END_TEST

/* Every pair of bytes, at every place of every short length. */
START_TEST(case_is_of_letters_alone)
{
	for (size_t len = 1; len <= 19; len++)
		for (unsigned pair = 0; pair < 0x10000; pair++) {
			uint8_t a[19], b[19];
			uint8_t x = (uint8_t)pair, y = (uint8_t)(pair >> 8);
			size_t at = pair % len;
			bool same = x < 0x80 && y < 0x80
			    ? tolower(x) == tolower(y)
			    : x == y;

			memset(a, 'q', len);
			memset(b, 'Q', len);
			a[at] = x;
			b[at] = y;
			if (span_eq_nocase(span_of(a, len), span_of(b, len)) !=
			    same)
				ck_abort_msg("%02x and %02x, byte %zu of %zu",
				    x, y, at, len);
		}
	ck_assert(span_eq_nocase(SPAN(""), SPAN("")));
	ck_assert(!span_eq_nocase(SPAN("ab"), SPAN("abc")));
}
END_TEST

static const struct {
	struct span in;
	const char *terminal, *json, *html, *markdown;
} escapes[] = {
	{ SPAN_INIT("plain"), "plain", "plain", "plain", "plain" },
	{ SPAN_INIT("\x1b[31mred"), "\\x1b[31mred", "\\u001b[31mred",
	    "\\x1b[31mred", "\\x1b\\[31mred" },
	{ SPAN_INIT("a\"b\\c"), "a\"b\\c", "a\\\"b\\\\c", "a&quot;b\\c",
	    "a\"b\\\\c" },
	{ SPAN_INIT("<b>&'"), "<b>&'", "<b>&'", "&lt;b&gt;&amp;&#39;",
	    "&#60;b&#62;&#38;'" },
	{ SPAN_INIT("\xff"), "\\xff", "\xef\xbf\xbd", "\xef\xbf\xbd", "\\xff" },
	/* right-to-left override: would show "exe.txt" turned around */
	{ SPAN_INIT("\xe2\x80\xaetxt"), "\\u{202e}txt", "\xe2\x80\xaetxt",
	    "\\u{202e}txt", "\\u{202e}txt" },
	/* an overlong slash is no character */
	{ SPAN_INIT("\xc0\xaf"), "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd",
	    "\xef\xbf\xbd\xef\xbf\xbd", "\\xc0\\xaf" },
	{ SPAN_INIT("a\0b"), "a\\x00b", "a\\u0000b", "a\\x00b", "a\\x00b" },
	{ SPAN_INIT("10.0.0.1:80, a-b"), "10.0.0.1:80, a-b",
	    "10.0.0.1:80, a-b", "10.0.0.1:80, a-b", "10.0.0.1:80, a-b" },
	{ SPAN_INIT("1. [x](javascript:y)"), "1. [x](javascript:y)",
	    "1. [x](javascript:y)", "1. [x](javascript:y)",
	    "1\\. \\[x\\](javascript\\:y)" },
	{ SPAN_INIT("- http://a www.b @c #1"), "- http://a www.b @c #1",
	    "- http://a www.b @c #1", "- http://a www.b @c #1",
	    "\\- http\\://a www\\.b &#64;c \\#1" },
	{ SPAN_INIT("a|b`c_d*e"), "a|b`c_d*e", "a|b`c_d*e", "a|b`c_d*e",
	    "a\\|b\\`c\\_d\\*e" },
	{ SPAN_INIT("m\xc3\xbcller"), "m\xc3\xbcller", "m\xc3\xbcller",
	    "m\xc3\xbcller", "m\xc3\xbcller" },
};

START_TEST(nothing_from_the_wire_gets_out_unescaped)
{
	static void (*const all[])(struct text *, struct span) = {
		escape_terminal, escape_json, escape_html, escape_markdown
	};
	const char *want[] = { escapes[_i].terminal, escapes[_i].json,
		escapes[_i].html, escapes[_i].markdown };

	for (int k = 0; k < 4; k++) {
		struct text t = { 0 };

		all[k](&t, escapes[_i].in);
		ck_assert_msg(strcmp(text_get(&t), want[k]) == 0,
		    "escaper %d: %s instead of %s", k, text_get(&t), want[k]);
		text_fini(&t);
	}
}
END_TEST

static const struct {
	struct span in;
	size_t len;
} cuts[] = {
	{ SPAN_INIT(""), 0 },
	{ SPAN_INIT("abc"), 3 },
	{ SPAN_INIT("ab\xc3\xbc"), 4 },
	{ SPAN_INIT("ab\xc3"), 2 },
	{ SPAN_INIT("ab\xe2\x80"), 2 },
	{ SPAN_INIT("ab\xf0\x9f\x98"), 2 },
	{ SPAN_INIT("\xf0\x9f\x98\x80"), 4 },
	/* no beginning to be found: nothing was cut off */
	{ SPAN_INIT("\x80\x80\x80\x80"), 4 },
};

START_TEST(a_character_cut_by_a_limit_is_left_out)
{
	ck_assert_uint_eq(utf8_whole(cuts[_i].in).len, cuts[_i].len);
}
END_TEST

START_TEST(utf16_marks_what_it_cannot_read)
{
	struct text t = { 0 };

	ck_assert(utf16_add(&t, SPAN("L\0\xfc\0\x3d\xd8\x00\xde")));
	ck_assert_str_eq(text_get(&t), "L\xc3\xbc\xf0\x9f\x98\x80");
	text_clear(&t);
	ck_assert(!utf16_add(&t, SPAN("\x3d\xd8x\0y")));
	ck_assert_str_eq(text_get(&t), "\xef\xbf\xbdx\xef\xbf\xbd");
	text_fini(&t);
}
END_TEST

START_TEST(times_are_read_and_written)
{
	struct text t = { 0 };
	when_ns want = INT64_C(1795429867) * WHEN_SECOND;

	ck_assert_int_eq(when_of_kerberos(SPAN("20261123103107Z")), want);
	ck_assert_int_eq(
	    when_of_http_date(SPAN("Mon, 23 Nov 2026 10:31:07 GMT")), want);
	ck_assert_int_eq(when_of_iso(SPAN("2026-11-23T10:31:07.5Z")),
	    want + WHEN_SECOND / 2);
	ck_assert_int_eq(when_of_filetime(UINT64_C(134399034670000000)), want);
	ck_assert_int_eq(when_of_filetime(0), WHEN_NONE);
	ck_assert_int_eq(when_of_iso(SPAN("yesterday")), WHEN_NONE);
	ck_assert_int_eq(when_of_kerberos(SPAN("20261323103107Z")), WHEN_NONE);
	/* Years that 64 bits of nanoseconds have no room for. */
	ck_assert_int_eq(when_of_kerberos(SPAN("16021123103107Z")), WHEN_NONE);
	ck_assert_int_eq(when_of_kerberos(SPAN("99991123103107Z")), WHEN_NONE);
	ck_assert_int_eq(when_between(INT64_MAX, -5), -INT64_MAX);
	ck_assert_int_eq(when_between(-5, INT64_MAX), INT64_MAX);
	ck_assert_int_eq(when_between(2, 5), 3);
	ck_assert_int_eq(when_after(INT64_MAX, 5), INT64_MAX);
	ck_assert_int_eq(when_after(5, -2), 3);
	when_iso(&t, want + 4332000);
	ck_assert_str_eq(text_get(&t), "2026-11-23T10:31:07.004332Z");
	text_clear(&t);
	when_iso(&t, -1);
	ck_assert_str_eq(text_get(&t), "1969-12-31T23:59:59.999999Z");
	text_fini(&t);
}
END_TEST

START_TEST(siphash_is_what_was_published)
{
	uint8_t message[15];
	struct span all = span_of(message, sizeof(message));

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	/* The key 00 01 ... 0f; appendix A of the paper, and its vectors. */
	ck_assert_uint_eq(sip(UINT64_C(0x0706050403020100),
	    UINT64_C(0x0f0e0d0c0b0a0908), all, 2, 4),
	    UINT64_C(0xa129ca6149be45e5));
	ck_assert_uint_eq(sip(UINT64_C(0x0706050403020100),
	    UINT64_C(0x0f0e0d0c0b0a0908), span_first(all, 0), 2, 4),
	    UINT64_C(0x726fdb47dd0e0e31));
}
END_TEST

START_TEST(a_fingerprint_tells_the_same_from_another)
{
	fingerprint a = secret_fingerprint("p", SPAN("secret"));

	ck_assert_uint_eq(a, secret_fingerprint("p", SPAN("secret")));
	ck_assert_uint_ne(a, secret_fingerprint("p", SPAN("secreu")));
	ck_assert_uint_ne(a, secret_fingerprint("q", SPAN("secret")));
	ck_assert_uint_ne(secret_fingerprint("p", SPAN("")), 0);
}
END_TEST

struct number {
	struct table_entry entry;
	uint64_t value;
};

START_TEST(a_table_finds_and_forgets_in_order_of_use)
{
	enum { N = 1000 };
	static struct number numbers[N];
	struct table t;

	table_init(&t);
	for (uint64_t i = 0; i < N; i++) {
		numbers[i].value = i;
		table_add(&t, &numbers[i].entry,
		    table_hash(span_of(&i, sizeof(i))));
	}
	table_touch(&t, &numbers[0].entry);
	for (uint64_t i = 0; i < N; i++) {
		struct table_entry *e =
		    table_first(&t, table_hash(span_of(&i, sizeof(i))));

		while (e != NULL &&
		    LIST_OBJECT(e, struct number, entry)->value != i)
			e = table_next(e);
		ck_assert_ptr_nonnull(e);
	}
	/* 0 was used last: 1 is the oldest now. */
	ck_assert_ptr_eq(table_oldest(&t), &numbers[1].entry);
	for (uint64_t i = 0; i < N; i++)
		table_remove(&t, &numbers[i].entry);
	ck_assert_ptr_null(table_oldest(&t));
	table_fini(&t);
}
END_TEST

START_TEST(a_text_with_a_limit_says_that_it_was_cut)
{
	struct text t = { .limit = 5 };

	text_str(&t, "abc");
	ck_assert(!t.cut);
	text_fmt(&t, "%s", "defgh");
	ck_assert(t.cut);
	ck_assert_str_eq(text_get(&t), "abcde");
	text_fini(&t);
}
END_TEST

START_TEST(an_arena_keeps_unset_apart_from_empty)
{
	struct arena a = { 0 };

	ck_assert_ptr_null(arena_str(&a, (struct span){ 0 }));
	ck_assert_str_eq(arena_str(&a, SPAN("")), "");
	ck_assert_str_eq(arena_str(&a, SPAN("x")), "x");
	for (int i = 0; i < 100; i++)
		memset(arena_new(&a, 777), 0xff, 777);
	arena_fini(&a);
}
END_TEST

START_TEST(a_file_has_the_sha256_of_its_bytes_and_a_pipe_none)
{
	char folder[] = "/tmp/p407-base-XXXXXX";
	struct text path = { 0 }, hex = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(folder));
	text_fmt(&path, "%s/file", folder);
	ck_assert(!sha256_file(text_get(&path), &hex));

	FILE *file = fopen(text_get(&path), "w");

	ck_assert_ptr_nonnull(file);
	fputs("abc", file);
	fclose(file);
	/* FIPS 180-4, the example of one block. */
	ck_assert(sha256_file(text_get(&path), &hex));
	ck_assert_str_eq(text_get(&hex), "ba7816bf8f01cfea414140de5dae2223"
	                                 "b00361a396177a9cb410ff61f20015ad");
	unlink(text_get(&path));
	text_clear(&hex);
	/* Nobody writes to it, and nobody waits. */
	ck_assert_int_eq(mkfifo(text_get(&path), 0600), 0);
	ck_assert(!sha256_file(text_get(&path), &hex));
	unlink(text_get(&path));
	ck_assert(!sha256_file(folder, &hex));
	ck_assert_uint_eq(hex.len, 0);
	rmdir(folder);
	text_fini(&path);
	text_fini(&hex);
}
END_TEST

START_TEST(a_budget_is_shared_by_threads)
{
	uint64_t most = limit_of(LIMIT_HTTP_BYTES);

	ck_assert(!budget_over(LIMIT_HTTP_BYTES, most));
	ck_assert(budget_over(LIMIT_HTTP_BYTES, most + 1));
	budget_take(LIMIT_HTTP_BYTES, most / 2 + 1);
	ck_assert(!budget_over(LIMIT_HTTP_BYTES, 0));
	budget_share(2);
	ck_assert(budget_over(LIMIT_HTTP_BYTES, 0));
	ck_assert_uint_eq(budget_part(LIMIT_FLOWS),
	    limit_of(LIMIT_FLOWS) / 2);
	budget_give(LIMIT_HTTP_BYTES, most / 2 + 1);
	ck_assert(!budget_over(LIMIT_HTTP_BYTES, most / 2));
	ck_assert(budget_over(LIMIT_HTTP_BYTES, most / 2 + 1));
	budget_share(1);
}
END_TEST

START_TEST(a_thread_may_do_the_work_of_several_budgets)
{
	uint64_t half = limit_of(LIMIT_HTTP_BYTES) / 2;
	static struct budget one, two;

	budget_share(2);
	budget_enter(&one);
	budget_take(LIMIT_HTTP_BYTES, half + 1);
	ck_assert(budget_over(LIMIT_HTTP_BYTES, 0));
	budget_enter(&two);
	ck_assert(!budget_over(LIMIT_HTTP_BYTES, half));
	budget_give(LIMIT_HTTP_BYTES, half); /* which it has not taken */
	budget_enter(NULL);
	ck_assert(!budget_over(LIMIT_HTTP_BYTES, half));
	budget_enter(&one);
	ck_assert(budget_over(LIMIT_HTTP_BYTES, 0));
	budget_give(LIMIT_HTTP_BYTES, half + 1);
	ck_assert(!budget_over(LIMIT_HTTP_BYTES, 0));
	budget_enter(NULL);
	budget_share(1);
}
END_TEST

START_TEST(a_budget_sets_what_it_fits)
{
	uint64_t flows = limit_of(LIMIT_FLOWS);

	budget_fit(UINT64_C(1) << 30);
	ck_assert_uint_ge(limit_of(LIMIT_FLOWS), flows);
	budget_fit(UINT64_C(64) << 20);
	ck_assert_uint_lt(limit_of(LIMIT_FLOWS), flows / 10);
	ck_assert_uint_ge(limit_of(LIMIT_FLOWS), 1000);
	ck_assert_uint_lt(limit_of(LIMIT_ATTEMPT_BYTES) +
	    limit_of(LIMIT_HTTP_BYTES) + 256 * limit_of(LIMIT_FLOWS),
	    UINT64_C(64) << 20);
	budget_fit(0); /* as the least that makes sense */
	ck_assert_uint_gt(limit_of(LIMIT_KDC_BYTES), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base");
	TCase *c = tcase_create("base");

	tcase_add_test(c, the_first_failure_of_a_reader_sticks);
	tcase_add_test(c, a_slice_never_leaves_the_message);
	tcase_add_test(c, case_is_of_letters_alone);
	tcase_add_loop_test(c, base64_is_read_leniently_and_judged_strictly, 0,
	    sizeof(base64_rows) / sizeof(base64_rows[0]));
	tcase_add_loop_test(c, nothing_from_the_wire_gets_out_unescaped, 0,
	    sizeof(escapes) / sizeof(escapes[0]));
	tcase_add_loop_test(c, a_character_cut_by_a_limit_is_left_out, 0,
	    sizeof(cuts) / sizeof(cuts[0]));
	tcase_add_test(c, utf16_marks_what_it_cannot_read);
	tcase_add_test(c, times_are_read_and_written);
	tcase_add_test(c, siphash_is_what_was_published);
	tcase_add_test(c, a_fingerprint_tells_the_same_from_another);
	tcase_add_test(c, a_table_finds_and_forgets_in_order_of_use);
	tcase_add_test(c, a_text_with_a_limit_says_that_it_was_cut);
	tcase_add_test(c,
	    a_file_has_the_sha256_of_its_bytes_and_a_pipe_none);
	tcase_add_test(c, an_arena_keeps_unset_apart_from_empty);
	tcase_add_test(c, a_budget_is_shared_by_threads);
	tcase_add_test(c, a_thread_may_do_the_work_of_several_budgets);
	tcase_add_test(c, a_budget_sets_what_it_fits);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
