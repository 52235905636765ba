/* SPDX-License-Identifier: BSD-2-Clause */
#include "server/server.h"

#include "ask.h"
#include "base/message.h"

static const struct address loopback = { .len = 4, .bytes = { 127, 0, 0, 1 } };

/* With pages that were put up so long ago. */
static struct server *
started(int64_t age)
{
	struct server *s = server_start(&loopback, 0, NULL);

	ck_assert_ptr_nonnull(s);

	struct board *b = server_board(s);

	board_begin(b);
	ck_assert(board_add(b, "/", BOARD_HTML, true, SPAN("<p>all")));
	ck_assert(board_add(b, "/healthz", BOARD_JSON, false, SPAN("{}\n")));
	ck_assert(board_add(b, "/metrics", BOARD_METRICS, true, SPAN("m 1\n")));
	ck_assert(board_add(b, "/finding/f1", BOARD_HTML, true, SPAN("why")));
	board_end(b, steady_now() - age);
	return s;
}

static const struct {
	const char *method, *path, *host, *status, *says;
} requests[] = {
	{ "GET", "/", "127.0.0.1", "200", "<p>all" },
	{ "GET", "/", "127.0.0.1", "200", "Refresh: 15\r\n" },
	{ "GET", "/", "127.0.0.1", "200", "Content-Security-Policy: "
	    "default-src 'none'; style-src 'unsafe-inline'" },
	{ "GET", "/", "127.0.0.1:9407", "200", "text/html; charset=utf-8" },
	{ "GET", "/", "localhost", "200", "nosniff" },
	{ "GET", "/", "[::1]:9407", "200", "<p>all" },
	{ "GET", "/", "rebound.example", "421", "localhost" },
	{ "GET", "/", "127.0.0.1.rebound.example", "421", "localhost" },
	{ "GET", "/", "localhost.rebound.example", "421", "localhost" },
	{ "GET", "/healthz", "localhost", "503", "{}\n" },
	{ "GET", "/metrics", "localhost", "200", "version=0.0.4" },
	{ "GET", "/finding/f1", "localhost", "200", "why" },
	{ "GET", "/finding/f2", "localhost", "404", "No such page" },
	{ "GET", "/../etc/passwd", "localhost", "404", "No such page" },
	{ "POST", "/", "localhost", "405", "Allow: GET, HEAD" },
	{ "CONNECT", "/", "localhost", "405", "Allow: GET, HEAD" },
};

START_TEST(says_what_is_on_the_board_and_nothing_else)
{
	struct server *s = started(0);
	char request[512];

	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: %s\r\n\r\n",
	    requests[_i].method, requests[_i].path, requests[_i].host);

	const char *all = ask(server_port(s), request);

	ck_assert_msg(strncmp(all + strlen("HTTP/1.1 "), requests[_i].status,
	                  3) == 0,
	    "%s: %s", request, all);
	ck_assert_msg(strstr(all, requests[_i].says) != NULL, "%s: %s",
	    request, all);
	ck_assert_ptr_null(strcasestr(all, "\nset-cookie"));
	server_end(s);
}
END_TEST

/* A balancer that asks for its health knows no name; a browser has one. */
START_TEST(an_old_request_needs_no_name)
{
	struct server *s = started(0);

	ck_assert_ptr_nonnull(strstr(ask(server_port(s),
	    "GET /metrics HTTP/1.0\r\n\r\n"), " 200 "));
	ck_assert_ptr_nonnull(strstr(ask(server_port(s),
	    "GET / HTTP/1.0\r\nHost: rebound.example\r\n\r\n"), " 421 "));
	server_end(s);
}
END_TEST

START_TEST(a_head_has_no_body)
{
	struct server *s = started(0);
	const char *all = ask(server_port(s),
	    "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");

	ck_assert_ptr_nonnull(strstr(all, "Content-Length: 6\r\n"));
	ck_assert_str_eq(strstr(all, "\r\n\r\n"), "\r\n\r\n");
	server_end(s);
}
END_TEST

START_TEST(who_reads_can_hold_the_page_still)
{
	struct server *s = started(0);
	const char *all = ask_for(server_port(s), "/?still");

	ck_assert_ptr_nonnull(strstr(all, "<p>all"));
	ck_assert_ptr_null(strstr(all, "Refresh"));
	server_end(s);
}
END_TEST

