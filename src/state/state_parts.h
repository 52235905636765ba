/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_parts.h - the inside of a store, for the files it is made of
 */
#ifndef P407_STATE_STATE_PARTS_H
#define P407_STATE_STATE_PARTS_H

#include <sqlite3.h>

#include "state/buckets.h"
#include "state/key.h"
#include "state/seen.h"
#include "state/state.h"

enum statement { ASK, GOOD, REFUSED, FORGET_OLD, FORGET_MANY, STATEMENTS };

struct state {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	struct seen seen;
	struct buckets buckets;
	struct key key;
	struct past past;
	/* It could not be written, which was said: by the steady clock, when it
	 * is tried again; INT64_MAX: never.  0: it is written. */
	int64_t rests_until;
	bool partial;   /* what it is told of is not all */
};

/* -- state.c: the file -- */

int state_prepare(sqlite3 *db, const char *query, sqlite3_stmt **out);

/* One number in, nothing out. */
int state_step(sqlite3_stmt *q);

/* What was written before, by the wall clock, is too old. */
int64_t state_oldest(void);

/* What is too old, and what is too much. */
int state_forget(struct state *s);

/* What is wrong, by its code. */
void state_say(const struct state *s, int code);

/* -- recall.c: what is asked of it; remember.c: what it takes -- */

struct past state_asked(struct state *s);

#endif
