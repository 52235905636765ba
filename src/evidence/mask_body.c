/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask_body.h"

#include <ctype.h>

#include "base/limits.h"
#include "evidence/mask_auth.h"
#include "witness/pac.h"

/* Where observe.c looks for it, and as long. */
#define TITLE_MOST 200

size_t
body_wanted(const struct http_message *request,
    const struct http_message *response)
{
	return pac_is_exchange(request, response) ? limit_of(LIMIT_PAC) : 0;
}

/* A return value: its kind, and the place by its names. */
static void
show_value(struct mask *m, const struct shown *s, const struct pac_value *v)
{
	if (v->kind == NULL) {
		show(s, v->all);
		return;
	}
	show_text(s, span_first(v->all, (size_t)(v->place.at - v->all.at)));
	names_show_host(mask_names(m), s, v->place);
}

/* A string goes on behind a line that ends in a backslash. */
static void
show_continued(const struct shown *s, struct span literal)
{
	for (size_t i = 0; i + 1 < literal.len; i++)
		if (literal.at[i] == '\\' && literal.at[i + 1] == '\n')
			show(s, span_of(literal.at + i, 2));
}

/* The string with its quotes, if all of it is return values. */
static void
show_literal(struct mask *m, const struct shown *s, struct span literal)
{
	struct span rest = literal;
	struct pac_value v;
	bool any = false;

	memset(shown_at(s, literal), ' ', literal.len);
	while (pac_value_next(&rest, &v)) {
		show_value(m, s, &v);
		any = true;
	}
	if (any) {
		show_only(s, literal, ";");
		show_continued(s, literal);
		show(s, span_of(literal.at - 1, 1));
		show(s, span_of(literal.at + literal.len, 1));
	} else {
		memset(shown_at(s, literal), 'x', literal.len);
	}
}

static void
mask_pac(struct mask *m, const struct shown *s)
{
	struct span rest = s->in, part;
	enum pac_part kind;

	/* Filler that differs where the files do; its number is at the end. */
	mask_letters_unkept(m, s, s->in);
	show_only(s, s->in, "");
	while ((kind = pac_part_next(&rest, &part)) != PAC_END)
		if (kind == PAC_NAME)
			show(s, part);
		else
			show_literal(m, s, part);
}

/* Words: URLs without what is secret in them, names as names. */
static void
show_title(struct mask *m, const struct shown *s, struct span title)
{
	while (title.len > 0) {
		size_t n = 0;

		while (n < title.len && !isspace(title.at[n]))
			n++;

		struct span word = span_first(title, n);

		if (span_find_nocase(word, SPAN("://")) < word.len)
			mask_url(m, s, word);
		else
			names_show_words(mask_names(m), s, word);
		title = span_from(title, n + 1);
	}
}

static bool
mask_page(struct mask *m, const struct shown *s)
{
	static const struct span tag = SPAN_INIT("<title>");
	struct span body = s->in;
	size_t open = span_find_nocase(body, tag);
	struct span rest = span_from(body, open + tag.len);
	size_t end = span_find(rest, '<');

	if (open == body.len || end == rest.len)
		return false;
	memset(s->out, 'x', body.len);
	show_only(s, body, "");
	show(s, span_of(body.at + open, tag.len));
	show(s, span_of(rest.at + end, 1));
	show_title(m, s,
	    span_trim(span_first(rest, end < TITLE_MOST ? end : TITLE_MOST)));
	return true;
}

bool
mask_body(struct mask *m, const struct http_exchange *e, uint8_t *out)
{
	const struct http_message *p = &e->response;
	struct shown s = { p->body_start, out };

	if (!span_has_bytes(p->body_start) ||
	    span_has_bytes(http_field_value(p, FIELD_CONTENT_ENCODING)))
		return false;
	if (p->status == 407)
		return mask_page(m, &s);
	if (!pac_is_exchange(&e->request, p))
		return false;
	mask_pac(m, &s);
	return true;
}
