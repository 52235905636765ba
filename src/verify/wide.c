/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/wide.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "base/secret.h"

/* Runs of letters whose capital lies `down` before them; where `paired`,
 * capitals and small letters alternate and the odd one is small. */
static const struct {
	int32_t first, last, down;
	bool paired;
} letters[] = {
	{ 'a', 'z', 32, false },
	{ 0xe0, 0xf6, 32, false },
	{ 0xf8, 0xfe, 32, false },
	{ 0xff, 0xff, -121, false },
	{ 0x101, 0x12f, 1, true },
	{ 0x133, 0x137, 1, true },
	{ 0x14b, 0x177, 1, true },
	{ 0x3ac, 0x3ac, 38, false },
	{ 0x3ad, 0x3af, 37, false },
	{ 0x3b1, 0x3c1, 32, false },
	{ 0x3c3, 0x3cb, 32, false },
	{ 0x3cc, 0x3cc, 64, false },
	{ 0x3cd, 0x3ce, 63, false },
	{ 0x430, 0x44f, 32, false },
	{ 0x450, 0x45f, 80, false },
};

static int32_t
to_upper(int32_t c, bool *unsure)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (c >= letters[i].first && c <= letters[i].last)
			return letters[i].paired && c % 2 == 0
			    ? c
			    : c - letters[i].down;
	/* Rows of capitals, signs and what has no case. */
	*unsure |= c >= 0x138 && !(c >= 0x391 && c <= 0x3a9) &&
	    !(c >= 0x400 && c <= 0x42f) && !(c >= 0x4e00 && c <= 0x9fff) &&
	    !(c >= 0x14a && c <= 0x176);
	return c;
}

static void
put(struct wide *w, uint32_t unit)
{
	if (w->len + 2 > w->room) {
		size_t room = w->room > 0 ? 2 * w->room : 64;
		uint8_t *more = memory_new(room, 1);

		/* Not realloc(): the old place must be wiped. */
		if (w->len > 0)
			memcpy(more, w->at, w->len);
		if (w->at != NULL)
			secret_wipe(w->at, w->room);
		free(w->at);
		w->at = more;
		w->room = room;
	}
	w->at[w->len++] = (uint8_t)unit;
	w->at[w->len++] = (uint8_t)(unit >> 8);
}

void
wide_add(struct wide *w, struct span utf8, bool upper)
{
	for (size_t pos = 0; pos < utf8.len;) {
		int32_t c = utf8_next(utf8, &pos);

		if (c < 0)
			c = 0xfffd;
		if (upper)
			c = to_upper(c, &w->unsure);
		if (c >= 0x10000) {
			put(w, 0xd800u + (((uint32_t)c - 0x10000) >> 10));
			put(w, 0xdc00u + (((uint32_t)c - 0x10000) & 0x3ff));
		} else {
			put(w, (uint32_t)c);
		}
	}
}

struct wide
wide_of(struct span utf8, bool upper)
{
	struct wide w = { 0 };

	wide_add(&w, utf8, upper);
	return w;
}

struct span
wide_span(const struct wide *w)
{
	return w->at != NULL ? span_of(w->at, w->len) : SPAN("");
}

void
wide_wipe(struct wide *w)
{
	if (w->at != NULL)
		secret_wipe(w->at, w->room);
	free(w->at);
	*w = (struct wide){ 0 };
}

bool
wide_same(struct span a, struct span b)
{
	struct wide one = wide_of(a, true), other = wide_of(b, true);
	bool same = span_eq(wide_span(&one), wide_span(&other));

	wide_wipe(&one);
	wide_wipe(&other);
	return same;
}
