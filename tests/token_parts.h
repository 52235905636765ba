/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token_parts.h - tokens that a test fills by hand
 */
#ifndef P407_TESTS_TOKEN_PARTS_H
#define P407_TESTS_TOKEN_PARTS_H

#include "auth/token.h"

/* Room for every part of a token, whatever its scheme. */
struct token_parts {
	struct token_ntlm ntlm;
	struct token_kerberos kerberos;
	struct token_digest digest;
	struct token_bearer bearer;
};

/* Nothing is known yet, and all parts may be written. */
static inline void
token_with_parts(struct token *t, struct token_parts *p)
{
	token_begin(t);
	*p = (struct token_parts){ *t->ntlm, *t->kerberos, *t->digest,
		*t->bearer };
	t->ntlm = &p->ntlm;
	t->kerberos = &p->kerberos;
	t->digest = &p->digest;
	t->bearer = &p->bearer;
}

/* The parts of such a token, to be written. */
static inline struct token_parts *
parts_of(const struct token *t)
{
	return (struct token_parts *)((uintptr_t)t->ntlm -
	    offsetof(struct token_parts, ntlm));
}

#endif
