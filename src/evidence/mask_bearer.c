/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>

#include "auth/decode.h"
#include "auth/json.h"
#include "evidence/coded.h"
#include "evidence/mask_auth.h"

/* Names and times that a verdict or a reader needs (RFC 7519 4.1). */
static const struct {
	const char *name;
	enum { PLAIN, PLACE, WHO } kind;
} claims[] = {
	{ "alg", PLAIN },
	{ "typ", PLAIN },
	{ "kid", PLAIN },
	{ "enc", PLAIN },
	{ "exp", PLAIN },
	{ "nbf", PLAIN },
	{ "iat", PLAIN },
	{ "scope", PLAIN },
	{ "scp", PLAIN },
	{ "iss", PLACE },
	{ "aud", PLACE },
	{ "sub", WHO },
	{ "azp", WHO },
	{ "client_id", WHO },
};

/* A value that is not known: its quotes, brackets and commas stay. */
static void
hide_value(const struct shown *s, struct span value, bool is_string)
{
	bool quoted = is_string;
	bool word = span_eq(value, SPAN("true")) ||
	    span_eq(value, SPAN("false")) || span_eq(value, SPAN("null"));

	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.at[i];
		uint8_t *out = shown_at(s, value) + i;

		if (!is_string && c == '"')
			quoted = !quoted;
		if (quoted && c == '\\' && i + 1 < value.len) {
			out[0] = out[1] = 'x';
			i++;
		} else if (quoted && c != '"') {
			*out = 'x';
		} else if (isdigit(c)) {
			*out = '1';
		} else if (word || (c != 0 && strchr("[]{},:\"", c) != NULL)) {
			*out = c;
		}
	}
}

static void
mask_claim(struct mask *m, const struct shown *s, const struct json_member *j)
{
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		if (!span_eq(j->name, span_of_str(claims[i].name)))
			continue;
		if (claims[i].kind == PLAIN) {
			show_text(s, j->value);
			return;
		}
		if (!j->is_string)
			break;
		if (claims[i].kind == WHO)
			names_show_account(mask_names(m), s, j->value);
		else if (span_find_nocase(j->value, SPAN("://")) <
		    j->value.len)
			mask_url(m, s, j->value);
		else
			names_show_host(mask_names(m), s, j->value);
		return;
	}
	hide_value(s, j->value, j->is_string);
}

/* The header or the payload of a JWT, decoded. */
static void
mask_json(struct mask *m, const struct shown *s)
{
	struct reader r = reader_of(s->in);
	struct json_member j;

	if (!json_object(&r))
		return;
	/* What stands outside of values: it has no secrets in it. */
	show_text(s, span_first(s->in, r.pos));
	for (size_t before = r.pos; json_next(&r, &j); before = r.pos) {
		struct span all = span_of(s->in.at + before, r.pos - before);

		show_text(s, all);
		if (span_has_bytes(j.value)) {
			memset(shown_at(s, j.value), 'x', j.value.len);
			mask_claim(m, s, &j);
		}
	}
	show_only(s, span_from(s->in, r.pos), "{},");
}

static void
mask_part(struct mask *m, const struct shown *s, struct span part)
{
	struct coded c;

	if (part.len == 0)
		return;
	coded_open(&c, part);

	struct shown inside = coded_inside(&c);

	if (c.len > 0)
		mask_json(m, &inside);
	coded_close(&c, s, true);
}

static void
mask_jwt(struct mask *m, const struct shown *s, struct span t, size_t dots)
{
	size_t first = span_find(t, '.');
	struct span rest = span_from(t, first + 1);
	size_t second = span_find(rest, '.');

	mask_keep(m, t);
	mask_letters(m, s, t);
	mask_part(m, s, span_first(t, first));
	if (dots == 2)
		mask_part(m, s, span_first(rest, second));
	/* The signature; of a JWE all that is encrypted, which has a dot. */
	mask_letters(m, s, span_from(rest, dots == 2 ? second + 1 : 0));
	show_only(s, t, ".%");
}

/* What is sent in place of a token (auth/bearer.c) is no secret. */
static bool
is_no_token(struct span t)
{
	static const char *const words[] = { "undefined", "null", "None",
		"[object Object]", "none", "token", "TOKEN", "true", "false" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq(t, span_of_str(words[i])))
			return true;
	return false;
}

void
mask_bearer(struct mask *m, const struct shown *s, struct span rest)
{
	size_t dots = 0;

	if (rest.len == 0)
		return;
	if (is_no_token(rest)) {
		show(s, rest);
		return;
	}
	/* "Bearer" written twice: what follows is the token. */
	if (span_starts_nocase(rest, SPAN("bearer "))) {
		mask_keep(m, rest);
		show(s, span_first(rest, 7));
		rest = span_from(rest, 7);
	}
	/* Quotes around it, or what opens a template, are no part of it. */
	if (rest.len > 1 && strchr("\"'$<{", rest.at[0]) != NULL &&
	    rest.at[0] != 0) {
		uint8_t last = rest.at[rest.len - 1];

		mask_keep(m, rest);
		show(s, span_first(rest, 1));
		if (last == rest.at[0] || last == '>' || last == '}') {
			show(s, span_from(rest, rest.len - 1));
			rest.len--;
		}
		rest = span_from(rest, 1);
	}
	for (size_t i = 0; i < rest.len; i++)
		dots += rest.at[i] == '.';
	/* With one dot it may be a JWT that was cut. */
	if (dots == 1 || dots == 2 || dots == 4) {
		mask_jwt(m, s, rest, dots);
		return;
	}
	if (rest.len == 0)
		return;
	mask_letters(m, s, rest);

	uint8_t *out = shown_at(s, rest);

	for (size_t i = 0; i < rest.len; i++)
		if (rest.at[i] <= ' ' || rest.at[i] == '.')
			out[i] = rest.at[i] == 0 ? 1 : rest.at[i];
		else if (rest.at[i] >= 0x7f)
			out[i] = 0xe9;
		else if (!bearer_may_hold(rest.at[i]))
			out[i] = '%';
}
