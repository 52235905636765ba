/* SPDX-License-Identifier: BSD-2-Clause */
/* First bytes: which connections, how many bytes, what came back. */
#include "witness/sample.h"

#include "base/limits.h"
#include "run.h"

static const struct tcp_from from = { .frame = 7, .time = 70 };

static const struct stray_row {
	uint16_t port;
	bool began;
	enum flow_side side;
	bool stray;
} strays[] = {
	{ 3128, true, FLOW_OPENER, true },
	{ 8080, true, FLOW_OPENER, true },
	{ 3128, true, FLOW_ACCEPTOR, false }, /* the server spoke first */
	{ 3128, false, FLOW_OPENER, false },  /* the middle of something */
	{ 22, true, FLOW_OPENER, false },
	{ 3140, true, FLOW_OPENER, false },
};

#define N(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

START_TEST(only_the_start_at_a_port_of_proxies_is_looked_at)
{
	const struct stray_row *row = &strays[_i];
	struct flow_info info = { .began = row->began,
		.port = { 50000, row->port } };

	ck_assert_int_eq(sample_is_stray(&info, row->side), row->stray);
}
END_TEST

static const struct answer_row {
	const char *server;
	enum sample_answer answer;
} answers[] = {
	{ "", SAMPLE_NOTHING },
	{ "HTTP/1.1 400 Bad Request\r\n", SAMPLE_HTTP },
	{ "<HTML><head>", SAMPLE_HTTP },
	{ "<!DOCTYPE html>", SAMPLE_HTTP },
	{ "\x05", SAMPLE_OTHER },
	{ "HTTP", SAMPLE_OTHER },
};

START_TEST(what_came_back_has_a_kind)
{
	const struct answer_row *row = &answers[_i];
	struct flow_info info = { .close = FLOW_FIN,
		.closed_by = FLOW_ACCEPTOR };
	struct arena arena = { 0 };
	size_t open = 0;
	struct sample *s = sample_new(FLOW_OPENER, NULL, &open);

	sample_bytes(s, FLOW_OPENER, SPAN("\x05\x01"), &from);
	sample_bytes(s, FLOW_ACCEPTOR, span_of_str(row->server), &from);

	const struct sample_record *r =
	    sample_record(s, &info, &arena)->saw.sample;

	ck_assert_int_eq(r->answer, row->answer);
	ck_assert(r->closed && r->closed_by_server && !r->server_first);
	ck_assert_ptr_null(r->authority);
	sample_free(s, &open);
	ck_assert_uint_eq(open, 0);
	arena_fini(&arena);
}
END_TEST

/* However much is sent, so much is kept, and then it is over. */
START_TEST(no_more_is_kept_than_is_wanted)
{
	static uint8_t many[SAMPLE_CLIENT + SAMPLE_SERVER];
	struct flow_info info = { .began = true };
	struct arena arena = { 0 };
	size_t open = 0;
	struct sample *s = sample_new(FLOW_OPENER, "a.test:443", &open);

	for (size_t i = 0; i < SAMPLE_CLIENT - 1; i++)
		ck_assert(!sample_bytes(s, FLOW_OPENER, span_of(many, 1),
		    &from));
	ck_assert(!sample_bytes(s, FLOW_OPENER, span_of(many, sizeof(many)),
	    &from));
	ck_assert(sample_bytes(s, FLOW_ACCEPTOR, span_of(many, 1), &from));
	ck_assert(sample_bytes(s, FLOW_ACCEPTOR, span_of(many, sizeof(many)),
	    &from));

	const struct witness_record *r = sample_record(s, &info, &arena);

	ck_assert_uint_eq(r->saw.sample->client.len, SAMPLE_CLIENT);
	ck_assert_uint_eq(r->saw.sample->server.len, SAMPLE_SERVER);
	ck_assert_str_eq(r->saw.sample->authority, "a.test:443");
	ck_assert_uint_eq(r->frame, 7);
	sample_free(s, &open);
	arena_fini(&arena);
}
END_TEST

START_TEST(what_follows_a_hole_is_not_taken)
{
	struct flow_info info = { .began = true };
	struct arena arena = { 0 };
	size_t open = 0;
	struct sample *s = sample_new(FLOW_OPENER, NULL, &open);

	sample_gap(s, FLOW_OPENER);
	sample_bytes(s, FLOW_OPENER, SPAN("late"), &from);
	ck_assert_ptr_null(sample_record(s, &info, &arena));
	sample_bytes(s, FLOW_ACCEPTOR, SPAN("220 "), &from);

	const struct witness_record *r = sample_record(s, &info, &arena);

	ck_assert_uint_eq(r->saw.sample->client.len, 0);
	ck_assert(r->saw.sample->server_first);
	sample_free(s, &open);
	arena_fini(&arena);
}
END_TEST

START_TEST(too_many_at_a_time_are_none)
{
	size_t open = limit_of(LIMIT_SAMPLES);
	uint64_t before = limit_hits(LIMIT_SAMPLES);

	ck_assert_ptr_null(sample_new(FLOW_OPENER, NULL, &open));
	ck_assert_uint_eq(limit_hits(LIMIT_SAMPLES) - before, 1);
	ck_assert_uint_eq(open, limit_of(LIMIT_SAMPLES));
	sample_free(NULL, &open);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sample");
	TCase *c = tcase_create("sample");

	tcase_add_loop_test(c,
	    only_the_start_at_a_port_of_proxies_is_looked_at, 0, N(strays));
	tcase_add_loop_test(c, what_came_back_has_a_kind, 0, N(answers));
	tcase_add_test(c, no_more_is_kept_than_is_wanted);
	tcase_add_test(c, what_follows_a_hole_is_not_taken);
	tcase_add_test(c, too_many_at_a_time_are_none);
	suite_add_tcase(s, c);
	return run_suite(s);
}
