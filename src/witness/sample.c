/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/sample.h"

#include <stdlib.h>

#include "base/budget.h"
#include "base/limits.h"
#include "base/memory.h"

static const size_t most[2] = { SAMPLE_CLIENT, SAMPLE_SERVER };

struct sample {
	enum flow_side client;
	char *authority;  /* NULL: no tunnel */
	uint8_t *at[2];   /* the client's, the server's */
	size_t len[2];
	bool ended[2];    /* bytes are missing from here on */
	bool server_first;
	uint64_t frame; /* the last that brought something */
	when_ns time;
};

/* Ports that somebody would give to an HTTP proxy. */
static const struct {
	uint16_t from, to;
} proxy_ports[] = { { 3120, 3139 }, { 8000, 8000 }, { 8008, 8008 },
	{ 8080, 8090 }, { 8118, 8118 }, { 8123, 8123 }, { 8888, 8888 },
	{ 9090, 9090 }, { 9400, 9400 } };

bool
sample_is_stray(const struct flow_info *info, enum flow_side side)
{
	uint16_t port = info->port[FLOW_ACCEPTOR];

	/* Without its first packet it may be the middle of anything. */
	if (!info->began || side != FLOW_OPENER)
		return false;
	for (size_t i = 0; i < sizeof(proxy_ports) / sizeof(proxy_ports[0]);
	     i++)
		if (port >= proxy_ports[i].from && port <= proxy_ports[i].to)
			return true;
	return false;
}

struct sample *
sample_new(enum flow_side client, const char *authority, size_t *open)
{
	if (*open >= budget_part(LIMIT_SAMPLES)) {
		limit_hit(LIMIT_SAMPLES);
		return NULL;
	}

	struct sample *s = memory_new(1, sizeof(*s));

	s->client = client;
	if (authority != NULL)
		s->authority = memory_strdup(authority);
	++*open;
	return s;
}

void
sample_free(struct sample *s, size_t *open)
{
	if (s == NULL)
		return;
	free(s->authority);
	free(s->at[0]);
	free(s->at[1]);
	free(s);
	--*open;
}

bool
sample_bytes(struct sample *s, enum flow_side side, struct span bytes,
    const struct tcp_from *from)
{
	int who = side != s->client;
	struct span now = span_first(bytes, most[who] - s->len[who]);

	if (now.len > 0 && !s->ended[who]) {
		if (s->at[who] == NULL)
			s->at[who] = memory_new(1, most[who]);
		s->server_first |= who == 1 && s->len[0] == 0;
		memcpy(s->at[who] + s->len[who], now.at, now.len);
		s->len[who] += now.len;
		s->frame = from->frame;
		s->time = from->time;
	}
	/* An answer comes after what it answers: that was all, then. */
	return s->len[1] == most[1] ||
	    (s->len[0] == most[0] && s->len[1] > 0);
}

void
sample_gap(struct sample *s, enum flow_side side)
{
	s->ended[side != s->client] = true;
}

unsigned
sample_socks(struct span c)
{
	if (c.len >= 3 && c.at[0] == 5 && c.at[1] > 0 &&
	    c.len == 2 + (size_t)c.at[1])
		return 5;
	if (c.len >= 9 && c.at[0] == 4 && (c.at[1] == 1 || c.at[1] == 2) &&
	    c.at[c.len - 1] == 0)
		return 4;
	return 0;
}

static enum sample_answer
answer_of(struct span server)
{
	if (server.len == 0)
		return SAMPLE_NOTHING;
	return span_starts(server, SPAN("HTTP/1.")) ||
	        span_starts_nocase(server, SPAN("<html")) ||
	        span_starts_nocase(server, SPAN("<!doctype html"))
	    ? SAMPLE_HTTP
	    : SAMPLE_OTHER;
}

const struct witness_record *
sample_record(const struct sample *s, const struct flow_info *info,
    struct arena *arena)
{
	if (s->len[0] + s->len[1] == 0)
		return NULL;

	struct witness_record *r = arena_new(arena, sizeof(*r));
	struct sample_record *saw = arena_new(arena, sizeof(*saw));
	enum flow_side server = !s->client;

	*r = (struct witness_record){ .kind = WITNESS_SAMPLE,
		.frame = s->frame,
		.time = s->time,
		.client = info->address[s->client],
		.client_port = info->port[s->client],
		.server = info->address[server],
		.server_port = info->port[server],
		.stream = info->stream,
		.connection = info->id,
		.first_frame = info->first_frame,
		.over_tcp = true,
		.saw.sample = saw };
	*saw = (struct sample_record){
		.authority = s->authority != NULL
		    ? arena_str(arena, span_of_str(s->authority))
		    : NULL,
		.client = arena_span(arena, span_of(s->at[0], s->len[0])),
		.server = arena_span(arena, span_of(s->at[1], s->len[1])),
		.server_first = s->server_first,
		.answer = answer_of(span_of(s->at[1], s->len[1])),
		.closed = info->close == FLOW_FIN || info->close == FLOW_RST,
		.reset = info->close == FLOW_RST,
		.closed_by_server = info->closed_by == server };
	return r;
}
