/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/lines.h"

/* Step over the rest of a line; what was given before stays behind. */
static void
skip_line(struct input *in)
{
	for (;;) {
		struct span s = input_peek(in, 4096);
		size_t end = span_find(s, '\n');

		input_pass(in, end < s.len ? end + 1 : s.len);
		if (s.len == 0 || end < s.len)
			return;
	}
}

bool
lines_next(struct lines *l, struct span *line)
{
	struct span s;
	size_t room = 4096, end;

	/* The rest of a line that was too long. */
	if (l->more)
		skip_line(l->in);
	for (;;) {
		s = input_peek(l->in, room);
		end = span_find(s, '\n');
		if (end < s.len || s.len < room || room == LINE_MOST)
			break;
		room *= 2;
	}
	if (s.len == 0)
		return false;
	l->number++;
	input_pass(l->in, end < s.len ? end + 1 : s.len);
	l->more = end == s.len && s.len == LINE_MOST;
	l->cut += l->more;
	*line = span_first(s, end);
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}
