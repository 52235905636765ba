/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/json.h"

#include "report/community.h"
#include "run.h"
#include "sample.h"
#include "strict.h"

/* The whole report, checked, for the tests to look things up in. */
static char *
checked(struct sample *s)
{
	sample_prepare(s);

	char *out = sample_written(s, "json");

	ck_assert_msg(strict_json_lines(span_of_str(out)), "%s", out);
	return out;
}

static void
has(const char *out, const char *what)
{
	ck_assert_msg(strstr(out, what) != NULL, "no %s in %s", what, out);
}

static void
has_not(const char *out, const char *what)
{
	ck_assert_msg(strstr(out, what) == NULL, "%s in %s", what, out);
}

/* What is promised for the example of CONTRACT.md, piece by piece. */
static const char *const promised[] = {
	"{\"@timestamp\":\"2026-11-23T10:31:07.004332Z\",\"event\":{"
	"\"dataset\":\"p407.attempt\",\"kind\":\"event\",\"category\":["
	"\"authentication\"],\"outcome\":\"failure\",\"start\":",
	"\"duration\":7000000}",
	"\"source\":{\"ip\":\"10.77.1.4\",\"port\":53974}",
	"\"destination\":{\"ip\":\"10.77.0.20\",\"port\":3128}",
	"\"network\":{\"community_id\":\"1:",
	"\"http\":{\"request\":{\"method\":\"GET\"},"
	"\"response\":{\"status_code\":407}}",
	"\"url\":{\"original\":\"http://www.example.test/\"}",
	"\"user\":{\"name\":\"erin\",\"domain\":\"LAB\"}",
	"\"user_agent\":{\"original\":\"curl/7.88.1\"}",
	"\"p407\":{\"attempt\":{\"id\":\"a1\",\"scheme\":\"NTLM\","
	"\"outcome\":\"rejected\",\"broke_at\":\"authenticate\","
	"\"cause\":\"credentials-rejected\"",
	"\"offered\":[\"NTLM\"],\"responses_407\":3,\"connections\":1",
	"\"legs\":[{\"frame\":8,\"time\":\"2026-11-23T10:31:07.004332Z\","
	"\"from\":\"client\",\"step\":\"request\"",
	"{\"frame\":24,\"time\":\"2026-11-23T10:31:07.011332Z\","
	"\"from\":\"proxy\",\"step\":\"rejected\",\"stream\":0,"
	"\"port\":53974,\"status\":407}]",
	"\"ntlm\":{\"version\":\"NTLMv2\",\"user\":\"erin\",\"domain\":"
	"\"LAB\",\"workstation\":\"WORKSTATION\"",
	"\"target\":\"LAB\"",
	"\"clock_skew_s\":0.200",
	"\"flags\":\"0xe2898235\"",
	"\"capture\":{\"complete\":true,\"missing_bytes\":0,"
	"\"directions\":2}",
	"\"display_filter\":\"tcp.stream == 0\"",
	"\"event\":{\"dataset\":\"p407.finding\",\"kind\":\"alert\","
	"\"severity\":73}",
	"\"rule\":{\"id\":\"ntlm-credentials-rejected\",\"name\":",
	"\"ruleset\":\"default\",\"version\":\"0.1.0\",\"reference\":",
	"\"message\":\"LAB\\\\erin at 10.77.1.4 ",
	"\"finding\":{\"id\":\"f1\",\"cause\":\"credentials-rejected\"",
	"\"severity\":\"high\",\"likelihood\":\"high\",\"attempts\":[\"a1\"],"
	"\"count\":1,\"clients\":[\"10.77.1.4\"],\"users\":[\"LAB\\\\erin\"],"
	"\"proxies\":[\"10.77.0.20:3128\"]",
	"\"evidence\":{\"frames\":[12,19,24],\"display_filter\":"
	"\"tcp.stream == 0\"}",
	"\"ruled_out\":[{\"cause\":\"clock-skew\",",
	"\"because\":\"all three",
	"\"cannot_tell\":[{\"cause\":\"account-locked\",",
	"\"needs\":\"the domain",
	"\"fixes\":[{\"who\":\"user\",\"effort\":\"easy\",\"do\":\"Type",
	"\"escalate_to\":\"the directory team\"",
	"\"verify\":\"The next",
	"\"dataset\":\"p407.summary\"",
	"\"frames\":31,\"bytes\":14924,",
	"\"attempts\":{\"total\":1,\"authenticated\":0,\"rejected\":1,",
	"\"findings\":{\"total\":1,\"faults\":1},\"limits\":[]}}}\n",
};

