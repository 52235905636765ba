/* SPDX-License-Identifier: BSD-2-Clause */
/* What is odd about credentials is not the reason, where it was accepted. */
#include "diagnose/diagnosis.h"

#include "judged.h"
#include "run.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))

static struct attempt *
basic(uint8_t client, unsigned shape, fingerprint value, bool good)
{
	struct attempt *a =
	    scene_basic(&scene, client, "ci", "svc", value, good);

	((struct token *)(uintptr_t)a->credentials)->basic.shape = shape;
	return a;
}

static const struct shape {
	unsigned shape;
	const char *rule; /* of one that never passed */
} shapes[] = {
	{ BASIC_PERCENT, "basic-percent-encoded" },
	{ BASIC_TRAILING_SPACE, "basic-trailing-newline" },
	{ BASIC_QUOTED, "basic-quoted" },
	{ BASIC_BYTES_REPR | BASIC_NOT_BASE64, "basic-bytes-repr" },
	{ BASIC_NO_COLON, "basic-no-colon" },
	{ BASIC_EMPTY_USER, "basic-empty-part" },
	{ BASIC_EMPTY_PASSWORD, "basic-empty-part" },
	{ BASIC_PLACEHOLDER, "basic-placeholder" },
	{ BASIC_NOT_BASE64, "basic-not-base64" },
	{ BASIC_WRAPPED, "basic-wrapped" },
	{ BASIC_NON_ASCII_OTHER, "basic-latin1" },
	{ BASIC_CONTROL, "basic-control" },
	{ BASIC_BACKSLASHES, "basic-doubled-backslash" },
	{ BASIC_WORD_TWICE, "basic-word-twice" },
};

START_TEST(a_shape_that_was_accepted_is_no_reason)
{
	const struct shape *row = &shapes[_i];
	struct attempt *a;

	basic(1, row->shape, 5, true);
	basic(1, row->shape, 5, false);
	a = basic(1, row->shape, 5, false);
	diagnose();
	RULE_IS(a, "credentials-worked-until");
}
END_TEST

/* Another value of the same user, or the same at another proxy. */
START_TEST(a_shape_that_was_not_accepted_is_one)
{
	const struct shape *row = &shapes[_i];
	struct attempt *a;

	basic(1, 0, 6, true);
	basic(1, row->shape, 5, true)->connection.proxy = scene_address(201);
	a = basic(1, row->shape, 5, false);
	diagnose();
	RULE_IS(a, row->rule);
}
END_TEST

/* From wherever it came. */
START_TEST(a_shape_that_is_accepted_elsewhere_is_no_reason)
{
	struct attempt *a;

	basic(2, BASIC_PERCENT, 5, true);
	a = basic(1, BASIC_PERCENT, 5, false);
	basic(2, BASIC_PERCENT, 5, true);
	diagnose();
	ck_assert_ptr_null(finding_of("basic-percent-encoded"));
	RULE_IS(a, "right-password-refused-at-times");
}
END_TEST

START_TEST(a_value_without_a_user_that_was_accepted)
{
	struct attempt *a = NULL;

	for (int i = 0; i < 2; i++) {
		a = basic(1, BASIC_EMPTY_USER, 5, i == 0);
		((struct token *)(uintptr_t)a->credentials)->user = NULL;
		a->user = NULL;
	}
	diagnose();
	ck_assert_ptr_nonnull(a->rule);
	ck_assert_str_ne(a->rule, "basic-empty-part");
}
END_TEST

static struct attempt *
digest(const char *name, const char *uri, bool good)
{
	struct attempt *a = scene_basic(&scene, 1, "x", "erin", 1, good);
	struct token *t = scene_token(&scene, SCHEME_DIGEST, TOKEN_DIGEST);
	struct observed_request *q =
	    (struct observed_request *)(uintptr_t)a->request;

	a->offers = a->last_offers =
	    scene_token(&scene, SCHEME_DIGEST, TOKEN_NONE);
	a->scheme = ATTEMPT_DIGEST;
	parts_of(t)->digest.stale = -1;
	parts_of(t)->digest.user = name;
	parts_of(t)->digest.uri = uri;
	a->credentials = q->credentials = t;
	a->method = q->method = "CONNECT";
	a->target = q->target = "www.example.test:443";
	return a;
}

