/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdc.h - messages to and from a KDC, without their ciphers
 *
 * RFC 4120 7.2: over UDP a message is a datagram, over TCP four bytes of
 * length come first.
 */
#ifndef P407_EVIDENCE_KDC_H
#define P407_EVIDENCE_KDC_H

#include "evidence/mask.h"

/* A datagram, to `out` of the same length. */
void kdc_mask(struct mask *m, struct span message, uint8_t *out);

/* A message with its length before it. */
void kdc_mask_stream(struct mask *m, struct span message, uint8_t *out);

/* One direction over TCP; a zeroed struct is ready for use. */
struct kdc_stream {
	uint8_t *bytes;
	size_t len, room;
	uint32_t seq; /* of the first of them */
	bool lost;    /* something is missing: no more can be read */
	bool given;   /* what is in it was handed out */
};

/*
 * The next whole message, with its length; false if it takes more bytes.
 * Call again until then: *in and *seq move on.  The message lives until the
 * next call.
 */
bool kdc_stream_next(struct kdc_stream *k, struct span *in, uint32_t *seq,
    struct span *message, uint32_t *from);
void kdc_stream_lost(struct kdc_stream *k);
void kdc_stream_fini(struct kdc_stream *k);

#endif
