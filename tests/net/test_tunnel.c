/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/limits.h"
#include "bytes.h"
#include "net/packet.h"
#include "run.h"

/* GRE: flags, then type; the optional fields follow. */
#define GRE(flags, type) flags type

#define VXLAN "\x08\0\0\0\0\0\x2a\0"

#define MPLS(label_and_bottom) "\0\1" label_and_bottom "\x40"

/* One row a way to carry INNER; where it says IPv6 it is 43 bytes, too. */
/* clang-format off */
static const struct row {
	const char *name;
	struct span bytes; /* behind 14 bytes of Ethernet, whose type is */
	struct span type;
	bool want;
} rows[] = {
#define IN_IPV4 SPAN_INIT(IPV4_TYPE)
	{ "802.1Q", SPAN_INIT("\0\5" IPV4_TYPE INNER), SPAN_INIT("\x81\0"),
	    true },
	{ "802.1ad around 802.1Q",
	    SPAN_INIT("\0\5\x81\0\0\6" IPV4_TYPE INNER),
	    SPAN_INIT("\x88\xa8"), true },
	{ "QinQ of old", SPAN_INIT("\0\5\x91\0\0\6" IPV4_TYPE INNER),
	    SPAN_INIT("\x91\0"), true },
	{ "802.1Q, cut", SPAN_INIT("\0\5\x08"), SPAN_INIT("\x81\0"), false },
	{ "PPPoE", SPAN_INIT("\x11\0\0\1\0\x2d\0\x21" INNER),
	    SPAN_INIT("\x88\x64"), true },
	{ "PPPoE, padded", SPAN_INIT("\x11\0\0\1\0\x2d\0\x21" INNER "\0\0\0"),
	    SPAN_INIT("\x88\x64"), true },
	{ "PPPoE, no session data", SPAN_INIT("\x11\7\0\1\0\x2d\0\x21" INNER),
	    SPAN_INIT("\x88\x64"), false },
	{ "PPPoE, LCP", SPAN_INIT("\x11\0\0\1\0\6\xc0\x21\x09\1\0\4"),
	    SPAN_INIT("\x88\x64"), false },

	{ "MPLS", SPAN_INIT(MPLS("\1") INNER), SPAN_INIT("\x88\x47"), true },
	{ "MPLS, three labels",
	    SPAN_INIT(MPLS("\0") MPLS("\x10") MPLS("\1") INNER),
	    SPAN_INIT("\x88\x47"), true },
	{ "MPLS multicast", SPAN_INIT(MPLS("\1") INNER),
	    SPAN_INIT("\x88\x48"), true },
	{ "MPLS, pseudo-wire", SPAN_INIT(MPLS("\1") INNER_ETH),
	    SPAN_INIT("\x88\x47"), false }, /* MACs begin with 0: no word */
	{ "MPLS, pseudo-wire with control word",
	    SPAN_INIT(MPLS("\1") "\0\0\0\1" INNER_ETH),
	    SPAN_INIT("\x88\x47"), true },
	{ "MPLS, pseudo-wire whose address begins with 8",
	    SPAN_INIT(MPLS("\1") "\x82\0\0\0\0\1\2\0\0\0\0\2" IPV4_TYPE
	        INNER), SPAN_INIT("\x88\x47"), true },
	{ "MPLS, associated channel", SPAN_INIT(MPLS("\1") "\x10\0\0\7" INNER),
	    SPAN_INIT("\x88\x47"), false },
	{ "MPLS, no bottom", SPAN_INIT(MPLS("\0") MPLS("\0")),
	    SPAN_INIT("\x88\x47"), false },
	{ "MPLS, nothing in it", SPAN_INIT(MPLS("\1")),
	    SPAN_INIT("\x88\x47"), false },

	{ "IPv4 in IPv4", SPAN_INIT(OUTER("\0\x3f", "\4") INNER), IN_IPV4,
	    true },
	{ "IPv4 in IPv4, padded",
	    SPAN_INIT(OUTER("\0\x3f", "\4") INNER "\0\0\0"), IN_IPV4, true },
	{ "IPv4 in IPv6", SPAN_INIT(IPV6("\0\x2b", "\4") INNER),
	    SPAN_INIT(IPV6_TYPE), true },
	{ "IPv6 in IPv4", SPAN_INIT(OUTER("\0\x53", "\x29")
	        IPV6("\0\x17", "\6") TCP "abc"), IN_IPV4, true },
	{ "IPv6 in IPv6", SPAN_INIT(IPV6("\0\x3f", "\x29")
	        IPV6("\0\x17", "\6") TCP "abc"), SPAN_INIT(IPV6_TYPE), true },

	{ "GRE", SPAN_INIT(OUTER("\0\x43", "\x2f") GRE("\0\0", IPV4_TYPE)
	        INNER), IN_IPV4, true },
	{ "GRE in IPv6", SPAN_INIT(IPV6("\0\x2f", "\x2f")
	        GRE("\0\0", IPV4_TYPE) INNER), SPAN_INIT(IPV6_TYPE), true },
	{ "GRE with checksum, key and sequence",
	    SPAN_INIT(OUTER("\0\x4f", "\x2f") GRE("\xb0\0", IPV4_TYPE)
	        "\1\2\0\0" "\0\0\0\7" "\0\0\0\1" INNER), IN_IPV4, true },
	{ "GRE with a key", SPAN_INIT(OUTER("\0\x47", "\x2f")
	        GRE("\x20\0", IPV4_TYPE) "\0\0\0\7" INNER), IN_IPV4, true },
	{ "GRE, bridged Ethernet", SPAN_INIT(OUTER("\0\x51", "\x2f")
	        GRE("\0\0", "\x65\x58") INNER_ETH), IN_IPV4, true },
	{ "NVGRE", SPAN_INIT(OUTER("\0\x55", "\x2f")
	        GRE("\x20\0", "\x65\x58") "\0\0\x2a\0" INNER_ETH), IN_IPV4,
	    true },
	{ "GRE, MPLS", SPAN_INIT(OUTER("\0\x47", "\x2f")
	        GRE("\0\0", "\x88\x47") MPLS("\1") INNER), IN_IPV4, true },
	{ "GRE, PPP", SPAN_INIT(OUTER("\0\x45", "\x2f")
	        GRE("\0\0", "\x88\x0b") "\0\x21" INNER), IN_IPV4, true },
	{ "GRE, version 1", SPAN_INIT(OUTER("\0\x43", "\x2f")
	        GRE("\0\1", IPV4_TYPE) INNER), IN_IPV4, false },
	{ "GRE with routing", SPAN_INIT(OUTER("\0\x43", "\x2f")
	        GRE("\x40\0", IPV4_TYPE) INNER), IN_IPV4, false },
	{ "GRE, cut in the key", SPAN_INIT(OUTER("\0\x1a", "\x2f")
	        GRE("\x20\0", IPV4_TYPE) "\0\0"), IN_IPV4, false },
	{ "WCCP 1", SPAN_INIT(OUTER("\0\x43", "\x2f") GRE("\0\0", "\x88\x3e")
	        INNER), IN_IPV4, true },
	{ "WCCP 2", SPAN_INIT(OUTER("\0\x47", "\x2f") GRE("\0\0", "\x88\x3e")
	        "\0\0\1\0" INNER), IN_IPV4, true },

	{ "ERSPAN I", SPAN_INIT(OUTER("\0\x51", "\x2f")
	        GRE("\0\0", "\x88\xbe") INNER_ETH), IN_IPV4, true },
	{ "ERSPAN II", SPAN_INIT(OUTER("\0\x5d", "\x2f")
	        GRE("\x10\0", "\x88\xbe") "\0\0\0\1"
	        "\x10\0\x08\x64\0\0\0\0" INNER_ETH), IN_IPV4, true },
	{ "ERSPAN III", SPAN_INIT(OUTER("\0\x61", "\x2f")
	        GRE("\x10\0", "\x22\xeb") "\0\0\0\1"
	        "\x20\0\0\x64\1\2\3\4\0\0\0\0" INNER_ETH), IN_IPV4, true },
	{ "ERSPAN III with subheader", SPAN_INIT(OUTER("\0\x69", "\x2f")
	        GRE("\x10\0", "\x22\xeb") "\0\0\0\1"
	        "\x20\0\0\x64\1\2\3\4\0\0\0\1" "\0\0\0\0\0\0\0\0" INNER_ETH),
	    IN_IPV4, true },
	{ "ERSPAN III, IP", SPAN_INIT(OUTER("\0\x53", "\x2f")
	        GRE("\x10\0", "\x22\xeb") "\0\0\0\1"
	        "\x20\0\0\x64\1\2\3\4\0\0\x08\0" INNER), IN_IPV4, true },
	{ "ERSPAN III, cut", SPAN_INIT(OUTER("\0\x28", "\x2f")
	        GRE("\x10\0", "\x22\xeb") "\0\0\0\1"
	        "\x20\0\0\x64\1\2\3\4\0\0\0\1"), IN_IPV4, false },

	{ "VXLAN", SPAN_INIT(OUTER("\0\x5d", "\x11")
	        UDP("\x12\xb5", "\0\x49") VXLAN INNER_ETH), IN_IPV4, true },
	{ "VXLAN of Linux", SPAN_INIT(OUTER("\0\x5d", "\x11")
	        UDP("\x21\x18", "\0\x49") VXLAN INNER_ETH), IN_IPV4, true },
	{ "VXLAN in IPv6, tagged inside", SPAN_INIT(IPV6("\0\x4d", "\x11")
	        UDP("\x12\xb5", "\0\x4d") VXLAN ETH("\x81\0") "\0\5" IPV4_TYPE
	        INNER), SPAN_INIT(IPV6_TYPE), true },
	{ "VXLAN, ARP", SPAN_INIT(OUTER("\0\x3c", "\x11")
	        UDP("\x12\xb5", "\0\x28") VXLAN ETH("\x08\6")
	        "\0\1\x08\0\6\4\0\1"), IN_IPV4, false },
	{ "GENEVE", SPAN_INIT(OUTER("\0\x5d", "\x11")
	        UDP("\x17\xc1", "\0\x49") "\0\0\x65\x58\0\0\x2a\0" INNER_ETH),
	    IN_IPV4, true },
	{ "GENEVE with options", SPAN_INIT(OUTER("\0\x65", "\x11")
	        UDP("\x17\xc1", "\0\x51") "\2\0\x65\x58\0\0\x2a\0"
	        "\1\2\x80\1\0\0\0\0" INNER_ETH), IN_IPV4, true },
	{ "GENEVE, IP", SPAN_INIT(OUTER("\0\x4f", "\x11")
	        UDP("\x17\xc1", "\0\x3b") "\0\0" IPV4_TYPE "\0\0\x2a\0"
	        INNER), IN_IPV4, true },

	{ "VN tag", SPAN_INIT("\0\0\0\x33" IPV4_TYPE INNER),
	    SPAN_INIT("\x89\x26"), true },
	{ "VN tag, a VLAN tag behind it",
	    SPAN_INIT("\0\0\0\x33\x81\0\0\5" IPV4_TYPE INNER),
	    SPAN_INIT("\x89\x26"), true },
	{ "802.1ah", SPAN_INIT("\0\x1e\xbb\x3b" INNER_ETH),
	    SPAN_INIT("\x88\xe7"), true },
	{ "802.1ah, cut", SPAN_INIT("\0\x1e"), SPAN_INIT("\x88\xe7"), false },
	{ "FabricPath", SPAN_INIT("\x40\x20" INNER_ETH),
	    SPAN_INIT("\x89\3"), true },
	{ "GRE in UDP", SPAN_INIT(OUTER("\0\x4b", "\x11")
	        UDP("\x12\x92", "\0\x37") GRE("\0\0", IPV4_TYPE) INNER),
	    IN_IPV4, true },

	{ "VXLAN-GPE, IP", SPAN_INIT(OUTER("\0\x4f", "\x11")
	        UDP("\x12\xb6", "\0\x3b") "\x0c\0\0\1\0\0\x2a\0" INNER),
	    IN_IPV4, true },
	{ "VXLAN-GPE, Ethernet", SPAN_INIT(OUTER("\0\x5d", "\x11")
	        UDP("\x12\xb6", "\0\x49") "\x0c\0\0\3\0\0\x2a\0"
	        INNER_ETH), IN_IPV4, true },
	{ "GTP-U", SPAN_INIT(OUTER("\0\x4f", "\x11")
	        UDP("\x08\x68", "\0\x3b") "\x30\xff\0\x2b\0\0\0\7" INNER),
	    IN_IPV4, true },
	{ "GTP-U with a sequence number", SPAN_INIT(OUTER("\0\x53", "\x11")
	        UDP("\x08\x68", "\0\x3f") "\x32\xff\0\x2f\0\0\0\7"
	        "\0\1\0\0" INNER), IN_IPV4, true },
	{ "GTP-U with extension headers", SPAN_INIT(OUTER("\0\x5b", "\x11")
	        UDP("\x08\x68", "\0\x47") "\x34\xff\0\x37\0\0\0\7"
	        "\0\0\0\x85" "\1\x10\1\x20" "\1\0\0\0" INNER), IN_IPV4,
	    true },
	{ "Teredo", SPAN_INIT(OUTER("\0\x5b", "\x11")
	        UDP("\x0d\xd8", "\0\x47") IPV6("\0\x17", "\6") TCP "abc"),
	    IN_IPV4, true },
	{ "Teredo with authentication and origin",
	    SPAN_INIT(OUTER("\0\x72", "\x11") UDP("\x0d\xd8", "\0\x5e")
	        "\0\1\1\1" "ck" "\1\2\3\4\5\6\7\x08\0"
	        "\0\0\1\2\3\4\5\6" IPV6("\0\x17", "\6") TCP "abc"),
	    IN_IPV4, true },

	{ "all at once: QinQ, MPLS, ERSPAN II, VLAN, VXLAN",
	    SPAN_INIT("\0\5\x81\0\0\6\x88\x47" MPLS("\1")
	        OUTER("\0\x97", "\x2f") GRE("\x10\0", "\x88\xbe") "\0\0\0\1"
	        "\x10\0\x08\x64\0\0\0\0" ETH("\x81\0") "\0\7" IPV4_TYPE
	        OUTER("\0\x5d", "\x11") UDP("\x12\xb5", "\0\x49") VXLAN
	        INNER_ETH), SPAN_INIT("\x88\xa8"), true },
};
/* clang-format on */

