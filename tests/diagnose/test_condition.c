/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/condition.h"

#include "diagnose/history.h"
#include "make.h"
#include "run.h"

/* One refused NTLM login of LAB\erin, alone in its capture. */
static struct scene scene;
static struct history *history;
static struct subject subject;
static struct arena arena;

static void
setup(void)
{
	scene_init(&scene);

	struct attempt *a =
	    scene_ntlm(&scene, 4, "curl/7.88.1", "erin", false);

	a->missing_bytes = 17;
	history = history_new(scene.attempts, scene.n, NULL);
	subject_init(&subject, history, a, NULL, &scene_capture, &arena);
}

static void
teardown(void)
{
	history_free(history);
	scene_fini(&scene);
	arena_fini(&arena);
	arena = (struct arena){ 0 };
}

static const struct good {
	const char *source;
	enum truth want;
} goods[] = {
	/* strings, in any case */
	{ "attempt.scheme == \"NTLM\"", TRUTH_TRUE },
	{ "attempt.scheme == 'NTLM'", TRUTH_TRUE },
	{ "attempt.user == \"ERIN\"", TRUTH_TRUE },
	{ "attempt.user != \"erin\"", TRUTH_FALSE },
	{ "attempt.agent starts \"CURL/\"", TRUTH_TRUE },
	{ "attempt.agent ends '.1'", TRUTH_TRUE },
	{ "attempt.agent contains '88'", TRUTH_TRUE },
	{ "attempt.agent contains ['x', 'y']", TRUTH_FALSE },
	{ "attempt.agent starts ['wget/', 'curl/']", TRUTH_TRUE },
	{ "attempt.scheme in [\"Basic\", \"NTLM\"]", TRUTH_TRUE },
	{ "ntlm.domain != ntlm.workstation", TRUTH_TRUE },
	/* yes or no */
	{ "attempt.failed", TRUTH_TRUE },
	{ "not attempt.failed", TRUTH_FALSE },
	{ "attempt.split", TRUTH_FALSE },
	/* numbers */
	{ "attempt.status == 407", TRUTH_TRUE },
	{ "attempt.status >= 408", TRUTH_FALSE },
	{ "attempt.status in [401, 407]", TRUTH_TRUE },
	{ "capture.missing_bytes > 16.5", TRUTH_TRUE },
	{ "attempt.connections <= 1", TRUTH_TRUE },
	/* durations */
	{ "attempt.verdict_time < 1s", TRUTH_TRUE },
	{ "attempt.verdict_time > 2ms", TRUTH_TRUE },
	{ "attempt.length < 1.5s", TRUTH_TRUE },
	{ "attempt.length > 36h or attempt.length > 1d", TRUTH_FALSE },
	/* lists */
	{ "attempt.offers contains \"ntlm\"", TRUTH_TRUE },
	{ "attempt.offers contains ['Basic', 'NTLM']", TRUTH_TRUE },
	{ "attempt.offers only ['NTLM']", TRUTH_TRUE },
	{ "attempt.offers only ['Basic']", TRUTH_FALSE },
	/* absent: compares false, != true, and is not known */
	{ "kerberos.error == 37", TRUTH_FALSE },
	{ "kerberos.error != 37", TRUTH_TRUE },
	{ "attempt.answer_time < 1s", TRUTH_FALSE },
	{ "known(kerberos.error)", TRUTH_FALSE },
	{ "known(attempt.user)", TRUTH_TRUE },
	/* unknown */
	{ "kdc.error == 18", TRUTH_UNKNOWN },
	{ "not kdc.error == 18", TRUTH_UNKNOWN },
	{ "user.succeeded_before", TRUTH_UNKNOWN },
	{ "known(kdc.error)", TRUTH_FALSE },
	{ "user.succeeded_before and attempt.split", TRUTH_FALSE },
	{ "user.succeeded_before and attempt.failed", TRUTH_UNKNOWN },
	{ "user.succeeded_before or attempt.failed", TRUTH_TRUE },
	{ "user.succeeded_before or attempt.split", TRUTH_UNKNOWN },
	/* precedence: not over and over or */
	{ "attempt.failed or attempt.failed and attempt.split", TRUTH_TRUE },
	{ "(attempt.failed or attempt.failed) and attempt.split",
	    TRUTH_FALSE },
	{ "not attempt.split and attempt.failed", TRUTH_TRUE },
	{ "not (attempt.split and attempt.failed)", TRUTH_TRUE },
	{ "  attempt.failed\n\tand  not\nattempt.split ", TRUTH_TRUE },
};

