/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare/compare.h"

#include "run.h"

/* What somebody did: client 10.0.0.N at one proxy. */
struct deed {
	uint8_t client; /* 0: ends a list */
	const char *user;
	enum attempt_scheme scheme;
	enum cause cause; /* CAUSE_NONE: it passed */
};

#define NTLM  ATTEMPT_NTLM
#define BASIC ATTEMPT_BASIC
#define WRONG CAUSE_CREDENTIALS_REJECTED
#define SKEW  CAUSE_CLOCK_SKEW
#define GOOD  CAUSE_NONE

static const struct {
	struct deed before[4], now[4];
	const char *words; /* client and verdict of each row */
	const char *says;  /* a part of the last sentence */
} rows[] = {
	{ { { 0 } }, { { 0 } }, "", "Nothing failed before" },
	{ { { 1, "a", NTLM, GOOD } }, { { 1, "a", NTLM, GOOD } }, "",
	    "Nothing failed before" },
	{ { { 1, "a", NTLM, WRONG } }, { { 1, "a", NTLM, GOOD } },
	    "1 fixed; ", "The fix worked: each" },
	{ { { 1, "a", NTLM, WRONG } }, { { 1, "A", NTLM, GOOD } },
	    "1 fixed; ", "The fix worked: each" },
	{ { { 1, "a", NTLM, WRONG } }, { { 1, "a", NTLM, WRONG } },
	    "1 still failing; ", "not shown" },
	{ { { 1, "a", NTLM, WRONG } },
	    { { 1, "a", NTLM, GOOD }, { 1, "a", NTLM, WRONG } },
	    "1 still failing; ", "not shown" },
	{ { { 1, "a", NTLM, WRONG } },
	    { { 1, "a", NTLM, GOOD }, { 1, "a", NTLM, SKEW } },
	    "1 failing otherwise; ", "not shown" },
	{ { { 1, "a", NTLM, WRONG } }, { { 1, "a", BASIC, GOOD } },
	    "1 passing with another scheme only; ", "not shown" },
	{ { { 1, "a", NTLM, WRONG } }, { { 1, "b", NTLM, GOOD } },
	    "1 not seen; ", "Nothing that failed" },
	/* Somebody passed; who it was is not known. */
	{ { { 1, "a", NTLM, WRONG } }, { { 1, NULL, NTLM, GOOD } },
	    "1 not seen; ", "Nothing that failed" },
	{ { { 1, NULL, NTLM, WRONG } }, { { 1, "a", NTLM, GOOD } },
	    "1 fixed; ", "The fix worked: each" },
	{ { { 1, "a", NTLM, WRONG } }, { { 2, "a", NTLM, GOOD } },
	    "1 not seen; ", "Nothing that failed" },
	{ { { 1, "a", NTLM, WRONG }, { 2, "b", NTLM, WRONG } },
	    { { 1, "a", NTLM, GOOD } }, "1 fixed; 2 not seen; ",
	    "not proven for the others" },
	/* Who fails without a name did so before: it is another one. */
	{ { { 1, NULL, NTLM, SKEW }, { 1, "a", NTLM, WRONG } },
	    { { 1, NULL, NTLM, SKEW }, { 1, "a", NTLM, GOOD } },
	    "1 still failing; 1 fixed; ", "not proven for the others" },
	{ { { 1, "a", NTLM, WRONG } },
	    { { 1, NULL, NTLM, SKEW }, { 1, "a", NTLM, GOOD } },
	    "1 failing otherwise; ", "not shown" },
	{ { { 1, "a", NTLM, GOOD } }, { { 1, "a", NTLM, WRONG } }, "1 new; ",
	    "Nothing failed before" },
	{ { { 1, "a", NTLM, WRONG } },
	    { { 1, "a", NTLM, GOOD }, { 2, "b", NTLM, SKEW } },
	    "1 fixed; 2 new; ", "The fix worked: each" },
};

static void
attempt_of(struct attempt *a, const struct deed *d)
{
	*a = (struct attempt){ .scheme = d->scheme, .user = d->user,
		.cause = d->cause,
		.outcome = d->cause == CAUSE_NONE ? OUTCOME_AUTHENTICATED
		                                  : OUTCOME_REJECTED };
	a->connection.client =
	    (struct address){ 4, { 10, 0, 0, d->client } };
	a->connection.proxy = (struct address){ 4, { 10, 0, 1, 1 } };
	a->connection.proxy_port = 3128;
}

/* As -o json writes it, as far as it matters here. */
static void
line_of(struct text *t, const struct deed *d)
{
	text_fmt(t,
	    "{\"event\":{\"dataset\":\"p407.attempt\"},\"source\":{\"ip\":"
	    "\"10.0.0.%u\",\"port\":1},\"destination\":{\"ip\":\"10.0.1.1\","
	    "\"port\":3128},", d->client);
	if (d->user != NULL)
		text_fmt(t, "\"user\":{\"name\":\"%s\"},", d->user);
	text_fmt(t, "\"p407\":{\"attempt\":{\"scheme\":\"%s\",\"outcome\":"
	            "\"%s\",\"cause\":", attempt_scheme_name(d->scheme),
	    d->cause == CAUSE_NONE ? "authenticated" : "rejected");
	if (d->cause == CAUSE_NONE)
		text_str(t, "null}}}");
	else
		text_fmt(t, "\"%s\"}}}", cause_name(d->cause));
}

