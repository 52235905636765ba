/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"

bool
private_refuse(const char *path, const char *what, const char *remedy)
{
	message_error("%s: %s (%s)", path, what, remedy);
	return false;
}

static bool
is_private(const char *path, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return private_refuse(path, "is no regular file",
		    "name a file of mode 0600");
	if (st->st_mode & (S_IRWXG | S_IRWXO))
		return private_refuse(path, "others than its owner may use it",
		    "chmod 600 it, and think of changing the password");
	if (st->st_uid != geteuid())
		return private_refuse(path, "belongs to somebody else",
		    "use a file of your own");
	return true;
}

int
private_open(const char *path, const char *what, const char *page,
    size_t most, size_t *size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char wrong[64], see[64];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		private_refuse(path, strerror(errno), "check the path");
	} else if (!is_private(path, &st)) {
		/* said */
	} else if ((uint64_t)st.st_size > most) {
		snprintf(wrong, sizeof(wrong), "is too long to be %s", what);
		snprintf(see, sizeof(see), "see %s in p407(1)", page);
		private_refuse(path, wrong, see);
	} else {
		*size = (size_t)st.st_size;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}
