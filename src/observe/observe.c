/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/observe.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/limits.h"
#include "observe/echo.h"

/* Text fields are kept up to here; tokens have a bound of their own. */
#define MAX_TEXT 1024

static const char *keep(struct arena *a, struct span s);
static void read_target(struct observed_request *r, struct arena *a,
    const struct http_message *m);
static void read_credentials(struct observed_request *r, struct arena *a,
    const struct http_message *m);
static const char *page_title(struct arena *a, struct span body);

static inline bool
has_field(const struct http_message *m, enum http_name id)
{
	return span_is_set(http_field_value(m, id));
}

bool
exchange_matters(const struct http_exchange *e)
{
	const struct http_message *q = &e->request, *a = &e->response;

	if (a->seen && a->status == 407)
		return true;
	if (!q->seen)
		return a->seen && has_field(a, FIELD_PROXY_AUTHENTICATE);
	/* Only a proxy is asked for CONNECT or for a whole URL. */
	return has_field(q, FIELD_PROXY_AUTHORIZATION) ||
	    span_eq(q->method, SPAN("CONNECT")) ||
	    span_starts_nocase(q->target, SPAN("http://")) ||
	    span_starts_nocase(q->target, SPAN("ftp://")) ||
	    span_starts_nocase(q->target, SPAN("https://"));
}

/*
 * About as many bytes as will be kept of credentials: of NTLM's its names,
 * which are a quarter of it, of a ticket next to nothing.
 */
static size_t
room_for_token(size_t len)
{
	size_t n = len > 0 ? sizeof(struct token) + 24 : 0;

	if (len > 60)
		n += sizeof(struct token_ntlm) + (len < 1200 ? len / 4 : 100);
	return n;
}

static void
read_request(struct observation *o, const struct http_message *m,
    struct manners *known)
{
	struct observed_request *q = &o->request;
	struct manner *manner = manners_of_request(known, m);

	arena_expect(&o->arena, 2 * m->target.len + 16 +
	    room_for_token(
	        http_field_value(m, FIELD_PROXY_AUTHORIZATION).len));
	q->manner = manner;
	q->method = manner->method;
	q->user_agent = manner->user_agent;
	q->via = manner->via;
	q->forwarded_for = manner->forwarded_for;
	q->seen = true;
	q->frame = m->last_frame > 0 ? m->last_frame : m->head_frame;
	q->time = m->last_frame > 0 ? m->last_time : m->head_time;
	q->version_minor = m->version_minor;
	q->keeps_alive = m->keeps_alive;
	q->content_length = m->content_length;
	q->has_authorization = has_field(m, FIELD_AUTHORIZATION);
	q->has_host = has_field(m, FIELD_HOST);
	q->late = m->late;
	q->head_cut = (m->flaws & HTTP_HEAD_CUT) != 0;
	read_target(q, &o->arena, m);
	read_credentials(q, &o->arena, m);
}

static void
read_response(struct observation *o, const struct http_message *m,
    struct manners *known)
{
	struct observed_response *p = &o->response;
	struct manner *manner = manners_of_response(known, m);

	p->manner = manner;
	p->reason = manner->reason;
	p->server = manner->server;
	p->via = manner->via;
	p->proxy_agent = manner->proxy_agent;
	p->x_cache = manner->x_cache;
	p->vendor_error = manner->vendor_error;
	if (manner->has_challenges) {
		p->challenges = manner->challenges;
		p->n_challenges = manner->n_challenges;
		p->grammar = manner->grammar;
	} else {
		p->n_challenges = manners_challenges(m, &o->arena,
		    &p->challenges, &p->grammar);
	}
	p->seen = true;
	p->frame = m->last_frame > 0 ? m->last_frame : m->head_frame;
	p->time = m->last_frame > 0 ? m->last_time : m->head_time;
	p->head_time = m->head_time;
	p->status = m->status;
	p->interim = m->interim;
	p->version_minor = m->version_minor;
	p->keeps_alive = m->keeps_alive;
	p->flaws = m->flaws;
	p->date = when_of_http_date(http_field_value(m, FIELD_DATE));
	p->has_www_authenticate = has_field(m, FIELD_WWW_AUTHENTICATE);
	p->body_title = page_title(&o->arena, m->body_start);
}

struct observation *
observe_exchange(const struct http_exchange *e, struct manners *known)
{
	struct observation *o = observation_new(OBSERVE_EXCHANGE);
	struct observed_request *q = &o->request;
	struct observed_response *p = &o->response;

	o->number = e->number;
	o->tunnel = e->tunnel;
	if (e->request.seen) {
		read_request(o, &e->request, known);
		o->frame = q->frame;
		o->time = q->time;
	}
	p->head_cut = (e->response.flaws & HTTP_HEAD_CUT) != 0;
	if (e->response.seen) {
		struct arena scratch = { 0 };
		struct http_message shown;

		read_response(o, echo_free(e, &shown, &scratch), known);
		arena_fini(&scratch);
		if (p->frame > o->frame) {
			o->frame = p->frame;
			o->time = p->time;
		}
	}
	return o;
}

void
observe_verify(struct verifier *v, const struct http_exchange *e,
    struct observation *o)
{
	const struct connection *k = &o->connection;
	/* Its number may come later, but not its first frame. */
	const struct verify_place at = { &k->client, &k->proxy,
		k->first_frame };
	struct token *t = o->request.credentials;

