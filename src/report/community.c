/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/community.h"

#include <openssl/evp.h>

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
	uint8_t in[40], digest[EVP_MAX_MD_SIZE];
	size_t n = put_be16(in, 0, 0);
	unsigned len = 0;

	n = put(in, n, a->bytes, a->len);
	n = put(in, n, b->bytes, b->len);
	in[n++] = protocol;
	in[n++] = 0;
	n = put_be16(in, n, a_port);
	n = put_be16(in, n, b_port);
	if (EVP_Digest(in, n, digest, &len, EVP_sha1(), NULL) != 1)
		return;

	unsigned char base64[64];

	EVP_EncodeBlock(base64, digest, (int)len);
	text_fmt(t, "1:%s", (const char *)base64);
}
