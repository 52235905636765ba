/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/pac.h"

#include <ctype.h>

#include "base/limits.h"

#define TEXT_MAX 512

static const struct {
	struct span word;
	const char *kind;
	uint16_t port; /* where none is written */
} kinds[] = {
	{ SPAN_INIT("PROXY"), "PROXY", 80 },
	{ SPAN_INIT("HTTPS"), "HTTPS", 443 },
	{ SPAN_INIT("HTTP"), "HTTP", 80 },
	{ SPAN_INIT("SOCKS5"), "SOCKS5", 1080 },
	{ SPAN_INIT("SOCKS4"), "SOCKS4", 1080 },
	{ SPAN_INIT("SOCKS"), "SOCKS", 1080 },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct scan {
	struct pac_record *out;
	struct pac_proxy *proxies;
	struct arena *arena;
};

static bool
ends_nocase(struct span s, struct span end)
{
	return s.len >= end.len &&
	    span_eq_nocase(span_from(s, s.len - end.len), end);
}

static struct span
without_query(struct span target)
{
	target = span_first(target, span_find(target, '?'));
	return span_first(target, span_find(target, '#'));
}

bool
pac_is_target(struct span target)
{
	struct span path = without_query(target);

	return ends_nocase(path, SPAN(".pac")) ||
	    ends_nocase(path, SPAN("/wpad.dat"));
}

static bool
is_pac_type(struct span type)
{
	return span_starts_nocase(type,
	           SPAN("application/x-ns-proxy-autoconfig")) ||
	    span_starts_nocase(type,
	        SPAN("application/x-javascript-config"));
}

bool
pac_is_exchange(const struct http_message *request,
    const struct http_message *response)
{
	if (request->seen && !span_eq(request->method, SPAN("GET")) &&
	    !span_eq(request->method, SPAN("HEAD")))
		return false;
	return (request->seen && pac_is_target(request->target)) ||
	    (response->seen &&
	        is_pac_type(http_field_value(response, FIELD_CONTENT_TYPE)));
}

/* -- the script -- */

static void add_proxy(struct scan *s, const struct pac_value *v);

static const char *
lower(struct arena *a, struct span s)
{
	char *copy = arena_new(a, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = (char)tolower(s.at[i]);
	return copy;
}

static bool
is_host(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isalnum(s.at[i]) &&
		    memchr("-._:[]", s.at[i], 6) == NULL)
			return false;
	return s.len > 0 && s.len <= 255;
}

/* "host:8080", "[2001:db8::1]:8080", "host" */
static bool
read_place(struct span place, struct pac_value *out)
{
	size_t colon = place.len;
	uint64_t number;

	while (colon > 0 && place.at[colon - 1] != ':' &&
	    place.at[colon - 1] != ']')
		colon--;
	if (colon > 0 && place.at[colon - 1] == ':') {
		if (!span_decimal(span_from(place, colon), &number) ||
		    number == 0 || number > UINT16_MAX)
			return false;
		out->port = (uint16_t)number;
		place = span_first(place, colon - 1);
	}
	if (place.len > 2 && place.at[0] == '[' &&
	    place.at[place.len - 1] == ']')
		place = span_of(place.at + 1, place.len - 2);
	out->host = place;
	return is_host(place);
}

bool
pac_value_next(struct span *literal, struct pac_value *out)
{
	while (literal->len > 0) {
		size_t end = span_find(*literal, ';');
		struct span one = span_trim(span_first(*literal, end));

		*literal = span_from(*literal, end + 1);
		*out = (struct pac_value){ .all = one };
		if (span_eq_nocase(one, SPAN("DIRECT")))
			return true;
		for (size_t k = 0; k < N_KINDS; k++) {
			struct span word = kinds[k].word;

			if (!span_starts_nocase(one, word) ||
			    one.len == word.len ||
			    !isspace(one.at[word.len]))
				continue;
			out->kind = kinds[k].kind;
			out->port = kinds[k].port;
			out->place = span_trim(span_from(one, word.len));
			if (read_place(out->place, out))
				return true;
			break;
		}
	}
	return false;
}

/* What stands in a string literal: "PROXY a:1; SOCKS b; DIRECT". */
static void
read_literal(struct scan *s, struct span text)
{
	struct pac_value v;

	while (pac_value_next(&text, &v))
		if (v.kind == NULL)
			s->out->direct = true;
		else
			add_proxy(s, &v);
}

static void
add_proxy(struct scan *s, const struct pac_value *v)
{
	for (size_t i = 0; i < s->out->n_proxies; i++)
		if (s->proxies[i].port == v->port &&
		    strcmp(s->proxies[i].kind, v->kind) == 0 &&
		    span_eq_nocase(span_of_str(s->proxies[i].host), v->host))
			return;
	if (s->out->n_proxies == PAC_PROXIES_MAX)
		return;
	if (s->proxies == NULL)
		s->out->proxies = s->proxies = arena_new(s->arena,
		    PAC_PROXIES_MAX * sizeof(*s->proxies));
	s->proxies[s->out->n_proxies++] = (struct pac_proxy){ v->kind,
		lower(s->arena, v->host), v->port };
}

/* Bytes of a comment that begins here; 0: none does. */
static size_t
comment_length(struct span s)
{
	size_t n = 2;

	if (s.len < 2 || s.at[0] != '/' ||
	    (s.at[1] != '/' && s.at[1] != '*'))
		return 0;
	if (s.at[1] == '/')
		return span_find(s, '\n');
	while (n + 1 < s.len && !(s.at[n] == '*' && s.at[n + 1] == '/'))
		n++;
	return n + 2 < s.len ? n + 2 : s.len;
}

/* Bytes, one at least, before the next that a part may begin with. */
static size_t
plain_length(struct span s)
{
	static const bool begins[256] = { ['/'] = true, ['F'] = true,
		['"'] = true, ['\''] = true, ['`'] = true };
	size_t n = 1;

	while (n < s.len && !begins[s.at[n]])
		n++;
	return n;
}

/* The literal that begins here, with its quotes; a line ends it, too. */
static size_t
literal_length(struct span s)
{
	uint8_t quote = s.at[0];
	size_t n = 1;

	while (n < s.len && s.at[n] != quote && s.at[n] != '\n')
		n += s.at[n] == '\\' && n + 1 < s.len ? 2 : 1;
	return n < s.len ? n + 1 : s.len;
}

enum pac_part
pac_part_next(struct span *rest, struct span *part)
{
	static const struct span name = SPAN_INIT("FindProxyForURL");

	while (rest->len > 0) {
		struct span here = *rest;
		size_t step = comment_length(here);

		if (step > 0) {
			*rest = span_from(here, step);
			continue;
		}
		if (here.at[0] == 'F' && span_starts(here, name)) {
			*part = span_first(here, name.len);
			*rest = span_from(here, name.len);
			return PAC_NAME;
		}
		if (here.at[0] != '"' && here.at[0] != '\'' &&
		    here.at[0] != '`') {
			*rest = span_from(here, plain_length(here));
			continue;
		}
		step = literal_length(here);
		*rest = span_from(here, step);
		/* One that is cut short may name another port. */
		if (step > 2 && here.at[step - 1] == here.at[0]) {
			*part = span_of(here.at + 1, step - 2);
			return PAC_LITERAL;
		}
	}
	return PAC_END;
}

void
pac_scan(struct span script, struct pac_record *out, struct arena *arena)
{
	struct scan s = { .out = out, .arena = arena };
	enum pac_part kind;
	struct span part;

	while ((kind = pac_part_next(&script, &part)) != PAC_END)
		if (kind == PAC_NAME)
			out->is_script = true;
		else
			read_literal(&s, part);
}

/* -- the exchange -- */

/* "host/path" of a whole URL, or of a Host field and a path. */
static void
read_url(struct pac_record *out, const struct http_message *m,
    struct arena *a)
{
	struct span path = without_query(m->target);
	struct span host = span_trim(http_field_value(m, FIELD_HOST));
	struct text text = { .limit = TEXT_MAX };

	if (span_starts_nocase(path, SPAN("http://"))) {
		struct span rest = span_from(path, 7);
		size_t end = span_find(rest, '/');

		out->through_proxy = true;
		host = span_first(rest, end);
		path = span_from(rest, end);
	}

	size_t user = host.len;

	while (user > 0 && host.at[user - 1] != '@')
		user--;
	host = span_first(span_from(host, user), 255);
	if (span_is_set(host))
		text_add(&text, host);
	text_add(&text, path);
	out->url = arena_str(a, text_span(&text));
	text_fini(&text);

	size_t colon = host.len;

	while (colon > 0 && isdigit(host.at[colon - 1]))
		colon--;
	if (colon > 0 && colon < host.len && host.at[colon - 1] == ':')
		host = span_first(host, colon - 1);
	out->host = span_is_set(host) ? lower(a, host) : NULL;
}

struct pac_record *
pac_of_exchange(const struct http_exchange *e, struct arena *arena)
{
	struct pac_record *out = arena_new(arena, sizeof(*out));
	const struct http_message *p = &e->response;
	struct span body = p->body_start;

	if (e->request.seen) {
		read_url(out, &e->request, arena);
		out->user_agent = arena_str(arena,
		    span_first(http_field_value(&e->request, FIELD_USER_AGENT),
		        TEXT_MAX));
	}
	if (!p->seen)
		return out;
	out->status = p->status;
	out->truncated =
	    (p->flaws & (HTTP_GAP_IN_BODY | HTTP_BODY_SHORT)) != 0 ||
	    body.len >= limit_of(LIMIT_PAC);
	if (p->status != 200 || !span_has_bytes(body))
		return out;
	out->body_seen = true;
	out->length = body.len;
	out->content = secret_fingerprint("pac", body);
	out->compressed =
	    span_has_bytes(http_field_value(p, FIELD_CONTENT_ENCODING));
	if (!out->compressed)
		pac_scan(body, out, arena);
	return out;
}
