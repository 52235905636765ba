/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/direction.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "http/head.h"

static size_t take_head(struct direction *d, struct span bytes,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);
static void finish_head(struct direction *d, bool cut,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);
static void body_bytes(struct direction *d, struct span bytes, uint64_t n,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);
static size_t chunk_framing(struct direction *d, struct span bytes,
    const struct http_from *from, const struct direction_sink *sink,
    void *context);
static void message_ended(struct direction *d, const struct http_from *from,
    const struct direction_sink *sink, void *context);
static bool begins_like_start_line(const struct direction *d, struct span s);

void
box_free(struct box *b)
{
	if (b == NULL)
		return;
	free(b->head);
	free(b->fields);
	free(b->body);
	free(b);
}

void
direction_init(struct direction *d, enum http_side side)
{
	*d = (struct direction){ .side = side, .state = DIRECTION_START };
}

void
direction_fini(struct direction *d)
{
	free(d->head);
	d->head = NULL;
}

/* What came before is over, wherever it was; look for the next message. */
static void
lose(struct direction *d, const struct http_from *from,
    const struct direction_sink *sink, void *context)
{
	if (d->now != NULL) {
		d->now->message.flaws |= HTTP_GAP_IN_BODY;
		message_ended(d, from, sink, context);
	}
	d->head_len = 0;
	d->state = DIRECTION_SEARCH;
}

void
direction_data(struct direction *d, struct span bytes,
    const struct http_from *from, const struct direction_sink *sink,
    void *context)
{
	struct http_from at = *from;
	bool piece_start = true;

	while (bytes.len > 0) {
		size_t used = bytes.len;

		/* A body that goes on over the next message is none. */
		if (piece_start && d->now != NULL && d->side == HTTP_SERVER &&
		    begins_like_start_line(d, bytes) &&
		    (d->now->body_seen == 0 && d->method_unknown
		            ? d->state == DIRECTION_BODY ||
		                d->state == DIRECTION_CLOSE
		            : sink->overrun(context, d->now, &at))) {
			if (d->now->body_seen > 0 || !d->method_unknown)
				d->now->message.flaws |= HTTP_BODY_OVERRUN;
			message_ended(d, &at, sink, context);
		}
		switch (d->state) {
		case DIRECTION_SEARCH:
			if (!piece_start || !begins_like_start_line(d, bytes))
				return;
			d->state = DIRECTION_START;
			used = 0;
			break;
		case DIRECTION_START:
			if (bytes.at[0] == '\r' || bytes.at[0] == '\n') {
				used = 1;
				break;
			}
			d->any = true;
			d->head_seq = at.seq;
			d->head_ack = at.ack;
			d->head_frame = at.frame;
			d->head_time = at.time;
			d->head_len = d->line_len = 0;
			d->state = DIRECTION_HEAD;
			used = 0;
			break;
		case DIRECTION_HEAD:
			used = take_head(d, bytes, &at, sink, context);
			break;
		case DIRECTION_BODY:
		case DIRECTION_CHUNK:
		case DIRECTION_CLOSE:
			if (d->state != DIRECTION_CLOSE && d->left < used)
				used = (size_t)d->left;
			body_bytes(d, span_first(bytes, used), used, &at, sink,
			    context);
			break;
		case DIRECTION_CHUNK_SIZE:
		case DIRECTION_CHUNK_END:
		case DIRECTION_TRAILER:
			used = chunk_framing(d, bytes, &at, sink, context);
			break;
		case DIRECTION_DEAD:
			return;
		}
		if (used > 0)
			piece_start = false;
		at.seq += (uint32_t)used;
		bytes = span_from(bytes, used);
	}
}

static bool
begins_like_start_line(const struct direction *d, struct span s)
{
	if (d->side == HTTP_CLIENT)
		return s.len >= 4 && http_looks_like_request(s);
	return s.len >= 12 && http_looks_like_response(s) && s.at[8] == ' ' &&
	    s.at[9] >= '1' && s.at[9] <= '5' && s.at[10] >= '0' &&
	    s.at[10] <= '9' && s.at[11] >= '0' && s.at[11] <= '9';
}

