/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "base/message.h"
#include "build.h"
#include "capture/capture.h"
#include "run.h"

/* Files of a test, in a folder of their own that goes when it ends. */
static char folder[] = "/tmp/p407-test-XXXXXX";
static char paths[3][64];
static FILE *said;
static int own_stderr;

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (int i = 0; i < 3; i++)
		snprintf(paths[i], sizeof(paths[i]), "%s/%c.pcap", folder,
		    'a' + i);
	said = tmpfile();
	own_stderr = dup(STDERR_FILENO);
	dup2(fileno(said), STDERR_FILENO);
}

static void
tear_down(void)
{
	dup2(own_stderr, STDERR_FILENO);
	close(own_stderr);
	fclose(said);
	for (int i = 0; i < 3; i++)
		unlink(paths[i]);
	rmdir(folder);
}

/* What was said on stderr, without the folder. */
static const char *
messages(void)
{
	static char text[4096];
	char *at;

	rewind(said);
	text[fread(text, 1, sizeof(text) - 1, said)] = '\0';
	while ((at = strstr(text, folder)) != NULL)
		memmove(at, at + strlen(folder) + 1,
		    strlen(at + strlen(folder) + 1) + 1);
	return text;
}

/* A pcap of frames at these seconds, of which the last is cut by n bytes. */
static void
write_file(int file, const char *seconds, size_t cut)
{
	struct text t = { 0 };
	FILE *f = fopen(paths[file], "wb");

	build_pcap(&t, false, 0xa1b2c3d4, 1);
	for (const char *s = seconds; *s != '\0'; s++)
		build_record(&t, false, (uint32_t)(*s - '0'), 0, 60,
		    span_of(s, 1));
	ck_assert_ptr_nonnull(f);
	fwrite(text_get(&t), 1, t.len - cut, f);
	fclose(f);
	text_fini(&t);
}

static struct capture *
open_files(size_t n, const char *filter)
{
	const char *names[] = { paths[0], paths[1], paths[2] };

	return capture_open(names, n, filter);
}

START_TEST(several_files_are_one_time_line)
{
	struct frame f;

	write_file(0, "146", 0);
	write_file(1, "2", 0);
	write_file(2, "1567", 0);

	struct capture *c = open_files(3, NULL);
	/* The time of each frame, its file and its number in there. */
	const char *want = "101" "121" "211" "402" "522" "603" "623" "724";

	ck_assert_uint_eq(capture_inputs(c), 3);
	for (uint64_t n = 1; capture_next(c, &f); n++, want += 3) {
		char got[4] = { (char)('0' + f.time / WHEN_SECOND),
			(char)('0' + f.file), (char)('0' + f.file_number) };

		ck_assert_msg(strncmp(got, want, 3) == 0, "%s, not %.3s", got,
		    want);
		ck_assert_uint_eq(f.number, n);
		ck_assert_uint_eq(f.bytes.at[0], (uint8_t)want[0]);
	}
	ck_assert_str_eq(want, "");
	ck_assert(capture_progress(c) >= 1);

	struct capture_input in = capture_input(c, 2);

	ck_assert_str_eq(in.name, paths[2]);
	ck_assert_str_eq(in.format, "pcap");
	ck_assert_uint_eq(in.frames, 4);
	ck_assert_uint_eq(in.bytes, 4);
	ck_assert_uint_eq(in.cut_frames, 4);
	ck_assert_int_eq(in.first, WHEN_SECOND);
	ck_assert_int_eq(in.last, 7 * WHEN_SECOND);
	ck_assert(!in.damaged && !in.drops_known);
	ck_assert_int_eq(message_errors(), 0);
	capture_close(c);
}
END_TEST

