/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/fields.h"

#include "base/limits.h"
#include "http/grammar.h"

/* What is looked at of Connection, Transfer-Encoding, Content-Length. */
#define LIST_LOOKED_AT 1024

static bool read_status_line(struct span line, struct http_message *m);
static bool read_request_line(struct span line, struct http_message *m);
static bool next_line(uint8_t *head, size_t len, size_t *pos, size_t *begin,
    size_t *end);
static void join_folds(uint8_t *head, size_t len, size_t *pos, size_t begin,
    size_t *end, struct http_message *m);
static bool read_field(struct span line, struct http_message *m,
    struct http_field *out);
static void note_framing(struct http_framing *f, const struct http_field *x);
static bool stays_open(const struct http_framing *f, uint8_t version_minor);

static const struct span known_methods[] = { SPAN_INIT("GET"),
	SPAN_INIT("CONNECT"), SPAN_INIT("POST"), SPAN_INIT("HEAD"),
	SPAN_INIT("PUT"), SPAN_INIT("OPTIONS"), SPAN_INIT("DELETE"),
	SPAN_INIT("TRACE"), SPAN_INIT("PATCH"), SPAN_INIT("PROPFIND"),
	SPAN_INIT("PROPPATCH"), SPAN_INIT("REPORT"), SPAN_INIT("SEARCH"),
	SPAN_INIT("MKCOL"), SPAN_INIT("COPY"), SPAN_INIT("MOVE"),
	SPAN_INIT("LOCK"), SPAN_INIT("UNLOCK") };

bool
http_looks_like_request(struct span s)
{
	size_t most = s.len < 16 ? s.len : 16, at = 0, n = 0;

	/* A server is to ignore an empty line (RFC 9112 2.2). */
	while (at < most && (s.at[at] == '\r' || s.at[at] == '\n'))
		at++;
	/*
	 * Letters: every registered method is of these, and what other
	 * protocols open with ("220 ", "* OK ") is not.
	 */
	for (; at < most; at++, n++) {
		uint8_t c = s.at[at];

		if (c == ' ')
			return n >= 3;
		if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
		    (n == 0 || (c != '-' && c != '_')))
			return false;
	}
	return s.len < 16;
}

bool
http_looks_like_response(struct span s)
{
	struct span version = SPAN("HTTP/1.");

	return s.len < version.len ? span_starts(version, s)
	                           : span_starts(s, version);
}

enum http_asked
http_asked_of(struct span method)
{
	return !span_is_set(method)             ? ASKED_UNKNOWN
	    : span_eq(method, SPAN("HEAD"))     ? ASKED_HEAD
	    : span_eq(method, SPAN("CONNECT"))  ? ASKED_CONNECT
	                                        : ASKED_ORDINARY;
}

bool
http_start_line(struct span line, enum http_side side, struct http_message *m)
{
	return side == HTTP_SERVER ? read_status_line(line, m)
	                           : read_request_line(line, m);
}

/*
 * status-line = HTTP-version SP status-code SP [ reason-phrase ]
 *
 * The second space is often missing where there is no reason.
 */
static bool
read_status_line(struct span line, struct http_message *m)
{
	struct span rest = span_from(line, 9);
	uint64_t status;

	if (!http_version(span_first(line, 8), &m->version_minor) ||
	    rest.len < 3 || line.at[8] != ' ' ||
	    !span_decimal(span_first(rest, 3), &status) || status < 100 ||
	    (rest.len > 3 && rest.at[3] != ' '))
		return false;
	m->status = (unsigned)status;
	m->reason = span_trim(span_from(rest, 3));
	return true;
}

/*
 * request-line = method SP request-target SP HTTP-version
 *
 * A target holds no space, but some clients send one all the same: the
 * method ends at the first, the version begins after the last.
 */
static bool
read_request_line(struct span line, struct http_message *m)
{
	size_t method = http_token_len(line), version = line.len;

	while (version > 0 && line.at[version - 1] != ' ')
		version--;
	if (method == 0 || method > LONGEST_METHOD || version <= method + 1 ||
	    line.at[method] != ' ' ||
	    !http_version(span_from(line, version), &m->version_minor))
		return false;
	m->method = span_first(line, method);
	m->target = span_trim(
	    span_of(line.at + method + 1, version - method - 2));
	return m->target.len > 0;
}

