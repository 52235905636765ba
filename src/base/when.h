/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * when.h - points in time, as nanoseconds since 1970-01-01T00:00:00Z
 *
 * Time always comes in as an argument, from the capture; nothing here asks
 * the machine's clock (that is clock.h).  WHEN_NONE stands for "not known".
 */
#ifndef P407_BASE_WHEN_H
#define P407_BASE_WHEN_H

#include "base/span.h"
#include "base/text.h"

typedef int64_t when_ns;

#define WHEN_NONE   INT64_MIN
#define WHEN_SECOND INT64_C(1000000000)
#define WHEN_MS     INT64_C(1000000)

/* A capture is a little out of order; a clock that goes back more was set. */
#define WHEN_SET_BACK (10 * WHEN_SECOND)

/*
 * From one time to another, and so much later.  A capture may claim any
 * times: what does not fit is as long, or as late, as can be said.
 */
static inline int64_t
when_between(when_ns from, when_ns to)
{
	int64_t ns;

	return !__builtin_sub_overflow(to, from, &ns) ? ns
	    : to > from                               ? INT64_MAX
	                                              : -INT64_MAX;
}

static inline when_ns
when_after(when_ns when, int64_t ns)
{
	when_ns later;

	return !__builtin_add_overflow(when, ns, &later) ? later
	    : ns > 0                                     ? INT64_MAX
	                                                 : -INT64_MAX;
}

/* FILETIME: 100 ns steps since 1601.  WHEN_NONE for 0 and for overflow. */
when_ns when_of_filetime(uint64_t filetime);

/* KerberosTime "20261123103107Z" (RFC 4120 5.2.3), or WHEN_NONE. */
when_ns when_of_kerberos(struct span s);

/* IMF-fixdate "Mon, 23 Nov 2026 10:31:07 GMT" (RFC 9110 5.6.7). */
when_ns when_of_http_date(struct span s);

/* "2026-11-23", "2026-11-23T10:31[:07[.004]][Z]", or WHEN_NONE; UTC. */
when_ns when_of_iso(struct span s);

/* "2026-11-23T10:31:07.004332Z", microseconds. */
void when_iso(struct text *t, when_ns when);

/* "2026-11-23 10:31:07" and "10:31:07.004", UTC, for people. */
void when_day_time(struct text *t, when_ns when);
void when_clock(struct text *t, when_ns when);

/* "12 ms", "3.4 s", "7 min", "2 h 10 min", "3 d": a length of time. */
void when_length(struct text *t, int64_t ns);

#endif