static void
holds(struct compare *c, int row)
{
	struct attempt now[4], *list[4];
	struct report r = { .attempts = list };
	struct text words = { 0 };

	for (; r.n_attempts < 4 && rows[row].now[r.n_attempts].client != 0;
	     r.n_attempts++) {
		list[r.n_attempts] = &now[r.n_attempts];
		attempt_of(list[r.n_attempts], &rows[row].now[r.n_attempts]);
	}

	struct annex *x = compare_annex(c, &r);

	/* The client is the first column, the verdict the sixth. */
	for (size_t i = 0; i < x->n_rows; i++)
		text_fmt(&words, "%s %s; ",
		    strrchr(x->cells[i * x->n_columns], '.') + 1,
		    x->cells[i * x->n_columns + 5]);
	ck_assert_str_eq(text_get(&words), rows[row].words);
	ck_assert_msg(strstr(x->lines[x->n_lines - 1], rows[row].says) !=
	        NULL, "%s", x->lines[x->n_lines - 1]);
	text_fini(&words);
	annex_free(x);
}

START_TEST(a_capture_before_and_now)
{
	struct compare *c = compare_new();

	for (int i = 0; i < 4 && rows[_i].before[i].client != 0; i++) {
		struct attempt a, *list[] = { &a };

		attempt_of(&a, &rows[_i].before[i]);
		compare_before(c, list, 1);
	}
	holds(c, _i);
	compare_free(c);
}
END_TEST

START_TEST(json_before_and_a_capture_now)
{
	struct compare *c = compare_new();

	for (int i = 0; i < 4 && rows[_i].before[i].client != 0; i++) {
		struct text t = { 0 };

		line_of(&t, &rows[_i].before[i]);
		ck_assert(compare_line(c, text_span(&t)));
		text_fini(&t);
	}
	holds(c, _i);
	compare_free(c);
}
END_TEST

static const struct {
	const char *line;
	bool ours;
	size_t groups;
} lines[] = {
	{ "", false, 0 },
	{ "{}", false, 0 },
	{ "[1,2]", false, 0 },
	{ "{\"event\":{\"dataset\":\"nginx.access\"}}", false, 0 },
	{ "{\"event\":{\"dataset\":\"p407.summary\"}}", true, 0 },
	{ "{\"event\":{\"dataset\":\"p407.attempt\"}}", true, 0 },
	{ "{\"event\":{\"dataset\":\"p407.attempt\"},\"source\":{\"ip\":"
	  "\"address-1\"},\"destination\":{\"ip\":\"address-2\",\"port\":1},"
	  "\"p407\":{\"attempt\":{\"scheme\":\"NTLM\",\"outcome\":"
	  "\"rejected\"}}}", true, 0 },
	{ "{\"event\":{\"dataset\":\"p407.attempt\"},\"source\":{\"ip\":"
	  "\"::1\"},\"destination\":{\"ip\":\"::2\",\"port\":1},"
	  "\"p407\":{\"attempt\":{\"scheme\":\"NTLM\",\"outcome\":"
	  "\"rejected\",\"cause\":\"not-a-word-of-ours\"}}}", true, 1 },
	{ "{\"event\":{\"dataset\":\"p407.attempt\"},\"source\":{\"ip\":"
	  "\"::1\"},\"destination\":{\"ip\":\"::2\",\"port\":99999},"
	  "\"p407\":{\"attempt\":{\"scheme\":\"NTLM\",\"outcome\":"
	  "\"rejected\"}}}", true, 0 },
	{ "{\"event\":{\"dataset\":\"p407.attempt\"},\"source\":{\"ip\":"
	  "\"::1\"},\"destination\":{\"ip\":\"::2\",\"port\":1},"
	  "\"p407\":{\"attempt\":{\"scheme\":\"NTLM\",\"outcome\":"
	  "\"incomplete\"}}}", true, 0 },
};

START_TEST(a_line_is_taken_or_not)
{
	struct compare *c = compare_new();
	struct span s = span_of_str(lines[_i].line);

	for (size_t n = 0; n < s.len; n++) {
		uint8_t *copy = exact_copy(s, n);

		compare_line(c, span_of(copy, n));
		free(copy);
	}
	compare_free(c);
	c = compare_new();
	ck_assert_int_eq(compare_line(c, s), lines[_i].ours);
	ck_assert_uint_eq(compare_count(c), lines[_i].groups);
	compare_free(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("compare");
	TCase *t = tcase_create("compare");
	int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(t, a_capture_before_and_now, 0, n);
	tcase_add_loop_test(t, json_before_and_a_capture_now, 0, n);
	tcase_add_loop_test(t, a_line_is_taken_or_not, 0,
	    sizeof(lines) / sizeof(lines[0]));
	suite_add_tcase(s, t);
	return run_suite(s);
}
