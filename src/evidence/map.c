/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/memory.h"
#include "base/message.h"
#include "report/sink.h"

static const char first_line[] = "{\"p407\":\"redact-map\",\"version\":1}\n";

/* It begins as a map does, or is empty. */
static bool
begins_as_map(int fd)
{
	char head[sizeof(first_line)];
	ssize_t n = read(fd, head, sizeof(first_line) - 1);

	return n == 0 ||
	    (n == (ssize_t)sizeof(first_line) - 1 &&
	        memcmp(head, first_line, sizeof(first_line) - 1) == 0);
}

/* Better known before the work than after it; else errno says why. */
static bool
folder_is_there(const char *path)
{
	char *folder = memory_strdup(path), *slash = strrchr(folder, '/');
	bool ok = slash == NULL || slash == folder;

	if (!ok) {
		*slash = '\0';
		ok = access(folder, W_OK | X_OK) == 0;
	}
	free(folder);
	return ok;
}

bool
map_may_write(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0 && errno == ENOENT && folder_is_there(path))
		return true;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		message_error("%s: cannot write: %s%s", path, strerror(errno),
		    sink_remedy(errno));
		return false;
	}
	ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	    begins_as_map(fd);
	if (fd >= 0)
		close(fd);
	if (!ok)
		message_error("%s: is there, and is no redact map of yours "
		              "alone (choose another name, or remove it)",
		    path);
	return ok;
}

static void
write_pair(void *context, const char *pseudonym, const char *real)
{
	FILE *file = context;
	struct text t = { 0 };

	text_str(&t, "{\"pseudonym\":\"");
	escape_json(&t, span_of_str(pseudonym));
	text_str(&t, "\",\"real\":\"");
	escape_json(&t, span_of_str(real));
	text_str(&t, "\"}\n");
	fputs(text_get(&t), file);
	text_fini(&t);
}

bool
map_write(const char *path, const struct redact *redact,
    const struct names *names)
{
	struct text beside = { 0 };
	FILE *file = NULL;
	bool ok = false;
	int fd;

	if (!map_may_write(path))
		return false;
	text_fmt(&beside, "%s.XXXXXX", path);
	errno = 0;
	fd = mkstemp(beside.at); /* mode 0600 */
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (file != NULL) {
		fputs(first_line, file);
		redact_walk(redact, write_pair, file);
		names_walk(names, write_pair, file);
		ok = fflush(file) == 0 && !ferror(file);
		ok = fclose(file) == 0 && ok;
		ok = ok && rename(beside.at, path) == 0;
	}
	if (!ok) {
		message_error("%s: cannot write: %s%s", path, strerror(errno),
		    sink_remedy(errno));
		if (fd >= 0)
			unlink(beside.at);
	}
	text_fini(&beside);
	return ok;
}
