/* SPDX-License-Identifier: BSD-2-Clause */
#include "bytes.h"
#include "net/link.h"
#include "net/packet.h"
#include "run.h"

/* A frame over these bytes, of which `cut` more were on the wire. */
static struct frame
frame_of(uint32_t link, struct span bytes, uint32_t cut)
{
	return (struct frame){ .number = 7, .file_number = 7, .time = 42,
		.link = link, .bytes = bytes,
		.wire_len = (uint32_t)bytes.len + cut };
}

/* "10.77.1.4:53974 > 10.77.0.20:3128 proto 6: abc" */
static void
describe(struct text *t, const struct packet *p)
{
	address_port_add(t, &p->src, p->sport);
	text_str(t, " > ");
	address_port_add(t, &p->dst, p->dport);
	if (p->arp != 0) {
		text_fmt(t, " ARP %u", p->arp);
		return;
	}
	text_fmt(t, " proto %u: ", p->protocol);
	text_add(t, p->payload);
	if (p->payload_len != p->payload.len)
		text_fmt(t, " of %u", p->payload_len);
}

#define V4  "10.77.1.4:53974 > 10.77.0.20:3128 proto 6: abc"
#define V6  "[fd77::1]:53974 > [fd77::2]:3128 proto 6: abc"
#define U4  "10.77.1.4:53974 > 10.77.0.20:88 proto 17: abc"
#define ARP(opcode)                                                            \
	"\0\1\x08\0\6\4\0" opcode "\2\0\0\0\0\1\x0a\x4d\1\4"                 \
	"\0\0\0\0\0\0\x0a\x4d\0\x14"
/* The header without its padding has 61 bytes; the macro makes 61. */
#define PFLOG(length)                                                          \
	length "\2\0\0" "em0\0\0\0\0\0\0\0\0\0\0\0\0\0"                     \
	"rules\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\7" "\0\0\0\0"               \
	"\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\1"
#define PKTAP(follows, link)                                                   \
	"\x14\0\0\0" follows "\0\0\0" link "\0\0\0" "en0\0\0\0\0\0"
/* Frame control, duration, three addresses, number. */
#define DATA(kind, flags)                                                      \
	kind flags "\0\0" "\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3" "\x10\0"
#define SNAP "\xaa\xaa\3\0\0\0" IPV4_TYPE
#define TCP6 IPV6("\0\x17", "\6") TCP "abc"

