/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * past.h - what earlier runs saw
 *
 * The facts of the story ask it where the window itself does not go back far
 * enough.  Who keeps it fills it in (state/state.h).
 */
#ifndef P407_DIAGNOSE_PAST_H
#define P407_DIAGNOSE_PAST_H

#include "attempt/attempt.h"

/* Of one login: a user, with a program of a client, at a proxy. */
struct since {
	when_ns worked_until;  /* WHEN_NONE: not known */
	when_ns failing_since; /* WHEN_NONE: not known */
};

struct past {
	/* What is known of the time before `before`. */
	struct since (*of)(void *context, const struct attempt *a,
	    when_ns before);
	void *context;
};

#endif
