/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>

#include "http/fields.h"

#include "base/limits.h"
#include "base/text.h"
#include "run.h"

static const struct start {
	enum http_side side;
	struct span line;
	const char *want; /* the parts, or NULL if it is none */
} starts[] = {
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1"), "GET|/|1" },
	{ HTTP_CLIENT, SPAN_INIT("CONNECT a:443 HTTP/1.0"),
	    "CONNECT|a:443|0" },
	{ HTTP_CLIENT, SPAN_INIT("GET http://a/b c HTTP/1.1"),
	    "GET|http://a/b c|1" },
	{ HTTP_CLIENT, SPAN_INIT("GET  /  HTTP/1.1"), "GET|/|1" },
	{ HTTP_CLIENT, SPAN_INIT("X-ODD!1 * HTTP/1.9"), "X-ODD!1|*|9" },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/2.0"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("GET / HTTP/1.1 "), NULL },
	{ HTTP_CLIENT, SPAN_INIT("GET /"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("GET HTTP/1.1"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("GET  HTTP/1.1"), NULL },
	{ HTTP_CLIENT, SPAN_INIT(" GET / HTTP/1.1"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("G(T / HTTP/1.1"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("OPTIONS sip:a SIP/2.0"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("SETUP rtsp://a RTSP/1.0"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("PRI * HTTP/2.0"), NULL },
	{ HTTP_CLIENT, SPAN_INIT("HTTP/1.1 200 OK"), NULL },
	{ HTTP_CLIENT,
	    SPAN_INIT("aaaaaaaabbbbbbbbccccccccdddddddde * HTTP/1.1"),
	    NULL },
	{ HTTP_CLIENT, SPAN_INIT(""), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 407 Proxy Auth Required"),
	    "407|Proxy Auth Required|1" },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.0 407 "), "407||0" },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 407"), "407||1" },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 999 \xe4"), "999|\xe4|1" },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 4070 x"), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 40 x"), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 099 x"), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1  407"), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1\t407"), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/2.0 407 x"), NULL },
	{ HTTP_SERVER, SPAN_INIT("ICY 200 OK"), NULL },
	{ HTTP_SERVER, SPAN_INIT("SIP/2.0 407 x"), NULL },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1"), NULL },
	{ HTTP_SERVER, SPAN_INIT(""), NULL },
};

START_TEST(a_start_line_is_read_or_refused)
{
	const struct start *s = &starts[_i];
	uint8_t *copy = exact_copy(s->line, s->line.len);
	struct http_message m = { 0 };
	struct text said;
	bool ok = http_start_line(span_of(copy, s->line.len), s->side, &m);

	text_init(&said);
	if (ok && s->side == HTTP_CLIENT) {
		text_add(&said, m.method);
		text_char(&said, '|');
		text_add(&said, m.target);
	} else if (ok) {
		text_fmt(&said, "%u|", m.status);
		text_add(&said, m.reason);
	}
	if (ok)
		text_fmt(&said, "|%u", m.version_minor);
	ck_assert_int_eq(ok, s->want != NULL);
	ck_assert_str_eq(text_get(&said), ok ? s->want : "");
	text_fini(&said);
	free(copy);
}
END_TEST

/* Else the head would be given up before its first line is complete. */
START_TEST(every_prefix_of_a_start_line_is_possible)
{
	const struct start *s = &starts[_i];

	if (s->want == NULL)
		return;
	for (size_t n = 0; n <= s->line.len; n++) {
		uint8_t *copy = exact_copy(s->line, n);

		ck_assert_msg(http_start_possible(span_of(copy, n), s->side),
		    "%.*s", (int)n, (const char *)copy);
		free(copy);
	}
}
END_TEST

static const struct likeness {
	enum http_side side;
	struct span s;
	enum http_likeness want;
} likenesses[] = {
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 407 "), HTTP_YES },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.0 200\r\nx"), HTTP_YES },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.0 200\n"), HTTP_YES },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 407"), HTTP_MAYBE },
	{ HTTP_SERVER, SPAN_INIT(""), HTTP_MAYBE },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 4077"), HTTP_NO },
	{ HTTP_SERVER, SPAN_INIT("HTTP/1.1 0"), HTTP_NO },
	{ HTTP_SERVER, SPAN_INIT("HTTP/2"), HTTP_NO },
	{ HTTP_SERVER, SPAN_INIT("http/1.1"), HTTP_NO },
	{ HTTP_CLIENT, SPAN_INIT("GET /"), HTTP_YES },
	{ HTTP_CLIENT, SPAN_INIT("CONNECT [::1]:443 H"), HTTP_YES },
	{ HTTP_CLIENT, SPAN_INIT("OPTIONS *"), HTTP_YES },
	{ HTTP_CLIENT, SPAN_INIT("PROPPATCH h"), HTTP_YES },
	{ HTTP_CLIENT, SPAN_INIT("P"), HTTP_MAYBE },
	{ HTTP_CLIENT, SPAN_INIT("POST "), HTTP_MAYBE },
	{ HTTP_CLIENT, SPAN_INIT(""), HTTP_MAYBE },
	{ HTTP_CLIENT, SPAN_INIT("POST="), HTTP_NO },
	{ HTTP_CLIENT, SPAN_INIT("GET  "), HTTP_NO },
	{ HTTP_CLIENT, SPAN_INIT("POSTER /"), HTTP_NO },
	{ HTTP_CLIENT, SPAN_INIT("get /"), HTTP_NO },
};