/* clang-format off */
static const struct row {
	const char *name;
	uint32_t link;
	struct span bytes;
	uint32_t cut;
	const char *want; /* NULL: nothing, and it counts as `count` */
	size_t count;     /* offsetof in struct net_counts */
} rows[] = {
#define NOT_IP  NULL, offsetof(struct net_counts, not_ip)
#define DAMAGED NULL, offsetof(struct net_counts, damaged)
#define UNKNOWN NULL, offsetof(struct net_counts, unknown_link)
	/* Link types. */
	{ "Ethernet", 1, SPAN_INIT(INNER_ETH), 0, V4, 0 },
	{ "Ethernet, padded", 1,
	    SPAN_INIT(INNER_ETH "\0\0\0\0\0\0\0\0\0\0"), 0, V4, 0 },
	{ "Ethernet, IPv6", 1, SPAN_INIT(ETH(IPV6_TYPE) TCP6), 0, V6, 0 },
	{ "802.3 with SNAP", 1,
	    SPAN_INIT(ETH("\0\x33") "\xaa\xaa\3\0\0\0" IPV4_TYPE INNER), 0,
	    V4, 0 },
	{ "802.3 without", 1, SPAN_INIT(ETH("\0\x06") "\x42\x42\3\0\0\0"), 0,
	    NOT_IP },
	{ "ARP, cut", 1, SPAN_INIT(ETH("\x08\6") "\0\1\x08\0\6\4\0\1"), 0,
	    NOT_IP },
	{ "ARP, a request", 1, SPAN_INIT(ETH("\x08\6") ARP("\1")), 0,
	    "10.77.1.4 > 10.77.0.20 ARP 1", 0 },
	{ "ARP, an answer behind a VLAN tag", 1,
	    SPAN_INIT(ETH("\x81\0") "\0\7\x08\6" ARP("\2")), 0,
	    "10.77.1.4 > 10.77.0.20 ARP 2", 0 },
	{ "ARP, reversed (RFC 903)", 1, SPAN_INIT(ETH("\x08\6") ARP("\3")), 0,
	    NOT_IP },
	{ "half an Ethernet header", 1, SPAN_INIT("\2\0\0\0\0\1"), 0,
	    DAMAGED },
	{ "nothing", 1, SPAN_INIT(""), 0, DAMAGED },
	{ "NULL, little", 0, SPAN_INIT("\2\0\0\0" INNER), 0, V4, 0 },
	{ "NULL, big", 0, SPAN_INIT("\0\0\0\2" INNER), 0, V4, 0 },
	{ "NULL, IPv6 of macOS", 0, SPAN_INIT("\x1e\0\0\0" TCP6), 0, V6, 0 },
	{ "NULL, another family", 0, SPAN_INIT("\7\0\0\0" INNER), 0,
	    NOT_IP },
	{ "NULL, cut", 0, SPAN_INIT("\2\0\0"), 0, DAMAGED },
	{ "LOOP", 108, SPAN_INIT("\0\0\0\x18" TCP6), 0, V6, 0 },
	{ "RAW", 101, SPAN_INIT(INNER), 0, V4, 0 },
	{ "RAW, as 12", 12, SPAN_INIT(TCP6), 0, V6, 0 },
	{ "RAW, as 14", 14, SPAN_INIT(INNER), 0, V4, 0 },
	{ "IPV4", 228, SPAN_INIT(INNER), 0, V4, 0 },
	{ "IPV6", 229, SPAN_INIT(TCP6), 0, V6, 0 },
	{ "SLL", 113,
	    SPAN_INIT("\0\0\0\1\0\6\2\0\0\0\0\2\0\0" IPV4_TYPE INNER), 0, V4,
	    0 },
	{ "SLL2", 276,
	    SPAN_INIT(IPV4_TYPE "\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\2\0\0" INNER),
	    0, V4, 0 },
	{ "SLL2, cut", 276, SPAN_INIT(IPV4_TYPE "\0\0\0\0\0\2\0\1\0\6"), 0,
	    DAMAGED },
	{ "PPP", 9, SPAN_INIT("\0\x21" INNER), 0, V4, 0 },
	{ "PPP with HDLC", 9, SPAN_INIT("\xff\3\0\x57" TCP6), 0, V6, 0 },
	{ "PPP, short field", 50, SPAN_INIT("\xff\3\x21" INNER), 0, V4, 0 },
	{ "PPP, LCP", 9, SPAN_INIT("\xff\3\xc0\x21\1\1\0\4"), 0, NOT_IP },
	{ "PPP, of Cisco's HDLC", 9, SPAN_INIT("\x0f\0" IPV4_TYPE INNER), 0,
	    V4, 0 },
	{ "PPP_ETHER", 51, SPAN_INIT("\x11\0\0\1\0\x2d\0\x21" INNER), 0, V4,
	    0 },
	{ "C_HDLC", 104, SPAN_INIT("\x0f\0" IPV4_TYPE INNER), 0, V4, 0 },
	{ "PFLOG, OpenBSD", 117, SPAN_INIT(PFLOG("\x3d") "\0\0\0" INNER), 0,
	    V4, 0 },
	{ "PFLOG, IPv6", 117, SPAN_INIT(PFLOG("\x3d") "\0\0\0" TCP6), 0, V6,
	    0 },
	{ "PFLOG, cut", 117, SPAN_INIT("\x3d\2\0\0\0"), 0, DAMAGED },
	{ "PFLOG, no length", 117, SPAN_INIT("\0\2\0\0" INNER), 0, DAMAGED },
	{ "ENC", 109, SPAN_INIT("\2\0\0\0\0\0\x10\1\0\0\0\0" INNER), 0, V4,
	    0 },
	{ "ENC, cut", 109, SPAN_INIT("\2\0\0\0\0\0\x10\1"), 0, DAMAGED },
	{ "NFLOG", 239,
	    SPAN_INIT("\2\0\0\5" "\6\0\x0a\0ab\0\0" "\x2f\0\x09\0" INNER),
	    0, V4, 0 },
	{ "NFLOG, big", 239,
	    SPAN_INIT("\2\0\0\5" "\0\6\0\x0a" "ab\0\0" "\0\x2f\0\x09" INNER),
	    0, V4, 0 },
	{ "NFLOG, no packet", 239, SPAN_INIT("\2\0\0\5" "\6\0\x0a\0ab\0\0"),
	    0, NOT_IP },
	{ "NFLOG, an attribute of no length", 239,
	    SPAN_INIT("\2\0\0\5" "\0\0\0\0" "\x2f\0\x09\0" INNER), 0,
	    DAMAGED },
	{ "NFLOG, version 1", 239,
	    SPAN_INIT("\2\1\0\5" "\x2f\0\x09\0" INNER), 0, DAMAGED },
	{ "PKTAP, Ethernet", 258, SPAN_INIT(PKTAP("\1", "\1") INNER_ETH), 0,
	    V4, 0 },
	{ "PKTAP, raw, as 149", 149, SPAN_INIT(PKTAP("\1", "\x0c") INNER), 0,
	    V4, 0 },
	{ "PKTAP, NULL", 258,
	    SPAN_INIT(PKTAP("\1", "\0") "\x1e\0\0\0" TCP6), 0, V6, 0 },
	{ "PKTAP, no packet", 258, SPAN_INIT(PKTAP("\0", "\1") INNER_ETH), 0,
	    NOT_IP },
	{ "PKTAP in itself", 149,
	    SPAN_INIT(PKTAP("\1", "\x95") PKTAP("\1", "\1") INNER_ETH), 0,
	    NOT_IP },
	{ "PKTAP, longer than the frame", 258,
	    SPAN_INIT("\xff\0\0\0\1\0\0\0\1\0\0\0" INNER_ETH), 0, DAMAGED },
	{ "IEEE 802.11", 105, SPAN_INIT(DATA("\x08", "\1") SNAP INNER), 0, V4,
	    0 },
	{ "IEEE 802.11, its checksum behind", 105,
	    SPAN_INIT(DATA("\x08", "\2") SNAP INNER "\1\2\3\4"), 0, V4, 0 },
	{ "IEEE 802.11, four addresses", 105,
	    SPAN_INIT(DATA("\x08", "\3") "\2\0\0\0\0\4" SNAP INNER), 0, V4, 0 },
	{ "IEEE 802.11, QoS", 105,
	    SPAN_INIT(DATA("\x88", "\1") "\0\0" SNAP INNER), 0, V4, 0 },
	{ "IEEE 802.11, QoS and HT control", 105,
	    SPAN_INIT(DATA("\x88", "\x81") "\0\0\0\0\0\0" SNAP INNER), 0, V4,
	    0 },
	{ "IEEE 802.11, aggregate", 105,
	    SPAN_INIT(DATA("\x88", "\1") "\x80\0" SNAP INNER), 0, NOT_IP },
	{ "IEEE 802.11, encrypted", 105,
	    SPAN_INIT(DATA("\x08", "\x41") SNAP INNER), 0, NOT_IP },
	{ "IEEE 802.11, a fragment", 105,
	    SPAN_INIT(DATA("\x08", "\5") SNAP INNER), 0, NOT_IP },
	{ "IEEE 802.11, a beacon", 105,
	    SPAN_INIT(DATA("\x80", "\0") SNAP INNER), 0, NOT_IP },
	{ "IEEE 802.11, no data", 105, SPAN_INIT(DATA("\x48", "\1")), 0,
	    NOT_IP },
	{ "IEEE 802.11, cut", 105, SPAN_INIT("\x08\1\0\0"), 0, DAMAGED },
	{ "IEEE 802.11, no SNAP", 105,
	    SPAN_INIT(DATA("\x08", "\1") "\x42\x42\3\0\0\0\0\0" INNER), 0,
	    NOT_IP },
	{ "radiotap", 127,
	    SPAN_INIT("\0\0\x08\0\0\0\0\0" DATA("\x08", "\1") SNAP INNER), 0,
	    V4, 0 },
	{ "radiotap, padded, behind a time", 127,
	    SPAN_INIT("\0\0\x19\0\3\0\0\x80\0\0\0\0\0\0\0\0"
	              "\1\2\3\4\5\6\7\x08\x20"
	        DATA("\x88", "\1") "\0\0\0\0" SNAP INNER), 0, V4, 0 },
	{ "radiotap, a wrong checksum", 127,
	    SPAN_INIT("\0\0\x09\0\2\0\0\0\x40" DATA("\x08", "\1") SNAP
	        INNER), 0, NOT_IP },
	{ "radiotap, longer than the frame", 127,
	    SPAN_INIT("\0\0\xff\0\0\0\0\0" DATA("\x08", "\1") SNAP INNER), 0,
	    DAMAGED },
	{ "prism", 119,
	    SPAN_INIT("\x44\0\0\0\x0c\0\0\0wlan" DATA("\x08", "\1") SNAP
	        INNER), 0, V4, 0 },
	{ "prism, big", 119,
	    SPAN_INIT("\0\0\0\x44\0\0\0\x0cwlan" DATA("\x08", "\1") SNAP
	        INNER), 0, V4, 0 },
	{ "AVS, as prism", 119,
	    SPAN_INIT("\x80\x21\x10\1\0\0\0\x0c" "abcd" DATA("\x08", "\1")
	        SNAP INNER), 0, V4, 0 },
	{ "AVS", 163,
	    SPAN_INIT("\x80\x21\x10\1\0\0\0\x0c" "abcd" DATA("\x08", "\1")
	        SNAP INNER), 0, V4, 0 },
	{ "PPI", 192,
	    SPAN_INIT("\0\0\x0a\0\x69\0\0\0ab" DATA("\x08", "\1") SNAP INNER),
	    0, V4, 0 },
	{ "PPI, Ethernet", 192, SPAN_INIT("\0\0\x08\0\1\0\0\0" INNER_ETH), 0,
	    V4, 0 },
	{ "PPI in itself", 192,
	    SPAN_INIT("\0\0\x08\0\xc0\0\0\0" "\0\0\x08\0\1\0\0\0"
	        INNER_ETH), 0, NOT_IP },
	{ "USB", 189, SPAN_INIT("\0\0\x08\0" INNER), 0, UNKNOWN },

	/* IPv4. */
	{ "IPv4 options", 101,
	    SPAN_INIT("\x46\0\0\x2f\0\1\0\0\x40\6\0\0\x0a\x4d\1\4\x0a\x4d\0"
	              "\x14\1\1\1\0" TCP "abc"), 0, V4, 0 },
	{ "length 0, left to the card", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\0\0", "\0\0", "\6") TCP "abc"), 0,
	    V4, 0 },
	{ "length 0, and cut", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\0\0", "\0\0", "\6") TCP "abc"),
	    100, V4 " of 103", 0 },
	{ "Don't Fragment is no fragment", 101,
	    SPAN_INIT(IPV4("\0\x2b", "\x40\0", "\6") TCP "abc"), 0, V4, 0 },
	{ "cut by the snaplen", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\5\xdc", "\0\0", "\6") TCP "abc"),
	    1457, V4 " of 1460", 0 },
	{ "cut by the mirror, which does not say so", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\5\xdc", "\0\0", "\6") TCP "abc"),
	    0, V4 " of 1460", 0 },
	{ "shorter than its header", 101,
	    SPAN_INIT(IPV4("\0\x13", "\0\0", "\6") TCP "abc"), 0, DAMAGED },
	{ "header of 16 bytes", 101,
	    SPAN_INIT("\x44\0\0\x2b\0\1\0\0\x40\6\0\0\x0a\x4d\1\4\x0a\x4d\0"
	              "\x14" TCP "abc"), 0, DAMAGED },
	{ "header past the end", 101,
	    SPAN_INIT("\x4f\0\0\x3c\0\1\0\0\x40\6\0\0\x0a\x4d\1\4\x0a\x4d\0"
	              "\x14" TCP "abc"), 0, DAMAGED },
	{ "version 5", 101, SPAN_INIT("\x55\0\0\x2b" INNER), 0, DAMAGED },
	{ "ICMP", 101, SPAN_INIT(IPV4("\0\x1c", "\0\0", "\1") "\x08\0\0\0abcd"),
	    0, "10.77.1.4 > 10.77.0.20 proto 1: \x08", 0 },

	/* IPv6. */
	{ "hop-by-hop, destination, routing", 101,
	    SPAN_INIT(IPV6("\0\x37", "\0") "\x3c\0\1\4\0\0\0\0"
	              "\x2b\1\1\x0c\0\0\0\0\0\0\0\0\0\0\0\0"
	              "\6\0\0\0\0\0\0\0" TCP "abc"), 0, V6, 0 },
	{ "authentication header", 101,
	    SPAN_INIT(IPV6("\0\x2f", "\x33") "\6\4\0\0\0\0\0\1\0\0\0\1"
	              "\0\0\0\0\0\0\0\0\0\0\0\0" TCP "abc"), 0, V6, 0 },
	{ "authentication header in IPv4", 101,
	    SPAN_INIT(IPV4("\0\x43", "\0\0", "\x33")
	              "\6\4\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0" TCP
	              "abc"), 0, V4, 0 },
	{ "atomic fragment", 101,
	    SPAN_INIT(IPV6("\0\x1f", "\x2c") "\6\0\0\0\0\0\0\1" TCP "abc"), 0,
	    V6, 0 },
	{ "length 0", 101, SPAN_INIT(IPV6("\0\0", "\6") TCP "abc"), 5,
	    V6 " of 8", 0 },
	{ "no next header", 1,
	    SPAN_INIT(ETH(IPV6_TYPE) IPV6("\0\0", "\x3b") "padding"), 0,
	    "fd77::1 > fd77::2 proto 59: ", 0 },
	{ "extension past the end", 101,
	    SPAN_INIT(IPV6("\0\x17", "\0") "\6\x20\0\0\0\0\0\0" TCP), 0,
	    DAMAGED },
	{ "39 bytes", 101,
	    SPAN_INIT("\x60\0\0\0\0\0\6\x40\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0"
	              "\1\xfd\x77\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, DAMAGED },
	{ "nine extension headers", 101,
	    SPAN_INIT(IPV6("\0\x5f", "\0") "\0\0\1\4\0\0\0\0"
	              "\0\0\1\4\0\0\0\0\0\0\1\4\0\0\0\0\0\0\1\4\0\0\0\0"
	              "\0\0\1\4\0\0\0\0\0\0\1\4\0\0\0\0\0\0\1\4\0\0\0\0"
	              "\0\0\1\4\0\0\0\0\6\0\1\4\0\0\0\0" TCP "abc"), 0,
	    DAMAGED },

	/* TCP and UDP. */
	{ "TCP options", 101,
	    SPAN_INIT(IPV4("\0\x2f", "\0\0", "\6")
	              "\xd2\xd6\x0c\x38\0\0\0\1\0\0\0\0\x60\2\x20\0\0\0\0\0"
	              "\2\4\5\xb4" "abc"), 0, V4, 0 },
	{ "cut in the TCP options", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\0\x2f", "\0\0", "\6")
	              "\xd2\xd6\x0c\x38\0\0\0\1\0\0\0\0\x60\2\x20\0\0\0\0\0"),
	    7, "10.77.1.4:53974 > 10.77.0.20:3128 proto 6:  of 3", 0 },
	{ "TCP header of 16 bytes", 101,
	    SPAN_INIT(IPV4("\0\x2b", "\0\0", "\6")
	              "\xd2\xd6\x0c\x38\0\0\0\1\0\0\0\0\x40\2\x20\0\0\0\0\0"
	              "abc"), 0, DAMAGED },
	{ "TCP header past the end of the packet", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\0\x2b", "\0\0", "\6")
	              "\xd2\xd6\x0c\x38\0\0\0\1\0\0\0\0\xf0\2\x20\0\0\0\0\0"
	              "abc"), 0, DAMAGED },
	{ "half a TCP header", 1,
	    SPAN_INIT(ETH(IPV4_TYPE) IPV4("\0\x2b", "\0\0", "\6")
	              "\xd2\xd6\x0c\x38\0\0\0\1\0\0\0\0\x50"), 40, DAMAGED },
	{ "UDP", 101,
	    SPAN_INIT(IPV4("\0\x1f", "\0\0", "\x11") UDP("\0\x58", "\0\x0b")
	              "abc"), 0, U4, 0 },
	{ "UDP shorter than IP", 101,
	    SPAN_INIT(IPV4("\0\x21", "\0\0", "\x11") UDP("\0\x58", "\0\x0b")
	              "abcde"), 0, U4, 0 },
	{ "UDP longer than IP", 101,
	    SPAN_INIT(IPV4("\0\x1f", "\0\0", "\x11") UDP("\0\x58", "\1\0")
	              "abc"), 0, U4, 0 },
	{ "UDP without length", 101,
	    SPAN_INIT(IPV4("\0\x1f", "\0\0", "\x11") UDP("\0\x58", "\0\0")
	              "abc"), 0, U4, 0 },
	{ "UDP of 7 bytes", 101,
	    SPAN_INIT(IPV4("\0\x1f", "\0\0", "\x11") UDP("\0\x58", "\0\7")
	              "abc"), 0, DAMAGED },
	{ "UDP, cut", 101,
	    SPAN_INIT(IPV4("\1\x1c", "\0\0", "\x11") UDP("\0\x58", "\1\x08")
	              "abc"), 253, U4 " of 256", 0 },
};
/* clang-format on */

