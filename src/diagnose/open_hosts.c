/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/open_hosts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"

/* Two things that went together at a proxy. */
struct pairing {
	uint32_t proxy;
	uint64_t what;
};

static int
by_pairing(const void *left, const void *right)
{
	const struct pairing *a = left, *b = right;

	if (a->proxy != b->proxy)
		return a->proxy < b->proxy ? -1 : 1;
	return a->what < b->what ? -1 : a->what > b->what;
}

static struct pairing
host_of(const struct event *e)
{
	struct span a = span_of_str(e->attempt->authority);
	size_t len = a.len;

	while (len > 0 && a.at[len - 1] != ':') /* before the port */
		len--;
	return (struct pairing){ e->kin[KIN_PROXY],
		table_hash(span_first(a, len)) };
}

static struct pairing
secret_of(const struct event *e)
{
	const struct token *t = e->attempt->credentials;

	return (struct pairing){ e->kin[KIN_PROXY],
		t != NULL ? t->whole : 0 };
}

static bool
is_listed(const struct pairing *list, size_t n, struct pairing p)
{
	return bsearch(&p, list, n, sizeof(p), by_pairing) != NULL;
}

void
open_hosts_note(struct event *events, size_t n)
{
	struct pairing *asked = memory_new(n + 1, sizeof(*asked));
	struct pairing *refused = memory_new(n + 1, sizeof(*refused));
	size_t n_asked = 0, n_refused = 0;

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (e->attempt->responses_407 > 0 &&
		    e->attempt->authority != NULL)
			asked[n_asked++] = host_of(e);
		if (e->kind == EVENT_REFUSED && secret_of(e).what != 0)
			refused[n_refused++] = secret_of(e);
	}
	qsort(asked, n_asked, sizeof(*asked), by_pairing);
	qsort(refused, n_refused, sizeof(*refused), by_pairing);
	for (size_t i = 0; i < n; i++) {
		struct event *e = &events[i];

		if (e->kind == EVENT_OK && e->attempt->authority != NULL &&
		    e->attempt->scheme == ATTEMPT_BASIC &&
		    is_listed(refused, n_refused, secret_of(e)) &&
		    !is_listed(asked, n_asked, host_of(e)))
			e->kind = EVENT_OTHER;
	}
	free(refused);
	free(asked);
}
