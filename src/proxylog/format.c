/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxylog/format.h"

#include <ctype.h>
#include <stdio.h>

#include "proxylog/stamp.h"

/* As squid's cf.data has them. */
static const struct {
	const char *name, *spec;
} known[] = {
	{ "squid native",
	    "%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt" },
	{ "combined",
	    "%>a %[ui %[un [%tl] \"%rm %ru HTTP/%rv\" %>Hs %<st "
	    "\"%{Referer}>h\" \"%{User-Agent}>h\" %Ss:%Sh" },
	{ "combined",
	    "%>a %[ui %[un [%tl] \"%rm %ru HTTP/%rv\" %>Hs %<st "
	    "\"%{Referer}>h\" \"%{User-Agent}>h\"" },
	{ "common",
	    "%>a %[ui %[un [%tl] \"%rm %ru HTTP/%rv\" %>Hs %<st %Ss:%Sh" },
	{ "common", "%>a %[ui %[un [%tl] \"%rm %ru HTTP/%rv\" %>Hs %<st" },
};

/* Longest first, where one begins another. */
static const struct {
	const char *code;
	enum log_field field;
} codes[] = {
	{ "ts", LOG_SECONDS },
	{ "tu", LOG_MILLISECONDS },
	{ "tr", LOG_TAKEN },
	{ "tl", LOG_STAMP },
	{ "tg", LOG_STAMP },
	{ ">a", LOG_CLIENT },
	{ ">p", LOG_PORT },
	{ "un", LOG_USER },
	{ "ul", LOG_USER },
	{ "ue", LOG_USER },
	{ "ui", LOG_SKIP },
	{ ">rm", LOG_METHOD },
	{ "rm", LOG_METHOD },
	{ ">ru", LOG_URL },
	{ "ru", LOG_URL },
	{ ">Hs", LOG_STATUS },
	{ "<Hs", LOG_SKIP },
	{ "Hs", LOG_STATUS },
	{ "Ss", LOG_RESULT },
};

static const struct {
	const char *name;
	enum log_field field;
} w3c_names[] = {
	{ "date", LOG_DATE },
	{ "time", LOG_TIME },
	{ "time-taken", LOG_TAKEN },
	{ "c-ip", LOG_CLIENT },
	{ "c-port", LOG_PORT },
	{ "cs-username", LOG_USER },
	{ "cs-user", LOG_USER },
	{ "cs-method", LOG_METHOD },
	{ "cs-uri", LOG_URL },
	{ "c-uri", LOG_URL },
	{ "cs-uri-scheme", LOG_SCHEME },
	{ "cs-host", LOG_HOST },
	{ "cs-uri-port", LOG_URL_PORT },
	{ "cs-uri-path", LOG_PATH },
	{ "cs-uri-stem", LOG_PATH },
	{ "sc-status", LOG_STATUS },
	{ "s-action", LOG_RESULT },
	{ "sc-filter-result", LOG_RESULT },
};

static bool
add(struct log_format *f, struct log_part part)
{
	if (f->n == LOG_PARTS)
		return false;
	f->parts[f->n++] = part;
	return true;
}

static bool
has(const struct log_format *f, enum log_field field)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->parts[i].literal && f->parts[i].field == field)
			return true;
	return false;
}

static bool
is_enough(const struct log_format *f)
{
	return has(f, LOG_CLIENT) && has(f, LOG_STATUS) &&
	    (has(f, LOG_SECONDS) || has(f, LOG_STAMP) ||
	        (has(f, LOG_DATE) && has(f, LOG_TIME)));
}

bool
log_format_lacks_zone(const struct log_format *f)
{
	for (size_t i = 0; i < f->n && !has(f, LOG_SECONDS); i++)
		if (f->parts[i].field == LOG_STAMP)
			return f->parts[i].local &&
			    !stamp_has_zone(f->parts[i].stamp);
	return false;
}

/* -- squid's logformat -- */

/* A spec that is read, and what is wrong with it. */
struct spec {
	struct span all, rest;
	struct log_problem *problem;
};

static bool
wrong(struct spec *s, const uint8_t *at, const char *what, const char *remedy)
{
	*s->problem = (struct log_problem){ what, remedy,
		at != NULL ? (size_t)(at - s->all.at) + 1 : 0 };
	return false;
}

/* "{Referer}"; where there is none it stays unset. */
static bool
read_argument(struct spec *s, struct span *argument)
{
	size_t end = span_find(s->rest, '}');

	if (s->rest.len == 0 || s->rest.at[0] != '{')
		return true;
	if (end == s->rest.len)
		return wrong(s, s->rest.at, "a { without its }",
		    "end it, or write the { elsewhere");
	*argument = span_of(s->rest.at + 1, end - 1);
	s->rest = span_from(s->rest, end + 1);
	return true;
}