/* A counter of struct net_counts by its place. */
static uint64_t
count_at(const struct net_counts *c, size_t at)
{
	uint64_t v;

	memcpy(&v, (const char *)c + at, sizeof(v));
	return v;
}

START_TEST(a_frame_is_taken_apart)
{
	const struct row *row = &rows[_i];
	uint8_t *copy = exact_copy(row->bytes, row->bytes.len);
	struct frame f = frame_of(row->link, span_of(copy, row->bytes.len),
	    row->cut);
	struct net *n = net_new();
	struct packet p;
	struct text got = { 0 };
	bool ok = net_decode(n, &f, &p);
	struct net_counts counts = net_counts(n);

	ck_assert_msg(ok == (row->want != NULL), "%s", row->name);
	ck_assert_uint_eq(counts.frames, 1);
	if (ok) {
		describe(&got, &p);
		ck_assert_msg(strcmp(text_get(&got), row->want) == 0,
		    "%s: %s", row->name, text_get(&got));
		ck_assert_uint_eq(p.number, 7);
		ck_assert_int_eq(p.time, 42);
	} else {
		ck_assert_msg(count_at(&counts, row->count) == 1, "%s",
		    row->name);
	}
	ck_assert_uint_eq(counts.not_ip + counts.damaged +
	    counts.unknown_link, ok && p.arp == 0 ? 0 : 1);
	text_fini(&got);
	net_free(n);
	free(copy);
}
END_TEST

