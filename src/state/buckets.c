/* SPDX-License-Identifier: BSD-2-Clause */
#include "state/buckets.h"

#include "state/state_parts.h"

static const char set_up[] =
    "CREATE TABLE IF NOT EXISTS bucket ("
    " minutes INTEGER NOT NULL, slot INTEGER NOT NULL, at INTEGER NOT NULL,"
    " good INTEGER NOT NULL, bad INTEGER NOT NULL,"
    " watched INTEGER NOT NULL, written INTEGER NOT NULL,"
    " PRIMARY KEY (minutes, slot)) WITHOUT ROWID;";

static const char ask[] = "SELECT at, good, bad, watched FROM bucket "
                          "WHERE minutes = ?1 AND slot < ?2";

static const char note[] =
    "REPLACE INTO bucket VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static const char forget_old[] = "DELETE FROM bucket WHERE written < ?1";

int
buckets_open(struct buckets *b, sqlite3 *db)
{
	int code = sqlite3_exec(db, set_up, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = state_prepare(db, ask, &b->ask);
	if (code == SQLITE_OK)
		code = state_prepare(db, note, &b->note);
	if (code == SQLITE_OK)
		code = state_prepare(db, forget_old, &b->forget_old);
	return code;
}

void
buckets_shut(struct buckets *b)
{
	sqlite3_finalize(b->ask);
	sqlite3_finalize(b->note);
	sqlite3_finalize(b->forget_old);
	*b = (struct buckets){ 0 };
}

void
buckets_load(struct buckets *b, struct bucket_ring *ring)
{
	sqlite3_bind_int64(b->ask, 1, ring->minutes);
	sqlite3_bind_int64(b->ask, 2, (int64_t)ring->n);
	while (sqlite3_step(b->ask) == SQLITE_ROW) {
		int64_t at = sqlite3_column_int64(b->ask, 0);
		int64_t good = sqlite3_column_int64(b->ask, 1);
		int64_t bad = sqlite3_column_int64(b->ask, 2);
		int64_t watched = sqlite3_column_int64(b->ask, 3);

		if (at >= 0 && good >= 0 && bad >= 0 && watched >= 0 &&
		    watched <= ring->minutes)
			ring->slots[(size_t)at % ring->n] = (struct bucket){
				at, (uint64_t)good, (uint64_t)bad,
				(uint32_t)watched, false,
			};
	}
	sqlite3_reset(b->ask);
}

static int
save(struct buckets *b, const struct bucket_ring *ring, size_t slot,
    int64_t wall_s)
{
	const struct bucket *one = &ring->slots[slot];

	sqlite3_bind_int64(b->note, 1, ring->minutes);
	sqlite3_bind_int64(b->note, 2, (int64_t)slot);
	sqlite3_bind_int64(b->note, 3, one->at);
	sqlite3_bind_int64(b->note, 4, (int64_t)one->good);
	sqlite3_bind_int64(b->note, 5, (int64_t)one->bad);
	sqlite3_bind_int64(b->note, 6, one->watched);
	sqlite3_bind_int64(b->note, 7, wall_s);
	return state_step(b->note);
}

int
buckets_save(struct buckets *b, struct bucket_ring *ring, int64_t wall_s,
    int64_t oldest_s)
{
	int code = SQLITE_OK;

	for (size_t i = 0; code == SQLITE_OK && i < ring->n; i++) {
		if (ring->slots[i].fresh)
			code = save(b, ring, i, wall_s);
		ring->slots[i].fresh = false;
	}
	if (code != SQLITE_OK)
		return code;
	sqlite3_bind_int64(b->forget_old, 1, oldest_s);
	return state_step(b->forget_old);
}
