/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of a conversation: a byte that says side, gap and length, then the
 * bytes.  No crash, spans inside, and no more exchanges than messages fit.
 */
#include "base/reader.h"
#include "http/exchange.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_exchange(void *context, const struct http_exchange *e)
{
	size_t *count = context;

	(*count)++;
	if (!e->request.seen && !e->response.seen)
		abort();
	for (size_t i = 0; i < e->response.n_fields; i++)
		if (e->response.fields[i].name.len == 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct http_sink sink = { on_exchange };
	size_t count = 0;
	struct http_conversation *c = http_conversation_new(&sink, &count);
	struct reader r = reader_of(span_of(data, size));
	uint32_t next[2] = { 0, 0 };

	while (reader_left(&r) > 0) {
		uint8_t head = reader_u8(&r, "head");
		enum http_side side = head & 1 ? HTTP_SERVER : HTTP_CLIENT;
		size_t n = (size_t)(head >> 2) * 4 + 1;
		struct http_from from = { 1, 0, next[side], next[!side] };

		if (n > reader_left(&r))
			n = reader_left(&r);
		if (head & 2)
			http_conversation_gap(c, side, n, &from);
		else
			http_conversation_data(c, side,
			    reader_take(&r, n, "piece"), &from);
		next[side] += (uint32_t)n;
	}
	http_conversation_free(c);
	/* Every message has a start line: "GET / HTTP/1.1\n" at least. */
	if (count > size)
		abort();
	return 0;
}