/* The frame of a row. */
static struct span
frame_bytes(const struct row *row, uint8_t room[512])
{
	memcpy(room, ETH("\0\0"), 12);
	memcpy(room + 12, row->type.at, 2);
	memcpy(room + 14, row->bytes.at, row->bytes.len);
	return span_of(room, 14 + row->bytes.len);
}

static bool
decode(struct span bytes, uint32_t wire_len, struct packet *p,
    struct net_counts *counts)
{
	struct net *n = net_new();
	struct frame f = { .number = 1, .link = 1, .bytes = bytes,
		.wire_len = wire_len };
	bool ok = net_decode(n, &f, p);

	*counts = net_counts(n);
	net_free(n);
	return ok;
}

START_TEST(the_innermost_packet_comes_out)
{
	const struct row *row = &rows[_i];
	uint8_t room[512];
	struct span bytes = frame_bytes(row, room);
	uint8_t *copy = exact_copy(bytes, bytes.len);
	struct net_counts counts;
	struct packet p;
	bool ok = decode(span_of(copy, bytes.len), (uint32_t)bytes.len, &p,
	    &counts);

	ck_assert_msg(ok == row->want, "%s", row->name);
	if (ok) {
		ck_assert_msg(p.protocol == PROTOCOL_TCP, "%s", row->name);
		ck_assert_uint_eq(p.sport, 53974);
		ck_assert_uint_eq(p.dport, 3128);
		ck_assert_uint_eq(p.seq, 0x01020304);
		ck_assert_msg(span_eq(p.payload, SPAN("abc")), "%s: %zu",
		    row->name, p.payload.len);
		ck_assert_uint_eq(p.payload_len, 3);
		ck_assert(p.src.bytes[0] == 10 || p.src.bytes[0] == 0xfd);
	} else {
		ck_assert_uint_eq(counts.not_ip + counts.damaged, 1);
	}
	free(copy);
}
END_TEST

