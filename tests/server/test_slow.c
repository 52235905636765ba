/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers who take their time: others do not wait for them, and they have an
 * end.  It lasts as long as the slowest may (SERVER_TIME).
 */
#include "server/server.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask.h"

/* Whoever is not slow has the page in this time, also on a busy machine. */
#define PROMPT WHEN_SECOND
/* A page that no buffer of the system holds as a whole. */
#define LARGE (BOARD_BYTES - 4096)

static const struct address loopback = { .len = 4, .bytes = { 127, 0, 0, 1 } };

static struct server *
started(void)
{
	struct server *s = server_start(&loopback, 0, NULL);
	uint8_t *large = calloc(1, LARGE);

	ck_assert_ptr_nonnull(s);
	board_begin(server_board(s));
	ck_assert(board_add(server_board(s), "/", BOARD_HTML, true,
	    SPAN("<p>all")));
	ck_assert(board_add(server_board(s), "/large", BOARD_HTML, true,
	    span_of(large, LARGE)));
	board_end(server_board(s), steady_now());
	free(large);
	return s;
}

/* Has the other side closed it? */
static bool
is_over(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0;
}

static void
others_have_it_at_once(const struct server *s)
{
	int64_t begin = steady_now();

	ck_assert_ptr_nonnull(strstr(ask_for(server_port(s), "/"), "<p>all"));
	ck_assert_int_lt(steady_now() - begin, PROMPT);
}

enum { SILENT, HALF, DRIPS, TAKES, N_SLOW };

static const char *const requests[N_SLOW] = {
	[SILENT] = "",
	[HALF] = "GET / HTTP/1.1\r\nHo",
	[DRIPS] = "GET / HTTP/1.1\r\nX: ",
	[TAKES] = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n",
};

START_TEST(slow_readers_hinder_nobody_and_have_an_end)
{
	struct server *s = started();
	int fds[N_SLOW];
	int64_t ended[N_SLOW] = { 0 }, begin = steady_now(), now;
	size_t taken = 0;
	ssize_t n;
	static char rest[1 << 16];

	for (size_t i = 0; i < N_SLOW; i++) {
		fds[i] = ask_connect(server_port(s), i == TAKES ? 4096 : 0);
		ask_send(fds[i], requests[i]);
	}
	while ((now = steady_now() - begin) < SERVER_TIME + 2 * WHEN_SECOND) {
		for (size_t i = 0; i < TAKES; i++)
			if (ended[i] == 0 && is_over(fds[i]))
				ended[i] = now;
		/* A byte a second, there and here. */
		if (ended[DRIPS] == 0)
			send(fds[DRIPS], "x", 1, MSG_NOSIGNAL);
		taken += recv(fds[TAKES], rest, 1, MSG_DONTWAIT) == 1;
		others_have_it_at_once(s);
		sleep(1);
	}
	for (size_t i = SILENT; i <= HALF; i++) {
		ck_assert_int_gt(ended[i], (SERVER_IDLE_S - 2) * WHEN_SECOND);
		ck_assert_int_lt(ended[i], (SERVER_IDLE_S + 5) * WHEN_SECOND);
	}
	ck_assert_int_gt(ended[DRIPS], (SERVER_IDLE_S + 5) * WHEN_SECOND);
	/* What the system had of it is all that comes. */
	ck_assert_uint_gt(taken, 0);
	while ((n = recv(fds[TAKES], rest, sizeof(rest), 0)) > 0)
		taken += (size_t)n;
	ck_assert_uint_lt(taken, LARGE);
	for (size_t i = 0; i < N_SLOW; i++)
		close(fds[i]);
	ck_assert(server_alive(s));
	server_end(s);
}
END_TEST

START_TEST(when_it_is_full_the_slow_make_room)
{
	struct server *s = started();
	int fds[SERVER_READERS];
	int64_t begin = steady_now();

	for (size_t i = 0; i < SERVER_READERS; i++) {
		fds[i] = ask_connect(server_port(s), 0);
		ask_send(fds[i], requests[HALF]);
	}
	/* Whoever comes at that very moment may be sent away. */
	while (strstr(ask_for(server_port(s), "/"), "<p>all") == NULL)
		ck_assert_int_lt(steady_now() - begin,
		    (SERVER_IDLE_S - 1) * WHEN_SECOND);
	ck_assert_int_lt(steady_now() - begin,
	    (SERVER_IDLE_S - 1) * WHEN_SECOND);
	for (size_t i = 0; i < SERVER_READERS; i++)
		close(fds[i]);
	others_have_it_at_once(s);
	server_end(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("server/slow");
	TCase *c = tcase_create("slow");

	if (!serve_can()) {
		puts("# built without libmicrohttpd: nothing is tested");
		return 0;
	}
	tcase_set_timeout(c, 60);
	tcase_add_test(c, slow_readers_hinder_nobody_and_have_an_end);
	tcase_add_test(c, when_it_is_full_the_slow_make_room);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
