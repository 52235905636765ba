/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/share.h"

#include <net/if_arp.h>

#include "net/field.h"
#include "net/ip.h"
#include "net/tunnel.h"
#include "witness/dns.h"
#include "witness/kdc.h"

/* Odd, and of no pattern: each bit of an address moves many of the share. */
#define FOLD   0x01000193u
#define SPREAD 0x9e3779b1u
#define MIX    0x85ebca6bu

/* -- the rule -- */

static bool
is_first_share(const struct packet *p)
{
	/* Not all in one expression: that becomes one load of what was stored
	 * in pieces just now, which waits for all of them. */
	switch (p->protocol) {
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		return true;
	case PROTOCOL_UDP:
		if (p->sport == DNS_PORT)
			return true;
		break;
	default:
		break;
	}
	return p->arp != 0 || p->sport == KDC_PORT || p->dport == KDC_PORT;
}

static uint32_t
spread(const struct address *a)
{
	struct span b = span_of(a->bytes, a->len);
	uint32_t sum = field_be32(b, 0);

	for (size_t at = 4; at < a->len; at += 4)
		sum = sum * FOLD + field_be32(b, at);
	sum *= SPREAD;
	return sum ^ sum >> 15;
}

unsigned
share_of(const struct packet *p, unsigned workers)
{
	if (workers == 1 || is_first_share(p))
		return 0;
	return ((spread(&p->src) + spread(&p->dst)) * MIX >> 16) % workers;
}

/* -- the same for the kernel -- */

/* Lines of the program that others jump to; and NEXT, the one that follows. */
enum place {
	NEXT = 0,
	ETHERNET,
	TAG,
	SECOND_TAG,
	V4,
	V6,
	V6_FRAGMENT,
	PROTOCOL,
	TCP,
	UDP,
	PAIR,
	FIRST,
	PLACES
};

struct line {
	enum place here; /* its name, if it has one */
	uint16_t code;
	uint32_t k;
	enum place to; /* of a jump */
};

/* What the program keeps: both ends, what is known of the packet, X, A. */
enum { SRC, DST, CARRIES, FRAGMENT, PLACE, KEPT };

#define AT(place, code, k) { (place), (code), (uint32_t)(k), NEXT }
#define DO(code, k)        AT(NEXT, (code), (k))
#define IF(test, k, place) { NEXT, BPF_JMP | (test), (k), (place) }
#define IS(value, place)   IF(BPF_JEQ, (value), (place))
#define HAS(bits, place)   IF(BPF_JSET, (bits), (place))
#define GO(place)          IF(BPF_JA, 0, (place))

/* A number of the header that the register X points to. */
#define A_BYTE             (BPF_LD | BPF_B | BPF_IND)
#define A_HALF             (BPF_LD | BPF_H | BPF_IND)
#define A_WORD             (BPF_LD | BPF_W | BPF_IND)
#define BYTE(at)           DO(A_BYTE, (at))
#define HALF(at)           DO(A_HALF, (at))
#define WORD(at)           DO(A_WORD, (at))
#define GET(slot)          DO(BPF_LD | BPF_MEM, (slot))
#define PUT(slot)          DO(BPF_ST, (slot))
#define GET_X(slot)        DO(BPF_LDX | BPF_MEM, (slot))
#define PUT_X(slot)        DO(BPF_STX, (slot))
#define ALU(what, k)       DO(BPF_ALU | BPF_K | (what), (k))
#define ALU_X(what)        DO(BPF_ALU | BPF_X | (what), 0)
#define A_TO_X             DO(BPF_MISC | BPF_TAX, 0)
#define X_TO_A             DO(BPF_MISC | BPF_TXA, 0)

/* A is an EtherType. */
#define TYPES(tag)                                                             \
	IS(0x0800, V4), IS(0x86dd, V6), IS(0x8100, (tag)), IS(0x88a8, (tag)),  \
	    IS(0x9100, (tag)), GO(FIRST)
#define SKIP_TAG(here)                                                         \
	AT(here, A_HALF, 2), PUT(KEPT), X_TO_A, ALU(BPF_ADD, 4), A_TO_X,      \
	    GET(KEPT)

/* What spread() does, in two parts. */
#define ONE_MORE(at)                                                           \
	ALU(BPF_MUL, FOLD), PUT(KEPT), WORD(at), GET_X(KEPT),                  \
	    ALU_X(BPF_ADD), GET_X(PLACE)
#define SPREAD_OUT(slot)                                                       \
	GET(slot), ALU(BPF_MUL, SPREAD), A_TO_X, ALU(BPF_RSH, 15),             \
	    ALU_X(BPF_XOR), PUT(slot)

