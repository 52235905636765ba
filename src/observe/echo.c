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
/* In one text; what follows the last of them is left out. */
#define ECHOES_MOST 8

#define ELLIPSIS SPAN("\xe2\x80\xa6")

struct needle {
	struct span is; /* of a token its first bytes: a part is said, too */
	bool token, counts_everywhere;
};

struct needles {
	struct needle at[NEEDLES_MOST];
	size_t n;
	uint8_t decoded[DECODED_MOST]; /* of Basic; wiped */
	size_t n_decoded;
};

static bool
is_token_byte(uint8_t c)
{
	return isalnum(c) || (c != '\0' && strchr("-._~+/=", c) != NULL);
}

static bool
is_no_word(struct span s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s.len; i++)
		letters += isalpha(s.at[i]) != 0;
	return s.len >= NO_WORD_LEAST && letters > 0 && letters < s.len;
}

static void
add(struct needles *x, struct span s)
{
	s = span_trim(s);

	bool is_long = s.len >= LONG_ENOUGH;

	if (s.len >= ECHO_LEAST && x->n < NEEDLES_MOST)
		x->at[x->n++] = (struct needle){ s,
			.counts_everywhere = is_long || is_no_word(s) };
}

/* It may be thousands of bytes long, so it is not looked through. */
static void
add_token(struct needles *x, struct span s)
{
	if (s.len < LONG_ENOUGH)
		add(x, s);
	else if (x->n < NEEDLES_MOST)
		x->at[x->n++] = (struct needle){ span_first(s, LONG_ENOUGH),
			.token = true, .counts_everywhere = true };
}

/* One that the grammar of credentials did not tell to be one. */
static void
add_word(struct needles *x, struct span s)
{
	size_t n = 0;

	while (n < s.len && is_token_byte(s.at[n]))
		n++;
	if (n == s.len)
		add_token(x, s);
	else
		add(x, s);
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
	if (c.scheme.len >= LONG_ENOUGH) /* it is none */
		add_word(x, c.scheme);
	if (span_eq_nocase(c.scheme, SPAN("Digest"))) {
		add(x, challenge_param(&c, "response"));
		return;
	}

	struct span word = c.token68;

	if (span_is_set(word)) {
		add_token(x, word);
	} else {
		word = last_word(span_trim(c.rest));
		add(x, c.rest);
		add_word(x, word);
	}
	if (span_eq_nocase(c.scheme, SPAN("Basic")))
		add_password(x, word);
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

/*
 * The token of which the first bytes stand here, whole or cut short, and what
 * hangs on it, but for the end of a sentence.
 */
static size_t
token_length(struct span text)
{
	size_t n = LONG_ENOUGH;

	while (n < text.len && is_token_byte(text.at[n]))
		n++;
	while (n > LONG_ENOUGH && text.at[n - 1] == '.')
		n--;
	return n;
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
		const struct needle *k = &x->at[i];
		bool alone = k->is.len < LONG_ENOUGH;

		for (size_t at = 0;
		     (prose || k->counts_everywhere) && at < text.len; at++) {
			at += span_find_nocase(span_from(text, at), k->is);
			if (at == text.len ||
			    (alone && in_a_word(text, at, k->is.len)))
				continue;

			size_t n = k->token
			    ? token_length(span_from(text, at))
			    : k->is.len;

			/* Of two the longer: a pair, not its password. */
			if (at < first || (at == first && n > *len)) {
				first = at;
				*len = n;
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
	bool challenge = f->id == FIELD_PROXY_AUTHENTICATE;
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

/* With its tag and the "<" behind it; without that it is no title. */
static struct span
title_of(struct span body)
{
	static const struct span tag = SPAN_INIT("<title>");
	struct span title = span_from(body, span_find_nocase(body, tag));

	return span_first(title, tag.len +
	        span_find(span_from(title, tag.len), '<') + 1);
}

/* Of a head, what is kept of it (manners.h). */
static bool
is_shown(enum http_name id)
{
	return id == FIELD_PROXY_AUTHENTICATE || id == FIELD_SERVER ||
	    id == FIELD_VIA || id == FIELD_PROXY_AGENT ||
	    id == FIELD_X_CACHE || id == FIELD_X_SQUID_ERROR;
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
		const struct http_field *f = &response->fields[i];
		bool in_field = false;
		struct span value = f->value;

		if (is_shown(f->id))
			value = field_without(x, f, a, &in_field);
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