START_TEST(a_sensor_that_is_silent_is_not_well)
{
	struct server *s = started(SERVER_STALE + WHEN_SECOND);
	const char *all = ask_for(server_port(s), "/healthz");

	ck_assert_ptr_nonnull(strstr(all, " 503 "));
	ck_assert_ptr_nonnull(strstr(all, "has said nothing"));
	server_end(s);
}
END_TEST

START_TEST(a_request_without_end_is_refused)
{
	struct server *s = started(0);
	static char request[60000] = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";

	memset(request + strlen(request), 'x',
	    sizeof(request) - 1 - strlen(request));

	int fd = ask_connect(server_port(s), 0);
	ssize_t sent = 0, n;
	char answer[64] = "";

	while (sent < (ssize_t)sizeof(request) - 1 &&
	    (n = send(fd, request + sent, sizeof(request) - 1 - (size_t)sent,
	         MSG_NOSIGNAL)) > 0)
		sent += n;
	/* An answer, or the connection is gone: it does not wait for more. */
	n = read(fd, answer, sizeof(answer) - 1);
	ck_assert_msg(n <= 0 || strstr(answer, " 431 ") != NULL ||
	        strstr(answer, " 413 ") != NULL, "%s", answer);
	close(fd);
	ck_assert(server_alive(s));
	server_end(s);
}
END_TEST

START_TEST(many_who_say_nothing_do_not_end_it)
{
	struct server *s = started(0);
	int fds[40]; /* more than it talks to at once */

	for (size_t i = 0; i < 40; i++)
		fds[i] = ask_connect(server_port(s), 0);
	for (size_t i = 0; i < 40; i++)
		close(fds[i]);
	ck_assert_ptr_nonnull(strstr(ask_for(server_port(s), "/"), "<p>all"));
	server_end(s);
}
END_TEST

START_TEST(a_port_that_is_in_use_is_said)
{
	struct server *s = started(0);
	int before = message_errors();

	ck_assert_ptr_null(server_start(&loopback, server_port(s), NULL));
	ck_assert_int_eq(message_errors(), before + 1);
	server_end(s);
}
END_TEST

START_TEST(pages_are_bounded)
{
	struct board *b = board_new();
	struct text t = { 0 };
	enum board_type type;
	bool good;
	char *large = calloc(1, BOARD_BYTES);

	ck_assert_ptr_nonnull(b);
	ck_assert(!board_find(b, "/", &type, &good, &t));
	for (size_t turn = 1; turn <= 3; turn++) {
		char path[BOARD_PATH];

		board_begin(b);
		for (size_t i = 0; i < BOARD_PAGES; i++) {
			snprintf(path, sizeof(path), "/%zu/%zu", turn, i);
			ck_assert(board_add(b, path, BOARD_HTML, true,
			    span_of_str(path)));
		}
		ck_assert(!board_add(b, "/more", BOARD_HTML, true, SPAN("")));
		ck_assert(turn == 1 || !board_find(b, path, &type, &good, &t));
		board_end(b, 1);
		ck_assert(board_find(b, path, &type, &good, &t));
		ck_assert_str_eq(text_get(&t), path);
	}
	board_begin(b);
	ck_assert(board_add(b, "/a", BOARD_HTML, true, SPAN("a")));
	ck_assert(!board_add(b, "/b", BOARD_HTML, true,
	    span_of((uint8_t *)large, BOARD_BYTES)));
	ck_assert(board_add(b, "/c", BOARD_HTML, true,
	    span_of((uint8_t *)large, BOARD_BYTES - 1)));
	ck_assert(!board_add(b, "/a/path/that/is/longer/than/any/is",
	    BOARD_HTML, true, SPAN("")));
	board_free(b);
	text_fini(&t);
	free(large);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("server/server");
	TCase *c = tcase_create("server");

	tcase_add_test(c, pages_are_bounded);
	suite_add_tcase(suite, c);
	if (!serve_can()) {
		puts("# built without libmicrohttpd: only the board is tested");
		return run_suite(suite);
	}
	tcase_add_loop_test(c, says_what_is_on_the_board_and_nothing_else, 0,
	    (int)(sizeof(requests) / sizeof(requests[0])));
	tcase_add_test(c, an_old_request_needs_no_name);
	tcase_add_test(c, a_head_has_no_body);
	tcase_add_test(c, who_reads_can_hold_the_page_still);
	tcase_add_test(c, a_sensor_that_is_silent_is_not_well);
	tcase_add_test(c, a_request_without_end_is_refused);
	tcase_add_test(c, many_who_say_nothing_do_not_end_it);
	tcase_add_test(c, a_port_that_is_in_use_is_said);
	return run_suite(suite);
}