/* The plain case has a way of its own: also behind a tag, on the other. */
START_TEST(every_field_of_tcp_is_there)
{
	static const struct span frames[] = {
		SPAN_INIT(INNER_ETH),
		SPAN_INIT(ETH("\x81\0") "\0\5" IPV4_TYPE INNER),
	};
	struct frame f = frame_of(1, frames[_i], 0);
	struct net *n = net_new();
	struct packet p;

	memset(&p, 0xff, sizeof(p));
	ck_assert(net_decode(n, &f, &p));
	ck_assert_uint_eq(p.sport, 53974);
	ck_assert_uint_eq(p.dport, 3128);
	ck_assert_uint_eq(p.seq, 0x01020304);
	ck_assert_uint_eq(p.ack, 0x05060708);
	ck_assert_uint_eq(p.tcp_flags, TCP_PSH | TCP_ACK);
	ck_assert_uint_eq(p.protocol, PROTOCOL_TCP);
	ck_assert_uint_eq(p.payload_len, 3);
	ck_assert(span_eq(p.payload, SPAN("abc")));
	ck_assert_uint_eq(p.src.len, 4);
	ck_assert(memcmp(p.src.bytes, "\x0a\x4d\1\4\0\0\0\0\0\0\0\0\0\0\0",
	    16) == 0);
	ck_assert(memcmp(p.dst.bytes, "\x0a\x4d\0\x14\0\0\0\0\0\0\0\0\0\0\0",
	    16) == 0);
	net_free(n);
}
END_TEST

