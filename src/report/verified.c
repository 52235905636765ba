/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of the known-good credentials, attempt by attempt. */
#include <stdio.h>

#include "report/annex.h"

static const struct annex_column columns[] = {
	{ "user", "user", ANNEX_USER },
	{ "client", "client", ANNEX_HOST },
	{ "proxy", "proxy", ANNEX_HOST },
	{ "scheme", "scheme", ANNEX_PLAIN },
	{ "used", "used them", ANNEX_PLAIN },
	{ "outcome", "outcome", ANNEX_PLAIN },
	{ "attempts", "times", ANNEX_NUMBER },
	{ "frame", "frame", ANNEX_NUMBER },
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static enum token_verified
verified_of(const struct attempt *a)
{
	return a->credentials != NULL ? a->credentials->verified
	                              : VERIFIED_NOT_ASKED;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_row(const struct attempt *a, const struct attempt *b)
{
	return verified_of(a) == verified_of(b) && a->outcome == b->outcome &&
	    a->scheme == b->scheme && same_text(a->user, b->user) &&
	    same_text(a->domain, b->domain) &&
	    address_eq(&a->connection.client, &b->connection.client) &&
	    address_eq(&a->connection.proxy, &b->connection.proxy) &&
	    a->connection.proxy_port == b->connection.proxy_port;
}

/* One row for attempts of a kind that followed one another. */
static void
add_row(struct annex *x, const struct attempt *a, unsigned count)
{
	struct text user = { 0 }, client = { 0 }, proxy = { 0 };
	char times[24], frame[24];

	text_fmt(&user, "%s%s%s", a->domain != NULL ? a->domain : "",
	    a->domain != NULL && a->domain[0] != '\0' ? "\\" : "",
	    a->user != NULL ? a->user : "");
	address_add(&client, &a->connection.client);
	address_port_add(&proxy, &a->connection.proxy,
	    a->connection.proxy_port);
	snprintf(times, sizeof(times), "%u", count);
	snprintf(frame, sizeof(frame), "%llu",
	    (unsigned long long)a->last_frame);

	const char *const cells[N_COLUMNS] = { text_get(&user),
		text_get(&client), text_get(&proxy),
		attempt_scheme_name(a->scheme),
		token_verified_name(verified_of(a)), outcome_name(a->outcome),
		times, frame };

	annex_row(x, cells);
	text_fini(&user);
	text_fini(&client);
	text_fini(&proxy);
}

struct annex *
annex_verified(const struct report *r)
{
	struct annex *x = annex_new("verified", "Known-good credentials",
	    columns, N_COLUMNS);
	unsigned counts[VERIFIED_MISCOMPUTED + 1] = { 0 }, refused = 0, n = 0;
	const struct attempt *first = NULL;

	for (size_t i = 0; i < r->n_attempts; i++) {
		const struct attempt *a = r->attempts[i];

		if (verified_of(a) == VERIFIED_NOT_ASKED)
			continue;
		counts[verified_of(a)]++;
		refused += verified_of(a) == VERIFIED_YES &&
		    a->outcome == OUTCOME_REJECTED;
		if (first != NULL && !same_row(first, a)) {
			add_row(x, first, n);
			n = 0;
		}
		if (n++ == 0)
			first = a;
	}
	if (first == NULL) {
		annex_line(x, "No attempt with credentials of these users is "
		              "in the capture.");
		return x;
	}
	add_row(x, first, n);
	annex_line(x, "Attempts of these users that used exactly the "
	              "known-good credentials: %u; others: %u; cannot be "
	              "told: %u.",
	    counts[VERIFIED_YES], counts[VERIFIED_NO],
	    counts[VERIFIED_UNKNOWN]);
	if (counts[VERIFIED_ENCODING] + counts[VERIFIED_MISCOMPUTED] > 0)
		annex_line(x, "The right password in another encoding: %u; "
		              "hashed in a wrong way: %u.",
		    counts[VERIFIED_ENCODING], counts[VERIFIED_MISCOMPUTED]);
	if (refused > 0)
		annex_line(x, "The password was right, and the proxy still "
		              "refused (attempts: %u): look at the account, "
		              "the group, the policy.",
		    refused);
	return x;
}
