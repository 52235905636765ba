/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * target.h - a request target in its parts, without what is secret in it
 *
 * All forms of RFC 9112 3.2: "http://host:80/path", "host:443", "/path",
 * "*".  User information, query and fragment are secrets: there is no way
 * to get at them here.
 */
#ifndef P407_REPORT_TARGET_H
#define P407_REPORT_TARGET_H

#include "base/span.h"

/* Spans of the target; none is unset, but they may be empty. */
struct target {
	struct span scheme; /* with "://" */
	struct span host;   /* without brackets */
	struct span port;   /* with its colon */
	struct span path;
	bool has_query;
};

/* Never fails: what makes no sense is taken for a host or a path. */
struct target target_split(struct span s);

#endif
