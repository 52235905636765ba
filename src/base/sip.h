/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sip.h - SipHash (Aumasson and Bernstein, 2012): a keyed hash of 64 bits
 *
 * With 1 and 3 rounds for hash tables, as elsewhere; with 2 and 4, as it was
 * published, where it stands for a secret (secret.h).  Inline, as nearly all
 * that is hashed is short, and rounds are to be in registers.
 */
#ifndef P407_BASE_SIP_H
#define P407_BASE_SIP_H

#include "base/span.h"

#define SIP_ROTATE(x, b) ((x) << (b) | (x) >> (64 - (b)))

static inline void
sip_rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1], v[1] = SIP_ROTATE(v[1], 13) ^ v[0];
		v[2] += v[3], v[3] = SIP_ROTATE(v[3], 16) ^ v[2];
		v[0] = SIP_ROTATE(v[0], 32);
		v[0] += v[3], v[3] = SIP_ROTATE(v[3], 21) ^ v[0];
		v[2] += v[1], v[1] = SIP_ROTATE(v[1], 17) ^ v[2];
		v[2] = SIP_ROTATE(v[2], 32);
	}
}

/* `each` rounds a word of the message, `last` at the end. */
static inline uint64_t
sip(uint64_t k0, uint64_t k1, struct span message, int each, int last)
{
	uint64_t v[4] = { k0 ^ UINT64_C(0x736f6d6570736575),
		k1 ^ UINT64_C(0x646f72616e646f6d),
		k0 ^ UINT64_C(0x6c7967656e657261),
		k1 ^ UINT64_C(0x7465646279746573) };
	uint64_t word;
	size_t i = 0;

	for (; message.len - i >= 8; i += 8) {
		memcpy(&word, message.at + i, 8);
		v[3] ^= word;
		sip_rounds(v, each);
		v[0] ^= word;
	}
	word = (uint64_t)message.len << 56;
	if (message.len - i == 4) {
		uint32_t four;

		memcpy(&four, message.at + i, 4);
		word |= four;
	} else {
		for (size_t j = 0; i + j < message.len; j++)
			word |= (uint64_t)message.at[i + j] << 8 * j;
	}
	v[3] ^= word;
	sip_rounds(v, each);
	v[0] ^= word;
	v[2] ^= 0xff;
	sip_rounds(v, last);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
