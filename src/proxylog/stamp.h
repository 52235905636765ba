/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stamp.h - a time that strftime() wrote, as squid does for "%{...}tl"
 *
 * Conversions of C and POSIX in the C locale, and "%s": numbers, names of
 * months and days in English, the zone as "+0100".  Names of zones and of
 * weeks are stepped over.  Pure: a format and a line go in, a time comes out.
 */
#ifndef P407_PROXYLOG_STAMP_H
#define P407_PROXYLOG_STAMP_H

#include "base/span.h"
#include "base/when.h"

/* What squid writes without a format of its own: "%tl", and "%tg". */
#define STAMP_LOCAL "%d/%b/%Y:%H:%M:%S %z"
#define STAMP_GMT   "%d/%b/%Y:%H:%M:%S"

/* NULL, or what is wrong with a format, and *at: where in it. */
const char *stamp_check(struct span format, size_t *at);

/* Does it say all of a second, and of which zone? */
bool stamp_tells(struct span format);
bool stamp_has_zone(struct span format);

/* How much of the line it is; 0: the line does not begin with it. */
size_t stamp_length(struct span format, struct span line);

/* The time; UTC without a zone.  WHEN_NONE if there is no such time. */
when_ns stamp_time(struct span format, struct span line);

#endif
