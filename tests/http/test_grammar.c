/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/grammar.h"

#include "run.h"

/* RFC 9110 5.6.2, the delimiters of 5.6.2 and all that is no character. */
START_TEST(a_token_has_no_delimiters)
{
	struct span tchars = SPAN("!#$%&'*+-.^_`|~0189AZaz");
	struct span delimiters =
	    SPAN("\"(),/:;<=>?@[\\]{} \t\r\n\0\x7f\x80\xff");

	for (size_t i = 0; i < tchars.len; i++)
		ck_assert_msg(http_is_token(span_of(tchars.at + i, 1)), "%c",
		    tchars.at[i]);
	for (size_t i = 0; i < delimiters.len; i++)
		ck_assert_msg(!http_is_token(span_of(delimiters.at + i, 1)),
		    "%02x", delimiters.at[i]);
	ck_assert_uint_eq(http_token_len(SPAN("Proxy-Auth: x")), 10);
	ck_assert_uint_eq(http_token_len(SPAN(":x")), 0);
	ck_assert(http_is_token(SPAN("NTLM")));
	ck_assert(!http_is_token(SPAN("NT LM")));
	ck_assert(!http_is_token(SPAN("")));
}
END_TEST

static const struct quoted {
	struct span in;
	size_t len;
} quoted[] = {
	{ SPAN_INIT("\"\""), 2 },
	{ SPAN_INIT("\"a b\", c"), 5 },
	{ SPAN_INIT("\"a\\\"b\"c"), 6 },
	{ SPAN_INIT("\"a\\\\\"b\""), 5 },
	{ SPAN_INIT("\"open"), 0 },
	{ SPAN_INIT("\"open\\\""), 0 },
	{ SPAN_INIT("\"\\"), 0 },
	{ SPAN_INIT("\""), 0 },
	{ SPAN_INIT("x\"\""), 0 },
	{ SPAN_INIT(""), 0 },
};

START_TEST(a_quoted_string_ends_at_its_quote)
{
	const struct quoted *q = &quoted[_i];
	uint8_t *copy = exact_copy(q->in, q->in.len);

	ck_assert_uint_eq(http_quoted_len(span_of(copy, q->in.len)), q->len);
	free(copy);
}
END_TEST

static const struct list {
	const char *in, *out; /* elements joined with '|' */
} lists[] = {
	{ "a", "a|" },
	{ "a, b ,c", "a|b|c|" },
	{ "", "" },
	{ " , ,, ", "" },
	{ ",a,,\tb,", "a|b|" },
	{ "a=\"1, 2\", b", "a=\"1, 2\"|b|" },
	{ "a=\"1\\\", 2\", b", "a=\"1\\\", 2\"|b|" },
	{ "a=\"1, b", "a=\"1|b|" },
	{ "a=\"1\\\", b, c\\\"", "a=\"1\\\"|b|c\\\"|" },
};

START_TEST(a_list_gives_its_elements)
{
	const struct list *l = &lists[_i];
	size_t n = strlen(l->in);
	uint8_t *copy = exact_copy(span_of_str(l->in), n);
	struct span list = span_of(copy, n), element;
	char out[64] = "";

	while (http_list_next(&list, &element)) {
		strncat(out, (const char *)element.at, element.len);
		strcat(out, "|");
	}
	ck_assert_str_eq(out, l->out);
	free(copy);
}
END_TEST

START_TEST(an_element_is_found_in_any_case_and_whole)
{
	struct span close = SPAN("close");

	ck_assert(http_list_has(SPAN("Keep-Alive, CLOSE"), close));
	ck_assert(http_list_has(SPAN("close;x=1"), close));
	ck_assert(!http_list_has(SPAN("closed, clos"), close));
	ck_assert(!http_list_has(SPAN("\"close\""), close));
	ck_assert(!http_list_has(SPAN("x=\"a, close, b\""), close));
	ck_assert(!http_list_has(SPAN(""), close));
}
END_TEST

START_TEST(a_version_is_1_and_a_digit_in_capitals)
{
	uint8_t minor = 9;

	ck_assert(http_version(SPAN("HTTP/1.0"), &minor));
	ck_assert_uint_eq(minor, 0);
	ck_assert(http_version(SPAN("HTTP/1.1"), &minor));
	ck_assert_uint_eq(minor, 1);
	ck_assert(!http_version(SPAN("HTTP/2.0"), &minor));
	ck_assert(!http_version(SPAN("http/1.1"), &minor));
	ck_assert(!http_version(SPAN("HTTP/1."), &minor));
	ck_assert(!http_version(SPAN("HTTP/1.x"), &minor));
	ck_assert(!http_version(SPAN("HTTP/1.11"), &minor));
	ck_assert(!http_version(SPAN("SIP/2.0"), &minor));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/grammar");
	TCase *all = tcase_create("RFC 9110 5.6");

	tcase_add_test(all, a_token_has_no_delimiters);
	tcase_add_loop_test(all, a_quoted_string_ends_at_its_quote, 0,
	    sizeof(quoted) / sizeof(quoted[0]));
	tcase_add_loop_test(all, a_list_gives_its_elements, 0,
	    sizeof(lists) / sizeof(lists[0]));
	tcase_add_test(all, an_element_is_found_in_any_case_and_whole);
	tcase_add_test(all, a_version_is_1_and_a_digit_in_capitals);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
