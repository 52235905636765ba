/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/message.h"

#include "base/limits.h"
#include "base/text.h"
#include "run.h"

/* Writes down what one direction gives, and frees it. */
struct watcher {
	struct direction d;
	enum http_asked asked;
	bool allow; /* what escape() answers */
	struct text said;
	unsigned ready;
	uint64_t frame;
	uint32_t seq;
};

static enum http_asked
on_head(void *context, enum http_side side, struct message *m)
{
	struct watcher *w = context;

	ck_assert_int_eq(side, w->d.side);
	text_char(&w->said, '[');
	if (side == HTTP_CLIENT)
		text_add(&w->said, m->said.target);
	else
		text_fmt(&w->said, "%u", m->said.status);
	text_fmt(&w->said, "@%u", m->seq);
	return w->asked;
}

static void
on_ready(void *context, enum http_side side, struct message *m)
{
	struct watcher *w = context;

	ck_assert_int_eq(side, w->d.side);
	ck_assert(m->ready);
	text_fmt(&w->said, " %x #%d]", m->said.flaws,
	    (int)m->said.last_frame);
	w->ready++;
	message_free(m);
}

static bool
may_escape(void *context, enum http_side side, const struct http_from *from)
{
	const struct watcher *w = context;

	ck_assert_int_eq(side, w->d.side);
	ck_assert_uint_eq(from->frame, w->frame);
	return w->allow;
}

static const struct message_sink calls = { .head = on_head,
	.ready = on_ready,
	.escape = may_escape };

static void
watch(struct watcher *w, enum http_side side, enum http_asked asked)
{
	*w = (struct watcher){ .asked = asked };
	text_init(&w->said);
	http_message_init(&w->d, side, &calls, w);
}

/* A packet of its own. */
static void
feed(struct watcher *w, struct span bytes)
{
	struct http_from from = { ++w->frame, 0, w->seq, 0 };
	uint8_t *copy = exact_copy(bytes, bytes.len);

	http_message_feed(&w->d, span_of(copy, bytes.len), &from);
	w->seq += (uint32_t)bytes.len;
	free(copy);
}

static void
pass(struct watcher *w, uint64_t n, bool missing)
{
	struct http_from from = { ++w->frame, 0, w->seq, 0 };

	http_message_pass(&w->d, n, &from, missing);
	w->seq += (uint32_t)n;
}

static void
finish(struct watcher *w, bool closed, const char *want)
{
	struct http_from from = { ++w->frame, 0, w->seq, 0 };

	http_message_end(&w->d, &from, closed);
	ck_assert_str_eq(text_get(&w->said), want);
	http_message_fini(&w->d);
	text_fini(&w->said);
}

START_TEST(messages_follow_one_another)
{
	struct watcher w;

	watch(&w, HTTP_CLIENT, ASKED_UNKNOWN);
	feed(&w, SPAN("GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\n"));
	feed(&w, SPAN("Content-Length: 3\r\n\r\nab"));
	feed(&w, SPAN("c\r\nGET /3 HTTP/1.1\n\n"));
	finish(&w, true, "[/1@0 0 #1][/2@19 0 #3][/3@63 0 #3]");
}
END_TEST

START_TEST(the_search_goes_from_packet_to_packet)
{
	struct watcher w;

	watch(&w, HTTP_SERVER, ASKED_ORDINARY);
	feed(&w, SPAN("middle of something\r\nHTTP/1.1 200 OK\r\n\r\n"));
	feed(&w, SPAN("HTTP/1.1 20x no\r\n\r\n"));
	ck_assert_uint_eq(http_message_idle(&w.d), 0);
	feed(&w, SPAN("HTTP/1.1 204 OK\r\n\r\n"));
	feed(&w, SPAN("garbage HTTP/1.1 204 OK\r\n\r\n"));
	feed(&w, SPAN("\r\nHTTP/1.1 204 OK\r\n\r\n"));
	finish(&w, true, "[204@59 0 #3][204@107 0 #5]");
	ck_assert(http_message_lost(&w.d, 78, 107));
	ck_assert(!http_message_lost(&w.d, 59, 78));
}
END_TEST

/* After the same packet's first piece nothing is a first byte. */
START_TEST(a_packet_in_pieces_begins_once)
{
	struct watcher w;
	struct http_from from = { 1, 0, 0, 0 };

	watch(&w, HTTP_SERVER, ASKED_ORDINARY);
	http_message_feed(&w.d, SPAN("xyz"), &from);
	from.seq = 3;
	http_message_feed(&w.d, SPAN("HTTP/1.1 204 OK\r\n\r\n"), &from);
	finish(&w, true, "");
}
END_TEST