static void
read_name(struct spec *s, struct log_part *part)
{
	struct span name = s->rest;
	size_t i = 0;

	for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++)
		if (span_starts(name, span_of_str(codes[k].code))) {
			s->rest = span_from(name, strlen(codes[k].code));
			part->field = codes[k].field;
			part->local = strcmp(codes[k].code, "tl") == 0;
			return;
		}
	/* "<st", "Sh", "mt", "err_code", "adapt::sum_trs": not ours. */
	while (i < name.len && (name.at[i] == '<' || name.at[i] == '>' ||
	        name.at[i] == '_' || name.at[i] == ':' ||
	        isalpha(name.at[i])))
		i++;
	/* A colon may be a literal behind a code: "%Ss:%Sh". */
	while (i > 0 && name.at[i - 1] == ':')
		i--;
	s->rest = span_from(name, i);
}

static bool
read_stamp(struct spec *s, struct log_part *part, struct span format)
{
	size_t at = 0;
	const char *what;

	part->stamp = format.len > 0 ? format
	    : part->local            ? SPAN(STAMP_LOCAL)
	                             : SPAN(STAMP_GMT);
	what = stamp_check(part->stamp, &at);
	if (what != NULL)
		return wrong(s, part->stamp.at + at, what,
		    "write it as squid.conf has it");
	/* A clock without a date may stand beside a time that is whole. */
	if (!stamp_tells(part->stamp))
		part->field = LOG_SKIP;
	return true;
}

/* "%-6>Hs", "%[un", "%{Referer}>h", "%tl{%F %T}": behind the "%". */
static bool
read_code(struct spec *s, struct log_part *part)
{
	struct span argument = { NULL, 0 };
	size_t i = 0;

	while (i < s->rest.len && (isdigit(s->rest.at[i]) ||
	        (s->rest.at[i] != 0 &&
	            strchr("-.[\"'#/", s->rest.at[i]) != NULL)))
		i++;
	s->rest = span_from(s->rest, i);
	if (!read_argument(s, &argument))
		return false;
	read_name(s, part);
	if (!span_is_set(argument) && !read_argument(s, &argument))
		return false;
	return part->field != LOG_STAMP || read_stamp(s, part, argument);
}

static bool
read_part(struct spec *s, struct log_part *part)
{
	uint8_t byte = s->rest.at[0];

	*part = (struct log_part){ .literal = true, .until = byte };
	s->rest = span_from(s->rest, 1);
	if (byte != '%')
		return true;
	if (s->rest.len == 0 || s->rest.at[0] == '%') {
		s->rest = span_from(s->rest, 1);
		return true;
	}
	part->literal = false;
	if (!read_code(s, part))
		return false;
	part->until = s->rest.len > 0 ? s->rest.at[0] : 0;
	return true;
}

bool
log_format_squid(struct log_format *f, const char *name, struct span spec,
    struct log_problem *problem)
{
	struct spec s = { spec, spec, problem };
	struct log_part part;

	*f = (struct log_format){ .name = name };
	while (s.rest.len > 0) {
		const uint8_t *at = s.rest.at;

		if (!read_part(&s, &part))
			return false;
		if (!add(f, part))
			return wrong(&s, at, "it is too long",
			    "leave out what is at the end of a line");
	}
	return is_enough(f) ||
	    wrong(&s, NULL, "no whole time, client or status in it",
	        "%ts %>a %>Hs: see p407(1)");
}

bool
log_format_w3c(struct log_format *f, struct span words)
{
	*f = (struct log_format){ .name = "W3C extended", .w3c = true };
	for (words = span_trim(words); words.len > 0;
	     words = span_trim(words)) {
		size_t end = 0;
		struct log_part part = { .until = ' ' };

		while (end < words.len && words.at[end] != ' ' &&
		    words.at[end] != '\t')
			end++;

		struct span word = span_first(words, end);

		for (size_t i = 0;
		     i < sizeof(w3c_names) / sizeof(w3c_names[0]); i++)
			if (span_eq_nocase(word,
			        span_of_str(w3c_names[i].name)))
				part.field = w3c_names[i].field;
		if (!add(f, part))
			return false;
		words = span_from(words, end);
	}
	return is_enough(f);
}

bool
log_format_known(size_t i, struct log_format *f)
{
	struct log_problem problem;

	return i < sizeof(known) / sizeof(known[0]) &&
	    log_format_squid(f, known[i].name, span_of_str(known[i].spec),
	        &problem);
}

