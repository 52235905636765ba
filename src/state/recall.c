/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is asked of a store.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"
#include "diagnose/story.h"
#include "state/state_parts.h"

#define DAY (86400 * WHEN_SECOND)

static when_ns
column_time(sqlite3_stmt *q, int column)
{
	return sqlite3_column_type(q, column) == SQLITE_INTEGER
	    ? sqlite3_column_int64(q, column)
	    : WHEN_NONE;
}

static const char *
column_words(sqlite3_stmt *q, int column, struct arena *arena)
{
	const char *words = (const char *)sqlite3_column_text(q, column);

	return words != NULL ? arena_str(arena, span_of_str(words)) : NULL;
}

/* Of two rows of refusals the store knows the later only: where that does
 * not say, nothing is said. */
static struct since
ask(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	struct state *s = context;
	struct since since = { WHEN_NONE, WHEN_NONE, WHEN_NONE, NULL, NULL };
	sqlite3_stmt *q = s->statement[ASK];
	uint8_t login[LOGIN_BYTES];

	if (!key_login(&s->key, a, a->user, login))
		return since;
	sqlite3_bind_blob(q, 1, login, LOGIN_BYTES, SQLITE_STATIC);
	if (sqlite3_step(q) == SQLITE_ROW) {
		when_ns good = column_time(q, 0);
		when_ns worked = column_time(q, 1);
		when_ns failing = column_time(q, 2);

		if (good != WHEN_NONE && good < before) {
			since.worked_until = good;
			since.scheme = column_words(q, 3, arena);
			since.offers = column_words(q, 4, arena);
		} else if (worked != WHEN_NONE && worked < before) {
			since.worked_until = worked;
		}
		if (failing != WHEN_NONE && failing <= before &&
		    (since.worked_until == WHEN_NONE ||
		        failing > since.worked_until))
			since.failing_since = failing;
	}
	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
	return since;
}

static struct earlier
ask_finding(void *context, const char *identity, when_ns before)
{
	struct state *s = context;
	struct seen_row row;
	uint8_t id[LOGIN_BYTES];

	/* What begins with this run is of this run. */
	if (!key_words(&s->key, span_of_str(identity), id) ||
	    !seen_ask(&s->seen, SEEN_FINDING, id, &row) ||
	    row.first >= before)
		return (struct earlier){ WHEN_NONE, WHEN_NONE, 0 };
	/* Some of it may be what this run has: how often, is not known. */
	if (row.last >= before)
		return (struct earlier){ row.first, WHEN_NONE, 0 };
	return (struct earlier){ row.first, row.last, row.times };
}

static bool
ask_parts(struct state *s, enum seen_kind kind, const struct attempt *a,
    unsigned parts, struct seen_row *row)
{
	uint8_t id[LOGIN_BYTES];

	return key_parts(&s->key, a, parts, id) &&
	    seen_ask(&s->seen, kind, id, row);
}

/* What another offer replaced, unless the client got in with the new one. */
static bool
ask_replaced(struct state *s, const struct attempt *a, when_ns from,
    struct seen_row *row)
{
	struct seen_row in;

	return ask_parts(s, SEEN_OFFER_BEFORE, a, KEY_CLIENT | KEY_PROXY,
	           row) &&
	    (!ask_parts(s, SEEN_CLIENT_IN, a, KEY_CLIENT | KEY_PROXY, &in) ||
	        in.last < from);
}

static struct offered
ask_offered(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	struct state *s = context;
	struct offered none = { NULL, WHEN_NONE };
	const char *offers = story_offers(a, arena);
	struct seen_row row, now;

	if (offers == NULL ||
	    !ask_parts(s, SEEN_OFFER, a, KEY_CLIENT | KEY_PROXY, &row))
		return none;
	/* As much of it as a row has. */
	snprintf(now.what, sizeof(now.what), "%s", offers);
	/* This run may have told of the change already. */
	if (strcmp(row.what, now.what) == 0 &&
	    !ask_replaced(s, a, row.first, &row))
		return none;
	if (strcmp(row.what, now.what) == 0 || row.last >= before)
		return none;
	return (struct offered){ arena_str(arena, span_of_str(row.what)),
		row.last };
}

static when_ns
first_of(struct state *s, enum seen_kind kind, const struct attempt *a,
    unsigned parts)
{
	struct seen_row row;

	return ask_parts(s, kind, a, parts, &row) && row.first < a->start
	    ? row.first
	    : WHEN_NONE;
}

/* This run may have seen a later time: then the last before is not known. */
static struct got_in
got_in(struct state *s, enum seen_kind kind, const struct attempt *a,
    unsigned parts, when_ns before, struct arena *arena)
{
	struct seen_row row;

	if (!ask_parts(s, kind, a, parts, &row) || row.first >= before)
		return (struct got_in){ WHEN_NONE, WHEN_NONE, NULL };
	if (row.last >= before)
		return (struct got_in){ row.first, WHEN_NONE, NULL };
	return (struct got_in){ row.first, row.last,
		arena_str(arena, span_of_str(row.what)) };
}

static struct company
ask_company(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	static const uint8_t all[LOGIN_BYTES];
	struct state *s = context;
	struct company c = { .watched = WHEN_NONE };
	struct seen_row row;
	when_ns oldest = when_after(before,
	    -(int64_t)limit_of(LIMIT_STATE_DAYS) * DAY);

	if (seen_ask(&s->seen, SEEN_ALL, all, &row) && row.first < a->start)
		c.watched = row.first > oldest ? row.first : oldest;
	c.user_first = first_of(s, SEEN_USER, a, KEY_USER);
	c.client_first = first_of(s, SEEN_CLIENT, a, KEY_CLIENT);
	c.user = got_in(s, SEEN_USER_IN, a, KEY_USER, before, arena);
	c.user_here = got_in(s, SEEN_USER_HERE_IN, a, KEY_PROXY | KEY_USER,
	    before, arena);
	c.client_here = got_in(s, SEEN_CLIENT_IN, a, KEY_CLIENT | KEY_PROXY,
	    before, arena);
	c.both_here = got_in(s, SEEN_BOTH_IN, a,
	    KEY_CLIENT | KEY_PROXY | KEY_USER, before, arena);
	return c;
}

struct past
state_asked(struct state *s)
{
	return (struct past){ ask, ask_company, ask_finding, ask_offered, s };
}