/* Add to the head up to its empty line; returns what was used. */
static size_t
take_head(struct direction *d, struct span bytes,
    const struct http_from *from, const struct direction_sink *sink,
    void *context)
{
	size_t used = 0;
	bool whole = false;

	while (used < bytes.len && !whole) {
		const uint8_t *lf =
		    memchr(bytes.at + used, '\n', bytes.len - used);
		size_t end = lf != NULL ? (size_t)(lf - bytes.at) + 1
		                        : bytes.len;

		d->line_len += end - used;
		if (lf != NULL) {
			/* "\n" or "\r\n" alone: the line before was the last */
			uint8_t before = end >= 2 ? bytes.at[end - 2]
			    : d->head_len + used > 0 && d->head_len > 0
			    ? d->head[d->head_len - 1]
			    : 0;

			whole = d->line_len == 1 ||
			    (d->line_len == 2 && before == '\r');
			d->line_len = 0;
		}
		used = end;
	}

	size_t most = limit_of(LIMIT_HEAD), add = used;

	if (d->head_len + add > most) {
		limit_hit(LIMIT_HEAD);
		add = most - d->head_len;
	}
	if (d->head_len + add > d->head_room) {
		d->head_room = d->head_len + add < 1024 ? 1024
		    : (d->head_len + add) * 2;
		d->head = memory_grow(d->head, d->head_room, 1);
	}
	memcpy(d->head + d->head_len, bytes.at, add);
	d->head_len += add;
	if (whole)
		finish_head(d, add < used, from, sink, context);
	else if (add < used) /* cut, but the end may still come */
		d->head_len = most;
	return used;
}

static void
set_body_state(struct direction *d, const struct box *b)
{
	switch (b->message.body) {
	case HTTP_BODY_NONE:
		break;
	case HTTP_BODY_LENGTH:
		d->left = b->message.content_length;
		d->state = DIRECTION_BODY;
		break;
	case HTTP_BODY_CHUNKED:
		d->left = 0;
		d->chunk_digits = 0;
		d->chunk_in_size = true;
		d->state = DIRECTION_CHUNK_SIZE;
		break;
	case HTTP_BODY_UNTIL_CLOSE:
		d->state = DIRECTION_CLOSE;
		break;
	}
}

static void
finish_head(struct direction *d, bool cut, const struct http_from *from,
    const struct direction_sink *sink, void *context)
{
	struct box *b = memory_new(1, sizeof(*b));
	size_t room = 0;

	/* Each field takes a line: that bounds the array. */
	for (size_t i = 0; i < d->head_len; i++)
		room += d->head[i] == '\n';
	if (room > limit_of(LIMIT_FIELDS)) {
		limit_hit(LIMIT_FIELDS);
		room = limit_of(LIMIT_FIELDS);
	}
	b->fields = memory_new(room, sizeof(*b->fields));
	b->head = memory_grow(NULL, d->head_len, 1);
	memcpy(b->head, d->head, d->head_len);
	b->seq = d->head_seq;
	b->ack = d->head_ack;

	bool ok = head_read(b->head, d->head_len, d->side, cut, &b->message,
	    b->fields, room);

	free(d->head);
	d->head = NULL;
	d->head_len = d->head_room = 0;
	if (!ok) {
		box_free(b);
		d->state = d->first_done ? DIRECTION_SEARCH : DIRECTION_DEAD;
		return;
	}
	d->first_done = true;
	b->message.first_frame = d->head_frame;
	b->message.first_time = d->head_time;
	b->message.head_frame = from->frame;
	b->message.head_time = from->time;
	d->state = DIRECTION_START;
	d->waited = false;

	bool tunnel = false;
	struct span method = sink->on_head(context, d->side, b, &tunnel);

	d->method_unknown = d->side == HTTP_SERVER && !span_is_set(method);
	head_body_rule(&b->message, d->side, method);
	d->now = b;
	if (b->message.status == 407 && b->message.body != HTTP_BODY_NONE)
		b->body = memory_grow(NULL, BODY_KEPT, 1);
	if (cut)
		/* How the body is framed may stand in what is missing. */
		b->message.body = HTTP_BODY_NONE;
	set_body_state(d, b);
	if (b->message.body == HTTP_BODY_NONE)
		message_ended(d, from, sink, context);
	if (cut)
		d->state = DIRECTION_SEARCH;
	if (tunnel)
		d->state = DIRECTION_DEAD;
}

static void
message_ended(struct direction *d, const struct http_from *from,
    const struct direction_sink *sink, void *context)
{
	struct box *b = d->now;

	d->now = NULL;
	d->state = DIRECTION_START;
	if (b == NULL)
		return;
	/* An exchange that was given already keeps the frame of its head. */
	if (!d->waited) {
		b->message.last_frame = from->frame;
		b->message.last_time = from->time;
	}
	b->ended = true;
	sink->on_body(context, d->side, b);
}

