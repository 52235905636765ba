/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/exchange.h"

#include "base/limits.h"
#include "play.h"
#include "run.h"

/* Two ends that acknowledge all they were sent. */
struct talk {
	struct http_conversation *c;
	struct text said;
	uint32_t seq[2];
	uint64_t frame;
};

static void
talk_init(struct talk *t)
{
	*t = (struct talk){ .seq = { 1000, 0xfffffff0 } };
	text_init(&t->said);
	t->c = http_conversation_new(&describe_sink, &t->said);
}

static struct http_from
next_from(struct talk *t, enum http_side side, uint64_t n)
{
	struct http_from from = { ++t->frame, 0, t->seq[side], t->seq[!side] };

	t->seq[side] += (uint32_t)n;
	return from;
}

static void
say(struct talk *t, enum http_side side, const char *bytes)
{
	struct http_from from = next_from(t, side, strlen(bytes));

	http_conversation_data(t->c, side, span_of_str(bytes), &from);
}

static void
ask(struct talk *t, const char *bytes)
{
	say(t, HTTP_CLIENT, bytes);
}

static void
answer(struct talk *t, const char *bytes)
{
	say(t, HTTP_SERVER, bytes);
}

static void
talk_fini(struct talk *t, const char *want)
{
	http_conversation_free(t->c);
	ck_assert_str_eq(text_get(&t->said), want);
	text_fini(&t->said);
}

static void
count_late(void *context, const struct http_exchange *e)
{
	unsigned *late = context;

	*late = *late * 10 + (e->request.late ? 2 : 1);
}

START_TEST(a_request_behind_the_servers_end_is_late)
{
	static const struct http_sink sink = { .on_exchange = count_late };
	unsigned late = 0;
	struct talk t = { .seq = { 1000, 2000 } };
	struct http_from end;

	t.c = http_conversation_new(&sink, &late);
	ask(&t, "GET / HTTP/1.1\r\n\r\n");
	answer(&t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	ask(&t, "GET / HTTP/1.1\r\n\r\n");
	end = next_from(&t, HTTP_SERVER, 0);
	http_conversation_end(t.c, HTTP_SERVER, &end);
	ask(&t, "GET / HTTP/1.1\r\n\r\n");
	http_conversation_free(t.c);
	ck_assert_uint_eq(late, 112);
}
END_TEST

START_TEST(an_exchange_is_given_when_its_response_has_ended)
{
	struct talk t;

	talk_init(&t);
	ck_assert(!http_conversation_pending(t.c));
	ask(&t, "GET / HTTP/1.1\r\n\r\n");
	ck_assert(http_conversation_pending(t.c));
	answer(&t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
	ck_assert(http_conversation_pending(t.c));
	ck_assert_str_eq(text_get(&t.said), "");
	answer(&t, "b");
	ck_assert(!http_conversation_pending(t.c));
	ck_assert_str_ne(text_get(&t.said), "");
	talk_fini(&t, "1 GET / #1 -> 200 #2/2/3 length=2\n");
}
END_TEST

START_TEST(a_tunnel_is_idle_for_ever)
{
	struct talk t;

	talk_init(&t);
	ask(&t, "CONNECT a:443 HTTP/1.1\r\n\r\n");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_CLIENT), 0);
	answer(&t, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_CLIENT),
	    UINT64_MAX);
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_SERVER),
	    UINT64_MAX);
	ask(&t, "GET / HTTP/1.1\r\n\r\n");
	answer(&t, "HTTP/1.1 407 No\r\n\r\n");
	ck_assert(!http_conversation_pending(t.c));
	talk_fini(&t, "1 CONNECT a:443 #1 -> 200 #2 tunnel\n");
}
END_TEST

START_TEST(http2_is_idle_for_ever)
{
	struct talk t;

	talk_init(&t);
	ask(&t, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_CLIENT),
	    UINT64_MAX);
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_SERVER),
	    UINT64_MAX);
	talk_fini(&t, "");
}
END_TEST

/* TCP would stop to look at the connection if it were UINT64_MAX. */
START_TEST(a_body_until_close_is_idle_but_not_for_ever)
{
	struct talk t;

	talk_init(&t);
	ask(&t, "GET / HTTP/1.0\r\n\r\n");
	answer(&t, "HTTP/1.0 200 OK\r\n\r\n");
	ck_assert_uint_gt(http_conversation_idle(t.c, HTTP_SERVER), 1 << 20);
	ck_assert_uint_lt(http_conversation_idle(t.c, HTTP_SERVER),
	    UINT64_MAX);

	struct http_from from = next_from(&t, HTTP_SERVER, 500);

	http_conversation_skip(t.c, HTTP_SERVER, 500, &from);
	from = next_from(&t, HTTP_SERVER, 0);
	http_conversation_end(t.c, HTTP_SERVER, &from);
	talk_fini(&t, "1 GET / #1 close -> 200 #2/2/4 until-close close\n");
}
END_TEST