START_TEST(a_condition_says_what_it_means)
{
	const struct good *g = &goods[_i];
	struct condition_fault fault;
	struct arena a = { 0 };
	struct condition *c =
	    condition_parse(span_of_str(g->source), &a, &fault);

	ck_assert_msg(c != NULL, "%s: %zu: %s", g->source, fault.offset,
	    fault.text);
	ck_assert_msg(condition_eval(c, &subject) == g->want, "%s",
	    g->source);
	arena_fini(&a);
}
END_TEST

static const struct bad {
	const char *source;
	size_t offset;
	const char *text;
} bads[] = {
	{ "", 0, "expected the name of a fact here" },
	{ "attempt.failed and", 18, "expected the name of a fact here" },
	{ "attempt.fialed", 0,
	    "there is no fact 'attempt.fialed' (see --list-facts)" },
	{ "attempt.failed or attempt.fialed", 18,
	    "there is no fact 'attempt.fialed' (see --list-facts)" },
	{ "attempt.user", 0,
	    "'attempt.user' is a string: compare it with something" },
	{ "attempt.failed == 1", 18,
	    "'attempt.failed' is a yes or no: it cannot be compared like "
	    "this" },
	{ "attempt.status == \"407\"", 18, "expected a number here" },
	{ "attempt.length > 5", 17,
	    "expected a duration such as 10s, 5m or 36h here" },
	{ "attempt.length > 5 s", 17,
	    "expected a duration such as 10s, 5m or 36h here" },
	{ "attempt.length > 5w", 17, "durations end in ms, s, m, h or d" },
	{ "attempt.scheme == \"Ntml\"", 18,
	    "'attempt.scheme' is never 'Ntml' (see --list-facts)" },
	{ "attempt.scheme in [\"NTLM\", \"ntlm\"]", 27,
	    "'attempt.scheme' is never 'ntlm' (see --list-facts)" },
	{ "attempt.user == \"erin", 16,
	    "the string that begins here never ends" },
	{ "attempt.user == [\"erin\"]", 16,
	    "a list needs 'in', 'contains', 'starts', 'ends' or 'only'" },
	{ "attempt.user in \"erin\"", 16, "expected '[' here" },
	{ "attempt.user in [\"erin\"", 23, "expected ']' here" },
	{ "attempt.offers == \"NTLM\"", 18,
	    "'attempt.offers' is a list of strings: it cannot be compared "
	    "like this" },
	{ "(attempt.failed", 15, "expected ')' here" },
	{ "attempt.failed)", 14,
	    "expected 'and', 'or' or the end here" },
	{ "attempt.failed attempt.split", 15,
	    "expected 'and', 'or' or the end here" },
	{ "not not attempt.failed", 4,
	    "there is no fact 'not' (see --list-facts)" },
	{ "known(attempt.usr)", 6,
	    "there is no fact 'attempt.usr' (see --list-facts)" },
	{ "known attempt.user", 6, "expected '(' here" },
	{ "attempt.failed & attempt.split", 15, "'&' has no meaning here" },
	{ "attempt.status = 407", 15, "'=' has no meaning here" },
	{ "attempt.user == \xc3\xa9", 16, "byte 0xc3 has no meaning here" },
	{ "ntlm.domain == attempt.status", 15,
	    "'ntlm.domain' is a string and 'attempt.status' is a number: "
	    "they cannot be compared like this" },
	{ "finding.attempts > 3", 0,
	    "'finding.attempts' is for messages, not for conditions" },
};

START_TEST(a_fault_is_named_and_placed)
{
	const struct bad *b = &bads[_i];
	struct condition_fault fault;
	struct arena a = { 0 };

	ck_assert_msg(condition_parse(span_of_str(b->source), &a, &fault) ==
	        NULL, "%s", b->source);
	ck_assert_msg(fault.offset == b->offset, "%s: at %zu", b->source,
	    fault.offset);
	ck_assert_str_eq(fault.text, b->text);
	arena_fini(&a);
}
END_TEST

