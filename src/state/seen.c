/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/seen.h"

#include <stdio.h>

#include "state/state_parts.h"

static const char set_up[] =
    "CREATE TABLE IF NOT EXISTS seen ("
    " kind INTEGER NOT NULL, id BLOB NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, times INTEGER NOT NULL, what TEXT,"
    " written INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS seen_written ON seen (written);";

static const char ask[] = "SELECT first, last, times, what FROM seen "
                          "WHERE kind = ?1 AND id = ?2";

/* On the right of "=" are the values of before. */
static const char note[] =
    "INSERT INTO seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
    "ON CONFLICT (kind, id) DO UPDATE SET first = min(first, ?3), "
    "times = times + CASE WHEN ?4 > last THEN ?5 ELSE 0 END, "
    "what = CASE WHEN ?4 > last THEN ?6 ELSE what END, "
    "last = max(last, ?4), written = ?7";

static const char put[] =
    "REPLACE INTO seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static const char forget_old[] = "DELETE FROM seen WHERE written < ?1";

static const char forget_many[] =
    "DELETE FROM seen WHERE (kind, id) IN (SELECT kind, id FROM seen "
    "ORDER BY written DESC LIMIT -1 OFFSET ?1)";

static const char begin[] = "UPDATE seen SET first = last WHERE kind = ?1";

int
seen_open(struct seen *s, sqlite3 *db)
{
	int code = sqlite3_exec(db, set_up, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = state_prepare(db, ask, &s->ask);
	if (code == SQLITE_OK)
		code = state_prepare(db, note, &s->note);
	if (code == SQLITE_OK)
		code = state_prepare(db, put, &s->put);
	if (code == SQLITE_OK)
		code = state_prepare(db, forget_old, &s->forget_old);
	if (code == SQLITE_OK)
		code = state_prepare(db, forget_many, &s->forget_many);
	if (code == SQLITE_OK)
		code = state_prepare(db, begin, &s->begin);
	return code;
}

void
seen_shut(struct seen *s)
{
	sqlite3_finalize(s->ask);
	sqlite3_finalize(s->note);
	sqlite3_finalize(s->put);
	sqlite3_finalize(s->forget_old);
	sqlite3_finalize(s->forget_many);
	sqlite3_finalize(s->begin);
	*s = (struct seen){ 0 };
}

bool
seen_ask(struct seen *s, enum seen_kind kind, const uint8_t id[LOGIN_BYTES],
    struct seen_row *out)
{
	bool found;

	sqlite3_bind_int(s->ask, 1, (int)kind);
	sqlite3_bind_blob(s->ask, 2, id, LOGIN_BYTES, SQLITE_TRANSIENT);
	found = sqlite3_step(s->ask) == SQLITE_ROW;
	if (found) {
		const char *what =
		    (const char *)sqlite3_column_text(s->ask, 3);

		out->first = sqlite3_column_int64(s->ask, 0);
		out->last = sqlite3_column_int64(s->ask, 1);
		out->times = (uint64_t)sqlite3_column_int64(s->ask, 2);
		snprintf(out->what, sizeof(out->what), "%s",
		    what != NULL ? what : "");
	}
	sqlite3_reset(s->ask);
	return found;
}

/* Both statements have the same places. */
static int
write_row(sqlite3_stmt *q, enum seen_kind kind,
    const uint8_t id[LOGIN_BYTES], const struct seen_row *row, int64_t wall_s)
{
	sqlite3_bind_int(q, 1, (int)kind);
	sqlite3_bind_blob(q, 2, id, LOGIN_BYTES, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 3, row->first);
	sqlite3_bind_int64(q, 4, row->last);
	sqlite3_bind_int64(q, 5, (int64_t)row->times);
	sqlite3_bind_text(q, 6, row->what, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 7, wall_s);
	return state_step(q);
}

int
seen_note(struct seen *s, enum seen_kind kind, const uint8_t id[LOGIN_BYTES],
    const struct seen_row *row, int64_t wall_s)
{
	return write_row(s->note, kind, id, row, wall_s);
}

int
seen_put(struct seen *s, enum seen_kind kind, const uint8_t id[LOGIN_BYTES],
    const struct seen_row *row, int64_t wall_s)
{
	return write_row(s->put, kind, id, row, wall_s);
}

/* Of what had to go for want of room, nothing is said any more. */
int
seen_forget(struct seen *s, int64_t oldest_s, uint64_t most)
{
	int code;

	sqlite3_bind_int64(s->forget_old, 1, oldest_s);
	sqlite3_bind_int64(s->forget_many, 1, (int64_t)most);
	sqlite3_bind_int(s->begin, 1, SEEN_ALL);
	code = state_step(s->forget_old);
	if (code == SQLITE_OK)
		code = state_step(s->forget_many);
	if (code == SQLITE_OK &&
	    sqlite3_changes(sqlite3_db_handle(s->forget_many)) > 0)
		code = state_step(s->begin);
	return code;
}
