/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/target.h"

#include <ctype.h>

static bool
is_port(struct span s)
{
	uint64_t port;

	return s.len == 0 || (s.len <= 5 && span_decimal(s, &port));
}

/* An IPv6 address that somebody wrote without brackets. */
static bool
is_bare_ipv6(struct span s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == ':')
			colons++;
		else if (!isxdigit(s.at[i]) && s.at[i] != '.')
			return false;
	return colons > 1;
}

static struct span
after_last_at(struct span s)
{
	size_t at = s.len;

	while (at > 0 && s.at[at - 1] != '@')
		at--;
	return span_from(s, at);
}

static void
split_authority(struct span s, struct target *t)
{
	s = after_last_at(s);
	t->host = s;
	t->port = span_from(s, s.len);
	if (s.len > 0 && s.at[0] == '[') {
		size_t end = span_find(s, ']');

		t->host = span_first(span_from(s, 1), end - 1);
		s = span_from(s, end + 1);
		t->port = s.len > 0 && s.at[0] == ':' &&
		        is_port(span_from(s, 1))
		    ? s : span_from(s, s.len);
		return;
	}

	size_t colon = span_find(s, ':');

	if (colon == s.len || is_bare_ipv6(s))
		return;
	if (is_port(span_from(s, colon + 1))) {
		t->host = span_first(s, colon);
		t->port = span_from(s, colon);
	} else {
		/* "user:pa" of "user:pa?ss@host": all that is left of it. */
		t->host = SPAN("…");
	}
}

struct target
target_split(struct span s)
{
	struct target t = { .host = SPAN(""), .port = SPAN("") };
	size_t end = 0;

	while (end < s.len && s.at[end] != '?' && s.at[end] != '#')
		end++;
	t.has_query = end < s.len && s.at[end] == '?';
	s = span_is_set(s) ? span_first(s, end) : SPAN("");

	size_t scheme = 0;

	while (scheme < s.len && (isalnum(s.at[scheme]) ||
	           strchr("+-.", s.at[scheme]) != NULL))
		scheme++;
	scheme = span_starts(span_from(s, scheme), SPAN("://")) ? scheme + 3
	                                                        : 0;
	t.scheme = span_first(s, scheme);
	s = span_from(s, scheme);
	t.path = s;
	if (scheme == 0 && s.len > 0 && s.at[0] == '/')
		return t;

	/*
	 * "user:pa/ss@host/": a slash in the user information, against RFC
	 * 3986 3.2.1.  What stands before it is then no host with a port.
	 */
	end = span_find(s, '/');
	if (end < s.len) {
		struct span before = span_first(s, end);
		size_t colon = span_find(before, ':');
		struct span rest = after_last_at(span_from(s, end));

		if (colon < end && !is_port(span_from(before, colon + 1)) &&
		    rest.len < s.len - end) {
			s = rest;
			end = span_find(s, '/');
		}
	}
	split_authority(span_first(s, end), &t);
	t.path = span_from(s, end);
	return t;
}
