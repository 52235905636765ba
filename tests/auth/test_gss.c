/* SPDX-License-Identifier: BSD-2-Clause */
/* Negotiate and NTLM from the header field's value to a struct token. */
#include "auth/token.h"
#include "material.h"

/* RFC 4648 section 4, for the tests: the program only decodes. */
static char *
base64_of(const char *before, struct span s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t room = strlen(before) + (s.len + 2) / 3 * 4 + 1;
	char *text = malloc(room), *at = text + strlen(before);

	ck_assert_ptr_nonnull(text);
	memcpy(text, before, strlen(before));
	for (size_t i = 0; i < s.len; i += 3) {
		uint32_t v = (uint32_t)s.at[i] << 16;

		if (i + 1 < s.len)
			v |= (uint32_t)s.at[i + 1] << 8;
		if (i + 2 < s.len)
			v |= s.at[i + 2];
		*at++ = digits[v >> 18];
		*at++ = digits[v >> 12 & 63];
		*at++ = i + 1 < s.len ? digits[v >> 6 & 63] : '=';
		*at++ = i + 2 < s.len ? digits[v & 63] : '=';
	}
	*at = '\0';
	return text;
}

static const struct {
	const char *file;
	enum token_kind kind;
	enum neg_state state;
	const char *mech, *user, *service;
	int error;
} rows[] = {
	{ "ap-req", TOKEN_AP_REQ, NEG_ABSENT, "krb5", NULL,
	    "HTTP/proxy.lab.test", -1 },
	{ "accept-completed", TOKEN_AP_REP, NEG_ACCEPT_COMPLETED, "krb5",
	    NULL, NULL, -1 },
	{ "krb-error-31", TOKEN_KRB_ERROR, NEG_REJECT, "krb5", NULL,
	    "HTTP/proxy.lab.test", 31 },
	{ "krb-error-37", TOKEN_KRB_ERROR, NEG_REJECT, "krb5", NULL,
	    "HTTP/proxy.lab.test", 37 },
	{ "ntlm-1-in-spnego", TOKEN_NTLM_NEGOTIATE, NEG_ABSENT, "ntlmssp",
	    NULL, NULL, -1 },
	{ "ntlm-2-in-spnego", TOKEN_NTLM_CHALLENGE, NEG_ACCEPT_INCOMPLETE,
	    "ntlmssp", NULL, NULL, -1 },
	{ "ntlm-3-in-spnego", TOKEN_NTLM_AUTHENTICATE, NEG_ACCEPT_INCOMPLETE,
	    "ntlmssp", "alice", NULL, -1 },
};

static void
same_text(const char *what, const char *got, const char *want)
{
	ck_assert_msg((got == NULL) == (want == NULL) &&
	        (got == NULL || strcmp(got, want) == 0),
	    "%s: %s is not %s", what, got, want);
}

static struct span
bytes_of(int i)
{
	char path[64];

	snprintf(path, sizeof(path), "auth/tokens/%s.bin", rows[i].file);
	return material(path);
}

static void
check(const char *value, int i)
{
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(span_of_str(value), &a, &t);
	ck_assert_int_eq(t.scheme, SCHEME_NEGOTIATE);
	ck_assert_msg(t.kind == rows[i].kind, "%s: kind %d", rows[i].file,
	    t.kind);
	ck_assert_int_eq(t.neg_state, rows[i].state);
	ck_assert_int_eq(t.is_init, t.kind == TOKEN_AP_REQ ||
	        t.kind == TOKEN_NTLM_NEGOTIATE);
	same_text(rows[i].file, t.mech, rows[i].mech);
	same_text(rows[i].file, t.user, rows[i].user);
	same_text(rows[i].file, t.kerberos->service, rows[i].service);
	ck_assert_int_eq(t.kerberos->error_code, rows[i].error);
	ck_assert_int_eq(t.fault.kind, FAULT_NONE);
	if (rows[i].kind == TOKEN_AP_REQ)
		ck_assert(t.kerberos->ticket != 0 &&
		    t.secret == t.kerberos->ticket);
	arena_fini(&a);
}

START_TEST(real_tokens)
{
	struct span s = bytes_of(_i);
	char *value = base64_of("Negotiate ", s);

	check(value, _i);
	free(value);
	material_free(s);
}
END_TEST

START_TEST(what_a_wrapper_garbled_is_mended)
{
	struct span s = bytes_of(1);
	char *value = base64_of("Negotiate token=", s);
	struct arena a = { 0 };
	struct token t;

	check(value, 1);
	token_of_credentials(span_of_str(value), &a, &t);
	ck_assert(t.garbled);
	arena_fini(&a);
	free(value);
	material_free(s);
}
END_TEST

/* However long it is: no crash, no secret, and never another kind. */
START_TEST(every_prefix_of_the_field)
{
	struct span s = bytes_of(_i);
	char *value = base64_of("Negotiate ", s);
	size_t len = strlen(value);

	for (size_t n = 10; n < len; n++) {
		uint8_t *cut = exact_copy(span_of_str(value), n);
		struct arena a = { 0 };
		struct token t;

		token_of_credentials(span_of(cut, n), &a, &t);
		ck_assert_int_eq(t.scheme, SCHEME_NEGOTIATE);
		ck_assert_msg(t.kind == rows[_i].kind ||
		        t.kind == TOKEN_UNKNOWN || t.kind == TOKEN_SPNEGO ||
		        t.kind == TOKEN_NONE,
		    "%s: %zu: kind %d", rows[_i].file, n, t.kind);
		arena_fini(&a);
		free(cut);
	}
	free(value);
	material_free(s);
}
END_TEST

static const struct {
	const char *value;
	enum token_kind kind;
	bool not_base64;
	enum fault_kind fault;
} odd[] = {
	{ "Negotiate", TOKEN_NONE, false, FAULT_NONE },
	{ "negotiate ", TOKEN_NONE, false, FAULT_NONE },
	/* squid's Kerberos helper, where it has no token */
	{ "Negotiate AA==", TOKEN_NONE, false, FAULT_NONE },
	{ "Negotiate !!!!", TOKEN_UNKNOWN, true, FAULT_VALUE },
	{ "Negotiate TlRMTVNTUAAJAAAA", TOKEN_UNKNOWN, false, FAULT_VALUE },
	{ "Negotiate TkVHT0VYVFMAAAAA", TOKEN_NEGOEX, false, FAULT_NONE },
	/* AP-REQ of length 0 */
	{ "Negotiate bgA=", TOKEN_AP_REQ, false, FAULT_VALUE },
	/* indefinite length */
	{ "Negotiate YIAwgAAA", TOKEN_UNKNOWN, false, FAULT_VALUE },
	{ "NTLM TlRMTVNTUAABAAAA", TOKEN_NTLM_NEGOTIATE, false, FAULT_CUT },
};

START_TEST(odd_fields)
{
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(span_of_str(odd[_i].value), &a, &t);
	ck_assert_msg(t.kind == odd[_i].kind, "%s: kind %d", odd[_i].value,
	    t.kind);
	ck_assert_int_eq(t.not_base64, odd[_i].not_base64);
	ck_assert_msg(t.fault.kind == odd[_i].fault, "%s: fault %d",
	    odd[_i].value, t.fault.kind);
	arena_fini(&a);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/gss");
	TCase *tc = tcase_create("fields");
	const int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(tc, real_tokens, 0, n);
	tcase_add_test(tc, what_a_wrapper_garbled_is_mended);
	tcase_add_loop_test(tc, every_prefix_of_the_field, 0, n);
	tcase_add_loop_test(tc, odd_fields, 0, sizeof(odd) / sizeof(odd[0]));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
