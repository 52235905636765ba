/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html_status.h"

#include "run.h"
#include "sample.h"
#include "tags.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))

/* A page, checked: its own paths are all that it links to. */
static const char *
checked(const struct text *page)
{
	const char *fault = tags_fault(text_span(page), " href=\"/");

	ck_assert_msg(fault == NULL, "%s: %s", fault, text_get(page));
	ck_assert_ptr_null(strstr(text_get(page), "<script"));
	return text_get(page);
}

/* A minute after the last frame; the sample is prepared. */
static struct html_status
status_of(struct sample *s)
{
	sample_prepare(s);
	return (struct html_status){ .report = &s->report,
		.now = s->input.last + 60 * WHEN_SECOND };
}

START_TEST(a_fault_is_named_and_has_a_page)
{
	struct sample s;
	struct text t = { 0 };

	sample_rejected(&s);

	struct html_status now = status_of(&s);

	html_status_page(&t, &now);
	checked(&t);
	ck_assert_ptr_nonnull(strstr(text_get(&t), "1 fault is open."));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "class=\"lead bad\""));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "href=\"/finding/f1\""));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "1 attempt, 1 client; "
	    "last 1 min"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "The capture is well."));
	text_clear(&t);
	html_status_finding(&t, &s.report, &s.finding);
	checked(&t);
	ck_assert_ptr_nonnull(strstr(text_get(&t), "Finding f1"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "What to do, the easiest "
	    "first"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "<a href=\"/\">"));
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

/* What has no id was never told; what is over is not now. */
static const struct shown {
	const char *id, *state;
	bool fault, shown;
} shown[] = {
	{ "f1", NULL, true, true },
	{ "f1", "open", true, true },
	{ "f1", "closed", true, false },
	{ "f1", "withdrawn", true, false },
	{ NULL, NULL, true, false },
	{ "f1", NULL, false, false },
};

START_TEST(only_open_faults_are_shown)
{
	const struct shown *row = &shown[_i];
	const struct finding *out[2];
	struct sample s;
	struct text t = { 0 };

	sample_rejected(&s);
	s.finding.id = row->id;
	s.finding.state = row->state;
	s.finding.fault = row->fault;

	struct html_status now = status_of(&s);

	ck_assert_uint_eq(html_status_faults(&s.report, out), row->shown);
	html_status_page(&t, &now);
	ck_assert_int_eq(strstr(checked(&t), "/finding/") != NULL,
	    row->shown);
	ck_assert_int_eq(strstr(text_get(&t), "No fault is open.") != NULL,
	    !row->shown);
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

START_TEST(nothing_at_all_is_said_to_be_nothing)
{
	struct sample s;
	struct text t = { 0 };

	sample_silent(&s);

	struct html_status now = status_of(&s);

	html_status_page(&t, &now);
	ck_assert_ptr_nonnull(strstr(checked(&t), "No login at a proxy was "
	    "seen"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "class=\"lead good\""));
	ck_assert_ptr_null(strstr(text_get(&t), "<svg"));
	text_clear(&t);
	now.now = WHEN_NONE;
	s.input.last = WHEN_NONE;
	html_status_page(&t, &now);
	ck_assert_ptr_nonnull(strstr(checked(&t), "No frame was seen yet"));
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

START_TEST(what_is_amiss_with_the_capture_is_said)
{
	static const char *const problems[] = { "one <thing>", "another" };
	struct sample s;
	struct text t = { 0 };

	sample_healthy(&s, 5);

	struct html_status now = status_of(&s);

	now.problems = problems;
	now.n_problems = 2;
	s.input.dropped = 7;
	s.report.limit_hits[0] = 3;
	html_status_page(&t, &now);
	ck_assert_ptr_nonnull(strstr(checked(&t), "one &lt;thing&gt;"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "another"));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "class=\"lead bad\""));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "bound reached 3 times"));
	ck_assert_ptr_null(strstr(text_get(&t), "The capture is well."));
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

static size_t
count_of(const char *page, const char *words)
{
	size_t n = 0;

	while ((page = strstr(page, words)) != NULL) {
		n++;
		page += strlen(words);
	}
	return n;
}

