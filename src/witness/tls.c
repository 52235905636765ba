/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/tls.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/reader.h"
#include "witness/certificate.h"

/* Longer handshake messages are stepped over: chains are some KiB. */
#define MESSAGE_MAX 32768
/* Stop waiting for the end of a handshake after so many records. */
#define RECORDS_MAX 64
/* RFC 8446 5.2: 2^14 + 256; RFC 5246 6.2.3: 2^14 + 2048. */
#define RECORD_MAX 18432

enum content_type {
	CONTENT_CHANGE_CIPHER_SPEC = 20,
	CONTENT_ALERT = 21,
	CONTENT_HANDSHAKE = 22,
	CONTENT_APPLICATION_DATA = 23,
};

/* RFC 8446 4, RFC 5246 7.4 */
enum handshake_type {
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	HANDSHAKE_CERTIFICATE = 11,
	HANDSHAKE_CERTIFICATE_REQUEST = 13,
};

struct half {
	enum {
		HALF_READS,
		HALF_DEAD, /* no TLS, damaged, or bytes are lost */
	} state;
	bool encrypted;      /* ChangeCipherSpec (up to 1.2) went by */
	uint8_t head[12];    /* record header, or the first bytes of others */
	uint8_t head_len;
	uint8_t type;        /* of the record being read */
	uint16_t left;       /* bytes of it to come */
	uint8_t alert[2], alert_len;
	uint8_t *message;    /* handshake bytes; from malloc */
	size_t len, room;
	size_t pass;         /* of a long message, to be stepped over */
	unsigned records, sealed; /* all; encrypted ones */
};

struct tls_watch {
	struct half half[2]; /* by enum tls_side */
	struct tls_record said;
	uint8_t *server_name, *certificate; /* from malloc */
	size_t server_name_len, certificate_len;
	bool client_finished, server_finished;
};

static void begin_record(struct tls_watch *w, enum tls_side side,
    uint64_t frame);
static void take_content(struct tls_watch *w, enum tls_side side,
    struct span bytes, uint64_t frame);

struct tls_watch *
tls_watch_new(void)
{
	return memory_new(1, sizeof(struct tls_watch));
}

static void
drop_message(struct half *h)
{
	budget_give(LIMIT_HTTP_BYTES, h->room);
	free(h->message);
	h->message = NULL;
	h->len = h->room = 0;
}

void
tls_watch_free(struct tls_watch *w)
{
	if (w == NULL)
		return;
	drop_message(&w->half[TLS_CLIENT]);
	drop_message(&w->half[TLS_SERVER]);
	budget_give(LIMIT_HTTP_BYTES, w->certificate_len);
	free(w->server_name);
	free(w->certificate);
	free(w);
}

static void
kill_half(struct half *h)
{
	drop_message(h);
	h->left = 0;
	h->state = HALF_DEAD;
}

static bool
is_tls13(const struct tls_watch *w)
{
	return w->said.server_version >= 0x0304;
}

/* "HTTP/1.1 400": the answer of a server that speaks no TLS. */
static void
read_clear(struct tls_watch *w)
{
	struct half *h = &w->half[TLS_SERVER];
	struct span head = span_of(h->head, h->head_len);
	uint64_t status;

	if (!span_starts(head, SPAN("HTTP/1."))) {
		w->said.answer = TLS_ANSWER_OTHER;
		kill_half(h);
		return;
	}
	w->said.answer = TLS_ANSWER_CLEAR;
	if (h->head_len < sizeof(h->head))
		return;
	if (span_decimal(span_from(head, 9), &status))
		w->said.status = (unsigned)status;
	kill_half(h);
}

void
tls_watch_bytes(struct tls_watch *w, enum tls_side side, struct span bytes,
    uint64_t frame)
{
	struct half *h = &w->half[side];

	while (bytes.len > 0 && h->state == HALF_READS) {
		if (h->left > 0) {
			struct span now = span_first(bytes, h->left);

			h->left = (uint16_t)(h->left - now.len);
			bytes = span_from(bytes, now.len);
			take_content(w, side, now, frame);
			continue;
		}
		h->head[h->head_len++] = bytes.at[0];
		bytes = span_from(bytes, 1);

		bool clear = side == TLS_SERVER && h->records == 0 &&
		    span_starts(SPAN("HTTP/1."),
		        span_first(span_of(h->head, h->head_len), 7));

		if (clear && h->head_len >= 7)
			read_clear(w);
		else if (!clear && h->head_len >= 5)
			begin_record(w, side, frame);
	}
}

