/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each test is a process of its own (Check forks), which confines itself and
 * then tries what it may not.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

/*
 * Check itself opens a file to tell of each test: so the answer of one that
 * is confined is its exit status, from a process below the test.
 */
static void
in_a_process(void (*body)(void))
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		body();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "ended by signal %d",
	    WTERMSIG(status));
	if (WEXITSTATUS(status) == 77)
		fprintf(stderr, "skipped: this kernel has no seccomp for us\n");
	else
		ck_assert_msg(WEXITSTATUS(status) == 0,
		    "line %d of this file", WEXITSTATUS(status));
}

/* The line, as far as an exit status has room for one. */
#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			_exit(__LINE__ % 251 + 1);                             \
	} while (0)
#define MUST_FAIL(call)                                                        \
	do {                                                                   \
		errno = 0;                                                     \
		MUST((call) == -1 && (errno == EPERM || errno == EACCES));     \
	} while (0)

static void
must_have_seccomp(struct sandbox_state s)
{
	if (!s.seccomp)
		_exit(77);
}

static int
run_a_program(void)
{
	char name[] = "/bin/true";
	char *const argv[] = { name, NULL }, *const none[] = { NULL };

	return execve(name, argv, none);
}

static void
live(void)
{
	int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null",
	    O_WRONLY), pair[2];
	char bytes[4] = "abc";

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	must_have_seccomp(sandbox_confine(SANDBOX_LIVE, NULL));
	/* What is open goes on working, and so does memory. */
	MUST(read(zero, bytes, 4) == 4 && bytes[0] == 0);
	MUST(write(null, bytes, 4) == 4);
	MUST(recv(pair[0], bytes, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	for (size_t i = 0; i < 64; i++) {
		char *room = malloc(i << 16);

		MUST(room != NULL);
		room[0] = 1;
		free(room);
	}
	MUST_FAIL(open("/dev/null", O_RDONLY));
	MUST_FAIL(open("/etc/passwd", O_RDONLY));
	MUST_FAIL(openat(AT_FDCWD, "x", O_WRONLY | O_CREAT, 0600));
	MUST_FAIL((int)syscall(SYS_openat2, AT_FDCWD, "x", NULL, 0));
	MUST_FAIL(socket(AF_INET, SOCK_STREAM, 0));
	MUST_FAIL(socket(AF_UNIX, SOCK_DGRAM, 0));
	MUST_FAIL(socket(AF_PACKET, SOCK_RAW, 0));
	MUST_FAIL(connect(pair[0], NULL, 0));
	MUST_FAIL(run_a_program());
	MUST_FAIL((int)fork());
	MUST_FAIL((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	MUST_FAIL(kill(getppid(), 0));
	MUST_FAIL(setuid(0));
	MUST_FAIL(unlink("x"));
	MUST_FAIL(rename("x", "y"));
	MUST(mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	    errno == EPERM);
}

START_TEST(live_nothing_can_be_opened_made_or_run)
{
	in_a_process(live);
}
END_TEST

static char allowed_path[64], other_path[64], made_path[64];

static void
files(void)
{
	static const char *const read_paths[] = { allowed_path, NULL };
	static const char *const write_paths[] = { made_path };
	const struct sandbox_paths paths = { .read = read_paths, .n_read = 2,
		.write = write_paths, .n_write = 1 };
	struct sandbox_state s = sandbox_confine(SANDBOX_FILES, &paths);
	int fd;

	must_have_seccomp(s);
	MUST((fd = open(allowed_path, O_RDONLY)) >= 0);
	close(fd);
	MUST((fd = open(made_path, O_WRONLY | O_CREAT, 0600)) >= 0);
	close(fd);
	MUST(unlink(made_path) == 0);
	if (s.landlock) {
		MUST_FAIL(open(other_path, O_RDONLY));
		MUST_FAIL(open(allowed_path, O_WRONLY));
		MUST_FAIL(open("/etc/passwd", O_RDONLY));
	}
	MUST_FAIL(socket(AF_INET, SOCK_STREAM, 0));
	MUST_FAIL(run_a_program());
	MUST_FAIL((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

START_TEST(files_only_those_that_were_named)
{
	char folder[] = "/tmp/p407-test-XXXXXX", out[40];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(out, sizeof(out), "%s/out", folder);
	ck_assert_int_eq(mkdir(out, 0700), 0);
	snprintf(allowed_path, sizeof(allowed_path), "%s/in", folder);
	snprintf(other_path, sizeof(other_path), "%s/other", folder);
	snprintf(made_path, sizeof(made_path), "%s/report", out);
	close(open(allowed_path, O_WRONLY | O_CREAT, 0600));
	close(open(other_path, O_WRONLY | O_CREAT, 0600));
	in_a_process(files);
	unlink(allowed_path);
	unlink(other_path);
	rmdir(out);
	rmdir(folder);
}
END_TEST

static void
opener(void)
{
	must_have_seccomp(sandbox_confine(SANDBOX_OPENER, NULL));
	MUST_FAIL(socket(AF_INET, SOCK_STREAM, 0));
	MUST_FAIL(run_a_program());
	MUST_FAIL((int)fork());
	MUST_FAIL(kill(getppid(), 0));
}

START_TEST(the_opener_can_neither_talk_nor_run_a_program)
{
	in_a_process(opener);
}
END_TEST

static void
drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	struct rlimit core;
	const char *became;

	MUST(sandbox_drop(geteuid() == 0 ? "nobody" : NULL, &became));
	MUST(syscall(SYS_capget, &header, data) == 0);
	MUST((data[0].effective | data[0].permitted | data[1].effective |
	         data[1].permitted) == 0);
	MUST(setuid(0) == -1);
	MUST(prctl(PR_GET_DUMPABLE) == 0);
	MUST(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
}

START_TEST(dropped_privileges_do_not_come_back)
{
	in_a_process(drop);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sandbox/sandbox");
	TCase *c = tcase_create("sandbox");

	tcase_add_test(c, live_nothing_can_be_opened_made_or_run);
	tcase_add_test(c, files_only_those_that_were_named);
	tcase_add_test(c, the_opener_can_neither_talk_nor_run_a_program);
	tcase_add_test(c, dropped_privileges_do_not_come_back);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
