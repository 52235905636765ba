/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - the members of one flat JSON object, for the parts of a JWT, and
 * for the lines that p407 itself writes
 *
 * Reads the top level of an object; nested values are stepped over.  Spans
 * point into the text; strings keep their escapes.
 */
#ifndef P407_AUTH_JSON_H
#define P407_AUTH_JSON_H

#include "base/arena.h"
#include "base/reader.h"
#include "base/text.h"

struct json_member {
	struct span name;  /* without quotes */
	struct span value; /* a string without quotes, else as written */
	bool is_string;
};

/* To begin: a reader over the text; false if it is no object. */
bool json_object(struct reader *r);

/* The next member; false at the end, or at damage (reader_ok() tells). */
bool json_next(struct reader *r, struct json_member *out);

/* As both, for an array: its elements have no names. */
bool json_array(struct reader *r);
bool json_element(struct reader *r, struct json_member *out);

/* The value of a member of an object; unset if there is none of that name. */
struct span json_member(struct span object, const char *name);

/* A string value unescaped, as UTF-8 and without NUL. */
const char *json_text(struct arena *a, struct span value);

/* The same of a member; NULL if it is not there, or no string. */
const char *json_string(struct arena *a, struct span object,
    const char *name);

/* Add a string value with its escapes undone. */
void json_unescape(struct text *t, struct span value);

#endif