START_TEST(what_was_seen_of_a_head_is_given)
{
	struct watcher w;

	watch(&w, HTTP_CLIENT, ASKED_UNKNOWN);
	feed(&w, SPAN("GET /1 HTTP/1.1\r\nHost: a\r\nCo"));
	pass(&w, 10, true);
	feed(&w, SPAN("GET /2 HTT"));
	pass(&w, 10, true);
	feed(&w, SPAN("GET /3 HTTP/1.1\r\nHo"));
	finish(&w, true, "[/1@0 4 #1][/3@58 4 #5]");
}
END_TEST

START_TEST(skipped_bytes_are_no_gap)
{
	struct watcher w;

	watch(&w, HTTP_SERVER, ASKED_ORDINARY);
	feed(&w, SPAN("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
	ck_assert_uint_eq(http_message_idle(&w.d), 100);
	pass(&w, 99, false);
	ck_assert_uint_eq(http_message_idle(&w.d), 1);
	pass(&w, 1, false);
	ck_assert_uint_eq(w.ready, 1);
	feed(&w, SPAN("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
	pass(&w, 50, true);
	/* More than the body: the rest was something else. */
	pass(&w, 60, false);
	feed(&w, SPAN("HTTP/1.1 204 OK\r\n\r\n"));
	finish(&w, true, "[200@0 0 #3][200@140 8 #6][204@290 0 #7]");
}
END_TEST

START_TEST(a_body_without_end_is_skipped_in_strides)
{
	struct watcher w;

	watch(&w, HTTP_SERVER, ASKED_ORDINARY);
	feed(&w, SPAN("HTTP/1.0 200 OK\r\n\r\n"));
	ck_assert_uint_gt(http_message_idle(&w.d), 1000000);
	ck_assert_uint_lt(http_message_idle(&w.d), UINT64_MAX);
	pass(&w, 65536, false);
	ck_assert_uint_eq(w.ready, 0);
	pass(&w, 1, false);
	ck_assert_uint_eq(w.ready, 1);
	pass(&w, 1, false);
	finish(&w, true, "[200@0 0 #0]");
	ck_assert_uint_eq(http_message_idle(&w.d), UINT64_MAX);
}
END_TEST

START_TEST(the_start_of_a_407_is_not_idle)
{
	struct watcher w;
	uint8_t page[BODY_KEPT] = { 0 };

	watch(&w, HTTP_SERVER, ASKED_ORDINARY);
	feed(&w, SPAN("HTTP/1.1 407 No\r\nContent-Length: 5000\r\n\r\n"));
	ck_assert_uint_eq(http_message_idle(&w.d), 0);
	feed(&w, span_of(page, BODY_KEPT - 1));
	ck_assert_uint_eq(http_message_idle(&w.d), 0);
	feed(&w, span_of(page, 1));
	ck_assert_uint_eq(http_message_idle(&w.d), 5000 - BODY_KEPT);
	ck_assert_uint_eq(w.d.now->said.body_start.len, BODY_KEPT);
	feed(&w, span_of(page, 1));
	ck_assert_uint_eq(w.d.now->said.body_start.len, BODY_KEPT);
	finish(&w, false, "[407@0 0 #0]");
}
END_TEST

/* The bytes behind a gap do not join those before it. */
START_TEST(the_kept_start_of_a_body_ends_at_a_gap)
{
	struct watcher w;

	watch(&w, HTTP_SERVER, ASKED_ORDINARY);
	feed(&w, SPAN("HTTP/1.1 407 No\r\nContent-Length: 50\r\n\r\nabc"));
	pass(&w, 10, true);
	feed(&w, SPAN("def"));
	ck_assert(span_eq(w.d.now->said.body_start, SPAN("abc")));
	finish(&w, true, "[407@0 18 #3]");
}
END_TEST

START_TEST(a_start_line_escapes_from_a_body_only_where_it_may)
{
	struct span head =
	    SPAN("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n");

	for (int allow = 0; allow < 2; allow++) {
		struct watcher w;

		watch(&w, HTTP_SERVER, ASKED_ORDINARY);
		feed(&w, head);
		feed(&w, SPAN("HTTP/1.1 2"));
		w.allow = allow;
		feed(&w, SPAN("x\r\n"));
		feed(&w, SPAN("HTTP/1.1 204"));
		feed(&w, SPAN("\r\n\r\n"));
		finish(&w, true, allow
		        ? "[200@0 80 #3][204@52 0 #5]"
		        : "[200@0 10 #5]");
	}
}
END_TEST

/* The bytes that were held back are counted as if they never were. */
START_TEST(what_only_began_like_a_start_line_is_body)
{
	struct span whole =
	    SPAN("HTTP/1.1 407 No\r\nContent-Length: 9\r\n\r\n"
		 "HTTP/1.1 HTTP/1.1 204 x\r\n\r\n");

	for (size_t cut = 0; cut < whole.len; cut++) {
		struct watcher w;

		watch(&w, HTTP_SERVER, ASKED_UNKNOWN);
		w.allow = true;
		feed(&w, span_first(whole, cut));
		feed(&w, span_from(whole, cut));
		ck_assert_uint_eq(w.ready, 2);
		http_message_fini(&w.d);
		ck_assert_msg(strncmp(text_get(&w.said), "[407@0 0 #", 10) == 0,
		    "%zu: %s", cut, text_get(&w.said));
		text_fini(&w.said);
	}
}
END_TEST

START_TEST(a_head_without_end_takes_no_more_than_its_limit)
{
	struct watcher w;
	struct text block;
	uint64_t hits = limit_hits(LIMIT_HEAD);

	text_init(&block);
	text_pad(&block, 'y', 1 << 16);
	watch(&w, HTTP_CLIENT, ASKED_UNKNOWN);
	feed(&w, SPAN("GET / HTTP/1.1\r\nHost: a\r\nX: "));
	for (int i = 0; i < 64; i++)
		feed(&w, text_span(&block));
	ck_assert_uint_le(w.d.head.len, limit_of(LIMIT_HEAD));
	ck_assert_uint_le(w.d.head.room, 4 * limit_of(LIMIT_HEAD));
	feed(&w, SPAN("\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"));
	ck_assert_uint_eq(limit_hits(LIMIT_HEAD), hits + 1);
	finish(&w, true, "[/@0 4 #66][/2@4194336 0 #66]");
	text_fini(&block);
}
END_TEST

START_TEST(a_first_line_without_end_is_given_up)
{
	struct watcher w;
	struct text block;

	text_init(&block);
	text_pad(&block, 'y', 1 << 16);
	watch(&w, HTTP_CLIENT, ASKED_UNKNOWN);
	feed(&w, SPAN("GET /"));
	for (int i = 0; i < 5; i++)
		feed(&w, text_span(&block));
	ck_assert_ptr_null(w.d.head.bytes);
	feed(&w, SPAN("GET /2 HTTP/1.1\r\n\r\n"));
	finish(&w, true, "[/2@327685 0 #7]");
	text_fini(&block);
}
END_TEST

START_TEST(no_buffer_is_kept_between_messages)
{
	struct watcher w;

	watch(&w, HTTP_CLIENT, ASKED_UNKNOWN);
	feed(&w, SPAN("GET / HTTP/1.1\r\n\r\n"));
	ck_assert_ptr_null(w.d.head.bytes);
	feed(&w, SPAN("{ this begins no message"));
	ck_assert_ptr_null(w.d.head.bytes);
	finish(&w, true, "[/@0 0 #1]");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/message");
	TCase *all = tcase_create("one direction");

	tcase_add_test(all, messages_follow_one_another);
	tcase_add_test(all, the_search_goes_from_packet_to_packet);
	tcase_add_test(all, a_packet_in_pieces_begins_once);
	tcase_add_test(all, what_was_seen_of_a_head_is_given);
	tcase_add_test(all, skipped_bytes_are_no_gap);
	tcase_add_test(all, a_body_without_end_is_skipped_in_strides);
	tcase_add_test(all, the_start_of_a_407_is_not_idle);
	tcase_add_test(all, the_kept_start_of_a_body_ends_at_a_gap);
	tcase_add_test(all, a_start_line_escapes_from_a_body_only_where_it_may);
	tcase_add_test(all, what_only_began_like_a_start_line_is_body);
	tcase_add_test(all, a_head_without_end_takes_no_more_than_its_limit);
	tcase_add_test(all, a_first_line_without_end_is_given_up);
	tcase_add_test(all, no_buffer_is_kept_between_messages);
	suite_add_tcase(suite, all);
	return run_suite(suite);
}
