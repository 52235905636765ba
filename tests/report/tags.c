/* SPDX-License-Identifier: BSD-2-Clause */
#include "tags.h"

#define DEEPEST 40

/* Elements that have no end tag. */
static bool
is_void(struct span name)
{
	return span_eq(name, SPAN("meta")) || span_eq(name, SPAN("!DOCTYPE")) ||
	    span_eq(name, SPAN("br"));
}

static bool
has(struct span s, const char *part)
{
	for (; s.len > 0; s = span_from(s, 1))
		if (span_starts(s, span_of_str(part)))
			return true;
	return false;
}

const char *
tags_fault(struct span s, const char *link)
{
	struct span open[DEEPEST];
	size_t depth = 0;

	while (s.len > 0) {
		size_t at = span_find(s, '<');

		bool style =
		    depth > 0 && span_eq(open[depth - 1], SPAN("style"));

		if (!style && span_find(span_first(s, at), '>') < at)
			return "a > outside of tags";
		if (at == s.len)
			break;
		s = span_from(s, at + 1);

		size_t end = span_find(s, '>');
		struct span tag = span_first(s, end);
		struct span name = span_first(tag, span_find(tag, ' '));

		if (end == s.len)
			return "a tag without its end";
		if (span_find(tag, '<') < tag.len)
			return "a < in a tag";
		if (has(tag, " src=") || has(tag, " on") ||
		    has(tag, " style=") ||
		    (has(tag, " href=") && !has(tag, link)))
			return "an attribute that runs or fetches";
		s = span_from(s, end + 1);
		if (tag.at[tag.len - 1] == '/' || is_void(name))
			continue;
		if (name.at[0] != '/') {
			if (depth == DEEPEST)
				return "too deep";
			open[depth++] = name;
			continue;
		}
		if (depth == 0 ||
		    !span_eq(open[depth - 1], span_from(name, 1)))
			return "a tag closed that is not open";
		depth--;
	}
	return depth > 0 ? "a tag not closed" : NULL;
}
