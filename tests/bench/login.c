/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/login.h"

#include <stdio.h>
#include <string.h>

/* -- NTLM -- */

/* A message while it is made: fixed part first, then the payload. */
struct message {
	uint8_t bytes[600];
	size_t len;
};

static void
base64(char *to, const uint8_t *at, size_t n)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)at[i] << 16;

		v |= i + 1 < n ? (uint32_t)at[i + 1] << 8 : 0;
		v |= i + 2 < n ? at[i + 2] : 0;
		*to++ = letters[v >> 18];
		*to++ = letters[v >> 12 & 63];
		*to++ = i + 1 < n ? letters[v >> 6 & 63] : '=';
		*to++ = i + 2 < n ? letters[v & 63] : '=';
	}
	*to = '\0';
}

static void
put16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value & 0xffff);
	put16(to + 2, value >> 16);
}

static struct message
message_of(uint8_t type, size_t fixed)
{
	struct message m = { .len = fixed };

	memcpy(m.bytes, "NTLMSSP", 8);
	m.bytes[8] = type;
	return m;
}

/* A variable field: its header at `at`, its bytes at the end. */
static void
put_field(struct message *m, size_t at, const uint8_t *value, size_t n)
{
	put16(m->bytes + at, n);
	put16(m->bytes + at + 2, n);
	put32(m->bytes + at + 4, (uint32_t)m->len);
	memcpy(m->bytes + m->len, value, n);
	m->len += n;
}

static size_t
utf16(uint8_t *to, const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		to[n++] = (uint8_t)*text;
		to[n++] = 0;
	}
	return n;
}

static void
put_text(struct message *m, size_t at, const char *text)
{
	uint8_t wide[128];

	put_field(m, at, wide, utf16(wide, text));
}

/* TargetInfo, [MS-NLMP] 2.2.2.1. */
static size_t
target_info(uint8_t *to, struct random *r)
{
	static const struct {
		unsigned id;
		const char *text;
	} pairs[] = { { 2, "LAB" }, { 1, "PROXY" }, { 4, "lab.test" },
		{ 3, "proxy.lab.test" } };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t len = utf16(to + n + 4, pairs[i].text);

		put16(to + n, pairs[i].id);
		put16(to + n + 2, len);
		n += 4 + len;
	}
	put16(to + n, 7); /* MsvAvTimestamp */
	put16(to + n + 2, 8);
	random_bytes(r, to + n + 4, 6);
	put16(to + n + 10, 0x01dd); /* some day in 2026 */
	put32(to + n + 12, 0);
	return n + 16;
}

void
login_negotiate(char *to)
{
	struct message m = message_of(1, 40);

	put32(m.bytes + 12, 0xe2088297);
	memcpy(m.bytes + 32, "\x0a\0\x61\x4a\0\0\0\x0f", 8);
	base64(to, m.bytes, m.len);
}

void
login_challenge(char *to, struct random *r)
{
	struct message m = message_of(2, 56);
	uint8_t info[256];

	put_text(&m, 12, "LAB");
	put32(m.bytes + 20, 0xe2898215);
	random_bytes(r, m.bytes + 24, 8);
	put_field(&m, 40, info, target_info(info, r));
	memcpy(m.bytes + 48, "\x06\x01\0\0\0\0\0\x0f", 8);
	base64(to, m.bytes, m.len);
}

void
login_authenticate(char *to, struct random *r, const char *user)
{
	struct message m = message_of(3, 88);
	uint8_t response[400] = { 0 }, lm[24] = { 0 };

	/* NTLMv2_RESPONSE: the proof, then a blob that begins 01 01. */
	random_bytes(r, response, 16);
	response[16] = response[17] = 1;
	random_bytes(r, response + 24, 16);
	response[31] = 1;

	size_t len = 44 + target_info(response + 44, r);

	put32(m.bytes + 60, 0xe2888215);
	put_text(&m, 28, "LAB");
	put_text(&m, 36, user);
	put_text(&m, 44, "WORKSTATION");
	put_field(&m, 12, lm, sizeof(lm));
	put_field(&m, 20, response, len);
	put32(m.bytes + 56, (uint32_t)m.len); /* no session key */
	random_bytes(r, m.bytes + 72, 16);    /* MIC */
	base64(to, m.bytes, m.len);
}

