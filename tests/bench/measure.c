/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure COMMAND... - run it once; what it took, as one line
 *
 *	wall seconds, CPU seconds (user and system), peak memory in KiB
 *
 * The output of the command goes to /dev/null.  Exit status 1 if it could
 * not be run or was killed; its own status does not matter.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	double before = now();
	pid_t child = argc > 1 ? fork() : -1;
	struct rusage use;
	int status;

	if (child < 0) {
		fprintf(stderr, "usage: measure COMMAND...\n");
		return 2;
	}
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (wait4(child, &status, 0, &use) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 127)
		return 1;
	printf("%.6f %.6f %ld\n", now() - before,
	    seconds(use.ru_utime) + seconds(use.ru_stime), use.ru_maxrss);
	return 0;
}
