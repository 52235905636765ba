/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message_parts.h - the inside of a direction, for the files it is made of
 */
#ifndef P407_HTTP_MESSAGE_PARTS_H
#define P407_HTTP_MESSAGE_PARTS_H

#include "http/message.h"

/* -- message.c: heads -- */

/* `fresh`: the first byte is the first one of its packet. */
void message_run(struct direction *d, struct span in, struct http_from at,
    bool fresh);

/* From here on it cannot be told where a message begins. */
void message_lose(struct direction *d, uint32_t seq);

/* To who asked for the bytes that are neither head nor body. */
void message_tell_framing(const struct direction *d, struct span bytes,
    const struct http_from *at);

/* -- message_body.c -- */

/* How many of the bytes belong to it; 0: none, and the state is another. */
size_t message_take_body(struct direction *d, struct span in,
    const struct http_from *at, bool fresh);

/* n bytes of a body, of which `data` is there. */
void message_count_body(struct direction *d, struct span data, uint64_t n,
    const struct http_from *at);

/* Nothing new began where bytes were held: take them as they come. */
void message_release(struct direction *d);

/* The body is over; what follows is the next message. */
void message_ended(struct direction *d, uint32_t end);

#endif
