/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/target.h"

#include <ctype.h>

/* "host:80", without what stands before the last '@'. */
static void
split_authority(struct span s, struct target *t)
{
	size_t port = s.len;

	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == '@') {
			s = span_from(s, i);
			break;
		}
	port = s.len;
	while (port > 0 && isdigit(s.at[port - 1]))
		port--;
	if (port == 0 || s.at[port - 1] != ':')
		port = s.len + 1;
	t->host = span_first(s, port - 1);
	t->port = span_from(s, port - 1);
	if (t->host.len > 2 && t->host.at[0] == '[' &&
	    t->host.at[t->host.len - 1] == ']')
		t->host = span_of(t->host.at + 1, t->host.len - 2);
}

struct target
target_split(struct span s)
{
	struct target t = { .path = SPAN("") };
	size_t scheme = span_find_nocase(s, SPAN("://"));

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != '?' && s.at[i] != '#')
			continue;
		t.has_query = s.at[i] == '?';
		s = span_first(s, i);
		break;
	}
	t.scheme = span_first(s, scheme < s.len ? scheme + 3 : 0);
	s = span_from(s, t.scheme.len);
	if (t.scheme.len == 0 && s.len > 0 && s.at[0] == '/') {
		t.host = t.port = SPAN("");
		t.path = s;
		return t;
	}

	size_t end = span_find(s, '/');
	size_t at = s.len;

	/*
	 * "user:pa/ss@host/": a slash in the user information, against RFC
	 * 3986 3.2.1.  What stands before it is then no host with a port.
	 */
	while (at > 0 && s.at[at - 1] != '@')
		at--;
	if (at > end) {
		size_t colon = span_find(span_first(s, end), ':');
		uint64_t port;

		if (colon < end && !span_decimal(span_of(s.at + colon + 1,
		        end - colon - 1), &port)) {
			s = span_from(s, at);
			end = span_find(s, '/');
		}
	}
	split_authority(span_first(s, end), &t);
	t.path = span_from(s, end);
	return t;
}
