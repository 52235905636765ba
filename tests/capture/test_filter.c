/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/filter.h"
#include "run.h"

/* TCP, 10.77.1.4:53974 to 10.77.0.20:3128, without what is below IP. */
#define TCP                                                                    \
	"\x45\0\0\x28\0\1\0\0\x40\6\0\0\x0a\x4d\1\4\x0a\x4d\0\x14"             \
	"\xd2\xd6\x0c\x38\0\0\0\1\0\0\0\0\x50\2\x20\0\0\0\0\0"
#define ETHERNET "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0"
#define SLL      "\0\4\0\1\0\6\2\0\0\0\0\2\0\0\x08\0"

static const struct row {
	const char *filter;
	uint32_t link;
	struct span bytes;
	bool want;
} rows[] = {
	{ "tcp port 3128", 1, SPAN_INIT(ETHERNET TCP), true },
	{ "tcp port 3129", 1, SPAN_INIT(ETHERNET TCP), false },
	{ "udp", 1, SPAN_INIT(ETHERNET TCP), false },
	{ "host 10.77.0.20 and tcp", 1, SPAN_INIT(ETHERNET TCP), true },
	{ "tcp port 3128", 101, SPAN_INIT(TCP), true },
	{ "tcp port 3129", 101, SPAN_INIT(TCP), false },
	{ "tcp port 3128", 113, SPAN_INIT(SLL TCP), true },
	{ "tcp port 3128", 228, SPAN_INIT(TCP), true },
	{ "tcp port 3128", 108, SPAN_INIT("\0\0\0\2" TCP), true },
	{ "tcp port 3128", 0, SPAN_INIT("\2\0\0\0" TCP), true },
	{ "tcp port 3128", 1, SPAN_INIT("\2\0\0\0\0\1"), false },
	{ "tcp port 3128", 1, SPAN_INIT(""), false },
	{ "len >= 54", 1, SPAN_INIT(ETHERNET TCP), true },
	{ "greater 2000", 1, SPAN_INIT(ETHERNET TCP), false },
	{ "", 1, SPAN_INIT(ETHERNET TCP), true },
	{ "ether host 02:00:00:00:00:01", 1, SPAN_INIT(ETHERNET TCP), true },
	{ "inbound", 113, SPAN_INIT(SLL TCP), false },
	{ "tcp port 3128", 65000, SPAN_INIT(ETHERNET TCP), false },
};

START_TEST(frames_pass_as_in_tcpdump)
{
	const struct row *row = &rows[_i];
	struct problem problem = { .what = "" };
	struct filter *f = filter_new(row->filter, &problem);
	uint8_t *copy = exact_copy(row->bytes, row->bytes.len);
	struct frame frame = { .link = row->link,
		.wire_len = (uint32_t)row->bytes.len,
		.bytes = span_of(copy, row->bytes.len) };

	ck_assert_msg(f != NULL, "%s: %s", row->filter, problem.what);
	for (int i = 0; i < 2; i++)
		ck_assert_msg(filter_passes(f, &frame) == row->want,
		    "%s on link type %u", row->filter, row->link);
	filter_free(f);
	free(copy);
}
END_TEST

START_TEST(what_was_cut_off_counts_as_length_only)
{
	struct problem problem = { .what = "" };
	struct filter *f = filter_new("greater 1000 and tcp", &problem);
	struct frame frame = { .link = 1, .wire_len = 1500,
		.bytes = SPAN(ETHERNET TCP) };

	ck_assert(filter_passes(f, &frame));
	frame.wire_len = 900;
	ck_assert(!filter_passes(f, &frame));
	filter_free(f);
}
END_TEST

START_TEST(one_filter_serves_many_link_types)
{
	struct problem problem = { .what = "" };
	struct filter *f = filter_new("tcp port 3128", &problem);

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct frame frame = { .link = rows[i].link,
				.wire_len = (uint32_t)rows[i].bytes.len,
				.bytes = rows[i].bytes };

			if (strcmp(rows[i].filter, "tcp port 3128") == 0)
				ck_assert_msg(filter_passes(f, &frame) ==
				        rows[i].want, "row %zu", i);
		}
	/* Made-up link types cannot make it grow. */
	for (uint32_t link = 1000; link < 1100; link++) {
		struct frame frame = { .link = link, .wire_len = 5,
			.bytes = SPAN("bytes") };

		ck_assert(!filter_passes(f, &frame));
	}
	filter_free(f);
}
END_TEST

START_TEST(what_does_not_fit_a_link_type_is_known)
{
	struct problem problem = { .what = "" };
	struct filter *f = filter_new("ether host 02:00:00:00:00:01",
	    &problem);
	struct frame frame = { .link = 101, .wire_len = 40,
		.bytes = SPAN(TCP) };
	uint32_t link = 0;

	ck_assert_ptr_null(filter_misfit(f, &link));
	ck_assert(!filter_passes(f, &frame));
	ck_assert_ptr_nonnull(filter_misfit(f, &link));
	ck_assert_uint_eq(link, 101);
	filter_free(f);
}
END_TEST

START_TEST(a_wrong_filter_is_refused_in_the_words_of_libpcap)
{
	static const struct {
		const char *filter, *word;
	} wrong[] = {
		{ "tcp prot 3128", "syntax error" },
		{ "port", "syntax error" },
		{ "port 99999", "99999" },
		{ "host 10.77.0.300", "300" },
		{ "((tcp)", "syntax error" },
	};
	struct problem problem = { .what = "" };

	ck_assert_ptr_null(filter_new(wrong[_i].filter, &problem));
	ck_assert_msg(strstr(problem.what, wrong[_i].word) != NULL, "%s: %s",
	    wrong[_i].filter, problem.what);
	ck_assert_str_eq(problem.remedy, "see pcap-filter(7)");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("capture/filter");
	TCase *c = tcase_create("filter");

	tcase_add_loop_test(c, frames_pass_as_in_tcpdump, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(c, what_was_cut_off_counts_as_length_only);
	tcase_add_test(c, one_filter_serves_many_link_types);
	tcase_add_test(c, what_does_not_fit_a_link_type_is_known);
	tcase_add_loop_test(c,
	    a_wrong_filter_is_refused_in_the_words_of_libpcap, 0, 5);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
