/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/jsonw.h"

#include <assert.h>
#include <math.h>

#include "base/escape.h"

/* The comma before, and the key of, what comes next in this level. */
static void
lead(struct jsonw *w, struct jsonw_level *level, const char *key)
{
	size_t n = key != NULL ? strlen(key) : 0;
	char *to = text_room(w->out, n + 4);

	if (level != NULL) {
		if (level->has_members)
			*to++ = ',';
		level->has_members = true;
	}
	if (key != NULL) {
		*to++ = '"';
		memcpy(to, key, n);
		to += n;
		*to++ = '"';
		*to++ = ':';
	}
	text_wrote(w->out, to);
}

/* Write the brackets that were put off until there is a member. */
static void
open_pending(struct jsonw *w)
{
	while (w->written < w->depth) {
		struct jsonw_level *level = &w->levels[w->written];

		lead(w, w->written > 0 ? level - 1 : NULL, level->key);
		text_char(w->out, level->is_array ? '[' : '{');
		w->written++;
	}
}

static void
value(struct jsonw *w, const char *key)
{
	open_pending(w);
	lead(w, w->depth > 0 ? &w->levels[w->depth - 1] : NULL, key);
}

static void
push(struct jsonw *w, const char *key, bool is_array)
{
	assert(w->depth < JSONW_DEPTH);
	w->levels[w->depth++] =
	    (struct jsonw_level){ .key = key, .is_array = is_array };
}

void
jsonw_object(struct jsonw *w, const char *key)
{
	push(w, key, false);
}

void
jsonw_array(struct jsonw *w, const char *key)
{
	push(w, key, true);
	open_pending(w);
}

void
jsonw_end(struct jsonw *w)
{
	assert(w->depth > 0);
	w->depth--;
	if (w->written > w->depth) {
		text_char(w->out, w->levels[w->depth].is_array ? ']' : '}');
		w->written--;
	}
}

void
jsonw_str(struct jsonw *w, const char *key, const char *s)
{
	if (s == NULL)
		return;
	value(w, key);
	text_char(w->out, '"');
	escape_json(w->out, span_of_str(s));
	text_char(w->out, '"');
}

void
jsonw_null(struct jsonw *w, const char *key)
{
	value(w, key);
	text_str(w->out, "null");
}

void
jsonw_str_or_null(struct jsonw *w, const char *key, const char *s)
{
	if (s == NULL)
		jsonw_null(w, key);
	else
		jsonw_str(w, key, s);
}

void
jsonw_bool(struct jsonw *w, const char *key, bool yes)
{
	value(w, key);
	text_str(w->out, yes ? "true" : "false");
}

void
jsonw_int(struct jsonw *w, const char *key, int64_t n)
{
	value(w, key);
	if (n < 0)
		text_char(w->out, '-');
	text_uint(w->out, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void
jsonw_uint(struct jsonw *w, const char *key, uint64_t n)
{
	value(w, key);
	text_uint(w->out, n);
}

void
jsonw_seconds(struct jsonw *w, const char *key, int64_t ns)
{
	/* In whole numbers: printf("%f") depends on the locale. */
	int64_t ms = ns / WHEN_MS, whole = ms / 1000, rest = ms % 1000;

	value(w, key);
	if (ms < 0)
		text_char(w->out, '-');
	text_uint(w->out, (uint64_t)(whole < 0 ? -whole : whole));
	text_char(w->out, '.');
	text_digits(w->out, (unsigned)(rest < 0 ? -rest : rest), 3);
}

void
jsonw_ratio(struct jsonw *w, const char *key, double share)
{
	if (!isfinite(share))
		return;
	share = share < 0 ? 0 : share > 1 ? 1 : share;

	unsigned millionths = (unsigned)(share * 1e6 + 0.5);

	value(w, key);
	text_uint(w->out, millionths / 1000000);
	text_char(w->out, '.');
	text_digits(w->out, millionths % 1000000, 6);
}

void
jsonw_time(struct jsonw *w, const char *key, when_ns when)
{
	if (when == WHEN_NONE)
		return;
	value(w, key);
	text_char(w->out, '"');
	when_iso(w->out, when);
	text_char(w->out, '"');
}
