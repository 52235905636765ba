/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/escape.h"
#include "base/memory.h"
#include "report/redact.h"
#include "run.h"
#include "sample.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))
#define DEEPEST 40

/* Elements that have no end tag. */
static bool
is_void(struct span name)
{
	return span_eq(name, SPAN("meta")) || span_eq(name, SPAN("!DOCTYPE")) ||
	    span_eq(name, SPAN("br"));
}

static bool
has(struct span s, const char *part)
{
	for (; s.len > 0; s = span_from(s, 1))
		if (span_starts(s, span_of_str(part)))
			return true;
	return false;
}

/*
 * Every tag is closed by its own, no "<" or ">" stands outside of tags but
 * in the style sheet, and there is nothing that runs or is fetched.
 */
static const char *
fault_of(struct span s)
{
	struct span open[DEEPEST];
	size_t depth = 0;

	while (s.len > 0) {
		size_t at = span_find(s, '<');

		bool style =
		    depth > 0 && span_eq(open[depth - 1], SPAN("style"));

		if (!style && span_find(span_first(s, at), '>') < at)
			return "a > outside of tags";
		if (at == s.len)
			break;
		s = span_from(s, at + 1);

		size_t end = span_find(s, '>');
		struct span tag = span_first(s, end);
		struct span name = span_first(tag, span_find(tag, ' '));

		if (end == s.len)
			return "a tag without its end";
		if (span_find(tag, '<') < tag.len)
			return "a < in a tag";
		if (has(tag, " src=") ||
		    (has(tag, " href=") && !has(tag, " href=\"#")) ||
		    has(tag, " on") || has(tag, " style="))
			return "an attribute that runs or fetches";
		s = span_from(s, end + 1);
		if (tag.at[tag.len - 1] == '/' || is_void(name))
			continue;
		if (name.at[0] != '/') {
			if (depth == DEEPEST)
				return "too deep";
			open[depth++] = name;
			continue;
		}
		if (depth == 0 ||
		    !span_eq(open[depth - 1], span_from(name, 1)))
			return "a tag closed that is not open";
		depth--;
	}
	return depth > 0 ? "a tag not closed" : NULL;
}

/* The page, checked; the caller frees. */
static char *
page_of(struct sample *s)
{
	sample_prepare(s);

	char *page = sample_written(s, "html");
	const char *fault = fault_of(span_of_str(page));

	ck_assert_msg(fault == NULL, "%s", fault);
	ck_assert_ptr_null(strstr(page, "<script"));
	return page;
}

START_TEST(a_fault_has_all_its_parts)
{
	static const char *const parts[] = { "<!DOCTYPE html>",
		"Proxy authentication: 1 fault", "To do first, by",
		"id=\"fault-1\"", "<svg", "NTLM type 3 (authenticate)",
		"What to do, the easiest first", "How to see that it is mended",
		"When to escalate", "What it is not",
		"What this capture cannot tell", "To see it in Wireshark",
		"The capture", "erin" };
	struct sample s;

	sample_rejected(&s);

	char *page = page_of(&s);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ck_assert_msg(strstr(page, parts[i]) != NULL, "%s",
		    parts[i]);
	free(page);
	sample_fini(&s);
}
END_TEST

START_TEST(a_healthy_capture_is_good_news)
{
	struct sample s;

	sample_healthy(&s, 5);

	char *page = page_of(&s);

	ck_assert_ptr_nonnull(strstr(page, "no fault found"));
	ck_assert_ptr_nonnull(strstr(page, "class=\"lead good\""));
	ck_assert_ptr_nonnull(strstr(page, "<circle"));
	/* For a desk and for a phone. */
	ck_assert_ptr_nonnull(strstr(page, "<svg class=\"wide\""));
	ck_assert_ptr_nonnull(strstr(page, "<svg class=\"narrow\""));
	ck_assert_ptr_null(strstr(page, "id=\"fault-"));
	free(page);
	sample_fini(&s);
	sample_silent(&s);
	page = page_of(&s);
	ck_assert_ptr_nonnull(strstr(page, "No proxy asked for"));
	free(page);
	sample_fini(&s);
}
END_TEST

static char *const hostile[] = {
	"",
	"<script>alert(1)</script>",
	"\"><img src=x onerror=alert(1)>",
	"' onload='alert(1)",
	"</style></svg></title><b>",
	"&lt;&amp;&#60;",
	"\x01\x02\x1b[2J\x7f",
	"\xff\xfe\xc0\xaf\xed\xa0\x80",
	("\xe2\x80\xae" "evil"),
	"<!--",
	"]]>",
};

START_TEST(whatever_a_name_holds_it_is_words)
{
	struct sample s;

	for (int level = REDACT_SECRETS; level <= REDACT_IDENTITIES; level++) {
		sample_rejected(&s);
		sample_hostile(&s, hostile[_i]);
		s.report.options.redact = (enum redact_level)level;
		s.report.options.inventory = true;
		free(page_of(&s));
		sample_fini(&s);
		/* Several attempts: who, and when. */
		sample_healthy(&s, 5);
		sample_hostile(&s, hostile[_i]);
		for (int i = 0; i < 5; i++)
			s.attempts[i].scheme_name = hostile[_i];
		s.report.options.redact = (enum redact_level)level;
		free(page_of(&s));
		sample_fini(&s);
	}
}
END_TEST

START_TEST(identities_are_not_in_it)
{
	struct sample s;

	sample_rejected(&s);
	s.report.options.redact = REDACT_IDENTITIES;
	s.report.options.inventory = true;

	char *page = page_of(&s);

	ck_assert_ptr_null(strstr(page, "erin"));
	ck_assert_ptr_null(strstr(page, "10.77."));
	ck_assert_ptr_null(strstr(page, "WORKSTATION"));
	ck_assert_ptr_nonnull(strstr(page, "user-1"));
	free(page);
	sample_fini(&s);
}
END_TEST

START_TEST(the_same_input_gives_the_same_bytes)
{
	struct sample a, b;

	sample_rejected(&a);
	sample_rejected(&b);

	char *first = page_of(&a), *second = page_of(&b);

	ck_assert_str_eq(first, second);
	free(first);
	free(second);
	sample_fini(&a);
	sample_fini(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report/html");
	TCase *c = tcase_create("html");

	tcase_add_test(c, a_fault_has_all_its_parts);
	tcase_add_test(c, a_healthy_capture_is_good_news);
	tcase_add_loop_test(c, whatever_a_name_holds_it_is_words, 0,
	    N_ROWS(hostile));
	tcase_add_test(c, identities_are_not_in_it);
	tcase_add_test(c, the_same_input_gives_the_same_bytes);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
