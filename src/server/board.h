/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * board.h - finished pages, from the one who writes them to the one who shows
 *
 * Memory that two processes share: the writer fills the half that nobody is
 * shown, then turns the board.  It never waits; a reader that was overtaken
 * reads again.  The reader has no right to write (board_read_only()).
 */
#ifndef P407_SERVER_BOARD_H
#define P407_SERVER_BOARD_H

#include "base/text.h"
#include "base/when.h"

#define BOARD_PAGES 64
#define BOARD_BYTES (4u << 20)
#define BOARD_PATH  32

enum board_type {
	BOARD_HTML,
	BOARD_JSON,
	BOARD_METRICS,
};

struct board;

struct board *board_new(void); /* NULL with errno */
void board_free(struct board *b); /* NULL is fine */
bool board_read_only(struct board *b);

/* Pages go up in order; false if one has no room: it is left out. */
void board_begin(struct board *b);
bool board_add(struct board *b, const char *path, enum board_type type,
    bool good, struct span bytes);
/* Turn it; `now` is the steady clock, ns. */
void board_end(struct board *b, int64_t now);

/* A page, copied.  False if there is none of this path. */
bool board_find(const struct board *b, const char *path,
    enum board_type *type, bool *good, struct text *bytes);

/* When it was turned last; 0: never. */
int64_t board_turned(const struct board *b);

#endif