bool
http_start_possible(struct span begun, enum http_side side)
{
	if (side == HTTP_SERVER)
		return http_like_status_line(begun) != HTTP_NO;

	size_t method = http_token_len(begun);

	if (method > LONGEST_METHOD)
		return false;
	return method == begun.len || (method > 0 && begun.at[method] == ' ');
}

enum http_likeness
http_like_status_line(struct span s)
{
	/* 0 stands for a digit, E for the end of a status. */
	static const char form[] = "HTTP/1.0 000E";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (i == s.len)
			return HTTP_MAYBE;

		uint8_t c = s.at[i];
		bool fits = form[i] == '0' ? c >= '0' && c <= '9'
		    : form[i] == 'E'       ? c == ' ' || c == '\r' || c == '\n'
		                           : c == (uint8_t)form[i];

		if (!fits || (i == 9 && c == '0'))
			return HTTP_NO;
	}
	return HTTP_YES;
}

enum http_likeness
http_like_request_line(struct span s)
{
	size_t count = sizeof(known_methods) / sizeof(known_methods[0]);

	for (size_t i = 0; i < count; i++) {
		struct span method = known_methods[i];

		if (s.len <= method.len) {
			if (span_starts(method, s))
				return HTTP_MAYBE;
			continue;
		}
		if (!span_starts(s, method) || s.at[method.len] != ' ')
			continue;
		if (s.len == method.len + 1)
			return HTTP_MAYBE;

		uint8_t c = s.at[method.len + 1];

		return c == '/' || c == '*' || c == '[' ||
		        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		        (c >= 'a' && c <= 'z')
		    ? HTTP_YES
		    : HTTP_NO;
	}
	return HTTP_NO;
}

bool
http_fields_read(uint8_t *head, size_t len, enum http_side side,
    struct http_message *m, struct http_field *fields, size_t room,
    struct http_framing *framing)
{
	size_t pos = 0, begin, end;
	struct http_field field;
	bool over = false;

	*framing = (struct http_framing){ 0 };
	m->fields = fields;
	m->n_fields = 0;
	if (!next_line(head, len, &pos, &begin, &end) ||
	    !http_start_line(span_of(head + begin, end - begin), side, m))
		return false;

	while (next_line(head, len, &pos, &begin, &end) && end > begin) {
		join_folds(head, len, &pos, begin, &end, m);
		if (!read_field(span_of(head + begin, end - begin), m,
		        &field))
			continue;
		note_framing(framing, &field);
		if (m->n_fields < room)
			fields[m->n_fields++] = field;
		else
			over = true;
	}
	if (over) {
		m->flaws |= HTTP_HEAD_CUT;
		limit_hit(LIMIT_FIELDS);
	}
	m->keeps_alive = stays_open(framing, m->version_minor);
	return true;
}

