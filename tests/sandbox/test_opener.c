/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "run.h"

static char folder[] = "/tmp/p407-test-XXXXXX";
static char append[64], replace[64], replace_new[64], rules[64];
static char ring[64];

static void
write_file(const char *name, const char *bytes)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", rules, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(bytes, f);
	fclose(f);
}

static void
make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(append, sizeof(append), "%s/append", folder);
	snprintf(replace, sizeof(replace), "%s/replace", folder);
	snprintf(replace_new, sizeof(replace_new), "%s/replace.new", folder);
	snprintf(rules, sizeof(rules), "%s/rules", folder);
	ck_assert_int_eq(mkdir(rules, 0755), 0);
	snprintf(ring, sizeof(ring), "%s/ring", folder);
	ck_assert_int_eq(mkdir(ring, 0755), 0);
	/* It may become another user. */
	ck_assert_int_eq(chmod(ring, 0777), 0);
	ck_assert_int_eq(chmod(folder, 0777), 0);
	write_file("b.yaml", "two");
	write_file("a.yml", "one");
	write_file("c.txt", "not rules");
	write_file(".d.yaml", "hidden");
}

static void
remove_folder(void)
{
	static const char *const names[] = { "rules/a.yml", "rules/b.yaml",
		"rules/c.txt", "rules/.d.yaml", "rules", "append", "replace",
		"replace.new", "ring" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
	rmdir(folder);
}

static struct opener *
start(void)
{
	const struct opener_path paths[] = {
		{ OPENER_APPEND, append, 0 },
		{ OPENER_REPLACE, replace, 0 },
		{ OPENER_RULES, rules, 0 },
		{ OPENER_RING, ring, 2 },
	};
	struct opener *o = opener_start(paths, 4, NULL);

	ck_assert_ptr_nonnull(o);
	return o;
}

START_TEST(a_file_is_added_to_again_and_again)
{
	struct opener *o = start();
	char got[16] = "";
	int fd;

	for (int i = 0; i < 2; i++) {
		fd = opener_open(o, 0);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(write(fd, "xy\n", 3), 3);
		close(fd);
	}
	fd = open(append, O_RDONLY);
	ck_assert_int_eq(read(fd, got, sizeof(got)), 6);
	ck_assert_str_eq(got, "xy\nxy\n");
	close(fd);
	opener_end(o);
}
END_TEST

START_TEST(a_line_that_was_cut_does_not_run_into_the_next)
{
	struct opener *o = start();
	char got[16] = "";
	int fd = open(append, O_WRONLY | O_CREAT, 0666);

	ck_assert_int_eq(write(fd, "x\ny", 3), 3);
	close(fd);
	fd = opener_open(o, 0);
	ck_assert_int_eq(write(fd, "z\n", 2), 2);
	close(fd);
	fd = open(append, O_RDONLY);
	ck_assert_int_eq(read(fd, got, sizeof(got)), 6);
	ck_assert_str_eq(got, "x\ny\nz\n");
	close(fd);
	opener_end(o);
}
END_TEST

START_TEST(a_file_that_is_replaced_has_its_name_when_it_is_whole)
{
	struct opener *o = start();
	int fd = opener_open(o, 1);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(access(replace, F_OK), -1);
	ck_assert_int_eq(access(replace_new, F_OK), 0);
	close(fd);
	ck_assert(opener_keep(o, 1));
	ck_assert_int_eq(access(replace, F_OK), 0);
	ck_assert_int_eq(access(replace_new, F_OK), -1);
	ck_assert(!opener_keep(o, 1));
	ck_assert_int_eq(errno, ENOENT);
	close(opener_open(o, 1));
	ck_assert_int_eq(access(replace_new, F_OK), 0);
	ck_assert(opener_discard(o, 1));
	ck_assert_int_eq(access(replace_new, F_OK), -1);
	ck_assert_int_eq(access(replace, F_OK), 0);
	opener_end(o);
}
END_TEST

START_TEST(a_ring_keeps_the_last_and_only_what_is_whole)
{
	struct opener *o = start();
	char name[FOLDER_NAME], path[256];

	for (unsigned i = 1; i <= 4; i++) {
		int fd = opener_open(o, 3);

		ck_assert_int_ge(fd, 0);
		close(fd);
		ck_assert(opener_make_room(o, 3));
		ck_assert(opener_keep_as(o, 3, "../a/b rule-1", name));
		snprintf(path, sizeof(path), "p407-%08u-abrule-1.pcapng", i);
		ck_assert_str_eq(name, path);
	}
	for (unsigned i = 1; i <= 4; i++) {
		snprintf(path, sizeof(path), "%s/p407-%08u-abrule-1.pcapng",
		    ring, i);
		ck_assert_int_eq(access(path, F_OK), i > 2 ? 0 : -1);
		unlink(path);
	}
	ck_assert(!opener_keep_as(o, 3, "gone", name));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(opener_open(o, 0) >= 0, true);
	ck_assert(!opener_make_room(o, 0));
	ck_assert_int_eq(errno, EPERM);
	opener_end(o);
}
END_TEST

static void
add_rules(void *context, const char *name, int fd)
{
	struct text *t = context;
	char bytes[16];
	ssize_t n;

	if (fd < 0) {
		text_fmt(t, "%s:%s;", name + strlen(folder), strerror(errno));
		return;
	}
	n = read(fd, bytes, sizeof(bytes));
	text_fmt(t, "%s=%.*s;", name + strlen(folder), (int)n, bytes);
}

START_TEST(the_rules_of_a_folder_come_in_order_of_name)
{
	struct opener *o = start();
	struct text t = { 0 };

	ck_assert(opener_rules(o, 2, add_rules, &t));
	ck_assert_str_eq(text_get(&t),
	    "/rules/a.yml=one;/rules/b.yaml=two;");
	text_fini(&t);
	opener_end(o);
}
END_TEST

START_TEST(what_is_no_file_of_rules_is_named_and_not_waited_for)
{
	struct opener *o = start();
	struct text t = { 0 };
	char pipe[128];

	snprintf(pipe, sizeof(pipe), "%s/aa.yaml", rules);
	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	ck_assert(opener_rules(o, 2, add_rules, &t));
	ck_assert_str_eq(text_get(&t),
	    "/rules/a.yml=one;/rules/aa.yaml:Invalid argument;"
	    "/rules/b.yaml=two;");
	unlink(pipe);
	text_fini(&t);
	opener_end(o);
}
END_TEST

START_TEST(only_what_was_named_and_only_as_it_was)
{
	struct opener *o = start();
	struct text t = { 0 };

	ck_assert_int_eq(opener_open(o, 2), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert(!opener_keep(o, 0));
	ck_assert_int_eq(errno, EPERM);
	ck_assert(!opener_rules(o, 0, add_rules, &t));
	ck_assert_int_eq(errno, EPERM);
	ck_assert_uint_eq(t.len, 0);
	/* A path that there is not ends it: it was asked by somebody else. */
	ck_assert_int_eq(opener_open(o, 4), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(opener_open(o, 0), -1);
	opener_end(o);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sandbox/opener");
	TCase *c = tcase_create("opener");

	tcase_add_checked_fixture(c, make_folder, remove_folder);
	tcase_add_test(c, a_file_is_added_to_again_and_again);
	tcase_add_test(c, a_line_that_was_cut_does_not_run_into_the_next);
	tcase_add_test(c,
	    a_file_that_is_replaced_has_its_name_when_it_is_whole);
	tcase_add_test(c, a_ring_keeps_the_last_and_only_what_is_whole);
	tcase_add_test(c, the_rules_of_a_folder_come_in_order_of_name);
	tcase_add_test(c,
	    what_is_no_file_of_rules_is_named_and_not_waited_for);
	tcase_add_test(c, only_what_was_named_and_only_as_it_was);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
