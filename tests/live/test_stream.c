/* SPDX-License-Identifier: BSD-2-Clause */
#include "live/stream.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/message.h"
#include "run.h"

static char path[] = "/tmp/p407-stream-XXXXXX";

/* A limit of file sizes fails in the middle of a line, as a full disk does. */
static void
room(rlim_t bytes)
{
	struct rlimit most;

	getrlimit(RLIMIT_FSIZE, &most);
	most.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &most), 0);
}

static void
setup(void)
{
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static void
teardown(void)
{
	unlink(path);
}

/* Lines "line FROM" and so on. */
static void
add_lines(struct stream *s, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++) {
		struct text t = { 0 };

		text_fmt(&t, "line %u\n", i);
		stream_add(s, text_span(&t));
		text_fini(&t);
	}
}

/* Is it just these lines? */
static bool
has_lines(int fd, unsigned from, unsigned n)
{
	struct text wanted = { 0 };
	char got[4096] = "";
	ssize_t len = pread(fd, got, sizeof(got) - 1, 0);

	for (unsigned i = from; i < from + n; i++)
		text_fmt(&wanted, "line %u\n", i);

	bool same = len == (ssize_t)wanted.len &&
	    strcmp(got, text_get(&wanted)) == 0;

	if (!same)
		printf("wanted\n%sgot\n%s", text_get(&wanted), got);
	text_fini(&wanted);
	return same;
}

START_TEST(a_full_disk_loses_nothing_if_there_is_room_in_time)
{
	struct stream s;
	int fd = mkstemp(path);

	stream_init(&s, dup(fd), path);
	room(30);
	add_lines(&s, 0, 10);
	ck_assert(stream_flush(&s));
	ck_assert(stream_flush(&s));
	add_lines(&s, 10, 10);
	ck_assert(stream_flush(&s));
	ck_assert_int_eq(message_troubles(), 1);
	room(RLIM_INFINITY);
	add_lines(&s, 20, 1);
	ck_assert(stream_flush(&s));
	ck_assert(has_lines(fd, 0, 21));
	ck_assert_int_eq(message_troubles(), 0);
	ck_assert(stream_end(&s));
	ck_assert_int_eq(message_errors(), 0);
	close(fd);
}
END_TEST

START_TEST(what_there_was_no_room_for_is_counted)
{
	static char bytes[STREAM_HELD];
	struct stream s;
	int fd = mkstemp(path);

	memset(bytes, 'x', sizeof(bytes));
	bytes[sizeof(bytes) - 1] = '\n';
	stream_init(&s, dup(fd), path);
	room(0);
	stream_add(&s, span_of(bytes, sizeof(bytes)));
	add_lines(&s, 0, 7);
	ck_assert_uint_eq(s.lost, 7);
	ck_assert(stream_flush(&s));
	room(RLIM_INFINITY);
	ck_assert(stream_flush(&s));
	ck_assert_int_eq(message_errors(), 1);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), STREAM_HELD);
	ck_assert(stream_end(&s));
	close(fd);
}
END_TEST

START_TEST(there_may_be_any_number_of_lines_at_once)
{
	struct stream s;
	int fd = mkstemp(path);
	unsigned n = 2 * STREAM_HELD / 10;

	stream_init(&s, dup(fd), path);
	add_lines(&s, 100000, n);
	ck_assert_uint_le(s.held.len, STREAM_HELD / 4);
	ck_assert(stream_end(&s));
	ck_assert_int_ge(lseek(fd, 0, SEEK_END), 2 * (off_t)STREAM_HELD);
	ck_assert_int_eq(message_errors(), 0);
	close(fd);
}
END_TEST