/* -- Basic -- */

void
login_basic(char *to, const char *user, unsigned password)
{
	char pair[64];
	int n = snprintf(pair, sizeof(pair), "%s:Made-up-%u", user, password);

	base64(to, (const uint8_t *)pair, (size_t)n);
}

/* -- Kerberos -- */

/* DER, written from its end: a value is there before its length is. */
struct der {
	uint8_t bytes[LOGIN_MAX * 3 / 4 - 64];
	size_t at; /* the first that is written */
};

static void
der_put(struct der *d, const void *value, size_t n)
{
	d->at -= n;
	memcpy(d->bytes + d->at, value, n);
}

/* Tag and length of all since `end`. */
static void
der_wrap(struct der *d, uint8_t tag, size_t end)
{
	size_t n = end - d->at;
	uint8_t head[4] = { tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n };

	if (n < 128) {
		head[1] = (uint8_t)n;
		der_put(d, head, 2);
	} else {
		der_put(d, head, 4);
	}
}

static void
der_text(struct der *d, uint8_t tag, const char *text)
{
	size_t end = d->at;

	der_put(d, text, strlen(text));
	der_wrap(d, tag, end);
}

/* EncryptedData [n]: etype 18, and bytes of which nobody has the key. */
static void
der_cipher(struct der *d, uint8_t context, size_t n, struct random *r)
{
	size_t end = d->at;

	d->at -= n;
	random_bytes(r, d->bytes + d->at, n);
	der_wrap(d, 0x04, end);
	der_wrap(d, 0xa2, end);
	der_put(d, "\xa0\x03\x02\x01\x12\xa1\x03\x02\x01\x02", 10);
	der_wrap(d, 0x30, end);
	der_wrap(d, context, end);
}

static void
der_ticket(struct der *d, size_t n, struct random *r)
{
	size_t end = d->at;

	der_cipher(d, 0xa3, n, r);

	size_t name = d->at;

	der_text(d, 0x1b, "proxy.lab.test");
	der_text(d, 0x1b, "HTTP");
	der_wrap(d, 0x30, name);
	der_wrap(d, 0xa1, name);
	der_put(d, "\xa0\x03\x02\x01\x02", 5);
	der_wrap(d, 0x30, name);
	der_wrap(d, 0xa2, name);

	size_t realm = d->at;

	der_text(d, 0x1b, "LAB.TEST");
	der_wrap(d, 0xa1, realm);
	der_put(d, "\xa0\x03\x02\x01\x05", 5);
	der_wrap(d, 0x30, end);
	der_wrap(d, 0x61, end);
	der_wrap(d, 0xa3, end);
}

void
login_ticket(char *to, struct random *r)
{
	static const char krb5[] =
	    "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
	struct der d = { .at = sizeof(d.bytes) };
	const size_t end = sizeof(d.bytes);

	/* AP-REQ: the authenticator, the ticket, options, type, version. */
	der_cipher(&d, 0xa4, random_between(r, 120, 200), r);
	der_ticket(&d, random_between(r, 900, 8000), r);
	der_put(&d, "\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x0e"
	    "\xa2\x07\x03\x05\x00\x20\x00\x00\x00", 19);
	der_wrap(&d, 0x30, end);
	der_wrap(&d, 0x6e, end);
	/* In the framing of RFC 4121 4.1, as mechToken [2]. */
	der_put(&d, "\x01\x00", 2);
	der_put(&d, krb5, sizeof(krb5) - 1);
	der_wrap(&d, 0x60, end);
	der_wrap(&d, 0x04, end);
	der_wrap(&d, 0xa2, end);

	size_t mechs = d.at;

	der_put(&d, krb5, sizeof(krb5) - 1);
	der_wrap(&d, 0x30, mechs);
	der_wrap(&d, 0xa0, mechs);
	der_wrap(&d, 0x30, end);
	der_wrap(&d, 0xa0, end);
	der_put(&d, "\x06\x06\x2b\x06\x01\x05\x05\x02", 8);
	der_wrap(&d, 0x60, end);
	base64(to, d.bytes + d.at, end - d.at);
}
