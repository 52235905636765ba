/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdc_pair.h - between kdc.c, which pairs, and kdc_stream.c, which frames
 */
#ifndef P407_WITNESS_KDC_PAIR_H
#define P407_WITNESS_KDC_PAIR_H

#include "witness/kdc.h"

/* Between whom a message went. */
struct kdc_ends {
	struct address client, server;
	uint16_t client_port, server_port;
	bool over_tcp;
	/* Of TCP; the number and the stream may come later. */
	uint64_t first_frame, connection;
	uint32_t stream;
};

struct kdc_from {
	uint64_t frame;
	when_ns time;
};

/* One message, whole or cut; bytes of no known kind are passed over. */
void kdc_message(struct kdc *k, const struct kdc_ends *ends,
    struct span msg, const struct kdc_from *from);

/*
 * No answer will come to what was asked between these ends; `how` says what
 * that means.
 */
void kdc_give_up(struct kdc *k, const struct kdc_ends *ends,
    enum kdc_ended how, uint64_t frame);

/* Room for n bytes more of messages in pieces?  False, and counted, if
 * not; kdc_release() gives them back. */
bool kdc_reserve(struct kdc *k, size_t n);
void kdc_release(struct kdc *k, size_t n);

#endif
