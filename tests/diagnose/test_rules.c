/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/rules.h"

#include "diagnose/condition.h"
#include "run.h"

/* A rule without faults; lines are counted from its `cause`. */
#define HEAD                                                                   \
	"cause: clock-skew\n"                                                  \
	"rules:\n"
#define RULE                                                                   \
	"  - id: a-rule\n"                                                     \
	"    title: A title\n"                                                 \
	"    severity: low\n"                                                  \
	"    likelihood: high\n"                                               \
	"    specificity: 50\n"                                                \
	"    when: attempt.failed\n"                                           \
	"    message: It failed.\n"                                            \
	"    why: It did.\n"                                                   \
	"    fixes:\n"                                                         \
	"      - {who: user, effort: easy, do: Try again.}\n"                  \
	"    escalate_to: nobody\n"                                            \
	"    escalate_when: never\n"                                           \
	"    verify: It works.\n"                                              \
	"    references: [RFC 9110]\n"

START_TEST(a_good_file_is_read)
{
	struct rules *r = rules_new();
	struct text errors = { .at = NULL };

	ck_assert(rules_load_text(r, "good.yaml", SPAN(HEAD RULE
	    "    about: failures\n"
	    "    fault: false\n"
	    "    group: proxy\n"
	    "    consider: attempt.user == \"x\"\n"
	    "    ruled_out: It was {attempt.user}.\n"
	    "    ruled_out_if: attempt.challenged\n"
	    "    fires: [captures/a/b]\n"), &errors));
	ck_assert_str_eq(text_get(&errors), "");
	ck_assert_uint_eq(rules_count(r), 1);

	const struct rule *rule = rules_find(r, "a-rule");

	ck_assert_ptr_nonnull(rule);
	ck_assert_int_eq(rule->cause, CAUSE_CLOCK_SKEW);
	ck_assert_int_eq(rule->severity, LEVEL_LOW);
	ck_assert_int_eq(rule->likelihood, LEVEL_HIGH);
	ck_assert_uint_eq(rule->specificity, 50);
	ck_assert_int_eq(rule->group, GROUP_PROXY);
	ck_assert(rule->remark);
	ck_assert_uint_eq(rule->line, 3);
	ck_assert_str_eq(rule->file, "good.yaml");
	ck_assert_uint_eq(rule->n_fixes, 1);
	ck_assert_str_eq(rule->fixes[0].what, "Try again.");
	ck_assert_str_eq(rule->references[0], "RFC 9110");
	ck_assert_str_eq(rule->fires[0], "captures/a/b");
	ck_assert_str_eq(rule->ruled_out_if, "attempt.challenged");
	ck_assert_ptr_nonnull(rules_at(r, 0)->ruled_out_if);
	ck_assert_ptr_null(rules_find(r, "another"));
	text_fini(&errors);
	rules_free(r);
}
END_TEST

