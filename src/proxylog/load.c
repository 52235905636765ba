/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "base/memory.h"
#include "base/message.h"
#include "capture/lines.h"
#include "proxylog/entry.h"
#include "proxylog/format.h"

/* Texts of a line are kept up to here. */
#define TEXT_MOST 512

struct loading {
	struct proxylog *log;
	struct log_format format;
	bool given, known; /* the format */
};

static const char *
keep(struct proxylog *l, struct span s)
{
	struct text t = { .limit = TEXT_MOST };
	const char *copy;

	if (!span_has_bytes(s))
		return NULL;
	/* Any bytes: a C string and the formats' escapers have to cope. */
	for (size_t i = 0; i < s.len; i++)
		text_char(&t, s.at[i] == 0 ? '\x01' : (char)s.at[i]);
	copy = arena_str(&l->arena, text_span(&t));
	text_fini(&t);
	return copy;
}

static bool
read_address(struct span s, struct address *out)
{
	char text[64];

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	return address_parse(text, out);
}

/* The URL, or what it is made of; a tunnel is "host:port". */
static const char *
target_of(struct proxylog *l, const struct log_line *line)
{
	struct span url = line->field[LOG_URL], host = line->field[LOG_HOST];
	struct span port = line->field[LOG_URL_PORT];
	struct span scheme = line->field[LOG_SCHEME];
	bool tunnel = span_eq_nocase(line->field[LOG_METHOD],
	    SPAN("CONNECT"));
	struct text t = { .limit = TEXT_MOST };
	const char *kept;

	if (span_has_bytes(url)) {
		/* "tcp://host:443/" */
		if (tunnel && span_starts_nocase(url, SPAN("tcp://"))) {
			url = span_from(url, 6);
			url = span_first(url, span_find(url, '/'));
		}
		return keep(l, span_first(url, span_find(url, '?')));
	}
	if (!span_has_bytes(host))
		return NULL;
	if (!tunnel) {
		text_add(&t, span_is_set(scheme) ? scheme : SPAN("http"));
		text_str(&t, "://");
	}
	text_add(&t, host);
	if (span_is_set(port) && (tunnel || !span_eq(port, SPAN("80")))) {
		text_char(&t, ':');
		text_add(&t, port);
	}
	if (!tunnel)
		text_add(&t, span_is_set(line->field[LOG_PATH])
		        ? line->field[LOG_PATH]
		        : SPAN("/"));
	kept = keep(l, text_span(&t));
	text_fini(&t);
	return kept;
}

static bool
take_line(struct proxylog *l, const struct log_format *f, struct span text,
    uint64_t number)
{
	struct log_line line;
	struct log_entry e = { .number = number };
	uint64_t status = 0, port = 0, taken = 0;

	if (!log_format_read(f, text, &line) ||
	    !read_address(line.field[LOG_CLIENT], &e.client) ||
	    !span_decimal(line.field[LOG_STATUS], &status) || status > 999 ||
	    (e.time = log_line_time(&line)) == WHEN_NONE)
		return false;
	if (l->n >= limit_of(LIMIT_LOG_LINES)) {
		limit_hit(LIMIT_LOG_LINES);
		return true;
	}
	e.status = (unsigned)status;
	if (span_decimal(line.field[LOG_PORT], &port) && port <= 65535)
		e.port = (uint16_t)port;
	if (span_decimal(line.field[LOG_TAKEN], &taken) &&
	    taken < 7 * 86400000)
		e.taken = (int64_t)taken * WHEN_MS;
	e.method = keep(l, line.field[LOG_METHOD]);
	e.target = target_of(l, &line);
	e.user = keep(l, line.field[LOG_USER]);
	e.result = keep(l, line.field[LOG_RESULT]);
	if (l->n == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 64;
		l->list = memory_grow(l->list, l->room, sizeof(*l->list));
	}
	l->list[l->n++] = e;
	return true;
}

/* The first format that a line has is that of all. */
static bool
guess(struct loading *g, struct span line, uint64_t number)
{
	struct log_format f;

	for (size_t i = 0; log_format_known(i, &f); i++)
		if (take_line(g->log, &f, line, number)) {
			g->format = f;
			g->known = true;
			g->log->format = f.name;
			return true;
		}
	return false;
}

static void
one_line(struct loading *g, struct span line, uint64_t number)
{
	if (span_trim(line).len == 0)
		return;
	if (span_starts_nocase(line, SPAN("#Fields:")) && !g->given) {
		g->known = log_format_w3c(&g->format, span_from(line, 8));
		g->log->format = g->format.name;
		return;
	}
	if (line.at[0] == '#' && (!g->known || g->format.w3c))
		return;
	if (g->known ? !take_line(g->log, &g->format, line, number)
	             : !guess(g, line, number))
		g->log->others++;
}

static void
take_spec(struct loading *g, const char *spec)
{
	struct log_problem p;

	g->given = g->known = log_format_squid(&g->format,
	    "custom logformat", span_of_str(spec), &p);
	g->log->format = g->format.name;
	g->log->lacks_zone = g->known && log_format_lacks_zone(&g->format);
	if (!g->known && p.at > 0)
		message_error("--proxy-log-format %s: at character %zu: %s "
		              "(%s)", spec, p.at, p.what, p.remedy);
	else if (!g->known)
		message_error("--proxy-log-format %s: %s (%s)", spec, p.what,
		    p.remedy);
}

static struct proxylog *
read_all(const char *name, struct input *in, const char *spec)
{
	struct loading g = { .log = memory_new(1, sizeof(*g.log)) };
	struct lines lines = { .in = in };
	struct span line;

	g.log->format = "none";
	if (spec != NULL)
		take_spec(&g, spec);
	while ((spec == NULL || g.known) && lines_next(&lines, &line))
		one_line(&g, line, lines.number);
	if (input_problem(in) != NULL)
		message_error("%s: %s (%s)", name, input_problem(in)->what,
		    input_problem(in)->remedy);
	if (g.log->n > 0)
		return g.log;
	if ((spec == NULL || g.known) && input_problem(in) == NULL &&
	    lines.number == 0)
		message_error("%s: is empty (give the access log of the "
		              "proxy)", name);
	else if ((spec == NULL || g.known) && input_problem(in) == NULL)
		message_error("%s: no line of it is of a log that is known "
		              "(squid native, combined, W3C extended; say "
		              "how it is written with --proxy-log-format)",
		    name);
	proxylog_free(g.log);
	return NULL;
}

struct proxylog *
proxylog_load(const char *path, const char *spec)
{
	struct problem problem = { .what = "" };
	struct input *in = input_open(path, INPUT_ROOM, &problem);
	struct proxylog *l;

	if (in == NULL) {
		message_error("%s: %s (%s)", path, problem.what,
		    problem.remedy);
		return NULL;
	}
	l = read_all(path, in, spec);
	input_close(in);
	return l;
}

struct proxylog *
proxylog_read(const char *name, struct span text, const char *spec)
{
	struct input *in = input_of(text, INPUT_ROOM_LEAST);
	struct proxylog *l = read_all(name, in, spec);

	input_close(in);
	return l;
}

void
proxylog_free(struct proxylog *l)
{
	if (l == NULL)
		return;
	free(l->list);
	arena_fini(&l->arena);
	free(l);
}

size_t
proxylog_count(const struct proxylog *l)
{
	return l->n;
}

uint64_t
proxylog_others(const struct proxylog *l)
{
	return l->others;
}
