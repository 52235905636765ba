/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/memory.h"
#include "run.h"
#include "sample.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))

/* Bars that are not escaped: those between the cells of a table. */
static size_t
bars_of(struct span line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] == '\\')
			i++;
		else
			n += line.at[i] == '|';
	return n;
}

/*
 * Outside of fences: no HTML, no mention, no link, and the rows of a table
 * have as many cells as its head; fences end.
 */
static void
check(const char *text)
{
	bool fenced = false;
	size_t bars = 0; /* of the table that this line is in */

	for (struct span s = span_of_str(text); s.len > 0;) {
		size_t n = span_find(s, '\n');
		struct span line = span_first(s, n);

		ck_assert_msg(n < s.len, "the last line has no end");
		s = span_from(s, n + 1);
		if (span_starts(line, SPAN("```"))) {
			fenced = !fenced;
			continue;
		}

		size_t n_bars = fenced ? 0 : bars_of(line);

		ck_assert_msg(bars == 0 || n_bars == 0 || n_bars == bars,
		    "another number of cells: %.*s", (int)line.len,
		    (const char *)line.at);
		bars = n_bars;
		for (size_t i = 0; i < line.len; i++) {
			uint8_t c = line.at[i];

			ck_assert_msg(c >= ' ' && c != 0x7f,
			    "a control character in: %.*s", (int)line.len,
			    (const char *)line.at);
			if (fenced || (c == '>' && i == 0))
				continue;
			ck_assert_msg(c != '<' && c != '>' && c != '@',
			    "markup in: %.*s", (int)line.len,
			    (const char *)line.at);
			ck_assert_msg((c != '[' && c != '`') ||
			        (i > 0 && line.at[i - 1] == '\\'),
			    "a link or code in: %.*s", (int)line.len,
			    (const char *)line.at);
		}
	}
	ck_assert_msg(!fenced, "a fence that does not end");
}

static char *
text_of(struct sample *s)
{
	sample_prepare(s);

	char *text = sample_written(s, "markdown");

	check(text);
	return text;
}

START_TEST(a_fault_has_all_its_parts)
{
	static const char *const parts[] = {
		"# Proxy authentication: 1 fault\n", "\n## 1. ",
		"| **user** | LAB\\\\erin |", "```text\n",
		"NTLM type 3 (authenticate)",
		"### What to do, the easiest first\n\n1. ",
		"### How to see that it is mended",
		"### When to escalate", "### What it is not",
		"### To see it in Wireshark", "## Proxies", "## The capture",
	};
	struct sample s;

	sample_rejected(&s);

	char *text = text_of(&s);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		ck_assert_msg(strstr(text, parts[i]) != NULL, "%s is not in "
		    "%s", parts[i], text);
	free(text);
	sample_fini(&s);
}
END_TEST

START_TEST(a_healthy_capture_is_good_news)
{
	struct sample s;

	sample_healthy(&s, 5);

	char *text = text_of(&s);

	ck_assert_ptr_nonnull(strstr(text, "no fault found"));
	ck_assert_ptr_null(strstr(text, "## 1."));
	/* The first and the fourth of five are from one client. */
	ck_assert_ptr_nonnull(strstr(text,
	    "| 10.77.1.4 → 10.77.0.20:3128, NTLM | 1 | 1 | 0 |  |  |"));
	ck_assert_ptr_nonnull(strstr(text,
	    "| 10.77.1.6 → 10.77.0.20:3128, NTLM | 1 | 1 | 0 |  |  |"));
	ck_assert_ptr_nonnull(strstr(text, "|o"));
	free(text);
	sample_fini(&s);
}
END_TEST

static char *const hostile[] = {
	"",
	"```\n# heading",
	"~~~\n",
	"| a | b |",
	"[x](javascript:alert(1))",
	"![x](http://evil/x.png)",
	"<script>alert(1)</script>",
	"@everyone #123 &amp;",
	"https://evil.example/ www.evil.example",
	"\x1b[2J\x7f",
	"\xff\xfe\xe2\x80\xae" "evil",
};

START_TEST(whatever_a_name_holds_it_is_words)
{
	struct sample s;

	for (int level = REDACT_SECRETS; level <= REDACT_IDENTITIES; level++) {
		sample_rejected(&s);
		sample_hostile(&s, hostile[_i]);
		s.report.options.redact = (enum redact_level)level;
		s.report.options.inventory = true;
		free(text_of(&s));
		sample_fini(&s);
		/* Several attempts: who, and when. */
		sample_healthy(&s, 5);
		sample_hostile(&s, hostile[_i]);
		for (int i = 0; i < 5; i++)
			s.attempts[i].scheme_name = hostile[_i];
		s.report.options.redact = (enum redact_level)level;
		free(text_of(&s));
		sample_fini(&s);
	}
}
END_TEST

START_TEST(identities_are_not_in_it)
{
	struct sample s;

	sample_rejected(&s);
	s.report.options.redact = REDACT_IDENTITIES;

	char *text = text_of(&s);

	ck_assert_ptr_null(strstr(text, "erin"));
	ck_assert_ptr_null(strstr(text, "10.77."));
	ck_assert_ptr_null(strstr(text, "WORKSTATION"));
	ck_assert_ptr_nonnull(strstr(text, "user-1"));
	free(text);
	sample_fini(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report/markdown");
	TCase *c = tcase_create("markdown");

	tcase_add_test(c, a_fault_has_all_its_parts);
	tcase_add_test(c, a_healthy_capture_is_good_news);
	tcase_add_loop_test(c, whatever_a_name_holds_it_is_words, 0,
	    N_ROWS(hostile));
	tcase_add_test(c, identities_are_not_in_it);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
