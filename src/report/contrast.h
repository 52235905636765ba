/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contrast.h - a good and a bad handshake of one proxy, side by side
 *
 * What an engineer lays beside each other to see what changed: the decoded
 * fields of both, and which of them differ.  Values are raw and may name
 * identities: the format redacts and escapes them.
 */
#ifndef P407_REPORT_CONTRAST_H
#define P407_REPORT_CONTRAST_H

#include "report/model.h"

#define CONTRAST_ROWS 24

struct contrast_row {
	const char *label;
	const char *good, *bad; /* "" where there is none */
	bool differs;
};

/*
 * Fields that at least one of the two has; how many.  The strings live in
 * the arena.
 */
size_t contrast_of(const struct attempt *good,
    const struct attempt *bad, struct arena *arena,
    struct contrast_row rows[CONTRAST_ROWS]);

#endif
