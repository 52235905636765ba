/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/talk.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/secret.h"
#include "base/table.h"
#include "evidence/extents.h"
#include "evidence/kdc.h"
#include "evidence/mask_body.h"
#include "evidence/mask_http.h"
#include "evidence/preface.h"
#include "evidence/tls_shown.h"
#include "tcp/flow.h"
#include "witness/sample.h"

/* Positions begin here, so that what is a little before them is no wrap. */
#define ORIGIN (UINT64_C(1) << 32)

/* No handshake is longer than this. */
#define TLS_MOST 65536

/* Pieces of a body, between its chunks' framing, that are looked at. */
#define PIECES_MOST 64

struct piece {
	uint32_t seq;
	size_t len;
};

struct side {
	struct extents extents;
	bool any;           /* listening: `at` is known */
	uint64_t at;        /* listening: of the last bytes */
	bool any_written;   /* writing: the same */
	uint64_t written;
	bool looked, is_tls; /* at its first bytes; they are of TLS */
	struct tls_shown tls;
	size_t tls_bytes;
	struct chunked chunked;
	uint32_t chunk_end; /* sequence number behind the last framing */
	struct piece pieces[PIECES_MOST]; /* of the body, before that */
	size_t n_pieces;
};

/* One connection. */
struct talk {
	struct table_entry entry; /* by its ends */
	struct talks *talks;
	struct ends ends;
	struct address address[2]; /* by enum flow_side */
	uint16_t port[2];
	uint64_t first_frame;
	enum flow_side client;
	struct side side[2]; /* by enum flow_side */
	struct http_conversation *http; /* NULL: over, or no HTTP */
	struct preface preface;
	struct kdc_stream kdc[2];
	bool is_kdc, is_stray;
};

struct talks {
	struct mask *mask;
	struct flow_table *flows;
	struct table table;
	uint64_t room, left_out;
};

static enum flow_interest open_talk(void *context,
    const struct flow_info *info, enum flow_side side, struct span first,
    void **connection);
static void take_bytes(void *connection, enum flow_side side,
    struct span bytes, const struct tcp_from *from);
static void take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from);
static uint64_t idle_bytes(void *connection, enum flow_side side);
static void skip_bytes(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from);
static void end_side(void *connection, enum flow_side side,
    const struct tcp_from *from);
static void close_talk(void *connection, const struct flow_info *info);
static void refused(void *context, const struct flow_info *info);
static void take_exchange(void *context, const struct http_exchange *e);
static void take_head(void *context, enum http_side side, struct span head,
    uint32_t seq);
static void take_framing(void *context, enum http_side side,
    struct span bytes, uint32_t seq);
static uint8_t *show_bytes(struct talk *t, enum flow_side side, uint32_t seq,
    size_t len);

static const struct flow_sink flow_calls = { open_talk, take_bytes, take_gap,
	idle_bytes, skip_bytes, end_side, NULL, close_talk, refused };
static size_t keep_body(void *context, const struct http_message *request,
    const struct http_message *response);
static const struct http_sink http_calls = { take_exchange, take_head,
	take_framing, keep_body };

struct ends
ends_between(const struct address *a, uint16_t port_a,
    const struct address *b, uint16_t port_b)
{
	struct ends e;
	int order = memcmp(a->bytes, b->bytes, 16);
	int low = order < 0 || (order == 0 && port_a <= port_b) ? 0 : 1;

	memset(&e, 0, sizeof(e));
	e.address[low] = *a;
	e.address[!low] = *b;
	e.port[low] = port_a;
	e.port[!low] = port_b;
	return e;
}

struct ends
ends_of(const struct packet *p)
{
	return ends_between(&p->src, p->sport, &p->dst, p->dport);
}

struct talks *
talks_new(struct mask *mask, uint64_t limit_bytes)
{
	struct talks *t = memory_new(1, sizeof(*t));

	t->mask = mask;
	t->room = limit_bytes;
	t->flows = flow_table_new(&flow_calls, t);
	table_init(&t->table);
	return t;
}

static void
free_talk(struct talk *t)
{
	for (int side = 0; side < 2; side++) {
		extents_fini(&t->side[side].extents);
		kdc_stream_fini(&t->kdc[side]);
	}
	if (t->http != NULL)
		http_conversation_free(t->http);
	free(t);
}

