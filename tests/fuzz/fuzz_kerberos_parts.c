/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be inside a ticket or an authenticator.  Whatever comes: all that
 * is shown lies in the input, and what is taken has a client and a time.
 */
#include <assert.h>

#include "auth/kerberos_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct span part, struct span all)
{
	assert(!span_has_bytes(part) ||
	    (part.at >= all.at && part.at + part.len <= all.at + all.len));
}

static void
name_inside(const struct kerberos_name *n, struct span all)
{
	assert(n->n <= KERBEROS_NAME_PARTS);
	for (size_t i = 0; i < n->n; i++)
		inside(n->parts[i], all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of(data, size);
	struct kerberos_ticket_part t;
	struct kerberos_authenticator a;
	struct fault fault;

	if (kerberos_ticket_part_decode(all, &t, &fault))
		assert(t.client.n > 0 && t.end != WHEN_NONE);
	inside(t.key, all);
	inside(t.realm, all);
	name_inside(&t.client, all);
	if (kerberos_authenticator_decode(all, &a, &fault))
		assert(a.client.n > 0 && a.ctime != WHEN_NONE);
	inside(a.realm, all);
	name_inside(&a.client, all);
	return 0;
}
