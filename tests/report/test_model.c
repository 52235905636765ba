/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/model.h"

#include "run.h"
#include "sample.h"

START_TEST(totals_count_each_client_and_user_once)
{
	struct sample s;

	sample_healthy(&s, 8);
	s.attempts[1].user = "FRANK";
	s.attempts[2].user = "grace";
	s.attempts[3].domain = "LAB";
	s.attempts[4].user = NULL;
	s.attempts[7].connection.proxy_port = 8080;
	sample_prepare(&s);
	ck_assert_uint_eq(s.report.n_proxies, 2);

	const struct proxy_total *t = &s.report.proxies[0];

	ck_assert_uint_eq(t->port, 3128);
	ck_assert_uint_eq(t->attempts, 7);
	ck_assert_uint_eq(t->outcomes[OUTCOME_AUTHENTICATED], 7);
	ck_assert_uint_eq(t->clients, 3);
	ck_assert_uint_eq(t->users, 3);
	ck_assert_uint_eq(t->n_schemes, 2);
	ck_assert_str_eq(t->schemes[0].name, "NTLM");
	ck_assert_uint_eq(t->schemes[0].count, 4);
	ck_assert_uint_eq(t->schemes[1].count, 3);
	ck_assert_int_eq(t->first, s.attempts[0].start);
	ck_assert_int_eq(t->last, s.attempts[6].end);
	ck_assert_uint_eq(s.report.proxies[1].attempts, 1);
	ck_assert_uint_eq(s.report.outcomes[OUTCOME_AUTHENTICATED], 8);
	sample_fini(&s);
}
END_TEST

START_TEST(software_is_that_of_a_407_only)
{
	struct sample s;

	sample_rejected(&s);
	sample_prepare(&s);
	ck_assert_str_eq(s.report.proxies[0].software, "squid/5.7");
	sample_fini(&s);
	sample_rejected(&s);
	s.response.status = 200;
	sample_prepare(&s);
	ck_assert_ptr_null(s.report.proxies[0].software);
	sample_fini(&s);
}
END_TEST

START_TEST(proxies_past_the_bound_are_counted_not_kept)
{
	size_t n = limit_of(LIMIT_PROXIES) + 3;
	struct attempt *attempts = calloc(n, sizeof(*attempts));
	struct attempt **list = calloc(n, sizeof(struct attempt *));
	struct report r = { .attempts = list, .n_attempts = n };

	for (size_t i = 0; i < n; i++) {
		list[i] = &attempts[i];
		list_init(&attempts[i].observations);
		attempts[i].outcome = OUTCOME_REJECTED;
		attempts[i].connection.proxy = (struct address){ .len = 4,
			.bytes = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } };
	}
	report_prepare(&r);
	ck_assert_uint_eq(r.n_proxies, limit_of(LIMIT_PROXIES));
	ck_assert_uint_eq(r.proxies_left_out, 3);
	ck_assert_uint_eq(r.limit_hits[LIMIT_PROXIES], 3);
	ck_assert_uint_eq(r.outcomes[OUTCOME_REJECTED], n);
	report_fini(&r);
	free(list);
	free(attempts);
}
END_TEST

static void
filter_is(struct sample *s, const char *want)
{
	struct text t;

	text_init(&t);
	bool any = report_display_filter(&s->report, &s->attempts[0], &t);
	ck_assert_str_eq(text_get(&t), want);
	ck_assert_int_eq(any, *want != '\0');
	text_fini(&t);
}

START_TEST(filters_show_all_connections_of_an_attempt)
{
	struct sample s;

	sample_rejected(&s);
	sample_prepare(&s);
	filter_is(&s, "tcp.stream == 0");
	s.legs[0][4].stream = s.legs[0][5].stream = 3;
	s.legs[0][4].port = s.legs[0][5].port = 53980;
	filter_is(&s, "tcp.stream == 0 or tcp.stream == 3");
	s.report.options.stream_filters = false;
	filter_is(&s, "ip.addr == 10.77.1.4 and ip.addr == 10.77.0.20 and "
	    "tcp.port == 3128 and (tcp.port == 53974 or tcp.port == 53980)");
	s.report.options.redact = REDACT_IDENTITIES;
	filter_is(&s, "");
	sample_fini(&s);
}
END_TEST

START_TEST(exchanges_come_in_the_order_of_their_frames)
{
	struct sample s;
	static const uint64_t frames[] = { 30, 10, 20 };

	sample_healthy(&s, 3);
	s.report.options.exchanges = true;
	for (size_t i = 0; i < 3; i++) {
		struct observation *o = observation_new(OBSERVE_EXCHANGE);

		o->frame = frames[i];
		list_append(&s.attempts[i].observations, &o->link);
		o = observation_new(OBSERVE_CLOSE);
		list_append(&s.attempts[i].observations, &o->link);
	}
	sample_prepare(&s);
	ck_assert_uint_eq(s.report.n_exchanges, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(s.report.exchanges[i]->frame, 10 * (i + 1));
	sample_fini(&s);
}
END_TEST

START_TEST(inputs_are_summed)
{
	struct sample s;
	struct capture_input inputs[2];

	sample_rejected(&s);
	inputs[0] = inputs[1] = s.input;
	inputs[0].dropped = 3;
	inputs[1].dropped = 4;
	inputs[1].drops_known = false;
	inputs[1].first -= WHEN_SECOND;
	inputs[1].last = WHEN_NONE;
	inputs[1].damaged = true;
	s.report.inputs = inputs;
	s.report.n_inputs = 2;
	s.report.quality.missing = 1000;
	sample_prepare(&s);
	ck_assert_uint_eq(s.report.dropped, 7);
	ck_assert(!s.report.drops_known);
	ck_assert(s.report.damaged);
	ck_assert_int_eq(s.report.first, s.input.first - WHEN_SECOND);
	ck_assert_int_eq(s.report.last, s.input.last);
	ck_assert(report_missing_ratio(&s.report) == 0.1);
	sample_fini(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report/model");
	TCase *tcase = tcase_create("model");

	tcase_add_test(tcase, totals_count_each_client_and_user_once);
	tcase_add_test(tcase, software_is_that_of_a_407_only);
	tcase_add_test(tcase, proxies_past_the_bound_are_counted_not_kept);
	tcase_add_test(tcase, filters_show_all_connections_of_an_attempt);
	tcase_add_test(tcase, exchanges_come_in_the_order_of_their_frames);
	tcase_add_test(tcase, inputs_are_summed);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
