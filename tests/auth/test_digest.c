/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/token.h"
#include "run.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))

#define MD5_HEX "0123456789abcdef0123456789abcdef"

/* A complete answer; the rows take away or change one thing. */
#define ANSWER(user, uri, rest)                                                \
	"Digest username=" user ", realm=\"Lab\", nonce=\"abc\", uri=" uri     \
	", response=\"" MD5_HEX "\"" rest

static const struct answer {
	const char *value, *user, *domain, *uri, *algorithm, *qop, *missing;
	uint32_t nc;
	bool bad_length, userhash;
} answers[] = {
	{ ANSWER("\"alice\"", "\"/x\"",
	      ", qop=auth, nc=00000001, cnonce=\"c\""),
	    "alice", NULL, "/x", NULL, "auth", NULL, 1, false, false },
	/* Any order of names, any case, token instead of quoted string. */
	{ "DIGEST NC=0000000a,QOP=\"auth\",Response=\"" MD5_HEX
	  "\",URI=\"h:443\",nonce=abc,REALM=Lab,USERNAME=bob,algorithm=MD5"
	  ",CNONCE=c",
	    "bob", NULL, "h:443", "MD5", "auth", NULL, 10, false, false },
	/* The query may hold secrets and is not kept. */
	{ ANSWER("\"alice\"", "\"http://h/p?key=sesame\"", ""), "alice", NULL,
	    "http://h/p", NULL, NULL, NULL, 0, false, false },
	/* A backslash, doubled as it must be and as many clients send it. */
	{ ANSWER("\"LAB\\\\alice\"", "\"/\"", ""), "alice", "LAB", "/", NULL,
	    NULL, NULL, 0, false, false },
	{ ANSWER("\"LAB\\alice\"", "\"/\"", ""), "alice", "LAB", "/", NULL,
	    NULL, NULL, 0, false, false },
	{ ANSWER("\"alice@lab.test\"", "\"/\"", ", algorithm=SHA-256"),
	    "alice", "lab.test", "/", "SHA-256", NULL, NULL, 0, false,
	    false },
	/* RFC 7616 3.4.4: the name is a digest, too; it names nobody. */
	{ ANSWER("\"" MD5_HEX "\"", "\"/\"", ", userhash=true"), NULL, NULL,
	    "/", NULL, NULL, NULL, 0, false, true },
	{ "Digest realm=\"Lab\", nonce=\"abc\", uri=\"/\", response=\"" MD5_HEX
	  "\"",
	    NULL, NULL, "/", NULL, NULL, "username", 0, false, false },
	{ ANSWER("\"\"", "\"/\"", ""), "", NULL, "/", NULL, NULL,
	    "a name in username", 0, false, false },
	{ "Digest username*=UTF-8''J%C3%A4, realm=\"Lab\", nonce=\"abc\", "
	  "uri=\"/\", response=\"" MD5_HEX "\"",
	    NULL, NULL, "/", NULL, NULL, NULL, 0, false, false },
	{ "Digest username=\"a\", nonce=\"abc\", uri=\"/\", response=\"" MD5_HEX
	  "\"",
	    "a", NULL, "/", NULL, NULL, "realm", 0, false, false },
	{ "Digest username=\"a\", realm=\"r\", uri=\"/\", response=\"" MD5_HEX
	  "\"",
	    "a", NULL, "/", NULL, NULL, "nonce", 0, false, false },
	{ "Digest username=\"a\", realm=\"r\", nonce=\"n\", response=\"" MD5_HEX
	  "\"",
	    "a", NULL, NULL, NULL, NULL, "uri", 0, false, false },
	{ "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"/\"", "a",
	    NULL, "/", NULL, NULL, "response", 0, false, false },
	{ "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"/\", "
	  "response=\"0123\"",
	    "a", NULL, "/", NULL, NULL, NULL, 0, true, false },
	/* RFC 7616 3.4: qop asks for both. */
	{ ANSWER("\"a\"", "\"/\"", ", qop=auth, cnonce=\"c\""), "a", NULL, "/",
	    NULL, "auth", "nc", 0, false, false },
	{ ANSWER("\"a\"", "\"/\"", ", qop=auth, nc=00000001"), "a", NULL, "/",
	    NULL, "auth", "cnonce", 1, false, false },
	{ "Digest", NULL, NULL, NULL, NULL, NULL, "username", 0, false,
	    false },
};

static void
same_text(const char *what, const char *value, const char *got,
    const char *want)
{
	ck_assert_msg((got == NULL) == (want == NULL) &&
	        (got == NULL || strcmp(got, want) == 0),
	    "%s of %s: %s, not %s", what, value,
	    got != NULL ? got : "nothing", want != NULL ? want : "nothing");
}

