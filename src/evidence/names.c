/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/names.h"

#include <stdlib.h>

#include "base/memory.h"

struct names {
	struct redact *redact;
	bool hidden;
};

struct names *
names_new(struct redact *redact)
{
	struct names *n = memory_new(1, sizeof(*n));

	n->redact = redact;
	n->hidden = redact != NULL &&
	    redact_level_of(redact) == REDACT_IDENTITIES;
	return n;
}

void
names_free(struct names *n)
{
	free(n);
}

bool
names_hidden(const struct names *n)
{
	return n->hidden;
}

void
names_show(struct names *n, const struct shown *s, struct span part,
    enum identity kind)
{
	(void)n;
	(void)kind;
	show(s, part);
}

void
names_show_utf16(struct names *n, const struct shown *s, struct span part,
    enum identity kind)
{
	names_show(n, s, part, kind);
}

void
names_show_account(struct names *n, const struct shown *s, struct span part)
{
	names_show(n, s, part, IDENTITY_USER);
}

void
names_show_host(struct names *n, const struct shown *s, struct span part)
{
	names_show(n, s, part, IDENTITY_HOST);
}

void
names_show_words(struct names *n, const struct shown *s, struct span part)
{
	(void)n;
	show_text(s, part);
}

void
names_address(struct names *n, uint8_t *address, size_t len)
{
	(void)n;
	(void)address;
	(void)len;
}

void
names_mac(struct names *n, uint8_t *mac)
{
	(void)n;
	(void)mac;
}
