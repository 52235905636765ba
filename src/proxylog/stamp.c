/* SPDX-License-Identifier: BSD-2-Clause */
#include "proxylog/stamp.h"

#include <ctype.h>
#include <stdio.h>

enum part {
	NOTHING = 0, /* stepped over */
	YEAR,
	YEAR_OF_CENTURY,
	MONTH,
	DAY,
	DAY_OF_YEAR,
	HOUR,
	HOUR_OF_HALF,
	HALF, /* 1: p.m. */
	MINUTE,
	SECOND,
	EPOCH,
	ZONE, /* seconds east */
	PARTS,
};

struct moment {
	int64_t part[PARTS];
	unsigned seen; /* bits of parts */
};

#define BIT(part) (1u << (part))

enum kind { DIGITS, MONTHS, DAYS, HALVES, OFFSET, LETTERS, SPACE, WORDS };

static const struct conversion {
	char letter;
	uint8_t kind, part, least, most; /* digits; blanks may stand for some */
	const char *means;               /* others in its place */
} conversions[] = {
	{ 'Y', DIGITS, YEAR, 4, 4, NULL },
	{ 'y', DIGITS, YEAR_OF_CENTURY, 2, 2, NULL },
	{ 'm', DIGITS, MONTH, 1, 2, NULL },
	{ 'b', MONTHS, MONTH, 0, 0, NULL },
	{ 'h', MONTHS, MONTH, 0, 0, NULL },
	{ 'B', MONTHS, MONTH, 0, 0, NULL },
	{ 'd', DIGITS, DAY, 1, 2, NULL },
	{ 'e', DIGITS, DAY, 1, 2, NULL },
	{ 'j', DIGITS, DAY_OF_YEAR, 1, 3, NULL },
	{ 'H', DIGITS, HOUR, 1, 2, NULL },
	{ 'k', DIGITS, HOUR, 1, 2, NULL },
	{ 'I', DIGITS, HOUR_OF_HALF, 1, 2, NULL },
	{ 'l', DIGITS, HOUR_OF_HALF, 1, 2, NULL },
	{ 'p', HALVES, HALF, 0, 0, NULL },
	{ 'P', HALVES, HALF, 0, 0, NULL },
	{ 'M', DIGITS, MINUTE, 1, 2, NULL },
	{ 'S', DIGITS, SECOND, 1, 2, NULL },
	{ 's', DIGITS, EPOCH, 1, 10, NULL },
	{ 'z', OFFSET, ZONE, 0, 0, NULL },
	{ 'Z', LETTERS, NOTHING, 0, 0, NULL },
	{ 'a', DAYS, NOTHING, 0, 0, NULL },
	{ 'A', DAYS, NOTHING, 0, 0, NULL },
	{ 'u', DIGITS, NOTHING, 1, 1, NULL },
	{ 'w', DIGITS, NOTHING, 1, 1, NULL },
	{ 'U', DIGITS, NOTHING, 1, 2, NULL },
	{ 'V', DIGITS, NOTHING, 1, 2, NULL },
	{ 'W', DIGITS, NOTHING, 1, 2, NULL },
	{ 'C', DIGITS, NOTHING, 2, 2, NULL },
	{ 'g', DIGITS, NOTHING, 2, 2, NULL },
	{ 'G', DIGITS, NOTHING, 4, 4, NULL },
	{ 'n', SPACE, NOTHING, 0, 0, NULL },
	{ 't', SPACE, NOTHING, 0, 0, NULL },
	{ 'D', WORDS, NOTHING, 0, 0, "%m/%d/%y" },
	{ 'x', WORDS, NOTHING, 0, 0, "%m/%d/%y" },
	{ 'F', WORDS, NOTHING, 0, 0, "%Y-%m-%d" },
	{ 'R', WORDS, NOTHING, 0, 0, "%H:%M" },
	{ 'T', WORDS, NOTHING, 0, 0, "%H:%M:%S" },
	{ 'X', WORDS, NOTHING, 0, 0, "%H:%M:%S" },
	{ 'r', WORDS, NOTHING, 0, 0, "%I:%M:%S %p" },
	{ 'c', WORDS, NOTHING, 0, 0, "%a %b %e %H:%M:%S %Y" },
};

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };
static const char *const days[] = { "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday" };
static const char *const halves[] = { "AM", "PM" };

