/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/text.h"
#include "diagnose/history.h"
#include "state/key.h"

#define DAY_S 86400

/*
 * A row a login.  Times are nanoseconds of the capture; `written` is the wall
 * clock's, in seconds, for it is we who forget.  Version 1 of "p407".
 */
#define APPLICATION "0x70343037"
static const char set_up[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA application_id = " APPLICATION ";"
    "PRAGMA user_version = 1;"
    "CREATE TABLE IF NOT EXISTS login ("
    " id BLOB PRIMARY KEY, last_good INTEGER, worked_until INTEGER,"
    " failing_since INTEGER, written INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS login_written ON login (written);";

/* Nothing is kept beside the file, and no second run comes in between. */
static const char private[] = "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON;";

enum statement { ASK, GOOD, REFUSED, FORGET_OLD, FORGET_MANY, STATEMENTS };

static const char *const statements[STATEMENTS] = {
	[ASK] = "SELECT last_good, worked_until, failing_since FROM login "
	        "WHERE id = ?1",
	[GOOD] = "INSERT INTO login VALUES (?1, ?2, NULL, NULL, ?3) "
	         "ON CONFLICT (id) DO UPDATE SET written = ?3, "
	         "last_good = max(ifnull(last_good, ?2), ?2)",
	/* The first after the last success begins a row of refusals. */
	[REFUSED] = "INSERT INTO login VALUES (?1, NULL, NULL, ?2, ?3) "
	            "ON CONFLICT (id) DO UPDATE SET written = ?3, "
	            "worked_until = last_good, failing_since = ?2 "
	            "WHERE (last_good IS NULL OR last_good < ?2) AND "
	            "(failing_since IS NULL OR failing_since > ?2 OR "
	            "failing_since < last_good)",
	[FORGET_OLD] = "DELETE FROM login WHERE written < ?1",
	[FORGET_MANY] = "DELETE FROM login WHERE id IN (SELECT id FROM login "
	                "ORDER BY written DESC LIMIT -1 OFFSET ?1)",
};

struct state {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	struct key key;
	struct past past;
	bool read_only; /* it could not be written; said */
};

static struct since ask(void *context, const struct attempt *a,
    when_ns before);

static bool
is_damage(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT ||
	    (code & 0xff) == SQLITE_NOTADB;
}

static void
shut(struct state *s)
{
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(s->statement[i]);
		s->statement[i] = NULL;
	}
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
	    (application != strtol(APPLICATION, NULL, 16) || version != 1))
		code = SQLITE_MISMATCH;
	return code;
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
		code = sqlite3_exec(s->db, set_up, NULL, NULL, NULL);
	for (int i = 0; code == SQLITE_OK && i < STATEMENTS; i++)
		code = sqlite3_prepare_v3(s->db, statements[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &s->statement[i], NULL);
	return code;
}

/* Keep it for who wants to know; its log belongs to it. */
static bool
set_aside(const char *path)
{
	struct text name = { 0 };
	bool ok;

	text_fmt(&name, "%s.damaged", path);
	ok = rename(path, text_get(&name)) == 0;
	if (ok)
		message_note("%s: was damaged, is %s now (what earlier runs "
		             "saw is begun anew)", path, text_get(&name));
	text_fini(&name);
	text_fmt(&name, "%s-wal", path);
	unlink(text_get(&name));
	text_fini(&name);
	return ok;
}

static void
say(const struct state *s, int code)
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

/* One number in, nothing out. */
static int
step(sqlite3_stmt *q)
{
	int code = sqlite3_step(q);

	sqlite3_reset(q);
	return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

static int
forget(struct state *s)
{
	int64_t days = (int64_t)limit_of(LIMIT_STATE_DAYS);
	int code;

	sqlite3_bind_int64(s->statement[FORGET_OLD], 1,
	    (int64_t)time(NULL) - days * DAY_S);
	sqlite3_bind_int64(s->statement[FORGET_MANY], 1,
	    (int64_t)limit_of(LIMIT_STATE_LOGINS));
	code = step(s->statement[FORGET_OLD]);
	return code != SQLITE_OK ? code : step(s->statement[FORGET_MANY]);
}

struct state *
state_open(const char *path)
{
	struct state *s = memory_new(1, sizeof(*s));
	struct text key = { 0 };
	int code = SQLITE_CANTOPEN;

	s->path = memory_strdup(path);
	s->past = (struct past){ ask, s };
	text_fmt(&key, "%s.key", path);
	if (key_load(text_get(&key), &s->key) && make_file(path)) {
		code = open_store(s);
		if (is_damage(code)) {
			shut(s);
			if (set_aside(path) && make_file(path))
				code = open_store(s);
		}
		/* The first write opens the log, too. */
		if (code == SQLITE_OK)
			code = forget(s);
		if (code != SQLITE_OK)
			say(s, code);
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

static int
take(struct state *s, const struct attempt *a)
{
	enum event_kind kind = event_kind_of(a);
	sqlite3_stmt *q = s->statement[kind == EVENT_OK ? GOOD : REFUSED];
	uint8_t login[LOGIN_BYTES];

	if (kind == EVENT_OTHER || !key_login(&s->key, a, login))
		return SQLITE_OK;
	sqlite3_bind_blob(q, 1, login, LOGIN_BYTES, SQLITE_TRANSIENT);
	sqlite3_bind_int64(q, 2, event_time_of(a));
	sqlite3_bind_int64(q, 3, (int64_t)time(NULL));
	return step(q);
}

void
state_take(struct state *s, struct attempt *const *attempts, size_t n)
{
	int code;

	if (s->read_only || n == 0)
		return;
	code = sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL);
	for (size_t i = 0; code == SQLITE_OK && i < n; i++)
		code = take(s, attempts[i]);
	if (code == SQLITE_OK)
		code = forget(s);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		return;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->read_only = true;
	say(s, code);
}
