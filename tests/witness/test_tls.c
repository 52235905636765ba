/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handshakes as rows of records, given whole, byte by byte, and cut short at
 * every byte.  Real ones are in captures/tls.
 */
#include "witness/tls.h"

#include "run.h"
#include "tls_stream_bytes.h"

#define ROW_MOST 10

struct said {
	enum tls_side side;
	struct span bytes;
};

#define C(lit) { TLS_CLIENT, SPAN_INIT(lit) }
#define S(lit) { TLS_SERVER, SPAN_INIT(lit) }

static const struct row {
	const char *what;
	struct said said[ROW_MOST];
	struct tls_record want;
	const char *client_alert, *server_alert; /* "": encrypted */
} rows[] = {
	{ "a proxy that speaks clear HTTP answers 400",
	    { C(CLIENT_HELLO_13), S("HTTP/1.1 400 Bad Request\r\n") },
	    { .answer = TLS_ANSWER_CLEAR, .status = 400,
	        .client_version = 0x0304, .offers_http = true },
	    NULL, NULL },
	{ "something else answers",
	    { C(CLIENT_HELLO_13), S("SSH-2.0-OpenSSH_9.2\r\n") },
	    { .answer = TLS_ANSWER_OTHER, .client_version = 0x0304,
	        .offers_http = true },
	    NULL, NULL },
	{ "nothing answers",
	    { C(CLIENT_HELLO_13) },
	    { .client_version = 0x0304, .offers_http = true },
	    NULL, NULL },
	{ "the proxy has no common version",
	    { C(CLIENT_HELLO_12), S("\x15\x03\x03\0\2\2\x46") },
	    { .answer = TLS_ANSWER_ALERT, .client_version = 0x0303 },
	    NULL, "protocol_version" },
	{ "the client does not know the issuer (TLS 1.2)",
	    { C(CLIENT_HELLO_12), S(SERVER_HELLO_12 SERVER_HELLO_DONE),
	        C("\x15\x03\x03\0\2\2\x30") },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0303,
	        .server_version = 0x0303 },
	    "unknown_ca", NULL },
	{ "a warning ends nothing, and the handshake goes on (TLS 1.2)",
	    { C(CLIENT_HELLO_12), S("\x15\x03\x03\0\2\1\x70" SERVER_HELLO_12),
	        C(CHANGE_CIPHER FINISHED_12), S(CHANGE_CIPHER FINISHED_12),
	        C(DATA(64)) },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0303,
	        .server_version = 0x0303, .established = true, .used = true },
	    NULL, NULL },
	{ "the client has no certificate (TLS 1.2)",
	    { C(CLIENT_HELLO_12), S(SERVER_HELLO_12 CERTIFICATE_REQUEST),
	        C(CERTIFICATE_EMPTY CHANGE_CIPHER FINISHED_12),
	        S("\x15\x03\x03\0\2\2\x28") },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0303,
	        .server_version = 0x0303, .asks_certificate = true,
	        .client_certificate = TLS_CERTIFICATE_EMPTY },
	    NULL, "handshake_failure" },
	{ "the client breaks off (TLS 1.3)",
	    { C(CLIENT_HELLO_13), S(SERVER_HELLO_13 CHANGE_CIPHER DATA(23)
	              DATA(900) DATA(69)),
	        C(CHANGE_CIPHER DATA(19)) },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0304,
	        .server_version = 0x0304, .offers_http = true },
	    "", NULL },
	{ "the proxy breaks off (TLS 1.3)",
	    { C(CLIENT_HELLO_13), S(SERVER_HELLO_13 CHANGE_CIPHER DATA(23)
	              DATA(900) DATA(69)),
	        C(CHANGE_CIPHER DATA(25) DATA(69) DATA(120)), S(DATA(19)) },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0304,
	        .server_version = 0x0304, .offers_http = true },
	    NULL, "" },
	{ "the client leaves without a word after the handshake (TLS 1.2)",
	    { C(CLIENT_HELLO_12), S(SERVER_HELLO_12),
	        C(CHANGE_CIPHER FINISHED_12), S(CHANGE_CIPHER FINISHED_12),
	        C("\x15\x03\x03\0\2xx") },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0303,
	        .server_version = 0x0303, .established = true },
	    NULL, NULL },
	{ "all is well (TLS 1.3), and the goodbye is no alarm",
	    { C(CLIENT_HELLO_13), S(SERVER_HELLO_13 CHANGE_CIPHER DATA(23)
	              DATA(900) DATA(69)),
	        C(CHANGE_CIPHER DATA(69) DATA(120)), S(DATA(250)),
	        S(DATA(19)), C(DATA(19)) },
	    { .answer = TLS_ANSWER_HELLO, .client_version = 0x0304,
	        .server_version = 0x0304, .offers_http = true,
	        .established = true, .used = true },
	    NULL, NULL },
};

