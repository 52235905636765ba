/* SPDX-License-Identifier: BSD-2-Clause */
#include "http/message.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/memory.h"
#include "http/message_parts.h"

/* More room than this behind a head is given back. */
#define HEAD_WASTE 2048

static size_t step(struct direction *d, struct span in,
    const struct http_from *at, bool fresh);
static size_t begin_head(struct direction *d, struct span in,
    const struct http_from *at);
static size_t take_head(struct direction *d, struct span in,
    const struct http_from *at);
static void finish_head(struct direction *d, const struct http_from *at,
    uint32_t end, bool cut);
static void cut_head(struct direction *d, const struct http_from *before);
static struct message *make_message(struct direction *d,
    struct http_framing *framing);
static void begin_message(struct direction *d, struct message *m,
    const struct http_framing *framing, bool cut);

void
message_free(struct message *m)
{
	if (m == NULL)
		return;
	budget_give(LIMIT_HTTP_BYTES, m->bytes + m->body_room);
	free(m->head);
	free(m->body);
	free(m);
}

void
http_message_init(struct direction *d, enum http_side side,
    const struct message_sink *sink, void *context)
{
	/* What came before the first byte may have been messages, too. */
	*d = (struct direction){ .side = side,
		.sink = sink,
		.context = context,
		.at = AT_SEARCH,
		.searching = true };
}

void
http_message_fini(struct direction *d)
{
	gather_fini(&d->head);
}

void
http_message_stop(struct direction *d)
{
	gather_fini(&d->head);
	d->now = NULL;
	d->hold = HOLD_NOT;
	d->at = AT_NOTHING;
}

void
http_message_forget(struct direction *d, const struct message *m)
{
	if (d->now == m)
		d->now = NULL;
}

bool
http_message_lost(const struct direction *d, uint32_t from, uint32_t to)
{
	return (!d->has_lost_from || seq_before(d->lost_from, to)) &&
	    (d->searching || seq_before(from, d->lost_to));
}

void
http_message_feed(struct direction *d, struct span bytes,
    const struct http_from *from)
{
	bool fresh = !d->any || d->frame != from->frame;

	if (bytes.len == 0 || d->at == AT_NOTHING)
		return;
	d->any = true;
	d->frame = from->frame;
	d->time = from->time;
	message_run(d, bytes, *from, fresh);
}

void
message_run(struct direction *d, struct span in, struct http_from at,
    bool fresh)
{
	while (in.len > 0) {
		size_t used = step(d, in, &at, fresh);

		if (used > 0)
			fresh = false;
		at.seq += (uint32_t)used;
		in = span_from(in, used);
	}
}

/*
 * Take some of `in`, at least one byte or a step to another state.  `fresh`:
 * the first byte is the first one of its packet.
 */
static size_t
step(struct direction *d, struct span in, const struct http_from *at,
    bool fresh)
{
	switch (d->at) {
	case AT_SEARCH:
		if (!fresh)
			return in.len;
		d->at = AT_START;
		return 0;
	case AT_START:
		return begin_head(d, in, at);
	case AT_HEAD:
		return take_head(d, in, at);
	case AT_LENGTH:
	case AT_CHUNKS:
	case AT_CLOSE:
		return message_take_body(d, in, at, fresh);
	case AT_NOTHING:
		break;
	}
	return in.len;
}

void
message_lose(struct direction *d, uint32_t seq)
{
	gather_fini(&d->head);
	if (d->at == AT_NOTHING)
		return;
	if (!d->searching) {
		d->searching = d->has_lost_from = true;
		d->lost_from = seq;
	}
	d->at = AT_SEARCH;
}

void
message_tell_framing(const struct direction *d, struct span bytes,
    const struct http_from *at)
{
	if (d->sink->framing != NULL && bytes.len > 0)
		d->sink->framing(d->context, d->side, bytes, at->seq);
}

/* RFC 9112 2.2: empty lines before a start line are passed over. */
static size_t
begin_head(struct direction *d, struct span in, const struct http_from *at)
{
	if (in.at[0] == '\r' || in.at[0] == '\n') {
		message_tell_framing(d, span_first(in, 1), at);
		return 1;
	}
	d->at = AT_HEAD;
	d->head_from = *at;
	return 0;
}

static size_t
take_head(struct direction *d, struct span in, const struct http_from *at)
{
	size_t used;

	switch (gather_feed(&d->head, d->side, in, &used)) {
	case GATHER_MORE:
		break;
	case GATHER_WHOLE:
		finish_head(d, at, at->seq + (uint32_t)used, false);
		break;
	case GATHER_PREFACE:
		http_message_stop(d);
		d->preface = true;
		break;
	case GATHER_NONE:
		message_lose(d, d->head_from.seq);
		return in.len;
	}
	return used;
}

