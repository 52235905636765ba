/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/formats.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "run.h"
#include "sample.h"

static char folder[] = "/tmp/p407-formats-XXXXXX";
static char path[128];

static void
make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/report", folder);
}

static void
remove_folder(void)
{
	unlink(path);
	rmdir(folder);
}

static bool
exists(void)
{
	return access(path, F_OK) == 0;
}

/* Nothing is beside it. */
static bool
is_alone(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t others = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL)
		others += e->d_name[0] != '.' &&
		    strcmp(e->d_name, "report") != 0;
	closedir(d);
	return others == 0;
}

/* All of a small file; the caller frees. */
static char *
contents(void)
{
	FILE *f = fopen(path, "rb");
	char *s = calloc(1, 1 << 16);

	ck_assert(f != NULL && s != NULL);
	ck_assert_uint_lt(fread(s, 1, (1 << 16) - 1, f), (1 << 16) - 1);
	fclose(f);
	return s;
}

static bool
write_to(const char *name, const char *where)
{
	struct sample s;

	sample_rejected(&s);
	sample_prepare(&s);

	bool ok = formats_write(formats_find(span_of_str(name)), &s.report,
	    where);

	sample_fini(&s);
	return ok;
}

START_TEST(formats_are_found_by_their_names)
{
	ck_assert_str_eq(formats_at(0)->name, "text");
	ck_assert_ptr_nonnull(formats_find(SPAN("json")));
	ck_assert_ptr_null(formats_find(SPAN("JSON")));
	ck_assert_ptr_null(formats_find(SPAN("jso")));
	ck_assert_ptr_null(formats_find(SPAN("")));
	for (size_t i = 0; formats_at(i) != NULL; i++) {
		ck_assert(formats_at(i)->write != NULL);
		ck_assert_ptr_nonnull(formats_at(i)->what);
	}
}
END_TEST

START_TEST(a_file_holds_what_memory_holds)
{
	struct sample s;

	sample_rejected(&s);
	sample_prepare(&s);
	for (size_t i = 0; formats_at(i) != NULL; i++) {
		ck_assert(formats_write(formats_at(i), &s.report, path));

		char *file = contents();
		char *memory = sample_written(&s, formats_at(i)->name);

		ck_assert_str_eq(file, memory);
		free(memory);
		free(file);
	}
	sample_fini(&s);
	ck_assert_int_eq(message_errors(), 0);
}
END_TEST

START_TEST(a_longer_file_is_replaced)
{
	char line[1000];
	FILE *f = fopen(path, "wb");

	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 50; i++)
		fwrite(line, 1, sizeof(line), f);
	fclose(f);
	ck_assert(write_to("json", path));

	char *s = contents();

	ck_assert_ptr_null(strstr(s, "xxxxx"));
	free(s);
}
END_TEST

START_TEST(what_cannot_be_opened_is_said)
{
	ck_assert(!write_to("text", "/nonexistent/folder/report"));
	ck_assert(!write_to("text", folder));
	ck_assert_int_eq(message_errors(), 2);
}
END_TEST

START_TEST(a_full_disk_is_said_and_a_device_stays)
{
	struct stat st;

	if (access("/dev/full", W_OK) != 0)
		return;
	ck_assert(!write_to("text", "/dev/full"));
	ck_assert_int_eq(message_errors(), 1);
	ck_assert_int_eq(stat("/dev/full", &st), 0);
}
END_TEST

/* A file size limit fails in the middle, as a disk does that fills up. */
START_TEST(half_a_report_is_removed)
{
	struct sink sink;
	static char bytes[200000];

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(
	    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 4096, 4096 }), 0);
	ck_assert(sink_open(&sink, path, NULL, 0));
	ck_assert(!exists());
	sink_add(&sink, span_of(bytes, sizeof(bytes)));
	ck_assert(!sink_close(&sink));
	ck_assert(!exists());
	ck_assert(is_alone());
	ck_assert_int_eq(message_errors(), 1);
}
END_TEST

START_TEST(a_file_that_was_there_is_as_it_was)
{
	struct sink sink;
	static char bytes[200000];
	FILE *f = fopen(path, "wb");

	fputs("before", f);
	fclose(f);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(
	    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 4096, 4096 }), 0);
	ck_assert(sink_open(&sink, path, NULL, 0));
	sink_add(&sink, span_of(bytes, sizeof(bytes)));
	ck_assert(!sink_close(&sink));

	char *now = contents();

	ck_assert_str_eq(now, "before");
	free(now);
	ck_assert(is_alone());
}
END_TEST

START_TEST(what_takes_its_place_has_its_mode)
{
	struct sink sink;
	struct stat st;
	FILE *f = fopen(path, "wb");

	fclose(f);
	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_assert(sink_open(&sink, path, NULL, 0));
	sink_add(&sink, SPAN("after"));
	ck_assert(sink_close(&sink));

	char *now = contents();

	ck_assert_str_eq(now, "after");
	free(now);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0604);
	ck_assert(is_alone());
}
END_TEST

START_TEST(a_link_stays_one)
{
	struct sink sink;
	struct stat st;
	char link[160];
	FILE *f = fopen(path, "wb");

	fclose(f);
	snprintf(link, sizeof(link), "%s.link", path);
	ck_assert_int_eq(symlink(path, link), 0);
	ck_assert(sink_open(&sink, link, NULL, 0));
	sink_add(&sink, SPAN("after"));
	ck_assert(sink_close(&sink));

	char *now = contents();

	ck_assert_str_eq(now, "after");
	free(now);
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	unlink(link);
}
END_TEST

START_TEST(an_input_is_not_overwritten)
{
	struct sample s;
	FILE *f = fopen(path, "wb");
	char link[160];

	fputs("evidence", f);
	fclose(f);
	snprintf(link, sizeof(link), "%s.link", path);
	ck_assert_int_eq(symlink(path, link), 0);
	sample_rejected(&s);
	s.input.name = path;
	sample_prepare(&s);
	ck_assert(!formats_write(formats_at(0), &s.report, path));
	ck_assert(!formats_write(formats_at(0), &s.report, link));
	ck_assert_int_eq(message_errors(), 2);

	char *now = contents();

	ck_assert_str_eq(now, "evidence");
	free(now);
	unlink(link);
	sample_fini(&s);
}
END_TEST

/* p407 -r x | head -1: a failure, but nobody wants to read about it. */
START_TEST(a_reader_who_left_is_no_message)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_ge(dup2(ends[1], STDOUT_FILENO), 0);
	ck_assert(!write_to("text", NULL));
	ck_assert(!write_to("text", "-"));
	ck_assert_int_eq(message_errors(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report/formats");
	TCase *tcase = tcase_create("formats");

	tcase_add_checked_fixture(tcase, make_folder, remove_folder);
	tcase_add_test(tcase, formats_are_found_by_their_names);
	tcase_add_test(tcase, a_file_holds_what_memory_holds);
	tcase_add_test(tcase, a_longer_file_is_replaced);
	tcase_add_test(tcase, what_cannot_be_opened_is_said);
	tcase_add_test(tcase, a_full_disk_is_said_and_a_device_stays);
	tcase_add_test(tcase, half_a_report_is_removed);
	tcase_add_test(tcase, a_file_that_was_there_is_as_it_was);
	tcase_add_test(tcase, what_takes_its_place_has_its_mode);
	tcase_add_test(tcase, a_link_stays_one);
	tcase_add_test(tcase, an_input_is_not_overwritten);
	tcase_add_test(tcase, a_reader_who_left_is_no_message);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