#define TARGET "www.example.test:443"

static const struct {
	const char *name_before, *uri_before; /* accepted */
	const char *name, *uri;
	const char *rule;
} answers[] = {
	{ "erin", TARGET, "LAB\\erin", TARGET, "digest-name-escape" },
	{ "LAB\\erin", TARGET, "LAB\\erin", TARGET, "digest-wrong-response" },
	{ "erin", TARGET, "erin", "/", "digest-uri" },
	{ "erin", "www.example.test", "erin", "/", "digest-wrong-response" },
};

START_TEST(a_form_of_digest_that_was_accepted_is_no_reason)
{
	struct attempt *a;

	digest(answers[_i].name_before, answers[_i].uri_before, true);
	a = digest(answers[_i].name, answers[_i].uri, false);
	diagnose();
	RULE_IS(a, answers[_i].rule);
}
END_TEST

/* What is wrong, in words that are true. */
static const struct {
	const char *missing;
	bool bad_length;
	const char *words;
} flaws[] = {
	{ "nc", false, "nc is missing" },
	{ NULL, true, "its response has the wrong length" },
	{ "uri", true, "uri is missing" },
	{ NULL, false, NULL },
};

START_TEST(a_flaw_of_a_digest_answer_is_named)
{
	struct attempt *a = digest("erin", TARGET, false);
	struct token_parts *p = parts_of(a->credentials);
	const struct finding *f;

	p->digest.missing = flaws[_i].missing;
	p->digest.response_bad_length = flaws[_i].bad_length;
	diagnose();
	f = finding_of("digest-missing-field");
	ck_assert((f != NULL) == (flaws[_i].words != NULL));
	if (f != NULL)
		ck_assert_msg(strstr(f->message, flaws[_i].words) != NULL, "%s",
		    f->message);
}
END_TEST

START_TEST(a_service_that_was_accepted_is_no_reason)
{
	struct attempt *a;

	if (_i == 1)
		scene_kerberos(&scene, 1, "host/proxy.example", true);
	a = scene_kerberos(&scene, 1, "host/proxy.example", false);
	diagnose();
	ck_assert_ptr_nonnull(a->rule);
	ck_assert((strcmp(a->rule, "wrong-service-ticket") == 0) == (_i == 0));
}
END_TEST

/* -- bearer tokens; 0: valid still, or at once -- */

static struct attempt *
bearer(fingerprint secret, int64_t expired_s, bool good)
{
	struct attempt *a =
	    scene_basic(&scene, 1, "x", NULL, secret, good);
	struct token *t = scene_token(&scene, SCHEME_BEARER, TOKEN_BEARER);

	a->scheme = ATTEMPT_BEARER;
	a->offers = a->last_offers =
	    scene_token(&scene, SCHEME_BEARER, TOKEN_NONE);
	t->secret = t->whole = secret;
	parts_of(t)->bearer = (struct token_bearer){ .is_jwt = true,
		.sub = good ? "v" : "u",
		.exp = expired_s != 0 ? a->end - expired_s * WHEN_SECOND
		                      : WHEN_NONE,
		.nbf = WHEN_NONE,
		.iat = WHEN_NONE };
	a->credentials = t;
	return a;
}

