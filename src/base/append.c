/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/append.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_cut(const char *path, int fd)
{
	struct stat st;
	char last = '\n';
	int in;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return false;
	in = open(path, O_RDONLY | O_CLOEXEC);
	if (in >= 0) {
		if (pread(in, &last, 1, st.st_size - 1) != 1)
			last = '\n';
		close(in);
	}
	return last != '\n';
}

int
append_open(const char *path, int flags)
{
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | flags, 0666);

	if (fd >= 0 && is_cut(path, fd) && write(fd, "\n", 1) != 1) {
		/* No room: it is cut, and stays so. */
	}
	return fd;
}