void
talks_free(struct talks *t)
{
	if (t == NULL)
		return;
	flow_table_free(t->flows);
	LIST_EACH (link, &t->table.by_age)
		free_talk(LIST_OBJECT(link, struct talk, entry.age));
	table_fini(&t->table);
	free(t);
}

void
talks_listen(struct talks *t, const struct packet *p)
{
	flow_table_packet(t->flows, p);
}

void
talks_finish(struct talks *t)
{
	flow_table_finish(t->flows);
}

uint64_t
talks_left_out(const struct talks *t)
{
	return t->left_out;
}

/* As the worker decides, so that evidence is read as the capture was. */
static enum flow_interest
open_talk(void *context, const struct flow_info *info, enum flow_side side,
    struct span first, void **connection)
{
	struct talks *all = context;
	bool preface = preface_begins(first);
	bool request = preface || http_looks_like_request(first);
	bool response = !request && http_looks_like_response(first);
	bool kdc = !request && !response &&
	    (info->port[0] == 88 || info->port[1] == 88);

	bool tls = tls_shown_begins(first);
	bool stray = !kdc && !request && !response && !tls &&
	    (sample_socks(first) != 0 || sample_is_stray(info, side));

	if (!kdc && !request && !response && !tls && !stray)
		return info->began ? FLOW_IGNORE : FLOW_UNDECIDED;

	struct talk *t = memory_new(1, sizeof(*t));

	t->talks = all;
	t->is_kdc = kdc;
	t->first_frame = info->first_frame;
	t->ends = ends_between(&info->address[0], info->port[0],
	    &info->address[1], info->port[1]);
	memcpy(t->address, info->address, sizeof(t->address));
	memcpy(t->port, info->port, sizeof(t->port));
	t->client = request || tls || stray ? side : (enum flow_side)!side;
	t->is_stray = stray;
	t->preface.expected = preface && !kdc;
	if (request || response)
		t->http = http_conversation_new(&http_calls, t);
	table_add(&all->table, &t->entry,
	    table_hash(span_of(&t->ends, sizeof(t->ends))));
	*connection = t;
	return FLOW_FOLLOW;
}

static enum http_side
http_side_of(const struct talk *t, enum flow_side side)
{
	return side == t->client ? HTTP_CLIENT : HTTP_SERVER;
}

static struct http_from
http_from_of(const struct tcp_from *f)
{
	return (struct http_from){ f->frame, f->time, f->seq, f->ack };
}

/* The position that a sequence number means, near the last one. */
static uint64_t
position(const struct side *s, uint32_t seq)
{
	if (!s->any)
		return ORIGIN + seq;
	return s->at + (uint64_t)(int64_t)(int32_t)(seq - (uint32_t)s->at);
}

static void
note_position(struct side *s, uint32_t seq)
{
	s->at = position(s, seq);
	s->any = true;
}

static void
take_kdc(struct talk *t, enum flow_side side, struct span bytes, uint32_t seq)
{
	struct span message;
	uint32_t from;

	while (kdc_stream_next(&t->kdc[side], &bytes, &seq, &message, &from)) {
		uint8_t *out = show_bytes(t, side, from, message.len);

		if (out != NULL)
			kdc_mask_stream(t->talks->mask, message, out);
	}
}

/* A side that begins with TLS: with the proxy itself, not in a tunnel. */
static void
take_tls(struct talk *t, enum flow_side side, struct span bytes, uint32_t seq)
{
	struct side *s = &t->side[side];

	if (!s->looked)
		s->is_tls = tls_shown_begins(bytes);
	s->looked = true;
	s->tls_bytes += bytes.len;
	if (!s->is_tls || s->tls.over || s->tls_bytes > TLS_MOST)
		return;

	uint8_t *out = show_bytes(t, side, seq, bytes.len);

	if (out != NULL)
		tls_shown_feed(&s->tls, bytes,
		    names_hidden(mask_names(t->talks->mask)), out);
	else
		s->tls.over = true;
}

/*
 * What is no HTTP, where HTTP is spoken: the greeting of SOCKS without whom
 * and where to, the name of SSH, of others nothing; and if HTTP answers.
 */
