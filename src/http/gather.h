/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gather.h - the bytes of one head, until it is whole
 *
 * Incremental.  Stops at once where the first line cannot become a start
 * line; keeps no more than LIMIT_HEAD, but finds the end of a longer head
 * all the same.  A zeroed struct is ready for use.
 */
#ifndef P407_HTTP_GATHER_H
#define P407_HTTP_GATHER_H

#include "http/exchange.h"

struct gather {
	uint8_t *bytes; /* from malloc; whoever sets it to NULL owns it */
	size_t len, room;
	size_t lines;    /* whole ones */
	bool start_line; /* the first line is complete */
	bool over;       /* longer than LIMIT_HEAD: the rest is dropped */
	bool line_is_cr; /* the line so far is one CR */
	bool line_any;   /* the line so far is more than that */
};

/* Forget the bytes. */
void gather_fini(struct gather *g);

/* Nothing follows: a first line that is not whole ends here. */
void gather_cut(struct gather *g);

/* Take bytes, *used of them; GATHER_MORE takes all. */
enum gather_end {
	GATHER_MORE,
	GATHER_WHOLE,   /* up to and with the empty line */
	GATHER_NONE,    /* these bytes begin no message */
	GATHER_PREFACE, /* of HTTP/2 */
} gather_feed(struct gather *g, enum http_side side, struct span in,
    size_t *used);

#endif
