/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credentials file and, behind its first NUL, the values of two fields: a
 * challenge and credentials.  What is made of them is the same twice, and a
 * verdict is there only for a user of the file.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/message.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span
cut(struct span *s)
{
	size_t end = span_find(*s, '\0');
	struct span part = span_first(*s, end);

	*s = span_from(*s, end + 1);
	return part;
}

static enum token_verified
check(struct known *k, struct span challenge, struct span credentials,
    struct token *t)
{
	struct address client = { .len = 4, .bytes = { 10, 0, 0, 1 } };
	struct address proxy = { .len = 4, .bytes = { 10, 0, 0, 2 } };
	struct verify_place at = { &client, &proxy, 1 };
	struct verifier *v = verifier_new(&(struct verify_means){ k, NULL });
	enum token_verified verified;

	verifier_challenge(v, &at, challenge);
	verified = verifier_check(v, &at, SPAN("GET"), credentials, t);
	verifier_free(v);
	return verified;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_of(data, size);
	struct span file = cut(&s), challenge = cut(&s), credentials = cut(&s);
	struct arena arena = { 0 };
	struct known *k;
	struct token t;

	message_mute(true);
	k = known_read("f", file);
	token_of_credentials(credentials, &arena, &t);
	if (k != NULL) {
		enum token_verified once = check(k, challenge, credentials, &t);
		bool known = t.digest->userhash;

		assert(known_count(k) > 0 && known_count(k) <= KNOWN_MOST);
		assert(once == check(k, challenge, credentials, &t));
		for (size_t i = 0; i < known_count(k); i++)
			known |= known_is(known_at(k, i), t.user, t.domain);
		assert(once == VERIFIED_NOT_ASKED || known);
		known_free(k);
	}
	arena_fini(&arena);
	return 0;
}
