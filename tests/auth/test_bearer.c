/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/token.h"
#include "base/text.h"
#include "run.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))

/* base64url without padding, RFC 7515 section 2. */
static void
add_part(struct text *t, const char *json)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                               "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = strlen(json);

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = 0;
		size_t have = n - i < 3 ? n - i : 3;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < have ? (uint8_t)json[i + k] : 0u);
		for (size_t k = 0; k <= have; k++)
			text_fmt(t, "%c", alphabet[v >> (18 - 6 * k) & 63]);
	}
}

static void
add_jwt(struct text *t, const char *header, const char *payload)
{
	text_str(t, "Bearer ");
	add_part(t, header);
	text_str(t, ".");
	add_part(t, payload);
	text_str(t, ".c2lnbmF0dXJl");
}

static const struct jwt {
	const char *header, *payload;
	bool is_jwt;
	const char *alg, *kid, *iss, *aud, *scope;
	when_ns exp, nbf, iat;
} jwts[] = {
	{ "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}",
	    "{\"iss\":\"https://idp\",\"aud\":\"proxy\",\"exp\":1700000000,"
	    "\"nbf\":1699990000,\"iat\":1699990001,\"scope\":\"a b\"}",
	    true, "RS256", "k1", "https://idp", "proxy", "a b",
	    1700000000 * WHEN_SECOND, 1699990000 * WHEN_SECOND,
	    1699990001 * WHEN_SECOND },
	/* Fractions are legal; azp and scp are what some issuers write. */
	{ "{ \"alg\" : \"none\" }",
	    "{\"exp\":1700000000.75,\"scp\":\"x\",\"nested\":{\"exp\":5}}",
	    true, "none", NULL, NULL, NULL, "x", 1700000000 * WHEN_SECOND,
	    WHEN_NONE, WHEN_NONE },
	/* Several audiences are kept as they are written. */
	{ "{\"alg\":\"ES256\"}", "{\"aud\":[\"a\",\"b\"]}", true, "ES256",
	    NULL, NULL, "[\"a\",\"b\"]", NULL, WHEN_NONE, WHEN_NONE,
	    WHEN_NONE },
	/* A time that is none, or that no clock can show. */
	{ "{\"alg\":\"ES256\"}",
	    "{\"exp\":\"soon\",\"nbf\":-5,\"iat\":99999999999999999999}",
	    true, "ES256", NULL, NULL, NULL, NULL, WHEN_NONE, WHEN_NONE,
	    WHEN_NONE },
	/* Two dots do not make a JWT. */
	{ "hello", "{\"iss\":\"x\"}", false, NULL, NULL, "x", NULL, NULL,
	    WHEN_NONE, WHEN_NONE, WHEN_NONE },
	{ "{\"alg\":\"RS256\"", "{\"iss\":\"x\",\"aud\":", true, "RS256",
	    NULL, "x", NULL, NULL, WHEN_NONE, WHEN_NONE, WHEN_NONE },
};

static void
same_text(const char *what, const char *got, const char *want)
{
	bool same = got == NULL || want == NULL
	    ? got == want
	    : strcmp(got, want) == 0;

	ck_assert_msg(same, "%s: %s, not %s", what,
	    got != NULL ? got : "nothing", want != NULL ? want : "nothing");
}

START_TEST(a_jwt_is_read)
{
	const struct jwt *w = &jwts[_i];
	struct text v = { 0 };
	struct arena a = { 0 };
	struct token t;

	add_jwt(&v, w->header, w->payload);
	token_of_credentials(text_span(&v), &a, &t);
	ck_assert_int_eq(t.kind, TOKEN_BEARER);
	ck_assert(t.bearer->is_jwt == w->is_jwt);
	same_text("alg", t.bearer->alg, w->alg);
	same_text("kid", t.bearer->kid, w->kid);
	same_text("iss", t.bearer->iss, w->iss);
	same_text("aud", t.bearer->aud, w->aud);
	same_text("scope", t.bearer->scope, w->scope);
	ck_assert_int_eq(t.bearer->exp, w->exp);
	ck_assert_int_eq(t.bearer->nbf, w->nbf);
	ck_assert_int_eq(t.bearer->iat, w->iat);
	same_text("oddity", t.bearer->oddity, NULL);
	arena_fini(&a);
	text_fini(&v);
}
END_TEST

static const struct odd {
	const char *value, *oddity;
} odds[] = {
	{ "Bearer 2YotnFZFEjr1zCsicMWpAA", NULL },
	{ "bearer a.b.c.d.e", NULL },
	{ "Bearer undefined", "undefined" },
	{ "Bearer null", "null" },
	{ "Bearer [object Object]", "[object Object]" },
	{ "Bearer", "empty" },
	{ "Bearer Bearer abc", "Bearer twice" },
	{ "Bearer \"abc\"", "quotes" },
	{ "Bearer ${TOKEN}", "a template" },
	{ "Bearer <token>", "a template" },
	{ "Bearer ab cd", "white space or other bytes inside" },
	{ "Bearer ab%2Ecd", "characters that no token has" },
	{ "Bearer 1234|abc:d", NULL },
	{ "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOi",
	    "a JWT that is not whole" },
	{ "Bearer eyJub25lIjoxfQ.abc", NULL },
};

START_TEST(what_is_no_token_is_named)
{
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(span_of_str(odds[_i].value), &a, &t);
	ck_assert_int_eq(t.kind, TOKEN_BEARER);
	same_text(odds[_i].value, t.bearer->oddity, odds[_i].oddity);
	ck_assert(!t.bearer->is_jwt);
	arena_fini(&a);
}
END_TEST

START_TEST(the_challenge_says_what_was_wrong)
{
	struct arena a = { 0 };
	struct token t;
	struct fault fault;

	token_of_challenges(
	    SPAN("Bearer realm=\"r\", error=\"invalid_token\", "
	         "error_description=\"The token, it expired\", scope=\"x y\""),
	    &a, &t, 1, &fault);
	same_text("realm", t.realm, "r");
	same_text("error", t.bearer->error, "invalid_token");
	same_text("description", t.bearer->error_description,
	    "The token, it expired");
	same_text("scope", t.bearer->scope, "x y");
	arena_fini(&a);
}
END_TEST

START_TEST(every_prefix_is_survived)
{
	struct text v = { 0 };

	add_jwt(&v, "{\"alg\":\"RS256\",\"kid\":\"k\\u00e4\"}",
	    "{\"iss\":\"a\\\"b\",\"aud\":[{\"x\":[1,2]}],\"exp\":17}");
	for (size_t n = 0; n <= text_span(&v).len; n++) {
		uint8_t *copy = exact_copy(text_span(&v), n);
		struct arena a = { 0 };
		struct token t;

		token_of_credentials(span_of(copy, n), &a, &t);
		arena_fini(&a);
		free(copy);
	}
	text_fini(&v);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/bearer");
	TCase *c = tcase_create("bearer");

	tcase_add_loop_test(c, a_jwt_is_read, 0, N_ROWS(jwts));
	tcase_add_loop_test(c, what_is_no_token_is_named, 0, N_ROWS(odds));
	tcase_add_test(c, the_challenge_says_what_was_wrong);
	tcase_add_test(c, every_prefix_is_survived);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
