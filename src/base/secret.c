/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>

/* Made once, at the first use; lives as long as the process. */
static uint8_t key[32];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

/*
 * HMAC with the key in place, one a thread: to fetch it and to hash the key
 * takes longer than to hash a token.
 */
static _Thread_local EVP_MAC_CTX *keyed;

static void
make_key(void)
{
	if (RAND_bytes(key, sizeof(key)) != 1)
		abort();
}

static EVP_MAC_CTX *
make_keyed(void)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *c = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;

	pthread_once(&key_once, make_key);
	EVP_MAC_free(hmac);
	if (c == NULL || EVP_MAC_init(c, key, sizeof(key), params) != 1)
		abort();
	return c;
}

fingerprint
secret_fingerprint(const char *purpose, struct span secret)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	size_t len = 0;
	fingerprint f = 0;

	if (keyed == NULL)
		keyed = make_keyed();
	/* The purpose ends with its NUL, so no two can run together. */
	if (EVP_MAC_init(keyed, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(keyed, (const uint8_t *)purpose,
	        strlen(purpose) + 1) != 1 ||
	    EVP_MAC_update(keyed, secret.at, secret.len) != 1 ||
	    EVP_MAC_final(keyed, mac, &len, sizeof(mac)) != 1)
		abort();
	memcpy(&f, mac, sizeof(f));
	secret_wipe(mac, sizeof(mac));
	return f != 0 ? f : 1;
}

void
secret_thread_ends(void)
{
	EVP_MAC_CTX_free(keyed);
	keyed = NULL;
}

void
secret_wipe(void *at, size_t len)
{
	OPENSSL_cleanse(at, len);
}
