/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "p407-"
#define SUFFIX ".pcapng"
#define UNDONE ".p407-evidence.new"
#define DIGITS 8

/* "p407-00000012-ntlm-rejected.pcapng": 12; of another file 0. */
static unsigned long
number_of(const char *name)
{
	size_t len = strlen(name);
	char *end;

	if (len < strlen(PREFIX SUFFIX) + DIGITS || len >= FOLDER_NAME ||
	    strncmp(name, PREFIX, strlen(PREFIX)) != 0 ||
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0 ||
	    !isdigit((unsigned char)name[strlen(PREFIX)]))
		return 0;
	errno = 0;

	unsigned long n = strtoul(name + strlen(PREFIX), &end, 10);

	return *end == '-' && errno == 0 ? n : 0;
}

struct content {
	size_t files;
	unsigned long first, last; /* numbers; 0: there is none */
	char oldest[FOLDER_NAME];
};

static int
look_into(const char *folder, struct content *c)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	*c = (struct content){ 0 };
	if (d == NULL)
		return errno;
	while ((e = readdir(d)) != NULL) {
		unsigned long n = number_of(e->d_name);
		size_t len = strlen(e->d_name);

		/* No name of ours is as long. */
		if (n == 0 || len >= sizeof(c->oldest))
			continue;
		c->files++;
		if (n > c->last)
			c->last = n;
		if (c->first == 0 || n < c->first) {
			c->first = n;
			memcpy(c->oldest, e->d_name, len + 1);
		}
	}
	closedir(d);
	return 0;
}

static int
path_of(char *out, size_t size, const char *folder, const char *name)
{
	int n = snprintf(out, size, "%s/%s", folder, name);

	return n > 0 && (size_t)n < size ? 0 : ENAMETOOLONG;
}

int
folder_open(const char *folder)
{
	char path[4096];

	errno = path_of(path, sizeof(path), folder, UNDONE);
	if (errno != 0 || (unlink(path) != 0 && errno != ENOENT))
		return -1;
	return open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
}

int
folder_make_room(const char *folder, size_t most)
{
	for (;;) {
		char path[4096];
		struct content c;
		int error = look_into(folder, &c);

		if (error != 0 || c.files < most || c.files == 0)
			return error;
		error = path_of(path, sizeof(path), folder, c.oldest);
		if (error == 0 && unlink(path) != 0)
			error = errno;
		if (error != 0)
			return error;
	}
}

int
folder_keep(const char *folder, const char *label,
    char name[static FOLDER_NAME])
{
	char from[4096], to[4096], clean[FOLDER_LABEL];
	struct content c;
	size_t n = 0;
	int error = look_into(folder, &c);

	for (; *label != '\0' && n < sizeof(clean) - 1; label++)
		if (isalnum((unsigned char)*label) || *label == '-')
			clean[n++] = *label;
	clean[n] = '\0';
	snprintf(name, FOLDER_NAME, PREFIX "%0*lu-%s" SUFFIX, DIGITS,
	    c.last + 1, clean);
	if (error == 0)
		error = path_of(from, sizeof(from), folder, UNDONE);
	if (error == 0)
		error = path_of(to, sizeof(to), folder, name);
	if (error == 0 && rename(from, to) != 0)
		error = errno;
	return error;
}

void
folder_discard(const char *folder)
{
	char path[4096];

	if (path_of(path, sizeof(path), folder, UNDONE) == 0)
		unlink(path);
}
