/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox.h - what hostile bytes could do, if they found a way in: nothing
 *
 * The front of this folder.  What needs a privilege is opened first; then
 * the privileges go for good (sandbox_drop()), and the kernel is told which
 * calls are still needed (sandbox_confine()): all others fail with EPERM.
 * There is a list for each phase, because each needs other calls.
 *
 * Where a kernel or a container does not have a part of it, the rest is done
 * all the same, and sandbox_words() says what there is.
 */
#ifndef P407_SANDBOX_SANDBOX_H
#define P407_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* What sanitizers and counts of coverage do at the end needs files, threads
 * and ptrace: there, reading a file is not confined. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    defined(P407_COVERAGE)
#define SANDBOX_SPARES_FILES 1
#else
#define SANDBOX_SPARES_FILES 0
#endif

enum sandbox_phase {
	/* Files are read and written by name, below some folders; no sockets,
	 * no programs are run, nobody is traced. */
	SANDBOX_FILES,
	/* The same, and host names are looked up: a filter may have some. */
	SANDBOX_NAMES,
	/* Only what is open is used: no file is opened, whatever its name. */
	SANDBOX_LIVE,
	/* The process that opens files for that one (opener.h). */
	SANDBOX_OPENER,
	/* The process that shows the status page (server/server.h). */
	SANDBOX_SERVER,
};

/* What sandbox_confine() got done. */
struct sandbox_state {
	bool seccomp, landlock, no_new_privileges;
};

/* Secrets are read: no core file, no other process that looks in. */
void sandbox_no_core(void);

/*
 * Become `account`, if we are root: the default is "p407", if there is such a
 * user.  Keep no capability.  False, and said, if that was asked for and
 * cannot be done.  *became is the name, or NULL if we stay who we are.
 */
bool sandbox_drop(const char *account, const char **became);

/*
 * The paths that a phase may use: Landlock, where the kernel has it.  A file
 * that is to be written stands for its folder, too, and so does one that is
 * read again, as editors put another in its place; NULL is passed over.  No
 * path at all: none may be opened.
 */
struct sandbox_paths {
	const char *const *read;
	size_t n_read;
	const char *const *write;
	size_t n_write;
	bool again; /* what is read is read again */
};

struct sandbox_state sandbox_confine(enum sandbox_phase phase,
    const struct sandbox_paths *paths);

/*
 * The two halves of that, where threads are needed that cannot be made later:
 * what holds for this thread and for those that it makes from then on, and
 * what holds for all that there are.
 */
struct sandbox_state sandbox_confine_thread(const struct sandbox_paths *paths);
void sandbox_confine_all(struct sandbox_state *s, enum sandbox_phase phase);

/* "seccomp, Landlock"; of nothing at all: "none". */
const char *sandbox_words(struct sandbox_state s);

#endif
