/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask_http.h"

#include <ctype.h>

#include "evidence/mask_auth.h"
#include "http/fields.h"

static void show_printable(struct mask *m, const struct shown *s,
    struct span value);
static void show_host(struct mask *m, const struct shown *s,
    struct span value);
static void show_words(struct mask *m, const struct shown *s,
    struct span value);
static void show_agent(struct mask *m, const struct shown *s,
    struct span value);
static void hide_cookie(struct mask *m, const struct shown *s,
    struct span value);

typedef void field_mask(struct mask *m, const struct shown *s,
    struct span value);

/* A field that is not in here is not understood: name and value go. */
static const struct {
	const char *name;
	field_mask *mask;
} fields[] = {
	{ "proxy-authorization", mask_credentials },
	{ "proxy-authenticate", mask_challenges },
	{ "proxy-authentication-info", mask_info },
	{ "authorization", mask_credentials },
	{ "www-authenticate", mask_challenges },
	{ "authentication-info", mask_info },
	{ "cookie", hide_cookie },
	{ "cookie2", hide_cookie },
	{ "set-cookie", hide_cookie },
	{ "set-cookie2", hide_cookie },
	{ "host", mask_url },
	{ "location", mask_url },
	{ "content-location", mask_url },
	{ "referer", mask_url },
	{ "origin", mask_url },
	{ "user-agent", show_agent },
	{ "via", show_words },
	{ "x-cache", show_words },
	{ "x-cache-lookup", show_words },
	{ "x-forwarded-for", show_words },
	{ "x-forwarded-host", show_host },
	{ "x-real-ip", show_host },
	{ "x-client-ip", show_host },
	{ "client-ip", show_host },
	{ "forwarded", show_words },
	{ "server", show_words },
	{ "proxy-agent", show_words },
	{ "x-squid-error", show_words },
	{ "cache-status", show_words },
	{ "proxy-status", show_words },
	{ "warning", show_words },
	{ "accept", show_printable },
	{ "accept-charset", show_printable },
	{ "accept-encoding", show_printable },
	{ "accept-language", show_printable },
	{ "accept-ranges", show_printable },
	{ "age", show_printable },
	{ "allow", show_printable },
	{ "cache-control", show_printable },
	{ "connection", show_printable },
	{ "content-encoding", show_printable },
	{ "content-language", show_printable },
	{ "content-length", show_printable },
	{ "content-range", show_printable },
	{ "content-type", show_printable },
	{ "date", show_printable },
	{ "expect", show_printable },
	{ "expires", show_printable },
	{ "if-modified-since", show_printable },
	{ "if-unmodified-since", show_printable },
	{ "keep-alive", show_printable },
	{ "last-modified", show_printable },
	{ "max-forwards", show_printable },
	{ "mime-version", show_printable },
	{ "pragma", show_printable },
	{ "proxy-connection", show_printable },
	{ "proxy-support", show_printable },
	{ "range", show_printable },
	{ "retry-after", show_printable },
	{ "sec-ch-ua", show_printable },
	{ "sec-ch-ua-mobile", show_printable },
	{ "sec-ch-ua-platform", show_printable },
	{ "sec-fetch-dest", show_printable },
	{ "sec-fetch-mode", show_printable },
	{ "sec-fetch-site", show_printable },
	{ "sec-fetch-user", show_printable },
	{ "te", show_printable },
	{ "trailer", show_printable },
	{ "transfer-encoding", show_printable },
	{ "upgrade", show_printable },
	{ "upgrade-insecure-requests", show_printable },
	{ "vary", show_printable },
	{ "x-content-type-options", show_printable },
	{ "x-forwarded-proto", show_printable },
	{ "x-frame-options", show_printable },
};

static void
show_printable(struct mask *m, const struct shown *s, struct span value)
{
	(void)m;
	show_text(s, value);
}

static void
show_host(struct mask *m, const struct shown *s, struct span value)
{
	names_show_host(mask_names(m), s, value);
}

static void
show_words(struct mask *m, const struct shown *s, struct span value)
{
	names_show_words(mask_names(m), s, value);
}

static void
show_agent(struct mask *m, const struct shown *s, struct span value)
{
	names_show(mask_names(m), s, value, IDENTITY_AGENT);
}

