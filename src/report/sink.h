/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.h - where a report goes: a file, standard output, or memory
 *
 * A file has its name when it is whole: until then it has another one beside
 * it, and whoever has that name keeps it if something goes wrong.  Not so
 * where there is no room for a second one (a folder that we may not write to),
 * or what is there is no plain file of ours (a pipe, a link).
 *
 * Writers only add to a sink.  The first failure sticks: what is added
 * after it is dropped, and sink_close() tells, once.  main() ignores
 * SIGPIPE, so that a reader who left is a failed write and not a death.
 */
#ifndef P407_REPORT_SINK_H
#define P407_REPORT_SINK_H

#include <stdio.h>

#include "base/text.h"

struct sink {
	struct text *memory; /* set: everything goes here */
	FILE *file;
	const char *path;    /* NULL: standard output */
	char *beside;        /* its name until it is whole; or NULL */
	bool created;        /* the file was not there before */
	int error;           /* errno of the first failure; 0: none */
};

/* What can be done about an errno of writing: " (make room, …)". */
const char *sink_remedy(int error);

void sink_to_text(struct sink *s, struct text *memory);

/*
 * Open a path, or standard output for NULL and "-".  False, and said on
 * stderr, if that cannot be done or if the file is one of the `inputs`:
 * a report must not overwrite the evidence.
 */
bool sink_open(struct sink *s, const char *path, const char *const *inputs,
    size_t n_inputs);

void sink_add(struct sink *s, struct span bytes);

/*
 * The end.  False if not all could be written: said on stderr, but for a
 * reader of standard output that closed its end, and what was written of a file
 * is removed.
 */
bool sink_close(struct sink *s);

#endif
