/* SPDX-License-Identifier: BSD-2-Clause */
/* Which attempts are one finding. */
#include "diagnose/diagnosis.h"

#include "base/limits.h"
#include "judged.h"
#include "run.h"

START_TEST(remarks_are_one_for_a_proxy)
{
	for (uint8_t i = 0; i < 5; i++)
		scene_basic(&scene, i, "curl", "bob", 5, true);
	diagnose();
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 1);

	const struct finding *f = diagnosis_finding(diagnosis, 0);

	ck_assert_str_eq(f->rule->id, "basic-in-clear");
	ck_assert(!f->fault);
	ck_assert_uint_eq(f->n_attempts, 5);
	ck_assert_uint_eq(f->clients.total, 5);
	ck_assert_str_eq(f->display_filter, "tcp.stream in {0, 1, 2, 3, 4}");
}
END_TEST

START_TEST(findings_are_per_client_and_user)
{
	scene_ntlm(&scene, 1, "x", "erin", false);
	scene_ntlm(&scene, 1, "x", "bob", false);
	scene_ntlm(&scene, 2, "x", "erin", false);
	scene_ntlm(&scene, 1, "x", "ERIN", false);
	diagnose();
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 3);
	ck_assert_uint_eq(diagnosis_finding(diagnosis, 0)->n_attempts, 2);
	/* ERIN is erin. */
	ck_assert_uint_eq(diagnosis_finding(diagnosis, 0)->users.total, 1);
	ck_assert_str_eq(
	    diagnosis_finding(diagnosis, 0)->users.entries[0].name,
	    "LAB\\erin");
	ck_assert_str_eq(diagnosis_finding(diagnosis, 2)->id, "f3");
}
END_TEST

/* A keytab that is wrong is one fault, whoever comes with a ticket. */
START_TEST(what_the_proxy_does_to_all_is_one_finding)
{
	const struct finding *f;

	scene_kerberos(&scene, 1, "HTTP/proxy.example", false);
	scene_kerberos(&scene, 2, "HTTP/proxy.example", false);
	scene_kerberos(&scene, 3, "HTTP/proxy.example", false);
	scene_kerberos(&scene, 4, "HTTP/alias.example", false);
	diagnose();
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 2);
	f = diagnosis_finding(diagnosis, 0);
	ck_assert_str_eq(f->rule->id, "kerberos-refused");
	ck_assert_uint_eq(f->clients.total, 3);
	ck_assert_ptr_nonnull(strstr(f->message,
	    "of 3 clients for HTTP/proxy.example 3 times"));
	f = diagnosis_finding(diagnosis, 1);
	ck_assert_uint_eq(f->clients.total, 1);
	ck_assert_ptr_nonnull(strstr(f->message,
	    "of 192.0.2.4 for HTTP/alias.example once"));
}
END_TEST

/* Of a flood, the last are kept, and who comes again is one of them. */
START_TEST(past_the_bound_the_quiet_ones_go)
{
	uint64_t before = limit_of(LIMIT_FINDINGS);

	limit_set(LIMIT_FINDINGS, 2);
	scene_ntlm(&scene, 1, "x", "erin", false);
	scene_ntlm(&scene, 2, "x", "bob", false);
	scene_ntlm(&scene, 1, "x", "erin", false);
	scene_ntlm(&scene, 3, "x", "lena", false);
	diagnose();
	limit_set(LIMIT_FINDINGS, before);
	ck_assert_uint_eq(diagnosis_findings(diagnosis), 2);

	const struct finding *f = diagnosis_finding(diagnosis, 0);

	ck_assert_str_eq(f->users.entries[0].name, "LAB\\erin");
	ck_assert_uint_eq(f->n_attempts, 2);
	ck_assert_str_eq(f->id, "f1");
	f = diagnosis_finding(diagnosis, 1);
	ck_assert_str_eq(f->users.entries[0].name, "LAB\\lena");
	ck_assert_str_eq(f->id, "f2");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/group");
	TCase *all = tcase_create("attempts by hand");

	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, remarks_are_one_for_a_proxy);
	tcase_add_test(all, findings_are_per_client_and_user);
	tcase_add_test(all, what_the_proxy_does_to_all_is_one_finding);
	tcase_add_test(all, past_the_bound_the_quiet_ones_go);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
