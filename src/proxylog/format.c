/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxylog/format.h"

#include <ctype.h>
#include <stdio.h>

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
	{ "tl", LOG_LOCAL_TIME },
	{ "tg", LOG_LOCAL_TIME },
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
	    (has(f, LOG_SECONDS) || has(f, LOG_LOCAL_TIME) ||
	        (has(f, LOG_DATE) && has(f, LOG_TIME)));
}

/* "%-6>Hs", "%[un", "%{Referer}>h": what it is, and how much of the spec. */
static enum log_field
read_code(struct span *s)
{
	size_t i = 0;

	while (i < s->len && (isdigit(s->at[i]) ||
	        (s->at[i] != 0 && strchr("-.[\"'#/", s->at[i]) != NULL)))
		i++;
	if (i < s->len && s->at[i] == '{') {
		while (i < s->len && s->at[i] != '}')
			i++;
		i += i < s->len;
	}
	*s = span_from(*s, i);
	for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++)
		if (span_starts(*s, span_of_str(codes[k].code))) {
			*s = span_from(*s, strlen(codes[k].code));
			return codes[k].field;
		}
	/* "<st", "Sh", "mt", "err_code", "adapt::sum_trs": not ours. */
	for (i = 0; i < s->len && (s->at[i] == '<' || s->at[i] == '>' ||
	        s->at[i] == '_' || s->at[i] == ':' || isalpha(s->at[i]));)
		i++;
	/* A colon may be a literal behind a code: "%Ss:%Sh". */
	while (i > 0 && s->at[i - 1] == ':')
		i--;
	*s = span_from(*s, i);
	return LOG_SKIP;
}

bool
log_format_squid(struct log_format *f, const char *name, struct span spec)
{
	*f = (struct log_format){ .name = name };
	while (spec.len > 0) {
		struct log_part part = { .literal = true,
			.until = spec.at[0] };

		spec = span_from(spec, 1);
		if (part.until == '%' && spec.len > 0 && spec.at[0] != '%') {
			part.literal = false;
			part.field = read_code(&spec);
			part.until = spec.len > 0 ? spec.at[0] : 0;
		} else if (part.until == '%') {
			spec = span_from(spec, 1);
		}
		if (!add(f, part))
			return false;
	}
	return is_enough(f);
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
	return i < sizeof(known) / sizeof(known[0]) &&
	    log_format_squid(f, known[i].name, span_of_str(known[i].spec));
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

bool
log_format_read(const struct log_format *f, struct span line,
    struct log_line *out)
{
	*out = (struct log_line){ .field = { { NULL, 0 } } };
	if (f->w3c)
		return read_w3c(f, line, out);
	for (size_t i = 0; i < f->n; i++) {
		const struct log_part *part = &f->parts[i];

		if (part->literal && part->until == ' ') {
			if (line.len == 0 || line.at[0] != ' ')
				return false;
			line = skip_space(line);
		} else if (part->literal) {
			if (line.len == 0 || line.at[0] != part->until)
				return false;
			line = span_from(line, 1);
		} else {
			/* A width pads on the left. */
			line = skip_space(line);

			size_t end = part->until == 0
			    ? line.len
			    : span_find(line, part->until);

			/* "%>a:%>p": an IPv6 address holds colons. */
			if (part->field == LOG_CLIENT && part->until == ':')
				end = last_colon(line);
			/* "%tg": the zone stands behind a space. */
			if (part->field == LOG_LOCAL_TIME && end == 20 &&
			    line.len >= 26)
				end = 26;
			if (end == line.len && part->until != 0)
				return false;
			keep(out, part->field, span_first(line, end));
			line = span_from(line, end);
		}
	}
	return true;
}

/* "23/Nov/2026:10:31:07 +0100", [RFC 5322 3.3 for the zone]. */
static when_ns
local_time(struct span s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[32];
	int64_t zone;

	if (s.len < 26 || s.at[2] != '/' || s.at[6] != '/' ||
	    s.at[11] != ':' || s.at[20] != ' ')
		return WHEN_NONE;
	for (int m = 0; m < 12; m++) {
		if (memcmp(s.at + 3, months + 3 * (ptrdiff_t)m, 3) != 0)
			continue;
		snprintf(iso, sizeof(iso), "%.4s-%02d-%.2sT%.8s",
		    (const char *)s.at + 7, m + 1, (const char *)s.at,
		    (const char *)s.at + 12);

		when_ns t = when_of_iso(span_of_str(iso));
		uint64_t hhmm;

		if (t == WHEN_NONE ||
		    !span_decimal(span_of(s.at + 22, 4), &hhmm))
			return WHEN_NONE;
		zone = (int64_t)(hhmm / 100 * 3600 + hhmm % 100 * 60) *
		    WHEN_SECOND;
		return when_after(t, s.at[21] == '-' ? zone : -zone);
	}
	return WHEN_NONE;
}

when_ns
log_line_time(const struct log_line *l)
{
	struct span date = l->field[LOG_DATE], time = l->field[LOG_TIME];
	uint64_t seconds, ms = 0;
	char iso[40];

	if (span_is_set(l->field[LOG_SECONDS])) {
		struct span tu = l->field[LOG_MILLISECONDS];

		if (!span_decimal(l->field[LOG_SECONDS], &seconds) ||
		    seconds > UINT64_C(4102444800) ||
		    (span_is_set(tu) && (!span_decimal(tu, &ms) || ms > 999)))
			return WHEN_NONE;
		return (when_ns)seconds * WHEN_SECOND +
		    (when_ns)ms * WHEN_MS;
	}
	if (span_is_set(l->field[LOG_LOCAL_TIME]))
		return local_time(l->field[LOG_LOCAL_TIME]);
	if (date.len != 10 || time.len < 8 || time.len > 15)
		return WHEN_NONE;
	snprintf(iso, sizeof(iso), "%.*sT%.*s", (int)date.len,
	    (const char *)date.at, (int)time.len, (const char *)time.at);
	return when_of_iso(span_of_str(iso));
}
