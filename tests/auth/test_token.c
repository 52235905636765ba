/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/token.h"
#include "run.h"

#define MANY 8

/* Offers as they are in traffic; the schemes that must come out. */
static const struct offer {
	const char *value;
	const char *schemes[MANY];
	bool fault;
} offers[] = {
	{ "Negotiate", { "Negotiate" }, false },
	{ "NTLM", { "NTLM" }, false },
	{ "Negotiate, NTLM", { "Negotiate", "NTLM" }, false },
	{ "negotiate,ntlm ,BASIC realm=\"a, b\"",
	    { "negotiate", "ntlm", "BASIC" }, false },
	{ "Basic realm=\"x\", charset=\"UTF-8\", NTLM", { "Basic", "NTLM" },
	    false },
	{ "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", stale=false, Basic "
	  "realm=\"r\"",
	    { "Digest", "Basic" }, false },
	{ "NTLM TlRMTVNTUAACAAAA, Basic realm=\"x\"", { "NTLM", "Basic" },
	    false },
	{ "Basic realm=my proxy", { "Basic" }, true },
	{ ", ,", { NULL }, false },
};

START_TEST(offers_are_taken_apart)
{
	const struct offer *o = &offers[_i];
	struct arena a = { 0 };
	struct token t[MANY];
	struct fault fault;
	size_t n = token_of_challenges(span_of_str(o->value), &a, t, MANY,
	    &fault);
	size_t want = 0;

	while (want < MANY && o->schemes[want] != NULL)
		want++;
	ck_assert_msg(n == want, "%s: %zu challenges", o->value, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(t[i].scheme_name, o->schemes[i]);
	ck_assert_msg((fault.kind != FAULT_NONE) == o->fault, "%s", o->value);
	arena_fini(&a);
}
END_TEST

static const struct basic {
	const char *value, *user, *domain;
	unsigned shape;
} basics[] = {
	{ "Basic YWxpY2U6c2VjcmV0", "alice", NULL, 0 },
	{ "basic  TEFCXGFsaWNlOnNlY3JldA==", "alice", "LAB", 0 },
	{ "Basic YWxpY2VAbGFiLnRlc3Q6c2VjcmV0", "alice", "lab.test", 0 },
	{ "Basic YWxpY2U6c2VjcmV0Cg==", "alice", NULL, BASIC_TRAILING_SPACE },
	{ "Basic YWxpY2U6cCU0MHNz", "alice", NULL, BASIC_PERCENT },
	{ "Basic basic YWxpY2U6c2VjcmV0", "alice", NULL, BASIC_WORD_TWICE },
	{ "Basic TEFCXFxhbGljZTpzM2NyZXQ=", "\\alice", "LAB",
	    BASIC_BACKSLASHES },
	{ "Basic ImFsaWNlIjoiczNjcmV0Ig==", "\"alice\"", NULL, BASIC_QUOTED },
	{ "Basic b'YWxpY2U6c2VjcmV0'", "alice", NULL, BASIC_BYTES_REPR },
	{ "Basic c2VjcmV0", NULL, NULL, BASIC_NO_COLON },
	{ "Basic OnNlY3JldA==", "", NULL, BASIC_EMPTY_USER },
	{ "Basic YWxpY2U6", "alice", NULL, BASIC_EMPTY_PASSWORD },
	{ "Basic dXNlcjpwYXNzd29yZA==", "user", NULL, BASIC_PLACEHOLDER },
	/* alice:********, alice:undefined; but alice:password, alice:x.x */
	{ "Basic YWxpY2U6KioqKioqKio=", "alice", NULL, BASIC_PLACEHOLDER },
	{ "Basic YWxpY2U6dW5kZWZpbmVk", "alice", NULL, BASIC_PLACEHOLDER },
	{ "Basic YWxpY2U6cGFzc3dvcmQ=", "alice", NULL, 0 },
	{ "Basic YWxpY2U6eC54", "alice", NULL, 0 },
	/* alice:a%%40 */
	{ "Basic YWxpY2U6YSUlNDA=", "alice", NULL, BASIC_PERCENT },
	{ "Basic YWxpY2U6c2VjcmV", "alice", NULL,
	    BASIC_NOT_BASE64 | BASIC_UNPADDED },
};

START_TEST(basic_shows_the_name_and_its_shape)
{
	const struct basic *b = &basics[_i];
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(span_of_str(b->value), &a, &t);
	ck_assert_int_eq(t.kind, TOKEN_BASIC);
	if (b->user == NULL)
		ck_assert_ptr_null(t.user);
	else
		ck_assert_str_eq(t.user, b->user);
	if (b->domain == NULL)
		ck_assert_ptr_null(t.domain);
	else
		ck_assert_str_eq(t.domain, b->domain);
	if (!(b->shape & BASIC_NOT_BASE64))
		ck_assert_uint_eq(t.basic.shape, b->shape);
	else
		ck_assert(t.basic.shape & b->shape);
	arena_fini(&a);
}
END_TEST

START_TEST(the_same_secret_has_the_same_fingerprint)
{
	struct arena a = { 0 };
	struct token t[3];
	const char *values[] = { "Basic YWxpY2U6c2VjcmV0",
		"Basic Ym9iOnNlY3JldA==", "Basic YWxpY2U6c2VjcmV1" };

	for (int i = 0; i < 3; i++)
		token_of_credentials(span_of_str(values[i]), &a, &t[i]);
	ck_assert_uint_eq(t[0].secret, t[1].secret);
	ck_assert_uint_ne(t[0].secret, t[2].secret);
	ck_assert_uint_ne(t[0].whole, t[1].whole);
	arena_fini(&a);
}
END_TEST

/* p.a-s#s3:t may be cut at '#' and at ':', nowhere else. */
START_TEST(where_a_password_may_be_cut_is_known)
{
	struct arena a = { 0 };
	struct token all, cut, first, plain;

	token_of_credentials(SPAN("Basic Y2Fyb2w6cC5hLXMjczM6dA=="), &a, &all);
	token_of_credentials(SPAN("Basic Y2Fyb2w6cC5hLXM="), &a, &first);
	token_of_credentials(SPAN("Basic Y2Fyb2w6cC5hLXMjczM="), &a, &cut);
	token_of_credentials(SPAN("Basic Y2Fyb2w6I3Bhcw=="), &a, &plain);
	ck_assert_uint_eq(all.basic.n_cuts, 2);
	ck_assert_uint_eq(all.basic.cuts[0], first.basic.password);
	ck_assert_uint_eq(all.basic.cuts[1], cut.basic.password);
	ck_assert_uint_eq(cut.basic.n_cuts, 1);
	ck_assert_uint_eq(plain.basic.n_cuts, 0);
	arena_fini(&a);
}
END_TEST

/* A value without a scheme may be the secret itself: none of it is kept. */
START_TEST(a_lone_word_is_not_shown)
{
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(SPAN("hunter2"), &a, &t);
	ck_assert_int_eq(t.scheme, SCHEME_MISSING);
	ck_assert_str_eq(t.scheme_name, "none");
	token_of_credentials(SPAN("dXNlcjpwYXNz="), &a, &t);
	ck_assert_int_eq(t.scheme, SCHEME_MISSING);
	arena_fini(&a);
}
END_TEST

static const struct {
	const char *value;
	enum token_kind kind;
	enum neg_state state;
	bool garbled;
} negotiates[] = {
	{ "Negotiate", TOKEN_NONE, NEG_ABSENT, false },
	{ "Negotiate AA==", TOKEN_NONE, NEG_ABSENT, false },
	{ "Negotiate oQcwBaADCgEA", TOKEN_SPNEGO, NEG_ACCEPT_COMPLETED, false },
	{ "Negotiate oQcwBaADCgEC", TOKEN_SPNEGO, NEG_REJECT, false },
	{ "Negotiate token=oQcwBaADCgEC", TOKEN_SPNEGO, NEG_REJECT, true },
	{ "Negotiate TlRMTVNTUAABAAAABoIIAA==", TOKEN_NTLM_NEGOTIATE,
	    NEG_ABSENT, false },
	{ "Negotiate ////", TOKEN_UNKNOWN, NEG_ABSENT, false },
};

START_TEST(negotiate_is_opened)
{
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(span_of_str(negotiates[_i].value), &a, &t);
	ck_assert_int_eq(t.scheme, SCHEME_NEGOTIATE);
	ck_assert_int_eq(t.kind, negotiates[_i].kind);
	ck_assert_int_eq(t.neg_state, negotiates[_i].state);
	ck_assert_int_eq(t.garbled, negotiates[_i].garbled);
	arena_fini(&a);
}
END_TEST

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

int
main(void)
{
	Suite *suite = suite_create("auth/token");
	TCase *c = tcase_create("token");

	tcase_add_loop_test(c, offers_are_taken_apart, 0, ROWS(offers));
	tcase_add_loop_test(c, basic_shows_the_name_and_its_shape, 0,
	    ROWS(basics));
	tcase_add_test(c, the_same_secret_has_the_same_fingerprint);
	tcase_add_test(c, where_a_password_may_be_cut_is_known);
	tcase_add_test(c, a_lone_word_is_not_shown);
	tcase_add_loop_test(c, negotiate_is_opened, 0, ROWS(negotiates));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