#define N_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static const struct address nowhere = { 0 };

static void
check_alert(const struct row *row, const struct tls_alert *a,
    const char *want)
{
	ck_assert_msg(a->seen == (want != NULL), "%s: alert", row->what);
	if (want == NULL)
		return;
	ck_assert_msg(a->encrypted == (want[0] == '\0'), "%s: alert",
	    row->what);
	if (!a->encrypted)
		ck_assert_str_eq(tls_alert_name(a->description), want);
}

static void
check_row(const struct row *row, const struct tls_watch *w)
{
	struct arena arena = { 0 };
	const struct tls_record *r = tls_watch_record(w, &nowhere, &arena);
	const struct tls_record *want = &row->want;

#define SAME(field)                                                            \
	ck_assert_msg(r->field == want->field, "%s: " #field ": %d not %d",    \
	    row->what, (int)r->field, (int)want->field)
	SAME(answer);
	SAME(status);
	SAME(client_version);
	SAME(server_version);
	SAME(offers_http);
	SAME(asks_certificate);
	SAME(client_certificate);
	SAME(established);
	SAME(used);
	SAME(incomplete);
	SAME(fault.kind);
	check_alert(row, &r->alert[TLS_CLIENT], row->client_alert);
	check_alert(row, &r->alert[TLS_SERVER], row->server_alert);
	ck_assert_str_eq(r->server_name, "proxy.test");
	arena_fini(&arena);
}

/* What nobody looks at is stepped over, as TCP does. */
static void
give(struct tls_watch *w, enum tls_side side, struct span bytes,
    size_t piece)
{
	while (bytes.len > 0) {
		uint64_t idle = tls_watch_idle(w, side);
		struct span now = span_first(bytes, piece);

		if (idle > 0) {
			now = span_first(now, idle < now.len ? (size_t)idle
			                                     : now.len);
			tls_watch_gap(w, side, now.len, false);
		} else {
			tls_watch_bytes(w, side, now, 1);
		}
		bytes = span_from(bytes, now.len);
	}
}

START_TEST(a_handshake_says_how_it_ended)
{
	const struct row *row = &rows[_i];

	for (size_t piece = 1; piece < 4096; piece *= 3) {
		struct tls_watch *w = tls_watch_new();

		for (size_t i = 0; i < ROW_MOST; i++)
			give(w, row->said[i].side, row->said[i].bytes, piece);
		check_row(row, w);
		tls_watch_free(w);
	}
}
END_TEST

