/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"

void
sink_to_text(struct sink *s, struct text *memory)
{
	*s = (struct sink){ .memory = memory };
}

static void failed(const struct sink *s);

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

bool
sink_open(struct sink *s, const char *path, const char *const *inputs,
    size_t n_inputs)
{
	*s = (struct sink){ 0 };
	if (path == NULL || strcmp(path, "-") == 0) {
		s->file = stdout;
		return true;
	}
	s->path = path;
	s->created = true;

	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	/* Not O_TRUNC: first see what it is that would be emptied. */
	if (fd < 0 && errno == EEXIST) {
		s->created = false;
		fd = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (fd < 0) {
		message_error("%s: cannot write: %s%s", path, strerror(errno),
		    sink_remedy(errno));
		return false;
	}

	struct stat st;

	if (fstat(fd, &st) == 0 && is_input(&st, inputs, n_inputs)) {
		message_error("%s: is an input, and a report would overwrite "
		    "it (choose another name)", path);
		close(fd);
		return false;
	}
	if (S_ISREG(st.st_mode) && ftruncate(fd, 0) != 0)
		s->error = errno;
	s->file = fdopen(fd, "w");
	if (s->file == NULL) {
		message_error("%s: cannot write: %s%s", path, strerror(errno),
		    sink_remedy(errno));
		close(fd);
		return false;
	}
	return true;
}

void
sink_to_fd(struct sink *s, int fd, const char *path)
{
	*s = (struct sink){ .path = path };
	s->file = path == NULL ? stdout : fdopen(fd, "a");
	if (s->file == NULL)
		s->error = errno;
}

bool
sink_flush(struct sink *s)
{
	if (s->file == NULL)
		return false;
	if (s->error == 0 && fflush(s->file) != 0)
		s->error = errno;
	if (s->error == 0)
		return true;
	failed(s);
	/* What could not be written is not written later. */
	__fpurge(s->file);
	clearerr(s->file);
	s->error = 0;
	return false;
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
	if (s->path == NULL) {
		if (s->error != EPIPE)
			message_error("standard output: cannot write: %s%s",
			    strerror(s->error), sink_remedy(s->error));
		return;
	}

	bool gone = s->created && unlink(s->path) == 0;

	message_error("%s: cannot write: %s%s%s", s->path, strerror(s->error),
	    sink_remedy(s->error),
	    gone ? "; the part that was written is removed" : "");
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
	if (s->error == 0)
		return true;
	failed(s);
	return false;
}
