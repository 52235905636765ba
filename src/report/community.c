/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/community.h"

/*
 * The plain functions: EVP looks a digest up for each attempt, and to start
 * it would take longer than the rest of a short report.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>

static size_t
put(uint8_t *at, size_t n, const void *bytes, size_t len)
{
	memcpy(at + n, bytes, len);
	return n + len;
}

static size_t
put_be16(uint8_t *at, size_t n, uint16_t value)
{
	at[n] = (uint8_t)(value >> 8);
	at[n + 1] = (uint8_t)value;
	return n + 2;
}

void
community_id_add(struct text *t, uint8_t protocol, const struct address *a,
    uint16_t a_port, const struct address *b, uint16_t b_port)
{
	if (a->len == 0 || a->len != b->len || a->len > sizeof(a->bytes))
		return;

	/* The smaller address first; where they are equal, the port. */
	int order = memcmp(a->bytes, b->bytes, a->len);

	if (order > 0 || (order == 0 && a_port > b_port)) {
		const struct address *address = a;
		uint16_t port = a_port;

		a = b, a_port = b_port;
		b = address, b_port = port;
	}

	/* seed, addresses, protocol, padding, ports: 40 bytes at most */
	uint8_t in[40], digest[SHA_DIGEST_LENGTH];
	size_t n = put_be16(in, 0, 0);
	SHA_CTX sha;

	n = put(in, n, a->bytes, a->len);
	n = put(in, n, b->bytes, b->len);
	in[n++] = protocol;
	in[n++] = 0;
	n = put_be16(in, n, a_port);
	n = put_be16(in, n, b_port);
	if (SHA1_Init(&sha) != 1 || SHA1_Update(&sha, in, n) != 1 ||
	    SHA1_Final(digest, &sha) != 1)
		return;

	unsigned char base64[64];

	EVP_EncodeBlock(base64, digest, sizeof(digest));
	text_str(t, "1:");
	text_str(t, (const char *)base64);
}
