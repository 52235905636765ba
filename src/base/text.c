/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

void
text_init(struct text *t)
{
	*t = (struct text){ 0 };
}

void
text_fini(struct text *t)
{
	free(t->at);
	text_init(t);
}

void
text_clear(struct text *t)
{
	t->len = 0;
	t->cut = false;
	if (t->at != NULL)
		t->at[0] = '\0';
}

/* Room for n more bytes and the NUL. */
static void
make_room(struct text *t, size_t n)
{
	size_t room = t->room > 0 ? t->room : 64;

	while (room - t->len <= n)
		room *= 2;
	if (room != t->room) {
		t->at = memory_grow(t->at, room, 1);
		t->room = room;
	}
}

void
text_add_slowly(struct text *t, struct span s)
{
	if (t->limit > 0 && s.len > t->limit - t->len) {
		s.len = t->limit - t->len;
		t->cut = true;
	}
	make_room(t, s.len);
	if (s.len > 0)
		memcpy(t->at + t->len, s.at, s.len);
	t->len += s.len;
	t->at[t->len] = '\0';
}

char *
text_room(struct text *t, size_t n)
{
	if (n >= t->room - t->len)
		make_room(t, n);
	return t->at + t->len;
}

void
text_pad(struct text *t, char c, size_t n)
{
	while (n-- > 0)
		text_char(t, c);
}

void
text_uint(struct text *t, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	text_add(t, span_of(digits + at, sizeof(digits) - at));
}

void
text_digits(struct text *t, unsigned n, int width)
{
	unsigned unit = 1;

	while (--width > 0)
		unit *= 10;
	for (; unit > 0; unit /= 10)
		text_char(t, (char)('0' + n / unit % 10));
}

void
text_fmt(struct text *t, const char *format, ...)
{
	va_list args;
	char small[256];

	va_start(args, format);
	int n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);

	if (n < 0)
		return;
	if ((size_t)n < sizeof(small)) {
		text_add(t, span_of(small, (size_t)n));
		return;
	}

	char *big = memory_new((size_t)n + 1, 1);

	va_start(args, format);
	vsnprintf(big, (size_t)n + 1, format, args);
	va_end(args);
	text_add(t, span_of(big, (size_t)n));
	free(big);
}

const char *
text_get(const struct text *t)
{
	return t->at != NULL ? t->at : "";
}

struct span
text_span(const struct text *t)
{
	return span_of(text_get(t), t->len);
}

char *
text_steal(struct text *t)
{
	char *s = t->at != NULL ? t->at : memory_strdup("");

	text_init(t);
	return s;
}