/* One row a file: each fault has its line and column, and all are said. */
static const struct wrong {
	const char *file;
	const char *errors;
} wrongs[] = {
	{ "", "f:1:1: " },
	{ "- a\n- b\n", "f:1:1: expected 'cause:' and 'rules:' here\n" },
	{ "cause: clock-skew\n", "f:1:1: 'rules' is missing\n" },
	{ "rules: []\n", "f:1:1: 'cause' is missing\n" },
	{ "cause: bad-weather\nrules: []\n",
	    "f:1:8: 'bad-weather' is no cause (see CAUSES in the manual "
	    "page)\n" },
	{ "cause: other\nrules:\n  - id: x\n    colour: red\n",
	    "f:4:5: a rule has no key 'colour'\n"
	    "f:3:5: 'title' is missing in x\n"
	    "f:3:5: 'severity' is missing in x\n"
	    "f:3:5: 'likelihood' is missing in x\n"
	    "f:3:5: 'specificity' is missing in x\n"
	    "f:3:5: 'when' is missing in x\n"
	    "f:3:5: 'message' is missing in x\n"
	    "f:3:5: 'why' is missing in x\n"
	    "f:3:5: 'fixes' is missing in x\n"
	    "f:3:5: 'escalate_to' is missing in x\n"
	    "f:3:5: 'escalate_when' is missing in x\n"
	    "f:3:5: 'verify' is missing in x\n"
	    "f:3:5: 'references' is missing in x\n" },
	{ "cause: other\nrules: [\n", "f:3:1: not YAML: " },
	{ HEAD RULE "    severity: high\n",
	    "f:17:5: 'severity' a second time\n" },
	{ HEAD RULE "    group: planet\n",
	    "f:17:12: 'group' must be one of: client, proxy, agent\n" },
	{ HEAD RULE "    apart: x\n", "f:3:5: 'apart' needs 'group: proxy'\n" },
	{ HEAD RULE "    group: proxy\n    apart: '{nothing.here}'\n",
	    "f:18:14: there is no fact 'nothing.here' (see --list-facts)\n" },
	{ HEAD RULE "    about: logins\n",
	    "f:3:5: a rule about logins is a remark: write 'fault: false'\n" },
	{ HEAD RULE RULE, "f:17:9: the id 'a-rule' is taken (f:3)\n" },
	{ HEAD RULE "    consider: attempt.fialed\n",
	    "f:17:15: there is no fact 'attempt.fialed' (see "
	    "--list-facts)\n" },
	{ HEAD RULE "    consider: 'attempt.failed and attempt.fialed'\n",
	    "f:17:35: there is no fact 'attempt.fialed' (see "
	    "--list-facts)\n" },
	/* Folded over lines: the place is that in the file. */
	{ HEAD RULE "    consider: >-\n"
	            "      attempt.failed\n"
	            "      and attempt.status == \"407\"\n",
	    "f:19:29: expected a number here\n" },
	{ HEAD RULE "    consider: attempt.failed\n"
	            "      and attempt.scheme == \"Ntml\"\n",
	    "f:18:29: 'attempt.scheme' is never 'Ntml' (see "
	    "--list-facts)\n" },
	{ HEAD RULE "    consider: attempt.failed and\n",
	    "f:17:33: expected the name of a fact here\n" },
	{ HEAD RULE "    needs: see {attempt.usr} there\n",
	    "f:17:17: there is no fact 'attempt.usr' (see --list-facts)\n" },
	{ HEAD RULE "    needs: see {attempt.user\n",
	    "f:17:16: the brace that opens here is never closed\n" },
	{ HEAD RULE "    needs: see attempt.user}\n",
	    "f:17:28: this brace was never opened (write }} for a brace)\n" },
	{ HEAD RULE "    needs: ''\n", "f:17:12: 'needs' is empty\n" },
	{ HEAD RULE "    needs: [a, b]\n",
	    "f:17:12: 'needs' must be a text\n" },
	{ HEAD RULE "    fires: captures/a/b\n",
	    "f:17:12: 'fires' must be a list\n" },
};

START_TEST(each_fault_has_its_place)
{
	const struct wrong *w = &wrongs[_i];
	struct rules *r = rules_new();
	struct text errors = { .at = NULL };
	bool ok = rules_load_text(r, "f", span_of_str(w->file), &errors);

	if (w->file[0] == '\0') {
		/* Nothing in it is nothing wrong. */
		ck_assert(ok);
	} else {
		size_t n = strlen(w->errors);

		ck_assert_msg(!ok, "%s", w->file);
		/* What libyaml says is its own; the place is ours. */
		if (w->errors[n - 1] == '\n')
			ck_assert_str_eq(text_get(&errors), w->errors);
		else
			ck_assert_msg(strncmp(text_get(&errors), w->errors,
			                  n) == 0, "%s", text_get(&errors));
	}
	text_fini(&errors);
	rules_free(r);
}
END_TEST