/*
 * The head is complete, or (`cut`) no more of it will come.  `at` is where
 * its last bytes came from, `end` the sequence number behind it.
 */
static void
finish_head(struct direction *d, const struct http_from *at, uint32_t end,
    bool cut)
{
	struct http_framing framing;
	bool over = d->head.over;
	struct message *m = make_message(d, &framing);

	gather_fini(&d->head);
	d->at = AT_START;
	if (m == NULL) {
		message_lose(d, end);
		return;
	}
	if (d->searching) {
		d->searching = false;
		d->lost_to = m->seq;
	}
	if (cut || over)
		m->said.flaws |= HTTP_HEAD_CUT;
	m->head_end = end;
	m->said.head_frame = d->last_frame = at->frame;
	m->said.head_time = d->last_time = at->time;

	if (d->side == HTTP_SERVER && m->said.status < 200 &&
	    m->said.status != 101) {
		d->interim++;
		d->interim_seq = m->seq;
		message_free(m);
	} else {
		/* How the body is framed may stand in what is missing. */
		bool guess = over && d->side == HTTP_SERVER &&
		    !framing.chunked && !framing.has_length;

		cut |= guess;
		begin_message(d, m, &framing, cut);
	}
	if (cut)
		message_lose(d, end);
}

/*
 * Hand the message to its owner and set out to read its body.  The owner
 * may free a request at once, if its answer was there before it.
 */
static void
begin_message(struct direction *d, struct message *m,
    const struct http_framing *framing, bool cut)
{
	enum http_asked asked = ASKED_UNKNOWN;
	uint32_t end = m->head_end;

	m->said.interim = d->interim;
	m->interim_seq = d->interim_seq;
	d->interim = 0;
	d->body_from = end;
	d->body_seen = 0;
	d->untouched = true;
	d->hold = HOLD_NOT;
	d->keep_most = m->said.status == 407 ? BODY_KEPT : 0;
	if (d->side == HTTP_SERVER) {
		asked = d->sink->head(d->context, d->side, m);
		if (d->keep_most == 0 && d->sink->keep != NULL)
			d->keep_most =
			    (uint32_t)d->sink->keep(d->context, m);
	}
	d->keep = d->keep_most > 0;
	d->method_known = d->side == HTTP_CLIENT || asked != ASKED_UNKNOWN;

	http_body_rule(&m->said, d->side, framing, asked);
	if (cut) {
		m->said.body = HTTP_BODY_NONE;
		m->said.content_length = 0;
		m->said.flaws &= ~(unsigned)HTTP_UNFRAMED;
	}
	m->framed = true;
	d->now = m;
	d->left = m->said.content_length;

	enum http_body body = m->said.body;
	bool none = body == HTTP_BODY_NONE ||
	    (body == HTTP_BODY_LENGTH && d->left == 0);

	if (m->said.status == 101 ||
	    (asked == ASKED_CONNECT && m->said.status / 100 == 2)) {
		d->at = AT_NOTHING;
	} else if (!none) {
		chunked_init(&d->chunked);
		d->at = body == HTTP_BODY_LENGTH ? AT_LENGTH
		    : body == HTTP_BODY_CHUNKED  ? AT_CHUNKS
		                                 : AT_CLOSE;
	}
	if (none) {
		m->said.last_frame = d->last_frame;
		m->said.last_time = d->last_time;
	}
	if (d->side == HTTP_CLIENT)
		d->sink->head(d->context, d->side, m);
	if (none)
		message_ended(d, end);
}

/*
 * No more of the head will come.  What there was of it may still say much:
 * of a response the status alone does.
 */
static void
cut_head(struct direction *d, const struct http_from *before)
{
	struct span line = span_of(d->head.bytes, d->head.len);

	if (d->head.start_line ||
	    (d->side == HTTP_SERVER &&
	        http_like_status_line(line) == HTTP_YES)) {
		gather_cut(&d->head);
		finish_head(d, before, before->seq, true);
	} else {
		message_lose(d, d->head_from.seq);
	}
}

