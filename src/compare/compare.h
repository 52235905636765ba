/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare.h - what failed before, and what became of it
 *
 * Before is a capture or the JSON Lines that an earlier run made of one.  It
 * is held against this run by client, proxy, scheme, user and cause:
 *
 *	fixed           the same client, proxy, scheme (and user, if known) now
 *	                ends well, and no failure of it is left
 *	still failing   the same cause
 *	fails otherwise the same client, proxy and scheme, another cause
 *	other scheme    it ends well with another scheme only: no proof
 *	not seen now    no attempt of that client, proxy and user
 *	new             a failure that was not there before
 *
 * Attempts that the capture cannot tell count for nothing.
 */
#ifndef P407_COMPARE_COMPARE_H
#define P407_COMPARE_COMPARE_H

#include "report/annex.h"

struct compare;

struct compare *compare_new(void);
void compare_free(struct compare *c); /* NULL is fine */

/* Attempts of before, from a capture. */
void compare_before(struct compare *c, struct attempt *const *attempts,
    size_t n);

/* Is it JSON Lines, by its first byte?  False also if it cannot be read. */
bool compare_is_json(const char *path);

/*
 * Attempts of before, from JSON Lines of p407.  False if it cannot be read or
 * holds none of them; that has been said.
 */
bool compare_load(struct compare *c, const char *path);

/* One line of it; false if it is no event of p407.  For the above. */
bool compare_line(struct compare *c, struct span line);

/* How many groups of attempts were taken. */
size_t compare_count(const struct compare *c);

/* Against the attempts of a report; the caller frees it. */
struct annex *compare_annex(struct compare *c, const struct report *r);

#endif