/* n bytes of a body, of which `bytes` are there. */
static void
body_bytes(struct direction *d, struct span bytes, uint64_t n,
    const struct http_from *from, const struct direction_sink *sink,
    void *context)
{
	struct box *b = d->now;

	if (b->body != NULL && b->message.body_start.len < BODY_KEPT) {
		size_t have = b->message.body_start.len;
		struct span more = span_first(bytes, BODY_KEPT - have);

		if (more.len > 0)
			memcpy(b->body + have, more.at, more.len);
		b->message.body_start = span_of(b->body, have + more.len);
	}
	b->body_seen += n;

	bool past = b->body_seen > BODY_WAITED && !d->waited;

	if (d->state != DIRECTION_CLOSE) {
		d->left -= n;
		if (d->left == 0 && d->state == DIRECTION_BODY) {
			if (past)
				d->waited = true;
			message_ended(d, from, sink, context);
			return;
		}
		if (d->left == 0)
			d->state = DIRECTION_CHUNK_END;
	}
	if (past) {
		d->waited = true;
		sink->on_body(context, d->side, b);
	}
}

static int
hex_digit(uint8_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	    : c >= 'a' && c <= 'f'    ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'    ? c - 'A' + 10
	                              : -1;
}

/* RFC 9112 7.1: size line, end of chunk data, trailer section. */
static size_t
chunk_framing(struct direction *d, struct span bytes,
    const struct http_from *from, const struct direction_sink *sink,
    void *context)
{
	size_t i = 0;

	while (i < bytes.len) {
		uint8_t c = bytes.at[i++];
		int digit = hex_digit(c);

		if (d->state == DIRECTION_CHUNK_END) {
			if (c == '\n') {
				d->state = DIRECTION_CHUNK_SIZE;
				d->left = d->chunk_digits = 0;
				d->chunk_in_size = true;
			} else if (c != '\r') {
				lose(d, from, sink, context);
				return bytes.len;
			}
		} else if (d->state == DIRECTION_TRAILER) {
			if (c == '\n' && d->trailer_line == 0) {
				message_ended(d, from, sink, context);
				return i;
			}
			d->trailer_line = c == '\n' ? 0
			    : c == '\r'             ? d->trailer_line
			                            : d->trailer_line + 1;
		} else if (c == '\n') {
			if (d->chunk_digits == 0) {
				lose(d, from, sink, context);
				return bytes.len;
			}
			d->trailer_line = 0;
			d->state = d->left > 0 ? DIRECTION_CHUNK
			                       : DIRECTION_TRAILER;
			if (d->left > 0)
				return i;
		} else if (d->chunk_in_size && digit >= 0) {
			if (++d->chunk_digits > 15) {
				lose(d, from, sink, context);
				return bytes.len;
			}
			d->left = d->left << 4 | (uint64_t)digit;
		} else {
			d->chunk_in_size = false; /* extension, CR */
		}
	}
	return i;
}

void
direction_gap(struct direction *d, uint64_t n, const struct http_from *from,
    const struct direction_sink *sink, void *context)
{
	switch (d->state) {
	case DIRECTION_BODY:
	case DIRECTION_CHUNK:
	case DIRECTION_CLOSE:
		if (d->state != DIRECTION_CLOSE && n > d->left) {
			lose(d, from, sink, context);
			return;
		}
		d->now->message.flaws |= HTTP_GAP_IN_BODY;
		body_bytes(d, SPAN(""), n, from, sink, context);
		return;
	case DIRECTION_HEAD:
		/* What was there of the head may still say much. */
		finish_head(d, true, from, sink, context);
		if (d->state != DIRECTION_DEAD)
			d->state = DIRECTION_SEARCH;
		return;
	case DIRECTION_DEAD:
		return;
	default:
		lose(d, from, sink, context);
	}
}

void
direction_end(struct direction *d, const struct http_from *from,
    const struct direction_sink *sink, void *context)
{
	if (d->state == DIRECTION_HEAD)
		finish_head(d, true, from, sink, context);
	if (d->now != NULL) {
		if (d->state != DIRECTION_CLOSE)
			d->now->message.flaws |= HTTP_BODY_SHORT;
		message_ended(d, from, sink, context);
	}
	d->state = DIRECTION_DEAD;
}

uint64_t
direction_idle(const struct direction *d)
{
	/* The body of a 407 is looked at, and watched for an overrun. */
	bool watched = d->now != NULL &&
	    (d->now->message.status == 407 ||
	        (d->now->body_seen == 0 && d->method_unknown));

	switch (d->state) {
	case DIRECTION_BODY:
	case DIRECTION_CHUNK:
		return watched ? 0 : d->left;
	case DIRECTION_CLOSE:
		return watched || (d->now->message.flaws & HTTP_UNFRAMED)
		    ? 0
		    : UINT64_MAX;
	case DIRECTION_DEAD:
		return UINT64_MAX;
	default:
		return 0;
	}
}

void
direction_skip(struct direction *d, uint64_t n, const struct http_from *from,
    const struct direction_sink *sink, void *context)
{
	if (d->state == DIRECTION_BODY || d->state == DIRECTION_CHUNK ||
	    d->state == DIRECTION_CLOSE)
		body_bytes(d, SPAN(""), n, from, sink, context);
}
