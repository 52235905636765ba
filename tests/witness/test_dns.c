/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers byte by byte, RFC 1035 4.1; names that lie; every prefix. */
#include "witness/dns.h"

#include "run.h"

#define HEAD(answers)    "\x12\x34\x81\x80\0\1\0" answers "\0\0\0\0"
#define PROXY_TEST       "\5proxy\4test\0"
#define QUESTION         PROXY_TEST "\0\1\0\1"
#define RECORD(type)     "\0" type "\0\1\0\0\0\x3c"
#define TO_QUESTION      "\xc0\x0c"

/* proxy.test is PX1.test, which is 10.0.0.5 */
#define ALIAS                                                                  \
	HEAD("\2") QUESTION                                                    \
	TO_QUESTION RECORD("\5") "\0\6" "\3PX1\xc0\x12"                        \
	"\xc0\x28" RECORD("\1") "\0\4\x0a\0\0\5"

static bool
decode(struct span s, struct dns_answer *a)
{
	struct fault fault;

	return dns_answer_decode(s, a, &fault) && fault.kind == FAULT_NONE;
}

START_TEST(an_alias_and_the_address_behind_it)
{
	struct dns_answer a;
	struct arena arena = { 0 };

	ck_assert(decode(SPAN(ALIAS), &a));
	ck_assert_str_eq(a.name, "proxy.test");
	ck_assert_str_eq(a.canonical, "px1.test");
	ck_assert_uint_eq(a.n_addresses, 1);
	ck_assert_uint_eq(a.addresses[0].len, 4);
	ck_assert_uint_eq(a.addresses[0].bytes[3], 5);

	const struct dns_record *r = dns_record_of(&a, &arena);

	ck_assert_str_eq(r->canonical, "px1.test");
	arena_fini(&arena);
}
END_TEST

START_TEST(a_name_without_an_alias)
{
	struct dns_answer a;
	struct arena arena = { 0 };

	ck_assert(decode(SPAN(HEAD("\1") QUESTION TO_QUESTION RECORD("\1")
	    "\0\4\x0a\0\0\6"), &a));
	ck_assert_str_eq(a.canonical, "");
	ck_assert_uint_eq(a.n_addresses, 1);
	ck_assert_ptr_null(dns_record_of(&a, &arena)->canonical);
	arena_fini(&arena);
}
END_TEST

START_TEST(a_record_about_another_name_is_no_answer)
{
	struct dns_answer a;

	ck_assert(decode(SPAN(HEAD("\1") QUESTION "\4evil\4test\0"
	    RECORD("\1") "\0\4\x0a\0\0\6"), &a));
	ck_assert_uint_eq(a.n_addresses, 0);
}
END_TEST

START_TEST(questions_and_other_messages_are_none)
{
	struct dns_answer a;

	/* a question; a NOTIFY; a question for TXT */
	ck_assert(!decode(SPAN("\x12\x34\1\0\0\1\0\0\0\0\0\0" QUESTION), &a));
	ck_assert(!decode(SPAN("\x12\x34\xa0\0\0\1\0\0\0\0\0\0" QUESTION),
	    &a));
	ck_assert(!decode(SPAN(HEAD("\0") PROXY_TEST "\0\x10\0\1"), &a));
}
END_TEST

START_TEST(no_such_name)
{
	struct dns_answer a;

	ck_assert(decode(SPAN("\x12\x34\x81\x83\0\1\0\0\0\0\0\0" QUESTION),
	    &a));
	ck_assert_uint_eq(a.rcode, 3);
}
END_TEST

