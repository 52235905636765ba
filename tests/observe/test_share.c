/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which worker has a packet: the kernel's program is run here, on frames as
 * the kernel has them, and held against what share_of() says of the packet.
 */
#include "observe/share.h"

#include <net/if_arp.h>
#include <stdio.h>

#include "net/field.h"
#include "run.h"

/* -- the machine, as filter.txt of Linux has it -- */

struct kernel_view {
	struct span frame; /* from the Ethernet header, if there is one */
	size_t network;    /* where the network header is */
	uint16_t hardware, protocol;
};

/* False where the kernel ends the program, too, with 0. */
static bool
load(const struct kernel_view *v, uint32_t where, size_t size, uint32_t *out)
{
	int32_t at = (int32_t)where;
	struct span b;

	if (at == SKF_AD_OFF + SKF_AD_HATYPE || at == SKF_AD_OFF +
	    SKF_AD_PROTOCOL) {
		*out = at == SKF_AD_OFF + SKF_AD_HATYPE ? v->hardware
		                                        : v->protocol;
		return true;
	}
	ck_assert_int_lt(at, 0);
	ck_assert_int_ge(at, SKF_LL_OFF);
	b = at >= SKF_NET_OFF
	    ? span_from(v->frame, v->network + (size_t)(at - SKF_NET_OFF))
	    : span_from(v->frame, (size_t)(at - SKF_LL_OFF));
	if (b.len < size)
		return false;
	*out = size == 1 ? field_u8(b, 0)
	    : size == 2  ? field_be16(b, 0)
	                 : field_be32(b, 0);
	return true;
}

static uint32_t
calculate(uint32_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_MUL:
		return a * b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << b;
	case BPF_RSH:
		return a >> b;
	}
	ck_abort_msg("operation %x", code);
	return 0;
}

