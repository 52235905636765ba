/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_savefile.c - any bytes as a capture file
 *
 * Whatever they are: numbers only grow, a frame is no longer than it may be
 * nor than it was on the wire, the end is an end, and the size of the read
 * buffer changes nothing.  Only where packed bytes are damaged may it decide
 * how much of what came before them is seen.
 */
#include <stdlib.h>

#include "capture/savefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

static uint64_t
sum(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x100000001b3);
}

struct walk {
	uint64_t sum; /* over all that came out, the last words included */
	bool good, packed;
};

static struct walk
walk(struct span bytes, size_t room)
{
	struct problem problem = { .what = "" };
	struct input *in = input_of(bytes, room);
	bool packed = input_packing(in) != NULL;
	struct savefile *s = savefile_new("fuzz", in, &problem);
	struct frame f;
	uint64_t h = 0, number = 0, frames = 0;

	CHECK((s == NULL) == problem_is_set(&problem));
	while (s != NULL && savefile_next(s, &f)) {
		CHECK(f.number > number && f.number == f.file_number);
		CHECK(f.bytes.len <= 262144 && f.bytes.len <= f.wire_len);
		CHECK(span_is_set(f.bytes) && f.time != WHEN_NONE);
		number = f.number;
		frames++;
		h = sum(sum(sum(h, (uint64_t)f.time), f.link), f.wire_len);
		for (size_t i = 0; i < f.bytes.len; i++)
			h = sum(h, f.bytes.at[i]);
	}
	if (s != NULL) {
		const struct capture_input *facts = savefile_facts(s);

		CHECK(!savefile_next(s, &f));
		CHECK(facts->frames == frames);
		CHECK(facts->damaged == (savefile_problem(s) != NULL));
		CHECK((facts->first != WHEN_NONE) == (frames > 0));
		CHECK(facts->first <= facts->last);
		if (savefile_problem(s) != NULL)
			problem = *savefile_problem(s);
		h = sum(h, facts->dropped);
	}
	for (const char *c = problem.what; *c != '\0'; c++)
		h = sum(h, (uint8_t)*c);
	savefile_free(s);
	return (struct walk){ h, !problem_is_set(&problem), packed };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of(data, size);

	struct walk a = walk(bytes, INPUT_ROOM), b = walk(bytes, 64);

	CHECK(a.good == b.good && a.packed == b.packed);
	CHECK(a.sum == b.sum || (a.packed && !a.good));
	return 0;
}