static const struct {
	const char *line, *instead, *errors;
} replaced[] = {
	{ "    specificity: 50\n", "    specificity: 101\n",
	    "f:7:18: 'specificity' must be a number from 1 to 100\n" },
	{ "    severity: low\n", "    severity: lo\n",
	    "f:5:15: 'severity' must be one of: low, medium, high\n" },
	{ "  - id: a-rule\n", "  - id: A_rule\n",
	    "f:3:9: an id has lower case letters, digits and dashes only\n" },
	{ "      - {who: user, effort: easy, do: Try again.}\n",
	    "      - {who: god, effort: easy, do: Try again.}\n",
	    "f:12:15: 'who' must be one of: user, client, proxy, directory, "
	    "network, capture\n" },
	{ "      - {who: user, effort: easy, do: Try again.}\n",
	    "      - {who: user, effort: huge, do: Try again.}\n",
	    "f:12:29: 'effort' must be one of: easy, medium, hard\n" },
	{ "      - {who: user, effort: easy, do: Try again.}\n",
	    "      - {who: user, effort: easy}\n",
	    "f:12:9: a fix needs 'who', 'effort' and 'do'\n" },
	{ "      - {who: user, effort: easy, do: Try again.}\n",
	    "      - {who: user, effort: hard, do: Try again.}\n"
	    "      - {who: user, effort: easy, do: \"Try {attempt.usr}.\"}\n",
	    "f:13:45: there is no fact 'attempt.usr' (see --list-facts)\n"
	    "f:13:9: fixes stand in order of effort, easy ones first\n" },
	{ "      - {who: user, effort: easy, do: Try again.}\n",
	    "      - {who: user, effort: hard, do: Try again.}\n"
	    "      - {who: user, effort: easy, do: Try again.}\n",
	    "f:13:9: fixes stand in order of effort, easy ones first\n" },
	{ "    references: [RFC 9110]\n", "    references: []\n",
	    "f:16:17: 'references' is empty\n" },
};

START_TEST(a_wrong_value_has_its_place)
{
	static const char whole[] = HEAD RULE;
	const char *at = strstr(whole, replaced[_i].line);
	struct rules *r = rules_new();
	struct text file = { .at = NULL }, errors = { .at = NULL };

	ck_assert_ptr_nonnull(at);
	text_add(&file, span_of(whole, (size_t)(at - whole)));
	text_str(&file, replaced[_i].instead);
	text_str(&file, at + strlen(replaced[_i].line));
	ck_assert(!rules_load_text(r, "f", text_span(&file), &errors));

	size_t n = strlen(replaced[_i].errors);

	if (replaced[_i].errors[n - 1] == '\n')
		ck_assert_str_eq(text_get(&errors), replaced[_i].errors);
	else
		ck_assert_msg(strncmp(text_get(&errors), replaced[_i].errors,
		                  n) == 0, "%s", text_get(&errors));
	ck_assert_uint_eq(rules_count(r), 0);
	text_fini(&file);
	text_fini(&errors);
	rules_free(r);
}
END_TEST

/* A fault in one rule keeps the others. */
START_TEST(good_rules_beside_bad_ones_are_kept)
{
	struct rules *r = rules_new();
	struct text errors = { .at = NULL };

	ck_assert(!rules_load_text(r, "f",
	    SPAN(HEAD "  - id: bad\n" RULE "  - 7\n"), &errors));
	ck_assert_uint_eq(rules_count(r), 1);
	ck_assert_ptr_nonnull(rules_find(r, "a-rule"));
	text_fini(&errors);
	rules_free(r);
}
END_TEST

START_TEST(every_prefix_of_a_file_is_survived)
{
	struct span whole = SPAN(
	    HEAD RULE "    consider: >-\n      attempt.failed\n      and "
	              "attempt.split\n");

	for (size_t n = 0; n <= whole.len; n++) {
		uint8_t *cut = exact_copy(whole, n);
		struct rules *r = rules_new();
		struct text errors = { .at = NULL };
		bool ok =
		    rules_load_text(r, "f", span_of(cut, n), &errors);

		ck_assert_msg(ok == (text_get(&errors)[0] == '\0'),
		    "prefix %zu", n);
		text_fini(&errors);
		rules_free(r);
		free(cut);
	}
}
END_TEST

START_TEST(what_cannot_be_read_is_said)
{
	struct rules *r = rules_new();
	struct text errors = { .at = NULL };

	ck_assert(!rules_load_path(r, "/nonexistent/rules", &errors));
	ck_assert_str_eq(text_get(&errors),
	    "/nonexistent/rules: No such file or directory\n");
	text_fini(&errors);
	rules_free(r);
}
END_TEST

/* -- the rules that are built in -- */

START_TEST(built_in_rules_all_load_and_are_ranked)
{
	struct rules *r = rules_new();

	rules_default(r);
	ck_assert_uint_eq(rules_count(r), rules_built_in_count);
	ck_assert_uint_ge(rules_count(r), 45);
	for (size_t i = 1; i < rules_count(r); i++)
		ck_assert_uint_ge(rules_at(r, i - 1)->rule->specificity,
		    rules_at(r, i)->rule->specificity);

	/* Something always explains a failure, however poorly. */
	const struct rule *last = rules_at(r, rules_count(r) - 1)->rule;

	ck_assert_int_eq(last->cause, CAUSE_OTHER);
	ck_assert_str_eq(last->when, "attempt.failed");
	rules_free(r);
}
END_TEST

