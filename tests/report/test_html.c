/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memory.h"
#include "report/redact.h"
#include "run.h"
#include "sample.h"
#include "tags.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))

/* The page, checked; the caller frees. */
static char *
page_of(struct sample *s)
{
	sample_prepare(s);

	char *page = sample_written(s, "html");
	const char *fault = tags_fault(span_of_str(page),
	    " href=\"#");

	ck_assert_msg(fault == NULL, "%s", fault);
	ck_assert_ptr_null(strstr(page, "<script"));
	return page;
}

START_TEST(a_fault_has_all_its_parts)
{
	static const char *const parts[] = { "<!DOCTYPE html>",
		"Proxy authentication: 1 fault", "To do first (",
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