START_TEST(every_prefix_is_read_without_harm)
{
	const struct row *row = &rows[_i];
	size_t total = 0;

	for (size_t i = 0; i < ROW_MOST; i++)
		total += row->said[i].bytes.len;
	for (size_t cut = 0; cut < total; cut++) {
		struct tls_watch *w = tls_watch_new();
		struct arena arena = { 0 };
		size_t left = cut;

		for (size_t i = 0; i < ROW_MOST && left > 0; i++) {
			struct span s = span_first(row->said[i].bytes, left);
			uint8_t *copy = exact_copy(s, s.len);

			tls_watch_bytes(w, row->said[i].side,
			    span_of(copy, s.len), 1);
			left -= s.len;
			free(copy);
		}

		const struct tls_record *r =
		    tls_watch_record(w, &nowhere, &arena);

		/* Part of it says no more than all of it. */
		ck_assert(!r->established || row->want.established);
		ck_assert(!r->alert[0].seen || row->client_alert != NULL);
		ck_assert(!r->alert[1].seen || row->server_alert != NULL);
		arena_fini(&arena);
		tls_watch_free(w);
	}
}
END_TEST

START_TEST(lost_bytes_of_the_handshake_are_said_and_nothing_is_claimed)
{
	struct tls_watch *w = tls_watch_new();
	struct arena arena = { 0 };

	tls_watch_bytes(w, TLS_CLIENT, SPAN(CLIENT_HELLO_13), 1);
	tls_watch_gap(w, TLS_SERVER, 1400, true);
	tls_watch_bytes(w, TLS_SERVER, SPAN(DATA(19)), 2);

	const struct tls_record *r = tls_watch_record(w, &nowhere, &arena);

	ck_assert(r->incomplete);
	ck_assert(!r->alert[TLS_SERVER].seen);
	arena_fini(&arena);
	tls_watch_free(w);
}
END_TEST

START_TEST(lengths_that_lie_are_faults_of_the_hello)
{
	struct tls_record r = { 0 };
	struct fault fault;
	struct span name;

	/* session_id says 33 bytes where 1 is left. */
	ck_assert(!tls_client_hello_decode(
	    SPAN("\3\3" RANDOM "\x21" "x"), &r, &name, &fault));
	ck_assert_int_eq(fault.kind, FAULT_CUT);
	ck_assert_str_eq(fault.field, "session_id");
	ck_assert_uint_eq(r.client_version, 0x0303);
	ck_assert(!span_is_set(name));
}
END_TEST

START_TEST(a_record_longer_than_the_specification_allows_is_no_tls)
{
	struct tls_watch *w = tls_watch_new();

	tls_watch_bytes(w, TLS_SERVER, SPAN("\x16\3\3\xff\xff"), 1);
	ck_assert(tls_watch_idle(w, TLS_SERVER) == UINT64_MAX);
	tls_watch_free(w);
}
END_TEST

START_TEST(first_bytes_tell_tls_from_http)
{
	ck_assert(tls_looks_like_hello(SPAN("\x16\3\1")));
	ck_assert(!tls_looks_like_hello(SPAN("\x16\3")));
	ck_assert(!tls_looks_like_hello(SPAN("GET /")));
	ck_assert(tls_looks_like_alert(SPAN("\x15\3\3\0\2\2\x46")));
	ck_assert(!tls_looks_like_alert(SPAN("\x15\3\3\0\2\2")));
	ck_assert(!tls_looks_like_alert(SPAN("\x15\3\3\0\3\2\x46")));
	ck_assert(!tls_looks_like_alert(SPAN("HTTP/1.")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls");
	TCase *t = tcase_create("tls");

	tcase_add_loop_test(t, a_handshake_says_how_it_ended, 0, N_ROWS);
	tcase_add_loop_test(t, every_prefix_is_read_without_harm, 0, N_ROWS);
	tcase_add_test(t,
	    lost_bytes_of_the_handshake_are_said_and_nothing_is_claimed);
	tcase_add_test(t, lengths_that_lie_are_faults_of_the_hello);
	tcase_add_test(t,
	    a_record_longer_than_the_specification_allows_is_no_tls);
	tcase_add_test(t, first_bytes_tell_tls_from_http);
	suite_add_tcase(suite, t);
	return run_suite(suite);
}