START_TEST(an_answer_is_taken_apart)
{
	const struct answer *w = &answers[_i];
	struct arena a = { 0 };
	struct token t;

	token_of_credentials(span_of_str(w->value), &a, &t);
	ck_assert_int_eq(t.scheme, SCHEME_DIGEST);
	ck_assert_int_eq(t.kind, TOKEN_DIGEST);
	same_text("user", w->value, t.user, w->user);
	same_text("domain", w->value, t.domain, w->domain);
	same_text("uri", w->value, t.digest->uri, w->uri);
	same_text("algorithm", w->value, t.digest->algorithm, w->algorithm);
	same_text("qop", w->value, t.digest->qop, w->qop);
	same_text("missing", w->value, t.digest->missing, w->missing);
	ck_assert_uint_eq(t.digest->nc, w->nc);
	ck_assert(t.digest->response_bad_length == w->bad_length);
	ck_assert(t.digest->userhash == w->userhash);
	arena_fini(&a);
}
END_TEST

static const struct offer {
	const char *value, *realm, *algorithm, *qop;
	int stale;
} offers[] = {
	{ "Digest realm=\"Lab\", nonce=\"n\", qop=\"auth\", stale=false",
	    "Lab", NULL, "auth", 0 },
	{ "Digest realm=\"Lab\", nonce=\"n\", stale=TRUE", "Lab", NULL, NULL,
	    1 },
	{ "Digest realm=\"Lab\", nonce=\"n\", stale=\"true\"", "Lab", NULL,
	    NULL, 1 },
	{ "Digest realm=\"a, b\", nonce=\"n\", algorithm=SHA-256, "
	  "qop=\"auth,auth-int\"",
	    "a, b", "SHA-256", "auth,auth-int", -1 },
	{ "Digest", NULL, NULL, NULL, -1 },
};

START_TEST(an_offer_is_taken_apart)
{
	const struct offer *w = &offers[_i];
	struct arena a = { 0 };
	struct token t;
	struct fault fault;

	ck_assert_uint_eq(
	    token_of_challenges(span_of_str(w->value), &a, &t, 1, &fault), 1);
	ck_assert_int_eq(t.scheme, SCHEME_DIGEST);
	same_text("realm", w->value, t.digest->realm, w->realm);
	same_text("algorithm", w->value, t.digest->algorithm, w->algorithm);
	same_text("qop", w->value, t.digest->qop, w->qop);
	ck_assert_int_eq(t.digest->stale, w->stale);
	arena_fini(&a);
}
END_TEST

START_TEST(nonce_and_response_are_fingerprints_only)
{
	struct arena a = { 0 };
	struct token t[3];

	token_of_credentials(span_of_str(ANSWER("\"a\"", "\"/\"", "")), &a,
	    &t[0]);
	token_of_credentials(
	    span_of_str(ANSWER("\"a\"", "\"/other\"", "")), &a, &t[1]);
	token_of_credentials(
	    SPAN("Digest username=\"a\", realm=\"r\", nonce=\"abd\", "
	         "uri=\"/\", response=\"" MD5_HEX "\""),
	    &a, &t[2]);
	ck_assert(t[0].digest->nonce == t[1].digest->nonce);
	ck_assert(t[0].digest->nonce != t[2].digest->nonce);
	ck_assert(t[0].digest->response == t[2].digest->response);
	ck_assert(t[0].digest->nonce != t[0].digest->response);
	arena_fini(&a);
}
END_TEST

START_TEST(every_prefix_is_survived)
{
	struct span whole =
	    span_of_str(ANSWER("\"LAB\\\\alice\"", "\"h:443\"",
	        ", qop=auth, nc=00000001, cnonce=\"c\", opaque=\"o\""));

	for (size_t n = 0; n <= whole.len; n++) {
		uint8_t *copy = exact_copy(whole, n);
		struct arena a = { 0 };
		struct token t[4];
		struct fault fault;

		token_of_credentials(span_of(copy, n), &a, &t[0]);
		ck_assert(n < whole.len || t[0].digest->missing == NULL);
		token_of_challenges(span_of(copy, n), &a, t, 4, &fault);
		arena_fini(&a);
		free(copy);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/digest");
	TCase *c = tcase_create("digest");

	tcase_add_loop_test(c, an_answer_is_taken_apart, 0, N_ROWS(answers));
	tcase_add_loop_test(c, an_offer_is_taken_apart, 0, N_ROWS(offers));
	tcase_add_test(c, nonce_and_response_are_fingerprints_only);
	tcase_add_test(c, every_prefix_is_survived);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
