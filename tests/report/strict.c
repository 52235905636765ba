/* SPDX-License-Identifier: BSD-2-Clause */
#include "strict.h"

#include <ctype.h>

#include "base/escape.h"
#include "report/page.h"

enum { MAX_KEYS = 128, MAX_DEPTH = 40 };

struct parse {
	struct span s;
	size_t pos;
	int depth;
};

static bool value(struct parse *p);

/* Nothing here writes white space, so none is skipped. */
static bool
eat(struct parse *p, uint8_t c)
{
	if (p->pos >= p->s.len || p->s.at[p->pos] != c)
		return false;
	p->pos++;
	return true;
}

static bool
word(struct parse *p, const char *w)
{
	size_t n = strlen(w);

	if (p->s.len - p->pos < n || memcmp(p->s.at + p->pos, w, n) != 0)
		return false;
	p->pos += n;
	return true;
}

static bool
escape(struct parse *p)
{
	if (p->pos >= p->s.len)
		return false;

	uint8_t c = p->s.at[p->pos++];

	if (c != 'u')
		return strchr("\"\\/bfnrt", c) != NULL;
	for (int i = 0; i < 4; i++)
		if (p->pos >= p->s.len || !isxdigit(p->s.at[p->pos++]))
			return false;
	return true;
}

static bool
string(struct parse *p, struct span *out)
{
	if (!eat(p, '"'))
		return false;

	size_t start = p->pos;

	while (p->pos < p->s.len && p->s.at[p->pos] != '"') {
		int32_t c = utf8_next(p->s, &p->pos);

		if (c < 0x20 || c == 0x7f)
			return false;
		if (c == '\\' && !escape(p))
			return false;
	}
	*out = span_of(p->s.at + start, p->pos - start);
	return eat(p, '"');
}

static bool
digits(struct parse *p)
{
	size_t start = p->pos;

	while (p->pos < p->s.len && isdigit(p->s.at[p->pos]))
		p->pos++;
	return p->pos > start;
}

static bool
number(struct parse *p)
{
	eat(p, '-');
	if (!eat(p, '0') && !digits(p))
		return false;
	if (eat(p, '.') && !digits(p))
		return false;
	return true;
}

static bool
object(struct parse *p)
{
	struct span keys[MAX_KEYS];
	size_t n = 0;

	if (!eat(p, '{'))
		return false;
	if (eat(p, '}'))
		return true;
	do {
		if (n == MAX_KEYS || !string(p, &keys[n]) || !eat(p, ':') ||
		    !value(p))
			return false;
		for (size_t i = 0; i < n; i++)
			if (span_eq(keys[i], keys[n]))
				return false;
		n++;
	} while (eat(p, ','));
	return eat(p, '}');
}

static bool
array(struct parse *p)
{
	if (!eat(p, '['))
		return false;
	if (eat(p, ']'))
		return true;
	do
		if (!value(p))
			return false;
	while (eat(p, ','));
	return eat(p, ']');
}

static bool
value(struct parse *p)
{
	struct span ignored;
	bool ok = false;

	if (p->pos >= p->s.len || ++p->depth > MAX_DEPTH)
		return false;
	switch (p->s.at[p->pos]) {
	case '{':
		ok = object(p);
		break;
	case '[':
		ok = array(p);
		break;
	case '"':
		ok = string(p, &ignored);
		break;
	case 't':
		ok = word(p, "true");
		break;
	case 'f':
		ok = word(p, "false");
		break;
	case 'n':
		ok = word(p, "null");
		break;
	default:
		ok = number(p);
	}
	p->depth--;
	return ok;
}

bool
strict_json(struct span s)
{
	struct parse p = { .s = s };

	return value(&p) && p.pos == s.len;
}

bool
strict_json_lines(struct span s)
{
	while (s.len > 0) {
		size_t n = span_find(s, '\n');

		if (n == s.len || s.at[0] != '{' ||
		    !strict_json(span_first(s, n)))
			return false;
		s = span_from(s, n + 1);
	}
	return true;
}

/* "\033[1;31m": what a page writes where it has colours. */
static bool
sgr(struct span s, size_t *pos)
{
	if (*pos >= s.len || s.at[(*pos)++] != '[')
		return false;
	while (*pos < s.len && (isdigit(s.at[*pos]) || s.at[*pos] == ';'))
		(*pos)++;
	return *pos < s.len && s.at[(*pos)++] == 'm';
}

bool
strict_text(struct span s, bool color)
{
	for (size_t pos = 0; pos < s.len;) {
		int32_t c = utf8_next(s, &pos);

		if (c == 0x1b && color && sgr(s, &pos))
			continue;
		if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) ||
		    (c >= 0x202a && c <= 0x202e) ||
		    (c >= 0x2066 && c <= 0x2069))
			return false;
	}
	return true;
}

size_t
strict_widest(struct span s)
{
	size_t widest = 0;

	while (s.len > 0) {
		size_t n = span_find(s, '\n');
		size_t columns = page_columns(span_first(s, n));

		widest = columns > widest ? columns : widest;
		s = span_from(s, n + 1);
	}
	return widest;
}
