/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire.h - frames into a pcap file: Ethernet, IPv4, TCP or UDP
 */
#ifndef P407_TESTS_BENCH_WIRE_H
#define P407_TESTS_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define WIRE_MSS 1448 /* with the timestamp option, in 1514 bytes */

enum wire_flag {
	WIRE_FIN = 1,
	WIRE_SYN = 2,
	WIRE_PSH = 8,
	WIRE_ACK = 16,
};

struct wire {
	FILE *file;
	uint64_t bytes; /* written so far, all of it */
	uint64_t frames;
	uint64_t time_ns; /* of the next frame; moved on with each */
	uint16_t id;      /* of the next IP header */
};

struct wire_end {
	uint32_t ip;
	uint16_t port;
};

struct wire_segment {
	struct wire_end from, to;
	uint32_t seq, ack;
	unsigned flags; /* enum wire_flag */
	const uint8_t *data;
	size_t len; /* at most WIRE_MSS */
};

/* The header of a pcap file with microseconds. */
void wire_begin(struct wire *w, FILE *file);

void wire_tcp(struct wire *w, const struct wire_segment *s);
void wire_udp(struct wire *w, struct wire_end from, struct wire_end to,
    const uint8_t *data, size_t len);

/* A piece of an IP packet; `offset` in units of 8 bytes. */
void wire_fragment(struct wire *w, struct wire_end from, struct wire_end to,
    uint16_t id, unsigned offset, bool more, const uint8_t *data, size_t len);

#endif
