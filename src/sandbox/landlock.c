/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/parts.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(SYS_landlock_create_ruleset)

/* Newer than some headers; the kernel says by its version if it has them. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (UINT64_C(1) << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif

#define ALL_V1 ((UINT64_C(1) << 13) - 1)
#define READ   (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                  \
	(READ | LANDLOCK_ACCESS_FS_WRITE_FILE |                                \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |     \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER |           \
	    LANDLOCK_ACCESS_FS_TRUNCATE)
/* What a file that is no folder can be allowed. */
#define OF_A_FILE                                                              \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |        \
	    LANDLOCK_ACCESS_FS_TRUNCATE)

static void
allow_at(int ruleset, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr a = { .allowed_access = access,
		.parent_fd = fd };
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		a.allowed_access &= OF_A_FILE;
	if (a.allowed_access != 0)
		syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &a, 0);
	close(fd);
}

static void
allow_named(int ruleset, const char *path, uint64_t access)
{
	allow_at(ruleset, open(path, O_PATH | O_CLOEXEC), access);
}

/* The folder that a path is in: "a/b" is "a", "b" is ".". */
static int
open_folder_of(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	size_t len = slash != NULL ? (size_t)(slash - path) : 0;

	if (slash == NULL || len >= sizeof(folder))
		return open(slash == NULL ? "." : "/", O_PATH | O_CLOEXEC);
	memcpy(folder, path, len);
	folder[len] = '\0';
	return open(len > 0 ? folder : "/", O_PATH | O_CLOEXEC);
}

/*
 * A folder, or a file and the folder that it is in: what is written anew has
 * another name at first.  A file may be elsewhere, behind a link.
 */
static void
allow_replaced(int ruleset, const char *path, uint64_t access)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;
	bool folder = fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

	allow_at(ruleset, fd, access);
	if (!folder)
		allow_at(ruleset, open_folder_of(path), access);
}

bool
landlock_confine(const struct sandbox_paths *paths)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t handled = ALL_V1;

	if (version < 1)
		return false;
	if (version >= 2)
		handled |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		handled |= LANDLOCK_ACCESS_FS_TRUNCATE;

	struct landlock_ruleset_attr attr = { .handled_access_fs = handled };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    sizeof(attr), 0);

	if (ruleset < 0)
		return false;
	for (size_t i = 0; paths != NULL && i < paths->n_read; i++)
		if (paths->read[i] != NULL)
			(paths->again ? allow_replaced : allow_named)(ruleset,
			    paths->read[i], READ & handled);
	for (size_t i = 0; paths != NULL && i < paths->n_write; i++)
		if (paths->write[i] != NULL)
			allow_replaced(ruleset, paths->write[i],
			    WRITE & handled);

	bool ok = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;

	close(ruleset);
	return ok;
}

#else

bool
landlock_confine(const struct sandbox_paths *paths)
{
	(void)paths;
	return false;
}

#endif
