/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/known.h"

#include <stdio.h>

#include "base/message.h"
#include "run.h"

static const struct {
	const char *text;
	const char *user, *domain, *password; /* of the first; user NULL: bad */
	size_t n;
} rows[] = {
	{ "user=bob, password=x\n", "bob", NULL, "x", 1 },
	{ "user=bob, password=x", "bob", NULL, "x", 1 },
	{ "user=bob, password=x\r\n", "bob", NULL, "x", 1 },
	{ "\xef\xbb\xbfuser=bob, password=x\n", "bob", NULL, "x", 1 },
	{ "# a remark\n\n  \nuser=bob, domain=LAB, password=x\n", "bob",
	    "LAB", "x", 1 },
	{ "user=bob,domain=,password=x\n", "bob", NULL, "x", 1 },
	{ "user=b, password=a, b=c # d \n", "b", NULL, "a, b=c # d ", 1 },
	{ "user=b, password=\n", "b", NULL, "", 1 },
	{ "user=b, password= x\n", "b", NULL, " x", 1 },
	{ "user=a, password=1\nuser=a, password=2\n", "a", NULL, "1", 2 },
	{ "user=b, nt_hash=8846F7EAEE8FB117AD06BDD830B7586c\n", "b", NULL,
	    NULL, 1 },
	{ "", NULL, NULL, NULL, 0 },
	{ "# nothing\n", NULL, NULL, NULL, 0 },
	{ "bob:secret\n", NULL, NULL, NULL, 0 },
	{ "user=bob\n", NULL, NULL, NULL, 0 },
	{ "password=x\n", NULL, NULL, NULL, 0 },
	{ "user=, password=x\n", NULL, NULL, NULL, 0 },
	{ "user=a, user=b, password=x\n", NULL, NULL, NULL, 0 },
	{ "user=a, realm=b, password=x\n", NULL, NULL, NULL, 0 },
	{ "user=a, nt_hash=12\n", NULL, NULL, NULL, 0 },
	{ "user=a, nt_hash=8846f7eaee8fb117ad06bdd830b7586g\n", NULL, NULL,
	    NULL, 0 },
	{ "user=a, nt_hash=8846f7eaee8fb117ad06bdd830b7586c, user=b\n", NULL,
	    NULL, NULL, 0 },
	{ "user=a, password=\xff\n", NULL, NULL, NULL, 0 },
	{ "user=a, password=x\nuser\n", NULL, NULL, NULL, 0 },
};

START_TEST(a_file_is_read_or_refused)
{
	struct known *k;
	int before = message_errors();

	k = known_read("f", span_of_str(rows[_i].text));
	if (rows[_i].user == NULL) {
		ck_assert_ptr_null(k);
		ck_assert_int_eq(message_errors(), before + 1);
		return;
	}
	ck_assert_ptr_nonnull(k);
	ck_assert_uint_eq(known_count(k), rows[_i].n);

	const struct known_user *u = known_at(k, 0);

	ck_assert_str_eq(u->user, rows[_i].user);
	ck_assert_pstr_eq(u->domain, rows[_i].domain);
	ck_assert(span_eq(u->password[KNOWN_PROPER],
	    span_of_str(rows[_i].password)));
	ck_assert(u->has_nt_hash[KNOWN_PROPER]);
	known_free(k);
}
END_TEST

START_TEST(any_prefix_is_read_or_refused)
{
	struct span s = SPAN("user=b\xc3\xb6" "b, domain=D, password=p\xc3\xa4,"
	                     "\nuser=c, nt_hash="
	                     "8846f7eaee8fb117ad06bdd830b7586c\n");

	for (size_t n = 0; n <= s.len; n++) {
		uint8_t *copy = exact_copy(s, n);

		known_free(known_read("f", span_of(copy, n)));
		free(copy);
	}
}
END_TEST

START_TEST(no_more_users_than_there_is_room)
{
	char text[KNOWN_MOST * 20 + 40] = "";
	size_t len = 0;
	struct known *k;

	for (int i = 0; i < KNOWN_MOST; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "user=u, password=p\n");
	k = known_read("f", span_of_str(text));
	ck_assert_ptr_nonnull(k);
	known_free(k);
	snprintf(text + len, sizeof(text) - len, "user=u, password=p\n");
	ck_assert_ptr_null(known_read("f", span_of_str(text)));
}
END_TEST

static const struct {
	const char *file, *user, *domain;
	bool same;
} people[] = {
	{ "user=bob, password=x", "bob", NULL, true },
	{ "user=bob, password=x", "BOB", "ANY", true },
	{ "user=bob, password=x", "bobby", NULL, false },
	{ "user=bob, password=x", NULL, NULL, false },
	{ "user=bob, domain=LAB, password=x", "bob", "lab", true },
	{ "user=bob, domain=LAB, password=x", "bob", "lab.example", true },
	{ "user=bob, domain=lab.example, password=x", "bob", "LAB", true },
	{ "user=bob, domain=LAB, password=x", "bob", "", true },
	{ "user=bob, domain=LAB, password=x", "bob", "OTHER", false },
	{ "user=bob, domain=a.b, password=x", "bob", "a.c", false },
	{ "user=J\xc3\xb6rg, password=x", "j\xc3\x96RG", NULL, true },
	{ "user=\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd, password=x",
	    "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", NULL, true },
};

START_TEST(a_user_is_known_in_any_case)
{
	struct known *k = known_read("f", span_of_str(people[_i].file));

	ck_assert_ptr_nonnull(k);
	ck_assert_int_eq(known_is(known_at(k, 0), people[_i].user,
	                     people[_i].domain), people[_i].same);
	known_free(k);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("known");
	TCase *t = tcase_create("known");

	tcase_add_loop_test(t, a_file_is_read_or_refused, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(t, any_prefix_is_read_or_refused);
	tcase_add_test(t, no_more_users_than_there_is_room);
	tcase_add_loop_test(t, a_user_is_known_in_any_case, 0,
	    sizeof(people) / sizeof(people[0]));
	suite_add_tcase(s, t);
	return run_suite(s);
}
