/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/text.h"
#include "state/state_parts.h"

#define DAY_S 86400

/*
 * A row a login.  Times are nanoseconds of the capture; `written` is the wall
 * clock's, in seconds, for it is we who forget.  Version 3 of "p407": the
 * first had no table of what was seen (seen.c), the second none of how many
 * (buckets.c), and neither how a login worked: they are given that.
 */
#define SCHEMA      3
#define APPLICATION "0x70343037"
static const char set_up[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA application_id = " APPLICATION ";"
    "PRAGMA user_version = 3;"
    "CREATE TABLE IF NOT EXISTS login ("
    " id BLOB PRIMARY KEY, last_good INTEGER, worked_until INTEGER,"
    " failing_since INTEGER, written INTEGER NOT NULL,"
    " scheme TEXT, offers TEXT) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS login_written ON login (written);"
    "CREATE TABLE IF NOT EXISTS of_key (mark BLOB NOT NULL);";

static const char from_1_and_2[] =
    "BEGIN;"
    "ALTER TABLE login ADD COLUMN scheme TEXT;"
    "ALTER TABLE login ADD COLUMN offers TEXT;"
    "PRAGMA user_version = 3;"
    "COMMIT;";

/* Nothing is kept beside the file, and no second run comes in between. */
static const char private[] = "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON;";

static const char *const statements[STATEMENTS] = {
	[ASK] = "SELECT last_good, worked_until, failing_since, scheme, "
	        "offers FROM login WHERE id = ?1",
	/* One that needed no offer was offered what the one before was. */
	[GOOD] = "INSERT INTO login VALUES (?1, ?2, NULL, NULL, ?3, ?4, ?5) "
	         "ON CONFLICT (id) DO UPDATE SET written = ?3, "
	         "scheme = CASE WHEN ?2 < last_good THEN scheme ELSE ?4 END, "
	         "offers = CASE WHEN ?2 < last_good THEN offers "
	         "ELSE ifnull(?5, offers) END, "
	         "last_good = max(ifnull(last_good, ?2), ?2)",
	/* The first after the last success begins a row of refusals. */
	[REFUSED] = "INSERT INTO login VALUES "
	            "(?1, NULL, NULL, ?2, ?3, NULL, NULL) "
	            "ON CONFLICT (id) DO UPDATE SET written = ?3, "
	            "worked_until = last_good, failing_since = ?2 "
	            "WHERE (last_good IS NULL OR last_good < ?2) AND "
	            "(failing_since IS NULL OR failing_since > ?2 OR "
	            "failing_since < last_good)",
	[FORGET_OLD] = "DELETE FROM login WHERE written < ?1",
	[FORGET_MANY] = "DELETE FROM login WHERE id IN (SELECT id FROM login "
	                "ORDER BY written DESC LIMIT -1 OFFSET ?1)",
};

/* Of ours, beside those of SQLite. */
#define OTHER_KEY SQLITE_AUTH

static bool
is_damage(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT ||
	    (code & 0xff) == SQLITE_NOTADB || code == OTHER_KEY;
}

static void
shut(struct state *s)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(s->statement[i]);
		s->statement[i] = NULL;
	}
	seen_shut(&s->seen);
	buckets_shut(&s->buckets);
	sqlite3_close(s->db);
	s->db = NULL;
}

/* The number that a query gives; -1 and the code if it fails. */
static int64_t
number_of(sqlite3 *db, const char *query, int *code)
{
	sqlite3_stmt *q = NULL;
	int64_t n = -1;

	*code = sqlite3_prepare_v2(db, query, -1, &q, NULL);
	if (*code == SQLITE_OK && (*code = sqlite3_step(q)) == SQLITE_ROW) {
		n = sqlite3_column_int64(q, 0);
		*code = SQLITE_OK;
	}
	sqlite3_finalize(q);
	return n;
}

/* Ours, or empty; SQLITE_MISMATCH if somebody else's. */
static int
check_owner(sqlite3 *db)
{
	int code;
	int64_t application = number_of(db, "PRAGMA application_id", &code);

	if (code != SQLITE_OK)
		return code;

	int64_t version = number_of(db, "PRAGMA user_version", &code);
	int64_t tables = code == SQLITE_OK
	    ? number_of(db, "SELECT count(*) FROM sqlite_master", &code)
	    : 0;

	if (code == SQLITE_OK && tables > 0 &&
	    (application != strtol(APPLICATION, NULL, 16) || version < 1 ||
	        version > SCHEMA))
		code = SQLITE_MISMATCH;
	return code;
}

/* One of an earlier version becomes one of this, or stays as it is. */
static int
take_over(sqlite3 *db)
{
	int code;
	int64_t version = number_of(db, "PRAGMA user_version", &code);

	return code == SQLITE_OK && version > 0 && version < SCHEMA
	    ? sqlite3_exec(db, from_1_and_2, NULL, NULL, NULL)
	    : code;
}

static int
check_pages(sqlite3 *db)
{
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &q,
	    NULL);

	if (code == SQLITE_OK && (code = sqlite3_step(q)) == SQLITE_ROW)
		code = strcmp((const char *)sqlite3_column_text(q, 0),
		           "ok") == 0
		    ? SQLITE_OK
		    : SQLITE_CORRUPT;
	sqlite3_finalize(q);
	return code;
}

