/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/limits.h"
#include "bytes.h"
#include "net/fragment.h"
#include "run.h"

/* What the pieces are of; 32 bytes, so four of IPv4's units. */
static const char whole[] = "abcdefghijklmnopqrstuvwxyz012345";

/* [from, to) of it, of which `captured` bytes were kept; the last if to 32. */
struct piece {
	uint32_t from, to, captured;
	int seconds;
};

static struct ip
ip_of(uint32_t id, const struct piece *p)
{
	struct ip ip = { .protocol = PROTOCOL_UDP, .id = id, .fragment = true,
		.offset = p->from, .more = p->to < 32,
		.payload_len = p->to - p->from };

	ip.src = (struct address){ 4, { 10, 77, 1, 4 } };
	ip.dst = (struct address){ 4, { 10, 77, 0, 20 } };
	ip.payload = span_of(whole + p->from, p->captured);
	return ip;
}

static bool
add(struct fragments *f, struct ip *ip, int seconds)
{
	return fragments_add(f, ip, seconds * WHEN_SECOND);
}

/* clang-format off */
static const struct row {
	const char *name;
	struct piece pieces[6];
	const char *want; /* NULL: never whole */
	uint32_t want_len;
} rows[] = {
	{ "in order", { { 0, 16, 16, 0 }, { 16, 32, 16, 0 } }, whole, 32 },
	{ "swapped", { { 16, 32, 16, 0 }, { 0, 16, 16, 0 } }, whole, 32 },
	{ "three, the middle last",
	    { { 24, 32, 8, 0 }, { 0, 8, 8, 0 }, { 8, 24, 16, 0 } }, whole,
	    32 },
	{ "one twice", { { 0, 16, 16, 0 }, { 0, 16, 16, 0 },
	    { 16, 32, 16, 0 } }, whole, 32 },
	{ "overlapping", { { 0, 24, 24, 0 }, { 8, 32, 24, 0 } }, whole, 32 },
	{ "one inside another", { { 0, 24, 24, 0 }, { 8, 16, 8, 0 },
	    { 24, 32, 8, 0 } }, whole, 32 },
	{ "one around another", { { 8, 16, 8, 0 }, { 0, 32, 32, 0 } }, whole,
	    32 },
	{ "a hole", { { 0, 8, 8, 0 }, { 16, 32, 16, 0 } }, NULL, 0 },
	{ "no end", { { 0, 8, 8, 0 }, { 8, 24, 16, 0 } }, NULL, 0 },
	{ "no beginning", { { 8, 32, 24, 0 } }, NULL, 0 },
	{ "just in time", { { 0, 16, 16, 0 }, { 16, 32, 16, 60 } }, whole,
	    32 },
	{ "too late", { { 0, 16, 16, 0 }, { 16, 32, 16, 61 } }, NULL, 0 },
	{ "time backwards", { { 0, 16, 16, 100 }, { 16, 32, 16, 0 } }, whole,
	    32 },
	{ "the second cut by the snaplen",
	    { { 0, 16, 16, 0 }, { 16, 32, 4, 0 } }, "abcdefghijklmnopqrst",
	    32 },
	{ "both cut", { { 0, 16, 4, 0 }, { 16, 32, 4, 0 } }, "abcd", 32 },
	{ "nothing captured", { { 0, 16, 0, 0 }, { 16, 32, 0, 0 } }, "", 32 },
	{ "cut in what was there before",
	    { { 0, 24, 24, 0 }, { 16, 32, 10, 0 } },
	    "abcdefghijklmnopqrstuvwxyz", 32 },
};
/* clang-format on */