/* A message of what was gathered; NULL if its start line is none. */
static struct message *
make_message(struct direction *d, struct http_framing *framing)
{
	/* Each field takes a line: that bounds the array. */
	size_t lines = d->head.lines < limit_of(LIMIT_FIELDS)
	    ? d->head.lines
	    : limit_of(LIMIT_FIELDS);

	if (d->sink->raw_head != NULL)
		d->sink->raw_head(d->context, d->side,
		    span_of(d->head.bytes, d->head.len), d->head_from.seq);
	struct message *m =
	    memory_new(1, sizeof(*m) + lines * sizeof(*m->fields));

	list_init(&m->link);
	m->head = d->head.bytes;
	m->bytes = d->head.room;
	if (d->head.room - d->head.len > HEAD_WASTE) {
		m->head = memory_grow(m->head, d->head.len, 1);
		m->bytes = d->head.len;
	}
	budget_give(LIMIT_HTTP_BYTES, d->head.room);
	d->head.bytes = NULL;
	m->bytes += sizeof(*m) + lines * sizeof(*m->fields);
	budget_take(LIMIT_HTTP_BYTES, m->bytes);
	m->seq = d->head_from.seq;
	m->ack = d->head_from.ack;
	m->said.seen = true;
	m->said.first_frame = d->head_from.frame;
	m->said.first_time = d->head_from.time;
	if (http_fields_read(m->head, d->head.len, d->side, &m->said,
	        m->fields, lines, framing))
		return m;
	message_free(m);
	return NULL;
}

void
http_message_pass(struct direction *d, uint64_t n,
    const struct http_from *from, bool missing)
{
	struct http_from at = *from;
	uint64_t most = n;

	if (n == 0 || d->at == AT_NOTHING)
		return;
	message_release(d);

	/* The packet that held what came before. */
	struct http_from before = { d->frame, d->time, at.seq, at.ack };

	d->any = !missing;
	d->frame = from->frame;
	d->time = from->time;
	switch (d->at) {
	case AT_SEARCH:
	case AT_NOTHING:
		return;
	case AT_START:
		message_lose(d, at.seq);
		return;
	case AT_HEAD:
		cut_head(d, &before);
		return;
	case AT_LENGTH:
		most = d->left;
		break;
	case AT_CHUNKS:
		most = chunked_idle(&d->chunked);
		break;
	case AT_CLOSE:
		break;
	}

	uint64_t k = n < most ? n : most;

	/* More than is known of the body: the rest cannot be told. */
	if (d->now != NULL && (missing || n > most))
		d->now->said.flaws |= HTTP_GAP_IN_BODY;
	d->method_known = true;
	at.seq += (uint32_t)k;
	if (d->at == AT_LENGTH)
		d->left -= k;
	else if (d->at == AT_CHUNKS && k > 0)
		chunked_skip(&d->chunked, k);
	message_count_body(d, SPAN(""), k, missing ? &before : from);
	if ((d->at == AT_LENGTH && d->left == 0) || n > most)
		message_ended(d, at.seq);
	if (n > most)
		message_lose(d, at.seq);
}

void
http_message_end(struct direction *d, const struct http_from *from,
    bool closed)
{
	if (d->at == AT_NOTHING)
		return;
	message_release(d);

	struct http_from before = { d->frame, d->time, from->seq, from->ack };

	if (d->at == AT_HEAD)
		cut_head(d, &before);
	if (d->now != NULL) {
		if (!closed) {
			d->last_frame = 0;
			d->last_time = 0;
		} else if (d->at != AT_CLOSE) {
			d->now->said.flaws |= HTTP_BODY_SHORT;
		} else if (from->frame > 0) {
			/* Wireshark shows it in the frame of the FIN. */
			d->last_frame = from->frame;
			d->last_time = from->time;
		}
		message_ended(d, from->seq);
	}
	http_message_stop(d);
}

void
http_message_settle(struct direction *d, struct message *m,
    enum http_asked asked)
{
	bool under_way = d->now == m;
	bool untouched = under_way ? d->untouched : m->untouched;

	if (m->said.body == HTTP_BODY_UNTIL_CLOSE && m->said.keeps_alive)
		m->said.flaws |= HTTP_UNFRAMED;
	if (asked == ASKED_HEAD && untouched) {
		m->said.body = HTTP_BODY_NONE;
		m->said.content_length = 0;
		m->said.flaws &= ~(unsigned)(HTTP_UNFRAMED | HTTP_BODY_SHORT |
		    HTTP_BAD_LENGTH | HTTP_GAP_IN_BODY);
		m->said.last_frame = m->said.head_frame;
		m->said.last_time = m->said.head_time;
		if (under_way) {
			d->last_frame = m->said.head_frame;
			d->last_time = m->said.head_time;
			message_ended(d, d->body_from);
		}
	}
	if (under_way) {
		d->method_known = true;
		message_release(d);
	}
}