static uint32_t
run(const struct kernel_view *v)
{
	const struct sock_fprog *p = share_program();
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = { 0 };

	for (size_t i = 0; i < p->len; i++) {
		const struct sock_filter *l = &p->filter[i];

		switch (BPF_CLASS(l->code)) {
		case BPF_LD:
			if (BPF_MODE(l->code) == BPF_IMM)
				a = l->k;
			else if (BPF_MODE(l->code) == BPF_MEM)
				a = memory[l->k];
			else if (!load(v,
			    BPF_MODE(l->code) == BPF_IND ? x + l->k : l->k,
			    BPF_SIZE(l->code) == BPF_B       ? 1
			        : BPF_SIZE(l->code) == BPF_H ? 2
			                                     : 4,
			    &a))
				return 0;
			break;
		case BPF_LDX:
			x = BPF_MODE(l->code) == BPF_MEM ? memory[l->k] : l->k;
			break;
		case BPF_ST:
			memory[l->k] = a;
			break;
		case BPF_STX:
			memory[l->k] = x;
			break;
		case BPF_ALU:
			a = calculate(l->code, a,
			    BPF_SRC(l->code) == BPF_X ? x : l->k);
			break;
		case BPF_JMP:
			if (BPF_OP(l->code) == BPF_JA)
				i += l->k;
			else
				i += (BPF_OP(l->code) == BPF_JEQ
				             ? a == l->k
				             : (a & l->k) != 0)
				    ? l->jt
				    : l->jf;
			break;
		case BPF_MISC:
			if (BPF_MISCOP(l->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		case BPF_RET:
			return BPF_RVAL(l->code) == BPF_A ? a : l->k;
		}
	}
	ck_abort_msg("the program has no end");
	return 0;
}

/* -- frames -- */

struct ends {
	bool v6;
	uint32_t src, dst; /* the last four bytes; the others are fixed */
	uint8_t protocol;
	uint16_t sport, dport;
	unsigned tags;     /* of VLANs */
	unsigned options;  /* words of them, in IPv4 */
	uint16_t fragment; /* of the header; in IPv6 it has its own */
};

static uint8_t bytes[256];
static size_t n_bytes;

static void
put(uint32_t value, size_t size)
{
	while (size-- > 0)
		bytes[n_bytes++] = (uint8_t)(value >> 8 * size);
}

static void
put_address(const struct ends *e, uint32_t last)
{
	if (e->v6) {
		put(0xfd770000, 4);
		put(last * 2654435761u, 4);
		put(0, 4);
	}
	put(last, 4);
}

static void
put_ip(const struct ends *e)
{
	if (e->v6) {
		put(0x60000000, 4);
		put(e->fragment ? 28 : 20, 2);
		put(e->fragment ? 44 : e->protocol, 1);
		put(64, 1);
	} else {
		put(0x45 + e->options, 1);
		put(0, 1);
		put(40 + 4 * e->options, 2);
		put(7, 2);
		put(e->fragment, 2);
		put(64, 1);
		put(e->protocol, 1);
		put(0, 2);
	}
	put_address(e, e->src);
	put_address(e, e->dst);
	for (unsigned i = 0; i < e->options && !e->v6; i++)
		put(0x01010101, 4);
	if (e->v6 && e->fragment) {
		put(e->protocol, 1);
		put(0, 1);
		put(e->fragment, 2);
		put(7, 4);
	}
}

/* A view of it, in `bytes`. */
static struct kernel_view
frame_of(const struct ends *e, uint16_t hardware)
{
	size_t network;
	uint16_t type = e->v6 ? 0x86dd : 0x0800;

	n_bytes = 0;
	if (hardware == ARPHRD_ETHER) {
		put(0x02000000, 4);
		put(0x00010200, 4);
		put(0x00000002, 4);
		for (unsigned i = 0; i < e->tags; i++)
			put((i + 1 < e->tags ? 0x88a80000u : 0x81000000u) +
			        0x2005 + i, 4);
		put(type, 2);
	}
	network = n_bytes;
	put_ip(e);
	put(e->sport, 2);
	put(e->dport, 2);
	put(1, 4);
	put(2, 4);
	put(0x50100000, 4);
	put(0, 4);
	return (struct kernel_view){ span_of(bytes, n_bytes), network,
		hardware, e->tags > 0 ? 0x8100 : type };
}

static unsigned
share_in_kernel(const struct ends *e, unsigned n)
{
	struct kernel_view v = frame_of(e, ARPHRD_ETHER);

	return run(&v) % n;
}

static unsigned
share_by_packet(const struct ends *e, unsigned n)
{
	struct kernel_view v = frame_of(e, ARPHRD_ETHER);
	const struct frame f = { .number = 1, .time = 1, .link = 1,
		.wire_len = (uint32_t)v.frame.len, .bytes = v.frame };
	struct net *net = net_new();
	struct packet p;
	unsigned share;

	ck_assert(net_decode(net, &f, &p));
	share = share_of(&p, n);
	net_free(net);
	return share;
}

static uint32_t
random_32(void)
{
	static uint64_t state = 407;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(state >> 32);
}

/* -- what is to hold -- */

START_TEST(the_kernel_says_what_we_say)
{
	for (int i = 0; i < 20000; i++) {
		struct ends e = {
			.v6 = random_32() % 2,
			.src = random_32(),
			.dst = random_32(),
			.protocol = random_32() % 2 ? 6 : 17,
			.sport = (uint16_t)(random_32() % 8 == 0
			        ? 88 : 10000 + random_32() % 2048),
			.dport = (uint16_t)(random_32() % 8 == 0
			        ? 88 : 10000 + random_32() % 2048),
			.tags = random_32() % 3,
			.options = random_32() % 3,
		};
		unsigned n = 1 + random_32() % 9;

		ck_assert_uint_eq(share_in_kernel(&e, n),
		    share_by_packet(&e, n));
	}
}
END_TEST

START_TEST(both_directions_and_all_ports_meet)
{
	for (int i = 0; i < 2000; i++) {
		struct ends e = { .v6 = i % 2, .src = random_32(),
			.dst = random_32(), .protocol = 6, .sport = 40000,
			.dport = 3128 };
		struct ends back = e, other = e, fragment = e;
		unsigned share = share_in_kernel(&e, 4);

		back.src = e.dst;
		back.dst = e.src;
		back.sport = 3128;
		back.dport = 40000;
		back.tags = 1;
		other.sport = 40001;
		other.dport = 8080;
		fragment.fragment = 0x00b9;
		ck_assert_uint_eq(share_in_kernel(&back, 4), share);
		ck_assert_uint_eq(share_in_kernel(&other, 4), share);
		ck_assert_uint_eq(share_in_kernel(&fragment, 4), share);
	}
}
END_TEST

/* Whatever the addresses: those here are of another share. */
static const struct {
	const char *what;
	struct ends ends;
} firsts[] = {
	{ "KDC", { .protocol = 17, .sport = 40000, .dport = 88 } },
	{ "KDC's answer", { .protocol = 17, .sport = 88, .dport = 40000 } },
	{ "KDC, TCP", { .protocol = 6, .sport = 88, .dport = 40000 } },
	{ "KDC, options", { .protocol = 17, .dport = 88, .options = 2 } },
	{ "names", { .protocol = 17, .sport = 53, .dport = 40000 } },
	{ "UDP, a first piece", { .protocol = 17, .fragment = 0x2000 } },
	{ "UDP, a later piece", { .protocol = 17, .fragment = 0x00b9 } },
	{ "ICMP", { .protocol = 1 } },
	{ "ICMPv6", { .v6 = true, .protocol = 58 } },
	{ "IPv6, UDP in pieces",
	  { .v6 = true, .protocol = 17, .fragment = 0x00b9 } },
	{ "IPv6, KDC", { .v6 = true, .protocol = 17, .dport = 88 } },
	{ "IP in IP", { .protocol = 4 } },
	{ "IPv6 in IP", { .protocol = 41 } },
	{ "GRE", { .protocol = 47 } },
	{ "IPv6, GRE", { .v6 = true, .protocol = 47 } },
	{ "VXLAN", { .protocol = 17, .sport = 50000, .dport = 4789 } },
	{ "VXLAN-GPE", { .protocol = 17, .sport = 50000, .dport = 4790 } },
	{ "GRE in UDP", { .protocol = 17, .sport = 50000, .dport = 4754 } },
	{ "GTP-U", { .protocol = 17, .sport = 50000, .dport = 2152 } },
	{ "Teredo", { .protocol = 17, .sport = 50000, .dport = 3544 } },
	{ "from Teredo", { .protocol = 17, .sport = 3544, .dport = 50000 } },
	{ "VXLAN of old", { .protocol = 17, .sport = 50000, .dport = 8472 } },
	{ "GENEVE", { .protocol = 17, .sport = 50000, .dport = 6081 } },
	{ "KDC, two VLANs", { .protocol = 17, .dport = 88, .tags = 2 } },
};

START_TEST(some_go_to_the_first)
{
	struct ends e = firsts[_i].ends, plain;

	e.src = 0x0a4d0104;
	for (e.dst = 0x0a4d0014;; e.dst++) {
		plain = e;
		plain.protocol = 6;
		plain.sport = plain.dport = 3128;
		plain.fragment = 0;
		if (share_in_kernel(&plain, 4) != 0)
			break;
	}
	ck_assert_msg(share_in_kernel(&e, 4) == 0, "%s", firsts[_i].what);
}
END_TEST

/* Names are asked for by everybody: only what is answered matters. */
START_TEST(questions_for_names_are_shared)
{
	struct ends e = { .src = 0x0a4d0104, .protocol = 17, .sport = 40000,
		.dport = 53 };
	unsigned others = 0;

	for (e.dst = 0x0a4d0014; e.dst < 0x0a4d0034; e.dst++)
		others += share_in_kernel(&e, 4) != 0;
	ck_assert_uint_gt(others, 12);
}
END_TEST

START_TEST(what_is_not_ip_goes_to_the_first)
{
	struct ends e = { .src = 0x0a4d0104, .dst = 0x0a4d0014,
		.protocol = 6 };
	struct kernel_view v = frame_of(&e, ARPHRD_ETHER);
	static const uint16_t types[] = { 0x0806, 0x8847, 0x8864, 0x0026, 0 };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		bytes[12] = (uint8_t)(types[i] >> 8);
		bytes[13] = (uint8_t)types[i];
		ck_assert_uint_eq(run(&v), 0);
	}
}
END_TEST

START_TEST(cut_anywhere_it_ends)
{
	struct ends e = { .src = 0x0a4d0104, .dst = 0x0a4d0014,
		.protocol = 17, .sport = 40000, .dport = 50000 };

	for (int v6 = 0; v6 < 2; v6++) {
		struct kernel_view v;
		size_t whole;

		e.v6 = v6;
		v = frame_of(&e, ARPHRD_ETHER);
		whole = v.frame.len;
		ck_assert_uint_ne(run(&v), 0);
		for (size_t n = 0; n < whole; n++) {
			uint8_t *copy = exact_copy(span_of(bytes, n), n);

			v.frame = span_of(copy, n);
			run(&v);
			free(copy);
		}
	}
}
END_TEST

/* On a tunnel interface, and on "any". */
START_TEST(without_an_ethernet_header)
{
	for (int i = 0; i < 200; i++) {
		struct ends e = { .v6 = i % 2, .src = random_32(),
			.dst = random_32(), .protocol = 6, .sport = 40000,
			.dport = 3128 };
		struct kernel_view v = frame_of(&e, ARPHRD_NONE);

		ck_assert_uint_eq(run(&v) % 5, share_in_kernel(&e, 5));
	}
}
END_TEST

/* Clients of a few networks and a few proxies. */
START_TEST(shares_are_about_as_large)
{
	for (unsigned n = 2; n <= 8; n++) {
		unsigned count[8] = { 0 }, all = 0;

		for (unsigned c = 0; c < 1024; c++)
			for (unsigned p = 0; p < 3; p++, all++) {
				struct ends e = {
					.src = 0x0a4d0000 + (c >> 8 << 16) +
					    (c & 255),
					.dst = 0x0a000010 + p,
					.protocol = 6, .sport = 40000,
					.dport = 3128,
				};

				count[share_in_kernel(&e, n)]++;
			}
		for (unsigned i = 0; i < n; i++) {
			ck_assert_uint_gt(count[i], all / n * 8 / 10);
			ck_assert_uint_lt(count[i], all / n * 12 / 10);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("share");
	TCase *t = tcase_create("share");

	tcase_add_test(t, the_kernel_says_what_we_say);
	tcase_add_test(t, both_directions_and_all_ports_meet);
	tcase_add_loop_test(t, some_go_to_the_first, 0,
	    (int)(sizeof(firsts) / sizeof(firsts[0])));
	tcase_add_test(t, questions_for_names_are_shared);
	tcase_add_test(t, what_is_not_ip_goes_to_the_first);
	tcase_add_test(t, cut_anywhere_it_ends);
	tcase_add_test(t, without_an_ethernet_header);
	tcase_add_test(t, shares_are_about_as_large);
	suite_add_tcase(s, t);
	return run_suite(s);
}
