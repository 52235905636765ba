/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * formats.h - the table of formats; a new one is a file and a row
 */
#ifndef P407_REPORT_FORMATS_H
#define P407_REPORT_FORMATS_H

#include "report/model.h"
#include "report/sink.h"

struct format {
	const char *name; /* as in -o */
	const char *what; /* for --help and the manual page */
	void (*write)(struct sink *s, const struct report *r);
};

/* In the order of --help; NULL past the end. */
const struct format *formats_at(size_t i);

/* NULL if there is none of that name. */
const struct format *formats_find(struct span name);

/*
 * Write a prepared report to a path, or to standard output (NULL, "-").
 * False if it could not be written whole: then that has been said, but for
 * a closed standard output (a reader such as head(1) that has enough).
 * The caller ignores SIGPIPE and exits with status 2 in either case.
 */
bool formats_write(const struct format *f, const struct report *r,
    const char *path);

#endif
