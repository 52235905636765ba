/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/json.h"

#include "base/escape.h"
#include "base/utf16.h"

#define DEPTH_MOST  32
#define STRING_MOST 16384

static int
peek(struct reader *r)
{
	while (r->pos < r->in.len &&
	    strchr(" \t\r\n", r->in.at[r->pos]) != NULL &&
	    r->in.at[r->pos] != 0)
		r->pos++;
	return reader_ok(r) && r->pos < r->in.len ? r->in.at[r->pos] : -1;
}

static bool
take(struct reader *r, int c)
{
	if (peek(r) != c) {
		reader_fail(r, FAULT_VALUE, r->pos, "JSON");
		return false;
	}
	r->pos++;
	return true;
}

static struct span
string(struct reader *r)
{
	if (!take(r, '"'))
		return (struct span){ 0 };

	size_t begin = r->pos;

	while (r->pos < r->in.len && r->in.at[r->pos] != '"')
		r->pos += r->in.at[r->pos] == '\\' ? 2 : 1;
	if (r->pos >= r->in.len) {
		r->pos = r->in.len;
		reader_fail(r, FAULT_CUT, begin, "JSON string");
		return (struct span){ 0 };
	}
	r->pos++;
	return span_of(r->in.at + begin, r->pos - 1 - begin);
}

/* Step over a value that is no string: number, word, array, object. */
static struct span
other(struct reader *r)
{
	size_t begin = r->pos;
	unsigned depth = 0;

	while (reader_ok(r) && r->pos < r->in.len) {
		uint8_t c = r->in.at[r->pos];

		if (c == '"') {
			string(r);
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}'))
			break;
		if ((c == '[' || c == '{') && ++depth > DEPTH_MOST)
			reader_fail(r, FAULT_LIMIT, r->pos, "JSON");
		if ((c == ']' || c == '}') && depth-- == 0)
			break;
		r->pos++;
	}
	return span_trim(span_of(r->in.at + begin, r->pos - begin));
}

static bool
read_value(struct reader *r, struct json_member *out)
{
	out->is_string = peek(r) == '"';
	out->value = out->is_string ? string(r) : other(r);
	if (!out->is_string && out->value.len == 0)
		reader_fail(r, FAULT_CUT, r->pos, "JSON value");
	return reader_ok(r);
}

bool
json_object(struct reader *r)
{
	return take(r, '{');
}

bool
json_next(struct reader *r, struct json_member *out)
{
	*out = (struct json_member){ 0 };
	if (peek(r) == ',')
		r->pos++;
	if (peek(r) == '}')
		return false;
	out->name = string(r);
	if (!take(r, ':'))
		return false;
	return read_value(r, out);
}

bool
json_array(struct reader *r)
{
	return take(r, '[');
}

bool
json_element(struct reader *r, struct json_member *out)
{
	*out = (struct json_member){ 0 };
	if (peek(r) == ',')
		r->pos++;
	return peek(r) != ']' && read_value(r, out);
}

struct span
json_member(struct span object, const char *name)
{
	struct reader r = reader_of(object);
	struct json_member m;

	if (!span_is_set(object) || !json_object(&r))
		return (struct span){ 0 };
	while (json_next(&r, &m))
		if (span_eq(m.name, span_of_str(name)))
			return m.value;
	return (struct span){ 0 };
}

const char *
json_string(struct arena *a, struct span object, const char *name)
{
	struct span value = json_member(object, name);

	/* A string's value is inside its quotes. */
	return span_is_set(value) && value.at > object.at &&
	        value.at[-1] == '"'
	    ? json_text(a, value)
	    : NULL;
}

const char *
json_text(struct arena *a, struct span value)
{
	struct text plain = { .limit = STRING_MOST };
	struct text utf8 = { .limit = STRING_MOST };
	const char *copy;

	json_unescape(&plain, value);
	for (size_t i = 0; i < plain.len; i++)
		if (plain.at[i] == '\0')
			plain.at[i] = '\x01';
	oem_add(&utf8, utf8_whole(text_span(&plain)));
	copy = arena_str(a, utf8_whole(text_span(&utf8)));
	text_fini(&plain);
	text_fini(&utf8);
	return copy;
}

void
json_unescape(struct text *t, struct span s)
{
	static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.at[i];

		if (c != '\\' || i + 1 >= s.len) {
			text_char(t, (char)c);
			continue;
		}
		c = s.at[++i];

		const char *hit = c != 0 ? strchr(plain, c) : NULL;

		if (hit != NULL) {
			text_char(t, means[hit - plain]);
		} else if (c == 'u' && s.len - i > 4) {
			uint32_t code = 0;

			for (int k = 0; k < 4; k++) {
				uint8_t h = s.at[++i] | 0x20;

				code = code << 4 |
				    (h >= 'a' ? h - 'a' + 10u : h - '0' + 0u);
			}
			utf8_add(t, code & 0xffff);
		}
	}
}
