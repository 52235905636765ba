/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live_files.h - what a live run writes to and reads anew while it runs
 *
 * Outputs are opened before the privileges go, text and json to be added to;
 * everything after that is opened by another process (sandbox/opener.h).
 */
#ifndef P407_LIVE_LIVE_FILES_H
#define P407_LIVE_LIVE_FILES_H

#include "live/stream.h"
#include "options/options.h"
#include "report/formats.h"
#include "sandbox/opener.h"
#include "verdict/evidence_ring.h"

/* One -o. */
struct live_output {
	const struct format *format;
	const char *path; /* NULL: standard output */
	bool stream;      /* text, json: goes on; others are of the end */
	bool lost;        /* its reader is gone */
	struct stream lines; /* of a stream */
	size_t at;        /* of the opener's paths */
};

struct live_files {
	struct live_output outputs[OPTIONS_MANY];
	size_t n_outputs;
	size_t metrics; /* of the opener's paths */
	size_t rules;   /* the first of these */
	bool metrics_troubled; /* it was said, and is so still */
	struct evidence_ring *ring; /* NULL: none is kept */
	struct opener *opener;
};

/*
 * Start the opener and open the streams; false, and said, if one cannot be
 * opened, or what is written later cannot be by the user that it becomes,
 * which is that of `o`.  So many threads read frames.
 */
bool live_files_open(struct live_files *f, const struct options *o,
    unsigned readers);

/* The streams anew: somebody took the files away to keep them.  One that
 * cannot be opened goes on as it was, said. */
void live_files_reopen(struct live_files *f);

/* Write out what the streams hold.  False if nobody reads any of them. */
bool live_files_flush(struct live_files *f);

/* Write a report of the end; false, and said, if it cannot be written. */
bool live_files_report(struct live_files *f, struct live_output *out,
    const struct report *r);

/* Replace the file of --metrics as a whole. */
void live_files_metrics(struct live_files *f, const char *path,
    struct span bytes);

/* The rules as they are now; NULL, and said, if any is wrong. */
struct rules *live_files_rules(struct live_files *f,
    const struct options *o);

/* False if not everything could be written: said. */
bool live_files_close(struct live_files *f);

#endif
