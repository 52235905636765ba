/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder stands for the captures in it. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "options/options_parts.h"

/* "a.pcap", "a.pcapng", "a.cap", as tcpdump's -C numbers them, compressed. */
static bool
is_capture(const char *name)
{
	static const char *const compressed[] = { "", ".gz", ".zst", ".lz4" };
	const char *end = strstr(name, ".pcap");
	size_t n = 5;

	if (end == NULL) {
		end = strstr(name, ".cap");
		n = 4;
	}
	if (end == NULL)
		return false;
	end += n;
	if (strncmp(end, "ng", 2) == 0)
		end += 2;
	while (isdigit((unsigned char)*end))
		end++;
	for (size_t i = 0; i < sizeof(compressed) / sizeof(*compressed); i++)
		if (strcmp(end, compressed[i]) == 0)
			return true;
	return false;
}

/* False: it is no folder, or has no captures, and is told of later. */
static bool
open_folder(const char *path, struct folder *f)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
	    folder_read(path, is_capture, f) && f->n > 0;
}

static bool
add_folder(struct options *o, const char *path)
{
	struct folder *f;

	o->folders = memory_grow(o->folders, o->n_folders + 1,
	    sizeof(*o->folders));
	f = &o->folders[o->n_folders];
	if (!open_folder(path, f))
		return false;
	o->n_folders++;
	for (size_t i = 0; i < f->n; i++)
		take_file(o, NULL, f->paths[i]);
	return true;
}

void
options_open_folders(struct options *o)
{
	const char **given = o->files;
	size_t n = o->n_files;

	o->files = NULL;
	o->n_files = o->files_room = 0;
	for (size_t i = 0; i < n; i++)
		if (!add_folder(o, given[i]))
			take_file(o, NULL, (char *)(uintptr_t)given[i]);
	free(given);
	if (o->compare != NULL)
		open_folder(o->compare, &o->compare_folder);
}