START_TEST(pieces_make_the_packet)
{
	const struct row *row = &rows[_i];
	struct fragments *f = fragments_new();
	struct ip ip = { 0 };
	bool ok = false;

	for (const struct piece *p = row->pieces; p->to > 0; p++) {
		uint8_t *copy;

		ck_assert_msg(!ok, "%s: whole too early", row->name);
		ip = ip_of(7, p);
		copy = exact_copy(ip.payload, p->captured);
		ip.payload = span_of(copy, p->captured);
		ok = add(f, &ip, p->seconds);
		free(copy);
	}
	ck_assert_msg(ok == (row->want != NULL), "%s", row->name);
	if (ok) {
		ck_assert(!ip.fragment);
		ck_assert_uint_eq(ip.payload_len, row->want_len);
		ck_assert_msg(span_eq(ip.payload, span_of_str(row->want)),
		    "%s: %.*s", row->name, (int)ip.payload.len,
		    (const char *)ip.payload.at);
		ck_assert_uint_eq(fragments_waiting(f), 0);
	}
	fragments_free(f);
}
END_TEST

/* All orders of four pieces, the third of which comes twice. */
START_TEST(every_order_gives_the_same)
{
	static const struct piece pieces[4] = { { 0, 8, 8, 0 },
		{ 8, 16, 8, 0 }, { 16, 24, 8, 0 }, { 24, 32, 8, 0 } };
	int order[4] = { _i % 4, _i / 4 % 4, _i / 16 % 4, _i / 64 % 4 };
	struct fragments *f = fragments_new();
	unsigned seen = 0;

	for (int i = 0; i < 4; i++) {
		struct ip ip = ip_of(7, &pieces[order[i]]);
		bool ok = add(f, &ip, 0);

		seen |= 1u << order[i];
		ck_assert_int_eq(ok, seen == 0xf);
		if (ok)
			ck_assert(span_eq(ip.payload, span_of_str(whole)));
	}
	fragments_free(f);
}
END_TEST

START_TEST(the_first_bytes_win)
{
	struct fragments *f = fragments_new();
	struct ip ip = ip_of(7, &(struct piece){ 8, 24, 16, 0 });

	ip.payload = SPAN("----------------");
	ck_assert(!add(f, &ip, 0));
	ip = ip_of(7, &(struct piece){ 0, 32, 32, 0 });
	ck_assert(add(f, &ip, 0));
	ck_assert(span_eq(ip.payload,
	    SPAN("abcdefgh----------------yz012345")));
	fragments_free(f);
}
END_TEST

/* Each row differs in one thing from the packet that has its first half. */
START_TEST(packets_are_kept_apart)
{
	struct fragments *f = fragments_new();
	struct ip ip = ip_of(7, &(struct piece){ 0, 16, 16, 0 });

	ck_assert(!add(f, &ip, 0));
	ip = ip_of(7, &(struct piece){ 16, 32, 16, 0 });
	switch (_i) {
	case 0:
		ip.id = 8;
		break;
	case 1:
		ip.src.bytes[3] = 5;
		break;
	case 2:
		ip.dst.bytes[3] = 5;
		break;
	case 3:
		ip.protocol = PROTOCOL_TCP;
		break;
	}
	ck_assert(!add(f, &ip, 0));
	ck_assert_uint_eq(fragments_waiting(f), 2);
	fragments_free(f);
}
END_TEST

START_TEST(of_ipv6_the_first_fragment_names_the_protocol)
{
	struct fragments *f = fragments_new();
	struct ip ip = ip_of(7, &(struct piece){ 16, 32, 16, 0 });

	ip.src.len = ip.dst.len = 16;
	ip.protocol = 253;
	ck_assert(!add(f, &ip, 0));
	ip = ip_of(7, &(struct piece){ 0, 16, 16, 0 });
	ip.src.len = ip.dst.len = 16;
	ck_assert(add(f, &ip, 0));
	ck_assert_uint_eq(ip.protocol, PROTOCOL_UDP);
	fragments_free(f);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	struct fragments *f = fragments_new();
	uint64_t most = limit_of(LIMIT_FRAGMENTS);
	struct ip ip;

	for (uint32_t id = 0; id < most + 10; id++) {
		ip = ip_of(id, &(struct piece){ 0, 16, 16, 0 });
		ck_assert(!add(f, &ip, 0));
	}
	ck_assert_uint_eq(fragments_waiting(f), most);
	ck_assert_uint_eq(limit_hits(LIMIT_FRAGMENTS), 10);
	/* The oldest went. */
	ip = ip_of(10, &(struct piece){ 16, 32, 16, 0 });
	ck_assert(add(f, &ip, 0));
	ip = ip_of(0, &(struct piece){ 16, 32, 16, 0 });
	ck_assert(!add(f, &ip, 0));
	/* And after a minute all have gone. */
	ip = ip_of(1, &(struct piece){ 16, 32, 16, 0 });
	ck_assert(!add(f, &ip, 100));
	ck_assert_uint_eq(fragments_waiting(f), 1);
	fragments_free(f);
}
END_TEST

