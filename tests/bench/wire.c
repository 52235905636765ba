/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/wire.h"

#include <string.h>

/* A quarter of a gigabit: 1 GB is half a minute. */
#define NS_PER_BYTE 32

#define ETHERNET 14
#define IPV4     20
#define TCP      32 /* with NOP, NOP, timestamps */
#define UDP      8

static void
put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

/* pcap itself is in the byte order of who wrote it: ours is little. */
static void
put_le32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t
sum16(uint32_t sum, const uint8_t *at, size_t n)
{
	for (; n > 1; at += 2, n -= 2)
		sum += (uint32_t)(at[0] << 8 | at[1]);
	return n > 0 ? sum + (uint32_t)(at[0] << 8) : sum;
}

static unsigned
fold(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum ^ 0xffff;
}

void
wire_begin(struct wire *w, FILE *file)
{
	static const uint8_t header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4,
		0, [16] = 0, 0, 4, 0, 1 };

	*w = (struct wire){ .file = file, .id = 1 };
	w->time_ns = UINT64_C(1790000000) * 1000000000;
	fwrite(header, sizeof(header), 1, file);
	w->bytes = sizeof(header);
}

static void
put_link(uint8_t *frame, struct wire_end from, struct wire_end to)
{
	memset(frame, 0, ETHERNET);
	frame[0] = frame[6] = 2; /* locally administered */
	put32(frame + 2, to.ip);
	put32(frame + 8, from.ip);
	put16(frame + 12, 0x0800);
}

static void
put_ip(struct wire *w, uint8_t *ip, struct wire_end from, struct wire_end to,
    uint8_t protocol, size_t len)
{
	memset(ip, 0, IPV4);
	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(IPV4 + len));
	put16(ip + 4, w->id++);
	ip[6] = 0x40; /* do not fragment */
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, from.ip);
	put32(ip + 16, to.ip);
	put16(ip + 10, fold(sum16(0, ip, IPV4)));
}

/* Checksum of a TCP or UDP header with its data, and the pseudo-header. */
static unsigned
checksum(const uint8_t *ip, size_t len)
{
	uint32_t sum = ip[9] + (uint32_t)len;

	sum = sum16(sum, ip + 12, 8);
	return fold(sum16(sum, ip + IPV4, len));
}

/* Write the frame: its headers and data are in place. */
static void
write_frame(struct wire *w, const uint8_t *frame, size_t len)
{
	uint8_t record[16];

	put_le32(record, (uint32_t)(w->time_ns / 1000000000));
	put_le32(record + 4, (uint32_t)(w->time_ns % 1000000000 / 1000));
	put_le32(record + 8, (uint32_t)len);
	put_le32(record + 12, (uint32_t)len);
	fwrite(record, sizeof(record), 1, w->file);
	fwrite(frame, len, 1, w->file);
	w->bytes += sizeof(record) + len;
	w->frames++;
	w->time_ns += (uint64_t)len * NS_PER_BYTE;
}

void
wire_tcp(struct wire *w, const struct wire_segment *s)
{
	uint8_t frame[ETHERNET + IPV4 + TCP + WIRE_MSS];
	uint8_t *ip = frame + ETHERNET, *tcp = ip + IPV4;
	uint32_t now_ms = (uint32_t)(w->time_ns / 1000000);

	put_link(frame, s->from, s->to);
	put_ip(w, ip, s->from, s->to, 6, TCP + s->len);
	memset(tcp, 0, TCP);
	put16(tcp, s->from.port);
	put16(tcp + 2, s->to.port);
	put32(tcp + 4, s->seq);
	put32(tcp + 8, s->ack);
	tcp[12] = TCP / 4 << 4;
	tcp[13] = (uint8_t)s->flags;
	put16(tcp + 14, 0xffff);
	tcp[20] = tcp[21] = 1;
	tcp[22] = 8;
	tcp[23] = 10;
	put32(tcp + 24, now_ms);
	put32(tcp + 28, now_ms);
	if (s->len > 0)
		memcpy(tcp + TCP, s->data, s->len);
	put16(tcp + 16, checksum(ip, TCP + s->len));
	write_frame(w, frame, ETHERNET + IPV4 + TCP + s->len);
}

void
wire_udp(struct wire *w, struct wire_end from, struct wire_end to,
    const uint8_t *data, size_t len)
{
	uint8_t frame[ETHERNET + IPV4 + UDP + WIRE_MSS];
	uint8_t *ip = frame + ETHERNET, *udp = ip + IPV4;

	put_link(frame, from, to);
	put_ip(w, ip, from, to, 17, UDP + len);
	put16(udp, from.port);
	put16(udp + 2, to.port);
	put16(udp + 4, (unsigned)(UDP + len));
	put16(udp + 6, 0);
	memcpy(udp + UDP, data, len);
	put16(udp + 6, checksum(ip, UDP + len));
	write_frame(w, frame, ETHERNET + IPV4 + UDP + len);
}

void
wire_fragment(struct wire *w, struct wire_end from, struct wire_end to,
    uint16_t id, unsigned offset, bool more, const uint8_t *data, size_t len)
{
	uint8_t frame[ETHERNET + IPV4 + 1480];
	uint8_t *ip = frame + ETHERNET;

	put_link(frame, from, to);
	put_ip(w, ip, from, to, 6, len);
	put16(ip + 4, id);
	put16(ip + 6, (more ? 0x2000u : 0) | offset);
	put16(ip + 10, 0);
	put16(ip + 10, fold(sum16(0, ip, IPV4)));
	memcpy(ip + IPV4, data, len);
	write_frame(w, frame, ETHERNET + IPV4 + len);
}