START_TEST(few_bytes_tell_a_start_line)
{
	const struct likeness *l = &likenesses[_i];
	uint8_t *copy = exact_copy(l->s, l->s.len);
	struct span s = span_of(copy, l->s.len);

	ck_assert_int_eq(l->side == HTTP_SERVER ? http_like_status_line(s)
	                                        : http_like_request_line(s),
	    l->want);
	free(copy);
}
END_TEST

static const struct look {
	struct span s;
	bool request, response;
} looks[] = {
	{ SPAN_INIT("GET / HTTP/1.1"), true, false },
	{ SPAN_INIT("PROPFIND /a HTTP/1.1"), true, false },
	{ SPAN_INIT("VERSION-CONTROL /"), true, false },
	{ SPAN_INIT("\r\nPOST / HTTP/1.1"), true, false },
	{ SPAN_INIT("HTTP/1.1 200 OK"), false, true },
	{ SPAN_INIT("HTTP/1.0"), false, true },
	{ SPAN_INIT("HTTP/2"), false, false },
	{ SPAN_INIT("HTT"), true, true },
	{ SPAN_INIT("CONN"), true, false },
	{ SPAN_INIT(""), true, true },
	{ SPAN_INIT("\x16\x03\x01\x02"), false, false },
	{ SPAN_INIT("SSH-2.0-OpenSSH_8.4"), false, false },
	{ SPAN_INIT("220 mail ESMTP"), false, false },
	{ SPAN_INIT("* OK IMAP4"), false, false },
	{ SPAN_INIT("ABCDEFGHIJKLMNOPQRS /"), false, false },
	{ SPAN_INIT("\0\0\0\0"), false, false },
};

START_TEST(first_bytes_tell_which_connections_matter)
{
	const struct look *l = &looks[_i];
	uint8_t *copy = exact_copy(l->s, l->s.len);
	struct span s = span_of(copy, l->s.len);

	ck_assert_int_eq(http_looks_like_request(s), l->request);
	ck_assert_int_eq(http_looks_like_response(s), l->response);
	free(copy);
}
END_TEST

