/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/tls_shown.h"

/* ContentType, RFC 8446 5.1. */
enum { CHANGE = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };
enum { RECORD_HEAD = 5, RECORD_MOST = 16384 + 2048, MESSAGE_HEAD = 4 };

bool
tls_shown_begins(struct span first)
{
	return first.len >= 3 &&
	    (first.at[0] == ALERT || first.at[0] == HANDSHAKE) &&
	    first.at[1] == 3 && first.at[2] <= 4;
}

/* client_hello, server_hello, certificate and its request, done. */
static bool
is_open(uint8_t message)
{
	return message == 1 || message == 2 || message == 11 ||
	    message == 13 || message == 14;
}

/* A byte of a handshake message in clear. */
static bool
handshake_byte(struct tls_shown *t, uint8_t b, bool hidden)
{
	if (t->message_len < MESSAGE_HEAD) {
		if (t->message_len == 0) {
			t->message = b;
			t->message_left = 0;
		} else {
			t->message_left = t->message_left << 8 | b;
		}
		t->message_len++;
		if (t->message_len == MESSAGE_HEAD && t->message_left == 0)
			t->message_len = 0;
		return true;
	}
	if (--t->message_left == 0)
		t->message_len = 0;
	return is_open(t->message) && !hidden;
}

static bool
body_byte(struct tls_shown *t, uint8_t b, bool hidden, uint32_t left)
{
	switch (t->type) {
	case CHANGE:
		t->sealed = true;
		return left == 1;
	case ALERT:
		return !t->sealed && left <= 2;
	case HANDSHAKE:
		return !t->sealed && handshake_byte(t, b, hidden);
	default:
		return false;
	}
}

/* A byte of a record's header; it has to make sense. */
static void
head_byte(struct tls_shown *t, uint8_t b)
{
	switch (t->head_len++) {
	case 0:
		t->type = b;
		t->left = 0;
		t->over = b < CHANGE || b > DATA;
		break;
	case 1:
		t->over = b != 3;
		break;
	case 2:
		t->over = b > 4;
		break;
	default:
		t->left = t->left << 8 | b;
	}
	if (t->head_len == RECORD_HEAD) {
		t->over = t->left > RECORD_MOST;
		/* An alert is two bytes, or it is sealed. */
		if (t->type == ALERT && t->left != 2)
			t->sealed = true;
		if (t->left == 0)
			t->head_len = 0;
	}
}

void
tls_shown_feed(struct tls_shown *t, struct span in, bool hidden, uint8_t *out)
{
	for (size_t i = 0; i < in.len && !t->over; i++) {
		uint8_t b = in.at[i];

		if (t->head_len < RECORD_HEAD) {
			head_byte(t, b);
			out[i] = t->over ? 0 : b;
			continue;
		}
		out[i] = body_byte(t, b, hidden, t->left) ? b : 0;
		if (--t->left == 0)
			t->head_len = 0;
	}
}
