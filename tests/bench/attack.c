/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "bench/flood.h"
#include "bench/login.h"

static const struct wire_end proxy = { 0x0a4d0014, 3128 };
static const struct wire_end kdc = { 0x0a4d000a, 88 };
static const struct wire_end names = { 0x0a4d000a, 53 };

/* Both sides of a connection, as far as they got. */
struct talk {
	struct wire *w;
	struct wire_end client;
	uint32_t sent, answered; /* next sequence numbers */
};

static struct wire_end
somebody(struct random *r)
{
	return (struct wire_end){
		0x0a000000 | (uint32_t)(random_next(r) & 0xffffff),
		(uint16_t)random_between(r, 1024, 65535)
	};
}

static void
send_at(const struct talk *t, bool to_proxy, uint32_t seq, uint32_t ack,
    unsigned flags, const void *data, size_t len)
{
	const struct wire_segment s = {
		.from = to_proxy ? t->client : proxy,
		.to = to_proxy ? proxy : t->client,
		.seq = seq,
		.ack = ack,
		.flags = flags,
		.data = data,
		.len = len,
	};

	wire_tcp(t->w, &s);
}

static struct talk
begin(struct wire *w, struct random *r)
{
	uint32_t n = (uint32_t)random_next(r);
	struct talk t = { w, somebody(r), n + 1, ~n + 1 };

	send_at(&t, true, n, 0, WIRE_SYN, NULL, 0);
	send_at(&t, false, ~n, n + 1, WIRE_SYN | WIRE_ACK, NULL, 0);
	return t;
}

/* In segments of so many bytes. */
static void
say(struct talk *t, bool to_proxy, const char *text, size_t most)
{
	size_t len = strlen(text);
	uint32_t *seq = to_proxy ? &t->sent : &t->answered;

	for (size_t at = 0; at < len; at += most) {
		size_t n = len - at < most ? len - at : most;

		send_at(t, to_proxy, *seq,
		    to_proxy ? t->answered : t->sent, WIRE_ACK, text + at, n);
		*seq += (uint32_t)n;
	}
}

static void
ask_with(struct talk *t, const char *token, size_t most)
{
	char text[LOGIN_MAX + 200];

	snprintf(text, sizeof(text),
	    "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n"
	    "Proxy-Authorization: NTLM %s\r\n\r\n", token);
	say(t, true, text, most);
}

static void
answer_with(struct talk *t, const char *token, size_t most)
{
	char text[LOGIN_MAX + 200];

	snprintf(text, sizeof(text),
	    "HTTP/1.1 407 Proxy Authentication Required\r\n"
	    "Proxy-Authenticate: NTLM %s\r\nContent-Length: 0\r\n\r\n", token);
	say(t, false, text, most);
}

/* A type 1, a type 2, and nothing more. */
static void
half_login(struct wire *w, struct random *r)
{
	struct talk t = begin(w, r);
	char token[LOGIN_MAX];

	login_negotiate(token);
	ask_with(&t, token, WIRE_MSS);
	login_challenge(token, r);
	answer_with(&t, token, WIRE_MSS);
}

/* The same, a byte at a time. */
static void
crumbs(struct wire *w, struct random *r)
{
	struct talk t = begin(w, r);
	char token[LOGIN_MAX];

	login_negotiate(token);
	ask_with(&t, token, 1);
	login_challenge(token, r);
	answer_with(&t, token, 1);
}

/* Bytes one by one, the last first, and the first of all never. */
static void
backwards(struct wire *w, struct random *r)
{
	struct talk t = begin(w, r);

	for (uint32_t i = random_between(r, 100, 400); i > 0; i--)
		send_at(&t, true, t.sent + 2 * i, t.answered, WIRE_ACK, "x",
		    1);
	send_at(&t, false, t.answered, t.sent + 1000, WIRE_ACK, NULL, 0);
}

