/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/mask.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/secret.h"
#include "base/table.h"

/* Bounds of what is kept for the check. */
#define KEEP_BYTES (16u << 20)
#define KEEP_LEAST 4

struct number {
	struct table_entry entry;
	fingerprint print;
	uint32_t number;
};

struct mask {
	struct names *names;
	struct table numbers;
	uint32_t last;
	struct link secrets;
	size_t kept_bytes;
	uint64_t not_kept;
};

struct mask *
mask_new(struct names *names)
{
	struct mask *m = memory_new(1, sizeof(*m));

	m->names = names;
	table_init(&m->numbers);
	list_init(&m->secrets);
	return m;
}

void
mask_free(struct mask *m)
{
	if (m == NULL)
		return;
	LIST_EACH (link, &m->numbers.by_age)
		free(LIST_OBJECT(link, struct number, entry.age));
	table_fini(&m->numbers);
	LIST_EACH (link, &m->secrets) {
		struct kept_secret *k =
		    LIST_OBJECT(link, struct kept_secret, link);

		secret_wipe(k->bytes, k->len);
		free(k);
	}
	free(m);
}

struct names *
mask_names(const struct mask *m)
{
	return m->names;
}

const struct link *
mask_secrets(const struct mask *m)
{
	return &m->secrets;
}

uint64_t
mask_not_kept(const struct mask *m)
{
	return m->not_kept;
}

/* Its number; *fresh: it was not met before. */
static uint32_t
number_of(struct mask *m, struct span secret, bool *fresh)
{
	fingerprint print = secret_fingerprint("evidence", secret);

	*fresh = false;
	for (struct table_entry *e = table_first(&m->numbers, print);
	     e != NULL; e = table_next(e)) {
		struct number *n = LIST_OBJECT(e, struct number, entry);

		if (n->print == print)
			return n->number;
	}

	struct number *n = memory_new(1, sizeof(*n));

	n->print = print;
	n->number = ++m->last;
	table_add(&m->numbers, &n->entry, print);
	*fresh = true;
	return n->number;
}

static void
keep(struct mask *m, struct span secret)
{
	if (secret.len < KEEP_LEAST)
		return;
	if (secret.len > KEEP_BYTES - m->kept_bytes) {
		m->not_kept++;
		return;
	}

	struct kept_secret *k = memory_new(1, sizeof(*k) + secret.len);

	k->len = secret.len;
	memcpy(k->bytes, secret.at, secret.len);
	m->kept_bytes += secret.len;
	list_append(&m->secrets, &k->link);
}

void
mask_keep(struct mask *m, struct span secret)
{
	bool fresh;

	number_of(m, secret, &fresh);
	if (fresh)
		keep(m, secret);
}

static uint32_t
number_and_keep(struct mask *m, struct span secret)
{
	bool fresh;
	uint32_t n = number_of(m, secret, &fresh);

	if (fresh)
		keep(m, secret);
	return n;
}

static void
write_letters(uint32_t n, uint8_t *out, size_t len)
{
	/* No hex digit: "%" before it must not become an escape. */
	static const char letters[] = "ghijklmnopqrstuvw";

	memset(out, 'x', len);
	for (size_t i = len; i > 0; i--) {
		out[i - 1] = (uint8_t)letters[n % (sizeof(letters) - 1)];
		n /= sizeof(letters) - 1;
		if (n == 0)
			break;
	}
}

void
mask_letters(struct mask *m, const struct shown *s, struct span part)
{
	if (shown_holds(s, part))
		write_letters(number_and_keep(m, part), shown_at(s, part),
		    part.len);
}

void
mask_letters_unkept(struct mask *m, const struct shown *s, struct span part)
{
	bool fresh;

	if (shown_holds(s, part))
		write_letters(number_of(m, part, &fresh), shown_at(s, part),
		    part.len);
}

void
mask_hex(struct mask *m, const struct shown *s, struct span part)
{
	if (!shown_holds(s, part))
		return;

	uint32_t n = number_and_keep(m, part);
	uint8_t *out = shown_at(s, part);

	memset(out, '0', part.len);
	for (size_t i = part.len; i > 0 && n > 0; i--, n >>= 4)
		out[i - 1] = (uint8_t)"0123456789abcdef"[n & 15];
}

static bool
all_zero(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != 0)
			return false;
	return true;
}

void
mask_bytes(struct mask *m, const struct shown *s, struct span part)
{
	if (!shown_holds(s, part))
		return;

	uint8_t *out = shown_at(s, part);

	memset(out, 0, part.len);
	if (all_zero(part))
		return;

	uint32_t n = number_and_keep(m, part);

	/* One byte has to do for what is so short; it is never zero. */
	if (part.len < 4)
		n = n % 255 + 1;
	for (size_t i = part.len; i > 0 && n > 0; i--, n >>= 8)
		out[i - 1] = (uint8_t)n;
}
