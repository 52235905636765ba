/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/text.h"

#include "report/ladder.h"
#include "run.h"
#include "sample.h"
#include "strict.h"

static char *
written(struct sample *s)
{
	sample_prepare(s);

	char *out = sample_written(s, "text");

	ck_assert_msg(strict_text(span_of_str(out), s->report.options.color),
	    "%s", out);
	return out;
}

static void
has(const char *out, const char *what)
{
	ck_assert_msg(strstr(out, what) != NULL, "no \"%s\" in\n%s", what,
	    out);
}

static void
has_not(const char *out, const char *what)
{
	ck_assert_msg(strstr(out, what) == NULL, "\"%s\" in\n%s", what, out);
}

/* What the issue asks of a fault, each with words that show it. */
static const struct asked {
	const char *what, *words;
} asked[] = {
	{ "what was read", "p407 0.1.0: ticket.pcapng (pcapng)\n" },
	{ "when", "2026-11-23 10:31:07 to 10:31:08 UTC; 31 frames" },
	{ "the answer", "1 attempt to authenticate: 1 rejected. 1 fault:\n" },
	{ "headline", "\n1. The proxy does not accept these credentials\n" },
	{ "who", "\n  client     10.77.1.4\n  user       LAB\\erin\n" },
	{ "with what", "\n  program    curl/7.88.1\n" },
	{ "where", "\n  proxy      10.77.0.20:3128 (squid/5.7)\n" },
	{ "how often", "\n  when       2026-11-23 10:31:07 UTC, once\n" },
	{ "the step", "\n  broke at   authenticate (rejected, scheme NTLM)\n" },
	{ "the cause",
	    "\n  cause      credentials-rejected "
	    "(rule ntlm-credentials-rejected)\n"
	    "  severity   high, likelihood high\n" },
	{ "client and proxy", "(UTC)    10.77.1.4:53974    " },
	{ "first message",
	    "\n       8  10:31:07.004  │── GET http://www.example.test/ ──" },
	{ "the offer", "\n      12  +1.0 ms       │◀─ 407, offers NTLM ──" },
	{ "who answered", "│     Server squid/5.7, Via 1.1 proxy.lab.test  " },
	{ "type 2 decoded",
	    "│     target LAB, computer PROXY, domain lab.test  " },
	{ "type 3 decoded", "│     LAB\\erin, from WORKSTATION, NTLMv2  " },
	{ "the verdict",
	    "\n      24  +7.0 ms       │◀─ 407, refused; offers NTLM ──" },
	{ "why", "\n  Why\n    The handshake was complete and on" },
	{ "ruled out",
	    "\n  What it is not\n    · clock-skew (ntlm-clock-skew)" },
	{ "cannot tell",
	    "\n  What this capture cannot tell\n    · account-locked: " },
	{ "fixes", "\n    1. Type the password again" },
	{ "who fixes", "[directory administrators, medium]\n" },
	{ "escalation", "\n    to    the directory team\n    when  the pass" },
	{ "how to verify", "\n  How to see that it is mended\n    The next" },
	{ "frames", "\n    frames  12, 19, 24\n" },
	{ "filter", "\n    filter  tcp.stream == 0\n" },
	{ "totals",
	    "  10.77.0.20:3128: 1 attempt (NTLM 1), 1 client: 1 rejected\n" },
};

START_TEST(a_fault_is_told_with_all_that_is_asked)
{
	struct sample s;

	sample_rejected(&s);

	char *out = written(&s);

	ck_assert_msg(strstr(out, asked[_i].words) != NULL, "%s: no %s in\n%s",
	    asked[_i].what, asked[_i].words, out);
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(ordinary_reports_fit_the_page)
{
	static const unsigned widths[] = { 0, 80, 100, 132 };

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct sample s;
		size_t want = widths[i] > 0 ? widths[i] : 80;

		sample_rejected(&s);
		s.report.options.width = widths[i];

		char *out = written(&s);

		ck_assert_uint_eq(strict_widest(span_of_str(out)), want);
		free(out);
		sample_fini(&s);
	}
}
END_TEST