START_TEST(rules_are_written_for_people)
{
	struct rules *r = rules_new();

	rules_default(r);
	for (size_t i = 0; i < rules_count(r); i++) {
		const struct rule *rule = rules_at(r, i)->rule;
		size_t n = strlen(rule->message);

		ck_assert_msg(strlen(rule->title) <= 76, "%s: %zu", rule->id,
		    strlen(rule->title));
		ck_assert_msg(rule->message[n - 1] == '.', "%s", rule->id);
		ck_assert_msg(strlen(rule->why) >= 30, "%s", rule->id);
		/* No laboratory, no address. */
		ck_assert_msg(strstr(rule->when, "10.") == NULL &&
		        strstr(rule->when, "lab.test") == NULL, "%s",
		    rule->id);
		/* What is considered has words for not being it. */
		if (rule->consider != NULL)
			ck_assert_msg(rule->ruled_out != NULL ||
			        rule->needs != NULL ||
			        rule->likelihood == LEVEL_LOW, "%s",
			    rule->id);
	}
	rules_free(r);
}
END_TEST

/* Nobody is ever told to go around the proxy. */
START_TEST(no_rule_bypasses_the_proxy)
{
	struct rules *r = rules_new();

	rules_default(r);
	for (size_t i = 0; i < rules_count(r); i++) {
		const struct rule *rule = rules_at(r, i)->rule;

		for (size_t k = 0; k < rule->n_fixes; k++)
			ck_assert_msg(
			    strstr(rule->fixes[k].what, "bypass") == NULL &&
			        strstr(rule->fixes[k].what, "directly") ==
			            NULL, "%s", rule->id);
	}
	rules_free(r);
}
END_TEST

START_TEST(each_cause_has_a_rule)
{
	struct rules *r = rules_new();
	bool has[CAUSE_COUNT] = { false };

	rules_default(r);
	for (size_t i = 0; i < rules_count(r); i++)
		has[rules_at(r, i)->rule->cause] = true;
	for (int c = 1; c < CAUSE_COUNT; c++)
		ck_assert_msg(has[c], "%s", cause_name((enum cause)c));
	rules_free(r);
}
END_TEST

START_TEST(a_rule_explains_itself)
{
	struct rules *r = rules_new();
	struct text t = { .at = NULL };

	rules_default(r);
	for (size_t i = 0; i < rules_count(r); i++)
		rule_explain(rules_at(r, i)->rule, &t);
	text_clear(&t);
	rule_explain(rules_find(r, "ntlm-credentials-rejected"), &t);
	ck_assert_ptr_nonnull(strstr(text_get(&t), "credentials-rejected"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "Fix (easy, by user)"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "MS-NLMP 3.2.5.2"));
	for (const char *line = text_get(&t); line != NULL;
	     line = strchr(line + 1, '\n'))
		ck_assert_uint_le(strcspn(line + 1, "\n"), 80);
	text_clear(&t);
	rules_list(r, &t);
	ck_assert_ptr_nonnull(strstr(text_get(&t), "\nclock-skew\n"));
	text_fini(&t);
	rules_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/rules");
	TCase *files = tcase_create("files"), *own = tcase_create("built in");

	tcase_add_test(files, a_good_file_is_read);
	tcase_add_loop_test(files, each_fault_has_its_place, 0,
	    sizeof(wrongs) / sizeof(wrongs[0]));
	tcase_add_loop_test(files, a_wrong_value_has_its_place, 0,
	    sizeof(replaced) / sizeof(replaced[0]));
	tcase_add_test(files, good_rules_beside_bad_ones_are_kept);
	tcase_add_test(files, every_prefix_of_a_file_is_survived);
	tcase_add_test(files, what_cannot_be_read_is_said);
	tcase_add_test(own, built_in_rules_all_load_and_are_ranked);
	tcase_add_test(own, rules_are_written_for_people);
	tcase_add_test(own, no_rule_bypasses_the_proxy);
	tcase_add_test(own, each_cause_has_a_rule);
	tcase_add_test(own, a_rule_explains_itself);
	suite_add_tcase(suite, files);
	suite_add_tcase(suite, own);
	return run_suite(suite);
}