/* Fields as "name=value|", with what is odd before them. */
static const struct fields {
	struct span lines;
	const char *want;
	unsigned flaws;
} fields[] = {
	{ SPAN_INIT("A: b\r\nC:d\r\n\r\n"), "A=b|C=d|", 0 },
	{ SPAN_INIT("A: b\nC:\t d \t\r\n\n"), "A=b|C=d|", 0 },
	{ SPAN_INIT("A:\r\nB: \r\n\r\n"), "A=|B=|", 0 },
	{ SPAN_INIT("A: b\r\n c\r\n\t\td\r\nE: f\r\n\r\n"), "A=b c d|E=f|",
	    HTTP_FOLDED },
	{ SPAN_INIT("A:\r\n b\r\n\r\n"), "A=b|", HTTP_FOLDED },
	{ SPAN_INIT("A: b  \r\n \t \r\n c\r\n\r\n"), "A=b c|", HTTP_FOLDED },
	{ SPAN_INIT("A: b\n c\n\n"), "A=b c|", HTTP_FOLDED },
	{ SPAN_INIT(" lost\r\nA: b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT("A : b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT("A\t\t: b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT("no field\r\nA: b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT("nofield\r\nA: b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT("no field: c\r\nA: b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT(": c\r\nA: b\r\n\r\n"), "A=b|", HTTP_BAD_FIELD },
	{ SPAN_INIT("A: b: c\r\n\r\n"), "A=b: c|", 0 },
	{ SPAN_INIT("A: b\r\nunfinished: x"), "A=b|", 0 },
	{ SPAN_INIT("A: b\r\n c"), "A=b|", 0 },
	{ SPAN_INIT(""), "", 0 },
};

static bool
read_lines(struct span lines, struct http_message *m, struct text *said)
{
	struct text head;
	struct http_field room[8];
	struct http_framing framing;

	text_init(&head);
	text_str(&head, "HTTP/1.1 200 OK\r\n");
	text_add(&head, lines);

	uint8_t *copy = exact_copy(text_span(&head), head.len);
	bool ok = http_fields_read(copy, head.len, HTTP_SERVER, m, room, 8,
	    &framing);

	for (size_t i = 0; i < m->n_fields; i++) {
		text_add(said, m->fields[i].name);
		text_char(said, '=');
		text_add(said, m->fields[i].value);
		text_char(said, '|');
	}
	free(copy);
	text_fini(&head);
	return ok;
}

START_TEST(fields_are_read_as_they_are_sent)
{
	const struct fields *f = &fields[_i];
	struct http_message m = { 0 };
	struct text said;

	text_init(&said);
	ck_assert(read_lines(f->lines, &m, &said));
	ck_assert_str_eq(text_get(&said), f->want);
	ck_assert_uint_eq(m.flaws, f->flaws);
	text_fini(&said);
}
END_TEST

/* A capture can end anywhere: whole lines before the cut stay right. */
START_TEST(every_prefix_keeps_its_whole_lines)
{
	const struct fields *f = &fields[_i];

	for (size_t n = 0; n < f->lines.len; n++) {
		struct http_message m = { 0 };
		struct text said;

		text_init(&said);
		ck_assert(read_lines(span_first(f->lines, n), &m, &said));
		if (f->flaws == 0)
			ck_assert_msg(strncmp(text_get(&said), f->want,
			                  said.len) == 0,
			    "%zu: %s", n, text_get(&said));
		text_fini(&said);
	}
}
END_TEST

START_TEST(fields_beyond_the_limit_are_counted_but_frame)
{
	struct text head;
	struct http_field room[4];
	struct http_framing framing;
	struct http_message m = { 0 };
	uint64_t hits = limit_hits(LIMIT_FIELDS);

	text_init(&head);
	text_str(&head, "POST / HTTP/1.1\r\n");
	for (int i = 0; i < 9; i++)
		text_fmt(&head, "X: %d\r\n", i);
	text_str(&head, "Content-Length: 77\r\nConnection: close\r\n\r\n");

	ck_assert(http_fields_read((uint8_t *)head.at, head.len, HTTP_CLIENT,
	    &m, room, 4, &framing));
	ck_assert_uint_eq(m.n_fields, 4);
	ck_assert_uint_eq(m.flaws, HTTP_HEAD_CUT);
	ck_assert_uint_eq(limit_hits(LIMIT_FIELDS), hits + 1);
	ck_assert(framing.has_length && framing.length == 77);
	ck_assert(!m.keeps_alive);
	text_fini(&head);
}
END_TEST

START_TEST(a_field_is_found_in_any_case_the_first_of_them)
{
	char head[] = "GET / HTTP/1.1\r\nVia: 1\r\nvIA: 2\r\nvib: 3\r\n\r\n";
	struct http_field room[4];
	struct http_framing framing;
	struct http_message m = { 0 };

	ck_assert(http_fields_read((uint8_t *)head, sizeof(head) - 1,
	    HTTP_CLIENT, &m, room, 4, &framing));
	ck_assert_uint_eq(m.n_fields, 3);
	ck_assert_int_eq(room[1].id, FIELD_VIA);
	ck_assert_int_eq(room[2].id, FIELD_OTHER);
	ck_assert(span_eq(http_field_value(&m, FIELD_VIA), SPAN("1")));
	ck_assert(!span_is_set(http_field_value(&m, FIELD_SERVER)));
}
END_TEST

/* Each has a number of its own, in any case, and nothing near it has. */
START_TEST(names_are_known)
{
	static const char *const known[] = { "Authorization", "Connection",
		"Content-Encoding", "Content-Length", "Content-Type", "Date",
		"Host", "Proxy-Agent", "Proxy-Authenticate",
		"Proxy-Authorization", "Proxy-Connection", "Server",
		"Transfer-Encoding", "User-Agent", "Via", "WWW-Authenticate",
		"X-Cache", "X-Forwarded-For", "X-Squid-Error" };
	unsigned seen = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct span name = span_of_str(known[i]);
		enum http_name id = http_name_of(name);
		char other[32];

		ck_assert_msg(id != FIELD_OTHER, "%s", known[i]);
		ck_assert_msg(!(seen & 1u << id), "%s", known[i]);
		seen |= 1u << id;
		for (size_t k = 0; k <= name.len; k++)
			other[k] = (char)tolower(known[i][k]);
		ck_assert_int_eq(http_name_of(span_of_str(other)), id);
		other[name.len - 1] ^= 1;
		ck_assert_int_eq(http_name_of(span_of_str(other)),
		    FIELD_OTHER);
		ck_assert_int_eq(http_name_of(span_first(name, name.len - 1)),
		    FIELD_OTHER);
	}
	ck_assert_int_eq(http_name_of(SPAN("")), FIELD_OTHER);
}
END_TEST

/* RFC 9112 6.3. */
static const struct rule {
	enum http_side side;
	unsigned status;
	enum http_asked asked;
	const char *fields;
	enum http_body body;
	uint64_t length;
	unsigned flaws;
} rules[] = {
	{ HTTP_SERVER, 200, ASKED_HEAD, "Content-Length: 5", HTTP_BODY_NONE, 0,
	    0 },
	{ HTTP_SERVER, 204, ASKED_ORDINARY, "Content-Length: 5",
	    HTTP_BODY_NONE, 0, 0 },
	{ HTTP_SERVER, 304, ASKED_ORDINARY, "Transfer-Encoding: chunked",
	    HTTP_BODY_NONE, 0, 0 },
	{ HTTP_SERVER, 101, ASKED_ORDINARY, "", HTTP_BODY_NONE, 0, 0 },
	{ HTTP_SERVER, 200, ASKED_CONNECT, "Content-Length: 5",
	    HTTP_BODY_NONE, 0, 0 },
	{ HTTP_SERVER, 407, ASKED_CONNECT, "Content-Length: 5",
	    HTTP_BODY_LENGTH, 5, 0 },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length: 5\r\nTransfer-Encoding: chunked",
	    HTTP_BODY_CHUNKED, 0, 0 },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Transfer-Encoding: gzip\r\nTransfer-Encoding: x, chunked",
	    HTTP_BODY_CHUNKED, 0, 0 },
	{ HTTP_SERVER, 200, ASKED_ORDINARY, "Transfer-Encoding: chunked, gzip",
	    HTTP_BODY_UNTIL_CLOSE, 0, HTTP_UNFRAMED },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"
	    "Connection: close",
	    HTTP_BODY_UNTIL_CLOSE, 0, 0 },
	{ HTTP_SERVER, 200, ASKED_ORDINARY, "Content-Length: 5, 5",
	    HTTP_BODY_LENGTH, 5, 0 },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length: 5\r\nContent-Length: 6\r\nConnection: close",
	    HTTP_BODY_UNTIL_CLOSE, 0, HTTP_BAD_LENGTH },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length: -1\r\nConnection: close", HTTP_BODY_UNTIL_CLOSE,
	    0, HTTP_BAD_LENGTH },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length:\r\nConnection: close", HTTP_BODY_UNTIL_CLOSE, 0,
	    HTTP_BAD_LENGTH },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length: 9223372036854775808\r\nConnection: close",
	    HTTP_BODY_UNTIL_CLOSE, 0, HTTP_BAD_LENGTH },
	{ HTTP_SERVER, 200, ASKED_ORDINARY,
	    "Content-Length: 9223372036854775807", HTTP_BODY_LENGTH, INT64_MAX,
	    0 },
	{ HTTP_SERVER, 407, ASKED_ORDINARY, "", HTTP_BODY_UNTIL_CLOSE, 0,
	    HTTP_UNFRAMED },
	{ HTTP_SERVER, 407, ASKED_UNKNOWN, "", HTTP_BODY_UNTIL_CLOSE, 0,
	    HTTP_UNFRAMED },
	{ HTTP_SERVER, 200, ASKED_UNKNOWN, "", HTTP_BODY_UNTIL_CLOSE, 0, 0 },
	{ HTTP_SERVER, 407, ASKED_ORDINARY, "Connection: close",
	    HTTP_BODY_UNTIL_CLOSE, 0, 0 },
	{ HTTP_CLIENT, 0, ASKED_UNKNOWN, "", HTTP_BODY_NONE, 0, 0 },
	{ HTTP_CLIENT, 0, ASKED_UNKNOWN, "Content-Length: 0",
	    HTTP_BODY_LENGTH, 0, 0 },
	{ HTTP_CLIENT, 0, ASKED_UNKNOWN, "Content-Length: x", HTTP_BODY_NONE,
	    0, HTTP_BAD_LENGTH },
	{ HTTP_CLIENT, 0, ASKED_UNKNOWN, "Transfer-Encoding: chunked",
	    HTTP_BODY_CHUNKED, 0, 0 },
};

