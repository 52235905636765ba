/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_net.c - any bytes as frames of any link type
 *
 * The first byte chooses the link type; then come frames: two bytes of
 * length, one of how much the snaplen cut off, the bytes.  Several, so that
 * fragments meet.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/reader.h"
#include "net/link.h"
#include "net/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

static const uint32_t links[] = { 1, 0, 108, 101, 12, 14, 113, 276, 9, 50, 51,
	228, 229, 104, 105, 127, 117, 109, 239, 258, 149, 119, 163, 192, 189 };

static void
check_address(const struct address *a)
{
	CHECK(a->len == 4 || a->len == 16);
	for (size_t i = a->len; i < 16; i++)
		CHECK(a->bytes[i] == 0);
}

/* Same packet?  Payloads by their bytes: frames may differ. */
static bool
is_same(const struct packet *a, const struct packet *b)
{
	return address_eq(&a->src, &b->src) && address_eq(&a->dst, &b->dst) &&
	    a->protocol == b->protocol && a->tcp_flags == b->tcp_flags &&
	    a->arp == b->arp && a->sport == b->sport && a->dport == b->dport &&
	    a->seq == b->seq && a->ack == b->ack &&
	    a->payload_len == b->payload_len &&
	    span_eq(a->payload, b->payload);
}

/* Behind a VLAN tag the general way is taken: it has to give the same. */
static void
check_tagged(const struct frame *f)
{
	uint8_t *bytes = malloc(f->bytes.len + 4);
	struct net *plain = net_new(), *tagged = net_new();
	uint64_t limits = limit_hits(LIMIT_TUNNELS);
	struct frame g = *f;
	struct packet p, q;

	CHECK(bytes != NULL);
	memcpy(bytes, f->bytes.at, 12);
	memcpy(bytes + 12, "\x81\0\0\1", 4);
	memcpy(bytes + 16, f->bytes.at + 12, f->bytes.len - 12);
	g.bytes = span_of(bytes, f->bytes.len + 4);
	g.wire_len += 4;

	bool ok = net_decode(plain, f, &p);

	/* The tag may be one header too many. */
	if (net_decode(tagged, &g, &q))
		CHECK(ok && is_same(&p, &q));
	else
		CHECK(!ok || limit_hits(LIMIT_TUNNELS) > limits);
	net_free(plain);
	net_free(tagged);
	free(bytes);
}

static void
check_frame(struct net *n, const struct frame *f)
{
	struct net_counts was = net_counts(n), is;
	struct packet p;
	bool ok = net_decode(n, f, &p);

	is = net_counts(n);
	CHECK(is.frames == was.frames + 1);

	uint64_t passed = is.not_ip + is.damaged + is.unknown_link -
	    was.not_ip - was.damaged - was.unknown_link;

	/* Each frame is one thing: a packet, passed over, or a fragment. */
	bool ip = ok && p.arp == 0;

	CHECK(passed + ip <= 1);
	CHECK(passed + ip == 1 || is.fragments > was.fragments);
	if (ok) {
		volatile uint8_t sink = 0;
		struct span b = f->bytes, s = p.payload;
		bool inside = s.at >= b.at && s.at <= b.at + b.len;

		check_address(&p.src);
		check_address(&p.dst);
		CHECK(p.number == f->number && p.time == f->time);
		CHECK(span_is_set(s) && s.len <= p.payload_len);
		CHECK(!inside || s.len <= (size_t)(b.at + b.len - s.at));
		/* From elsewhere only if it was put together. */
		CHECK(inside || is.fragments > was.fragments);
		for (size_t i = 0; i < s.len; i++)
			sink = (uint8_t)(sink ^ s.at[i]);
	}
	if (f->link == 1 && f->bytes.len >= 12)
		check_tagged(f);
}

/* What is left for evidence is of the frame, and no link type of these. */
static void
check_bare(const struct frame *given)
{
	struct frame f = *given;

	link_bare(&f);
	CHECK(f.bytes.len <= given->bytes.len && f.wire_len >= f.bytes.len);
	if (f.link == given->link)
		CHECK(f.bytes.len == given->bytes.len);
	else
		CHECK(f.link == 101);
	CHECK(f.bytes.len == 0 ||
	    (f.bytes.at >= given->bytes.at &&
	        f.bytes.len <=
	            given->bytes.len - (size_t)(f.bytes.at - given->bytes.at)));
	link_bare(&f);
	CHECK(f.link != given->link || f.bytes.len == given->bytes.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(span_of(data, size));
	uint32_t link = links[reader_u8(&r, "link") %
	    (sizeof(links) / sizeof(links[0]))];
	struct net *n = net_new();

	for (uint64_t number = 1; reader_left(&r) > 0 && number < 64;
	     number++) {
		size_t len = reader_be16(&r, "length");
		uint32_t cut = reader_u8(&r, "cut");

		if (len > reader_left(&r))
			len = reader_left(&r);

		struct span bytes = reader_take(&r, len, "frame");

		/* On its own, so that a sanitizer sees where it ends. */
		uint8_t *copy = malloc(len > 0 ? len : 1);

		CHECK(copy != NULL);
		if (span_has_bytes(bytes))
			memcpy(copy, bytes.at, len);

		struct frame f = { .number = number,
			.file_number = number, .link = link,
			.time = (when_ns)(number * WHEN_SECOND),
			.bytes = span_of(copy, len),
			.wire_len = (uint32_t)len + cut * 16 };

		check_frame(n, &f);
		check_bare(&f);
		free(copy);
	}
	net_free(n);
	return 0;
}