/* A snaplen can cut anywhere: the headers that are there stay right. */
START_TEST(every_prefix_is_the_same_packet_cut)
{
	static const struct span frames[] = {
		SPAN_INIT(INNER_ETH),
		SPAN_INIT(ETH("\x81\0") "\0\5" IPV4_TYPE INNER),
		SPAN_INIT(ETH(IPV6_TYPE) TCP6),
		SPAN_INIT(ETH(IPV6_TYPE) IPV6("\0\x1f", "\0")
		    "\6\0\1\4\0\0\0\0" TCP "abc"),
	};
	struct span whole = frames[_i];
	/* A TCP header is known by its first 14 bytes. */
	size_t least = whole.len - 9;

	for (size_t n = 0; n <= whole.len; n++) {
		uint8_t *cut = exact_copy(whole, n);
		struct frame f = frame_of(1, span_of(cut, n),
		    (uint32_t)(whole.len - n));
		struct net *net = net_new();
		struct packet p;

		ck_assert_msg(net_decode(net, &f, &p) == (n >= least),
		    "%zu bytes", n);
		if (n >= least) {
			ck_assert_uint_eq(p.dport, 3128);
			ck_assert_uint_eq(p.payload_len, 3);
			ck_assert_uint_eq(p.payload.len,
			    n > whole.len - 3 ? n + 3 - whole.len : 0);
			ck_assert(span_is_set(p.payload));
		}
		net_free(net);
		free(cut);
	}
}
END_TEST

