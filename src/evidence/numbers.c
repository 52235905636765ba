/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/numbers.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/table.h"
#include "net/packet.h"

#define KEY 20

/* A byte or group below a prefix, and what it became. */
struct digit {
	struct table_entry entry;
	uint8_t key[KEY];
	uint16_t value; /* or how many were given out */
};

struct pair {
	struct table_entry entry;
	uint8_t len;
	uint8_t real[16], made[16];
};

struct numbers {
	struct table digits;
	struct table pairs;
	uint32_t macs;
};

struct numbers *
numbers_new(void)
{
	struct numbers *n = memory_new(1, sizeof(*n));

	table_init(&n->digits);
	table_init(&n->pairs);
	return n;
}

void
numbers_free(struct numbers *n)
{
	if (n == NULL)
		return;
	LIST_EACH (link, &n->digits.by_age)
		free(LIST_OBJECT(link, struct digit, entry.age));
	LIST_EACH (link, &n->pairs.by_age)
		free(LIST_OBJECT(link, struct pair, entry.age));
	table_fini(&n->digits);
	table_fini(&n->pairs);
	free(n);
}

/* The entry of a key; a new one has the value 0, and *fresh is set. */
static struct digit *
digit_of(struct numbers *n, const uint8_t *key, bool *fresh)
{
	uint64_t hash = table_hash(span_of(key, KEY));
	struct digit *d;

	*fresh = false;
	for (struct table_entry *e = table_first(&n->digits, hash); e != NULL;
	     e = table_next(e)) {
		d = LIST_OBJECT(e, struct digit, entry);
		if (memcmp(d->key, key, KEY) == 0)
			return d;
	}
	d = memory_new(1, sizeof(*d));
	memcpy(d->key, key, KEY);
	table_add(&n->digits, &d->entry, hash);
	*fresh = true;
	return d;
}

/* First value with as many digits, and how many of them there are. */
static void
class_of(unsigned value, bool hex, unsigned *first, unsigned *size)
{
	unsigned base = hex ? 16 : 10, from = 0, to = base;

	while (value >= to) {
		from = to;
		to *= base;
	}
	if (!hex && to > 256)
		to = 256;
	*first = hex && from == 0 ? 1 : from; /* a group of zero stays */
	*size = to - *first;
}

/*
 * The value below the `at` bytes before it.  The two keys differ in their
 * first byte: one counts what was given out, the other holds what was.
 */
static unsigned
map(struct numbers *n, const uint8_t *prefix, size_t at, unsigned value,
    bool hex)
{
	uint8_t key[KEY] = { 0 };
	unsigned first, size;
	bool fresh;

	class_of(value, hex, &first, &size);
	key[0] = hex ? 1 : 2;
	key[1] = (uint8_t)at;
	memcpy(key + 2, prefix, at);
	key[18] = (uint8_t)(value >> 8);
	key[19] = (uint8_t)value;

	struct digit *d = digit_of(n, key, &fresh);

	if (fresh) {
		key[0] |= 0x80;
		key[18] = (uint8_t)(first >> 8);
		key[19] = (uint8_t)first;

		struct digit *count = digit_of(n, key, &fresh);

		/* From 1 on, as a host of 0 looks like a subnet. */
		if (first == 0 && count->value == 0)
			count->value = 1;
		d->value = (uint16_t)(first + count->value++ % size);
	}
	return d->value;
}

static bool
all(const uint8_t *at, size_t n, uint8_t value)
{
	for (size_t i = 0; i < n; i++)
		if (at[i] != value)
			return false;
	return true;
}

static void
note(struct numbers *n, const uint8_t *real, const uint8_t *made, size_t len)
{
	uint64_t hash = table_hash(span_of(real, len));
	struct pair *p;

	for (struct table_entry *e = table_first(&n->pairs, hash); e != NULL;
	     e = table_next(e)) {
		p = LIST_OBJECT(e, struct pair, entry);
		if (p->len == len && memcmp(p->real, real, len) == 0)
			return;
	}
	p = memory_new(1, sizeof(*p));
	p->len = (uint8_t)len;
	memcpy(p->real, real, len);
	memcpy(p->made, made, len);
	table_add(&n->pairs, &p->entry, hash);
}

void
numbers_address(struct numbers *n, uint8_t *address, size_t len)
{
	uint8_t real[16];

	memcpy(real, address, len);
	if (len == 4) {
		if (real[0] == 0 || real[0] == 127 || real[0] >= 224)
			return;
		for (size_t i = 0; i < 4; i++)
			address[i] =
			    (uint8_t)map(n, real, i, real[i], false);
	} else {
		if (real[0] == 0xff || all(real, 15, 0))
			return;
		for (size_t i = 0; i < 16; i += 2) {
			unsigned v = real[i] * 256u + real[i + 1];

			if (v == 0 || (i == 0 && v == 0xfe80))
				continue;
			v = map(n, real, i, v, true);
			address[i] = (uint8_t)(v >> 8);
			address[i + 1] = (uint8_t)v;
		}
	}
	note(n, real, address, len);
}

void
numbers_mac(struct numbers *n, uint8_t *mac)
{
	uint64_t hash = table_hash(span_of(mac, 6));
	uint8_t made[6] = { 2 };

	if ((mac[0] & 1) || all(mac, 6, 0))
		return;
	for (struct table_entry *e = table_first(&n->pairs, hash); e != NULL;
	     e = table_next(e)) {
		struct pair *p = LIST_OBJECT(e, struct pair, entry);

		if (p->len == 6 && memcmp(p->real, mac, 6) == 0) {
			memcpy(mac, p->made, 6);
			return;
		}
	}
	n->macs++;
	made[3] = (uint8_t)(n->macs >> 16);
	made[4] = (uint8_t)(n->macs >> 8);
	made[5] = (uint8_t)n->macs;
	note(n, mac, made, 6);
	memcpy(mac, made, 6);
}

static bool
parse(struct span text, struct address *out)
{
	char copy[64];

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return strlen(copy) == text.len && address_parse(copy, out);
}

bool
numbers_is(struct span text)
{
	size_t colon = span_find(text, ':');
	struct address a;

	return parse(text, &a) || parse(span_first(text, colon), &a);
}

bool
numbers_show(struct numbers *n, const struct shown *s, struct span part)
{
	struct text made = { 0 };
	struct address a;

	if (!parse(part, &a))
		return false;
	numbers_address(n, a.bytes, a.len);
	address_add(&made, &a);
	/* One that is not in its shortest form may have another length. */
	memset(shown_at(s, part), a.len == 4 ? '0' : ':', part.len);
	memcpy(shown_at(s, part), made.at,
	    made.len < part.len ? made.len : part.len);
	text_fini(&made);
	return true;
}

static void
add_text(struct text *t, const uint8_t *bytes, uint8_t len)
{
	if (len == 6) {
		for (int i = 0; i < 6; i++)
			text_fmt(t, i > 0 ? ":%02x" : "%02x", bytes[i]);
		return;
	}

	struct address a = { .len = len };

	memcpy(a.bytes, bytes, len);
	address_add(t, &a);
}

void
numbers_walk(const struct numbers *n,
    void (*pair)(void *context, const char *pseudonym, const char *real),
    void *context)
{
	LIST_EACH (link, &n->pairs.by_age) {
		const struct pair *p =
		    LIST_OBJECT(link, struct pair, entry.age);
		struct text made = { 0 }, real = { 0 };

		add_text(&made, p->made, p->len);
		add_text(&real, p->real, p->len);
		pair(context, text_get(&made), text_get(&real));
		text_fini(&made);
		text_fini(&real);
	}
}
