/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_inflate.c - any bytes as gzip, zstd or lz4
 *
 * However the input and the output are cut into pieces, the same comes out:
 * all of it if it is good, else the beginning of the same.
 */
#include <stdlib.h>
#include <string.h>

#include "capture/inflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST (1u << 20)

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

/* Unpack at most MOST bytes; how many.  *good: it came to a good end. */
static size_t
unpack(struct span in, size_t piece, size_t room, uint8_t *out, bool *good)
{
	struct inflate *z = inflate_new(in);
	struct problem problem = { .what = "" };
	size_t n = 0;

	*good = false;
	if (z == NULL)
		return 0;
	while (n < MOST && !problem_is_set(&problem)) {
		struct span part = span_first(in, piece);
		size_t before = part.len;
		size_t left = MOST - n < room ? MOST - n : room;
		size_t made = inflate_run(z, &part, out + n, left, &problem);

		CHECK(made <= left && part.len <= before);
		in = span_from(in, before - part.len);
		n += made;
		if (in.len == 0 && made == 0)
			break;
	}
	if (!problem_is_set(&problem) && n < MOST)
		inflate_end(z, &problem);
	*good = !problem_is_set(&problem);
	inflate_free(z);
	return n;
}

static bool
is_zstd(struct span in)
{
	struct inflate *z = inflate_new(in);
	bool is = z != NULL && strcmp(inflate_name(z), "zstd") == 0;

	inflate_free(z);
	return is;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t a[MOST], b[MOST];
	struct span in = span_of(data, size);
	bool good_a, good_b;
	size_t n_a = unpack(in, size, MOST, a, &good_a);
	size_t n_b = unpack(in, 7, 1000, b, &good_b);

	/* libzstd holds the size that a frame claims against its bytes only
	 * where it has the whole frame at once; in pieces, it goes on. */
	CHECK(good_a == good_b || is_zstd(in));
	CHECK(memcmp(a, b, n_a < n_b ? n_a : n_b) == 0);
	CHECK(!good_a || n_a == n_b);
	return 0;
}
