/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.h - where a report goes: a file, standard output, or memory
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

/*
 * A file that is open already, which the sink then closes; path is for
 * messages, NULL is standard output.
 */
void sink_to_fd(struct sink *s, int fd, const char *path);

/*
 * Live: what was added is written now.  False, and said, if it cannot be: what
 * was to be written is lost, but what comes later is tried again.
 */
bool sink_flush(struct sink *s);

void sink_add(struct sink *s, struct span bytes);

/*
 * The end.  False if not all could be written: said on stderr, but for a
 * reader of standard output that closed its end, and a file that we made is
 * removed.
 */
bool sink_close(struct sink *s);

#endif
