/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * play.h - a conversation from a text file, played to src/http in many ways
 *
 * tests/http/conversations/README.md tells how such a file is written.
 */
#ifndef P407_TESTS_HTTP_PLAY_H
#define P407_TESTS_HTTP_PLAY_H

#include "base/text.h"
#include "http/exchange.h"

/* What one side sent at a time: one packet. */
struct block {
	enum http_side side;
	enum { BLOCK_BYTES, BLOCK_MISSING, BLOCK_UNSEEN, BLOCK_END } kind;
	struct text bytes;
	struct http_from from;
};

#define MAX_BLOCKS 200

struct script {
	struct block block[MAX_BLOCKS]; /* in the order of the capture */
	size_t n_blocks;
	bool client_first, server_first; /* may be played so, too */
	struct text want; /* an exchange a line */
};

/* Read a file; an error goes to stderr. */
bool script_read(struct script *s, const char *path);
void script_fini(struct script *s);

/* How the blocks are played. */
struct way {
	enum { ORDER_CAPTURE, ORDER_CLIENT, ORDER_SERVER } order;
	bool bytewise;     /* a byte a piece */
	bool idle;         /* skip what http_conversation_idle() allows */
	size_t block, at;  /* cut that block there, if at > 0 */
};

/* Play it; the exchanges that come out, a line each, go to *said. */
void script_play(const struct script *s, const struct way *way,
    struct text *said);

/* An exchange as a line; the manner of speaking of the files. */
void describe_exchange(struct text *t, const struct http_exchange *e);

/* An http_sink whose context is the text to write the lines to. */
extern const struct http_sink describe_sink;

#endif
