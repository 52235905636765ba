/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "diagnose/history.h"
#include "diagnose/rules.h"
#include "diagnose/story.h"
#include "state/state_parts.h"

static when_ns
column_time(sqlite3_stmt *q, int column)
{
	return sqlite3_column_type(q, column) == SQLITE_INTEGER
	    ? sqlite3_column_int64(q, column)
	    : WHEN_NONE;
}

/* Of two rows of refusals the store knows the later only: where that does
 * not say, nothing is said. */
static struct since
ask(void *context, const struct attempt *a, when_ns before)
{
	struct state *s = context;
	struct since since = { WHEN_NONE, WHEN_NONE };
	sqlite3_stmt *q = s->statement[ASK];
	uint8_t login[LOGIN_BYTES];

	if (!key_login(&s->key, a, login))
		return since;
	sqlite3_bind_blob(q, 1, login, LOGIN_BYTES, SQLITE_STATIC);
	if (sqlite3_step(q) == SQLITE_ROW) {
		when_ns good = column_time(q, 0);
		when_ns worked = column_time(q, 1);
		when_ns failing = column_time(q, 2);

		if (good != WHEN_NONE && good < before)
			since.worked_until = good;
		else if (worked != WHEN_NONE && worked < before)
			since.worked_until = worked;
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

/* Of the kind, and of up to two ends. */
static bool
id_of(const struct state *s, const struct address *client,
    const struct connection *proxy, uint8_t id[LOGIN_BYTES])
{
	struct text t = { 0 };
	bool ok;

	if (client != NULL)
		address_add(&t, client);
	text_char(&t, '\n');
	if (proxy != NULL)
		address_port_add(&t, &proxy->proxy, proxy->proxy_port);
	ok = key_words(&s->key, text_span(&t), id);
	text_fini(&t);
	return ok;
}

static struct offered
ask_offered(void *context, const struct attempt *a, when_ns before,
    struct arena *arena)
{
	struct state *s = context;
	struct seen_row row;
	uint8_t id[LOGIN_BYTES];

	if (!id_of(s, &a->connection.client, &a->connection, id) ||
	    !seen_ask(&s->seen, SEEN_OFFER, id, &row) || row.last >= before)
		return (struct offered){ NULL, WHEN_NONE };
	return (struct offered){ arena_str(arena, span_of_str(row.what)),
		row.last };
}

struct past
state_asked(struct state *s)
{
	return (struct past){ ask, ask_finding, ask_offered, s };
}

static bool
id_of_user(const struct state *s, const char *user, uint8_t id[LOGIN_BYTES])
{
	struct text t = { 0 };
	bool ok;

	for (; *user != '\0'; user++)
		text_char(&t, (char)tolower((unsigned char)*user));
	ok = key_words(&s->key, text_span(&t), id);
	text_fini(&t);
	return ok;
}

/* Who takes part in an attempt, and what it was offered. */
static int
take_parts(struct state *s, const struct attempt *a, int64_t now)
{
	const struct connection *c = &a->connection;
	struct seen_row row = { a->start, a->start, 1, "" };
	struct arena scratch = { 0 };
	const char *offers = story_offers(a, &scratch);
	uint8_t id[LOGIN_BYTES];
	int code = SQLITE_OK;

	if (a->user != NULL && id_of_user(s, a->user, id))
		code = seen_note(&s->seen, SEEN_USER, id, &row, now);
	if (code == SQLITE_OK && id_of(s, &c->client, NULL, id))
		code = seen_note(&s->seen, SEEN_CLIENT, id, &row, now);
	if (code == SQLITE_OK && id_of(s, NULL, c, id))
		code = seen_note(&s->seen, SEEN_PROXY, id, &row, now);
	if (code == SQLITE_OK && offers != NULL &&
	    id_of(s, &c->client, c, id)) {
		snprintf(row.what, sizeof(row.what), "%s", offers);
		code = seen_note(&s->seen, SEEN_OFFER, id, &row, now);
	}
	arena_fini(&scratch);
	return code;
}

static int
take_finding(struct state *s, const struct finding *f, int64_t now)
{
	struct seen_row row = { 0 }, old;
	uint8_t id[LOGIN_BYTES];
	bool known;

	if (!key_words(&s->key, span_of_str(f->identity), id))
		return SQLITE_OK;
	known = seen_ask(&s->seen, SEEN_FINDING, id, &old);
	if (known && f->last <= old.last)
		return SQLITE_OK;
	row.first = f->first;
	row.last = f->last;
	row.times = f->n_attempts == 0;
	for (size_t i = 0; i < f->n_attempts; i++)
		row.times += !known || f->attempts[i]->end > old.last;
	snprintf(row.what, sizeof(row.what), "%s", f->rule->id);
	return seen_note(&s->seen, SEEN_FINDING, id, &row, now);
}

static int
take(struct state *s, const struct attempt *a)
{
	enum event_kind kind = event_kind_of(a);
	sqlite3_stmt *q = s->statement[kind == EVENT_OK ? GOOD : REFUSED];
	uint8_t login[LOGIN_BYTES];

	int code = take_parts(s, a, (int64_t)time(NULL));

	if (code != SQLITE_OK)
		return code;
	if (kind == EVENT_OTHER || !key_login(&s->key, a, login))
		return SQLITE_OK;
	sqlite3_bind_blob(q, 1, login, LOGIN_BYTES, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 2, event_time_of(a));
	sqlite3_bind_int64(q, 3, (int64_t)time(NULL));
	return state_step(q);
}

static int
begin(struct state *s)
{
	return sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL);
}

/* What went well so far is kept, and the rest; or nothing, and it is said. */
static void
finish(struct state *s, int code)
{
	if (code == SQLITE_OK)
		code = state_forget(s);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		return;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->read_only = true;
	state_say(s, code);
}

void
state_take(struct state *s, struct attempt *const *attempts, size_t n)
{
	int code;

	if (s->read_only || n == 0)
		return;
	code = begin(s);
	for (size_t i = 0; code == SQLITE_OK && i < n; i++)
		code = take(s, attempts[i]);
	finish(s, code);
}

void
state_take_findings(struct state *s, const struct diagnosis *d)
{
	size_t n = diagnosis_findings(d);
	int64_t now = (int64_t)time(NULL);
	int code;

	if (s->read_only || n == 0)
		return;
	code = begin(s);
	for (size_t i = 0; code == SQLITE_OK && i < n; i++)
		code = take_finding(s, diagnosis_finding(d, i), now);
	finish(s, code);
}

void
state_trend(struct state *s, struct bucket_ring *ring)
{
	buckets_load(&s->buckets, ring);
}

void
state_take_trend(struct state *s, struct bucket_ring *ring)
{
	int code;

	if (s->read_only)
		return;
	code = begin(s);
	if (code == SQLITE_OK)
		code = buckets_save(&s->buckets, ring, (int64_t)time(NULL),
		    state_oldest());
	finish(s, code);
}
