/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/lexer.h"

#include <stdarg.h>
#include <stdio.h>

static void take_number(struct lexer *l);
static void take_string(struct lexer *l);
static void fail(struct lexer *l, size_t offset, const char *format,
    va_list arguments);

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    is_digit(c) || c == '_' || c == '.';
}

void
lexer_init(struct lexer *l, struct span in, struct condition_fault *fault)
{
	*l = (struct lexer){ .in = in, .fault = fault };
	lexer_next(l);
}

void
lexer_next(struct lexer *l)
{
	static const char *const signs[] = { "==", "!=", "<=", ">=", "<", ">",
		"(", ")", "[", "]", "," };

	l->kind = LEX_END;
	l->word = SPAN("");
	if (l->failed)
		return;
	while (l->next < l->in.len &&
	    (l->in.at[l->next] == ' ' || l->in.at[l->next] == '\n' ||
	        l->in.at[l->next] == '\t' || l->in.at[l->next] == '\r'))
		l->next++;
	l->at = l->next;
	if (l->at >= l->in.len)
		return;

	struct span rest = span_from(l->in, l->at);
	uint8_t c = rest.at[0];

	if (is_digit(c)) {
		take_number(l);
		return;
	}
	if (c == '"' || c == '\'') {
		take_string(l);
		return;
	}
	if (is_name(c)) {
		size_t n = 0;

		while (n < rest.len && is_name(rest.at[n]))
			n++;
		l->kind = LEX_NAME;
		l->word = span_first(rest, n);
		l->next = l->at + n;
		return;
	}
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (span_starts(rest, span_of_str(signs[i]))) {
			l->kind = LEX_SIGN;
			l->word = span_first(rest, strlen(signs[i]));
			l->next = l->at + l->word.len;
			return;
		}
	if (c > ' ' && c < 0x7f)
		lexer_fail(l, "'%c' has no meaning here", c);
	else
		lexer_fail(l, "byte 0x%02x has no meaning here", c);
}

/* Digits, at most one point, and for a duration its unit. */
static void
take_number(struct lexer *l)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{ "ms", WHEN_MS },
		{ "s", WHEN_SECOND },
		{ "m", 60 * WHEN_SECOND },
		{ "h", 3600 * WHEN_SECOND },
		{ "d", 86400 * WHEN_SECOND },
	};
	size_t i = l->at;
	double value = 0, scale = 1;

	/* Fifteen digits are exact in a double, and enough. */
	while (i < l->in.len && is_digit(l->in.at[i]) && i - l->at < 15)
		value = value * 10 + (l->in.at[i++] - '0');
	if (i < l->in.len && l->in.at[i] == '.') {
		i++;
		while (i < l->in.len && is_digit(l->in.at[i]) &&
		    i - l->at < 15) {
			scale /= 10;
			value += scale * (l->in.at[i++] - '0');
		}
	}

	size_t unit = i;

	while (i < l->in.len && is_name(l->in.at[i]))
		i++;
	l->kind = LEX_NUMBER;
	l->number = value;
	l->word = span_of(l->in.at + l->at, i - l->at);
	l->next = i;
	if (i == unit)
		return;
	l->kind = LEX_DURATION;
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++)
		if (span_eq(span_of(l->in.at + unit, i - unit),
		        span_of_str(units[u].name))) {
			if (value * (double)units[u].ns > 4e18)
				lexer_fail(l, "a duration this long is never "
				    "reached");
			else
				l->ns = (int64_t)(value * (double)units[u].ns);
			return;
		}
	lexer_fail(l, "durations end in ms, s, m, h or d");
}

static void
take_string(struct lexer *l)
{
	uint8_t quote = l->in.at[l->at];
	struct span rest = span_from(l->in, l->at + 1);
	size_t end = span_find(rest, quote);

	if (end == rest.len) {
		lexer_fail(l, "the string that begins here never ends");
		return;
	}
	l->kind = LEX_STRING;
	l->word = span_first(rest, end);
	l->next = l->at + 1 + end + 1;
}

bool
lexer_is(const struct lexer *l, const char *word)
{
	return (l->kind == LEX_NAME || l->kind == LEX_SIGN) &&
	    span_eq(l->word, span_of_str(word));
}

bool
lexer_accept(struct lexer *l, const char *word)
{
	if (!lexer_is(l, word))
		return false;
	lexer_next(l);
	return true;
}

void
lexer_expect(struct lexer *l, const char *word)
{
	if (!lexer_accept(l, word))
		lexer_fail(l, "expected '%s' here", word);
}

void
lexer_fail(struct lexer *l, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fail(l, l->at, format, arguments);
	va_end(arguments);
}

void
lexer_fail_at(struct lexer *l, size_t offset, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fail(l, offset, format, arguments);
	va_end(arguments);
}

static void
fail(struct lexer *l, size_t offset, const char *format, va_list arguments)
{
	if (!l->failed) {
		l->fault->offset = offset;
		vsnprintf(l->fault->text, sizeof(l->fault->text), format,
		    arguments);
	}
	l->failed = true;
	l->kind = LEX_END;
	l->word = SPAN("");
}
