/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_tls.c - any bytes as the two sides of a TLS handshake
 *
 * Pieces: a byte (0 client, 1 server, 2 a hole), two of length, the bytes.
 * The same is given byte by byte, and has to say the same.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "witness/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

static void
play(struct tls_watch *w, struct span in, size_t most)
{
	struct reader r = reader_of(in);

	while (reader_left(&r) >= 3) {
		uint8_t what = reader_u8(&r, "side");
		size_t len = reader_be16(&r, "length");
		enum tls_side side = what & 1 ? TLS_SERVER : TLS_CLIENT;

		if (what % 3 == 2) {
			tls_watch_gap(w, side, len, true);
			continue;
		}
		if (len > reader_left(&r))
			len = reader_left(&r);

		struct span rest = reader_take(&r, len, "bytes");

		while (rest.len > 0) {
			struct span now = span_first(rest, most);
			uint8_t *copy = malloc(now.len);

			CHECK(copy != NULL);
			memcpy(copy, now.at, now.len);
			tls_watch_bytes(w, side, span_of(copy, now.len), 7);
			free(copy);
			rest = span_from(rest, now.len);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address server = { 4, { 192, 0, 2, 1 } };
	struct tls_watch *whole = tls_watch_new(), *bytes = tls_watch_new();
	struct arena arena = { 0 };

	play(whole, span_of(data, size), SIZE_MAX);
	play(bytes, span_of(data, size), 1);

	const struct tls_record *a = tls_watch_record(whole, &server, &arena);
	const struct tls_record *b = tls_watch_record(bytes, &server, &arena);

	CHECK(a->answer == b->answer && a->status == b->status);
	CHECK(a->client_version == b->client_version &&
	    a->server_version == b->server_version);
	CHECK(a->established == b->established);
	CHECK(a->incomplete == b->incomplete);
	CHECK(a->fault.kind == b->fault.kind &&
	    a->fault.offset == b->fault.offset);
	for (int side = 0; side < 2; side++) {
		CHECK(a->alert[side].seen == b->alert[side].seen);
		CHECK(a->alert[side].description ==
		    b->alert[side].description);
		/* A handshake that ended well has no alarm before it. */
		CHECK(!a->established || !a->alert[side].encrypted);
	}
	CHECK(a->certificate.read == b->certificate.read);
	tls_watch_free(whole);
	tls_watch_free(bytes);
	arena_fini(&arena);
	return 0;
}
