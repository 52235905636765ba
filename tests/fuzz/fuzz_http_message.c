/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_http_message - one direction, its messages and its framing
 *
 * The first byte chooses the side, what was asked and whether a message
 * may escape from a body; the second where the rest is cut in two pieces of
 * one packet.  Properties: the same messages and the same state cut as
 * whole; messages begin in order and do not overlap; no more bytes kept
 * than the head's.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "http/message.h"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

struct watcher {
	struct direction d;
	enum http_asked asked;
	bool allow;
	struct text said;
	struct message *open; /* not ready yet */
	uint32_t next;        /* where the next message may begin */
	size_t len;           /* of the input */
};

static enum http_asked
on_head(void *context, enum http_side side, struct message *m)
{
	struct watcher *w = context;

	CHECK(side == w->d.side);
	CHECK(w->open == NULL);
	CHECK(m->seq >= w->next && m->head_end > m->seq);
	CHECK(m->head_end <= w->len);
	CHECK(m->said.seen && !m->ready);
	w->open = m;
	w->next = m->head_end;
	text_fmt(&w->said, "%u-%u %u %zu", m->seq, m->head_end,
	    m->said.status, m->said.n_fields);
	return w->asked;
}

static void
on_ready(void *context, enum http_side side, struct message *m)
{
	struct watcher *w = context;

	(void)side;
	CHECK(w->open == m && m->ready);
	CHECK(m->end >= m->head_end || m->end == 0);
	if (m->end > 0)
		w->next = m->end;
	text_fmt(&w->said, " %u %d %x %u %zu\n", m->end, (int)m->said.body,
	    m->said.flaws, m->said.interim, m->said.body_start.len);
	w->open = NULL;
	message_free(m);
}

static bool
may_escape(void *context, enum http_side side, const struct http_from *from)
{
	const struct watcher *w = context;

	CHECK(side == w->d.side && from->seq < w->len);
	return w->allow;
}

static const struct message_sink sink = { .head = on_head,
	.ready = on_ready,
	.escape = may_escape };

static void
play(struct watcher *w, uint8_t how, struct span in, size_t cut)
{
	struct http_from from = { 1, 1, 0, 0 };

	*w = (struct watcher){ .len = in.len,
		.asked = (enum http_asked)(how >> 1 & 3),
		.allow = how & 8 };
	http_message_init(&w->d, how & 1 ? HTTP_SERVER : HTTP_CLIENT, &sink,
	    w);
	while (in.len > 0) {
		size_t n = cut > 0 && cut < in.len ? cut : in.len;
		uint8_t *copy = malloc(n);

		CHECK(copy != NULL);
		memcpy(copy, in.at, n);
		http_message_feed(&w->d, span_of(copy, n), &from);
		free(copy);
		from.seq += (uint32_t)n;
		in = span_from(in, n);
		CHECK(w->d.head.len <= limit_of(LIMIT_HEAD));
		CHECK(w->d.held_len <= HOLD_MAX);
		CHECK(w->d.now == w->open);
	}
	text_fmt(&w->said, "%d %llu\n", (int)w->d.at,
	    (unsigned long long)http_message_idle(&w->d));
	http_message_end(&w->d, &from, how & 16);
	CHECK(w->open == NULL);
	http_message_fini(&w->d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct watcher whole, cut;

	if (size < 3)
		return 0;

	struct span in = span_of(data + 2, size - 2);

	play(&whole, data[0], in, 0);
	play(&cut, data[0], in, 1u + data[1] % in.len);
	CHECK(strcmp(text_get(&whole.said), text_get(&cut.said)) == 0);
	text_fini(&cut.said);
	play(&cut, data[0], in, 1);
	CHECK(strcmp(text_get(&whole.said), text_get(&cut.said)) == 0);
	text_fini(&cut.said);
	text_fini(&whole.said);
	return 0;
}