static void
take_stray(struct talk *t, enum flow_side side, struct span bytes,
    uint32_t seq)
{
	struct side *s = &t->side[side];
	unsigned socks = sample_socks(bytes);
	size_t shown = side != t->client      ? SPAN("HTTP/1.").len
	    : socks == 4                      ? 2
	    : socks == 0                      ? SPAN("SSH-").len
	                                      : bytes.len;
	uint8_t *out = NULL;

	if (!s->looked && (side == t->client
	            ? socks != 0 || span_starts(bytes, SPAN("SSH-"))
	            : http_looks_like_response(bytes)))
		out = show_bytes(t, side, seq, bytes.len);
	if (out != NULL)
		memcpy(out, bytes.at, span_first(bytes, shown).len);
	s->looked = true;
}

static void
take_bytes(void *connection, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	struct talk *t = connection;
	struct http_from f = http_from_of(from);

	note_position(&t->side[side], from->seq);
	if (t->is_stray) {
		take_stray(t, side, bytes, from->seq);
		return;
	}
	if (!t->is_kdc)
		take_tls(t, side, bytes, from->seq);
	if (!t->is_kdc && t->http == NULL)
		return;
	if (t->is_kdc) {
		take_kdc(t, side, bytes, from->seq);
		return;
	}
	if (t->preface.expected && side == t->client) {
		size_t used = preface_feed(&t->preface, bytes, from->seq);

		if (!t->preface.expected && t->preface.whole) {
			uint8_t *out = show_bytes(t, side, t->preface.seq,
			    t->preface.len);

			if (out != NULL)
				preface_mask(&t->preface,
				    mask_names(t->talks->mask), out);
		} else if (!t->preface.expected) {
			/* It was none: what was set aside is given back. */
			struct http_from none = { .seq = t->preface.seq };

			http_conversation_data(t->http, HTTP_CLIENT,
			    span_of(t->preface.bytes, t->preface.len), &none);
		}
		bytes = span_from(bytes, used);
		f.seq += (uint32_t)used;
	}
	if (bytes.len > 0)
		http_conversation_data(t->http, http_side_of(t, side), bytes,
		    &f);
}

static void
take_gap(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct talk *t = connection;
	struct http_from f = http_from_of(from);

	note_position(&t->side[side], from->seq);
	if (t->is_kdc)
		kdc_stream_lost(&t->kdc[side]);
	t->side[side].looked = t->side[side].tls.over = true;
	if (t->http != NULL)
		http_conversation_gap(t->http, http_side_of(t, side), n, &f);
}

static uint64_t
idle_bytes(void *connection, enum flow_side side)
{
	struct talk *t = connection;

	return t->http == NULL || t->preface.expected
	    ? 0
	    : http_conversation_idle(t->http, http_side_of(t, side));
}

static void
skip_bytes(void *connection, enum flow_side side, uint64_t n,
    const struct tcp_from *from)
{
	struct talk *t = connection;
	struct http_from f = http_from_of(from);

	note_position(&t->side[side], from->seq);
	if (t->http != NULL)
		http_conversation_skip(t->http, http_side_of(t, side), n, &f);
}

static void
end_side(void *connection, enum flow_side side, const struct tcp_from *from)
{
	struct talk *t = connection;
	struct http_from f = http_from_of(from);

	if (t->http != NULL)
		http_conversation_end(t->http, http_side_of(t, side), &f);
}

static void
close_talk(void *connection, const struct flow_info *info)
{
	struct talk *t = connection;

	(void)info;
	if (t->http != NULL)
		http_conversation_free(t->http);
	t->http = NULL;
	kdc_stream_fini(&t->kdc[0]);
	kdc_stream_fini(&t->kdc[1]);
}

static void
refused(void *context, const struct flow_info *info)
{
	(void)context;
	(void)info;
}

static enum flow_side
flow_side_of(const struct talk *t, enum http_side side)
{
	return side == HTTP_CLIENT ? t->client : (enum flow_side)!t->client;
}

static size_t
keep_body(void *context, const struct http_message *request,
    const struct http_message *response)
{
	(void)context;
	return body_wanted(request, response);
}

