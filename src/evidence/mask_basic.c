/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask_auth.h"

#include <ctype.h>
#include <stdlib.h>

#include "auth/decode.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/secret.h"
#include "evidence/coded.h"

/* ${NAME}, <name>, {{name}}, %NAME%, $NAME: marks that stay. */
static bool
is_template(struct span s)
{
	uint8_t first = s.len > 2 ? s.at[0] : 0;
	uint8_t last = s.len > 2 ? s.at[s.len - 1] : 0;

	return (first == '$' && (s.at[1] == '{' || isupper(s.at[1]) ||
	                            s.at[1] == '_')) ||
	    (first == '<' && last == '>') ||
	    (first == '{' && s.at[1] == '{' && last == '}') ||
	    (first == '%' && last == '%');
}

/*
 * Bytes of a password that are not ASCII become other ones of the same kind:
 * valid UTF-8 as valid UTF-8, any other as a byte that is none.
 */
static void
keep_encoding(struct span in, uint8_t *out)
{
	static const char *const same[] = { "", "x", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80" };

	for (size_t pos = 0; pos < in.len;) {
		size_t start = pos;
		int32_t c = utf8_next(in, &pos);

		if (c >= 0x80 && pos - start <= 4)
			memcpy(out + start, same[pos - start], pos - start);
		else if (c < 0)
			out[start] = 0xe9;
	}
}

/* The shapes that a verdict rests on (enum basic_shape) stay. */
static void
keep_shape(struct span in, uint8_t *out)
{
	size_t n = in.len;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = in.at[i];

		if (c == ':')
			out[i] = ':';
		else if (c < 0x20 || c == 0x7f)
			out[i] = 0x01;
		if (c == '%' && i + 2 < n && isxdigit(in.at[i + 1]) &&
		    isxdigit(in.at[i + 2])) {
			memcpy(out + i, "%78", 3);
			i += 2;
		} else if (c == '%' && i + 2 < n && in.at[i + 1] == '%') {
			memcpy(out + i, "%%", 2);
		}
	}
	if (n > 0 && strchr("\r\n \t", in.at[n - 1]) != NULL &&
	    in.at[n - 1] != 0)
		out[n - 1] = in.at[n - 1];
	if (n >= 2 && (in.at[0] == '"' || in.at[0] == '\'') &&
	    in.at[n - 1] == in.at[0])
		out[0] = out[n - 1] = in.at[0];
}

static void
keep_template(struct span in, uint8_t *out)
{
	for (size_t i = 0; i < in.len; i++) {
		if (strchr("$<>{}%_", in.at[i]) != NULL && in.at[i] != 0)
			out[i] = in.at[i];
		else if (islower(out[i]))
			out[i] = (uint8_t)toupper(out[i]);
	}
}

static void
mask_password(struct mask *m, const struct shown *s, struct span user,
    struct span password)
{
	uint8_t *out;

	if (!shown_holds(s, password))
		return;
	out = shown_at(s, password);
	/* As long as it was, another one, and still one. */
	if (basic_is_filler(user, password)) {
		memset(out, password.at[0] == '*' ? 'x' : '*', password.len);
		return;
	}
	if (span_eq_nocase(user, password))
		mask_letters_unkept(m, s, password);
	else
		mask_letters(m, s, password);
	keep_encoding(password, out);
	keep_shape(password, out);
	if (is_template(password))
		keep_template(password, out);
}

void
mask_basic(struct mask *m, const struct shown *s, struct span rest)
{
	struct span in = rest;
	struct coded c;

	/* Python's print of a bytes object: b'dXNlcjpwYXNz'. */
	if (in.len > 3 && in.at[0] == 'b' &&
	    (in.at[1] == '\'' || in.at[1] == '"')) {
		show(s, span_first(in, 2));
		if (in.at[in.len - 1] == '\'' || in.at[in.len - 1] == '"')
			show(s, span_from(in, in.len - 1));
		in = span_of(in.at + 2, in.len - 3);
	}
	if (in.len == 0)
		return;
	coded_open(&c, in);

	struct shown inside = coded_inside(&c);
	size_t colon = span_find(inside.in, ':');
	struct span user = span_first(inside.in, colon);

	/* "user:" has nothing to hide. */
	if (colon + 1 != inside.in.len) {
		mask_keep(m, in);
		mask_keep(m, inside.in);
	}
	if (colon == inside.in.len) {
		mask_password(m, &inside, SPAN(""), inside.in);
	} else {
		if (basic_is_filler_user(user))
			show(&inside, user);
		else
			names_show_account(mask_names(m), &inside, user);
		show(&inside, span_first(span_from(inside.in, colon), 1));
		mask_password(m, &inside, user,
		    span_from(inside.in, colon + 1));
	}
	coded_close(&c, s, false);
}
