/* SPDX-License-Identifier: BSD-2-Clause */
#include "events/parts.h"

unsigned
parts_which(struct span word, parts_name *name, unsigned most)
{
	for (unsigned i = 0; i <= most && span_has_bytes(word); i++) {
		const char *one = name(i);

		if (one != NULL && span_eq(word, span_of_str(one)))
			return i;
	}
	return most + 1;
}

uint32_t
parts_id(struct span text)
{
	uint64_t n = 0;

	return span_starts(text, SPAN("a")) &&
	        span_decimal(span_from(text, 1), &n) && n <= UINT32_MAX
	    ? (uint32_t)n
	    : 0;
}

size_t
parts_count(struct span list, size_t most)
{
	struct reader r = reader_of(list);
	struct json_member m;
	size_t n = 0;

	if (!span_is_set(list) || !json_array(&r))
		return 0;
	while (n < most && json_element(&r, &m))
		n++;
	return n;
}

const char **
parts_strings(struct arena *a, struct span list, size_t *n)
{
	/* Tallies have at most fifty names. */
	size_t room = parts_count(list, 64);
	const char **out = arena_new(a, (room + 1) * sizeof(*out));
	struct reader r = reader_of(list);
	struct json_member m;

	*n = 0;
	json_array(&r);
	while (*n < room && json_element(&r, &m)) {
		out[*n] = m.is_string ? json_text(a, m.value) : NULL;
		*n += out[*n] != NULL;
	}
	return out;
}

void
parts_read(struct arena *a, struct span object, const struct part *parts,
    size_t n, void *out)
{
	for (size_t i = 0; i < n; i++) {
		struct span value = json_member(object, parts[i].key);
		void *at = (char *)out + parts[i].at;

		if (!span_is_set(value))
			continue;
		switch (parts[i].kind) {
		case PART_TEXT:
			*(const char **)at =
			    json_string(a, object, parts[i].key);
			break;
		case PART_TIME:
			*(when_ns *)at = when_of_iso(value);
			break;
		case PART_BOOL:
			*(bool *)at = span_eq(value, SPAN("true"));
			break;
		case PART_NUMBER:
			span_decimal(value, (uint64_t *)at);
			break;
		}
	}
}
