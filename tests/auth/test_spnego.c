/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/spnego.h"
#include "auth/kerberos.h"
#include "material.h"

/* Tokens of real logins: tests/auth/tokens. */
static const struct row {
	const char *file;
	bool is_init;
	enum neg_state state;
	size_t n_mechs;
	const char *mech; /* first, or supportedMech */
	struct span inner; /* how it begins */
	bool mic;
} rows[] = {
	{ "ap-req", true, NEG_ABSENT, 1, "krb5", SPAN_INIT("\x6e"), false },
	{ "accept-completed", false, NEG_ACCEPT_COMPLETED, 1, "krb5",
	    SPAN_INIT("\x6f"), false },
	{ "krb-error-31", false, NEG_REJECT, 1, "krb5", SPAN_INIT("\x7e"),
	    false },
	{ "ntlm-1-in-spnego", true, NEG_ABSENT, 1, "ntlmssp",
	    SPAN_INIT("NTLMSSP\0\1"), false },
	{ "ntlm-2-in-spnego", false, NEG_ACCEPT_INCOMPLETE, 0, "ntlmssp",
	    SPAN_INIT("NTLMSSP\0\2"), false },
	{ "ntlm-3-in-spnego", false, NEG_ACCEPT_INCOMPLETE, 0, NULL,
	    SPAN_INIT("NTLMSSP\0\3"), true },
};

static struct span
token(int i)
{
	char path[64];

	snprintf(path, sizeof(path), "auth/tokens/%s.bin", rows[i].file);
	return material(path);
}

static bool
within(struct span part, struct span whole)
{
	return part.len == 0 ||
	    (part.at >= whole.at && part.at + part.len <= whole.at + whole.len);
}

START_TEST(real_tokens_are_opened)
{
	const struct row *row = &rows[_i];
	struct span t = token(_i);
	struct spnego s;
	struct fault fault;

	ck_assert_msg(spnego_decode(t, &s, &fault), "%s", row->file);
	ck_assert_int_eq(s.wrap, WRAP_SPNEGO);
	ck_assert_int_eq(s.is_init, row->is_init);
	ck_assert_int_eq(s.state, row->state);
	ck_assert_msg(s.n_mechs == row->n_mechs, "%s: %zu mechanisms",
	    row->file, s.n_mechs);

	const char *name = span_is_set(s.supported)
	    ? spnego_mech_name(s.supported)
	    : s.n_mechs > 0 ? spnego_mech_name(s.mechs[0])
	                    : NULL;

	ck_assert_msg((name == NULL) == (row->mech == NULL) &&
	        (name == NULL || strcmp(name, row->mech) == 0),
	    "%s: %s", row->file, name);
	ck_assert_msg(span_starts(s.inner, row->inner), "%s", row->file);
	ck_assert_int_eq(s.mech_list_mic, row->mic);
	material_free(t);
}
END_TEST

START_TEST(every_prefix_is_a_fault_and_stays_inside)
{
	struct span t = token(_i);

	for (size_t n = 1; n < t.len; n++) {
		uint8_t *cut = exact_copy(t, n);
		struct span bytes = span_of(cut, n);
		struct spnego s;
		struct fault fault;

		ck_assert_msg(!spnego_decode(bytes, &s, &fault), "%s: %zu",
		    rows[_i].file, n);
		ck_assert_int_ne(fault.kind, FAULT_NONE);
		ck_assert(within(s.inner, bytes));
		ck_assert(within(s.supported, bytes));
		for (size_t i = 0; i < s.n_mechs; i++)
			ck_assert(within(s.mechs[i], bytes));
		free(cut);
	}
	material_free(t);
}
END_TEST

/* The same AP-REQ in each form that clients send. */
START_TEST(other_envelopes_hold_the_same)
{
	struct span t = token(0);
	struct spnego whole, s;
	struct fault fault;
	struct reader r = reader_of(t), app, oid;

	spnego_decode(t, &whole, &fault);
	ck_assert(der_enter(&r, DER_APPLICATION(0), &app));
	ck_assert(der_enter(&app, DER_OID, &oid));

	/* NegTokenInit without its GSS header */
	ck_assert(spnego_decode(span_from(app.in, app.pos), &s, &fault));
	ck_assert_int_eq(s.wrap, WRAP_SPNEGO);
	ck_assert(span_eq(s.inner, whole.inner));

	/* Kerberos in GSS framing, without SPNEGO: what mechToken holds */
	size_t back = (size_t)(whole.inner.at - t.at);
	struct span framed = { 0 };

	for (size_t at = back; at-- > 0 && !span_is_set(framed);)
		if (t.at[at] == DER_APPLICATION(0))
			framed = span_from(t, at);
	ck_assert(spnego_decode(framed, &s, &fault));
	ck_assert_int_eq(s.wrap, WRAP_GSS_KRB5);
	ck_assert(span_eq(s.inner, whole.inner));

	/* the AP-REQ by itself */
	ck_assert(spnego_decode(whole.inner, &s, &fault));
	ck_assert_int_eq(s.wrap, WRAP_RAW);
	ck_assert(span_eq(s.inner, whole.inner));
	ck_assert_int_eq(kerberos_kind(s.inner), KERBEROS_AP_REQ);
	material_free(t);
}
END_TEST

