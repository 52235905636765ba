/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/des.h"

#include <openssl/evp.h>

#include "base/secret.h"

/* Seven bits a byte; the eighth is parity, which nobody looks at. */
static void
spread(const uint8_t key[7], uint8_t out[8])
{
	uint64_t bits = 0;

	for (size_t i = 0; i < 7; i++)
		bits = bits << 8 | key[i];
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(bits >> (49 - 7 * i) << 1);
}

bool
des_block(const uint8_t key[7], const uint8_t in[8], uint8_t out[8])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t keys[24], result[16];
	int len = 0;
	bool ok;

	for (size_t i = 0; i < sizeof(keys); i += 8)
		spread(key, keys + i);
	ok = c != NULL &&
	    EVP_EncryptInit_ex(c, EVP_des_ede3_ecb(), NULL, keys, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(c, 0) == 1 &&
	    EVP_EncryptUpdate(c, result, &len, in, 8) == 1 && len == 8;
	if (ok)
		memcpy(out, result, 8);
	EVP_CIPHER_CTX_free(c);
	secret_wipe(keys, sizeof(keys));
	secret_wipe(result, sizeof(result));
	return ok;
}

bool
des_long(const uint8_t hash[16], const uint8_t in[8], uint8_t out[24])
{
	uint8_t keys[21] = { 0 };
	bool ok = true;

	memcpy(keys, hash, 16);
	for (size_t i = 0; i < 3; i++)
		ok = ok && des_block(keys + 7 * i, in, out + 8 * i);
	secret_wipe(keys, sizeof(keys));
	return ok;
}
