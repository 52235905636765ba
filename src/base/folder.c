/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static int
by_bytes(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

bool
folder_read(const char *path, bool (*wanted)(const char *name),
    struct folder *out)
{
	size_t room = 0;
	struct dirent *entry;
	DIR *d = opendir(path);
	int error;

	*out = (struct folder){ 0 };
	if (d == NULL)
		return false;
	while (errno = 0, (entry = readdir(d)) != NULL) {
		struct text t = { .limit = 4096 };

		if (entry->d_name[0] == '.' || !wanted(entry->d_name))
			continue;
		text_fmt(&t, "%s%s%s", path,
		    path[strlen(path) - 1] == '/' ? "" : "/", entry->d_name);
		if (out->n == room) {
			room = 2 * room + 16;
			out->paths = memory_grow(out->paths, room,
			    sizeof(*out->paths));
		}
		out->paths[out->n++] = memory_strdup(text_get(&t));
		text_fini(&t);
	}
	error = errno;
	closedir(d);
	if (error != 0) {
		folder_free(out);
		errno = error;
		return false;
	}
	if (out->n > 1)
		qsort(out->paths, out->n, sizeof(*out->paths), by_bytes);
	return true;
}

void
folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->paths[i]);
	free(f->paths);
	*f = (struct folder){ 0 };
}
