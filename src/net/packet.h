/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.h - a frame taken apart down to its transport header
 *
 * The front of this folder.  Tunnels are opened and the innermost packet is
 * given; fragments are put together (bounded).  Pure but for the table of
 * waiting fragments.
 */
#ifndef P407_NET_PACKET_H
#define P407_NET_PACKET_H

#include "base/span.h"
#include "base/text.h"
#include "base/when.h"
#include "capture/frame.h"

struct address {
	uint8_t len;       /* 4, 16, or 0 for none */
	uint8_t bytes[16]; /* zero past len */
};

static inline bool
address_eq(const struct address *a, const struct address *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, 16) == 0;
}

/* 127.0.0.0/8 and ::1 (RFC 6890): it is on the host that captured. */
static inline bool
address_is_loopback(const struct address *a)
{
	static const struct address v6 = { 16, { [15] = 1 } };

	return (a->len == 4 && a->bytes[0] == 127) || address_eq(a, &v6);
}

/* "10.77.1.4", "fd77::1" (RFC 5952). */
void address_add(struct text *t, const struct address *a);

/* "10.77.0.20:3128", "[fd77::1]:3128"; port 0: the address alone. */
void address_port_add(struct text *t, const struct address *a,
    uint16_t port);

/* Read an address from its text form; false if it is none. */
bool address_parse(const char *text, struct address *out);

enum {
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMP6 = 58,
};

enum arp_opcode {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
};

struct packet {
	uint64_t number; /* frame number; for fragments, of the last one */
	when_ns time;
	struct address src, dst;
	uint8_t protocol; /* enum above; others are given with a payload */
	uint8_t tcp_flags;
	uint8_t arp; /* 0, or it is no IP packet, but this; src asks for dst */
	uint16_t sport, dport; /* TCP and UDP */
	uint32_t seq, ack;     /* TCP */
	struct span payload;   /* what was captured of it */
	uint32_t payload_len;  /* on the wire; > payload.len if cut */
	uint32_t flow_hash;    /* of tcp/flow.h, if not 0; net/ leaves it 0 */
};

struct net;

struct net *net_new(void);
void net_free(struct net *n);

/*
 * Take a frame apart.  False if there is no packet to show: neither IP nor ARP,
 * damage, or a fragment whose fellows are still to come.  The
 * payload lives as long as the frame's bytes, or, for a packet put together
 * from fragments, until the next call.
 */
bool net_decode(struct net *n, const struct frame *f, struct packet *out);

/* What net_decode() passed over, for the report. */
struct net_counts {
	uint64_t frames, not_ip, damaged, fragments, unknown_link;
	uint32_t unknown_link_type; /* the first of them */
};

struct net_counts net_counts(const struct net *n);
void net_counts_add(struct net_counts *sum, const struct net_counts *c);

#endif
