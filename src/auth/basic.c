/* SPDX-License-Identifier: BSD-2-Clause */
/* Basic, RFC 7617, and the ways in which programs get it wrong. */
#include <ctype.h>
#include <stdlib.h>

#include "auth/decode.h"
#include "base/base64.h"
#include "base/escape.h"
#include "base/memory.h"

#define CUTS_MAX 8

static unsigned shape_of(struct span all, struct span user,
    struct span password);
static void keep_cuts(struct span password, struct arena *a,
    struct token_basic *b);

void
decode_basic(const struct challenge *c, bool challenge, struct arena *a,
    struct token *out)
{
	struct token_basic *b = &out->basic;

	if (challenge) {
		out->realm = decode_text(a, challenge_param(c, "realm"));
		b->realm = out->realm;
		b->charset = decode_text(a, challenge_param(c, "charset"));
		return;
	}

	struct span in = c->rest;

	out->kind = TOKEN_BASIC;
	if (span_starts_nocase(in, SPAN("basic "))) {
		b->shape |= BASIC_WORD_TWICE;
		in = span_trim(span_from(in, 6));
	}
	/* Python's print of a bytes object: b'dXNlcjpwYXNz'. */
	if (in.len > 3 && in.at[0] == 'b' &&
	    (in.at[1] == '\'' || in.at[1] == '"')) {
		b->shape |= BASIC_BYTES_REPR;
		in = span_of(in.at + 2, in.len - 3);
	}

	uint8_t *raw = memory_grow(NULL, base64_room(in.len), 1);
	struct base64 r = base64_decode(in, raw);
	struct span all = span_of(raw, r.len);

	out->bytes = r.len;
	if (r.flaws & (BASE64_BROKEN | BASE64_LOOSE))
		b->shape |= BASIC_NOT_BASE64;
	if (r.flaws & BASE64_SPACED)
		b->shape |= BASIC_WRAPPED;
	if (r.flaws & BASE64_UNPADDED)
		b->shape |= BASIC_UNPADDED;
	out->not_base64 = b->shape & BASIC_NOT_BASE64;

	/* The first colon splits; a user name cannot hold one. */
	size_t colon = span_find(all, ':');
	struct span user = span_first(all, colon);
	struct span password = span_from(all, colon + 1);

	if (colon == all.len) {
		b->shape |= BASIC_NO_COLON;
		/*
		 * It may be a password, a token, or a name: not known, so
		 * not shown.
		 */
		user = (struct span){ 0 };
		password = all;
	} else {
		decode_user(a, user, out);
	}
	b->shape |= shape_of(all, user, password);
	b->password_length_class = password.len > 0;
	b->password = secret_fingerprint("basic password", password);
	out->secret = b->password;
	keep_cuts(password, a, b);
	secret_wipe(raw, base64_room(in.len));
	free(raw);
}

/*
 * URLs, shells, INI and YAML files end a value at a character of their own:
 * of pa#ss is left pa.  Letters, digits and "-._~" (unreserved, RFC 3986 2.3)
 * are nowhere special.
 */
static void
keep_cuts(struct span password, struct arena *a, struct token_basic *b)
{
	fingerprint cuts[CUTS_MAX], *kept;
	size_t n = 0;

	for (size_t i = 1; i < password.len && n < CUTS_MAX; i++) {
		uint8_t c = password.at[i];

		if (c >= 0x80 || isalnum(c) || strchr("-._~", c) != NULL)
			continue;
		cuts[n++] = secret_fingerprint("basic password",
		    span_first(password, i));
	}
	if (n == 0)
		return;
	kept = arena_new(a, n * sizeof(cuts[0]));
	memcpy(kept, cuts, n * sizeof(cuts[0]));
	b->cuts = kept;
	b->n_cuts = n;
}

static bool
has_percent(struct span s)
{
	for (size_t i = 0; i + 2 < s.len; i++)
		if (s.at[i] == '%' &&
		    ((isxdigit(s.at[i + 1]) && isxdigit(s.at[i + 2])) ||
		        s.at[i + 1] == '%'))
			return true;
	return false;
}