START_TEST(a_body_is_framed_by_rule)
{
	const struct rule *r = &rules[_i];
	struct text head;
	struct http_field room[4];
	struct http_framing framing;
	struct http_message m = { 0 };

	text_init(&head);
	if (r->side == HTTP_SERVER)
		text_fmt(&head, "HTTP/1.1 %u x\r\n", r->status);
	else
		text_str(&head, "POST / HTTP/1.1\r\n");
	text_fmt(&head, "%s\r\n\r\n", r->fields);
	ck_assert(http_fields_read((uint8_t *)head.at, head.len, r->side, &m,
	    room, 4, &framing));
	http_body_rule(&m, r->side, &framing, r->asked);
	ck_assert_int_eq(m.body, r->body);
	ck_assert_uint_eq(m.content_length, r->length);
	ck_assert_uint_eq(m.flaws, r->flaws);
	text_fini(&head);
}
END_TEST

#define LOOP(tcase, test, table)                                               \
	tcase_add_loop_test(tcase, test, 0, sizeof(table) / sizeof(table[0]))

int
main(void)
{
	Suite *suite = suite_create("http/fields");
	TCase *start = tcase_create("start line");
	TCase *head = tcase_create("fields");

	LOOP(start, a_start_line_is_read_or_refused, starts);
	LOOP(start, every_prefix_of_a_start_line_is_possible, starts);
	LOOP(start, few_bytes_tell_a_start_line, likenesses);
	LOOP(start, first_bytes_tell_which_connections_matter, looks);
	LOOP(head, fields_are_read_as_they_are_sent, fields);
	LOOP(head, every_prefix_keeps_its_whole_lines, fields);
	tcase_add_test(head, fields_beyond_the_limit_are_counted_but_frame);
	tcase_add_test(head, a_field_is_found_in_any_case_the_first_of_them);
	tcase_add_test(head, names_are_known);
	LOOP(head, a_body_is_framed_by_rule, rules);
	suite_add_tcase(suite, start);
	suite_add_tcase(suite, head);
	return run_suite(suite);
}
