/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/connection.h"

#include <string.h>

#define FILLING 65536

enum state {
	STATE_SYN,
	STATE_SYN_ACK,
	STATE_OPEN,
	STATE_TALK,
	STATE_FIN,
	STATE_FIN_BACK,
	STATE_LAST_ACK,
	STATE_DONE,
};

/* What bodies are cut from: random bytes, and text. */
static const uint8_t *
filling(bool opaque)
{
	static uint8_t bytes[2][FILLING];
	static bool made;

	if (!made) {
		static const char words[] =
		    "<p>The quick brown fox jumps over the lazy dog.</p>\n";
		struct random r = { 407 };

		random_bytes(&r, bytes[1], FILLING);
		for (size_t i = 0; i < FILLING; i++)
			bytes[0][i] = (uint8_t)words[i % (sizeof(words) - 1)];
		made = true;
	}
	return bytes[opaque];
}

void
connection_begin(struct connection *c, enum kind kind, struct random *r)
{
	*c = (struct connection){ .kind = kind };
	c->user = random_between(r, 0, 499);
	c->client.ip = 0x0a000000 + c->user + 256;
	c->client.port = (uint16_t)random_between(r, 32768, 60999);
	c->server.ip = 0xc6120000 + random_between(r, 1, 4000); /* 198.18 */
	c->server.port = 443;
	c->seq[0] = (uint32_t)random_next(r);
	c->seq[1] = (uint32_t)random_next(r);
	if (kind == KIND_HTTP)
		c->server.port = 80;
	if (kind == KIND_SHORT)
		c->server.port = 22;
	if (kind == KIND_TINY)
		c->server.port = 53;
	if (kind >= KIND_NTLM && kind <= KIND_CONNECT)
		c->server = (struct wire_end){ 0x0a4d0014, 3128 };
	c->stretch = random_between(r, 2, 4);
	talk_begin(c, r);
	if (kind == KIND_UDP || kind == KIND_TINY)
		c->state = STATE_TALK;
}

static void
send_segment(struct connection *c, struct wire *w, bool from_client,
    unsigned flags, const uint8_t *data, size_t len)
{
	struct wire_segment s = {
		.from = from_client ? c->client : c->server,
		.to = from_client ? c->server : c->client,
		.seq = c->seq[!from_client],
		.ack = flags & WIRE_ACK ? c->seq[from_client] : 0,
		.flags = flags,
		.data = data,
		.len = len,
	};

	wire_tcp(w, &s);
	c->seq[!from_client] += (uint32_t)len;
	if (flags & (WIRE_SYN | WIRE_FIN))
		c->seq[!from_client]++;
}

/* Bytes of the message from `sent` on, as many as fit into a packet. */
static size_t
cut(struct connection *c, uint8_t *to, size_t room)
{
	struct message *m = &c->message;
	size_t n = 0;

	if (c->sent < m->head_len) {
		n = m->head_len - c->sent < room ? m->head_len - c->sent : room;
		memcpy(to, m->head + c->sent, n);
		c->sent += n;
	}

	size_t body = m->head_len + m->body - c->sent;

	if (body > room - n)
		body = room - n;
	if (body > 0) {
		size_t at = (c->sent * 31) % (FILLING - WIRE_MSS);

		memcpy(to + n, filling(m->opaque) + at, body);
		c->sent += body;
	}
	return n + body;
}

static bool
said_all(const struct connection *c)
{
	return c->sent == c->message.head_len + c->message.body;
}

/* A packet of the conversation; false if all is said. */
static bool
talk(struct connection *c, struct wire *w, struct random *r)
{
	bool before = c->message.from_client;
	uint8_t data[WIRE_MSS];

	if (c->unacked >= c->stretch) {
		c->unacked = 0;
		send_segment(c, w, !before, WIRE_ACK, NULL, 0);
		return true;
	}
	if (said_all(c)) {
		if (!talk_next(c, r))
			return false;
		c->sent = 0;
		if (c->message.from_client != before)
			c->unacked = 0;
	}

	bool from_client = c->message.from_client;
	size_t n = cut(c, data, WIRE_MSS);

	if (c->kind == KIND_UDP || c->kind == KIND_TINY) {
		wire_udp(w, from_client ? c->client : c->server,
		    from_client ? c->server : c->client, data, n);
		return true;
	}
	send_segment(c, w, from_client, WIRE_ACK | (said_all(c) ? WIRE_PSH : 0),
	    data, n);
	c->unacked++;
	return true;
}

bool
connection_step(struct connection *c, struct wire *w, struct random *r)
{
	switch (c->state) {
	case STATE_SYN:
		send_segment(c, w, true, WIRE_SYN, NULL, 0);
		break;
	case STATE_SYN_ACK:
		send_segment(c, w, false, WIRE_SYN | WIRE_ACK, NULL, 0);
		break;
	case STATE_OPEN:
		send_segment(c, w, true, WIRE_ACK, NULL, 0);
		break;
	case STATE_TALK:
		if (talk(c, w, r))
			return true;
		if (c->kind == KIND_UDP || c->kind == KIND_TINY)
			return false;
		c->state = STATE_FIN;
		/* fallthrough */
	case STATE_FIN:
		send_segment(c, w, true, WIRE_FIN | WIRE_ACK, NULL, 0);
		break;
	case STATE_FIN_BACK:
		send_segment(c, w, false, WIRE_FIN | WIRE_ACK, NULL, 0);
		break;
	case STATE_LAST_ACK:
		send_segment(c, w, true, WIRE_ACK, NULL, 0);
		break;
	default:
		return false;
	}
	c->state++;
	return true;
}