/* Half of a long hello and of a long certificate (RFC 5246 7.4). */
static void
half_tls(struct wire *w, struct random *r)
{
	struct talk t = begin(w, r);
	uint8_t m[WIRE_MSS] = { 0x16, 3, 1, 0x40, 0, 1, 0, 0x7f, 0, 3, 3 };

	for (int side = 0; side < 2; side++) {
		uint32_t *seq = side == 0 ? &t.sent : &t.answered;

		for (int i = 0; i < 8; i++) {
			send_at(&t, side == 0, *seq,
			    side == 0 ? t.answered : t.sent, WIRE_ACK, m,
			    sizeof(m));
			*seq += sizeof(m);
			memset(m, 'x', sizeof(m));
		}
		memcpy(m, "\x16\3\3\x40\0\x0b\0\x7f\0\0\x7e\0", 12);
	}
}

/* A PAC file that does not end. */
static void
half_pac(struct wire *w, struct random *r)
{
	struct talk t = begin(w, r);
	char text[WIRE_MSS + 1];

	say(&t, true, "GET http://a.test/proxy.pac HTTP/1.1\r\n"
	    "Host: a.test\r\n\r\n", WIRE_MSS);
	say(&t, false, "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/x-ns-proxy-autoconfig\r\n"
	    "Content-Length: 1000000\r\n\r\n", WIRE_MSS);
	memset(text, ' ', WIRE_MSS);
	text[WIRE_MSS] = '\0';
	for (int i = 0; i < 40; i++)
		say(&t, false, text, WIRE_MSS);
}

/* First ones without the rest, rests without a first one, and overlaps. */
static void
fragments(struct wire *w, struct random *r)
{
	struct wire_end from = somebody(r);
	uint8_t bytes[1480];

	random_bytes(r, bytes, sizeof(bytes));
	for (int i = 0; i < 40; i++) {
		unsigned ids = i % 4 == 0 ? 65535 : 3;
		unsigned most = i == 0 ? 8191 : 999;

		wire_fragment(w, from, proxy,
		    (uint16_t)random_between(r, 0, ids),
		    random_between(r, 0, most), random_between(r, 0, 3) > 0,
		    bytes, random_between(r, 1, 185) * 8);
	}
}

/* An AS-REQ of somebody (RFC 4120 5.4.1), who gets no answer. */
static void
tickets(struct wire *w, struct random *r)
{
	uint8_t m[] = "\x6a\x5b\x30\x59\xa1\x03\x02\x01\x05\xa2\x03\x02\x01"
	              "\x0a\xa4\x4d\x30\x4b\xa0\x07\x03\x05\x00\x40\x00\x00"
	              "\x10\xa1\x13\x30\x11\xa0\x03\x02\x01\x01\xa1\x0a\x30"
	              "\x08\x1b\x06" "user00" "\xa2\x0a\x1b\x08" "LAB.TEST"
	              "\xa5\x11\x18\x0f" "20370913024805Z"
	              "\xa7\x06\x02\x04" "nonc" "\xa8\x04\x30\x02\x02\x00";

	for (int i = 0; i < 20; i++) {
		random_bytes(r, m + 46, 6);
		wire_udp(w, somebody(r), kdc, m, sizeof(m) - 1);
	}
}

/* Questions for a name, which is never the same. */
static void
questions(struct wire *w, struct random *r)
{
	uint8_t m[] = "\0\0\x01\0\0\x01\0\0\0\0\0\0\x08" "aaaaaaaa\x04test\0"
	              "\0\x01\0\x01";

	for (int i = 0; i < 20; i++) {
		random_bytes(r, m, 2);
		for (int k = 0; k < 8; k++)
			m[13 + k] = (uint8_t)random_between(r, 'a', 'z');
		wire_udp(w, somebody(r), names, m, sizeof(m) - 1);
	}
}

void
flood_attack(struct wire *w, struct random *r, uint64_t size)
{
	static void (*const attacks[])(struct wire *, struct random *) = {
		half_login, half_login, half_login, half_login, half_login,
		half_login, half_login, half_login, half_login, half_login,
		half_login, half_login, crumbs, backwards, half_tls, half_pac,
		fragments, tickets, questions
	};

	while (w->bytes < size && !ferror(w->file))
		attacks[random_between(r, 0,
		    sizeof(attacks) / sizeof(attacks[0]) - 1)](w, r);
}
