/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clocks.h - every clock that the wire shows, beside the capture's
 *
 * A time inside a message, less the time at which the frame was captured.
 * What it proves differs: a type 3 of NTLM that repeats the time of its
 * type 2 ([MS-NLMP] 3.1.5.1.2) says nothing of the client, so it is not
 * here; one that does not is the client's own clock.  A KDC shows its clock
 * in errors only: the times of its tickets are encrypted.  The capture's clock
 * may be the one that is wrong: then all others are off by the same.
 */
#ifndef P407_REPORT_CLOCKS_H
#define P407_REPORT_CLOCKS_H

#include "report/model.h"

enum clock_source {
	CLOCK_HTTP_DATE,      /* Date of a 407: the proxy */
	CLOCK_NTLM_CHALLENGE, /* type 2: the proxy's, or its directory's */
	CLOCK_NTLM_RESPONSE,  /* type 3 with a time of its own: the client */
	CLOCK_AUTHENTICATOR,  /* ctime beside a ticket, opened: the client */
	CLOCK_KRB_ERROR,      /* stime of a KRB-ERROR in a 407: the proxy */
	CLOCK_KDC,            /* stime of a KDC's error: the KDC */
	CLOCK_KDC_CLIENT,     /* ctime of a KDC's error: the client */
	CLOCK_TOKEN_ISSUED,   /* iat of a JWT: the issuer, at most */
	CLOCK_SOURCES,
};

struct clock_row {
	struct address host;
	enum clock_source source;
	size_t n;
	int64_t median_ns, least_ns, most_ns; /* ahead of the capture's: > 0 */
	uint64_t frame; /* the first that shows it */
};

/* By host, in the order in which they appear.  They live in the arena.
 * Without witnesses (NULL) no KDC is among them. */
const struct clock_row *clocks_of(struct attempt *const *attempts,
    size_t n_attempts, const struct testimony *witnesses,
    struct arena *arena, size_t *n);

/* "Date of 407s", and whose clock it shows: "the proxy's". */
const char *clock_source_name(enum clock_source s);
const char *clock_source_proves(enum clock_source s);

/* An HTTP Date has whole seconds; less than this says nothing. */
#define CLOCK_MATTERS (30 * WHEN_SECOND)

#endif
