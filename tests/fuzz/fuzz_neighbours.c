/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_neighbours.c - any row of requests and answers of neighbours
 *
 * Records of four bytes: what, tenths of a second since the one before (a
 * signed byte: captures go back), from whom, to whom.  Whatever they say: who
 * was lost had been asked for three times, by one who was answered before,
 * and has given no sign of life since.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "witness/neighbours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

/* Of each host of IPv4 and IPv6. */
struct seen {
	bool answered[2][256];  /* some host has answered this one */
	uint64_t alive[2][256]; /* the frame of its last sign of life */
	uint64_t lost;
};

static void
on_lost(void *context, const struct neighbour_lost *l)
{
	struct seen *s = context;
	uint8_t asker = l->asker.bytes[l->asker.len - 1];
	uint8_t target = l->target.bytes[l->target.len - 1];

	bool v6 = l->asker.len == 16;

	s->lost++;
	CHECK(l->tries >= 3 && l->asker.len == l->target.len);
	CHECK(asker != 0 && asker != target && s->answered[v6][asker]);
	CHECK(l->first_frame < l->last_frame);
	CHECK(s->alive[v6][target] < l->first_frame);
}

static struct address
host(uint8_t n, bool v6)
{
	struct address a = { .len = v6 ? 16 : 4 };

	a.bytes[a.len - 1] = n;
	return a;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(span_of(data, size));
	struct seen seen = { 0 };
	struct neighbours *n = neighbours_new(on_lost, &seen);
	when_ns now = 0;

	for (uint64_t frame = 1; reader_left(&r) >= 4; frame++) {
		uint8_t what = reader_u8(&r, "what");
		int8_t step = (int8_t)reader_u8(&r, "step");
		uint8_t from = reader_u8(&r, "from"), to = reader_u8(&r, "to");
		bool v6 = what & 1, answers = what & 2;
		uint8_t message[24] = { answers ? 136 : 135 };
		struct address about = host(answers ? from : to, v6);
		struct packet p = {
			.number = frame,
			.time = now += step * 100 * WHEN_MS,
			.src = host(from, v6),
			.dst = host(to, v6),
			.arp = v6 ? 0 : answers ? ARP_REPLY : ARP_REQUEST,
		};

		if (v6) {
			memcpy(message + 8, about.bytes, 16);
			p.protocol = PROTOCOL_ICMP6;
			p.payload = span_of(message, what & 4 ? 23 : 24);
		}
		if (from != 0 && (!v6 || !(what & 4))) {
			seen.answered[v6][to] |= answers;
			seen.alive[v6][from] = frame;
		}
		neighbours_packet(n, &p);
		neighbours_now(n, now);
	}
	neighbours_finish(n);
	neighbours_free(n);
	return 0;
}
