/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buckets.h - the table of how many logins went well and badly, by time
 *
 * Private to state/.  A row is a slot of a ring (state.h): what is too old is
 * written over, so that the table does not grow.
 */
#ifndef P407_STATE_BUCKETS_H
#define P407_STATE_BUCKETS_H

#include <sqlite3.h>

#include "state/state.h"

/* Statements, prepared; all NULL before. */
struct buckets {
	sqlite3_stmt *ask, *note, *forget_old;
};

/* The table, made if it is not there; the rest are codes of SQLite, too. */
int buckets_open(struct buckets *b, sqlite3 *db);
void buckets_shut(struct buckets *b);

/* Rows that make no sense are left out. */
void buckets_load(struct buckets *b, struct bucket_ring *ring);

/* Those that are fresh; none stays that was written before `oldest_s`. */
int buckets_save(struct buckets *b, struct bucket_ring *ring, int64_t wall_s,
    int64_t oldest_s);

#endif
