/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * echo.h - credentials that a proxy says back
 *
 * Some write the token or the password that they refuse into the reason, the
 * error_description of a challenge (RFC 6750 section 3) or the title of the
 * page.  What is shown of an answer must not show them.
 *
 * What is looked for is what the request of the same exchange sent: the
 * credentials as they are, of a token a part from its beginning, too, and the
 * password of Basic and the response of Digest.  One of fewer than ECHO_LEAST
 * bytes cannot be told from a word.
 */
#ifndef P407_OBSERVE_ECHO_H
#define P407_OBSERVE_ECHO_H

#include "base/arena.h"
#include "http/exchange.h"

#define ECHO_LEAST 4

/*
 * The response, as it may be shown.  It is that of the exchange itself where
 * it says nothing back; else *copy, with an ellipsis in place of each, of
 * whose body the title is left.  What is new in it is in the arena.
 */
const struct http_message *echo_free(const struct http_exchange *e,
    struct http_message *copy, struct arena *a);

#endif
