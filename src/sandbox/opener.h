/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opener.h - a process that opens files for one that may not
 *
 * A sensor that runs for months has its output files rotated and its rules
 * changed, and must not be able to open anything.  So before it confines
 * itself it starts this process, which never sees a packet: it opens those
 * paths that it was given at its start, and no others, and hands over the
 * descriptors.  It ends when the other does.
 */
#ifndef P407_SANDBOX_OPENER_H
#define P407_SANDBOX_OPENER_H

#include "base/span.h"
#include "sandbox/folder.h"

enum opener_kind {
	OPENER_APPEND,  /* made if it is not there */
	OPENER_REPLACE, /* FILE.new, to be given its name when it is whole */
	OPENER_RING,    /* a folder of files, of which the oldest go */
	OPENER_RULES,   /* a file, or the .yaml and .yml files of a folder */
};

struct opener_path {
	enum opener_kind kind;
	const char *path;
	size_t most; /* files in an OPENER_RING */
};

struct opener;

/*
 * Start it; `account` as for sandbox_drop().  The paths are copied by the
 * fork.  NULL, and said, if that cannot be done.
 */
struct opener *opener_start(const struct opener_path *paths, size_t n,
    const char *account);
void opener_end(struct opener *o); /* NULL is fine */

/* A descriptor, the caller's; or -1 with errno. */
int opener_open(struct opener *o, size_t path);

/* What was written of an OPENER_REPLACE gets its name; false with errno. */
bool opener_keep(struct opener *o, size_t path);

/* Of an OPENER_RING: as folder_make_room(), folder_keep() and
 * folder_discard(), false with errno.  The last one also is of what was
 * written of an OPENER_REPLACE. */
bool opener_make_room(struct opener *o, size_t path);
bool opener_keep_as(struct opener *o, size_t path, const char *label,
    char name[static FOLDER_NAME]);
bool opener_discard(struct opener *o, size_t path);

/*
 * Each file of an OPENER_RULES, in order of name; `fd` is closed after the
 * call.  It is -1 with errno if that cannot be opened: EINVAL, it is no file.
 * False with errno if the folder cannot be read.
 */
bool opener_rules(struct opener *o, size_t path,
    void (*each)(void *context, const char *name, int fd), void *context);

#endif
