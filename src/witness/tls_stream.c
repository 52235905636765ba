/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/tls_stream.h"

#include <stdlib.h>

#include "base/memory.h"

struct tls_stream {
	struct tls_watch *watch;
	enum flow_side client;
	uint64_t frame; /* the last that told something */
	when_ns time;
};

/* Ports on which TLS is at home and no proxy is. */
static const uint16_t other_ports[] = { 22, 25, 110, 143, 443, 465, 563, 587,
	636, 853, 989, 990, 992, 993, 994, 995, 1433, 3268, 3269, 3306, 3389,
	5061, 5223, 5432, 5671, 5986, 6443, 6514, 8883, 9093, 10250 };

bool
tls_is_stream(const struct flow_info *info, enum flow_side side,
    struct span first)
{
	if (!tls_looks_like_hello(first) || side != FLOW_OPENER)
		return false;
	for (size_t i = 0; i < sizeof(other_ports) / sizeof(other_ports[0]);
	     i++)
		if (info->port[FLOW_ACCEPTOR] == other_ports[i])
			return false;
	return true;
}

struct tls_stream *
tls_stream_new(enum flow_side client)
{
	struct tls_stream *s = memory_new(1, sizeof(*s));

	s->watch = tls_watch_new();
	s->client = client;
	return s;
}

void
tls_stream_free(struct tls_stream *s)
{
	if (s == NULL)
		return;
	tls_watch_free(s->watch);
	free(s);
}

static enum tls_side
side_of(const struct tls_stream *s, enum flow_side side)
{
	return side == s->client ? TLS_CLIENT : TLS_SERVER;
}

void
tls_stream_bytes(struct tls_stream *s, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	s->frame = from->frame;
	s->time = from->time;
	tls_watch_bytes(s->watch, side_of(s, side), bytes, from->frame);
}

void
tls_stream_gap(struct tls_stream *s, enum flow_side side, uint64_t n,
    bool missing)
{
	tls_watch_gap(s->watch, side_of(s, side), n, missing);
}

uint64_t
tls_stream_idle(const struct tls_stream *s, enum flow_side side)
{
	return tls_watch_idle(s->watch, side_of(s, side));
}

bool
tls_stream_over(const struct tls_stream *s)
{
	return tls_watch_over(s->watch);
}

static struct witness_record *
record_of(const struct flow_info *info, enum flow_side client,
    struct arena *arena)
{
	struct witness_record *r = arena_new(arena, sizeof(*r));

	r->kind = WITNESS_TLS;
	r->client = info->address[client];
	r->client_port = info->port[client];
	r->server = info->address[!client];
	r->server_port = info->port[!client];
	r->stream = info->stream;
	r->connection = info->id;
	r->first_frame = info->first_frame;
	r->over_tcp = true;
	return r;
}

static void
add_end(struct tls_record *t, const struct flow_info *info,
    enum flow_side client)
{
	t->closed = info->close == FLOW_FIN || info->close == FLOW_RST;
	t->reset = info->close == FLOW_RST;
	t->closed_by = info->closed_by == client ? TLS_CLIENT : TLS_SERVER;
	t->incomplete |= !info->seen[0] || !info->seen[1] || !info->began;
}

const struct witness_record *
tls_stream_record(const struct tls_stream *s, const struct flow_info *info,
    struct arena *arena)
{
	struct witness_record *r = record_of(info, s->client, arena);
	struct tls_record *t = tls_watch_record(s->watch, &r->server, arena);

	add_end(t, info, s->client);
	r->frame = s->frame;
	r->time = s->time;
	/* Where nothing came back, its end tells more than its hello. */
	if (t->closed && !t->established && info->close_frame > r->frame) {
		r->frame = info->close_frame;
		r->time = info->close_time;
	}
	r->saw.tls = t;
	return r;
}

const struct witness_record *
tls_clear_record(const struct flow_info *info, enum flow_side client,
    struct span answer, uint64_t frame, const char *method,
    struct arena *arena)
{
	struct witness_record *r = record_of(info, client, arena);
	struct tls_record *t = arena_new(arena, sizeof(*t));

	t->clear_request = true;
	t->method = arena_str(arena, span_of_str(method));
	t->answer = TLS_ANSWER_ALERT;
	t->certificate.not_before = t->certificate.not_after = WHEN_NONE;
	t->alert[TLS_SERVER] = (struct tls_alert){ .seen = true,
		.level = answer.at[5], .description = answer.at[6],
		.frame = frame };
	add_end(t, info, client);
	r->frame = info->close_frame > frame ? info->close_frame : frame;
	r->time = info->close_frame > frame ? info->close_time
	                                    : info->last_time;
	r->saw.tls = t;
	return r;
}
