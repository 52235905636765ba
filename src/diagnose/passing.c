/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/passing.h"

#include <stdlib.h>

#include "base/memory.h"

/* Each proxy is looked up once: is there a client of its address? */
bool *
passing_proxies(const struct event *events, size_t n, const struct kin *kin)
{
	bool *seen =
	    memory_new((size_t)kin_count(kin, KIN_PROXY) + 1, sizeof(*seen));
	bool *is_proxy =
	    memory_new((size_t)kin_count(kin, KIN_CLIENT) + 1, sizeof(bool));

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (seen[e->kin[KIN_PROXY]])
			continue;
		seen[e->kin[KIN_PROXY]] = true;
		is_proxy[kin_of_client(kin, &e->attempt->connection.proxy)] =
		    true;
	}
	is_proxy[0] = false;
	free(seen);
	return is_proxy;
}

/* What somebody sent to a proxy that is a client, too. */
struct handed {
	uint32_t id; /* of the proxy, as a client */
	fingerprint what;
};

static int
by_handed(const void *left, const void *right)
{
	const struct handed *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->what < b->what ? -1 : a->what > b->what;
}

static fingerprint
sent_by(const struct event *e)
{
	const struct token *t = e->attempt->credentials;

	return t != NULL ? t->whole : 0;
}

bool *
passing_on(const struct event *events, size_t n, const struct kin *kin,
    const bool *is_proxy)
{
	struct handed *list = memory_new(n + 1, sizeof(*list));
	size_t n_handed = 0;
	bool *passes_on =
	    memory_new((size_t)kin_count(kin, KIN_CLIENT) + 1, sizeof(bool));

	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];
		const struct connection *c = &e->attempt->connection;
		/* What a host sends to its own proxy it does not hand on. */
		uint32_t id =
		    sent_by(e) == 0 || address_eq(&c->client, &c->proxy)
		    ? 0
		    : kin_of_client(kin, &c->proxy);

		if (id != 0)
			list[n_handed++] = (struct handed){ id, sent_by(e) };
	}
	qsort(list, n_handed, sizeof(*list), by_handed);
	for (size_t i = 0; i < n; i++) {
		const struct event *e = &events[i];
		struct handed on = { e->kin[KIN_CLIENT], sent_by(e) };

		if (n_handed > 0 && on.what != 0 && is_proxy[on.id] &&
		    bsearch(&on, list, n_handed, sizeof(*list), by_handed) !=
		        NULL)
			passes_on[on.id] = true;
	}
	free(list);
	return passes_on;
}
