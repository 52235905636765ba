/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/head.h"

static bool read_start_line(struct http_message *m, struct span line,
    enum http_side side);
static bool has_token(const struct http_message *m, const char *name,
    struct span token);

bool
http_looks_like_request(struct span s)
{
	size_t n = 0;

	/* A proxy may be greeted with an empty line (RFC 9112 2.2). */
	while (s.len > 0 && (s.at[0] == '\r' || s.at[0] == '\n') && n++ < 4)
		s = span_from(s, 1);
	for (n = 0; n < s.len && n < 16; n++) {
		uint8_t c = s.at[n];

		if (c == ' ')
			return n >= 3;
		if (!((c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
		        (c >= 'a' && c <= 'z')))
			return false;
	}
	return n == s.len && n < 16;
}

bool
http_looks_like_response(struct span s)
{
	struct span version = SPAN("HTTP/1.");

	return s.len < version.len ? span_starts(version, s)
	                           : span_starts(s, version);
}

struct span
http_field_value(const struct http_message *m, const char *name)
{
	struct span want = span_of_str(name);

	for (size_t i = 0; i < m->n_fields; i++)
		if (span_eq_nocase(m->fields[i].name, want))
			return m->fields[i].value;
	return (struct span){ 0 };
}

/* The next line without its end; false if it has none. */
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

/* "name: value"; false for a line that is no field. */
static bool
read_field(struct span line, struct http_message *m, struct http_field *out)
{
	size_t colon = span_find(line, ':');

	if (colon == line.len || colon == 0)
		return false;
	out->name = span_trim(span_first(line, colon));
	if (out->name.len != colon)
		m->flaws |= HTTP_BAD_FIELD; /* space before the colon */
	out->value = span_trim(span_from(line, colon + 1));
	return out->name.len > 0;
}

bool
head_read(uint8_t *head, size_t len, enum http_side side, bool cut,
    struct http_message *m, struct http_field *fields, size_t room)
{
	size_t pos = 0, begin, end;

	m->fields = fields;
	m->n_fields = 0;
	if (cut)
		m->flaws |= HTTP_HEAD_CUT;
	if (!next_line(head, len, &pos, &begin, &end) ||
	    !read_start_line(m, span_of(head + begin, end - begin), side))
		return false;
	m->seen = true;
	while (next_line(head, len, &pos, &begin, &end) && end > begin) {
		/* A line that begins with white space continues this one:
		 * what lies between them becomes spaces. */
		while (pos < len && (head[pos] == ' ' || head[pos] == '\t')) {
			size_t next_begin, next_end, from = end;

			if (!next_line(head, len, &pos, &next_begin,
			        &next_end))
				break;
			memset(head + from, ' ', next_begin - from);
			end = next_end;
			m->flaws |= HTTP_FOLDED;
		}
		if (m->n_fields == room) {
			m->flaws |= HTTP_HEAD_CUT;
			break;
		}
		if (read_field(span_of(head + begin, end - begin), m,
		        &fields[m->n_fields]))
			m->n_fields++;
		else
			m->flaws |= HTTP_BAD_FIELD;
	}

	/* RFC 9112 9.3; Proxy-Connection is what many go by in practice. */
	bool close = has_token(m, "connection", SPAN("close")) ||
	    has_token(m, "proxy-connection", SPAN("close"));
	bool keep = has_token(m, "connection", SPAN("keep-alive")) ||
	    has_token(m, "proxy-connection", SPAN("keep-alive"));

	m->keeps_alive = !close && (m->version_minor > 0 || keep);
	return true;
}

/* "HTTP/1.d" */
static bool
read_version(struct span s, uint8_t *minor)
{
	if (s.len != 8 || !span_starts(s, SPAN("HTTP/1.")) ||
	    s.at[7] < '0' || s.at[7] > '9')
		return false;
	*minor = (uint8_t)(s.at[7] - '0');
	return true;
}

static bool
read_start_line(struct http_message *m, struct span line, enum http_side side)
{
	size_t space = span_find(line, ' ');

	if (side == HTTP_SERVER) { /* HTTP-version SP status [SP reason] */
		struct span rest = span_from(line, space + 1);
		uint64_t status;

		if (!read_version(span_first(line, space),
		        &m->version_minor) ||
		    rest.len < 3 || !span_decimal(span_first(rest, 3),
		                        &status) ||
		    (rest.len > 3 && rest.at[3] != ' '))
			return false;
		m->status = (unsigned)status;
		m->reason = span_trim(span_from(rest, 3));
		return status >= 100;
	}

	/* method SP request-target SP HTTP-version; targets hold no space,
	 * but some clients send one all the same. */
	size_t last = line.len;

	while (last > 0 && line.at[last - 1] != ' ')
		last--;
	if (space == 0 || space == line.len || last <= space + 1 ||
	    !read_version(span_from(line, last), &m->version_minor))
		return false;
	m->method = span_first(line, space);
	m->target = span_trim(
	    span_of(line.at + space + 1, last - space - 2));
	return m->target.len > 0;
}

/* Is the token in the comma-separated list of any field of that name? */
static bool
has_token(const struct http_message *m, const char *name, struct span token)
{
	struct span want = span_of_str(name);

	for (size_t i = 0; i < m->n_fields; i++) {
		struct span list = m->fields[i].value;

		if (!span_eq_nocase(m->fields[i].name, want))
			continue;
		while (list.len > 0) {
			size_t comma = span_find(list, ',');

			if (span_eq_nocase(span_trim(span_first(list, comma)),
			        token))
				return true;
			list = span_from(list, comma + 1);
		}
	}
	return false;
}

/* All Content-Length fields, which must agree. */
static bool
content_length(struct http_message *m, bool *valid)
{
	bool found = false;

	*valid = true;
	for (size_t i = 0; i < m->n_fields; i++) {
		struct span list = m->fields[i].value;

		if (!span_eq_nocase(m->fields[i].name,
		        SPAN("content-length")))
			continue;

		size_t comma = span_find(list, ',');
		uint64_t value;

		if (!span_decimal(span_trim(span_first(list, comma)),
		        &value) || value > INT64_MAX ||
		    (found && value != m->content_length))
			*valid = false;
		else
			m->content_length = value;
		found = true;
	}
	if (found && !*valid)
		m->flaws |= HTTP_BAD_LENGTH;
	return found;
}

void
head_body_rule(struct http_message *m, enum http_side side, struct span method)
{
	bool valid, has_length = content_length(m, &valid);
	bool chunked = has_token(m, "transfer-encoding", SPAN("chunked"));

	m->body = HTTP_BODY_NONE;
	if (side == HTTP_SERVER &&
	    (m->status < 200 || m->status == 204 || m->status == 304 ||
	        span_eq(method, SPAN("HEAD")) ||
	        (span_eq(method, SPAN("CONNECT")) && m->status < 300)))
		return;
	if (chunked) {
		m->body = HTTP_BODY_CHUNKED;
	} else if (has_length && valid) {
		m->body = m->content_length > 0 ? HTTP_BODY_LENGTH
		                                : HTTP_BODY_NONE;
	} else if (side == HTTP_SERVER) {
		m->body = HTTP_BODY_UNTIL_CLOSE;
		if (m->keeps_alive)
			m->flaws |= HTTP_UNFRAMED;
	}
}
