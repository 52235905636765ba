/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - a string that grows
 *
 * Used to build output in memory.  It is always NUL-terminated.  With a
 * limit (text_limit()) what goes past it is dropped and `cut` is set: the
 * caller asks once, at the end.
 */
#ifndef P407_BASE_TEXT_H
#define P407_BASE_TEXT_H

#include "base/span.h"

struct text {
	char *at; /* NULL while nothing was added */
	size_t len;
	size_t room;
	size_t limit; /* 0: none */
	bool cut;
};

void text_init(struct text *t);
void text_fini(struct text *t);

/* Empty it, keep the memory. */
void text_clear(struct text *t);

/* Where there is no room, or the limit is reached. */
void text_add_slowly(struct text *t, struct span s);

/* Inline: a report is made of a hundred small pieces a line. */
static inline void
text_add(struct text *t, struct span s)
{
	if (s.len >= t->room - t->len ||
	    (t->limit > 0 && s.len > t->limit - t->len)) {
		text_add_slowly(t, s);
		return;
	}
	if (s.len > 0)
		memcpy(t->at + t->len, s.at, s.len);
	t->len += s.len;
	t->at[t->len] = '\0';
}

/*
 * Where n more bytes can be written, in a text without a limit; then say
 * with text_wrote() where they ended.
 */
char *text_room(struct text *t, size_t n);

static inline void
text_wrote(struct text *t, const char *end)
{
	t->len = (size_t)(end - t->at);
	t->at[t->len] = '\0';
}

static inline void
text_str(struct text *t, const char *s)
{
	text_add(t, span_of_str(s));
}

static inline void
text_char(struct text *t, char c)
{
	text_add(t, span_of(&c, 1));
}

void text_pad(struct text *t, char c, size_t n);
void text_uint(struct text *t, uint64_t n); /* in decimal */
void text_digits(struct text *t, unsigned n, int width); /* its last ones */
void text_fmt(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What was built, valid until the next change; "" if nothing was. */
const char *text_get(const struct text *t);
struct span text_span(const struct text *t);

/* The string, now the caller's to free(); the text is empty again. */
char *text_steal(struct text *t);

#endif
