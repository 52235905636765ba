/* SPDX-License-Identifier: BSD-2-Clause */
/* Bearer, RFC 6750; JWT, RFC 7519.  The token itself is never kept. */
#include <ctype.h>
#include <stdlib.h>

#include "auth/decode.h"
#include "auth/json.h"
#include "base/base64.h"
#include "base/escape.h"
#include "base/memory.h"

/* A header or payload longer than this is not looked into. */
#define PART_MOST 65536

static const char *oddity_of(struct span token);
static void read_part(struct span part, struct arena *a,
    struct token_bearer *b);

void
decode_bearer(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out)
{
	struct token_bearer *b = token_add_bearer(out, a);
	struct span parts[6];
	size_t n = 0;

	if (challenge) {
		out->realm = decode_text(a, challenge_param(c, "realm"));
		b->error = decode_text(a, challenge_param(c, "error"));
		b->error_description =
		    decode_text(a, challenge_param(c, "error_description"));
		b->scope = decode_text(a, challenge_param(c, "scope"));
		return;
	}
	out->kind = TOKEN_BEARER;
	out->bytes = c->rest.len;
	out->secret = secret_fingerprint("bearer", c->rest);
	b->oddity = oddity_of(c->rest);

	for (struct span rest = c->rest; n < 6; n++) {
		size_t dot = span_find(rest, '.');

		parts[n] = span_first(rest, dot);
		if (dot == rest.len) {
			n++;
			break;
		}
		rest = span_from(rest, dot + 1);
	}
	b->is_jwe = n == 5;
	b->is_jwt = n == 3;
	/* The first part of both is the header; only a JWT's second part can
	 * be read. */
	if (n > 1)
		read_part(parts[0], a, b);
	if (b->is_jwt)
		read_part(parts[1], a, b);
	if (b->is_jwt && b->alg == NULL)
		b->is_jwt = false;
	if (b->oddity == NULL && b->alg != NULL && !b->is_jwt && !b->is_jwe)
		b->oddity = "a JWT that is not whole";
}

bool
bearer_may_hold(uint8_t c)
{
	return isalnum(c) || (c != 0 && strchr("-._~+/=|:", c) != NULL);
}

/* What code and templates send in place of a token. */
static const char *
oddity_of(struct span t)
{
	static const char *const words[] = { "undefined", "null", "None",
		"[object Object]", "none", "token", "TOKEN", "true", "false" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq(t, span_of_str(words[i])))
			return words[i];
	if (t.len == 0)
		return "empty";
	if (span_starts_nocase(t, SPAN("bearer ")))
		return "Bearer twice";
	if (t.at[0] == '"' || t.at[0] == '\'')
		return "quotes";
	if (t.at[0] == '$' || t.at[0] == '<' || t.at[0] == '{')
		return "a template";
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] <= ' ' || t.at[i] >= 0x7f)
			return "white space or other bytes inside";
	for (size_t i = 0; i < t.len; i++)
		if (!bearer_may_hold(t.at[i]))
			return "characters that no token has";
	return NULL;
}

static when_ns
numeric_date(struct span s)
{
	uint64_t seconds;

	/* A fraction is legal and does not matter. */
	if (!span_decimal(span_first(s, span_find(s, '.')), &seconds) ||
	    seconds > INT64_MAX / WHEN_SECOND)
		return WHEN_NONE;
	return (when_ns)seconds * WHEN_SECOND;
}

static const char *
member_text(struct arena *a, const struct json_member *m)
{
	struct text t = { .limit = 512 };

	if (m->is_string)
		json_unescape(&t, m->value);
	else
		text_add(&t, m->value);

	const char *s = decode_text(a, utf8_whole(text_span(&t)));

	text_fini(&t);
	return s;
}

static void
read_part(struct span part, struct arena *a, struct token_bearer *b)
{
	if (part.len == 0 || part.len > PART_MOST)
		return;

	uint8_t *raw = memory_grow(NULL, base64_room(part.len), 1);
	struct base64 d = base64_decode(part, raw);
	struct reader r = reader_of(span_of(raw, d.len));
	struct json_member m;
	const struct {
		const char *name;
		const char **text;
		when_ns *time;
	} known[] = {
		{ "alg", &b->alg, NULL },
		{ "kid", &b->kid, NULL },
		{ "typ", &b->typ, NULL },
		{ "iss", &b->iss, NULL },
		{ "aud", &b->aud, NULL },
		{ "sub", &b->sub, NULL },
		{ "scope", &b->scope, NULL },
		{ "scp", &b->scope, NULL },
		{ "azp", &b->client_id, NULL },
		{ "client_id", &b->client_id, NULL },
		{ "exp", NULL, &b->exp },
		{ "nbf", NULL, &b->nbf },
		{ "iat", NULL, &b->iat },
	};

	if (json_object(&r))
		while (json_next(&r, &m))
			for (size_t i = 0;
			     i < sizeof(known) / sizeof(known[0]); i++) {
				if (!span_eq(m.name,
				        span_of_str(known[i].name)))
					continue;
				if (known[i].time != NULL)
					*known[i].time = numeric_date(m.value);
				else
					*known[i].text = member_text(a, &m);
			}
	secret_wipe(raw, base64_room(part.len));
	free(raw);
}
