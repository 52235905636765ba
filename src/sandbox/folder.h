/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * folder.h - a folder of files of which the oldest go
 *
 * Its files are p407-NUMBER-LABEL.pcapng; the numbers go up, also over runs.
 * One is written under another name, which no reader takes for a capture,
 * and gets its own when it is whole.  Other files are not touched.
 *
 * The process that opens files does this for one that may not (opener.h).
 */
#ifndef P407_SANDBOX_FOLDER_H
#define P407_SANDBOX_FOLDER_H

#include <stddef.h>

#define FOLDER_LABEL 64
#define FOLDER_NAME  112

/* A new file to be written, instead of what was left of one: a descriptor,
 * or -1 with errno. */
int folder_open(const char *folder);

/* Delete the oldest until there are fewer than `most`; 0 or an errno. */
int folder_make_room(const char *folder, size_t most);

/*
 * It is whole: give it a name, told in `name`.  Of the label only letters,
 * digits and '-' count.  0 or an errno.
 */
int folder_keep(const char *folder, const char *label,
    char name[static FOLDER_NAME]);

/* It did not become whole. */
void folder_discard(const char *folder);

#endif
