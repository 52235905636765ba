/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_shown.h - what of a TLS handshake with the proxy itself is shown
 *
 * RFC 8446 5.1: the headers of records, alerts in clear, and hellos and
 * certificates in clear; all else is zero.  With identities hidden, of
 * handshake messages the headers only.
 */
#ifndef P407_EVIDENCE_TLS_SHOWN_H
#define P407_EVIDENCE_TLS_SHOWN_H

#include "base/span.h"

/* One direction; a zeroed struct is ready for use. */
struct tls_shown {
	uint8_t type;      /* of the record under way */
	uint8_t head_len;  /* bytes of its header that were seen */
	uint32_t left;     /* bytes of it that are to come */
	bool sealed;       /* ChangeCipherSpec was sent */
	bool over;         /* no record stands where one should */
	uint8_t message_len; /* bytes of a handshake header that were seen */
	uint8_t message;     /* its type */
	uint32_t message_left;
};

/* Do these bytes begin a record of a handshake, or an alert? */
bool tls_shown_begins(struct span first);

/* The next bytes of the direction, to `out`, which is zero. */
void tls_shown_feed(struct tls_shown *t, struct span in, bool hidden,
    uint8_t *out);

#endif
