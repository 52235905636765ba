/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/md4.h"

#include "base/secret.h"

#define BLOCK 64

static void compress(uint32_t state[4], const uint8_t block[BLOCK]);

/* RFC 1320 3.1 to 3.5: whole blocks, then what is left with 0x80 and the
 * length in bits behind it. */
void
md4(struct span in, uint8_t out[MD4_SIZE])
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe,
		0x10325476 };
	uint8_t last[2 * BLOCK] = { 0 };
	size_t whole = in.len / BLOCK * BLOCK, left = in.len - whole;
	size_t end = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	uint64_t bits = (uint64_t)in.len * 8;

	for (size_t i = 0; i < whole; i += BLOCK)
		compress(state, in.at + i);
	if (left > 0)
		memcpy(last, in.at + whole, left);
	last[left] = 0x80;
	for (size_t i = 0; i < 8; i++)
		last[end - 8 + i] = (uint8_t)(bits >> (8 * i));
	for (size_t i = 0; i < end; i += BLOCK)
		compress(state, last + i);
	for (size_t i = 0; i < MD4_SIZE; i++)
		out[i] = (uint8_t)(state[i / 4] >> (8 * (i % 4)));
	secret_wipe(last, sizeof(last));
	secret_wipe(state, sizeof(state));
}

static uint32_t
rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* A round: which word each step takes, how far it turns, what it adds. */
static const struct round {
	uint8_t word[16];
	uint8_t turn[4];
	uint32_t add;
} rounds[3] = {
	{ { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	    { 3, 7, 11, 19 }, 0 },
	{ { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
	    { 3, 5, 9, 13 }, 0x5a827999 },
	{ { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
	    { 3, 9, 11, 15 }, 0x6ed9eba1 },
};

static uint32_t
mix(unsigned round, uint32_t x, uint32_t y, uint32_t z)
{
	return round == 0 ? (x & y) | (~x & z)
	    : round == 1  ? (x & y) | (x & z) | (y & z)
	                  : x ^ y ^ z;
}

/* 3.4: the four registers change places after each step. */
static void
compress(uint32_t state[4], const uint8_t block[BLOCK])
{
	uint32_t x[16], a = state[0], b = state[1], c = state[2],
	                d = state[3];

	for (size_t i = 0; i < 16; i++)
		x[i] = block[4 * i] | (uint32_t)block[4 * i + 1] << 8 |
		    (uint32_t)block[4 * i + 2] << 16 |
		    (uint32_t)block[4 * i + 3] << 24;
	for (unsigned r = 0; r < 3; r++)
		for (unsigned i = 0; i < 16; i++) {
			uint32_t t = rotate(a + mix(r, b, c, d) +
			        x[rounds[r].word[i]] + rounds[r].add,
			    rounds[r].turn[i % 4]);

			a = d;
			d = c;
			c = b;
			b = t;
		}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	secret_wipe(x, sizeof(x));
}