START_TEST(a_healthy_capture_gets_a_line_for_its_proxy)
{
	struct sample s;

	sample_healthy(&s, 6);

	char *out = written(&s);

	has(out, "6 attempts to authenticate: 6 authenticated. "
	         "No fault found.");
	has(out, "  10.77.0.20:3128: 6 attempts, all authenticated (NTLM 3, "
	    "Basic 3), 3 clients:\n  nothing wrong\n");
	has_not(out, "About the capture");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(a_capture_without_proxy_authentication_gets_one_sentence)
{
	struct sample s;

	sample_silent(&s);

	char *out = written(&s);

	has(out, "  No proxy authentication in this capture: looked at 31 "
	    "frames and 12 TCP\n  connections, 3 of them with HTTP;");
	has_not(out, "What is missing");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(what_is_wrong_with_the_capture_is_said_with_its_meaning)
{
	struct sample s;

	sample_silent(&s);
	s.input.damaged = true;
	s.input.dropped = 7;
	s.input.cut_frames = 1;
	s.report.stopped = true;
	s.report.quality.missing = 90;
	s.report.quality.one_sided = 1;
	s.report.quality.conflicts = 2;
	s.report.quality.unknown_link = 3;
	s.report.quality.damaged_packets = 1;
	limit_hit(LIMIT_HEAD);

	char *out = written(&s);

	has(out, "(pcapng, damaged)");
	has(out, "What is missing (below) may");
	has(out, "ticket.pcapng is damaged: this report is about the part");
	has(out, "The capturing side lost 7 frames");
	has(out, "1 frame is shorter than on the wire");
	has(out, "Reading was stopped before the end");
	has(out, "0.99% of the HTTP conversations (90 bytes)");
	has(out, "1 HTTP connection has one direction only");
	has(out, "2 retransmissions carried other bytes");
	has(out, "3 frames are of a link type");
	has(out, "1 packet is damaged");
	has(out, "(262144 bytes of one HTTP head), once");
	ck_assert_uint_le(strict_widest(span_of_str(out)), 80);
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(remarks_are_short_and_no_fault)
{
	struct sample s;

	sample_rejected(&s);
	s.finding.fault = false;

	char *out = written(&s);

	has(out, "No fault of a user or the proxy found.");
	has(out, "\nRemarks\n  · LAB\\erin at 10.77.1.4 cannot get past ");
	has(out, " was refused. [1 attempt; tcp.stream == 0]\n");
	has_not(out, "What to do");
	free(out);
	sample_fini(&s);
}
END_TEST

/* Two of one severity: who hits more clients, however often. */
START_TEST(then_who_hits_most_clients)
{
	struct sample s;
	struct finding other;

	sample_rejected(&s);
	other = s.finding;
	other.title = "one";
	s.finding.title = "many";
	s.finding.clients.total = other.clients.total + 1;
	s.findings[0] = &other;
	s.findings[1] = &s.finding;
	s.report.n_findings = 2;

	char *out = written(&s);

	has(out, "\n1. many\n");
	has(out, "\n2. one\n");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(the_most_severe_comes_first)
{
	struct sample s;
	struct finding other;

	sample_rejected(&s);
	other = s.finding;
	s.finding.severity = LEVEL_LOW;
	s.finding.title = "small";
	other.title = "large";
	s.findings[1] = &other;
	s.report.n_findings = 2;

	char *out = written(&s);

	has(out, "\n1. large\n");
	has(out, "\n2. small\n");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(colours_and_drawings_are_as_told)
{
	struct sample s;

	sample_rejected(&s);
	s.report.options.color = true;

	char *out = written(&s);

	has(out, "\033[1;31m");
	free(out);
	sample_fini(&s);

	sample_rejected(&s);
	s.report.options.ascii = true;
	out = written(&s);
	for (const char *c = out; *c != '\0'; c++)
		ck_assert_int_ge(*c, 0);
	has(out, "|<- 407, offers NTLM ---");
	free(out);
	sample_fini(&s);
}
END_TEST

/* The colours of a terminal must not depend on how wide a line is. */
START_TEST(colours_change_nothing_but_colours)
{
	struct sample s;
	struct text bare;

	sample_rejected(&s);

	char *plain = written(&s);

	sample_fini(&s);
	sample_rejected(&s);
	s.report.options.color = true;

	char *color = written(&s);

	text_init(&bare);
	for (const char *c = color; *c != '\0'; c++) {
		if (*c == '\033')
			c = strchr(c, 'm');
		else
			text_char(&bare, *c);
	}
	ck_assert_str_eq(text_get(&bare), plain);
	text_fini(&bare);
	free(color);
	free(plain);
	sample_fini(&s);
}
END_TEST

static char long_name[4097];

static char *const hostile[] = {
	"",
	" ",
	"\x1b]0;owned\x07\x1b[2J",
	"line\nline\r\ttab\v\f",
	"\xff\xfe\xc0\xaf\xed\xa0\x80",
	"cut \xe2\x82",
	"\xe2\x80\xaegpj.exe\xe2\x81\xa6\xe2\x80\x8b",
	"\xc2\x9bm",
	"<script>alert(1)</script>",
	"%s%n%1000000d",
	"日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語",
	"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
	"http://user:secret@host/path?query",
	long_name,
};

START_TEST(whatever_a_name_holds_the_terminal_is_safe)
{
	struct sample s;

	memset(long_name, 'A', sizeof(long_name) - 1);
	for (int level = REDACT_SECRETS; level <= REDACT_IDENTITIES; level++) {
		sample_rejected(&s);
		sample_hostile(&s, hostile[_i]);
		s.report.options.redact = (enum redact_level)level;

		char *out = written(&s);

		/* A word is cut at 240 columns. */
		ck_assert_uint_le(strict_widest(span_of_str(out)), 280);
		free(out);
		sample_fini(&s);
	}
}
END_TEST

/* Rails stand in one column, whatever is between them. */
START_TEST(the_ladder_stays_straight)
{
	static char *const names[] = { "LAB", "日本語日本語",
		"e\xcc\x81\xcc\x81", "\xff\xff", "",
		"a long name of a domain, too long for the rails of a ladder" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct sample s;
		struct text t;
		struct page p = { .out = &t, .width = 80 };

		sample_rejected(&s);
		sample_hostile(&s, names[i]);
		sample_prepare(&s);
		text_init(&t);
		ladder_draw(&p, &s.report, &s.attempts[0], NULL);
		for (struct span rest = text_span(&t); rest.len > 0;) {
			size_t n = span_find(rest, '\n');

			ck_assert_msg(page_columns(span_first(rest, n)) == 80,
			    "%s: %.*s", names[i], (int)n,
			    (const char *)rest.at);
			rest = span_from(rest, n + 1);
		}
		text_fini(&t);
		sample_fini(&s);
	}
}
END_TEST

START_TEST(a_move_to_another_connection_is_shown)
{
	struct sample s;

	sample_rejected(&s);
	for (int i = 4; i < 6; i++) {
		s.legs[0][i].stream = 3;
		s.legs[0][i].port = 53980;
	}

	char *out = written(&s);

	has(out, "│╌╌ another connection: port 53980, tcp.stream 3 ╌");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(a_long_attempt_is_shortened_in_the_middle)
{
	struct sample s;
	struct leg legs[60];

	sample_rejected(&s);
	for (unsigned i = 0; i < 60; i++) {
		legs[i] = s.legs[0][i % 6];
		legs[i].frame = 100 + i;
	}
	s.attempts[0].legs = legs;
	s.attempts[0].n_legs = 60;
	s.attempts[0].legs_dropped = 5;

	char *out = written(&s);

	has(out, "     107  ");
	has_not(out, "     108  ");
	has(out, "46 more messages, to frame 153 ");
	has(out, "     154  ");
	has(out, "     159  ");
	has(out, "5 more messages that were not kept ");
	free(out);
	sample_fini(&s);
}
END_TEST

static const struct wrap_row {
	const char *lead, *words, *want;
} wraps[] = {
	{ "", "one two", "  one two\n" },
	{ "a ", "one two three", "a one two\n  three\n" },
	{ "a ", "  spaces   are one\n", "a spaces\n  are one\n" },
	{ "a ", "unbreakablelong x", "a unbreakablelong\n  x\n" },
	{ "a ", "日本語 日本語", "a 日本語\n  日本語\n" },
	{ "a ", "", "" },
	{ "long lead ", "x", "long lead \n  x\n" },
};

START_TEST(words_wrap_at_the_width)
{
	struct text t;
	struct page p = { .out = &t, .width = 10 };

	text_init(&t);
	page_flow(&p, wraps[_i].lead, STYLE_PLAIN, 2, wraps[_i].words);
	ck_assert_str_eq(text_get(&t), wraps[_i].want);
	text_fini(&t);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("report/text");
	TCase *report = tcase_create("report");
	TCase *page = tcase_create("page");

	tcase_add_loop_test(report, a_fault_is_told_with_all_that_is_asked, 0,
	    ROWS(asked));
	tcase_add_test(report, ordinary_reports_fit_the_page);
	tcase_add_test(report, a_healthy_capture_gets_a_line_for_its_proxy);
	tcase_add_test(report,
	    a_capture_without_proxy_authentication_gets_one_sentence);
	tcase_add_test(report,
	    what_is_wrong_with_the_capture_is_said_with_its_meaning);
	tcase_add_test(report, remarks_are_short_and_no_fault);
	tcase_add_test(report, then_who_hits_most_clients);
	tcase_add_test(report, the_most_severe_comes_first);
	tcase_add_test(report, colours_and_drawings_are_as_told);
	tcase_add_test(report, colours_change_nothing_but_colours);
	tcase_add_loop_test(report, whatever_a_name_holds_the_terminal_is_safe,
	    0, ROWS(hostile));
	tcase_add_test(report, the_ladder_stays_straight);
	tcase_add_test(report, a_move_to_another_connection_is_shown);
	tcase_add_test(report, a_long_attempt_is_shortened_in_the_middle);
	tcase_add_loop_test(page, words_wrap_at_the_width, 0, ROWS(wraps));
	suite_add_tcase(suite, report);
	suite_add_tcase(suite, page);
	return run_suite(suite);
}