START_TEST(nesting_and_length_are_bounded)
{
	struct condition_fault fault;
	struct arena a = { 0 };
	struct text deep = { .at = NULL }, longer = { .at = NULL };

	text_pad(&deep, '(', 100);
	text_str(&deep, "attempt.failed");
	text_pad(&deep, ')', 100);
	ck_assert_ptr_null(condition_parse(text_span(&deep), &a, &fault));
	ck_assert_str_eq(fault.text, "parentheses nested too deep");
	text_str(&longer, "attempt.failed");
	for (int i = 0; i < 300; i++)
		text_str(&longer, " or attempt.failed");
	ck_assert_ptr_null(condition_parse(text_span(&longer), &a, &fault));
	ck_assert_str_eq(fault.text, "too many tests in one condition");
	text_fini(&deep);
	text_fini(&longer);
	arena_fini(&a);
}
END_TEST

/* Every prefix parses or is refused, and reads no byte behind its end. */
START_TEST(every_prefix_is_read_to_its_end_only)
{
	struct span whole = SPAN("not (attempt.user in [\"erin\", 'x'] or "
	    "attempt.length >= 1.5s) and known(kdc.error) and "
	    "attempt.status != 200");
	struct condition_fault fault;

	for (size_t n = 0; n <= whole.len; n++) {
		uint8_t *cut = exact_copy(whole, n);
		struct arena a = { 0 };
		struct condition *c =
		    condition_parse(span_of(cut, n), &a, &fault);

		if (c == NULL)
			ck_assert_uint_le(fault.offset, n);
		else
			condition_eval(c, &subject);
		arena_fini(&a);
		free(cut);
	}
}
END_TEST

static const struct explained {
	const char *source, *because, *needs;
} explanations[] = {
	/* False: what made it so. */
	{ "attempt.failed and attempt.split",
	    "the type 3 came on another connection than its type 2: no", "" },
	{ "attempt.split or attempt.replayed",
	    "the type 3 came on another connection than its type 2: no; the "
	    "same token bytes had been sent before: no", "" },
	{ "attempt.failed and attempt.closed_by == \"proxy\"",
	    "who closed the connection: client", "" },
	{ "not attempt.failed",
	    "rejected, abandoned or broken: yes", "" },
	/* Unknown: what is not known, and how to know it. */
	{ "attempt.failed and kdc.error == 18",
	    "the error with which the KDC answered this client: none",
	    "mirror port 88 (UDP and TCP) between the client and the KDC" },
	{ "kdc.error == 18 or user.succeeded_before",
	    NULL,
	    "mirror port 88 (UDP and TCP) between the client and the KDC; "
	    "start the capture earlier, before the time when the login still "
	    "worked" },
};

START_TEST(the_deciding_facts_are_named)
{
	const struct explained *e = &explanations[_i];
	struct condition_fault fault;
	struct arena a = { 0 };
	struct text because = { .at = NULL }, needs = { .at = NULL };
	struct condition *c =
	    condition_parse(span_of_str(e->source), &a, &fault);

	ck_assert_ptr_nonnull(c);
	condition_because(c, &subject, &because);
	condition_needs(c, &subject, &needs);
	if (e->because != NULL)
		ck_assert_str_eq(text_get(&because), e->because);
	ck_assert_str_eq(text_get(&needs), e->needs);
	text_fini(&because);
	text_fini(&needs);
	arena_fini(&a);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/condition");
	TCase *conditions = tcase_create("conditions");

	tcase_add_checked_fixture(conditions, setup, teardown);
	tcase_add_loop_test(conditions, a_condition_says_what_it_means, 0,
	    sizeof(goods) / sizeof(goods[0]));
	tcase_add_loop_test(conditions, a_fault_is_named_and_placed, 0,
	    sizeof(bads) / sizeof(bads[0]));
	tcase_add_test(conditions, nesting_and_length_are_bounded);
	tcase_add_test(conditions, every_prefix_is_read_to_its_end_only);
	tcase_add_loop_test(conditions, the_deciding_facts_are_named, 0,
	    sizeof(explanations) / sizeof(explanations[0]));
	suite_add_tcase(suite, conditions);
	return run_suite(suite);
}
