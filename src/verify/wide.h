/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wide.h - UTF-8 to UTF-16LE, and upper case as NTLM wants user names
 *
 * Upper case is that of Latin, Greek and Cyrillic letters in common use;
 * other letters stay as they are, and `unsure` says that there was one.
 */
#ifndef P407_VERIFY_WIDE_H
#define P407_VERIFY_WIDE_H

#include "base/span.h"

struct wide {
	uint8_t *at;
	size_t len, room;
	bool unsure;
};

/* The caller calls wide_wipe(). */
struct wide wide_of(struct span utf8, bool upper);
void wide_add(struct wide *w, struct span utf8, bool upper);
struct span wide_span(const struct wide *w);

/* Overwrite and free. */
void wide_wipe(struct wide *w);

/* Are two names the same in upper case? */
bool wide_same(struct span a, struct span b);

#endif
