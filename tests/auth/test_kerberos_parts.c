/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plaintexts are of tests/verify/tickets/kerberos-ok: alice's ticket of
 * 17:46:11 for ten hours, as Samba made it, and curl's authenticator.
 */
#include "auth/kerberos_parts.h"
#include "auth/token.h"
#include "material.h"

static bool
is_alice(const struct kerberos_name *n)
{
	return n->n == 1 && span_eq(n->parts[0], SPAN("alice"));
}

START_TEST(a_real_ticket)
{
	struct span plain = material("auth/tokens/kerberos-ticket-part.bin");
	struct kerberos_ticket_part t;
	struct fault fault;

	ck_assert(kerberos_ticket_part_decode(plain, &t, &fault));
	ck_assert(span_eq(t.realm, SPAN("LAB.TEST")));
	ck_assert(is_alice(&t.client));
	ck_assert_int_eq(t.key_etype, 18);
	ck_assert_uint_eq(t.key.len, 32);
	ck_assert_int_eq(t.start,
	    when_of_kerberos(SPAN("20261123174611Z")));
	ck_assert_int_eq(t.end, when_of_kerberos(SPAN("20261124034610Z")));
	ck_assert(t.renew == WHEN_NONE || t.renew > t.end);
	material_free(plain);
}
END_TEST

START_TEST(a_real_authenticator)
{
	struct span plain = material("auth/tokens/kerberos-authenticator.bin");
	struct kerberos_authenticator a;
	struct fault fault;

	ck_assert(kerberos_authenticator_decode(plain, &a, &fault));
	ck_assert(span_eq(a.realm, SPAN("LAB.TEST")));
	ck_assert(is_alice(&a.client));
	ck_assert_int_eq(a.ctime / WHEN_SECOND,
	    when_of_kerberos(SPAN("20261123174611Z")) / WHEN_SECOND);
	ck_assert_int_eq(a.ctime % WHEN_SECOND, 215344000);
	material_free(plain);
}
END_TEST

/* What came before the cut stays right, and nothing else is made up. */
START_TEST(every_prefix)
{
	struct span ticket = material("auth/tokens/kerberos-ticket-part.bin");
	struct span auth =
	    material("auth/tokens/kerberos-authenticator.bin");
	struct fault fault;

	for (size_t n = 0; n < ticket.len; n++) {
		uint8_t *cut = exact_copy(ticket, n);
		struct kerberos_ticket_part t;

		ck_assert(!kerberos_ticket_part_decode(span_of(cut, n), &t,
		    &fault));
		ck_assert_int_ne(fault.kind, FAULT_NONE);
		ck_assert(t.key_etype == -1 || t.key_etype == 18);
		ck_assert(span_starts(SPAN("LAB.TEST"),
		    span_is_set(t.realm) ? t.realm : SPAN("")));
		free(cut);
	}
	for (size_t n = 0; n < auth.len; n++) {
		uint8_t *cut = exact_copy(auth, n);
		struct kerberos_authenticator a;

		ck_assert(!kerberos_authenticator_decode(span_of(cut, n), &a,
		    &fault));
		ck_assert_int_ne(fault.kind, FAULT_NONE);
		free(cut);
	}
	material_free(ticket);
	material_free(auth);
}
END_TEST

START_TEST(neither_is_taken_for_the_other)
{
	struct span ticket = material("auth/tokens/kerberos-ticket-part.bin");
	struct span auth =
	    material("auth/tokens/kerberos-authenticator.bin");
	struct kerberos_ticket_part t;
	struct kerberos_authenticator a;
	struct fault fault;

	ck_assert(!kerberos_ticket_part_decode(auth, &t, &fault));
	ck_assert(!kerberos_authenticator_decode(ticket, &a, &fault));
	material_free(ticket);
	material_free(auth);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/kerberos_parts");
	TCase *tc = tcase_create("inside a ticket");

	tcase_add_test(tc, a_real_ticket);
	tcase_add_test(tc, a_real_authenticator);
	tcase_add_test(tc, every_prefix);
	tcase_add_test(tc, neither_is_taken_for_the_other);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