	if (t != NULL) {
		struct span value =
		    http_field_value(&e->request, FIELD_PROXY_AUTHORIZATION);

		t->verified = verifier_check(v, &at, e->request.method,
		    value, t);
		verifier_ticket(v, value, &o->arena, t);
	}
	for (size_t i = 0; i < e->response.n_fields; i++)
		if (e->response.fields[i].id == FIELD_PROXY_AUTHENTICATE)
			verifier_challenge(v, &at,
			    e->response.fields[i].value);
}

static const char *
keep(struct arena *a, struct span s)
{
	return arena_str(a, span_first(s, MAX_TEXT));
}

/* Lower case, and the default port of the scheme where none is written. */
static const char *
authority_of(struct arena *a, struct span s, const char *default_port)
{
	size_t port = s.len;

	s = span_first(s, 300);
	port = s.len;
	while (port > 0 && isdigit(s.at[port - 1]))
		port--;

	bool has_port = port > 0 && port < s.len && s.at[port - 1] == ':';
	size_t extra = has_port ? 0 : 1 + strlen(default_port);
	char *copy = arena_new(a, s.len + extra + 1);

	for (size_t i = 0; i < s.len; i++)
		copy[i] = (char)tolower(s.at[i]);
	if (!has_port) {
		copy[s.len] = ':';
		memcpy(copy + s.len + 1, default_port, strlen(default_port));
	}
	return copy;
}

/* A target, and for its query, which may hold secrets, an ellipsis. */
static const char *
joined(struct arena *a, struct span scheme, struct span authority,
    struct span path, bool query)
{
	const struct span parts[] = { scheme, authority, path,
		query ? SPAN("?\xe2\x80\xa6") : SPAN("") };
	size_t most = MAX_TEXT, n = 0;

	for (size_t i = 0; i < 4; i++)
		n += parts[i].len;

	char *copy = arena_new(a, (n < most ? n : most) + 1), *to = copy;

	for (size_t i = 0; i < 4; i++) {
		struct span s = span_first(parts[i], most);

		if (s.len > 0)
			memcpy(to, s.at, s.len);
		to += s.len;
		most -= s.len;
	}
	return copy;
}

/* RFC 9112 3.2: the four forms of a request target. */
static void
read_target(struct observed_request *r, struct arena *a,
    const struct http_message *m)
{
	struct span t = m->target;
	struct span host = http_field_value(m, FIELD_HOST);
	static const struct {
		struct span prefix;
		const char *port;
	} schemes[] = {
		{ SPAN_INIT("http://"), "80" },
		{ SPAN_INIT("https://"), "443" },
		{ SPAN_INIT("ftp://"), "21" },
	};

	if (span_eq(m->method, SPAN("CONNECT"))) {
		/* authority-form; user information has no place in it */
		size_t at = span_find(t, '@');

		t = at < t.len ? span_from(t, at + 1) : t;
		r->authority = authority_of(a, t, "443");
		r->target = keep(a, t);
		return;
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!span_starts_nocase(t, schemes[i].prefix))
			continue;

		struct span rest = span_from(t, schemes[i].prefix.len);
		size_t end = 0;

		while (end < rest.len && rest.at[end] != '/' &&
		    rest.at[end] != '?' && rest.at[end] != '#')
			end++;

		struct span authority = span_first(rest, end);
		size_t user = authority.len;

		while (user > 0 && authority.at[user - 1] != '@')
			user--;
		authority = span_from(authority, user);
		r->authority = authority_of(a, authority, schemes[i].port);

		/* Without user information, query and fragment. */
		struct span path = span_from(rest, end);
		size_t query = 0;

		while (query < path.len && path.at[query] != '?' &&
		    path.at[query] != '#')
			query++;

		r->target = joined(a, schemes[i].prefix, authority,
		    span_first(path, query),
		    query < path.len && path.at[query] == '?');
		return;
	}

	size_t query = span_find(t, '?');

	r->origin_form = true;
	r->authority = host.len > 0 ? authority_of(a, host, "80") : NULL;
	r->target = joined(a, SPAN(""), SPAN(""), span_first(t, query),
	    query < t.len);
}

static void
read_credentials(struct observed_request *r, struct arena *a,
    const struct http_message *m)
{
	for (size_t i = 0; i < m->n_fields; i++) {
		if (m->fields[i].id != FIELD_PROXY_AUTHORIZATION)
			continue;
		/* Of two fields, servers take the first. */
		if (r->n_credentials++ == 0) {
			r->credentials = arena_new(a, sizeof(*r->credentials));
			token_of_credentials(span_first(m->fields[i].value,
			        limit_of(LIMIT_TOKEN)), a, r->credentials);
		}
	}
}

static const char *
page_title(struct arena *a, struct span body)
{
	size_t open = span_find_nocase(body, SPAN("<title>"));

	if (!span_is_set(body) || open == body.len)
		return NULL;

	struct span rest = span_from(body, open + 7);
	size_t end = span_find(rest, '<');

	return end == rest.len
	    ? NULL
	    : keep(a, span_trim(span_first(rest, end < 200 ? end : 200)));
}
