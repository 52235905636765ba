/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manners.h - how proxies and programs spoke lately, decoded once
 *
 * A worker has one.  It remembers some hundreds, and short ones alone.
 */
#ifndef P407_OBSERVE_MANNERS_H
#define P407_OBSERVE_MANNERS_H

#include "attempt/manner.h"
#include "http/exchange.h"

struct manners;

struct manners *manners_new(void);
void manners_free(struct manners *known);

/* That of a message, held for the caller. */
struct manner *manners_of_request(struct manners *known,
    const struct http_message *m);
/* With its challenges, unless they are too long to come again. */
struct manner *manners_of_response(struct manners *known,
    const struct http_message *m);

/*
 * The challenges alone, decoded into the arena; how many.  *grammar is to be
 * empty before.
 */
size_t manners_challenges(const struct http_message *m, struct arena *arena,
    struct token **out, struct fault *grammar);

#endif