/* The answer of a query about our key, or a code. */
static int
ask_of_key(sqlite3 *db, const char *query, const uint8_t mark[LOGIN_BYTES],
    int64_t *answer)
{
	sqlite3_stmt *q = NULL;
	int code = sqlite3_prepare_v2(db, query, -1, &q, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_blob(q, 1, mark, LOGIN_BYTES, SQLITE_STATIC);
		code = sqlite3_step(q);
		*answer = code == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	}
	sqlite3_finalize(q);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Under another key nobody is known again: all would seem to be new. */
static int
check_key(struct state *s)
{
	uint8_t mark[LOGIN_BYTES];
	int64_t same = 0;
	int code;

	if (!key_words(&s->key, SPAN("the key of this store"), mark))
		return SQLITE_NOMEM;
	code = ask_of_key(s->db, "INSERT INTO of_key SELECT ?1 "
	                         "WHERE NOT EXISTS (SELECT 1 FROM of_key)",
	    mark, &same);
	if (code == SQLITE_OK)
		code = ask_of_key(s->db, "SELECT count(*) FROM of_key "
		                         "WHERE mark = ?1", mark, &same);
	return code == SQLITE_OK && same == 0 ? OTHER_KEY : code;
}

/* A store that can be worked with, or the code of what is wrong. */
static int
open_store(struct state *s)
{
	int code = sqlite3_open_v2(s->path, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
	        SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, private, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = check_owner(s->db);
	if (code == SQLITE_OK)
		code = check_pages(s->db);
	if (code == SQLITE_OK)
		code = take_over(s->db);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, set_up, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = check_key(s);
	for (int i = 0; code == SQLITE_OK && i < STATEMENTS; i++)
		code = state_prepare(s->db, statements[i], &s->statement[i]);
	if (code == SQLITE_OK)
		code = seen_open(&s->seen, s->db);
	return code == SQLITE_OK ? buckets_open(&s->buckets, s->db) : code;
}

/* Keep it for who wants to know; its log belongs to it. */
static bool
set_aside(const char *path, int code)
{
	struct text name = { 0 };
	bool ok;

	text_fmt(&name, "%s.damaged", path);
	ok = rename(path, text_get(&name)) == 0;
	if (ok)
		message_note("%s: was %s, is %s now (what earlier runs saw is "
		             "begun anew)", path,
		    code == OTHER_KEY ? "made with another key" : "damaged",
		    text_get(&name));
	text_fini(&name);
	text_fmt(&name, "%s-wal", path);
	unlink(text_get(&name));
	text_fini(&name);
	return ok;
}

void
state_say(const struct state *s, int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		message_error("%s: is used by another run (give each its own "
		              "--state); going on without", s->path);
		break;
	case SQLITE_MISMATCH:
		message_error("%s: is no store of this p407 (choose another "
		              "name); going on without", s->path);
		break;
	default:
		message_error("%s: %s (make room, or choose another place); "
		              "going on without",
		    s->path, sqlite3_errstr(code));
	}
}

/* SQLite would make it for all to read. */
static bool
make_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		message_error("%s: cannot open: %s (choose a place of yours); "
		              "going on without", path, strerror(errno));
	else
		close(fd);
	return fd >= 0;
}

int
state_prepare(sqlite3 *db, const char *query, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(db, query, -1, SQLITE_PREPARE_PERSISTENT,
	    out, NULL);
}

int
state_step(sqlite3_stmt *q)
{
	int code = sqlite3_step(q);

	sqlite3_reset(q);
	return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

int64_t
state_oldest(void)
{
	return (int64_t)time(NULL) -
	    (int64_t)limit_of(LIMIT_STATE_DAYS) * DAY_S;
}

int
state_forget(struct state *s)
{
	int64_t oldest = state_oldest();
	int code;

	sqlite3_bind_int64(s->statement[FORGET_OLD], 1, oldest);
	sqlite3_bind_int64(s->statement[FORGET_MANY], 1,
	    (int64_t)limit_of(LIMIT_STATE_LOGINS));
	code = state_step(s->statement[FORGET_OLD]);
	if (code == SQLITE_OK)
		code = state_step(s->statement[FORGET_MANY]);
	return code == SQLITE_OK
	    ? seen_forget(&s->seen, oldest, limit_of(LIMIT_STATE_SEEN))
	    : code;
}

struct state *
state_open(const char *path)
{
	struct state *s = memory_new(1, sizeof(*s));
	struct text key = { 0 };
	int code = SQLITE_CANTOPEN;

	s->path = memory_strdup(path);
	s->past = state_asked(s);
	text_fmt(&key, "%s.key", path);
	if (key_load(text_get(&key), &s->key) && make_file(path)) {
		code = open_store(s);
		if (is_damage(code)) {
			shut(s);
			if (set_aside(path, code) && make_file(path))
				code = open_store(s);
		}
		/* The first write opens the log, too. */
		if (code == SQLITE_OK)
			code = state_forget(s);
		if (code != SQLITE_OK)
			state_say(s, code);
	}
	text_fini(&key);
	if (code != SQLITE_OK) {
		state_close(s);
		return NULL;
	}
	return s;
}

void
state_close(struct state *s)
{
	if (s == NULL)
		return;
	shut(s);
	key_wipe(&s->key);
	free(s->path);
	free(s);
}

const struct past *
state_past(struct state *s)
{
	return &s->past;
}
