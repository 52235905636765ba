/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remark.h - comments on the frames that matter, in the words of the ladder
 */
#ifndef P407_EVIDENCE_REMARK_H
#define P407_EVIDENCE_REMARK_H

#include "report/model.h"

struct remark;

/* Zeroed is ready for use. */
struct remarks {
	struct remark *list; /* by frame, once they are sorted */
	size_t n;
};

void remarks_fini(struct remarks *c);

/* Of each message of an attempt; the last one names the finding, if any. */
void remarks_add(struct remarks *c, const struct attempt *a,
    const struct finding *f);

/* No more come. */
void remarks_sort(struct remarks *c);

/* What there is to say of a frame: lines of UTF-8, or nothing. */
void remarks_say(const struct remarks *c, const struct report *r,
    uint64_t frame, struct text *t);

#endif