START_TEST(the_example_of_the_contract_has_what_is_promised)
{
	struct sample s;

	sample_rejected(&s);

	char *out = checked(&s);

	has(out, promised[_i]);
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(what_holds_no_value_is_left_out_or_null)
{
	struct sample s;

	sample_healthy(&s, 2);
	s.attempts[1].user = NULL;
	s.attempts[1].start = s.attempts[1].end = WHEN_NONE;

	char *out = checked(&s);

	has(out, "\"outcome\":\"success\"");
	has(out, "\"broke_at\":null,\"cause\":null");
	has_not(out, "\"domain\"");
	has_not(out, "offered\":[],\"responses_407");
	has_not(out, "{}");
	has_not(out, "p407.finding");
	free(out);
	sample_fini(&s);
}
END_TEST

static const struct outcome_row {
	enum outcome outcome;
	const char *want;
} outcome_rows[] = {
	{ OUTCOME_AUTHENTICATED, "\"outcome\":\"success\"" },
	{ OUTCOME_REJECTED, "\"outcome\":\"failure\"" },
	{ OUTCOME_ABANDONED, "\"outcome\":\"failure\"" },
	{ OUTCOME_BROKEN, "\"outcome\":\"failure\"" },
	{ OUTCOME_INCOMPLETE, "\"outcome\":\"unknown\"" },
};

START_TEST(outcomes_are_those_of_the_common_schema)
{
	struct sample s;

	sample_rejected(&s);
	s.attempts[0].outcome = outcome_rows[_i].outcome;

	char *out = checked(&s);

	has(out, outcome_rows[_i].want);
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(offers_are_named_once_in_their_order)
{
	struct sample s;
	struct token offers[4];

	sample_rejected(&s);
	for (size_t i = 0; i < 4; i++)
		offers[i] = s.offer;
	offers[0].scheme = SCHEME_NEGOTIATE;
	offers[2].scheme = SCHEME_OTHER;
	offers[2].scheme_name = "OAuth";
	s.attempts[0].offers = offers;
	s.attempts[0].n_offers = 4;

	char *out = checked(&s);

	has(out, "\"offered\":[\"Negotiate\",\"NTLM\",\"OAuth\"]");
	free(out);
	sample_fini(&s);
}
END_TEST

/* AV 7 of the type 2 comes back in the type 3: the proxy's own clock. */
START_TEST(an_echoed_clock_is_not_taken_for_the_clients)
{
	struct sample s;

	sample_rejected(&s);
	parts_of(&s.type3)->ntlm.av_timestamp = s.type3.ntlm->timestamp;

	char *out = checked(&s);

	has_not(out, "clock_skew_s");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(fingerprints_stay_inside)
{
	struct sample s;

	sample_rejected(&s);
	s.attempts[0].credentials = &s.basic;
	s.basic.basic.password = s.basic.secret = s.basic.whole =
	    0xfeedfacecafebeef;

	char *out = checked(&s);

	has_not(out, "feedface");
	has_not(out, "18369614222190083823");
	has_not(out, "1234605616436508552");
	has(out, "\"basic\":{\"oddities\":[]}");
	free(out);
	sample_fini(&s);
}
END_TEST

START_TEST(an_exchange_tells_both_halves)
{
	struct sample s;

	sample_rejected(&s);

	struct observation *o = observation_new(OBSERVE_EXCHANGE);

	o->frame = 12;
	o->number = 1;
	o->connection = s.attempts[0].connection;
	o->request = (struct observed_request){ .seen = true, .frame = 8,
		.time = s.attempts[0].start, .method = "GET",
		.target = "http://u:pw@www.example.test/x?token=abc",
		.version_minor = 1, .credentials = &s.type3 };
	o->response = s.response;
	o->response.time = o->response.date = WHEN_NONE;
	o->response.challenges = &s.type2;
	o->response.n_challenges = 1;
	list_append(&s.attempts[0].observations, &o->link);
	s.report.options.exchanges = true;

	char *out = checked(&s);

	has(out, "\"dataset\":\"p407.exchange\"");
	has(out, "\"original\":\"http://www.example.test/x?…\"");
	has(out, "\"token\":\"ntlm-authenticate\"");
	has(out, "\"challenges\":[{\"scheme\":\"NTLM\",\"token\":"
	    "\"ntlm-challenge\"");
	has_not(out, "pw@");
	has_not(out, "abc");
	free(out);
	sample_fini(&s);
}
END_TEST

static char long_name[4097];

static char *const hostile[] = {
	"",
	"\"}{\"p407\":1",
	"\\",
	"\\u0000",
	"line\nline\r\ttab",
	"\x01\x02\x1b[2J\x7f",
	"\xff\xfe\xc0\xaf\xed\xa0\x80",
	"cut \xe2\x82",
	("\xe2\x80\xae" "evil\xe2\x80\xa8"),
	"<script>alert(1)</script>",
	"%s%n%1000000d",
	"日本語\xcc\x81 ünï",
	long_name,
};

START_TEST(whatever_a_name_holds_the_lines_stay_json)
{
	struct sample s;

	memset(long_name, 'A', sizeof(long_name) - 1);
	for (int level = REDACT_SECRETS; level <= REDACT_IDENTITIES; level++) {
		sample_rejected(&s);
		sample_hostile(&s, hostile[_i]);
		s.report.options.redact = (enum redact_level)level;
		free(checked(&s));
		sample_fini(&s);
	}
}
END_TEST

START_TEST(the_same_input_gives_the_same_bytes)
{
	struct sample a, b;

	sample_rejected(&a);
	sample_rejected(&b);
	a.report.options.redact = b.report.options.redact = REDACT_IDENTITIES;

	char *first = checked(&a), *second = checked(&b);

	ck_assert_str_eq(first, second);
	free(first);
	free(second);
	sample_fini(&a);
	sample_fini(&b);
}
END_TEST

START_TEST(the_writer_leaves_out_objects_without_members)
{
	struct text t;
	struct jsonw w = jsonw_of(&t);

	text_init(&t);
	jsonw_object(&w, NULL);
	jsonw_object(&w, "empty");
	jsonw_object(&w, "deeper");
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_str(&w, "none", NULL);
	jsonw_time(&w, "never", WHEN_NONE);
	jsonw_array(&w, "list");
	jsonw_end(&w);
	jsonw_seconds(&w, "s", -1500 * WHEN_MS);
	jsonw_seconds(&w, "t", -5 * WHEN_MS);
	jsonw_ratio(&w, "r", 0.25);
	jsonw_end(&w);
	ck_assert_str_eq(text_get(&t),
	    "{\"list\":[],\"s\":-1.500,\"t\":-0.005,\"r\":0.250000}");
	text_fini(&t);
}
END_TEST

/*
 * 1: baseline of the specification's own test data; 2: the other direction;
 * 3 and 4: computed with Python's hashlib.
 */
static const struct community_row {
	const char *a;
	uint16_t a_port;
	const char *b;
	uint16_t b_port;
	const char *want;
} communities[] = {
	{ "128.232.110.120", 34855, "66.35.250.204", 80,
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "66.35.250.204", 80, "128.232.110.120", 34855,
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "10.0.0.1", 4000, "10.0.0.1", 3128,
	    "1:Vs5uuMzPQ/O6vYL19rs8vwWaR0c=" },
	{ "fd77::4", 53974, "fd77::20", 3128,
	    "1:4uA1eIxDZzO16MmUDq5QrgoGJ0o=" },
	{ "10.0.0.1", 4000, "fd77::20", 3128, "" },
};

START_TEST(community_ids_are_those_of_other_tools)
{
	const struct community_row *row = &communities[_i];
	struct address a, b;
	struct text t;

	ck_assert(address_parse(row->a, &a) && address_parse(row->b, &b));
	text_init(&t);
	community_id_add(&t, PROTOCOL_TCP, &a, row->a_port, &b, row->b_port);
	ck_assert_str_eq(text_get(&t), row->want);
	text_fini(&t);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("report/json");
	TCase *lines = tcase_create("lines");
	TCase *pieces = tcase_create("pieces");

	tcase_add_loop_test(lines,
	    the_example_of_the_contract_has_what_is_promised, 0,
	    ROWS(promised));
	tcase_add_test(lines, what_holds_no_value_is_left_out_or_null);
	tcase_add_loop_test(lines, outcomes_are_those_of_the_common_schema,
	    0, ROWS(outcome_rows));
	tcase_add_test(lines, offers_are_named_once_in_their_order);
	tcase_add_test(lines, an_echoed_clock_is_not_taken_for_the_clients);
	tcase_add_test(lines, fingerprints_stay_inside);
	tcase_add_test(lines, an_exchange_tells_both_halves);
	tcase_add_loop_test(lines, whatever_a_name_holds_the_lines_stay_json,
	    0, ROWS(hostile));
	tcase_add_test(lines, the_same_input_gives_the_same_bytes);
	tcase_add_test(pieces, the_writer_leaves_out_objects_without_members);
	tcase_add_loop_test(pieces, community_ids_are_those_of_other_tools,
	    0, ROWS(communities));
	suite_add_tcase(suite, lines);
	suite_add_tcase(suite, pieces);
	return run_suite(suite);
}
