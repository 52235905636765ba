/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>

/* Made once, at the first use; lives as long as the process. */
static const uint8_t *
key(void)
{
	static uint8_t bytes[32];
	static bool made;

	if (!made) {
		if (RAND_bytes(bytes, sizeof(bytes)) != 1)
			abort();
		made = true;
	}
	return bytes;
}

fingerprint
secret_fingerprint(const char *purpose, struct span secret)
{
	uint8_t inner[EVP_MAX_MD_SIZE], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	fingerprint f = 0;

	if (HMAC(EVP_sha256(), key(), 32, secret.at, secret.len, inner, &len) ==
	        NULL ||
	    HMAC(EVP_sha256(), inner, (int)len, (const uint8_t *)purpose,
	        strlen(purpose), mac, &len) == NULL)
		abort();
	memcpy(&f, mac, sizeof(f));
	secret_wipe(inner, sizeof(inner));
	secret_wipe(mac, sizeof(mac));
	return f != 0 ? f : 1;
}

void
secret_wipe(void *at, size_t len)
{
	OPENSSL_cleanse(at, len);
}
