/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/oddity.h"

/* A text this long may have been cut short. */
#define UNCUT 1000

const char *
oddity_target(const struct attempt *a, const struct token *t)
{
	if (a->request != NULL && a->request->credentials == t)
		return a->request->target;
	if (a->observations.next == NULL)
		return NULL;
	LIST_EACH (l, &a->observations) {
		const struct observed_request *q =
		    &LIST_OBJECT(l, const struct observation, link)->request;

		if (q->credentials == t)
			return q->target;
	}
	return NULL;
}

static struct span
without_query(const char *uri)
{
	struct span s = span_of_str(uri);

	return span_first(s, span_find(s, '?'));
}

/* What follows the authority of an absolute URI, "/" for nothing; unset, if
 * it is none. */
static struct span
path_of(struct span uri)
{
	size_t at = span_find_nocase(uri, SPAN("://"));

	if (at == uri.len)
		return (struct span){ 0 };
	uri = span_from(uri, at + 3);
	uri = span_from(uri, span_find(uri, '/'));
	return uri.len > 0 ? uri : SPAN("/");
}

/* "http://host/" and "http://host" are one. */
static struct span
bare(struct span uri)
{
	bool slash = span_eq(path_of(uri), SPAN("/")) &&
	    uri.at[uri.len - 1] == '/';

	return span_first(uri, uri.len - slash);
}

/* The target of CONNECT has no path: there it must be the same. */
enum truth
oddity_digest_uri(const struct attempt *a)
{
	const struct token *t = a->credentials;
	const char *target = t != NULL ? oddity_target(a, t) : NULL;

	if (target == NULL || t->digest->uri == NULL)
		return TRUTH_UNKNOWN;

	struct span uri = without_query(t->digest->uri);
	struct span whole = without_query(target);
	struct span path = path_of(whole);

	if (span_eq_nocase(bare(uri), bare(whole)) ||
	    (span_is_set(path) && span_eq_nocase(uri, path)))
		return TRUTH_FALSE;
	return uri.len < UNCUT && whole.len < UNCUT ? TRUTH_TRUE
	                                            : TRUTH_UNKNOWN;
}

when_ns
oddity_proxys_time(const struct attempt *a)
{
	const struct observed_response *p = a->response;
	int64_t apart = p == NULL || p->date == WHEN_NONE
	    ? 0
	    : when_between(p->time, p->date);

	/* Date has whole seconds, and is that of the page's making. */
	return apart > -5 * WHEN_SECOND && apart < 5 * WHEN_SECOND ? a->end
	                                                           : p->date;
}

int64_t
oddity_expired_for(const struct attempt *a)
{
	const struct token *t = a->credentials;
	when_ns now = oddity_proxys_time(a);

	return t == NULL || t->scheme != SCHEME_BEARER ||
	        t->bearer->exp == WHEN_NONE || now < t->bearer->exp
	    ? -1
	    : when_between(t->bearer->exp, now);
}