/* The next line, without its end; false if no LF follows. */
static bool
next_line(uint8_t *head, size_t len, size_t *pos, size_t *begin, size_t *end)
{
	const uint8_t *lf = memchr(head + *pos, '\n', len - *pos);

	if (lf == NULL)
		return false;
	*begin = *pos;
	*end = (size_t)(lf - head);
	*pos = *end + 1;
	if (*end > *begin && head[*end - 1] == '\r')
		(*end)--;
	return true;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/*
 * obs-fold (RFC 9112 5.2): a line that begins with white space goes on with
 * the one before it.  What lies between them becomes one space.
 */
static void
join_folds(uint8_t *head, size_t len, size_t *pos, size_t begin, size_t *end,
    struct http_message *m)
{
	while (*pos < len && is_blank(head[*pos])) {
		size_t from, to;

		if (!next_line(head, len, pos, &from, &to))
			return;
		m->flaws |= HTTP_FOLDED;
		while (from < to && is_blank(head[from]))
			from++;
		if (from == to)
			continue;
		while (*end > begin && is_blank(head[*end - 1]))
			(*end)--;
		head[(*end)++] = ' ';
		memmove(head + *end, head + from, to - from);
		*end += to - from;
	}
}

/* field-line = field-name ":" OWS field-value OWS */
static bool
read_field(struct span line, struct http_message *m, struct http_field *out)
{
	size_t name = http_token_len(line), end = name;

	/* RFC 9112 5.1 forbids spaces before the colon; they are sent. */
	while (end < line.len && is_blank(line.at[end]))
		end++;

	bool field = name > 0 && end < line.len && line.at[end] == ':';

	if (!field || end > name)
		m->flaws |= HTTP_BAD_FIELD;
	if (!field)
		return false;
	out->name = span_first(line, name);
	out->id = http_name_of(out->name);
	out->value = span_trim(span_from(line, end + 1));
	return true;
}

static void
note_length(struct http_framing *f, struct span list)
{
	struct span element;
	bool any = false;
	uint64_t value;

	/* "10, 10" is what becomes of the field sent twice: 6.3, item 5. */
	while (http_list_next(&list, &element)) {
		any = true;
		if (!span_decimal(element, &value) || value > INT64_MAX ||
		    (f->has_length && value != f->length)) {
			f->bad_length = true;
			return;
		}
		f->has_length = true;
		f->length = value;
	}
	if (!any)
		f->bad_length = true;
}

static void
note_framing(struct http_framing *f, const struct http_field *x)
{
	struct span list = span_first(x->value, LIST_LOOKED_AT), element;

	if (x->id == FIELD_CONTENT_LENGTH) {
		note_length(f, list);
	} else if (x->id == FIELD_TRANSFER_ENCODING) {
		while (http_list_next(&list, &element)) {
			f->chunked = http_list_has(element, SPAN("chunked"));
			f->coded = !f->chunked;
		}
	} else if (x->id == FIELD_CONNECTION) {
		f->has_connection = true;
		f->close |= http_list_has(list, SPAN("close"));
		f->keep_alive |= http_list_has(list, SPAN("keep-alive"));
	} else if (x->id == FIELD_PROXY_CONNECTION) {
		f->close |= http_list_has(list, SPAN("close"));
		f->proxy_keep_alive |= http_list_has(list, SPAN("keep-alive"));
	}
}

/* RFC 9112 9.3; Proxy-Connection is what many go by in practice. */
static bool
stays_open(const struct http_framing *f, uint8_t version_minor)
{
	if (f->close)
		return false;
	if (version_minor > 0)
		return true;
	return f->has_connection ? f->keep_alive : f->proxy_keep_alive;
}

/* RFC 9112 6.3, item by item. */
void
http_body_rule(struct http_message *m, enum http_side side,
    const struct http_framing *f, enum http_asked asked)
{
	bool response = side == HTTP_SERVER;

	m->body = HTTP_BODY_NONE;
	m->content_length = 0;

	/* 1 and 2: these have none, whatever the fields say. */
	if (response &&
	    (m->status < 200 || m->status == 204 || m->status == 304 ||
	        asked == ASKED_HEAD ||
	        (asked == ASKED_CONNECT && m->status < 300)))
		return;

	/* 3 and 4: Transfer-Encoding overrides Content-Length. */
	if (f->chunked) {
		m->body = HTTP_BODY_CHUNKED;
		return;
	}
	if (f->bad_length)
		m->flaws |= HTTP_BAD_LENGTH;

	/* 5 and 6. */
	if (f->has_length && !f->bad_length && !f->coded) {
		m->body = HTTP_BODY_LENGTH;
		m->content_length = f->length;
		return;
	}

	/* 7 and 8; a request that says nothing has no body. */
	if (!response)
		return;
	m->body = HTTP_BODY_UNTIL_CLOSE;
	/*
	 * Without its request a 2xx may well be the answer to a CONNECT,
	 * which has no body to frame.
	 */
	if (m->keeps_alive && (asked != ASKED_UNKNOWN || m->status >= 300))
		m->flaws |= HTTP_UNFRAMED;
}
