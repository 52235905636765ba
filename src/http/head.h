/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * head.h - the head of an HTTP/1 message: start line and fields
 *
 * RFC 9112 sections 2 to 5, read as liberally as the worst proxy and client
 * write it: bare LF, missing reason, folded lines, spaces before the colon.
 * What is odd is a flaw, not an error.
 */
#ifndef P407_HTTP_HEAD_H
#define P407_HTTP_HEAD_H

#include "http/exchange.h"

/*
 * Read a head that ends with its empty line, or, if `cut`, one that ends
 * anywhere: then only whole lines count.  Folded lines are joined in place,
 * so `head` is written to.  The fields go to an array of `room`; the spans
 * point into `head`.  False if the start line is none of HTTP/1.
 */
bool head_read(uint8_t *head, size_t len, enum http_side side, bool cut,
    struct http_message *m, struct http_field *fields, size_t room);

/* What the fields say of the body, RFC 9112 6.3; for a response `method`
 * is that of its request, unset if not known. */
void head_body_rule(struct http_message *m, enum http_side side,
    struct span method);

#endif
