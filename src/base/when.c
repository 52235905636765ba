/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/when.h"

#include <stdio.h>

/* FILETIME of 1970-01-01, [MS-DTYP] 2.3.3. */
#define FILETIME_EPOCH UINT64_C(116444736000000000)

when_ns
when_of_filetime(uint64_t filetime)
{
	if (filetime == 0 || filetime > INT64_MAX)
		return WHEN_NONE;

	int64_t steps = (int64_t)filetime - (int64_t)FILETIME_EPOCH;

	if (steps > INT64_MAX / 100 || steps < INT64_MIN / 100)
		return WHEN_NONE;
	return steps * 100;
}

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t
days_of(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

struct date {
	int y, mon, d, h, min, s;
};

static when_ns
when_of_date(const struct date *t)
{
	if (t->y < 1900 || t->y > 2200 || t->mon < 1 || t->mon > 12 ||
	    t->d < 1 || t->d > 31 || t->h < 0 || t->h > 23 || t->min < 0 ||
	    t->min > 59 || t->s < 0 || t->s > 60)
		return WHEN_NONE;
	return (days_of(t->y, t->mon, t->d) * 86400 + t->h * 3600 +
	           t->min * 60 + t->s) * WHEN_SECOND;
}

/* Copy to a C string that sscanf() may read; false if it does not fit. */
static bool
short_str(struct span s, char *out, size_t size)
{
	if (!span_is_set(s) || s.len >= size || span_find(s, 0) != s.len)
		return false;
	memcpy(out, s.at, s.len);
	out[s.len] = '\0';
	return true;
}

when_ns
when_of_kerberos(struct span s)
{
	char buf[24];
	struct date t = { 0 };
	char zone;

	if (!short_str(s, buf, sizeof(buf)) || s.len != 15 ||
	    sscanf(buf, "%4d%2d%2d%2d%2d%2d%c", &t.y, &t.mon, &t.d, &t.h,
	        &t.min, &t.s, &zone) != 7 || zone != 'Z')
		return WHEN_NONE;
	return when_of_date(&t);
}

when_ns
when_of_http_date(struct span s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char buf[40], mon[4];
	struct date t = { 0 };

	if (!short_str(s, buf, sizeof(buf)) ||
	    sscanf(buf, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT",
	        &t.d, mon, &t.y, &t.h, &t.min, &t.s) != 6)
		return WHEN_NONE;

	const char *hit = strstr(months, mon);

	if (strlen(mon) != 3 || hit == NULL || (hit - months) % 3 != 0)
		return WHEN_NONE;
	t.mon = (int)(hit - months) / 3 + 1;
	return when_of_date(&t);
}

when_ns
when_of_iso(struct span s)
{
	char buf[40];
	struct date t = { 0 };
	int used = 0;

	if (!short_str(s, buf, sizeof(buf)) ||
	    sscanf(buf, "%4d-%2d-%2d%n", &t.y, &t.mon, &t.d, &used) != 3)
		return WHEN_NONE;

	const char *rest = buf + used;

	if (*rest == 'T' || *rest == ' ') {
		rest++;
		if (sscanf(rest, "%2d:%2d%n", &t.h, &t.min, &used) != 2)
			return WHEN_NONE;
		rest += used;
		if (*rest == ':') {
			if (sscanf(rest, ":%2d%n", &t.s, &used) != 1)
				return WHEN_NONE;
			rest += used;
		}
	}

	int64_t fraction = 0, unit = WHEN_SECOND;

	if (*rest == '.')
		for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
			unit /= 10;
			fraction += (*rest - '0') * unit;
		}
	if (*rest == 'Z')
		rest++;
	if (*rest != '\0')
		return WHEN_NONE;

	when_ns whole = when_of_date(&t);

	return whole == WHEN_NONE ? WHEN_NONE : whole + fraction;
}

struct shown {
	int64_t y;
	unsigned mon, d, h, min, s, ns;
};

/* In UTC, also before 1970: days_of() the other way round. */
static struct shown
shown_of(when_ns when)
{
	int64_t s = when / WHEN_SECOND, ns = when % WHEN_SECOND;

	if (ns < 0) {
		ns += WHEN_SECOND;
		s--;
	}

	int64_t days = s / 86400, of_day = s % 86400;

	if (of_day < 0) {
		of_day += 86400;
		days--;
	}

	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	unsigned mon = (unsigned)(mp < 10 ? mp + 3 : mp - 9);

	return (struct shown){
		.y = yoe + era * 400 + (mon <= 2),
		.mon = mon,
		.d = (unsigned)(doy - (153 * mp + 2) / 5 + 1),
		.h = (unsigned)(of_day / 3600),
		.min = (unsigned)(of_day / 60 % 60),
		.s = (unsigned)(of_day % 60),
		.ns = (unsigned)ns,
	};
}

/* Two digits: half of a report is times. */
static char *
two(char *to, unsigned n)
{
	*to++ = (char)('0' + n / 10 % 10);
	*to++ = (char)('0' + n % 10);
	return to;
}

static char *
put_day(char *to, const struct shown *t, char then)
{
	to = two(two(to, (unsigned)t->y / 100), (unsigned)t->y % 100);
	*to++ = '-';
	to = two(to, t->mon);
	*to++ = '-';
	to = two(to, t->d);
	*to++ = then;
	return to;
}

static char *
put_time(char *to, const struct shown *t)
{
	to = two(to, t->h);
	*to++ = ':';
	to = two(to, t->min);
	*to++ = ':';
	to = two(to, t->s);
	*to++ = '.';
	return to;
}

static void
add(struct text *t, const char *from, const char *to)
{
	text_add(t, span_of(from, (size_t)(to - from)));
}

void
when_iso(struct text *t, when_ns when)
{
	struct shown at = shown_of(when);
	char buf[32], *to = put_time(put_day(buf, &at, 'T'), &at);
	unsigned us = at.ns / 1000;

	to = two(two(two(to, us / 10000), us / 100 % 100), us % 100);
	*to++ = 'Z';
	add(t, buf, to);
}

void
when_day_time(struct text *t, when_ns when)
{
	struct shown at = shown_of(when);
	char buf[32], *to = put_time(put_day(buf, &at, ' '), &at);

	add(t, buf, to - 1);
}

void
when_clock(struct text *t, when_ns when)
{
	struct shown at = shown_of(when);
	char buf[32], *to = put_time(buf, &at);
	unsigned ms = at.ns / (unsigned)WHEN_MS;

	*to++ = (char)('0' + ms / 100);
	add(t, buf, two(to, ms % 100));
}

void
when_length(struct text *t, int64_t ns)
{
	if (ns < 0) {
		text_char(t, '-');
		ns = ns == INT64_MIN ? INT64_MAX : -ns;
	}

	int64_t s = ns / WHEN_SECOND;

	/* To the minute: two hours less a second are two hours. */
	if (s >= 3600)
		s += 30;
	if (ns < WHEN_MS)
		text_fmt(t, "%d us", (int)(ns / 1000));
	else if (s == 0)
		text_fmt(t, "%d ms", (int)(ns / WHEN_MS));
	else if (s < 60)
		text_fmt(t, "%d.%d s", (int)s,
		    (int)(ns % WHEN_SECOND / (WHEN_SECOND / 10)));
	else if (s < 3600)
		text_fmt(t, "%d min %d s", (int)(s / 60), (int)(s % 60));
	else if (s < 172800)
		text_fmt(t, "%d h %d min", (int)(s / 3600),
		    (int)(s % 3600 / 60));
	else
		text_fmt(t, "%lld d", (long long)(s / 86400));
}
