/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxylog/format.h"

#include "proxylog/proxylog.h"
#include "run.h"

#define CUSTOM "%ts.%03tu %>a:%>p %>Hs %rm %ru user=[%un] %Ss"
#define W3C                                                                    \
	"#Fields: date time time-taken c-ip sc-status s-action cs-method "     \
	"cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-username "           \
	"cs(User-Agent)\n"

/* One line of each format, as the programs write them. */
static const struct {
	const char *spec, *line;
	const char *time, *client, *status, *user, *url;
} rows[] = {
	{ NULL,
	    "1795473995.920      7 127.0.0.1 TCP_DENIED/407 3536 GET "
	    "http://h:1/ bob HIER_NONE/- text/html",
	    "2026-11-23T22:46:35.920000Z", "127.0.0.1", "407", "bob",
	    "http://h:1/" },
	{ NULL,
	    "10.0.0.7 - - [23/Nov/2026:23:46:35 +0100] \"GET http://h/ "
	    "HTTP/1.1\" 407 3569 \"-\" \"curl/7.88.1\" TCP_DENIED:HIER_NONE",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "407", NULL,
	    "http://h/" },
	{ NULL,
	    "::1 - a\\b [23/Nov/2026:17:16:35 -0530] \"CONNECT h:443 "
	    "HTTP/1.1\" 200 39 \"-\" \"Mozilla (a \\\"b)\"",
	    "2026-11-23T22:46:35.000000Z", "::1", "200", "a\\b", "h:443" },
	{ NULL,
	    "10.0.0.7 - bob [23/Nov/2026:22:46:35 +0000] \"GET http://h/ "
	    "HTTP/1.1\" 407 3569 TCP_DENIED:HIER_NONE",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "407", "bob",
	    "http://h/" },
	{ CUSTOM, "1795473995.920 10.0.0.7:4711 407 GET http://h/ user=[-] "
	          "TCP_DENIED",
	    "2026-11-23T22:46:35.920000Z", "10.0.0.7", "407", NULL,
	    "http://h/" },
	{ CUSTOM, "1795473995.920 fd77::1:4711 407 GET http://h/ user=[x] T",
	    "2026-11-23T22:46:35.920000Z", "fd77::1", "407", "x",
	    "http://h/" },
	{ "%tg %>a %err_code/%err_detail %>Hs",
	    "23/Nov/2026:22:46:35 10.0.0.7 ERR_NONE/- 200",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "200", NULL, NULL },
	{ "%{%d/%b/%Y:%H:%M:%S %z}tl %>a %>Hs",
	    "23/Nov/2026:23:46:35 +0100 10.0.0.7 200",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "200", NULL, NULL },
	{ "%{%Y-%m-%d %H:%M:%S}tg.%03tu %>a %>Hs",
	    "2026-11-23 22:46:35.920 10.0.0.7 200",
	    "2026-11-23T22:46:35.920000Z", "10.0.0.7", "200", NULL, NULL },
	/* The argument may stand behind, too. */
	{ "%>a [%tl{%FT%T%z}] %>h{User-Agent} %>Hs",
	    "10.0.0.7 [2026-11-23T17:16:35-0530] curl 200",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "200", NULL, NULL },
	/* A clock beside a whole time, in one form and another. */
	{ "%{%H:%M}tl %ts %{%I:%M %p}tg %>a %>Hs",
	    "23:46 1795473995 10:46 PM 10.0.0.7 200",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "200", NULL, NULL },
	{ "%{%c %Z}tl|%>a|%>Hs", "Mon Nov 23 22:46:35 2026 GMT|10.0.0.7|200",
	    "2026-11-23T22:46:35.000000Z", "10.0.0.7", "200", NULL, NULL },
	{ "%{%F %T}tg %>a %>Hs", "2026-11-23 10.0.0.7 200", NULL, NULL, NULL,
	    NULL, NULL },
	{ CUSTOM, "1795473995.920 10.0.0.7:4711 407 GET http://h/", NULL,
	    NULL, NULL, NULL, NULL },
	{ CUSTOM, "", NULL, NULL, NULL, NULL, NULL },
	{ NULL, "some text of another kind", NULL, NULL, NULL, NULL, NULL },
	{ NULL, "99999999999999999999.0 1 1.1.1.1 A/407 1 GET / - H/- -",
	    NULL, NULL, NULL, NULL, NULL },
};

static void
same(struct span got, const char *want)
{
	ck_assert_msg(span_eq(got, span_of_str(want)), "%.*s, not %s",
	    (int)got.len, (const char *)got.at, want != NULL ? want : "none");
}

/* The first that fits, as proxylog_load() guesses. */
static bool
read_as(const char *spec, struct span line, struct log_line *l)
{
	struct log_format f;
	struct log_problem problem;

	if (spec != NULL)
		return log_format_squid(&f, "custom", span_of_str(spec),
		           &problem) &&
		    log_format_read(&f, line, l);
	for (size_t i = 0; log_format_known(i, &f); i++)
		if (log_format_read(&f, line, l) &&
		    log_line_time(l) != WHEN_NONE)
			return true;
	return false;
}