/* Cut anywhere, a tunnel gives the inner packet or none, never another. */
START_TEST(every_prefix_is_the_inner_packet_or_nothing)
{
	const struct row *row = &rows[_i];
	uint8_t room[512];
	struct span bytes = frame_bytes(row, room);

	for (size_t n = 0; row->want && n < bytes.len; n++) {
		uint8_t *cut = exact_copy(bytes, n);
		struct net_counts counts;
		struct packet p;

		/* A tunnel in UDP that is cut in its header is plain UDP. */
		if (decode(span_of(cut, n), (uint32_t)bytes.len, &p,
		        &counts) && p.protocol == PROTOCOL_TCP) {
			ck_assert_msg(p.dport == 3128, "%s, %zu bytes",
			    row->name, n);
			ck_assert_uint_eq(p.payload_len, 3);
			ck_assert_uint_le(p.payload.len, 3);
		}
		free(cut);
	}
}
END_TEST

/* What looks like a tunnel by its port, and is none, stays what it is. */
START_TEST(other_datagrams_to_these_ports_are_shown)
{
	static const struct span datagrams[] = {
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x1f", "\x11")
		    UDP("\x12\xb5", "\0\x0b") "abc"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11")
		    UDP("\x21\x18", "\0\x10") "\0\0\0\0\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11")
		    UDP("\x17\xc1", "\0\x10") "\x3f\0\x65\x58\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11")
		    UDP("\x17\xc1", "\0\x10") "\x80\0\x65\x58\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11") /* no P */
		    UDP("\x12\xb6", "\0\x10") "\x08\0\0\1\0\0\x2a\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11") /* no GRE */
		    UDP("\x12\x92", "\0\x10") "\0\0\x12\x34\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11") /* an echo */
		    UDP("\x08\x68", "\0\x10") "\x30\1\0\0\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11") /* GTP' */
		    UDP("\x08\x68", "\0\x10") "\x20\xff\0\0\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11") /* empty */
		    UDP("\x08\x68", "\0\x10") "\x30\xff\0\0\0\0\0\0"),
		SPAN_INIT(ETH(IPV4_TYPE) OUTER("\0\x24", "\x11")
		    UDP("\x0d\xd8", "\0\x10") "\x60\0\0\0\0\0\x3b\x15"),
	};
	struct net_counts counts;
	struct packet p;

	ck_assert(decode(datagrams[_i], (uint32_t)datagrams[_i].len, &p,
	    &counts));
	ck_assert_uint_eq(p.protocol, PROTOCOL_UDP);
	ck_assert_uint_eq(p.sport, 53974);
	ck_assert_uint_eq(p.payload_len, _i == 0 ? 3 : 8);
}
END_TEST

