/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manner.h - what many heads have word for word in common
 *
 * A proxy gives the same answer to everybody, and a program names itself the
 * same in each request, a thousand times a minute: that is decoded and kept
 * once.  Who has a pointer into a manner holds it; the last one who lets go
 * frees it, in whatever thread.
 */
#ifndef P407_ATTEMPT_MANNER_H
#define P407_ATTEMPT_MANNER_H

#include <stdatomic.h>

#include "auth/token.h"

struct manner {
	atomic_uint holders;
	struct arena arena; /* of all that is below */
	struct span key;    /* the bytes it was made from */
	const char *via;
	/* of requests */
	const char *method, *user_agent, *forwarded_for;
	/* of responses */
	const char *reason, *server, *proxy_agent, *x_cache, *vendor_error;
	bool has_challenges; /* else these belong to one answer alone */
	struct token *challenges; /* Proxy-Authenticate */
	size_t n_challenges;
	struct fault grammar; /* of the challenges, RFC 9110 11.6.1 */
};

/* Empty, with one holder. */
struct manner *manner_new(void);
struct manner *manner_hold(struct manner *m);
void manner_let_go(struct manner *m); /* NULL is fine */

/* Bytes that it takes; for bounds. */
static inline size_t
manner_size(const struct manner *m)
{
	return m != NULL ? sizeof(*m) + m->arena.bytes : 0;
}

#endif