START_TEST(a_line_is_taken_apart)
{
	struct log_line l;
	struct text iso = { 0 };
	bool read = read_as(rows[_i].spec, span_of_str(rows[_i].line), &l);

	ck_assert_int_eq(read, rows[_i].time != NULL);
	if (!read)
		return;
	when_iso(&iso, log_line_time(&l));
	ck_assert_str_eq(text_get(&iso), rows[_i].time);
	same(l.field[LOG_CLIENT], rows[_i].client);
	same(l.field[LOG_STATUS], rows[_i].status);
	same(l.field[LOG_USER], rows[_i].user);
	same(l.field[LOG_URL], rows[_i].url);
	text_fini(&iso);
}
END_TEST

START_TEST(any_prefix_is_a_line_or_not)
{
	struct span s = span_of_str(rows[_i].line);

	for (size_t n = 0; n <= s.len; n++) {
		uint8_t *copy = exact_copy(s, n);
		struct log_line l;

		if (read_as(rows[_i].spec, span_of(copy, n), &l))
			log_line_time(&l);
		free(copy);
	}
}
END_TEST

static const struct {
	const char *spec;
	bool good;
	size_t at; /* where it is wrong; 0: on the whole */
} specs[] = {
	{ CUSTOM, true, 0 },
	{ "%ts %>a %>Hs", true, 0 },
	{ "%%%ts %>a %Hs%%", true, 0 },
	{ "%{%s}tl %>a %>Hs", true, 0 },
	{ "%ts %>a", false, 0 },
	{ "%>a %>Hs", false, 0 },
	{ "%ts %>Hs", false, 0 },
	{ "", false, 0 },
	{ "%", false, 0 },
	{ "%{", false, 2 },
	{ "%ts %>a %{Referer %>Hs", false, 10 },
	/* No year; half a day. */
	{ "%{%d/%b %T}tl %>a %>Hs", false, 0 },
	{ "%{%F %I:%M:%S}tl %>a %>Hs", false, 0 },
	{ "%>a %{%F %Q}tl %>Hs", false, 10 },
	{ "%>a %{%F %}tl %>Hs", false, 10 },
	{ "................................................................"
	  "%ts %>a %>Hs", false, 65 },
};

START_TEST(a_format_says_when_who_and_how_it_ended)
{
	struct log_format f;
	struct log_problem p = { .at = 0 };

	ck_assert_int_eq(log_format_squid(&f, "custom",
	                     span_of_str(specs[_i].spec), &p),
	    specs[_i].good);
	ck_assert_uint_eq(p.at, specs[_i].at);
}
END_TEST

static const struct {
	const char *text;
	size_t n, others; /* n 0: refused */
} logs[] = {
	{ W3C "2026-11-23 22:46:35 7 10.0.0.7 407 TCP_DENIED GET http h 80 / "
	      "- \"Mozilla/5.0 (X11)\"\n", 1, 0 },
	{ W3C "2026-11-23 22:46:35 7 10.0.0.7 407 TCP_DENIED GET http h 80 /\n"
	      "2026-11-23 22:46:35 7 10.0.0.7 407 T GET http h 80 / - -\n",
	    1, 1 },
	{ "#Software: SGOS\n" W3C "#Remark: x\n"
	  "2026-11-23 22:46:35 7 10.0.0.7 407 T CONNECT tcp h 443 - - -\r\n",
	    1, 0 },
	{ W3C, 0, 0 },
	{ "", 0, 0 },
	{ "x\ny\n", 0, 0 },
	{ "x\n1795473995.920 7 127.0.0.1 A/407 3 GET http://h/ - H/- -\nz\n",
	    1, 2 },
};

START_TEST(a_log_is_read_or_refused)
{
	struct proxylog *l = proxylog_read("log", span_of_str(logs[_i].text),
	    NULL);

	ck_assert_int_eq(l != NULL, logs[_i].n > 0);
	if (l != NULL) {
		ck_assert_uint_eq(proxylog_count(l), logs[_i].n);
		ck_assert_uint_eq(proxylog_others(l), logs[_i].others);
	}
	proxylog_free(l);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("format");
	TCase *t = tcase_create("format");
	int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(t, a_line_is_taken_apart, 0, n);
	tcase_add_loop_test(t, any_prefix_is_a_line_or_not, 0, n);
	tcase_add_loop_test(t, a_format_says_when_who_and_how_it_ended, 0,
	    sizeof(specs) / sizeof(specs[0]));
	tcase_add_loop_test(t, a_log_is_read_or_refused, 0,
	    sizeof(logs) / sizeof(logs[0]));
	suite_add_tcase(s, t);
	return run_suite(s);
}