/* X comes to where the transport header begins. */
static const struct line lines[] = {
	/*
	 * A VLAN tag may be taken off or not, and what the kernel calls the
	 * network header of a packet that goes out is before or after it:
	 * where there is an Ethernet header, that is gone by.
	 */
	DO(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_HATYPE),
	IS(ARPHRD_ETHER, ETHERNET),
	IS(ARPHRD_LOOPBACK, ETHERNET),
	DO(BPF_LDX | BPF_IMM, SKF_NET_OFF),
	DO(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
	TYPES(TAG),
	AT(ETHERNET, BPF_LDX | BPF_IMM, SKF_LL_OFF + 14),
	DO(BPF_LD | BPF_H | BPF_ABS, SKF_LL_OFF + 12),
	TYPES(TAG),
	SKIP_TAG(TAG),
	TYPES(SECOND_TAG),
	SKIP_TAG(SECOND_TAG),
	TYPES(FIRST),

	/* RFC 791 3.1 */
	AT(V4, A_WORD, 12),
	PUT(SRC),
	WORD(16),
	PUT(DST),
	BYTE(9),
	PUT(CARRIES),
	HALF(6),
	ALU(BPF_AND, 0x3fff),
	PUT(FRAGMENT),
	PUT_X(PLACE),
	BYTE(0),
	ALU(BPF_AND, 0x0f),
	ALU(BPF_LSH, 2),
	ALU_X(BPF_ADD),
	A_TO_X,
	GO(PROTOCOL),

	/* RFC 8200 3; of extension headers, that of a fragment (4.5). */
	AT(V6, BPF_STX, PLACE),
	WORD(8), ONE_MORE(12), ONE_MORE(16), ONE_MORE(20),
	PUT(SRC),
	WORD(24), ONE_MORE(28), ONE_MORE(32), ONE_MORE(36),
	PUT(DST),
	DO(BPF_LD | BPF_IMM, 0),
	PUT(FRAGMENT),
	BYTE(6),
	PUT(CARRIES),
	X_TO_A,
	ALU(BPF_ADD, 40),
	A_TO_X,
	GET(CARRIES),
	IS(44, V6_FRAGMENT),
	GO(PROTOCOL),
	AT(V6_FRAGMENT, BPF_ST, FRAGMENT),
	BYTE(0),
	PUT(CARRIES),

	AT(PROTOCOL, BPF_LD | BPF_MEM, CARRIES),
	IS(PROTOCOL_TCP, TCP),
	IS(PROTOCOL_UDP, UDP),
	IS(PROTOCOL_ICMP, FIRST),
	IS(PROTOCOL_ICMP6, FIRST),
	IS(PROTOCOL_IPIP, FIRST),
	IS(PROTOCOL_IPV6, FIRST),
	IS(PROTOCOL_GRE, FIRST),
	GO(PAIR),

	/* Ports stand in the first fragment only. */
	AT(TCP, BPF_LD | BPF_MEM, FRAGMENT),
	HAS(0x3fff, PAIR),
	HALF(0),
	IS(KDC_PORT, FIRST),
	HALF(2),
	IS(KDC_PORT, FIRST),
	GO(PAIR),
	AT(UDP, BPF_LD | BPF_MEM, FRAGMENT),
	HAS(0x3fff, FIRST),
	HALF(0),
	IS(KDC_PORT, FIRST),
	IS(DNS_PORT, FIRST),
	IS(PORT_TEREDO, FIRST), /* those of tunnel_udp() */
	HALF(2),
	IS(KDC_PORT, FIRST),
	IS(PORT_GTP, FIRST),
	IS(PORT_TEREDO, FIRST),
	IS(PORT_GRE, FIRST),
	IS(PORT_VXLAN, FIRST),
	IS(PORT_VXLAN_GPE, FIRST),
	IS(PORT_GENEVE, FIRST),
	IS(PORT_VXLAN_OLD, FIRST),

	AT(PAIR, BPF_LD | BPF_MEM, SRC),
	SPREAD_OUT(SRC),
	SPREAD_OUT(DST),
	GET_X(SRC),
	ALU_X(BPF_ADD),
	ALU(BPF_MUL, MIX),
	ALU(BPF_RSH, 16),
	DO(BPF_RET | BPF_A, 0),
	AT(FIRST, BPF_RET | BPF_K, 0),
};

#define N_LINES (sizeof(lines) / sizeof(lines[0]))

/* Jumps go forward, so many lines; a condition has a byte for that. */
_Static_assert(N_LINES < 256, "each line can be jumped to");

const struct sock_fprog *
share_program(void)
{
	static struct sock_filter code[N_LINES];
	static const struct sock_fprog program = { N_LINES, code };
	size_t at[PLACES] = { 0 };

	for (size_t i = 0; i < N_LINES; i++)
		at[lines[i].here] = i;
	for (size_t i = 0; i < N_LINES; i++) {
		const struct line *l = &lines[i];
		uint32_t on = l->to != NEXT ? (uint32_t)(at[l->to] - i - 1) : 0;

		code[i] = (struct sock_filter){ l->code, 0, 0, l->k };
		if (l->code == (BPF_JMP | BPF_JA))
			code[i].k = on;
		else
			code[i].jt = (uint8_t)on;
	}
	return &program;
}
