/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * truth.h - true, false, and cannot tell
 *
 * Kleene's strong three-valued logic: an operation is decided as soon as
 * what is known decides it, and unknown otherwise.  "false and unknown" is
 * false, "true and unknown" is unknown.
 */
#ifndef P407_DIAGNOSE_TRUTH_H
#define P407_DIAGNOSE_TRUTH_H

#include <stdbool.h>

enum truth {
	TRUTH_FALSE = 0,
	TRUTH_TRUE = 1,
	TRUTH_UNKNOWN = 2,
};

static inline enum truth
truth_of(bool yes)
{
	return yes ? TRUTH_TRUE : TRUTH_FALSE;
}

static inline enum truth
truth_and(enum truth a, enum truth b)
{
	static const enum truth table[3][3] = {
		[TRUTH_FALSE] = { TRUTH_FALSE, TRUTH_FALSE, TRUTH_FALSE },
		[TRUTH_TRUE] = { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN },
		[TRUTH_UNKNOWN] = { TRUTH_FALSE, TRUTH_UNKNOWN,
		    TRUTH_UNKNOWN },
	};

	return table[a][b];
}

static inline enum truth
truth_or(enum truth a, enum truth b)
{
	static const enum truth table[3][3] = {
		[TRUTH_FALSE] = { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN },
		[TRUTH_TRUE] = { TRUTH_TRUE, TRUTH_TRUE, TRUTH_TRUE },
		[TRUTH_UNKNOWN] = { TRUTH_UNKNOWN, TRUTH_TRUE, TRUTH_UNKNOWN },
	};

	return table[a][b];
}

static inline enum truth
truth_not(enum truth a)
{
	static const enum truth table[3] = {
		[TRUTH_FALSE] = TRUTH_TRUE,
		[TRUTH_TRUE] = TRUTH_FALSE,
		[TRUTH_UNKNOWN] = TRUTH_UNKNOWN,
	};

	return table[a];
}

#endif
