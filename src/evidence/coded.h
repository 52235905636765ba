/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * coded.h - base64 that is opened, changed and closed again in place
 *
 * Character for character: padding, its lack, white space, the URL alphabet
 * and loose bits at the end stay what they were (base/base64.h says which
 * there are), so that a decoder finds the same flaws.  What follows a
 * character that is no base64 is not understood and not shown.
 */
#ifndef P407_EVIDENCE_CODED_H
#define P407_EVIDENCE_CODED_H

#include "evidence/shown.h"

struct coded {
	struct span text;
	uint8_t *raw;  /* decoded */
	uint8_t *copy; /* what is to stand there; zero at first */
	size_t len;
	unsigned flaws; /* enum base64_flaw */
	size_t good;    /* characters up to the first bad one */
};

void coded_open(struct coded *c, struct span text);

/* The decoded bytes and their copy, to be shown and masked. */
struct shown coded_inside(const struct coded *c);

/*
 * Write the copy over the text's part of `s`, with the URL alphabet if `url`
 * is set or the text has some of it, then wipe.
 */
void coded_close(struct coded *c, const struct shown *s, bool url);

#endif
