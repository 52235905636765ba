/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/echo.h"

#include <ctype.h>

#include "auth/challenge.h"
#include "base/base64.h"
#include "base/secret.h"

/*
 * Shorter ones may be words that are there anyway, "proxy" or "8080": they
 * count where they stand alone, and outside of prose if they are no words.
 */
#define LONG_ENOUGH 16
#define NO_WORD_LEAST 6
#define NEEDLES_MOST 12
#define DECODED_MOST 512
#define TITLE_MOST 256
/* In one text; what follows the last of them is left out. */
#define ECHOES_MOST 8

#define ELLIPSIS SPAN("\xe2\x80\xa6")

struct needles {
	struct span at[NEEDLES_MOST];
	size_t n;
	uint8_t decoded[DECODED_MOST]; /* of Basic; wiped */
	size_t n_decoded;
};

static void
add(struct needles *x, struct span s)
{
	s = span_trim(s);
	for (size_t i = 0; i < x->n; i++)
		if (span_eq(x->at[i], s))
			return;
	if (s.len >= ECHO_LEAST && x->n < NEEDLES_MOST)
		x->at[x->n++] = s;
}

static struct span
last_word(struct span s)
{
	size_t n = s.len;

	while (n > 0 && !isspace(s.at[n - 1]))
		n--;
	return span_from(s, n);
}

static void
add_password(struct needles *x, struct span coded)
{
	uint8_t *to = x->decoded + x->n_decoded;

	if (base64_room(coded.len) > DECODED_MOST - x->n_decoded)
		return;

	struct span pair = span_of(to, base64_decode(coded, to).len);

	x->n_decoded += pair.len;
	add(x, pair);
	add(x, span_from(pair, span_find(pair, ':') + 1));
}

static void
add_credentials(struct needles *x, struct span value)
{
	struct fault fault = { 0 };
	struct challenge c;

	if (!credentials_read(value, &c, &fault))
		c = (struct challenge){ .scheme = value };
	add(x, c.rest);
	if (c.scheme.len >= LONG_ENOUGH) /* it is none */
		add(x, c.scheme);
	if (span_eq_nocase(c.scheme, SPAN("Digest"))) {
		add(x, challenge_param(&c, "response"));
		return;
	}
	add(x, last_word(span_trim(c.rest)));
	if (span_eq_nocase(c.scheme, SPAN("Basic")))
		add_password(x, last_word(span_trim(c.rest)));
}

static void
add_all(struct needles *x, const struct http_message *request)
{
	for (size_t i = 0; i < request->n_fields; i++) {
		const struct http_field *f = &request->fields[i];

		if (f->id == FIELD_PROXY_AUTHORIZATION ||
		    f->id == FIELD_AUTHORIZATION)
			add_credentials(x, f->value);
	}
}

/* -- in what the proxy says -- */

static bool
is_no_word(struct span needle)
{
	size_t letters = 0;

	for (size_t i = 0; i < needle.len; i++)
		letters += isalpha(needle.at[i]) != 0;
	return needle.len >= NO_WORD_LEAST && letters > 0 &&
	    letters < needle.len;
}

static bool
in_a_word(struct span text, size_t at, size_t len)
{
	return (at > 0 && isalnum(text.at[at - 1])) ||
	    (at + len < text.len && isalnum(text.at[at + len]));
}

/* Where a needle first stands; text.len if none does. */
static size_t
first_in(const struct needles *x, struct span text, bool prose, size_t *len)
{
	size_t first = text.len;

	for (size_t i = 0; i < x->n; i++) {
		struct span needle = x->at[i];
		bool is_long = needle.len >= LONG_ENOUGH;
		bool counts = prose || is_long || is_no_word(needle);

		for (size_t at = 0; counts && at < text.len; at++) {
			at += span_find_nocase(span_from(text, at),
			    needle);
			if (at == text.len ||
			    (!is_long && in_a_word(text, at, needle.len)))
				continue;
			/* Of two the longer: a pair, not its password. */
			if (at < first || (at == first && needle.len > *len)) {
				first = at;
				*len = needle.len;
			}
			break;
		}
	}
	return first;
}

/* Without any; *any is set if there was one.  It never gets longer. */
static struct span
without(const struct needles *x, struct span text, bool prose,
    struct arena *a, bool *any)
{
	size_t len = 0, at = first_in(x, text, prose, &len), n = 0;

	if (at == text.len)
		return text;

	uint8_t *to = arena_new(a, text.len);

	*any = true;
	for (int left = ECHOES_MOST; at < text.len && left > 0; left--) {
		memcpy(to + n, text.at, at);
		n += at;
		memcpy(to + n, ELLIPSIS.at, ELLIPSIS.len);
		n += ELLIPSIS.len;
		text = span_from(text, at + len);
		at = left > 1 ? first_in(x, text, prose, &len) : 0;
	}
	memcpy(to + n, text.at, at);
	return span_of(to, n + at);
}

/* Of a challenge the error and what follows it are prose. */
static struct span
field_without(const struct needles *x, const struct http_field *f,
    struct arena *a, bool *any)
{
	bool challenge = f->id == FIELD_PROXY_AUTHENTICATE ||
	    f->id == FIELD_WWW_AUTHENTICATE;
	struct span value = without(x, f->value, false, a, any);
	size_t error = challenge ? span_find_nocase(value, SPAN("error"))
	                         : value.len;
	bool in_error = false;
	struct span end =
	    without(x, span_from(value, error), true, a, &in_error);

	if (!in_error)
		return value;

	uint8_t *joined = arena_new(a, error + end.len);

	memcpy(joined, value.at, error);
	memcpy(joined + error, end.at, end.len);
	*any = true;
	return span_of(joined, error + end.len);
}

static struct span
title_of(struct span body)
{
	return span_first(
	    span_from(body, span_find_nocase(body, SPAN("<title>"))),
	    TITLE_MOST);
}

static bool
leave_out(const struct needles *x, const struct http_message *response,
    struct http_message *copy, struct arena *a)
{
	struct http_field *fields = NULL;
	bool any = false, in_body = false;

	*copy = *response;
	copy->reason = without(x, response->reason, true, a, &any);
	for (size_t i = 0; i < response->n_fields; i++) {
		bool in_field = false;
		struct span value =
		    field_without(x, &response->fields[i], a, &in_field);

		if (!in_field)
			continue;
		if (fields == NULL) {
			size_t size = response->n_fields * sizeof(*fields);

			fields = arena_new(a, size);
			memcpy(fields, response->fields, size);
			copy->fields = fields;
		}
		fields[i].value = value;
	}

	struct span title =
	    without(x, title_of(response->body_start), true, a, &in_body);

	if (in_body)
		copy->body_start = title;
	return any || in_body || fields != NULL;
}

const struct http_message *
echo_free(const struct http_exchange *e, struct http_message *copy,
    struct arena *a)
{
	struct needles x;
	const struct http_message *response = &e->response;

	x.n = x.n_decoded = 0;
	add_all(&x, &e->request);
	if (x.n > 0 && leave_out(&x, response, copy, a))
		response = copy;
	secret_wipe(x.decoded, x.n_decoded);
	return response;
}
