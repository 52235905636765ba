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
	when_ns works_again;   /* WHEN_NONE: not that it was seen */
	/* When it worked: as attempt_scheme_name() has it, and as
	 * story_offers(); NULL: not known. */
	const char *scheme, *offers;
};

/* Who got in: when first, and when last and how. */
struct got_in {
	when_ns first;      /* WHEN_NONE: was not seen to */
	when_ns last;       /* WHEN_NONE: not known */
	const char *scheme; /* NULL: not known */
};

/* Of those who take part in an attempt; first: whatever came of it. */
struct company {
	when_ns watched; /* all that is said is since then; WHEN_NONE: never */
	when_ns user_first, client_first; /* WHEN_NONE: not seen */
	struct got_in user;        /* at any proxy, from any client */
	struct got_in user_here;   /* at this one, from any client */
	struct got_in client_here; /* at this one, as any user */
	struct got_in both_here;
};

/* Of a finding: the same rule, for whom and where. */
struct earlier {
	when_ns first;  /* WHEN_NONE: it was not seen before */
	when_ns last;   /* WHEN_NONE: not known */
	uint64_t times; /* attempts, or connections; 0: not known */
};

/* Of a proxy, to the client of an attempt. */
struct offered {
	const char *schemes; /* "NTLM and Basic", in the arena; or NULL */
	when_ns last;
};

/* Each says what is known of the time before `before`; strings are in the
 * arena. */
struct past {
	struct since (*of)(void *context, const struct attempt *a,
	    when_ns before, struct arena *arena);
	struct company (*company)(void *context, const struct attempt *a,
	    when_ns before, struct arena *arena);
	struct earlier (*finding)(void *context, const char *identity,
	    when_ns before);
	struct offered (*offered)(void *context, const struct attempt *a,
	    when_ns before, struct arena *arena);
	void *context;
};

#endif