/* Five bytes of a record header are there. */
static void
begin_record(struct tls_watch *w, enum tls_side side, uint64_t frame)
{
	struct half *h = &w->half[side];
	uint16_t len = (uint16_t)(h->head[3] << 8 | h->head[4]);

	if (h->head[0] < CONTENT_CHANGE_CIPHER_SPEC ||
	    h->head[0] > CONTENT_APPLICATION_DATA || h->head[1] != 3 ||
	    len > RECORD_MAX || h->records >= RECORDS_MAX) {
		if (side == TLS_SERVER && h->records == 0)
			w->said.answer = TLS_ANSWER_OTHER;
		kill_half(h);
		return;
	}
	h->records++;
	h->head_len = 0;
	h->alert_len = 0;
	h->type = h->head[0];
	h->left = len;
	if (h->type == CONTENT_CHANGE_CIPHER_SPEC && !is_tls13(w))
		h->encrypted = true;

	bool sealed = h->type == CONTENT_APPLICATION_DATA ||
	    (h->encrypted && h->type != CONTENT_CHANGE_CIPHER_SPEC);

	if (!sealed)
		return;

	/*
	 * Under TLS 1.3 an alert in the place of the client's first record,
	 * or of the server's first after that, ends the handshake; later
	 * ones end good connections, too.
	 */
	struct tls_alert *alert = &w->said.alert[side];
	bool alarm = is_tls13(w) ? len == 19 || len == 11
	                         : h->type == CONTENT_ALERT;
	bool early = !is_tls13(w)   ? !w->said.established
	    : side == TLS_CLIENT ? h->sealed == 0
	                         : w->client_finished && !w->server_finished;

	if (alarm && early && !alert->seen)
		*alert = (struct tls_alert){ .seen = true, .encrypted = true,
			.frame = frame };
	if (alarm && w->said.established && !w->said.left) {
		w->said.left = true;
		w->said.left_by = side;
	}
	h->sealed++;
	if (alarm)
		return;
	/* Up to TLS 1.2 the type tells; then the client's second record. */
	if (side == TLS_CLIENT && w->client_finished &&
	    h->type == CONTENT_APPLICATION_DATA)
		w->said.used = true;
	if (side == TLS_CLIENT)
		w->client_finished = true;
	else if (w->client_finished)
		w->server_finished = true;
	if (w->client_finished && w->server_finished &&
	    !w->said.alert[TLS_CLIENT].seen && !w->said.alert[TLS_SERVER].seen)
		w->said.established = true;
}

/* -- handshake messages -- */

static uint8_t *
copy_of(struct span s)
{
	uint8_t *copy = memory_new(s.len + 1, 1);

	memcpy(copy, s.at, s.len);
	return copy;
}

static void
read_certificate(struct tls_watch *w, enum tls_side side, struct span body)
{
	struct reader r = reader_of(body);
	uint32_t list = (uint32_t)reader_u8(&r, "certificate_list") << 16;

	list |= reader_be16(&r, "certificate_list");
	if (side == TLS_CLIENT) {
		if (reader_ok(&r))
			w->said.client_certificate = list == 0
			    ? TLS_CERTIFICATE_EMPTY
			    : TLS_CERTIFICATE_SENT;
		return;
	}
	w->said.certificate.seen = true;

	uint32_t len = (uint32_t)reader_u8(&r, "ASN.1Cert") << 16;

	len |= reader_be16(&r, "ASN.1Cert");

	struct span der = reader_take(&r, len, "ASN.1Cert");

	if (span_has_bytes(der) && w->certificate == NULL) {
		w->certificate = copy_of(der);
		w->certificate_len = der.len;
		budget_take(LIMIT_HTTP_BYTES, der.len);
	}
	if (w->said.fault.kind == FAULT_NONE)
		w->said.fault = r.fault;
}

static void
read_message(struct tls_watch *w, enum tls_side side, uint8_t type,
    struct span body)
{
	struct fault fault = { 0 };
	struct span name;

	switch (type) {
	case HANDSHAKE_CLIENT_HELLO:
		if (side != TLS_CLIENT || w->said.client_hello_whole)
			return;
		w->said.client_hello_whole = true;
		tls_client_hello_decode(body, &w->said, &name, &fault);
		if (span_has_bytes(name)) {
			w->server_name = copy_of(name);
			w->server_name_len = name.len;
		}
		break;
	case HANDSHAKE_SERVER_HELLO:
		if (side != TLS_SERVER)
			return;
		w->said.answer = TLS_ANSWER_HELLO;
		tls_server_hello_decode(body, &w->said.server_version, &fault);
		break;
	case HANDSHAKE_CERTIFICATE:
		read_certificate(w, side, body);
		break;
	case HANDSHAKE_CERTIFICATE_REQUEST:
		w->said.asks_certificate |= side == TLS_SERVER;
		break;
	default:
		break;
	}
	if (w->said.fault.kind == FAULT_NONE)
		w->said.fault = fault;
}

