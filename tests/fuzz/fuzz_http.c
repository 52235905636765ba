/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_http - pairing, with an input that is cut into both directions
 *
 * The input is a row of records: a byte that says what, two bytes of
 * length (little endian), and for data these bytes.  Properties: the same
 * exchanges byte by byte; no more of them than heads can have begun; spans
 * lie in memory that can be read; nothing is pending after an end.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "base/text.h"
#include "http/exchange.h"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

/* Bits of the first byte of a record. */
#define FROM_SERVER 0x01
#define IS_GAP      0x02
#define IS_END      0x04 /* with IS_GAP */
#define STALE_ACK   0x08 /* acknowledges what the last record did */
#define SAME_FRAME  0x10 /* goes on with the packet before */

struct seen {
	struct text said;
	unsigned count;
};

static unsigned
touch(struct span s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += s.at[i];
	return sum;
}

static unsigned
touch_message(struct text *t, const struct http_message *m, bool request)
{
	unsigned sum = touch(m->method) + touch(m->target) +
	    touch(m->reason) + touch(m->body_start);

	CHECK(m->n_fields <= 512);
	for (size_t i = 0; i < m->n_fields; i++) {
		CHECK(span_has_bytes(m->fields[i].name));
		CHECK(span_is_set(m->fields[i].value));
		CHECK(span_find(m->fields[i].value, '\n') ==
		    m->fields[i].value.len);
		sum += touch(m->fields[i].name) + touch(m->fields[i].value);
	}
	CHECK(m->body_start.len <= 4096);
	CHECK(m->body_start.len == 0 || m->status == 407);
	if (m->seen) {
		CHECK(m->first_frame <= m->head_frame);
		CHECK(m->last_frame == 0 || m->head_frame <= m->last_frame);
		CHECK(request ? m->method.len > 0 && m->target.len > 0
		              : m->status >= 100);
		CHECK(request || m->status >= 200 || m->status == 101);
		CHECK(m->body == HTTP_BODY_LENGTH || m->content_length == 0);
	} else {
		CHECK(m->n_fields == 0 && m->status == 0);
	}
	text_fmt(t, "%d %u %zu %x %d %d %d %d %u %llu|", m->seen, m->status,
	    m->n_fields, m->flaws, (int)m->body, (int)m->first_frame,
	    (int)m->head_frame, (int)m->last_frame, m->interim,
	    (unsigned long long)m->content_length);
	return sum;
}

static void
on_exchange(void *context, const struct http_exchange *e)
{
	struct seen *s = context;
	unsigned sum;

	CHECK(e->number == ++s->count);
	CHECK(e->request.seen || e->response.seen);
	CHECK(!e->tunnel || (e->request.seen && e->response.seen));
	sum = touch_message(&s->said, &e->request, true) +
	    touch_message(&s->said, &e->response, false);
	text_fmt(&s->said, "%u %d\n", sum, e->tunnel);
}

static const struct http_sink sink = { .on_exchange = on_exchange };

/* As src/tcp gives bytes: first what is idle. */
static void
give(struct http_conversation *c, enum http_side side, struct span bytes,
    const struct http_from *from, bool skipping)
{
	struct http_from at = *from;
	uint64_t idle = skipping ? http_conversation_idle(c, side) : 0;
	size_t k = idle < bytes.len ? (size_t)idle : bytes.len;
	size_t n = bytes.len - k;

	if (k > 0)
		http_conversation_skip(c, side, k, &at);
	at.seq += (uint32_t)k;
	if (n > 0) {
		uint8_t *copy = malloc(n);

		CHECK(copy != NULL);
		memcpy(copy, bytes.at + k, n);
		http_conversation_data(c, side, span_of(copy, n), &at);
		free(copy);
	}
}

static void
play(struct seen *s, struct span input, bool bytewise, bool skipping)
{
	struct reader r = reader_of(input);
	struct http_conversation *c = http_conversation_new(&sink, s);
	uint32_t next[2] = { 0xffffff00, 0x7fffff80 };
	uint32_t acked[2] = { 0x7fffff80, 0xffffff00 };
	uint64_t frame = 0;

	*s = (struct seen){ .count = 0 };
	while (reader_left(&r) > 2) {
		uint8_t what = reader_u8(&r, "what");
		size_t n = reader_le16(&r, "length");
		enum http_side side =
		    what & FROM_SERVER ? HTTP_SERVER : HTTP_CLIENT;

		if (!(what & SAME_FRAME) || frame == 0)
			frame++;
		if (!(what & STALE_ACK))
			acked[side] = next[!side];

		struct http_from from = { frame, (when_ns)frame, next[side],
			acked[side] };

		if (what & IS_GAP && what & IS_END) {
			http_conversation_end(c, side, &from);
			continue;
		}
		if (what & IS_GAP) {
			http_conversation_gap(c, side, n, &from);
			next[side] += (uint32_t)n;
			continue;
		}

		struct span bytes = reader_take(&r,
		    n < reader_left(&r) ? n : reader_left(&r), "bytes");

		next[side] += (uint32_t)bytes.len;
		while (bytes.len > 0) {
			size_t k = bytewise ? 1 : bytes.len;

			give(c, side, span_first(bytes, k), &from, skipping);
			from.seq += (uint32_t)k;
			bytes = span_from(bytes, k);
		}
	}
	http_conversation_free(c);
}

/* How many lines could begin a message, in any reading of the bytes? */
static unsigned
start_lines(struct span in)
{
	unsigned count = 0;

	for (size_t i = 0; i < in.len; i++)
		if (span_starts(span_from(in, i), SPAN("TP/1.")))
			count++;
	/* A record can cut one in two, and the pieces join others. */
	for (size_t i = 0; i < in.len; i++)
		if (in.at[i] == '\n')
			count++;
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_of(data, size);
	struct seen whole, other;

	if (size == 0)
		return 0;
	play(&whole, input, false, false);
	CHECK(whole.count <= start_lines(input));
	for (int way = 1; way < 4; way++) {
		play(&other, input, way & 1, way & 2);
		CHECK(other.count == whole.count);
		CHECK(strcmp(text_get(&other.said), text_get(&whole.said)) ==
		    0);
		text_fini(&other.said);
	}
	text_fini(&whole.said);
	return 0;
}
