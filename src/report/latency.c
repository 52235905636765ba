/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/latency.h"

#include <stdlib.h>

#include "base/memory.h"

static bool
is_good(const struct attempt *a)
{
	return a->outcome == OUTCOME_AUTHENTICATED;
}

static bool
is_timed(const struct attempt *a)
{
	return a->verdict_ns >= 0 &&
	    (is_good(a) || a->outcome == OUTCOME_REJECTED);
}

/* Which row an attempt belongs to. */
static int
row_order(const struct attempt *a, const struct attempt *b)
{
	const struct connection *x = &a->connection, *y = &b->connection;
	int d = memcmp(&x->proxy, &y->proxy, sizeof(x->proxy));

	if (d == 0)
		d = (int)x->proxy_port - (int)y->proxy_port;
	if (d == 0)
		d = strcmp(a->scheme_name, b->scheme_name);
	return d != 0 ? d : (int)is_good(b) - (int)is_good(a);
}

static int
by_row_and_time(const void *left, const void *right)
{
	const struct attempt *a = *(const struct attempt *const *)left;
	const struct attempt *b = *(const struct attempt *const *)right;
	int d = row_order(a, b);

	if (d != 0)
		return d;
	if (a->verdict_ns != b->verdict_ns)
		return a->verdict_ns < b->verdict_ns ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* The value that a share of all does not exceed: nearest rank. */
static int64_t
percentile(const struct attempt *const *list, size_t n, unsigned percent)
{
	size_t rank = (n * percent + 99) / 100;

	return list[rank > 0 ? rank - 1 : 0]->verdict_ns;
}

const struct latency_row *
latency_of(struct attempt *const *attempts, size_t n_attempts,
    struct arena *arena, size_t *n)
{
	const struct attempt **list =
	    memory_new(n_attempts + 1, sizeof(*list));
	size_t timed = 0, rows = 0;

	for (size_t i = 0; i < n_attempts; i++)
		if (is_timed(attempts[i]))
			list[timed++] = attempts[i];
	qsort(list, timed, sizeof(*list), by_row_and_time);
	for (size_t i = 0; i < timed; i++)
		rows += i == 0 || row_order(list[i - 1], list[i]) != 0;
	if (rows > limit_of(LIMIT_ROWS)) {
		limit_hit(LIMIT_ROWS);
		rows = limit_of(LIMIT_ROWS);
	}

	struct latency_row *out = arena_new(arena, (rows + 1) * sizeof(*out));

	*n = 0;
	for (size_t i = 0, end; i < timed && *n < rows; i = end) {
		for (end = i + 1; end < timed &&
		     row_order(list[i], list[end]) == 0;)
			end++;

		const struct attempt *const *these = list + i;
		const struct attempt *worst = list[end - 1];

		out[(*n)++] = (struct latency_row){
			.proxy = worst->connection.proxy,
			.port = worst->connection.proxy_port,
			.scheme = worst->scheme_name,
			.good = is_good(worst),
			.n = end - i,
			.median_ns = percentile(these, end - i, 50),
			.p95_ns = percentile(these, end - i, 95),
			.worst_ns = worst->verdict_ns,
			.worst_frame = worst->first_frame,
		};
	}
	free(list);
	return out;
}