/* n tags, then the packet: as many as the limit, and no more. */
START_TEST(nesting_is_bounded)
{
	uint64_t most = limit_of(LIMIT_TUNNELS);
	uint64_t n = most + (uint64_t)_i;
	uint8_t room[512];
	size_t len = 12;
	struct net_counts counts;
	struct packet p;

	memcpy(room, ETH(""), 12);
	for (uint64_t i = 0; i < n; i++, len += 4)
		memcpy(room + len, "\x81\0\0\1", 4);
	memcpy(room + len, IPV4_TYPE INNER, 45);
	len += 45;

	bool ok = decode(span_of(room, len), (uint32_t)len, &p, &counts);

	ck_assert_int_eq(ok, n <= most);
	ck_assert_uint_eq(limit_hits(LIMIT_TUNNELS), n <= most ? 0 : 1);
}
END_TEST

/* IPIP in IPIP in … a whole frame full of them costs a few steps. */
START_TEST(a_frame_full_of_headers_is_left_soon)
{
	static uint8_t room[20 * 3000];
	struct net_counts counts;
	struct packet p;

	for (size_t i = 0; i < 3000; i++)
		memcpy(room + 20 * i, OUTER("\0\0", "\4"), 20);

	struct net *n = net_new();
	struct frame f = { .link = 101, .bytes = span_of(room, sizeof(room)),
		.wire_len = sizeof(room) };

	ck_assert(!net_decode(n, &f, &p));
	counts = net_counts(n);
	ck_assert_uint_eq(counts.not_ip, 1);
	ck_assert_uint_eq(limit_hits(LIMIT_TUNNELS), 1);
	net_free(n);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net/tunnel");
	TCase *c = tcase_create("tunnel");
	int n = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(c, the_innermost_packet_comes_out, 0, n);
	tcase_add_loop_test(c, every_prefix_is_the_inner_packet_or_nothing, 0,
	    n);
	tcase_add_loop_test(c, other_datagrams_to_these_ports_are_shown, 0,
	    10);
	tcase_add_loop_test(c, nesting_is_bounded, 0, 2);
	tcase_add_test(c, a_frame_full_of_headers_is_left_soon);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
