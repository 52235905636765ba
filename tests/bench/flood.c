/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/flood.h"

#include <string.h>

static const struct wire_end proxy = { 0x0a4d0014, 3128 };

static void
send_tcp(struct wire *w, struct wire_end from, struct wire_end to,
    uint32_t seq, uint32_t ack, unsigned flags, const void *data, size_t len)
{
	struct wire_segment s = { .from = from,
		.to = to,
		.seq = seq,
		.ack = ack,
		.flags = flags,
		.data = data,
		.len = len };

	wire_tcp(w, &s);
}

/* -- many -- */

static struct wire_end
client_of(uint64_t i)
{
	return (struct wire_end){ 0x0a000000 + (uint32_t)(i >> 5),
		(uint16_t)(32768 + (i & 31) * 521) };
}

static struct wire_end
server_of(uint64_t i)
{
	return (struct wire_end){ 0xc6120000 + (uint32_t)(i * 7919 % 4000),
		443 };
}

/* Packet `step` of connection i: the handshake, a hello, then records. */
static void
step_of_many(struct wire *w, uint64_t i, unsigned step, struct random *r)
{
	static const uint8_t record[200] = { 0x17, 3, 3, 0, 195 };
	static const uint8_t hello[200] = { 0x16, 3, 1, 0, 195 };
	struct wire_end c = client_of(i), s = server_of(i);
	uint32_t n = (uint32_t)(i * 2654435761u);
	size_t len = random_between(r, 20, sizeof(record));

	if (step == 0)
		send_tcp(w, c, s, n, 0, WIRE_SYN, NULL, 0);
	else if (step == 1)
		send_tcp(w, s, c, ~n, n + 1, WIRE_SYN | WIRE_ACK, NULL, 0);
	else if (step == 2)
		send_tcp(w, c, s, n + 1, ~n + 1, WIRE_ACK | WIRE_PSH, hello,
		    sizeof(hello));
	else if (step & 1)
		send_tcp(w, s, c, ~n + step * 256, n + 201, WIRE_ACK, record,
		    len);
	else
		send_tcp(w, c, s, n + step * 256, ~n + 1, WIRE_ACK, record,
		    len);
}

void
flood_many(struct wire *w, struct random *r, uint64_t size)
{
	uint64_t n = size / 400;

	for (unsigned step = 0; step < 3; step++)
		for (uint64_t i = 0; i < n; i++)
			step_of_many(w, i, step, r);
	while (w->bytes < size && !ferror(w->file))
		step_of_many(w, random_next(r) % n, random_between(r, 3, 9), r);
}

/* -- hostile -- */

static struct wire_end
anybody(struct random *r)
{
	return (struct wire_end){ (uint32_t)random_next(r),
		(uint16_t)random_between(r, 1024, 65535) };
}

/* A connection to the proxy that is open: its two handshake packets. */
static struct wire_end
knock(struct wire *w, struct random *r, uint32_t n)
{
	struct wire_end c = anybody(r);

	send_tcp(w, c, proxy, n, 0, WIRE_SYN, NULL, 0);
	send_tcp(w, proxy, c, ~n, n + 1, WIRE_SYN | WIRE_ACK, NULL, 0);
	return c;
}

static void
syns(struct wire *w, struct random *r)
{
	for (int i = 0; i < 50; i++)
		send_tcp(w, anybody(r), proxy, (uint32_t)random_next(r), 0,
		    WIRE_SYN, NULL, 0);
}

static void
endless_head(struct wire *w, struct random *r)
{
	static const char begin[] = "GET http://a.test/ HTTP/1.1\r\n";
	char line[1400];
	uint32_t n = (uint32_t)random_next(r), at = n + 1;
	struct wire_end c = knock(w, r, n);

	send_tcp(w, c, proxy, at, ~n + 1, WIRE_ACK, begin, sizeof(begin) - 1);
	at += (uint32_t)sizeof(begin) - 1;
	for (unsigned i = 0; i < random_between(r, 5, 40); i++) {
		memset(line, 'x', sizeof(line));
		memcpy(line, "Cookie: ", 8);
		memcpy(line + sizeof(line) - 2, "\r\n", 2);
		send_tcp(w, c, proxy, at, ~n + 1, WIRE_ACK, line, sizeof(line));
		at += (uint32_t)sizeof(line);
	}
}

static void
holes(struct wire *w, struct random *r)
{
	static const char begin[] = "GET http://a.test/ HTTP/1.1\r\nA: ";
	uint8_t bytes[200];
	uint32_t n = (uint32_t)random_next(r);
	struct wire_end c = knock(w, r, n);

	send_tcp(w, c, proxy, n + 1, ~n + 1, WIRE_ACK, begin,
	    sizeof(begin) - 1);
	for (int i = 0; i < 30; i++) {
		random_bytes(r, bytes, sizeof(bytes));
		send_tcp(w, c, proxy, n + random_between(r, 100, 200000),
		    ~n + 1, WIRE_ACK, bytes, random_between(r, 1, 200));
		if (i % 8 == 0)
			send_tcp(w, proxy, c, ~n + 1,
			    n + random_between(r, 100, 200000), WIRE_ACK, NULL,
			    0);
	}
}

static void
refused_logins(struct wire *w, struct random *r)
{
	static const char no[] =
	    "HTTP/1.1 407 Proxy Authentication Required\r\n"
	    "Proxy-Authenticate: Basic realm=\"x\"\r\n"
	    "Proxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n";
	uint32_t n = (uint32_t)random_next(r), q = n + 1, a = ~n + 1;
	struct wire_end c = knock(w, r, n);
	char ask[400];

	for (int i = 0; i < 12; i++) {
		int len = snprintf(ask, sizeof(ask),
		    "GET http://h%u.test/%u HTTP/1.1\r\nHost: h\r\n"
		    "Proxy-Authorization: %s %016llx%016llx\r\n\r\n",
		    random_between(r, 0, 9999), i,
		    random_between(r, 0, 1) ? "Basic" : "NTLM",
		    (unsigned long long)random_next(r),
		    (unsigned long long)random_next(r));

		send_tcp(w, c, proxy, q, a, WIRE_ACK, ask, (size_t)len);
		q += (uint32_t)len;
		send_tcp(w, proxy, c, a, q, WIRE_ACK, no, sizeof(no) - 1);
		a += (uint32_t)sizeof(no) - 1;
	}
}

static void
flags(struct wire *w, struct random *r)
{
	for (int i = 0; i < 40; i++)
		send_tcp(w, anybody(r), proxy, (uint32_t)random_next(r),
		    (uint32_t)random_next(r), random_between(r, 0, 63), NULL,
		    0);
}

static void
noise(struct wire *w, struct random *r)
{
	uint8_t bytes[600];

	for (int i = 0; i < 20; i++) {
		random_bytes(r, bytes, sizeof(bytes));
		send_tcp(w, anybody(r), anybody(r), (uint32_t)random_next(r),
		    (uint32_t)random_next(r), WIRE_ACK, bytes,
		    random_between(r, 1, sizeof(bytes)));
	}
}

void
flood_hostile(struct wire *w, struct random *r, uint64_t size)
{
	static void (*const floods[])(struct wire *, struct random *) = {
		syns, endless_head, holes, refused_logins, flags, noise
	};

	while (w->bytes < size && !ferror(w->file))
		floods[random_between(r, 0,
		    sizeof(floods) / sizeof(floods[0]) - 1)](w, r);
}
