/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * folder.h - what is in a folder
 */
#ifndef P407_BASE_FOLDER_H
#define P407_BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct folder {
	char **paths; /* of the wanted names, by bytes, whatever the locale */
	size_t n;
};

/* Names that begin with a dot are never asked for.  False: see errno. */
bool folder_read(const char *path, bool (*wanted)(const char *name),
    struct folder *out);
void folder_free(struct folder *f);

#endif