/* Behind the '%', a flag, and E or O; NULL: there is no such. */
static const struct conversion *
take_conversion(struct span *format)
{
	static const char flags[] = "_-0^#EO";

	while (format->len > 0 && format->at[0] != 0 &&
	    strchr(flags, format->at[0]) != NULL)
		*format = span_from(*format, 1);
	if (format->len == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]);
	     i++)
		if (conversions[i].letter == format->at[0]) {
			*format = span_from(*format, 1);
			return &conversions[i];
		}
	return NULL;
}

static void
put(struct moment *m, const struct conversion *c, int64_t value)
{
	if (c->part == NOTHING)
		return;
	m->part[c->part] = value;
	m->seen |= BIT(c->part);
}

static bool
take_digits(struct span *line, const struct conversion *c, int64_t *value)
{
	size_t n = 0, blanks = 0;
	uint64_t number;

	while (c->least < c->most && blanks + 1 < c->most &&
	    blanks < line->len && line->at[blanks] == ' ')
		blanks++;
	*line = span_from(*line, blanks);
	while (n + blanks < c->most && n < line->len && isdigit(line->at[n]))
		n++;
	if (n + blanks < c->least || !span_decimal(span_first(*line, n),
	        &number))
		return false;
	*value = (int64_t)number;
	*line = span_from(*line, n);
	return true;
}

/* In full, or the first three letters: one of them, from 1. */
static bool
take_name(struct span *line, const char *const *names, int n, int64_t *which)
{
	for (int i = 0; i < n; i++) {
		struct span name = span_of_str(names[i]);

		if (!span_starts_nocase(*line, name))
			name = span_first(name, 3);
		if (!span_starts_nocase(*line, name))
			continue;
		*line = span_from(*line, name.len);
		*which = i + 1;
		return true;
	}
	return false;
}