static bool
has_backslashes(struct span s)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.at[i] == '\\' && s.at[i + 1] == '\\')
			return true;
	return false;
}

static bool
is_quoted(struct span s)
{
	return s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'') &&
	    s.at[s.len - 1] == s.at[0];
}

/* One of these words, up to NULL, in any case. */
static bool
is_one_of(struct span s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (span_eq_nocase(s, span_of_str(*words)))
			return true;
	return false;
}

/* ********, xxxxx: what a form shows in place of a password. */
static bool
is_masked(struct span s)
{
	if (s.len < 3 || memchr("*xX.", s.at[0], 4) == NULL)
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (s.at[i] != s.at[0])
			return false;
	return true;
}

bool
basic_is_filler_user(struct span user)
{
	static const char *const users[] = { "user", "username", "proxyuser",
		"proxy_user", "your_username", "undefined", "null", "none",
		NULL };

	return is_one_of(user, users);
}

bool
basic_is_filler(struct span user, struct span password)
{
	static const char *const passwords[] = { "password", "pass", "passwd",
		"changeme", "change_me", "secret", "todo", NULL };
	/* Also with the name of a real user; who has one of those above may
	 * well get in with it. */
	static const char *const nothing[] = { "undefined", "null", "none",
		NULL };

	return is_one_of(password, nothing) || is_masked(password) ||
	    (basic_is_filler_user(user) && is_one_of(password, passwords));
}

/* What templates, manuals and examples leave behind. */
static bool
is_placeholder(struct span user, struct span password)
{
	if (basic_is_filler(user, password))
		return true;

	const struct span parts[] = { user, password };

	for (int i = 0; i < 2; i++) {
		struct span s = parts[i];
		uint8_t first = s.len > 2 ? s.at[0] : 0;
		uint8_t last = s.len > 2 ? s.at[s.len - 1] : 0;

		if ((first == '$' && s.at[1] == '{' && last == '}') ||
		    (first == '<' && last == '>') ||
		    (first == '{' && s.at[1] == '{' && last == '}') ||
		    (first == '%' && last == '%'))
			return true;
		/* $PROXY_USER: a variable that was not expanded. */
		if (first == '$') {
			bool name = true;

			for (size_t k = 1; k < s.len; k++)
				name &= isupper(s.at[k]) || s.at[k] == '_' ||
				    (k > 1 && isdigit(s.at[k]));
			if (name)
				return true;
		}
	}
	return false;
}

static unsigned
shape_of(struct span all, struct span user, struct span password)
{
	unsigned shape = 0;
	bool ascii = true, utf8 = true, control = false;

	for (size_t pos = 0; pos < all.len;) {
		size_t start = pos;
		int32_t c = utf8_next(all, &pos);

		utf8 &= c >= 0;
		ascii &= all.at[start] < 0x80;
		/* White space at the end has a name of its own. */
		control |= c >= 0 && (c < 0x20 || c == 0x7f) &&
		    start + 2 < all.len;
	}
	if (!ascii)
		shape |= utf8 ? BASIC_NON_ASCII_UTF8 : BASIC_NON_ASCII_OTHER;
	if (control)
		shape |= BASIC_CONTROL;
	if (has_percent(user) || has_percent(password))
		shape |= BASIC_PERCENT;
	if (all.len > 0 && strchr("\r\n \t", all.at[all.len - 1]) != NULL &&
	    all.at[all.len - 1] != 0)
		shape |= BASIC_TRAILING_SPACE;
	if (has_backslashes(user))
		shape |= BASIC_BACKSLASHES;
	if (is_quoted(user) || is_quoted(password))
		shape |= BASIC_QUOTED;
	if (span_is_set(user) && user.len == 0)
		shape |= BASIC_EMPTY_USER;
	if (span_is_set(user) && password.len == 0)
		shape |= BASIC_EMPTY_PASSWORD;
	if (span_find(password, ':') < password.len)
		shape |= BASIC_COLON_IN_PASSWORD;
	if (is_placeholder(user, password))
		shape |= BASIC_PLACEHOLDER;
	return shape;
}