static void
keep(struct log_line *out, enum log_field field, struct span value)
{
	if (field != LOG_SKIP && !span_is_set(out->field[field]) &&
	    value.len > 0 && !span_eq(value, SPAN("-")))
		out->field[field] = value;
}

static struct span
skip_space(struct span s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = span_from(s, 1);
	return s;
}

/* Values between spaces; one in quotes may hold some. */
static bool
read_w3c(const struct log_format *f, struct span line, struct log_line *out)
{
	for (size_t i = 0; i < f->n; i++) {
		size_t end = 0;

		line = skip_space(line);
		if (line.len == 0)
			return false;
		if (line.at[0] == '"') {
			line = span_from(line, 1);
			end = span_find(line, '"');
			keep(out, f->parts[i].field, span_first(line, end));
			line = span_from(line, end + 1);
			continue;
		}
		while (end < line.len && line.at[end] != ' ' &&
		    line.at[end] != '\t')
			end++;
		keep(out, f->parts[i].field, span_first(line, end));
		line = span_from(line, end);
	}
	return true;
}

static size_t
last_colon(struct span line)
{
	size_t end = span_find(line, ' ');

	while (end > 0 && line.at[end - 1] != ':')
		end--;
	return end > 0 ? end - 1 : line.len;
}

/* How much of the line a value is, which ends where the next literal stands;
 * more than there is: the line does not have it. */
static size_t
value_length(const struct log_part *part, struct span line)
{
	size_t end = part->until == 0 ? line.len
	                              : span_find(line, part->until);

	if (span_is_set(part->stamp)) {
		end = stamp_length(part->stamp, line);
		return end > 0 ? end : line.len + 1;
	}
	/* "%>a:%>p": an IPv6 address holds colons. */
	if (part->field == LOG_CLIENT && part->until == ':')
		end = last_colon(line);
	return end == line.len && part->until != 0 ? line.len + 1 : end;
}

static bool
read_value(const struct log_part *part, struct span *line,
    struct log_line *out)
{
	size_t length;

	/* A width pads on the left. */
	*line = skip_space(*line);
	length = value_length(part, *line);
	if (length > line->len)
		return false;
	if (part->field == LOG_STAMP && !span_is_set(out->field[LOG_STAMP]))
		out->stamp = part->stamp;
	keep(out, part->field, span_first(*line, length));
	*line = span_from(*line, length);
	return true;
}

static bool
read_literal(uint8_t byte, struct span *line)
{
	if (line->len == 0 || line->at[0] != byte)
		return false;
	*line = byte == ' ' ? skip_space(*line) : span_from(*line, 1);
	return true;
}

bool
log_format_read(const struct log_format *f, struct span line,
    struct log_line *out)
{
	*out = (struct log_line){ .field = { { NULL, 0 } } };
	if (f->w3c)
		return read_w3c(f, line, out);
	for (size_t i = 0; i < f->n; i++) {
		const struct log_part *part = &f->parts[i];

		if (!(part->literal ? read_literal(part->until, &line)
		                    : read_value(part, &line, out)))
			return false;
	}
	return true;
}

/* "%03tu" behind a time of whole seconds. */
static when_ns
with_milliseconds(const struct log_line *l, when_ns t)
{
	struct span tu = l->field[LOG_MILLISECONDS];
	uint64_t ms = 0;

	if (t == WHEN_NONE ||
	    (span_is_set(tu) && (!span_decimal(tu, &ms) || ms > 999)))
		return WHEN_NONE;
	return when_after(t, (int64_t)ms * WHEN_MS);
}

when_ns
log_line_time(const struct log_line *l)
{
	struct span date = l->field[LOG_DATE], time = l->field[LOG_TIME];
	uint64_t seconds;
	char iso[40];

	if (span_is_set(l->field[LOG_SECONDS]))
		return span_decimal(l->field[LOG_SECONDS], &seconds) &&
		        seconds <= UINT64_C(4102444800)
		    ? with_milliseconds(l, (when_ns)seconds * WHEN_SECOND)
		    : WHEN_NONE;
	if (span_is_set(l->field[LOG_STAMP]))
		return with_milliseconds(l,
		    stamp_time(l->stamp, l->field[LOG_STAMP]));
	if (date.len != 10 || time.len < 8 || time.len > 15)
		return WHEN_NONE;
	snprintf(iso, sizeof(iso), "%.*sT%.*s", (int)date.len,
	    (const char *)date.at, (int)time.len, (const char *)time.at);
	return when_of_iso(span_of_str(iso));
}
