/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/outages.h"

#include <stdlib.h>

#include "base/memory.h"

#define MOST_LOOKED_AT 32
/* Its refusals need not be the first and last of all. */
#define AROUND         (30 * WHEN_SECOND)

bool
run_is_outage(const struct run *run)
{
	return run->users >= OUTAGE_USERS &&
	    100 * run->known_good >= OUTAGE_KNOWN_GOOD * run->users;
}

void
outages_build(struct outages *o, const struct runs *r,
    const struct event *events, size_t n)
{
	bool *taken = memory_new(r->n + 1, sizeof(*taken));

	*o = (struct outages){ .at = memory_new(r->n + 1, sizeof(*o->at)) };
	for (size_t i = 0; i < n; i++) {
		uint32_t id = events[i].run;

		if (id == 0 || taken[id - 1] || !run_is_outage(&r->at[id - 1]))
			continue;
		taken[id - 1] = true;
		o->at[o->n++] = &events[i];
	}
	free(taken);
}

void
outages_fini(struct outages *o)
{
	free(o->at);
}

static bool
is_ntlm(const struct attempt *a)
{
	return a->scheme == ATTEMPT_NTLM ||
	    a->scheme == ATTEMPT_NEGOTIATE_NTLM;
}

static const char *
domain_of(const struct attempt *a)
{
	return a->challenge != NULL ? a->challenge->ntlm->nb_domain : NULL;
}

/* On one host, or in one domain by what their type 2 say. */
static bool
checks_alike(const struct attempt *a, const struct attempt *b)
{
	struct span x = span_of_str(domain_of(a));
	struct span y = span_of_str(domain_of(b));

	if (a->scheme != b->scheme && !(is_ntlm(a) && is_ntlm(b)))
		return false;
	return address_eq(&a->connection.proxy, &b->connection.proxy) ||
	    (x.len > 0 && span_eq_nocase(x, y));
}

/* Nobody gets in there then, nor here between. */
static bool
falls_into(const struct history *h, const struct event *e,
    const struct run *run)
{
	when_ns from = when_after(run->first, -AROUND);
	when_ns to = when_after(run->last, AROUND);

	if (run->success_before != WHEN_NONE && run->success_before > from)
		from = run->success_before;
	if (run->success_after != WHEN_NONE && run->success_after < to)
		to = run->success_after;
	return e->time >= from && e->time <= to &&
	    history_count(h, KIN_LANE, WHICH_OK, e->kin[KIN_LANE],
	        e->time < run->first ? e->time : run->first,
	        e->time > run->last ? e->time : run->last) == 0;
}

/* The one with the most users tells most. */
const struct event *
outages_beside(const struct outages *o, const struct runs *r,
    const struct history *h, const struct event *e)
{
	uint32_t lane = e->kin[KIN_LANE];
	const struct event *best = NULL;
	size_t low = 0, high = o->n, users = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->at[middle]->time <= when_after(e->time, AROUND))
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i > 0 && low - i < MOST_LOOKED_AT; i--) {
		const struct event *there = o->at[i - 1];
		const struct run *run = &r->at[there->run - 1];

		if (run->users <= users || lane == 0 ||
		    there->kin[KIN_LANE] == lane ||
		    !checks_alike(there->attempt, e->attempt) ||
		    !falls_into(h, e, run))
			continue;
		best = there;
		users = run->users;
	}
	return best;
}