/* Evidence has the packet, and nothing that the header in front of it tells. */
START_TEST(what_tells_of_a_host_or_a_radio_becomes_bare_ip)
{
	const struct row *row = &rows[_i];
	struct frame f = frame_of(row->link, row->bytes, row->cut);
	struct net *n = net_new();
	struct packet p;

	static const uint32_t tell[] = { LINK_80211, LINK_ENC, LINK_PFLOG,
		LINK_PRISM, LINK_RADIOTAP, LINK_PKTAP_OLD, LINK_AVS, LINK_PPI,
		LINK_NFLOG, LINK_PKTAP };
	bool tells = false;

	for (size_t i = 0; i < sizeof(tell) / sizeof(tell[0]); i++)
		tells = tells || row->link == tell[i];
	link_bare(&f);
	if (!tells) {
		ck_assert_uint_eq(f.link, row->link);
		ck_assert_uint_eq(f.bytes.len, row->bytes.len);
	} else {
		ck_assert_uint_eq(f.link, LINK_RAW);
		ck_assert_msg(net_decode(n, &f, &p) == (row->want != NULL),
		    "%s", row->name);
		ck_assert(f.bytes.len == 0 || f.bytes.at[0] == 0x45 ||
		    f.bytes.at[0] == 0x60);
		ck_assert_uint_ge(f.wire_len, f.bytes.len);
	}
	net_free(n);
}
END_TEST