START_TEST(the_bytes_that_wait_are_bounded)
{
	static const struct piece first = { 0, 16, 16, 0 };
	static const struct piece rest = { 16, 32, 16, 0 };
	struct fragments *f = fragments_new();

	/* Each takes two KiB. */
	limit_set(LIMIT_FRAGMENT_TOTAL, 8192);
	for (uint32_t id = 1; id <= 10; id++) {
		struct ip ip = ip_of(id, &first);

		ck_assert(!add(f, &ip, 0));
	}
	ck_assert_uint_eq(fragments_waiting(f), 4);
	ck_assert_uint_eq(limit_hits(LIMIT_FRAGMENT_TOTAL), 6);

	struct ip oldest = ip_of(1, &rest), newest = ip_of(10, &rest);

	ck_assert(add(f, &newest, 0));
	ck_assert(!add(f, &oldest, 0));
	fragments_free(f);
}
END_TEST

START_TEST(a_packet_past_64_kib_is_dropped)
{
	static uint8_t bytes[1480];
	struct fragments *f = fragments_new();
	struct ip ip = ip_of(7, &(struct piece){ 0, 16, 16, 0 });

	ck_assert(!add(f, &ip, 0));
	ip.offset = 65528;
	ip.payload = span_of(bytes, sizeof(bytes));
	ip.payload_len = sizeof(bytes);
	ip.fragment = true;
	ck_assert(!add(f, &ip, 0));
	ck_assert_uint_eq(fragments_waiting(f), 0);
	ck_assert_uint_eq(limit_hits(LIMIT_FRAGMENT_BYTES), 1);
	fragments_free(f);
}
END_TEST

/* Every other piece, so that none touches another. */
START_TEST(a_packet_in_too_many_pieces_is_dropped)
{
	struct fragments *f = fragments_new();
	uint32_t n = 0;

	while (limit_hits(LIMIT_FRAGMENTS) == 0 && n < 1000) {
		struct ip ip = ip_of(7, &(struct piece){ 0, 8, 8, 0 });

		ip.offset = 16 * n++;
		ck_assert(!add(f, &ip, 0));
	}
	ck_assert_uint_eq(n, 65);
	ck_assert_uint_eq(fragments_waiting(f), 0);
	fragments_free(f);
}
END_TEST

/* Extreme times, as a hostile file has them: no overflow, no waiting. */
START_TEST(any_time_is_taken)
{
	static const when_ns times[] = { INT64_MAX, INT64_MIN + 1, 0,
		INT64_MIN + 1, INT64_MAX, -1 };
	struct fragments *f = fragments_new();

	for (uint32_t i = 0; i < 6; i++) {
		struct ip ip = ip_of(i, &(struct piece){ 0, 16, 16, 0 });

		ck_assert(!fragments_add(f, &ip, times[i]));
	}
	ck_assert_uint_le(fragments_waiting(f), 6);
	fragments_free(f);
}
END_TEST

static bool
decode(struct net *n, uint64_t number, struct span bytes, struct packet *p)
{
	struct frame f = { .number = number, .link = 101, .bytes = bytes,
		.wire_len = (uint32_t)bytes.len };

	return net_decode(n, &f, p);
}

