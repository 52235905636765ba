/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/template.h"

#include <stdio.h>
#include <string.h>

enum part { PART_END, PART_TEXT, PART_FACT, PART_BAD };

/* Take the next part of *rest; *what is the text, or the name of a fact. */
static enum part
next_part(struct span *rest, struct span *what)
{
	size_t n = 0;

	if (rest->len == 0)
		return PART_END;
	if (rest->at[0] == '{' || rest->at[0] == '}') {
		if (rest->len > 1 && rest->at[1] == rest->at[0]) {
			*what = span_first(*rest, 1);
			*rest = span_from(*rest, 2);
			return PART_TEXT;
		}
		if (rest->at[0] == '}')
			return PART_BAD;
		n = span_find(*rest, '}');
		if (n == rest->len)
			return PART_BAD;
		*what = span_from(span_first(*rest, n), 1);
		*rest = span_from(*rest, n + 1);
		return PART_FACT;
	}
	while (n < rest->len && rest->at[n] != '{' && rest->at[n] != '}')
		n++;
	*what = span_first(*rest, n);
	*rest = span_from(*rest, n);
	return PART_TEXT;
}

bool
template_check(const char *text, struct condition_fault *fault)
{
	struct span whole = span_of_str(text), rest = whole, what;
	size_t index;

	for (;;) {
		size_t at = whole.len - rest.len;

		switch (next_part(&rest, &what)) {
		case PART_END:
			return true;
		case PART_TEXT:
			continue;
		case PART_BAD:
			fault->offset = at;
			snprintf(fault->text, sizeof(fault->text),
			    whole.at[at] == '{'
			        ? "the brace that opens here is never closed"
			        : "this brace was never opened (write }} for "
			          "a brace)");
			return false;
		case PART_FACT:
			if (facts_find(what, &index))
				continue;
			fault->offset = at + 1;
			snprintf(fault->text, sizeof(fault->text),
			    "there is no fact '%.*s' (see --list-facts)",
			    (int)(what.len < 60 ? what.len : 60),
			    (const char *)what.at);
			return false;
		}
	}
}

/* "a program that does not name itself" may begin a sentence. */
static void
capital_article(struct text *t, size_t at)
{
	struct span words = span_from(span_of(t->at, t->len), at);
	bool begins = at == 0 ||
	    (at >= 2 && memcmp(t->at + at - 2, ". ", 2) == 0);

	if (begins && (span_starts(words, SPAN("a ")) ||
	        span_starts(words, SPAN("an "))))
		t->at[at] = 'A';
}

void
template_expand(struct text *t, const char *text, struct subject *s)
{
	struct span rest = span_of_str(text), what;
	size_t index, at;

	for (;;) {
		switch (next_part(&rest, &what)) {
		case PART_END:
			return;
		case PART_TEXT:
			text_add(t, what);
			break;
		case PART_FACT:
			if (!facts_find(what, &index))
				break;
			at = t->len;
			value_words(t, facts_at(index),
			    subject_value(s, index));
			capital_article(t, at);
			break;
		case PART_BAD:
			text_add(t, rest);
			return;
		}
	}
}

const char *
template_words(const char *text, struct subject *s, struct arena *arena)
{
	struct text t = { .limit = 4000 };

	if (text == NULL)
		return NULL;
	template_expand(&t, text, s);

	const char *kept = arena_str(arena, span_of_str(text_get(&t)));

	text_fini(&t);
	return kept;
}