START_TEST(a_damaged_file_ends_and_the_others_go_on)
{
	struct frame f;
	uint64_t n = 0;

	write_file(0, "13", 1);
	write_file(2, "24", 0);

	struct capture *c = open_files(3, NULL); /* b.pcap is not there */

	while (capture_next(c, &f))
		n++;
	ck_assert(!capture_next(c, &f));
	ck_assert_uint_eq(n, 3);
	ck_assert(capture_input(c, 0).damaged);
	ck_assert_uint_eq(capture_input(c, 0).frames, 1);
	ck_assert(capture_input(c, 1).damaged);
	ck_assert_str_eq(capture_input(c, 1).name, paths[1]);
	ck_assert(capture_input(c, 1).first == WHEN_NONE);
	ck_assert(!capture_input(c, 2).damaged);
	ck_assert_int_eq(message_errors(), 2);
	ck_assert_str_eq(messages(),
	    "p407: b.pcap: no such file (check the name)\n"
	    "p407: a.pcap: ends at byte 57 in the middle of a frame, after "
	    "frame 1 (it was cut short: what came before is reported)\n");
	capture_close(c);
}
END_TEST

START_TEST(damage_of_a_single_file_is_said_once)
{
	struct frame f;

	write_file(0, "13", 1);

	struct capture *c = open_files(1, NULL);

	ck_assert(capture_next(c, &f));
	for (int i = 0; i < 3; i++)
		ck_assert(!capture_next(c, &f));
	ck_assert_int_eq(message_errors(), 1);
	capture_close(c);
}
END_TEST

START_TEST(the_filter_does_not_change_the_numbers)
{
	struct frame f;

	write_file(0, "13", 0);
	write_file(1, "21", 0);

	/* The first byte of a frame is its second. */
	struct capture *c = open_files(2, "ether[0] = 0x31");

	ck_assert(capture_next(c, &f));
	ck_assert_uint_eq(f.number, 1);
	ck_assert(capture_next(c, &f));
	ck_assert_uint_eq(f.number, 3);
	ck_assert_uint_eq(f.file, 1);
	ck_assert_uint_eq(f.file_number, 2);
	ck_assert(!capture_next(c, &f));
	ck_assert_uint_eq(capture_input(c, 0).frames, 2);
	ck_assert_str_eq(messages(), "");
	capture_close(c);
}
END_TEST

START_TEST(a_wrong_filter_is_said_and_nothing_is_opened)
{
	ck_assert_ptr_null(open_files(3, "tcp prot 80"));
	ck_assert_str_eq(messages(), "p407: filter 'tcp prot 80': can't parse "
	                             "filter expression: syntax error (see "
	                             "pcap-filter(7))\n");
	ck_assert_int_eq(message_errors(), 1);
}
END_TEST

START_TEST(no_files_are_no_frames)
{
	struct capture *c = open_files(0, NULL);
	struct frame f;

	ck_assert(!capture_next(c, &f));
	ck_assert_uint_eq(capture_inputs(c), 0);
	ck_assert(capture_progress(c) >= 1);
	capture_close(c);
}
END_TEST

START_TEST(a_pipe_is_read_as_a_file_is)
{
	struct text t = { 0 };
	struct frame f;
	int ends[2];

	build_pcap(&t, true, 0xa1b23c4d, 101);
	build_record(&t, true, 1, 2, 3, SPAN("abc"));
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], text_get(&t), t.len), (int)t.len);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);

	struct capture *c = capture_open((const char *[]){ "-" }, 1, NULL);

	ck_assert(capture_progress(c) < 0);
	ck_assert(capture_next(c, &f));
	ck_assert_int_eq(f.time, WHEN_SECOND + 2);
	ck_assert(span_eq(f.bytes, SPAN("abc")));
	ck_assert(!capture_next(c, &f));
	ck_assert_str_eq(capture_input(c, 0).name, "-");
	ck_assert_int_eq(message_errors(), 0);
	capture_close(c);
	close(ends[0]);
	text_fini(&t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("capture/capture");
	TCase *c = tcase_create("capture");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, several_files_are_one_time_line);
	tcase_add_test(c, a_damaged_file_ends_and_the_others_go_on);
	tcase_add_test(c, damage_of_a_single_file_is_said_once);
	tcase_add_test(c, the_filter_does_not_change_the_numbers);
	tcase_add_test(c, a_wrong_filter_is_said_and_nothing_is_opened);
	tcase_add_test(c, no_files_are_no_frames);
	tcase_add_test(c, a_pipe_is_read_as_a_file_is);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