static const struct {
	const char *name;
	struct span bytes;
	bool ok;
	enum neg_state state;
	size_t n_mechs;
	bool inner;
} odd[] = {
	{ "raw NTLMSSP", SPAN_INIT("NTLMSSP\0\1\0\0\0"), true, NEG_ABSENT, 0,
	    true },
	{ "NEGOEX by itself", SPAN_INIT("NEGOEXTS\0\0\0\0"), true, NEG_ABSENT,
	    0, true },
	{ "state alone", SPAN_INIT("\xa1\x07\x30\x05\xa0\x03\x0a\x01\x02"),
	    true, NEG_REJECT, 0, false },
	{ "a state that is none",
	    SPAN_INIT("\xa1\x07\x30\x05\xa0\x03\x0a\x01\x09"), true,
	    NEG_ABSENT, 0, false },
	{ "negative state", SPAN_INIT("\xa1\x07\x30\x05\xa0\x03\x0a\x01\xff"),
	    true, NEG_ABSENT, 0, false },
	{ "empty NegTokenResp", SPAN_INIT("\xa1\x02\x30\x00"), true,
	    NEG_ABSENT, 0, false },
	{ "no SEQUENCE in it", SPAN_INIT("\xa1\x02\x04\x00"), false,
	    NEG_ABSENT, 0, false },
	{ "GSS header without a mechanism", SPAN_INIT("\x60\x02\x30\x00"),
	    false, NEG_ABSENT, 0, false },
	{ "indefinite length", SPAN_INIT("\xa1\x80\x30\x80\0\0\0\0"), false,
	    NEG_ABSENT, 0, false },
	{ "one byte", SPAN_INIT("\x60"), false, NEG_ABSENT, 0, false },
};

START_TEST(odd_tokens)
{
	struct spnego s;
	struct fault fault;
	bool ok = spnego_decode(odd[_i].bytes, &s, &fault);

	ck_assert_msg(ok == odd[_i].ok, "%s", odd[_i].name);
	ck_assert_msg(s.state == odd[_i].state, "%s", odd[_i].name);
	ck_assert_uint_eq(s.n_mechs, odd[_i].n_mechs);
	ck_assert_int_eq(span_has_bytes(s.inner), odd[_i].inner);
}
END_TEST

START_TEST(of_many_mechanisms_the_first_are_kept)
{
	enum { MANY = 1000, ROW = 4 };
	static uint8_t bytes[20 + MANY * ROW];
	static const uint8_t tags[] = { 0xa0, 0x30, 0xa0, 0x30 };
	size_t at = 0, list = MANY * ROW;
	struct spnego s;
	struct fault fault;

	for (size_t i = 0; i < sizeof(tags); i++) {
		size_t len = list + 12 - 4 * i;

		bytes[at++] = tags[i];
		bytes[at++] = 0x82;
		bytes[at++] = (uint8_t)(len >> 8);
		bytes[at++] = (uint8_t)len;
	}
	for (size_t i = 0; i < MANY; i++, at += ROW)
		memcpy(bytes + at, "\x06\x02\x2a\x03", ROW);
	ck_assert(spnego_decode(span_of(bytes, at), &s, &fault));
	ck_assert_uint_eq(s.n_mechs, SPNEGO_MECHS);
	ck_assert_ptr_null(spnego_mech_name(s.mechs[0]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/spnego");
	TCase *tc = tcase_create("tokens");
	const int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(tc, real_tokens_are_opened, 0, n);
	tcase_add_loop_test(tc, every_prefix_is_a_fault_and_stays_inside, 0,
	    n);
	tcase_add_test(tc, other_envelopes_hold_the_same);
	tcase_add_loop_test(tc, odd_tokens, 0, sizeof(odd) / sizeof(odd[0]));
	tcase_add_test(tc, of_many_mechanisms_the_first_are_kept);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
