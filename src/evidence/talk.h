/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talk.h - conversations that go into the evidence, and what of them is shown
 *
 * First the frames of the chosen conversations are listened to: put in
 * order, cut into HTTP messages, masked.  Then, when the frames are written,
 * each byte of a segment is looked up by its sequence number: so it is the
 * same however often it was sent, and in whatever pieces.  A byte that
 * nobody showed is zero.
 */
#ifndef P407_EVIDENCE_TALK_H
#define P407_EVIDENCE_TALK_H

#include "evidence/mask.h"
#include "net/packet.h"

/* Both ends of a connection; the smaller end first. */
struct ends {
	struct address address[2];
	uint16_t port[2];
	uint16_t zero[2]; /* so that the whole struct can be compared */
};

struct ends ends_of(const struct packet *p);
struct ends ends_between(const struct address *a, uint16_t port_a,
    const struct address *b, uint16_t port_b);

struct talks;

/* Masked heads are kept up to `limit_bytes`. */
struct talks *talks_new(struct mask *mask, uint64_t limit_bytes);
void talks_free(struct talks *t);

/* A TCP packet of a chosen conversation, or of a KDC (port 88). */
void talks_listen(struct talks *t, const struct packet *p);

/* No more will come. */
void talks_finish(struct talks *t);

/* Bytes of heads that did not fit: they are zero. */
uint64_t talks_left_out(const struct talks *t);

/*
 * Write what is shown of a packet's payload over `out`, payload.len bytes.
 * The packets come in the same order as they were listened to.
 */
void talks_rewrite(struct talks *t, const struct packet *p, uint8_t *out);

#endif
