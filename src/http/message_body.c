/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message_body.c - behind a head: bytes that are counted, and few of them kept
 */
#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "http/message_parts.h"

/* A body without end can be stepped over in strides of this. */
#define STRIDE (UINT64_C(1) << 30)

static size_t hold_bytes(struct direction *d, struct span in,
    const struct http_from *at);
static void became_ready(struct direction *d, uint32_t end);

size_t
message_take_body(struct direction *d, struct span in,
    const struct http_from *at, bool fresh)
{
	if (d->hold == HOLD_NOT) {
		if (!d->method_known)
			d->hold = HOLD_FIRST;
		else if (fresh && d->sink->escape(d->context, d->side, at))
			d->hold = HOLD_ESCAPE;
		d->method_known = true;
		d->held_len = 0;
	}
	if (d->hold != HOLD_NOT) {
		size_t used = hold_bytes(d, in, at);

		/* Refused at the first byte: then it is one of the body. */
		if (used > 0 || d->hold != HOLD_NOT ||
		    (d->at != AT_LENGTH && d->at != AT_CHUNKS &&
		        d->at != AT_CLOSE))
			return used;
	}

	struct span data = in;
	size_t used = in.len;

	if (d->at == AT_LENGTH) {
		data = span_first(in, d->left < used ? (size_t)d->left : used);
		used = data.len;
		d->left -= used;
	} else if (d->at == AT_CHUNKS) {
		used = chunked_feed(&d->chunked, in, &data);
		message_tell_framing(d, span_first(in, used - data.len), at);
	}
	message_count_body(d, data, data.len, at);

	uint32_t end = at->seq + (uint32_t)used;

	if (d->at == AT_LENGTH && d->left == 0) {
		message_ended(d, end);
	} else if (d->at == AT_CHUNKS && d->chunked.at == CHUNKED_DONE) {
		message_ended(d, end);
	} else if (d->at == AT_CHUNKS && d->chunked.at == CHUNKED_BAD) {
		if (d->now != NULL)
			d->now->said.flaws |= HTTP_BAD_LENGTH;
		message_ended(d, end);
		message_lose(d, end);
		return in.len;
	}
	return used;
}

/* Set bytes aside while they look like the beginning of a message. */
static size_t
hold_bytes(struct direction *d, struct span in, const struct http_from *at)
{
	enum http_likeness like = HTTP_MAYBE;
	size_t used = 0;

	if (d->held_len == 0)
		d->held_from = *at;
	while (like == HTTP_MAYBE && used < in.len) {
		d->held[d->held_len] = in.at[used];

		struct span held = span_of(d->held, d->held_len + 1u);

		like = d->side == HTTP_SERVER ? http_like_status_line(held)
		                              : http_like_request_line(held);
		if (like != HTTP_NO) {
			d->held_len++;
			used++;
		}
	}
	if (like == HTTP_NO)
		message_release(d);
	if (like != HTTP_YES)
		return used;

	/* A message it is, so the body ended before it, or never was. */
	if (d->now != NULL && d->hold == HOLD_FIRST) {
		d->now->said.body = HTTP_BODY_NONE;
		d->now->said.content_length = 0;
		d->now->said.flaws &= ~(unsigned)HTTP_UNFRAMED;
	} else if (d->now != NULL && !(d->now->said.flaws & HTTP_UNFRAMED)) {
		d->now->said.flaws |= HTTP_BODY_OVERRUN;
	}
	message_ended(d, d->held_from.seq);
	message_release(d);
	return used;
}

void
message_release(struct direction *d)
{
	uint8_t held[HOLD_MAX];
	size_t n = d->hold != HOLD_NOT ? d->held_len : 0;

	memcpy(held, d->held, n);
	d->hold = HOLD_NOT;
	d->held_len = 0;
	message_run(d, span_of(held, n), d->held_from, false);
}

static void
make_room(struct message *m, size_t n)
{
	if (n > m->body_room) {
		budget_give(LIMIT_HTTP_BYTES, m->body_room);
		m->body_room = n + m->body_room < BODY_KEPT
		    ? BODY_KEPT
		    : n + m->body_room;
		m->body = memory_grow(m->body, m->body_room, 1);
		budget_take(LIMIT_HTTP_BYTES, m->body_room);
	}
}

void
message_count_body(struct direction *d, struct span data, uint64_t n,
    const struct http_from *at)
{
	struct message *m = d->now;

	d->untouched = false;
	if (at->frame > 0) {
		d->last_frame = at->frame;
		d->last_time = at->time;
	}
	d->body_seen += n;
	if (m == NULL)
		return;
	if (data.len < n)
		d->keep = false;
	if (d->keep && data.len > 0) {
		size_t have = m->said.body_start.len;

		data = span_first(data, d->keep_most - have);
		make_room(m, have + data.len);
		memcpy(m->body + have, data.at, data.len);
		m->said.body_start = span_of(m->body, have + data.len);
		d->keep = have + data.len < d->keep_most;
	}
	if (d->side == HTTP_SERVER && d->body_seen > BODY_WAITED &&
	    d->body_seen > d->keep_most) {
		d->last_frame = 0;
		d->last_time = 0;
		became_ready(d, d->body_from);
	}
}

static void
became_ready(struct direction *d, uint32_t end)
{
	struct message *m = d->now;

	d->now = NULL;
	if (m == NULL)
		return;
	m->said.last_frame = d->last_frame;
	m->said.last_time = d->last_time;
	m->end = end;
	m->untouched = d->untouched;
	m->ready = true;
	d->sink->ready(d->context, d->side, m);
}

void
message_ended(struct direction *d, uint32_t end)
{
	if (d->at != AT_NOTHING)
		d->at = AT_START;
	became_ready(d, end);
}

uint64_t
http_message_idle(const struct direction *d)
{
	bool body_start = d->now != NULL && d->keep;

	if (d->at == AT_NOTHING)
		return UINT64_MAX;
	if (d->hold != HOLD_NOT || !d->method_known || body_start)
		return 0;
	switch (d->at) {
	case AT_LENGTH:
		return d->left;
	case AT_CHUNKS:
		return chunked_idle(&d->chunked);
	case AT_CLOSE:
		return STRIDE;
	default:
		return 0;
	}
}