START_TEST(half_a_line_does_not_go_to_another_file)
{
	struct stream s;
	int fd = mkstemp(path), other;
	char second[64];

	snprintf(second, sizeof(second), "%s.2", path);
	other = open(second, O_RDWR | O_CREAT, 0600);
	stream_init(&s, dup(fd), path);
	room(10);
	add_lines(&s, 0, 3);
	ck_assert(stream_flush(&s));
	stream_renew(&s, dup(other));
	room(RLIM_INFINITY);
	ck_assert(stream_flush(&s));
	ck_assert(has_lines(other, 2, 1));
	ck_assert_int_eq(message_errors(), 1);
	ck_assert(stream_end(&s));
	close(fd);
	close(other);
	unlink(second);
}
END_TEST

START_TEST(the_end_on_a_full_disk_is_an_error)
{
	struct stream s;
	int fd = mkstemp(path);

	stream_init(&s, fd, path);
	room(0);
	add_lines(&s, 0, 3);
	ck_assert(!stream_end(&s));
	ck_assert_int_eq(message_troubles(), 0);
	room(RLIM_INFINITY);
}
END_TEST

START_TEST(a_reader_that_left_is_no_error)
{
	struct stream s;
	int pair[2];

	ck_assert_int_eq(pipe(pair), 0);
	stream_init(&s, pair[1], "pipe");
	add_lines(&s, 0, 1);
	ck_assert(stream_flush(&s));
	close(pair[0]);
	add_lines(&s, 1, 1);
	ck_assert(!stream_flush(&s));
	ck_assert(!stream_end(&s));
	ck_assert_int_eq(message_errors(), 0);
}
END_TEST

START_TEST(a_reader_that_is_slow_is_not_waited_for)
{
	struct stream s;
	int pair[2];
	char bytes[65536];
	size_t n = 0;

	ck_assert_int_eq(pipe2(pair, O_NONBLOCK), 0);
	stream_init(&s, pair[1], "pipe");
	/* Of ten bytes each. */
	add_lines(&s, 1000, 9000);
	add_lines(&s, 1000, 9000);

	size_t all = 18000 * 10;

	for (int i = 0; i < 10; i++) {
		ck_assert(stream_flush(&s));

		ssize_t got = read(pair[0], bytes, sizeof(bytes));

		n += got > 0 ? (size_t)got : 0;
	}
	ck_assert_uint_eq(n, all);
	ck_assert(stream_end(&s));
	ck_assert_int_eq(message_errors(), 0);
}
END_TEST

/* As standard output is, whose flags are not ours to change. */
START_TEST(nor_where_writing_would_wait)
{
	struct stream s;
	int ends[2];
	char some[8192];
	unsigned long lines = 0;

	ck_assert_int_eq(pipe(ends), 0);
	stream_init(&s, ends[1], "pipe");
	add_lines(&s, 0, 20000);
	ck_assert(stream_flush(&s));
	ck_assert_uint_gt(s.held.len, 0);
	while (s.held.len > 0) {
		ssize_t n = read(ends[0], some, sizeof(some));

		for (ssize_t i = 0; i < n; i++)
			lines += some[i] == '\n';
		ck_assert(stream_flush(&s));
	}
	ck_assert(stream_end(&s));
	for (ssize_t n; (n = read(ends[0], some, sizeof(some))) > 0;)
		for (ssize_t i = 0; i < n; i++)
			lines += some[i] == '\n';
	ck_assert_uint_eq(lines, 20000);
	close(ends[0]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stream");
	TCase *c = tcase_create("stream");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_full_disk_loses_nothing_if_there_is_room_in_time);
	tcase_add_test(c, what_there_was_no_room_for_is_counted);
	tcase_add_test(c, there_may_be_any_number_of_lines_at_once);
	tcase_add_test(c, half_a_line_does_not_go_to_another_file);
	tcase_add_test(c, the_end_on_a_full_disk_is_an_error);
	tcase_add_test(c, a_reader_that_left_is_no_error);
	tcase_add_test(c, a_reader_that_is_slow_is_not_waited_for);
	tcase_add_test(c, nor_where_writing_would_wait);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