START_TEST(the_first_unknown_link_type_is_remembered)
{
	struct net *n = net_new();
	struct packet p;

	for (uint32_t link = 189; link < 192; link++) {
		struct frame f = frame_of(link, SPAN(INNER), 0);

		ck_assert(!net_decode(n, &f, &p));
	}
	ck_assert_uint_eq(net_counts(n).unknown_link, 3);
	ck_assert_uint_eq(net_counts(n).unknown_link_type, 189);
	net_free(n);
}
END_TEST

/* RFC 5952 sections 1, 2 and 4, RFC 4291 2.2. */
static const struct {
	const char *in, *out;
} addresses[] = {
	{ "10.77.1.4", "10.77.1.4" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:0db8::0001", "2001:db8::1" },
	{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:0", "2001:db8:0:0:1::" },
	{ "2001:DB8::AaAa", "2001:db8::aaaa" },
	{ "0:0:0:0:0:0:0:0", "::" },
	{ "0:0:0:0:0:0:0:1", "::1" },
	{ "1:0:0:0:0:0:0:0", "1::" },
	{ "0:1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1" },
	{ "0:0:0:0:0:0:102:304", "::102:304" },
	{ "::ffff:10.77.1.4", "::ffff:10.77.1.4" },
	{ "fe80:1:2:3:4:5:6:7", "fe80:1:2:3:4:5:6:7" },
};

START_TEST(addresses_are_written_as_rfc_5952_has_it)
{
	struct address a, again;
	struct text t = { 0 };

	ck_assert(address_parse(addresses[_i].in, &a));
	address_add(&t, &a);
	ck_assert_str_eq(text_get(&t), addresses[_i].out);
	ck_assert(address_parse(text_get(&t), &again));
	ck_assert(address_eq(&a, &again));
	text_clear(&t);
	address_port_add(&t, &a, 3128);
	ck_assert_uint_eq(text_span(&t).at[0] == '[', a.len == 16);
	text_fini(&t);
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	static const char *const wrong[] = { "", "10.77.1", "10.77.1.256",
		"10.77.1.4 ", "::1::", "1:2:3:4:5:6:7", "proxy.example.test",
		"[::1]", "10.77.1.4:80" };
	struct address a;

	ck_assert(!address_parse(wrong[_i], &a));
	ck_assert_uint_eq(a.len, 0);
}
END_TEST

START_TEST(no_address_is_a_question_mark)
{
	struct address a = { 0 };
	struct text t = { 0 };

	address_port_add(&t, &a, 80);
	ck_assert_str_eq(text_get(&t), "?:80");
	text_fini(&t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net/packet");
	TCase *c = tcase_create("frames"), *a = tcase_create("addresses");

	tcase_add_loop_test(c, a_frame_is_taken_apart, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, every_field_of_tcp_is_there, 0, 2);
	tcase_add_loop_test(c, every_prefix_is_the_same_packet_cut, 0, 4);
	tcase_add_loop_test(c, what_tells_of_a_host_or_a_radio_becomes_bare_ip,
	    0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(c, the_first_unknown_link_type_is_remembered);
	tcase_add_loop_test(a, addresses_are_written_as_rfc_5952_has_it, 0,
	    sizeof(addresses) / sizeof(addresses[0]));
	tcase_add_loop_test(a, what_is_no_address_is_refused, 0, 9);
	tcase_add_test(a, no_address_is_a_question_mark);
	suite_add_tcase(suite, c);
	suite_add_tcase(suite, a);
	return run_suite(suite);
}
