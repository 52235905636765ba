/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask_http.h - an HTTP head, and what frames a body, without secrets
 *
 * Shown are the start line, the names of fields that are in the table of
 * mask_http.c, and the values that the table allows; of all other bytes only
 * white space and line ends stay, the rest is 'x'.  So a head keeps its
 * length, its lines and its grammar.
 */
#ifndef P407_EVIDENCE_MASK_HTTP_H
#define P407_EVIDENCE_MASK_HTTP_H

#include "evidence/mask.h"
#include "http/chunked.h"
#include "http/exchange.h"

/* A head as struct http_sink gives it, to `out` of the same length. */
void mask_head(struct mask *m, enum http_side side, struct span head,
    uint8_t *out);

/*
 * Bytes of framing; `c` is where the body is that they belong to, and is
 * moved along.  Sizes and line ends stay, extensions and trailers do not.
 */
void mask_framing(struct chunked *c, struct span bytes, uint8_t *out);

/* Data of a chunk went by unseen before the framing that comes next. */
void mask_chunk_data(struct chunked *c);

#endif