/* "+0100", "-05:30" ([RFC 5322] 3.3, ISO 8601). */
static bool
take_zone(struct span *line, int64_t *seconds)
{
	struct span s = *line;
	uint64_t hours, minutes;
	bool west = s.len > 0 && s.at[0] == '-';

	if (s.len < 5 || (!west && s.at[0] != '+') ||
	    !span_decimal(span_of(s.at + 1, 2), &hours))
		return false;
	s = span_from(s, s.at[3] == ':' ? 4 : 3);
	if (s.len < 2 || !span_decimal(span_first(s, 2), &minutes))
		return false;
	*line = span_from(s, 2);
	*seconds = (int64_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

static bool take_all(struct span format, struct span *line,
    struct moment *m);

static bool
take_one(const struct conversion *c, struct span *line, struct moment *m)
{
	int64_t value = 0;
	size_t n = 0;
	bool ok = true;

	switch ((enum kind)c->kind) {
	case DIGITS:
		ok = take_digits(line, c, &value);
		break;
	case MONTHS:
		ok = take_name(line, months, 12, &value);
		break;
	case DAYS:
		ok = take_name(line, days, 7, &value);
		break;
	case HALVES:
		ok = take_name(line, halves, 2, &value);
		value--;
		break;
	case OFFSET:
		ok = take_zone(line, &value);
		break;
	case LETTERS:
		while (n < line->len && (isalnum(line->at[n]) ||
		        line->at[n] == '+' || line->at[n] == '-'))
			n++;
		*line = span_from(*line, n);
		break;
	case SPACE:
		ok = line->len > 0 && isspace(line->at[0]);
		*line = span_from(*line, 1);
		break;
	case WORDS:
		return take_all(span_of_str(c->means), line, m);
	}
	if (ok)
		put(m, c, value);
	return ok;
}

/* One level deep: what a conversion means has none that means others. */
static bool
take_all(struct span format, struct span *line, struct moment *m)
{
	while (format.len > 0) {
		uint8_t byte = format.at[0];
		const struct conversion *c;

		format = span_from(format, 1);
		if (byte == '%' && format.len > 0 && format.at[0] != '%') {
			c = take_conversion(&format);
			if (c == NULL || !take_one(c, line, m))
				return false;
			continue;
		}
		if (byte == '%')
			format = span_from(format, 1);
		if (line->len == 0 || line->at[0] != byte)
			return false;
		*line = span_from(*line, 1);
	}
	return true;
}

/* -- of a format alone -- */

const char *
stamp_check(struct span format, size_t *at)
{
	struct span rest = format;

	while (rest.len > 0) {
		uint8_t byte = rest.at[0];

		*at = format.len - rest.len;
		rest = span_from(rest, 1);
		if (byte != '%')
			continue;
		if (rest.len > 0 && rest.at[0] == '%')
			rest = span_from(rest, 1);
		else if (take_conversion(&rest) == NULL)
			return "strftime() has no such conversion";
	}
	return NULL;
}

/* The parts that it would set. */
static unsigned
parts_of(struct span format)
{
	unsigned seen = 0;

	while (format.len > 0) {
		uint8_t byte = format.at[0];
		const struct conversion *c;

		format = span_from(format, 1);
		if (byte != '%')
			continue;
		if (format.len > 0 && format.at[0] == '%') {
			format = span_from(format, 1);
			continue;
		}
		c = take_conversion(&format);
		if (c == NULL)
			return 0;
		seen |= c->kind == WORDS ? parts_of(span_of_str(c->means))
		                         : BIT(c->part);
	}
	return seen;
}

static bool
has_all(unsigned seen, unsigned wanted)
{
	return (seen & wanted) == wanted;
}

static bool
is_moment(unsigned seen)
{
	bool year = (seen & (BIT(YEAR) | BIT(YEAR_OF_CENTURY))) != 0;
	bool day = (seen & BIT(DAY_OF_YEAR)) != 0 ||
	    has_all(seen, BIT(MONTH) | BIT(DAY));
	bool hour = (seen & BIT(HOUR)) != 0 ||
	    has_all(seen, BIT(HOUR_OF_HALF) | BIT(HALF));

	return (seen & BIT(EPOCH)) != 0 || (year && day && hour &&
	    has_all(seen, BIT(MINUTE) | BIT(SECOND)));
}

bool
stamp_tells(struct span format)
{
	return is_moment(parts_of(format));
}

bool
stamp_has_zone(struct span format)
{
	return (parts_of(format) & (BIT(ZONE) | BIT(EPOCH))) != 0;
}

/* -- of a line -- */

size_t
stamp_length(struct span format, struct span line)
{
	struct moment m = { .seen = 0 };
	struct span rest = line;

	return take_all(format, &rest, &m) ? line.len - rest.len : 0;
}

when_ns
stamp_time(struct span format, struct span line)
{
	struct moment m = { .seen = 0 };
	int64_t *p = m.part;
	int64_t later = 0;
	char iso[80];
	when_ns t;

	if (!take_all(format, &line, &m) || !is_moment(m.seen))
		return WHEN_NONE;
	if (m.seen & BIT(EPOCH))
		return p[EPOCH] > INT64_C(4102444800)
		    ? WHEN_NONE
		    : p[EPOCH] * WHEN_SECOND;
	/* [POSIX] strptime(): 69 to 99 are of the last century. */
	if (!(m.seen & BIT(YEAR)))
		p[YEAR] = p[YEAR_OF_CENTURY] +
		    (p[YEAR_OF_CENTURY] < 69 ? 2000 : 1900);
	if (!has_all(m.seen, BIT(MONTH) | BIT(DAY))) {
		if (p[DAY_OF_YEAR] < 1 || p[DAY_OF_YEAR] > 366)
			return WHEN_NONE;
		p[MONTH] = p[DAY] = 1;
		later = (p[DAY_OF_YEAR] - 1) * 86400;
	}
	if (!(m.seen & BIT(HOUR)))
		p[HOUR] = p[HOUR_OF_HALF] % 12 + 12 * p[HALF];
	snprintf(iso, sizeof(iso), "%04d-%02d-%02dT%02d:%02d:%02d",
	    (int)p[YEAR], (int)p[MONTH], (int)p[DAY], (int)p[HOUR],
	    (int)p[MINUTE], (int)p[SECOND]);
	t = when_of_iso(span_of_str(iso));
	return t == WHEN_NONE
	    ? WHEN_NONE
	    : when_after(t, (later - p[ZONE]) * WHEN_SECOND);
}
