/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/lanes.h"

#include <stdlib.h>

#include "base/memory.h"

/* Lanes are told apart by what the label shows. */
static int
lane_order(const struct attempt *a, const struct attempt *b)
{
	const struct connection *x = &a->connection, *y = &b->connection;
	int d = memcmp(&x->client, &y->client, sizeof(x->client));

	if (d == 0)
		d = memcmp(&x->proxy, &y->proxy, sizeof(x->proxy));
	if (d == 0)
		d = (int)x->proxy_port - (int)y->proxy_port;
	return d != 0 ? d : strcmp(a->scheme_name, b->scheme_name);
}

static int
by_lane(const void *left, const void *right)
{
	const struct attempt *a = *(const struct attempt *const *)left;
	const struct attempt *b = *(const struct attempt *const *)right;
	int d = lane_order(a, b);

	if (d != 0)
		return d;
	return a->id < b->id ? -1 : a->id > b->id;
}

static int
by_failures(const void *left, const void *right)
{
	const struct lane *x = left, *y = right;

	if (x->n_bad != y->n_bad)
		return x->n_bad > y->n_bad ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->first->id < y->first->id ? -1 : x->first->id > y->first->id;
}

static int
bin_of(const struct report *r, when_ns at)
{
	int64_t span = r->last - r->first;

	if (span <= 0 || at <= r->first)
		return 0;
	if (at >= r->last)
		return LANE_BINS - 1;

	int64_t bin =
	    (int64_t)((double)(at - r->first) / (double)span * LANE_BINS);

	return bin < LANE_BINS ? (int)bin : LANE_BINS - 1;
}

static void
count(const struct report *r, struct lane *row, const struct attempt *a)
{
	int bin = bin_of(r, a->end);

	row->n++;
	if (a->outcome == OUTCOME_AUTHENTICATED) {
		row->good[bin]++;
		row->n_good++;
	} else if (attempt_failed(a)) {
		row->bad[bin]++;
		if (row->n_bad++ == 0)
			row->first_bad = a->start;
		row->last_bad = a->end;
	} else {
		row->other[bin]++;
	}
}

size_t
lanes_of(const struct report *r, struct lane **out)
{
	const struct attempt **list =
	    memory_new(r->n_attempts + 1, sizeof(*list));
	struct lane *rows;
	size_t n = 0;

	for (size_t i = 0; i < r->n_attempts; i++)
		list[i] = r->attempts[i];
	qsort(list, r->n_attempts, sizeof(*list), by_lane);
	for (size_t i = 0; i < r->n_attempts; i++)
		n += i == 0 || lane_order(list[i - 1], list[i]) != 0;
	rows = memory_new(n + 1, sizeof(*rows));
	n = 0;
	for (size_t i = 0; i < r->n_attempts; i++) {
		if (i == 0 || lane_order(list[i - 1], list[i]) != 0)
			rows[n++] = (struct lane){ .first = list[i],
				.first_bad = WHEN_NONE,
				.last_bad = WHEN_NONE };
		count(r, &rows[n - 1], list[i]);
	}
	free(list);
	qsort(rows, n, sizeof(*rows), by_failures);
	*out = rows;
	return n;
}

void
lane_words(const struct report *r, const struct lane *lane, struct text *t)
{
	const struct connection *c = &lane->first->connection;

	text_fmt(t, "%s → ", redact_address(r->redact, &c->client));
	text_fmt(t, "%s, %s",
	    redact_address_port(r->redact, &c->proxy, c->proxy_port),
	    lane->first->scheme_name);
}
