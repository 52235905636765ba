/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxylog/stamp.h"

#include <stdlib.h>
#include <time.h>

#include "run.h"

/* "!": the line goes on. */
static const struct {
	const char *format, *line;
	const char *time; /* NULL: the line does not have it */
	bool zone;
} rows[] = {
	/* As squid 5.7 wrote them, in Newfoundland. */
	{ STAMP_LOCAL, "30/Nov/2026:04:04:11 -0330", "07:34:11", true },
	{ STAMP_GMT, "30/Nov/2026:07:34:11", "07:34:11", false },
	{ "%Y-%m-%d %H:%M:%S", "2026-11-30 07:34:11", "07:34:11", false },
	{ "%c", "Mon Nov 30 07:34:11 2026", "07:34:11", false },
	{ "%e %B %Y %k:%M:%S", "30 November 2026  7:34:11", "07:34:11",
	    false },
	/* Of other programs, and by hand. */
	{ "%s", "1796024051", "07:34:11", true },
	{ "%FT%T%z", "2026-11-30T07:34:11+00:00!", "07:34:11", true },
	{ "%Y%m%d%H%M%S", "20261130073411", "07:34:11", false },
	{ "%D %r", "11/30/26 07:34:11 AM", "07:34:11", false },
	{ "%x %X", "11/30/26 19:34:11", "19:34:11", false },
	{ "%y %j %I%P.%M.%S", "26 334 12am.34.11", "00:34:11", false },
	{ "%y %j %I%P.%M.%S", "26 334 12PM.34.11", "12:34:11", false },
	{ "%A, %d-%h-%y %R:%S %Z", "Monday, 30-nov-26 07:34:11 NST",
	    "07:34:11", false },
	{ "%a%n%e%t%b %-H:%_M:%OS %EY%%", "Mon\n30\tNov 7:34:11 2026%",
	    "07:34:11", false },
	{ "%u %w %U %V %W %C %g %G %F %T",
	    "1 1 48 49 48 20 26 2026 2026-11-30 07:34:11", "07:34:11",
	    false },
	{ STAMP_LOCAL, "30/Nov/2026:04:04:11", NULL, true },
	{ STAMP_LOCAL, "30/Nov/2026:04:04:11 GMT", NULL, true },
	{ STAMP_LOCAL, "30/Nix/2026:04:04:11 -0330", NULL, true },
	{ STAMP_LOCAL, "32/Jan/2026:04:04:11 -0330", NULL, true },
	{ "%F %T", "2026-11-30 24:61:00", NULL, false },
	{ "%F %T", "2026-13-30 04:04:00", NULL, false },
	{ "%F %T", "26-11-30 04:04:00", NULL, false },
	{ "%y %j %T", "26 367 04:04:00", NULL, false },
	{ "%y %j %T", "26 000 04:04:00", NULL, false },
	{ "%s", "99999999999", NULL, true },
	{ "%s", "", NULL, true },
};

START_TEST(a_time_is_read_as_it_was_written)
{
	struct span format = span_of_str(rows[_i].format);
	struct span line = span_of_str(rows[_i].line);
	struct text iso = { 0 };
	when_ns t = stamp_time(format, line);
	size_t at;

	ck_assert_ptr_null(stamp_check(format, &at));
	ck_assert(stamp_tells(format));
	ck_assert_int_eq(stamp_has_zone(format), rows[_i].zone);
	ck_assert_int_eq(t == WHEN_NONE, rows[_i].time == NULL);
	if (rows[_i].time == NULL)
		return;
	ck_assert_uint_eq(stamp_length(format, line), span_find(line, '!'));
	when_iso(&iso, t);
	ck_assert_msg(strstr(text_get(&iso), "2026-11-30T") != NULL &&
	        strstr(text_get(&iso), rows[_i].time) != NULL,
	    "%s", text_get(&iso));
	text_fini(&iso);
}
END_TEST

START_TEST(any_prefix_is_a_time_or_not)
{
	struct span s = span_of_str(rows[_i].line);
	struct span format = span_of_str(rows[_i].format);

	for (size_t n = 0; n <= s.len; n++) {
		uint8_t *copy = exact_copy(s, n);

		ck_assert_uint_le(stamp_length(format, span_of(copy, n)), n);
		stamp_time(format, span_of(copy, n));
		free(copy);
	}
}
END_TEST

/* What the C library writes, of every hour of a year. */
START_TEST(what_strftime_writes_is_read)
{
	static const char *const formats[] = { STAMP_LOCAL, "%c", "%F %T",
		"%D %r", "%y-%j %k:%M:%S", "%G %a %e %B %Y %l:%M:%S %p" };
	char line[100];

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		for (time_t t = 1767225600; t < 1767225600 + 366 * 86400;
		     t += 3599) {
			struct tm tm;

			strftime(line, sizeof(line), formats[i],
			    gmtime_r(&t, &tm));
			ck_assert_msg(stamp_time(span_of_str(formats[i]),
			                  span_of_str(line)) ==
			        t * WHEN_SECOND,
			    "%s", line);
		}
}
END_TEST

static const struct {
	const char *format;
	size_t at; /* 0: it is good, but does not tell a second */
} poor[] = {
	{ "", 0 },
	{ "%d/%b:%T", 0 },
	{ "%F %R", 0 },
	{ "%F %I:%M:%S", 0 },
	{ "%Y-%d %T", 0 },
	{ "%F%%%T %Q", 7 },
	{ "%F %", 3 },
	{ "%F %-", 3 },
	{ "%F %E", 3 },
};

START_TEST(what_is_wrong_with_a_format_is_said)
{
	struct span format = span_of_str(poor[_i].format);
	size_t at = 0;

	ck_assert_int_eq(stamp_check(format, &at) != NULL, poor[_i].at > 0);
	if (poor[_i].at > 0)
		ck_assert_uint_eq(at, poor[_i].at);
	else
		ck_assert(!stamp_tells(format));
	ck_assert(stamp_time(format, SPAN("2026")) == WHEN_NONE);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("stamp");
	TCase *t = tcase_create("stamp");
	int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(t, a_time_is_read_as_it_was_written, 0, n);
	tcase_add_loop_test(t, any_prefix_is_a_time_or_not, 0, n);
	tcase_add_test(t, what_strftime_writes_is_read);
	tcase_add_loop_test(t, what_is_wrong_with_a_format_is_said, 0,
	    sizeof(poor) / sizeof(poor[0]));
	suite_add_tcase(s, t);
	return run_suite(s);
}
