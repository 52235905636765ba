/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask_body.h - the little of a body that a verdict may rest on
 *
 * Bodies are cut: what they hold is nobody's business.  But p407 reads two
 * things in them, and shows those: the return values in a PAC file ("PROXY
 * proxy.lab.test:3128; DIRECT"), and the title of a page that came with a
 * 407 ("Account locked").  Names in them are names, as elsewhere; of the rest
 * of a PAC file it can be told whether it is the same as another one.
 */
#ifndef P407_EVIDENCE_MASK_BODY_H
#define P407_EVIDENCE_MASK_BODY_H

#include "evidence/mask.h"
#include "http/exchange.h"

/* As much of the body as that is wanted (struct http_sink). */
size_t body_wanted(const struct http_message *request,
    const struct http_message *response);

/*
 * Mask response.body_start to `out`, of the same length; false if there is
 * nothing in it to show.
 */
bool mask_body(struct mask *m, const struct http_exchange *e, uint8_t *out);

#endif
