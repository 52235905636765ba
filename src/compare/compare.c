/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "compare/item.h"

static const struct annex_column columns[] = {
	{ "client", "client", ANNEX_HOST },
	{ "proxy", "proxy", ANNEX_HOST },
	{ "user", "user", ANNEX_USER },
	{ "scheme", "scheme", ANNEX_PLAIN },
	{ "cause", "cause before", ANNEX_PLAIN },
	{ "now", "by now", ANNEX_PLAIN },
	{ "cause_now", "cause now", ANNEX_PLAIN },
	{ "failed_before", "failed before", ANNEX_NUMBER },
	{ "failed_now", "failed now", ANNEX_NUMBER },
	{ "passed_now", "passed now", ANNEX_NUMBER },
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

enum now {
	NOW_FIXED,
	NOW_STILL,
	NOW_OTHERWISE,
	NOW_OTHER_SCHEME,
	NOW_NOT_SEEN,
	NOW_NEW,
	NOW_COUNT,
};

static const char *const now_names[] = {
	[NOW_FIXED] = "fixed",
	[NOW_STILL] = "still failing",
	[NOW_OTHERWISE] = "failing otherwise",
	[NOW_OTHER_SCHEME] = "passing with another scheme only",
	[NOW_NOT_SEEN] = "not seen",
	[NOW_NEW] = "new",
};

struct compare {
	struct items before;
};

struct compare *
compare_new(void)
{
	return memory_new(1, sizeof(struct compare));
}

void
compare_free(struct compare *c)
{
	if (c == NULL)
		return;
	items_fini(&c->before);
	free(c);
}

void
compare_before(struct compare *c, struct attempt *const *attempts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		items_attempt(&c->before, attempts[i]);
}

bool
compare_line(struct compare *c, struct span line)
{
	return items_json(&c->before, line);
}

size_t
compare_count(const struct compare *c)
{
	return c->before.n;
}

/* What became of one group of failures, among those of now. */
struct outlook {
	size_t same_cause, other_cause, passed, passed_otherwise, seen;
	const char *cause;  /* the first other one */
	const char *scheme; /* the first other one that passes */
};

/* Many may come from one address, and who failed is not always named: what
 * nobody was named for before as well is not this user's. */
static bool
is_of_nobody(const struct items *before, const struct item *a,
    const struct item *b)
{
	size_t end, i = items_place(before, a, &end);

	if (b->user == NULL || a->user != NULL || a->cause == NULL)
		return false;
	/* Those without a name come first. */
	for (; i < end && before->list[i].user == NULL; i++) {
		const struct item *o = &before->list[i];

		if (o->cause != NULL &&
		    strcmp(o->cause, a->cause) == 0 &&
		    strcasecmp(o->scheme, a->scheme) == 0)
			return true;
	}
	return false;
}

/* b is of `before`. */
static struct outlook
look(const struct items *now, const struct items *before,
    const struct item *b)
{
	struct outlook o = { 0 };
	size_t end, i = items_place(now, b, &end);

	for (; i < end; i++) {
		const struct item *a = &now->list[i];
		bool scheme = strcasecmp(a->scheme, b->scheme) == 0;

		if (!item_same_user(a, b) || is_of_nobody(before, a, b))
			continue;
		o.seen += a->count;
		if (a->cause != NULL && scheme &&
		    strcmp(a->cause, b->cause) == 0) {
			o.same_cause += a->count;
		} else if (a->cause != NULL && scheme) {
			o.other_cause += a->count;
			if (o.cause == NULL)
				o.cause = a->cause;
		} else if (b->user != NULL && a->user == NULL) {
			/* Somebody passed: no proof for this user. */
			continue;
		} else if (a->cause == NULL && scheme) {
			o.passed += a->count;
		} else if (a->cause == NULL) {
			o.passed_otherwise += a->count;
			if (o.scheme == NULL)
				o.scheme = a->scheme;
		}
	}
	return o;
}

static enum now
judge(const struct outlook *o)
{
	return o->same_cause > 0         ? NOW_STILL
	    : o->other_cause > 0         ? NOW_OTHERWISE
	    : o->passed > 0              ? NOW_FIXED
	    : o->passed_otherwise > 0    ? NOW_OTHER_SCHEME
	    /* Seen, but neither good nor bad in that scheme. */
	                                 : NOW_NOT_SEEN;
}

static void
add_row(struct annex *x, const struct item *i, enum now now,
    const char *before, const char *cause, size_t failed_before,
    size_t failed_now, size_t passed_now)
{
	char counts[3][24];

	snprintf(counts[0], sizeof(counts[0]), "%zu", failed_before);
	snprintf(counts[1], sizeof(counts[1]), "%zu", failed_now);
	snprintf(counts[2], sizeof(counts[2]), "%zu", passed_now);

	const char *const cells[N_COLUMNS] = { i->client, i->proxy, i->user,
		i->scheme, before, now_names[now], cause, counts[0],
		counts[1], counts[2] };

	annex_row(x, cells);
}

static void
verdict(struct annex *x, const size_t *n)
{
	size_t before = n[NOW_FIXED] + n[NOW_STILL] + n[NOW_OTHERWISE] +
	    n[NOW_OTHER_SCHEME] + n[NOW_NOT_SEEN];

	struct text t = { 0 };

	text_fmt(&t, "%zu kind%s of failure (client, proxy, user, scheme, "
	             "cause) before", before, before == 1 ? "" : "s");
	for (size_t i = 0, told = 0; i < NOW_NEW; i++)
		if (n[i] > 0)
			text_fmt(&t, "%s %zu %s", told++ == 0 ? ":" : ",",
			    n[i], now_names[i]);
	text_fmt(&t, "; %zu new.", n[NOW_NEW]);
	annex_line(x, "%s", text_get(&t));
	text_fini(&t);
	if (before == 0)
		annex_line(x, "Nothing failed before.");
	else if (n[NOW_FIXED] == before)
		annex_line(x, "The fix worked: each client that failed before "
		              "now gets through the same proxy with the same "
		              "scheme.");
	else if (n[NOW_FIXED] > 0)
		annex_line(x, "The fix worked for those that are listed as "
		              "fixed, and is not proven for the others.");
	else if (n[NOW_NOT_SEEN] == before)
		annex_line(x, "Nothing that failed before was tried again at "
		              "the same proxy: whether the fix worked cannot "
		              "be told. Capture while it is.");
	else
		annex_line(x, "That the fix worked is not shown.");
}

struct annex *
compare_annex(struct compare *c, const struct report *r)
{
	struct annex *x = annex_new("comparison", "Before and now", columns,
	    N_COLUMNS);
	struct items now = { 0 };
	size_t n[NOW_COUNT] = { 0 };

	for (size_t i = 0; i < r->n_attempts; i++)
		items_attempt(&now, r->attempts[i]);
	items_sort(&c->before);
	items_sort(&now);
	for (size_t i = 0; i < c->before.n; i++) {
		const struct item *b = &c->before.list[i];

		if (b->cause == NULL)
			continue;

		struct outlook o = look(&now, &c->before, b);
		enum now is = judge(&o);

		n[is]++;
		add_row(x, b, is, b->cause,
		    is == NOW_STILL ? b->cause : o.cause, b->count,
		    o.same_cause + o.other_cause,
		    o.passed + o.passed_otherwise);
	}
	for (size_t i = 0; i < now.n; i++) {
		const struct item *a = &now.list[i];

		if (a->cause == NULL)
			continue;

		struct outlook o = look(&c->before, &now, a);

		if (o.same_cause + o.other_cause > 0)
			continue;

		struct outlook here = look(&now, &now, a);

		n[NOW_NEW]++;
		add_row(x, a, NOW_NEW, o.passed > 0 ? "passed" : NULL,
		    a->cause, 0, a->count,
		    here.passed + here.passed_otherwise);
	}
	verdict(x, n);
	items_fini(&now);
	return x;
}