/* Else the packet with the next head would be stepped over. */
START_TEST(a_body_is_not_idle_where_the_next_head_may_stand)
{
	struct talk t;

	talk_init(&t);
	ask(&t, "GET /1 HTTP/1.1\r\n\r\n");
	answer(&t, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_SERVER), 997);
	ask(&t, "GET /2 HTTP/1.1\r\n\r\n");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_SERVER), 0);
	answer(&t, "go on");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_SERVER), 992);
	talk_fini(&t,
	    "1 GET /1 #1 -> 200 #2/2/0 length=1000\n2 GET /2 #3 -> -\n");
}
END_TEST

START_TEST(an_upload_that_was_answered_is_not_idle)
{
	struct talk t;

	talk_init(&t);
	ask(&t, "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_CLIENT), 997);
	answer(&t, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_CLIENT), 0);
	ck_assert(!http_conversation_pending(t.c));
	ask(&t, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
	ck_assert_uint_eq(http_conversation_idle(t.c, HTTP_CLIENT), 5);
	talk_fini(&t,
	    "1 POST / #1/1/0 length=1000 -> 407 #2 length=0\n"
	    "2 POST / #3/3/0 length=5 -> -\n");
}
END_TEST

START_TEST(requests_beyond_the_limit_are_given_unanswered)
{
	struct talk t;
	uint64_t hits = limit_hits(LIMIT_PIPELINE);
	unsigned most = (unsigned)limit_of(LIMIT_PIPELINE);

	talk_init(&t);
	for (unsigned i = 0; i < most; i++)
		ask(&t, "GET / HTTP/1.1\r\n\r\n");
	ck_assert_str_eq(text_get(&t.said), "");
	ask(&t, "GET /x HTTP/1.1\r\n\r\n");
	ck_assert_str_eq(text_get(&t.said), "1 GET / #1 -> -\n");
	ck_assert_uint_eq(limit_hits(LIMIT_PIPELINE), hits + 1);
	http_conversation_free(t.c);
	text_fini(&t.said);
}
END_TEST

/* One direction only: at the latest when the next one has ended. */
START_TEST(a_response_without_requests_is_given_with_the_next)
{
	struct talk t;

	talk_init(&t);
	answer(&t, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
	ck_assert_str_eq(text_get(&t.said), "");
	ck_assert(http_conversation_pending(t.c));
	answer(&t, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n");
	answer(&t, "x");
	ck_assert_str_eq(text_get(&t.said), "1 - -> 407 #1 length=0\n");
	talk_fini(&t,
	    "1 - -> 407 #1 length=0\n2 - -> 200 #2/2/3 length=1\n");
}
END_TEST

START_TEST(a_request_after_the_end_of_the_server_is_given_at_the_clients)
{
	struct talk t;
	struct http_from from;

	talk_init(&t);
	ask(&t, "GET /1 HTTP/1.1\r\n\r\n");
	from = next_from(&t, HTTP_SERVER, 0);
	http_conversation_end(t.c, HTTP_SERVER, &from);
	ck_assert(!http_conversation_pending(t.c));
	ask(&t, "GET /2 HTTP/1.1\r\n\r\n");
	ck_assert(http_conversation_pending(t.c));
	from = next_from(&t, HTTP_CLIENT, 0);
	http_conversation_end(t.c, HTTP_CLIENT, &from);
	ck_assert(!http_conversation_pending(t.c));
	talk_fini(&t, "1 GET /1 #1 -> -\n2 GET /2 #3 -> -\n");
}
END_TEST

/* What a request acknowledges decides, also where numbers wrap. */
START_TEST(a_response_answers_no_request_that_was_sent_after_it_began)
{
	for (int late = 0; late < 2; late++) {
		struct talk t;
		struct http_from q = { 1, 0, 1000, 0xfffffff8 };
		struct http_from r = { 2, 0, 0xfffffff8, 1018 };

		if (late)
			q.ack = 5; /* 13 bytes of the response were there */
		talk_init(&t);
		http_conversation_data(t.c, HTTP_CLIENT,
		    SPAN("GET / HTTP/1.1\r\n\r\n"), &q);
		http_conversation_data(t.c, HTTP_SERVER,
		    SPAN("HTTP/1.1 204 x\r\n\r\n"), &r);
		talk_fini(&t, late ? "1 - -> 204 #2\n2 GET / #1 -> -\n"
		                   : "1 GET / #1 -> 204 #2\n");
	}
}
END_TEST

/* A packet sent again acknowledges more than the one that was lost. */
START_TEST(a_request_sent_again_is_as_old_as_the_next_one)
{
	struct talk t;
	struct http_from again = { 1, 0, 1000, 500 };
	struct http_from next = { 2, 0, 1019, 100 };
	struct http_from r = { 3, 0, 100, 1038 };

	talk_init(&t);
	http_conversation_data(t.c, HTTP_CLIENT,
	    SPAN("GET /1 HTTP/1.1\r\n\r\n"), &again);
	http_conversation_data(t.c, HTTP_CLIENT,
	    SPAN("GET /2 HTTP/1.1\r\n\r\n"), &next);
	http_conversation_data(t.c, HTTP_SERVER,
	    SPAN("HTTP/1.1 204 x\r\n\r\nHTTP/1.1 404 x\r\n\r\n"), &r);
	talk_fini(&t, "1 GET /1 #1 -> 204 #3\n"
		      "2 GET /2 #2 -> 404 #3/3/0 until-close unframed\n");
}
END_TEST

struct copy {
	struct text method, value, body;
	when_ns first, last;
};

static void
copy_exchange(void *context, const struct http_exchange *e)
{
	struct copy *c = context;

	text_add(&c->method, e->request.method);
	text_add(&c->value,
	    http_field_value(&e->response, FIELD_PROXY_AUTHENTICATE));
	text_add(&c->body, e->response.body_start);
	c->first = e->request.first_time;
	c->last = e->response.last_time;
}

START_TEST(an_exchange_carries_fields_times_and_the_start_of_the_page)
{
	struct http_sink sink = { .on_exchange = copy_exchange };
	struct copy c = { .first = 0 };
	struct http_conversation *h = http_conversation_new(&sink, &c);
	struct http_from q = { 1, 11, 1, 1 };
	struct http_from r = { 2, 22, 1, 19 }, s = { 3, 33, 92, 19 };

	http_conversation_data(h, HTTP_CLIENT, SPAN("GET / HTTP/1.1\r\n\r\n"),
	    &q);
	http_conversation_data(h, HTTP_SERVER,
	    SPAN("HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate,\r\n"
		 " NTLM\r\nContent-Length: 14\r\n\r\n<title"),
	    &r);
	http_conversation_data(h, HTTP_SERVER, SPAN(">Access!"), &s);
	ck_assert_str_eq(text_get(&c.method), "GET");
	ck_assert_str_eq(text_get(&c.value), "Negotiate, NTLM");
	ck_assert_str_eq(text_get(&c.body), "<title>Access!");
	ck_assert_int_eq(c.first, 11);
	ck_assert_int_eq(c.last, 33);
	http_conversation_free(h);
	text_fini(&c.method);
	text_fini(&c.value);
	text_fini(&c.body);
}
END_TEST

START_TEST(nothing_and_nobody_are_fine)
{
	struct talk t;
	struct http_from from = { 0 };

	http_conversation_free(NULL);
	talk_init(&t);
	http_conversation_data(t.c, HTTP_CLIENT, SPAN(""), &from);
	http_conversation_gap(t.c, HTTP_SERVER, 0, &from);
	http_conversation_gap(t.c, HTTP_SERVER, UINT64_MAX, &from);
	http_conversation_skip(t.c, HTTP_CLIENT, UINT64_MAX, &from);
	http_conversation_end(t.c, HTTP_CLIENT, &from);
	http_conversation_end(t.c, HTTP_CLIENT, &from);
	http_conversation_data(t.c, HTTP_CLIENT, SPAN("GET / HTTP/1.1\n\n"),
	    &from);
	talk_fini(&t, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/exchange");
	TCase *all = tcase_create("conversation");

	tcase_add_test(all, an_exchange_is_given_when_its_response_has_ended);
	tcase_add_test(all, a_tunnel_is_idle_for_ever);
	tcase_add_test(all, http2_is_idle_for_ever);
	tcase_add_test(all, a_body_until_close_is_idle_but_not_for_ever);
	tcase_add_test(all, a_body_is_not_idle_where_the_next_head_may_stand);
	tcase_add_test(all, an_upload_that_was_answered_is_not_idle);
	tcase_add_test(all, requests_beyond_the_limit_are_given_unanswered);
	tcase_add_test(all, a_response_without_requests_is_given_with_the_next);
	tcase_add_test(all,
	    a_request_after_the_end_of_the_server_is_given_at_the_clients);
	tcase_add_test(all,
	    a_response_answers_no_request_that_was_sent_after_it_began);
	tcase_add_test(all, a_request_sent_again_is_as_old_as_the_next_one);
	tcase_add_test(all,
	    an_exchange_carries_fields_times_and_the_start_of_the_page);
	tcase_add_test(all, a_request_behind_the_servers_end_is_late);
	tcase_add_test(all, nothing_and_nobody_are_fine);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