/* Names that are an attack; none may take long or be believed. */
static const struct {
	const char *what;
	struct span bytes;
} lies[] = {
	{ "a pointer to itself",
	    SPAN_INIT(HEAD("\1") "\xc0\x0c" "\0\1\0\1") },
	{ "a pointer forward", SPAN_INIT(HEAD("\1") "\xc0\x20" "\0\1\0\1") },
	{ "a pointer outside", SPAN_INIT(HEAD("\1") "\xff\xff" "\0\1\0\1") },
	{ "two labels in a ring",
	    SPAN_INIT(HEAD("\1") "\1a\xc0\x0c" "\0\1\0\1") },
	{ "a label of a reserved kind",
	    SPAN_INIT(HEAD("\1") "\x41" "a\0" "\0\1\0\1") },
	{ "a label longer than the message",
	    SPAN_INIT(HEAD("\1") "\x3f" "a\0" "\0\1\0\1") },
	{ "the root", SPAN_INIT(HEAD("\1") "\0" "\0\1\0\1") },
};

#define N_LIES ((int)(sizeof(lies) / sizeof(lies[0])))

START_TEST(names_that_lie_are_refused)
{
	struct dns_answer a;
	struct fault fault;

	ck_assert_msg(!dns_answer_decode(lies[_i].bytes, &a, &fault), "%s",
	    lies[_i].what);
}
END_TEST

START_TEST(a_name_longer_than_255_is_refused)
{
	uint8_t message[12 + 64 * 5 + 5] = { 0, 0, 0x81, 0x80, 0, 1 };
	struct dns_answer a;
	struct fault fault;

	for (size_t i = 0; i < 5; i++) {
		message[12 + i * 64] = 63;
		memset(message + 13 + i * 64, 'a', 63);
	}
	ck_assert(!dns_answer_decode(span_of(message, sizeof(message)), &a,
	    &fault));
	ck_assert_int_eq(fault.kind, FAULT_LIMIT);
}
END_TEST

START_TEST(bytes_that_are_no_letters_never_come_out)
{
	struct dns_answer a;

	ck_assert(decode(SPAN(HEAD("\0") "\4a\n\xff.\0" "\0\1\0\1"), &a));
	ck_assert_str_eq(a.name, "a???");
}
END_TEST

START_TEST(every_prefix_keeps_what_came_before_it)
{
	struct span whole = SPAN(ALIAS);

	for (size_t n = 0; n < whole.len; n++) {
		uint8_t *copy = exact_copy(whole, n);
		struct dns_answer a;
		struct fault fault;
		bool ok = dns_answer_decode(span_of(copy, n), &a, &fault);

		ck_assert_msg(ok == (n >= 28), "%zu bytes", n);
		ck_assert_uint_eq(a.n_addresses, 0);
		if (n >= 28)
			ck_assert_str_eq(a.name, "proxy.test");
		free(copy);
	}
}
END_TEST

START_TEST(the_same_answer_is_kept_once_for_each_client)
{
	struct dns_memory *m = dns_memory_new();
	struct address one = { 4, { 10, 0, 0, 1 } };
	struct address two = { 4, { 10, 0, 0, 2 } };
	struct dns_answer a;

	decode(SPAN(ALIAS), &a);
	ck_assert(!dns_memory_has(m, &one, &a));
	ck_assert(dns_memory_has(m, &one, &a));
	ck_assert(!dns_memory_has(m, &two, &a));
	a.addresses[0].bytes[3] = 6;
	ck_assert(!dns_memory_has(m, &one, &a));
	dns_memory_free(m);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dns");
	TCase *t = tcase_create("dns");

	tcase_add_test(t, an_alias_and_the_address_behind_it);
	tcase_add_test(t, a_name_without_an_alias);
	tcase_add_test(t, a_record_about_another_name_is_no_answer);
	tcase_add_test(t, questions_and_other_messages_are_none);
	tcase_add_test(t, no_such_name);
	tcase_add_loop_test(t, names_that_lie_are_refused, 0, N_LIES);
	tcase_add_test(t, a_name_longer_than_255_is_refused);
	tcase_add_test(t, bytes_that_are_no_letters_never_come_out);
	tcase_add_test(t, every_prefix_keeps_what_came_before_it);
	tcase_add_test(t, the_same_answer_is_kept_once_for_each_client);
	suite_add_tcase(suite, t);
	return run_suite(suite);
}
