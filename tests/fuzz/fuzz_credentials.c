/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The value of a field, as credentials and as challenges: what comes out is
 * NUL-terminated UTF-8.
 */
#include "auth/token.h"
#include "base/escape.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
is_utf8(const char *s)
{
	struct span all = span_of_str(s);

	for (size_t pos = 0; s != NULL && pos < all.len;)
		if (utf8_next(all, &pos) < 0)
			abort();
}

static void
check(const struct token *t)
{
	const char *all[] = { t->scheme_name, t->user, t->domain, t->realm,
		t->ntlm->user, t->ntlm->domain, t->ntlm->workstation,
		t->ntlm->target, t->ntlm->nb_computer, t->ntlm->dns_domain,
		t->kerberos->realm, t->kerberos->service, t->kerberos->e_text,
		t->digest->uri, t->bearer->iss, t->bearer->sub, t->mechs };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		is_utf8(all[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct token t[4];
	struct fault fault;

	token_of_credentials(span_of(data, size), &a, &t[0]);
	check(&t[0]);

	size_t n = token_of_challenges(span_of(data, size), &a, t, 4, &fault);

	for (size_t i = 0; i < n && i < 4; i++)
		check(&t[i]);
	arena_fini(&a);
	return 0;
}