/* Whole messages at the front of what was gathered. */
static void
take_messages(struct tls_watch *w, enum tls_side side)
{
	struct half *h = &w->half[side];
	size_t at = 0;

	while (h->len - at >= 4) {
		const uint8_t *m = h->message + at;
		size_t len =
		    (size_t)m[1] << 16 | (size_t)m[2] << 8 | (size_t)m[3];

		if (len > MESSAGE_MAX) {
			size_t have = h->len - at;

			h->pass = len + 4 > have ? len + 4 - have : 0;
			at += len + 4 > have ? have : len + 4;
			continue;
		}
		if (h->len - at - 4 < len)
			break;
		read_message(w, side, m[0], span_of(m + 4, len));
		at += len + 4;
	}
	if (at > 0) {
		memmove(h->message, h->message + at, h->len - at);
		h->len -= at;
	}
}

static void
gather(struct tls_watch *w, enum tls_side side, struct span bytes)
{
	struct half *h = &w->half[side];
	size_t pass = h->pass < bytes.len ? h->pass : bytes.len;

	h->pass -= pass;
	bytes = span_from(bytes, pass);
	if (bytes.len == 0)
		return;
	if (bytes.len > h->room - h->len) {
		size_t room = h->len + bytes.len + 512;

		budget_take(LIMIT_HTTP_BYTES, room - h->room);
		h->room = room;
		h->message = memory_grow(h->message, h->room, 1);
	}
	memcpy(h->message + h->len, bytes.at, bytes.len);
	h->len += bytes.len;
	take_messages(w, side);
}

static void
take_content(struct tls_watch *w, enum tls_side side, struct span bytes,
    uint64_t frame)
{
	struct half *h = &w->half[side];
	struct tls_alert *alert = &w->said.alert[side];

	if (h->type == CONTENT_HANDSHAKE && !h->encrypted) {
		gather(w, side, bytes);
		return;
	}
	if (h->type != CONTENT_ALERT || h->encrypted)
		return;
	for (size_t i = 0; i < bytes.len && h->alert_len < 2; i++)
		h->alert[h->alert_len++] = bytes.at[i];
	if (h->alert_len < 2 || alert->seen)
		return;
	/* Warnings (unrecognized_name) end nothing; close_notify does. */
	if (h->alert[0] == 1 && h->alert[1] != 0 && h->alert[1] != 41)
		return;
	*alert = (struct tls_alert){ .seen = true, .level = h->alert[0],
		.description = h->alert[1], .frame = frame };
	if (side == TLS_SERVER && w->said.answer == TLS_ANSWER_NONE)
		w->said.answer = TLS_ANSWER_ALERT;
}

void
tls_watch_gap(struct tls_watch *w, enum tls_side side, uint64_t n,
    bool missing)
{
	struct half *h = &w->half[side];

	if (n == 0 || h->state == HALF_DEAD)
		return;
	if (n <= h->left && (h->type == CONTENT_APPLICATION_DATA ||
	        h->encrypted)) {
		h->left = (uint16_t)(h->left - n);
		return;
	}
	w->said.incomplete |= missing;
	kill_half(h);
}

uint64_t
tls_watch_idle(const struct tls_watch *w, enum tls_side side)
{
	const struct half *h = &w->half[side];

	if (h->state == HALF_DEAD || tls_watch_over(w))
		return UINT64_MAX;
	return h->type == CONTENT_APPLICATION_DATA || h->encrypted ? h->left
	                                                            : 0;
}

bool
tls_watch_over(const struct tls_watch *w)
{
	return (w->said.established && w->said.used) ||
	    (w->half[TLS_CLIENT].state == HALF_DEAD &&
	        w->half[TLS_SERVER].state == HALF_DEAD);
}

struct tls_record *
tls_watch_record(const struct tls_watch *w, const struct address *server,
    struct arena *arena)
{
	struct tls_record *r = arena_new(arena, sizeof(*r));
	struct span name = span_of(w->server_name, w->server_name_len);

	*r = w->said;
	r->used &= r->established;
	r->server_name = arena_str(arena, name);
	if (w->certificate != NULL &&
	    !certificate_decode(span_of(w->certificate, w->certificate_len),
	        name, server, &r->certificate, arena) &&
	    r->fault.kind == FAULT_NONE)
		r->fault = (struct fault){ FAULT_VALUE, 0, "ASN.1Cert" };
	return r;
}
