/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/gather.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "http/fields.h"

/* Just under what malloc() keeps at hand, with a start line. */
#define FIRST_ROOM 900

static void store(struct gather *g, struct span bytes);
static enum gather_end judge_start_line(const struct gather *g,
    enum http_side side, bool whole);

void
gather_fini(struct gather *g)
{
	if (g->bytes != NULL)
		budget_give(LIMIT_HTTP_BYTES, g->room);
	free(g->bytes);
	*g = (struct gather){ 0 };
}

void
gather_cut(struct gather *g)
{
	if (!g->start_line)
		store(g, SPAN("\n"));
}

enum gather_end
gather_feed(struct gather *g, enum http_side side, struct span in,
    size_t *used)
{
	size_t stored = 0;

	/* Once the start line is judged, all there is goes in at once. */
	for (*used = 0; *used < in.len;) {
		struct span rest = span_from(in, *used);
		size_t text = span_find(rest, '\n');
		bool whole = text < rest.len;

		if (text > 0) {
			g->line_is_cr = text == 1 && rest.at[0] == '\r' &&
			    !g->line_is_cr && !g->line_any;
			g->line_any |= !g->line_is_cr;
		}
		*used += text + whole;
		g->lines += whole;

		if (!g->start_line) {
			enum gather_end end;

			store(g, span_first(rest, text + whole));
			stored = *used;
			end = judge_start_line(g, side, whole);
			if (end != GATHER_MORE)
				return end;
		} else if (whole && !g->line_any) {
			store(g, span_from(span_first(in, *used), stored));
			return GATHER_WHOLE;
		}
		if (whole) {
			g->start_line = true;
			g->line_is_cr = g->line_any = false;
		}
	}
	store(g, span_from(in, stored));
	return GATHER_MORE;
}

static void
store(struct gather *g, struct span bytes)
{
	size_t most = limit_of(LIMIT_HEAD) - g->len;

	if (bytes.len > most && !g->over) {
		g->over = true;
		limit_hit(LIMIT_HEAD);
	}
	bytes = span_first(bytes, most);
	if (bytes.len == 0)
		return;
	if (bytes.len > g->room - g->len) {
		/* Most heads fit at once. */
		size_t room = 2 * g->room + bytes.len + FIRST_ROOM;

		budget_take(LIMIT_HTTP_BYTES, room - g->room);
		g->room = room;
		g->bytes = memory_grow(g->bytes, g->room, 1);
	}
	memcpy(g->bytes + g->len, bytes.at, bytes.len);
	g->len += bytes.len;
}

/* GATHER_MORE: it is one, or (not `whole` yet) may become one. */
static enum gather_end
judge_start_line(const struct gather *g, enum http_side side, bool whole)
{
	struct http_message m = { 0 };
	struct span line = span_of(g->bytes, g->len);
	bool good;

	if (g->over)
		return GATHER_NONE;
	if (whole) {
		line.len--;
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		/* RFC 9113 3.4: what follows is HTTP/2, both ways. */
		if (side == HTTP_CLIENT &&
		    span_eq(line, SPAN("PRI * HTTP/2.0")))
			return GATHER_PREFACE;
		good = http_start_line(line, side, &m);
	} else {
		good = http_start_possible(line, side);
	}
	return good ? GATHER_MORE : GATHER_NONE;
}