static const struct expired {
	const char *name;
	int64_t other; /* how long ago the one that passes expired */
	bool same, after;
	int64_t mine;
	const char *words; /* of the 407 */
	const char *rule;
} expired[] = {
	{ "the other is valid", 0, false, false, 60, NULL, "bearer-expired" },
	{ "as old", 60, false, false, 60, NULL, "bearer-rejected" },
	{ "as old, later", 60, false, true, 60, NULL, "bearer-rejected" },
	{ "within the leeway", 55, false, false, 60, NULL, "bearer-expired" },
	{ "the same within it", 250, true, false, 320, NULL,
	    "bearer-expired" },
	{ "the same, past it", 500, true, false, 900, NULL,
	    "bearer-rejected" },
	{ "another, far older", 500, false, false, 900, NULL,
	    "bearer-expired" },
	{ "about as old, past it", 1200, false, false, 1206, NULL,
	    "bearer-rejected" },
	{ "the proxy says so", 60, false, false, 60, "The token expired",
	    "bearer-expired" },
};

START_TEST(where_others_as_old_pass_it_is_not_the_age)
{
	const struct expired *row = &expired[_i];
	struct attempt *a;

	if (!row->after)
		bearer(row->same ? 5 : 6, row->other, true);
	a = bearer(5, row->mine, false);
	parts_of(a->last_offers)->bearer.error_description = row->words;
	/* Another program, or it were a token that is renewed. */
	if (row->after)
		bearer(6, row->other, true)->user_agent = "y";
	diagnose();
	ck_assert_msg(a->rule != NULL && strcmp(a->rule, row->rule) == 0,
	    "%s: %s", row->name, a->rule != NULL ? a->rule : "none");
}
END_TEST

START_TEST(what_had_expired_is_not_said_to_be_valid)
{
	const struct finding *f;

	bearer(6, 60, true);
	bearer(5, 60, false);
	diagnose();
	f = finding_of("bearer-rejected");
	ck_assert_ptr_nonnull(f);
	for (size_t i = 0; i < f->n_ruled_out; i++)
		ck_assert_str_ne(f->ruled_out[i].rule, "bearer-expired");
}
END_TEST

static const struct {
	int64_t early_ms; /* 0: by its own words it is valid */
	const char *words, *rule;
} early[] = {
	{ 900 * 1000, NULL, "bearer-not-yet-valid" },
	{ 996, NULL, "bearer-rejected" },
	{ 996, "Token not yet valid", "bearer-not-yet-valid" },
	{ 0, "The token is not valid yet", "bearer-not-yet-valid" },
	{ 996, "The token is not valid", "bearer-rejected" },
};

START_TEST(a_proxy_that_calls_it_early_is_believed)
{
	struct attempt *a = bearer(5, 0, false);
	struct token_parts *p = parts_of(a->credentials);

	if (early[_i].early_ms != 0)
		p->bearer.nbf = a->end + early[_i].early_ms * WHEN_MS;
	parts_of(a->last_offers)->bearer.error_description = early[_i].words;
	diagnose();
	RULE_IS(a, early[_i].rule);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/oddity");
	TCase *c = tcase_create("oddity");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, a_shape_that_was_accepted_is_no_reason, 0,
	    N_ROWS(shapes));
	tcase_add_loop_test(c, a_shape_that_was_not_accepted_is_one, 0,
	    N_ROWS(shapes));
	tcase_add_test(c, a_shape_that_is_accepted_elsewhere_is_no_reason);
	tcase_add_test(c, a_value_without_a_user_that_was_accepted);
	tcase_add_loop_test(c, a_form_of_digest_that_was_accepted_is_no_reason,
	    0, N_ROWS(answers));
	tcase_add_loop_test(c, a_flaw_of_a_digest_answer_is_named, 0,
	    N_ROWS(flaws));
	tcase_add_loop_test(c, a_service_that_was_accepted_is_no_reason, 0, 2);
	tcase_add_loop_test(c, where_others_as_old_pass_it_is_not_the_age, 0,
	    N_ROWS(expired));
	tcase_add_test(c, what_had_expired_is_not_said_to_be_valid);
	tcase_add_loop_test(c, a_proxy_that_calls_it_early_is_believed, 0,
	    N_ROWS(early));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
