/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "http/exchange.h"
#include "run.h"

/*
 * A conversation is a list of pieces: "<" from the client, ">" from the
 * server, "#n" after either is a gap of n bytes.  It is fed whole, and byte
 * by byte; what comes out is "METHOD status" for each exchange.
 */
static const struct row {
	const char *name;
	const char *pieces[10];
	const char *want;
	bool whole_only; /* gaps and searches depend on where pieces begin */
} rows[] = {
	{ "offer and answer",
	    { "<GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
	        ">HTTP/1.1 407 No\r\nContent-Length: 3\r\n\r\nabc",
	        "<GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
	        ">HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
	    "GET 407; GET 200; ", false },
	{ "the tunnel is no HTTP",
	    { "<CONNECT a:443 HTTP/1.1\r\n\r\n", ">HTTP/1.1 200 OK\r\n\r\n",
	        "<GET / HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 407 Inside\r\nContent-Length: 0\r\n\r\n" },
	    "CONNECT 200 tunnel; ", false },
	{ "a body that looks like a 407",
	    { "<GET http://a/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n",
	        ">HTTP/1.1 407 Fake\r\nContent-Length: 0\r\n\r\n\n",
	        "<GET http://b/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 204 N\r\n\r\n" },
	    "GET 200; GET 204; ", false },
	{ "HEAD has no body",
	    { "<HEAD http://a/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 407 N\r\nContent-Length: 3000\r\n\r\n",
	        "<HEAD http://a/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 200 N\r\nContent-Length: 3000\r\n\r\n" },
	    "HEAD 407; HEAD 200; ", false },
	{ "pipelined",
	    { "<GET /1 HTTP/1.1\r\n\r\nPUT /2 HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n"
	        "HTTP/1.1 500 N\r\nContent-Length: 0\r\n\r\n" },
	    "GET 404; PUT 500; ", false },
	{ "interim and chunked",
	    { "<POST http://a/ HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",
	        ">HTTP/1.1 100 Continue\r\n\r\n",
	        ">HTTP/1.1 407 N\r\nTransfer-Encoding: chunked\r\n\r\n"
	        "5;x=y\r\nabcde\r\n0\r\nTrailer: t\r\n\r\n",
	        "<GET http://a/ HTTP/1.1\r\n\r\n", ">HTTP/1.1 304 N\r\n\r\n" },
	    "POST 407; GET 304; ", false },
	{ "until close",
	    { "<GET http://a/ HTTP/1.0\r\n\r\n",
	        ">HTTP/1.0 407 N\r\n\r\nall the rest" },
	    "GET 407; ", false },
	{ "no answer", { "<GET http://a/ HTTP/1.1\r\n\r\n" }, "GET -; ",
	    false },
	{ "only the proxy's side",
	    { ">HTTP/1.1 407 N\r\nContent-Length: 2\r\n\r\nab",
	        ">HTTP/1.1 200 N\r\nContent-Length: 0\r\n\r\n" },
	    "- 407; - 200; ", false },
	{ "a gap in a body",
	    { "<GET http://a/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 407 N\r\nContent-Length: 9\r\n\r\nab", ">#7",
	        "<GET http://b/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 200 N\r\nContent-Length: 0\r\n\r\n" },
	    "GET 407; GET 200; ", true },
	{ "a lost answer",
	    { "<GET http://a/ HTTP/1.1\r\n\r\n", ">#50",
	        "<PUT http://b/ HTTP/1.1\r\n\r\n",
	        ">HTTP/1.1 200 N\r\nContent-Length: 0\r\n\r\n" },
	    "GET -; PUT 200; ", true },
	{ "no HTTP at all", { "<\x16\x03\x01 hello", ">\x16\x03\x03" }, "",
	    false },
};

static void
on_exchange(void *context, const struct http_exchange *e)
{
	struct text *out = context;

	if (e->request.seen)
		text_add(out, e->request.method);
	else
		text_char(out, '-');
	if (e->response.seen)
		text_fmt(out, " %u", e->response.status);
	else
		text_str(out, " -");
	text_str(out, e->tunnel ? " tunnel; " : "; ");
}

static void
run_row(const struct row *row, size_t step)
{
	static const struct http_sink sink = { on_exchange };
	struct text out = { 0 };
	struct http_conversation *c = http_conversation_new(&sink, &out);
	struct http_from from = { .frame = 1 };
	uint32_t next[2] = { 1000, 5000 };

	for (int i = 0; i < 10 && row->pieces[i] != NULL; i++) {
		struct span s = span_of_str(row->pieces[i] + 1);
		enum http_side side = row->pieces[i][0] == '<' ? HTTP_CLIENT
		                                              : HTTP_SERVER;

		if (s.at[0] == '#') {
			uint64_t n = 0;

			span_decimal(span_from(s, 1), &n);
			from.seq = next[side];
			http_conversation_gap(c, side, n, &from);
			next[side] += (uint32_t)n;
			continue;
		}
		while (s.len > 0) {
			struct span piece = span_first(s, step);
			uint8_t *copy = exact_copy(piece, piece.len);

			from.frame++;
			from.seq = next[side];
			from.ack = next[!side];
			http_conversation_data(c, side,
			    span_of(copy, piece.len), &from);
			free(copy);
			next[side] += (uint32_t)piece.len;
			s = span_from(s, piece.len);
		}
	}
	http_conversation_end(c, HTTP_SERVER, &from);
	http_conversation_end(c, HTTP_CLIENT, &from);
	http_conversation_free(c);
	ck_assert_msg(strcmp(text_get(&out), row->want) == 0,
	    "%s, in steps of %zu: %s", row->name, step, text_get(&out));
	text_fini(&out);
}

START_TEST(exchanges_are_paired_however_the_bytes_are_cut)
{
	const struct row *row = &rows[_i];

	run_row(row, SIZE_MAX);
	for (size_t step = 1; step < 60 && !row->whole_only; step++)
		run_row(row, step);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http/exchange");
	TCase *c = tcase_create("exchange");

	tcase_add_loop_test(c, exchanges_are_paired_however_the_bytes_are_cut,
	    0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
