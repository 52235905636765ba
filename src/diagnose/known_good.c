/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/known_good.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "diagnose/past.h"

/* Marks the number of a client among those of users and logins. */
#define CLIENT_BIT 0x80000000u

#define LONG_AGO (7 * 86400 * WHEN_SECOND)

uint32_t
known_identity(const struct event *e)
{
	return e->kin[KIN_USER] != 0 ? e->kin[KIN_USER]
	                             : e->kin[KIN_CLIENT] | CLIENT_BIT;
}

uint32_t
known_login(const struct event *e)
{
	return e->kin[KIN_USER] != 0 ? e->kin[KIN_LOGIN]
	                             : e->kin[KIN_CLIENT] | CLIENT_BIT;
}

static struct pair
who(const struct event *e)
{
	return (struct pair){ e->kin[KIN_LANE], known_login(e) };
}

static bool
got_in_before(const struct past *past, const struct event *e)
{
	struct arena scratch = { 0 };
	struct company c =
	    past->company(past->context, e->attempt, e->time, &scratch);
	const struct got_in *in =
	    e->kin[KIN_USER] != 0 ? &c.both_here : &c.client_here;
	bool good = in->last != WHEN_NONE && in->scheme != NULL &&
	    when_between(in->last, e->time) <= LONG_AGO &&
	    strcmp(in->scheme, attempt_scheme_name(e->attempt->scheme)) == 0;

	arena_fini(&scratch);
	return good;
}

/* Whoever was refused and is not among the good is asked for once, as of his
 * first refusal; the good ones go behind `good`.  Returns how many. */
static size_t
ask(struct pair *good, size_t n_good, const struct event *events, size_t n,
    const struct past *past)
{
	struct pair *open = memory_new(n + 1, sizeof(*open));
	size_t n_open = 0, found = 0;

	for (size_t i = 0; i < n; i++)
		if (events[i].kind == EVENT_REFUSED &&
		    pairs_find(good, n_good, who(&events[i])) == NULL)
			open[n_open++] = who(&events[i]);
	n_open = pairs_unique(open, n_open);

	bool *asked = memory_new(n_open + 1, sizeof(*asked));

	for (size_t i = 0; i < n; i++) {
		const struct pair *p =
		    events[i].kind == EVENT_REFUSED
		    ? pairs_find(open, n_open, who(&events[i]))
		    : NULL;

		if (p == NULL || asked[p - open])
			continue;
		asked[p - open] = true;
		if (got_in_before(past, &events[i]))
			good[n_good + found++] = *p;
	}
	free(asked);
	free(open);
	return found;
}

struct pair *
known_good(const struct event *events, size_t n, const struct past *past,
    size_t *n_good)
{
	struct pair *good = memory_new(2 * n + 1, sizeof(*good));
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (e->kind != EVENT_OK)
			continue;
		good[found++] = who(e);
		good[found++] = (struct pair){ e->kin[KIN_LANE],
			e->kin[KIN_CLIENT] | CLIENT_BIT };
	}
	found = pairs_unique(good, found);
	if (past != NULL) {
		found += ask(good, found, events, n, past);
		found = pairs_unique(good, found);
	}
	*n_good = found;
	return good;
}