/* The response is known; its body lies where the pieces say. */
static void
take_exchange(void *context, const struct http_exchange *e)
{
	struct talk *t = context;
	enum flow_side of = flow_side_of(t, HTTP_SERVER);
	struct side *s = &t->side[of];
	size_t len = e->response.body_start.len, done = 0;

	if (len == 0 || (e->response.flaws & HTTP_GAP_IN_BODY) != 0)
		return;

	uint8_t *masked = memory_new(len, 1);

	/* Of a body in more pieces, the others are not shown. */
	if (mask_body(t->talks->mask, e, masked))
		for (size_t i = 0; i <= s->n_pieces && i < PIECES_MOST &&
		     done < len; i++) {
			struct piece p = i < s->n_pieces
			    ? s->pieces[i]
			    : (struct piece){ s->chunk_end, len };
			size_t n = p.len < len - done ? p.len : len - done;
			uint8_t *out = show_bytes(t, of, p.seq, n);

			if (out != NULL)
				memcpy(out, masked + done, n);
			done += n;
		}
	free(masked);
}

static void
take_head(void *context, enum http_side side, struct span head, uint32_t seq)
{
	struct talk *t = context;
	enum flow_side of = flow_side_of(t, side);
	uint8_t *out = show_bytes(t, of, seq, head.len);

	chunked_init(&t->side[of].chunked);
	t->side[of].chunk_end = seq + (uint32_t)head.len;
	t->side[of].n_pieces = 0;
	if (out != NULL)
		mask_head(t->talks->mask, side, head, out);
}

static void
take_framing(void *context, enum http_side side, struct span bytes,
    uint32_t seq)
{
	struct talk *t = context;
	enum flow_side of = flow_side_of(t, side);
	struct side *s = &t->side[of];
	uint8_t *out = show_bytes(t, of, seq, bytes.len);

	if (seq != s->chunk_end) {
		mask_chunk_data(&s->chunked);
		if (s->n_pieces < PIECES_MOST)
			s->pieces[s->n_pieces++] = (struct piece){
				s->chunk_end, seq - s->chunk_end };
	}
	s->chunk_end = seq + (uint32_t)bytes.len;
	if (out != NULL)
		mask_framing(&s->chunked, bytes, out);
}

/* Room for bytes that are shown; NULL if there is none left. */
static uint8_t *
show_bytes(struct talk *t, enum flow_side side, uint32_t seq, size_t len)
{
	struct side *s = &t->side[side];
	uint64_t pos = position(s, seq);

	if (len == 0)
		return NULL;
	if (len + sizeof(struct extent) > t->talks->room) {
		t->talks->left_out += len;
		return NULL;
	}
	t->talks->room -= len + sizeof(struct extent);
	return extents_add(&s->extents, pos, len);
}

/* The connection that a packet belongs to: the last that had begun. */
static struct talk *
find(struct talks *all, const struct packet *p)
{
	struct ends ends = ends_of(p);
	struct span key = span_of(&ends, sizeof(ends));
	struct talk *best = NULL;

	for (struct table_entry *e = table_first(&all->table, table_hash(key));
	     e != NULL; e = table_next(e)) {
		struct talk *t = LIST_OBJECT(e, struct talk, entry);

		if (memcmp(&t->ends, &ends, sizeof(ends)) == 0 &&
		    t->first_frame <= p->number &&
		    (best == NULL || t->first_frame > best->first_frame))
			best = t;
	}
	return best;
}

void
talks_rewrite(struct talks *all, const struct packet *p, uint8_t *out)
{
	size_t n = p->payload.len;
	struct talk *t;

	if (n == 0)
		return;
	memset(out, 0, n);
	t = find(all, p);
	if (t == NULL)
		return;

	bool second = address_eq(&t->address[1], &p->src) &&
	    t->port[1] == p->sport;
	struct side *s = &t->side[second];
	uint64_t begin = s->any_written
	    ? s->written +
	        (uint64_t)(int64_t)(int32_t)(p->seq - (uint32_t)s->written)
	    : ORIGIN + p->seq;

	if (!s->any_written || begin > s->written)
		s->written = begin;
	s->any_written = true;

	/* A SYN has a sequence number of its own, before its data. */
	if (p->tcp_flags & TCP_SYN)
		begin++;
	extents_copy(&s->extents, begin, out, n);
}
