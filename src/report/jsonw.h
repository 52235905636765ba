/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonw.h - write JSON: commas, nesting and escaping done once
 *
 *	struct jsonw w = jsonw_of(&line);
 *	jsonw_object(&w, NULL);
 *	jsonw_object(&w, "user");
 *	jsonw_str(&w, "name", a->user);
 *	jsonw_end(&w);
 *	jsonw_end(&w);
 *
 * A value that is not known is left out: jsonw_str() of NULL and
 * jsonw_time() of WHEN_NONE write nothing, and an object in which nothing
 * was written is not there.  Where the reader shall see that something is
 * none, say so with jsonw_null() or an array, which is there even if empty.
 * `key` is a literal of ours; NULL inside arrays and at the top.
 */
#ifndef P407_REPORT_JSONW_H
#define P407_REPORT_JSONW_H

#include "base/text.h"
#include "base/when.h"

enum { JSONW_DEPTH = 16 };

struct jsonw {
	struct text *out;
	unsigned depth;     /* objects and arrays opened */
	unsigned written;   /* of these, how many are in the output */
	struct jsonw_level {
		const char *key;
		bool is_array;
		bool has_members;
	} levels[JSONW_DEPTH];
};

static inline struct jsonw
jsonw_of(struct text *out)
{
	return (struct jsonw){ .out = out };
}

void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);
/* Closes what was opened last. */
void jsonw_end(struct jsonw *w);

void jsonw_str(struct jsonw *w, const char *key, const char *s);
void jsonw_null(struct jsonw *w, const char *key);
/* The string, or null where there is none. */
void jsonw_str_or_null(struct jsonw *w, const char *key, const char *s);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_int(struct jsonw *w, const char *key, int64_t value);
void jsonw_uint(struct jsonw *w, const char *key, uint64_t value);
/* Nanoseconds as seconds with three decimals; a share with six. */
void jsonw_seconds(struct jsonw *w, const char *key, int64_t ns);
void jsonw_ratio(struct jsonw *w, const char *key, double value);
void jsonw_time(struct jsonw *w, const char *key, when_ns when);

#endif