static void
hide_cookie(struct mask *m, const struct shown *s, struct span value)
{
	mask_letters(m, s, value);
	show_only(s, value, ";=");
}

/* Capitals: what lost its place in the stream is seldom all of these. */
static bool
is_method(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isupper(s.at[i]) && s.at[i] != '-')
			return false;
	return s.len > 0 && s.len <= LONGEST_METHOD;
}

/* method SP request-target SP HTTP-version, or anything like it. */
static void
mask_request_line(struct mask *m, const struct shown *s, struct span line)
{
	size_t method = span_find(line, ' ');
	size_t end = line.len;

	show_only(s, line, "");
	if (method == line.len || !is_method(span_first(line, method)))
		return;
	show(s, span_first(line, method));

	struct span rest = span_trim(span_from(line, method));

	end = rest.len;
	while (end > 0 && rest.at[end - 1] != ' ')
		end--;

	struct span version = span_from(rest, end);

	if (span_starts(version, SPAN("HTTP/")) && version.len <= 8)
		show(s, version);
	else
		end = rest.len;
	mask_url(m, s, span_trim(span_first(rest, end)));
}

static void
mask_status_line(struct mask *m, const struct shown *s, struct span line)
{
	struct span status = span_first(line, 13);

	show(s, status);
	/* The reason phrase is a proxy's own words. */
	names_show_words(mask_names(m), s, span_from(line, status.len));
}

static field_mask *
mask_of(struct span name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (span_eq_nocase(name, span_of_str(fields[i].name)))
			return fields[i].mask;
	return NULL;
}

/* A field with the lines that continue it. */
static void
mask_field(struct mask *m, const struct shown *s, struct span line)
{
	size_t colon = span_find(line, ':');
	struct span name = span_trim(span_first(line, colon));
	struct span value = span_trim(span_from(line, colon + 1));
	field_mask *mask = mask_of(name);

	/* What the end cuts off may tell that it is no host: "u:pass@". */
	if (mask == mask_url && line.at[line.len - 1] != '\n')
		mask = NULL;
	show_only(s, line, "");
	if (colon < line.len) {
		show(s, span_of(line.at + colon, 1));
		if (mask == NULL)
			show_only(s, name, "-");
	}
	if (mask == NULL)
		return;
	show(s, name);
	if (value.len > 0)
		mask(m, s, value);
}

/* To the end of the line, with it; and of those that continue it. */
static size_t
line_len(struct span s, bool folds)
{
	size_t n = span_find(s, '\n');

	n = n < s.len ? n + 1 : s.len;
	while (folds && n < s.len && (s.at[n] == ' ' || s.at[n] == '\t')) {
		size_t more = span_find(span_from(s, n), '\n');

		n = n + more < s.len ? n + more + 1 : s.len;
	}
	return n;
}

void
mask_head(struct mask *m, enum http_side side, struct span head, uint8_t *out)
{
	struct shown s = { head, out };
	size_t n = line_len(head, false);
	struct span line = span_first(head, n);

	if (head.len == 0)
		return;
	memset(out, 'x', head.len);
	show_only(&s, line, "");
	if (side == HTTP_CLIENT && line.at[line.len - 1] == '\n')
		mask_request_line(m, &s, span_trim(line));
	else if (side == HTTP_SERVER)
		mask_status_line(m, &s, span_trim(line));
	for (struct span rest = span_from(head, n); rest.len > 0;
	     rest = span_from(rest, n)) {
		n = line_len(rest, true);
		mask_field(m, &s, span_first(rest, n));
	}
}

void
mask_framing(struct chunked *c, struct span bytes, uint8_t *out)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t b = bytes.at[i];
		bool size = c->at == CHUNKED_SIZE || c->at == CHUNKED_DONE;
		struct span data;

		chunked_feed(c, span_of(bytes.at + i, 1), &data);
		out[i] = b == '\r' || b == '\n' || b == ' ' || b == ';' ||
		        (size && isxdigit(b))
		    ? b
		    : 'x';
	}
}

void
mask_chunk_data(struct chunked *c)
{
	if (c->at == CHUNKED_DATA)
		chunked_skip(c, c->left);
}