/* Through the front: TCP in IPv4, cut in two behind 16 bytes of it. */
START_TEST(a_fragmented_segment_is_one_packet)
{
	struct net *n = net_new();
	struct packet p;

	ck_assert(!decode(n, 1, SPAN(IPV4("\0\x24", "\x20\0", "\6")
	    "\xd2\xd6\x0c\x38\1\2\3\4\5\6\7\x08\x50\x18\x20\0"), &p));
	ck_assert(decode(n, 2, SPAN(IPV4("\0\x1b", "\0\2", "\6")
	    "\0\0\0\0abc"), &p));
	ck_assert_uint_eq(p.number, 2);
	ck_assert_uint_eq(p.dport, 3128);
	ck_assert(span_eq(p.payload, SPAN("abc")));
	ck_assert_uint_eq(net_counts(n).fragments, 2);
	net_free(n);
}
END_TEST

/* IPv6, with an extension header behind that of the fragment. */
START_TEST(a_fragmented_packet_may_begin_with_extensions)
{
	struct net *n = net_new();
	struct packet p;

	ck_assert(!decode(n, 1, SPAN(IPV6("\0\x20", "\x2c")
	    "\x3c\0\0\1\0\0\0\7" "\6\0\1\4\0\0\0\0"
	    "\xd2\xd6\x0c\x38\1\2\3\4\5\6\7\x08\x50\x18\x20\0"), &p));
	ck_assert(decode(n, 2, SPAN(IPV6("\0\x0f", "\x2c")
	    "\x3c\0\0\x18\0\0\0\7" "\0\0\0\0abc"), &p));
	ck_assert_uint_eq(p.protocol, PROTOCOL_TCP);
	ck_assert_uint_eq(p.seq, 0x01020304);
	ck_assert(span_eq(p.payload, SPAN("abc")));
	net_free(n);
}
END_TEST

/*
 * Fragments of a tunnel that carries fragments: the outer packet, put
 * together, must outlive the look at the inner one.
 */
START_TEST(fragments_may_be_in_fragments)
{
	struct net *n = net_new();
	struct packet p;

	/* The inner first half, whole. */
	ck_assert(!decode(n, 1, SPAN(IPV4("\0\x24", "\x20\0", "\6")
	    "\xd2\xd6\x0c\x38\1\2\3\4\5\6\7\x08\x50\x18\x20\0"), &p));
	/* The inner second half in two outer ones: 27 bytes, 16 and 11. */
	ck_assert(!decode(n, 2, SPAN("\x45\0\0\x24\0\1\x20\0\x40\4\0\0"
	    "\xc0\0\2\1\xc0\0\2\2"
	    "\x45\0\0\x1b\x12\x34\0\2\x40\6\0\0\x0a\x4d\1\4"), &p));
	ck_assert(decode(n, 3, SPAN("\x45\0\0\x1f\0\1\0\2\x40\4\0\0"
	    "\xc0\0\2\1\xc0\0\2\2" "\x0a\x4d\0\x14\0\0\0\0abc"), &p));
	ck_assert_uint_eq(p.number, 3);
	ck_assert_uint_eq(p.dport, 3128);
	ck_assert(span_eq(p.payload, SPAN("abc")));
	ck_assert_uint_eq(net_counts(n).fragments, 4);
	/* The next call gives the memory back. */
	ck_assert(decode(n, 4, SPAN(INNER), &p));
	net_free(n);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net/fragment");
	TCase *c = tcase_create("fragments"), *f = tcase_create("front");

	tcase_add_loop_test(c, pieces_make_the_packet, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, every_order_gives_the_same, 0, 256);
	tcase_add_test(c, the_first_bytes_win);
	tcase_add_loop_test(c, packets_are_kept_apart, 0, 4);
	tcase_add_test(c, of_ipv6_the_first_fragment_names_the_protocol);
	tcase_add_test(c, what_waits_is_bounded);
	tcase_add_test(c, the_bytes_that_wait_are_bounded);
	tcase_add_test(c, a_packet_past_64_kib_is_dropped);
	tcase_add_test(c, a_packet_in_too_many_pieces_is_dropped);
	tcase_add_test(c, any_time_is_taken);
	tcase_add_test(f, a_fragmented_segment_is_one_packet);
	tcase_add_test(f, a_fragmented_packet_may_begin_with_extensions);
	tcase_add_test(f, fragments_may_be_in_fragments);
	suite_add_tcase(suite, c);
	suite_add_tcase(suite, f);
	return run_suite(suite);
}