/* Few beside many are to be seen, and the highest number has its room. */
START_TEST(bars_are_as_high_as_what_they_count)
{
	struct sample s;
	struct text t = { 0 };

	sample_healthy(&s, 1);

	struct html_status now = status_of(&s);

	now.hour.good[0] = UINT64_MAX / 2;
	now.hour.bad[TREND_BARS - 1] = 1;
	html_status_page(&t, &now);
	checked(&t);
	/* For a desk and for a phone; the day has none. */
	ck_assert_uint_eq(count_of(text_get(&t), "<svg"), 2);
	ck_assert_uint_eq(count_of(text_get(&t), "<rect class=\"g\""), 2);
	ck_assert_uint_eq(count_of(text_get(&t), "<rect class=\"b\""), 2);
	ck_assert_uint_eq(count_of(text_get(&t), "height=\"56\""), 2);
	ck_assert_uint_eq(count_of(text_get(&t), "height=\"2\""), 2);
	ck_assert_ptr_nonnull(strstr(text_get(&t), "0 good, 0 failed"));
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

START_TEST(what_nobody_watched_was_not_well)
{
	static const char *const none = "No login at a proxy was seen ";
	struct sample s;
	struct text t = { 0 };

	sample_silent(&s);

	struct html_status now = status_of(&s);

	for (size_t i = 0; i < TREND_BARS; i++)
		now.hour.due[i] = now.hour.watched[i] = 1;
	html_status_page(&t, &now);
	ck_assert_ptr_nonnull(strstr(checked(&t), "class=\"lead good\""));
	ck_assert_ptr_null(strstr(text_get(&t), "obody watched"));
	text_clear(&t);
	now.hour.watched[3] = 0;
	html_status_page(&t, &now);
	ck_assert_ptr_nonnull(strstr(checked(&t), "class=\"lead\""));
	ck_assert_ptr_nonnull(strstr(text_get(&t), "Nobody watched for 1 min "
	    "of the last hour."));
	ck_assert_ptr_nonnull(strstr(strstr(text_get(&t), none),
	    "in the last hour."));
	ck_assert_uint_eq(count_of(text_get(&t), "<rect"), 0);
	text_clear(&t);
	/* What an earlier run saw is in the last hour, too. */
	now.hour.bad[2] = 1;
	html_status_page(&t, &now);
	ck_assert_ptr_nonnull(strstr(strstr(checked(&t), none),
	    "since p407 began."));
	ck_assert_uint_eq(count_of(text_get(&t), "<rect class=\"gap\""), 2);
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

static char *const hostile[] = {
	"<script>alert(1)</script>",
	"\"><img src=x onerror=alert(1)>",
	"' onload='alert(1)",
	"</style></svg></title></main><b>",
	"\x01\x02\x1b[2J\x7f",
	"\xff\xfe\xc0\xaf\xed\xa0\x80",
	"<!--",
	"]]>",
};

START_TEST(whatever_a_name_holds_it_is_words)
{
	for (int level = REDACT_SECRETS; level <= REDACT_IDENTITIES; level++) {
		struct sample s;
		struct text t = { 0 };

		sample_rejected(&s);
		sample_hostile(&s, hostile[_i]);
		s.report.options.redact = (enum redact_level)level;

		struct html_status now = status_of(&s);

		html_status_page(&t, &now);
		checked(&t);
		text_clear(&t);
		html_status_finding(&t, &s.report, &s.finding);
		checked(&t);
		text_fini(&t);
		sample_fini(&s);
	}
}
END_TEST

START_TEST(identities_are_in_none_of_the_pages)
{
	static const char *const names[] = { "erin", "10.77.", "WORKSTATION",
		"LAB", "example.test" };
	struct sample s;
	struct text t = { 0 };

	sample_rejected(&s);
	s.report.options.redact = REDACT_IDENTITIES;

	struct html_status now = status_of(&s);

	html_status_page(&t, &now);
	html_status_finding(&t, &s.report, &s.finding);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(strstr(text_get(&t), names[i]) == NULL, "%s",
		    names[i]);
	ck_assert_ptr_nonnull(strstr(text_get(&t), "user-1"));
	text_fini(&t);
	sample_fini(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report/html_status");
	TCase *c = tcase_create("html_status");

	tcase_add_test(c, a_fault_is_named_and_has_a_page);
	tcase_add_loop_test(c, only_open_faults_are_shown, 0, N_ROWS(shown));
	tcase_add_test(c, nothing_at_all_is_said_to_be_nothing);
	tcase_add_test(c, what_is_amiss_with_the_capture_is_said);
	tcase_add_test(c, bars_are_as_high_as_what_they_count);
	tcase_add_test(c, what_nobody_watched_was_not_well);
	tcase_add_loop_test(c, whatever_a_name_holds_it_is_words, 0,
	    N_ROWS(hostile));
	tcase_add_test(c, identities_are_in_none_of_the_pages);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
