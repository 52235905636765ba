/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/sip.h"

/* Bytes: more than any password, less than most tickets. */
#define LONG 512

/* Made once, at the first use; lives as long as the process. */
static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static atomic_bool key_made;

static void
make_key(void)
{
	/* Not libcrypto's: to start that takes longer than a small capture. */
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		abort();
	atomic_store_explicit(&key_made, true, memory_order_release);
}

fingerprint
secret_fingerprint(const char *purpose, struct span secret)
{
	fingerprint f;

	if (!atomic_load_explicit(&key_made, memory_order_acquire))
		pthread_once(&key_once, make_key);
	/* The purpose makes a key of its own. */
	f = sip(key[0], key[1], span_of_str(purpose), 2, 4);
	/* Nobody guesses what is that long: fewer rounds keep it apart. */
	f = secret.len > LONG ? sip(key[0] ^ f, key[1], secret, 1, 3)
	                      : sip(key[0] ^ f, key[1], secret, 2, 4);
	return f != 0 ? f : 1;
}

void
secret_wipe(void *at, size_t len)
{
	OPENSSL_cleanse(at, len);
}
