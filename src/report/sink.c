/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"

void
sink_to_text(struct sink *s, struct text *memory)
{
	*s = (struct sink){ .memory = memory };
}

static bool
is_input(const struct stat *out, const char *const *inputs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct stat in;

		if (S_ISREG(out->st_mode) && strcmp(inputs[i], "-") != 0 &&
		    stat(inputs[i], &in) == 0 && in.st_dev == out->st_dev &&
		    in.st_ino == out->st_ino)
			return true;
	}
	return false;
}

const char *
sink_remedy(int error)
{
	switch (error) {
	case ENOENT:
		return " (make the folder first)";
	case EACCES:
	case EPERM:
	case EROFS:
		return " (choose a place that you may write to)";
	case ENOSPC:
	case EDQUOT:
		return " (make room, or write elsewhere)";
	case EISDIR:
		return " (name a file in it)";
	case ENOTDIR:
		return " (a part of the path is no folder: name another)";
	default:
		return " (choose another place)";
	}
}

static bool
cannot(const char *path)
{
	message_error("%s: cannot write: %s%s", path, strerror(errno),
	    sink_remedy(errno));
	return false;
}

/* Can a new file take the place of what has the name?  Not that of a link,
 * nor of what has two names or another owner. */
static bool
can_be_replaced(const char *path, const struct stat *there)
{
	struct stat at;

	if (lstat(path, &at) != 0)
		return there == NULL && errno == ENOENT;
	return there != NULL && S_ISREG(there->st_mode) &&
	    there->st_nlink == 1 && there->st_uid == geteuid() &&
	    at.st_ino == there->st_ino;
}

/* A file beside it, -1 if there can be none; `there` is NULL if nothing is. */
static int
open_beside(struct sink *s, const struct stat *there)
{
	struct text name = { 0 };
	int fd;

	if (!can_be_replaced(s->path, there))
		return -1;
	text_fmt(&name, "%s.%ld", s->path, (long)getpid());
	s->beside = text_steal(&name);
	/* Of somebody who had our number and was killed. */
	unlink(s->beside);
	fd = open(s->beside,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd >= 0 &&
	    (there == NULL || fchmod(fd, there->st_mode & 07777) == 0))
		return fd;
	if (fd >= 0) {
		close(fd);
		unlink(s->beside);
	}
	free(s->beside);
	s->beside = NULL;
	return -1;
}

/* Not O_TRUNC: first see what it is that would be emptied. */
static int
open_in_place(const struct sink *s, int there)
{
	struct stat st;

	if (there < 0)
		return open(s->path,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fstat(there, &st) != 0 ||
	    (S_ISREG(st.st_mode) && ftruncate(there, 0) != 0)) {
		close(there);
		return -1;
	}
	return there;
}

bool
sink_open(struct sink *s, const char *path, const char *const *inputs,
    size_t n_inputs)
{
	struct stat st;
	int there, fd;

	*s = (struct sink){ 0 };
	if (path == NULL || strcmp(path, "-") == 0) {
		s->file = stdout;
		return true;
	}
	s->path = path;
	there = open(path, O_WRONLY | O_CLOEXEC);
	s->created = there < 0;
	if ((there < 0 && errno != ENOENT) ||
	    (there >= 0 && fstat(there, &st) != 0))
		return cannot(path);
	if (there >= 0 && is_input(&st, inputs, n_inputs)) {
		message_error("%s: is an input, and a report would overwrite "
		    "it (choose another name)", path);
		close(there);
		return false;
	}
	fd = open_beside(s, there >= 0 ? &st : NULL);
	if (fd < 0)
		fd = open_in_place(s, there);
	else if (there >= 0)
		close(there);
	s->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	return s->file != NULL || cannot(path);
}

void
sink_add(struct sink *s, struct span bytes)
{
	if (s->memory != NULL) {
		text_add(s->memory, bytes);
		return;
	}
	if (s->error != 0 || bytes.len == 0)
		return;
	errno = 0;
	if (fwrite(bytes.at, 1, bytes.len, s->file) != bytes.len)
		s->error = errno != 0 ? errno : EIO;
}

/* Say it, and leave no half a report behind. */
static void
failed(const struct sink *s)
{
	const char *left = "";

	if (s->path == NULL && s->error == EPIPE)
		return;
	if (s->beside != NULL)
		left = unlink(s->beside) == 0 && !s->created
		    ? "; what was there is as it was"
		    : "";
	else if (s->created && unlink(s->path) == 0)
		left = "; the part that was written is removed";
	message_error("%s: cannot write: %s%s%s",
	    s->path != NULL ? s->path : "standard output",
	    strerror(s->error), sink_remedy(s->error), left);
}

bool
sink_close(struct sink *s)
{
	if (s->file == NULL)
		return true;

	int error = 0;

	if (s->file == stdout)
		error = fflush(stdout) != 0 ? errno : 0;
	else if (fclose(s->file) != 0)
		error = errno;
	s->file = NULL;
	if (s->error == 0)
		s->error = error;
	if (s->error == 0 && s->beside != NULL &&
	    rename(s->beside, s->path) != 0)
		s->error = errno;
	if (s->error != 0)
		failed(s);
	free(s->beside);
	s->beside = NULL;
	return s->error == 0;
}
