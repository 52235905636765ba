/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * challenge.h - the grammar of authentication fields, RFC 9110 section 11
 *
 *	challenge   = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
 *	credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
 *	auth-param  = token BWS "=" BWS ( token / quoted-string )
 *	token68     = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" )
 *	              *"="
 *
 * A field may hold several challenges, separated by commas, as may the
 * parameters of one of them: a word that is followed by "=" goes on with
 * the challenge before it, any other begins a new one.
 */
#ifndef P407_AUTH_CHALLENGE_H
#define P407_AUTH_CHALLENGE_H

#include "base/fault.h"
#include "base/span.h"

#define CHALLENGE_PARAMS 24

struct auth_param {
	struct span name, value; /* value: without quotes, escapes left in */
	bool quoted;
};

struct challenge {
	struct span scheme;
	struct span token68; /* unset if none */
	struct span rest;    /* all that follows the scheme, as it is */
	struct auth_param params[CHALLENGE_PARAMS];
	size_t n_params;
};

/*
 * The next challenge of a field value; false at its end.  *list moves.
 * What is against the grammar goes to *fault (the first only) and is
 * stepped over.  Spans point into the list.
 */
bool challenge_next(struct span *list, struct challenge *out,
    struct fault *fault);

/* The value of a parameter, any case; unset if it is not there. */
struct span challenge_param(const struct challenge *c, const char *name);

/*
 * Credentials: one scheme with all that follows it, commas and all.  False
 * if the value begins with no scheme.
 */
bool credentials_read(struct span value, struct challenge *out,
    struct fault *fault);

#endif
