/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence.h - a capture that can leave the building: front of this folder
 *
 * The inputs are read once more.  What is written holds the conversations of
 * the findings, and those their verdicts rest on, with every secret masked
 * at the same length (talk.h, mask.h).  It is written beside its name,
 * checked (recheck.h), and only then given its name.
 */
#ifndef P407_EVIDENCE_EVIDENCE_H
#define P407_EVIDENCE_EVIDENCE_H

#include "evidence/names.h"
#include "report/model.h"

/* Bytes of frames, if --evidence-limit says nothing. */
#define EVIDENCE_LIMIT (UINT64_C(64) << 20)

/* Frames that are kept elsewhere than in files, in order, read twice. */
struct evidence_source {
	void *context;
	void (*rewind)(void *context);
	bool (*next)(void *context, struct frame *out);
};

struct evidence_job {
	const struct report *report; /* prepared */
	struct names *names; /* of the report's redact; outlives the job */
	const char *const *files;    /* as for capture_open() */
	size_t n_files;
	const char *filter;
	uint64_t frames;      /* no more than so many are read */
	uint64_t limit_bytes; /* of frames in the evidence */
	const struct evidence_source *source; /* instead of the files, if set */
};

/*
 * Write the evidence to a path, or to standard output (NULL).  False, and
 * said on stderr, if it could not be written or did not pass the check: then
 * there is no file.
 */
bool evidence_write(const struct evidence_job *job, const char *path);

/*
 * The same into memory (the caller's, to be freed), for whoever may not open
 * a file.  NULL if there is nothing to show; or, said, if it did not pass
 * the check.
 */
char *evidence_memory(const struct evidence_job *job, size_t *len);

/*
 * Standard input can be read twice after this: it is copied to a file
 * without a name.  False, and said, if that cannot be done.
 */
bool evidence_spool_stdin(void);

#endif
