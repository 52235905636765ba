/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/echo.h"

#include <stdio.h>

#include "http/fields.h"
#include "run.h"

/* A head, with room for what it says. */
struct head {
	char bytes[2048];
	struct http_field fields[16];
};

static void
read_head(struct head *h, enum http_side side, const char *lines,
    struct http_message *m)
{
	struct http_framing framing;
	size_t len = (size_t)snprintf(h->bytes, sizeof(h->bytes), "%s\r\n",
	    lines);

	*m = (struct http_message){ .seen = true };
	ck_assert(http_fields_read((uint8_t *)h->bytes, len, side, m,
	    h->fields, 16, &framing));
}

#define BEARER "Bearer dm72p94662c0a71d9e"
#define BASIC  "Basic ZXJpbjpzdW4tc2hpbmU=" /* erin:sun-shine */
#define NAMED  "Basic c3F1aWQ6c3F1aWQ="     /* squid:squid */
#define SHORT  "Basic ZXJpbjphYmM="         /* erin:abc */
#define DIGEST "Digest username=\"erin\", realm=\"r\", nonce=\"n0n0n0\", " \
               "uri=\"/\", response=\"6629fae49393a05397450978507c4ef1\""
#define FORTY    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0"
#define LONG   FORTY FORTY FORTY FORTY FORTY FORTY FORTY FORTY
#define DOTS   "\xe2\x80\xa6"

/* What is left of the reason, of one field, and of the body. */
static const struct {
	const char *name, *credentials, *reason, *field, *body;
	const char *want_reason, *want_field, *want_body;
} rows[] = {
	{ "nothing said back", BEARER, "Token refused", "Basic realm=\"squid\"",
	    "<p>dm72</p><title>No</title>", "Token refused",
	    "Basic realm=\"squid\"", "<p>dm72</p><title>No</title>" },
	{ "a token, everywhere", BEARER, "No dm72p94662c0a71d9e.",
	    "Bearer realm=\"dm72p94662c0a71d9e\", error=\"invalid_token\", "
	    "error_description=\"Invalid: dm72p94662c0a71d9e, "
	    "DM72P94662C0A71D9E\"",
	    "<html><TITLE>dm72p94662c0a71d9e</TITLE>", "No " DOTS ".",
	    "Bearer realm=\"" DOTS "\", error=\"invalid_token\", "
	    "error_description=\"Invalid: " DOTS ", " DOTS "\"",
	    "<TITLE>" DOTS "<" },
	{ "a password, in prose", BASIC, "sun-shine expired",
	    "Basic realm=\"x\", error=\"sun-shine\"",
	    "<title>Password expired: sun-shine</title>", DOTS " expired",
	    "Basic realm=\"x\", error=\"" DOTS "\"",
	    "<title>Password expired: " DOTS "<" },
	{ "both, and as they were sent", BASIC,
	    "erin:sun-shine ZXJpbjpzdW4tc2hpbmU=", "Basic realm=\"x\"", "",
	    DOTS " " DOTS, "Basic realm=\"x\"", "" },
	{ "a word that is there anyway", NAMED, "Ask squids",
	    "Basic realm=\"squid\"", "<title>mysquid</title>", "Ask squids",
	    "Basic realm=\"squid\"", "<title>mysquid</title>" },
	{ "a password, outside of prose", BASIC, "Refused",
	    "Basic realm=\"erin sun-shine\"", "", "Refused",
	    "Basic realm=\"erin " DOTS "\"", "" },
	{ "too short to be told from a word", SHORT, "abc",
	    "Basic realm=\"abc\"", "", "abc", "Basic realm=\"abc\"", "" },
	{ "a response; the nonce is the proxy's own", DIGEST,
	    "Wrong 6629fae49393a05397450978507c4ef1",
	    "Digest realm=\"r\", nonce=\"n0n0n0\"", "", "Wrong " DOTS,
	    "Digest realm=\"r\", nonce=\"n0n0n0\"", "" },
	{ "half of a token is as much as all of it", BEARER,
	    "No dm72p94662c0a71d...",
	    "Basic realm=\"x\"", "<title>dm72p94662c0a71d9</title>",
	    "No " DOTS "...", "Basic realm=\"x\"", "<title>" DOTS "<" },
	{ "longer than what is kept of a title", "Bearer " LONG,
	    "No", "Basic realm=\"x\"", "<title>No " LONG "</title></html>",
	    "No", "Basic realm=\"x\"", "<title>No " DOTS "<" },
	{ "no scheme", "dm72p94662c0a71d9e", "No dm72p94662c0a71d9e",
	    "Basic realm=\"x\"", "", "No " DOTS, "Basic realm=\"x\"", "" },
	{ "a scheme twice", "Bearer " BEARER, "No dm72p94662c0a71d9e",
	    "Basic realm=\"x\"", "", "No " DOTS, "Basic realm=\"x\"", "" },
	{ "again and again: the rest is left out", BASIC,
	    "sun-shine sun-shine sun-shine sun-shine sun-shine sun-shine "
	    "sun-shine sun-shine sun-shine", "Basic realm=\"x\"", "",
	    DOTS " " DOTS " " DOTS " " DOTS " " DOTS " " DOTS " " DOTS " "
	    DOTS, "Basic realm=\"x\"", "" },
};

#define N_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static void
ck_span(struct span got, const char *want)
{
	ck_assert_msg(span_eq(got, span_of_str(want)), "\"%.*s\", not \"%s\"",
	    (int)got.len, (const char *)got.at, want);
}

START_TEST(what_is_shown_of_an_answer)
{
	struct http_exchange e = { .number = 1 };
	struct http_message copy;
	struct arena arena = { 0 };
	struct head request, response;
	char lines[1024];

	snprintf(lines, sizeof(lines), "GET http://a.test/ HTTP/1.1\r\n"
	    "Proxy-Authorization: %s\r\n", rows[_i].credentials);
	read_head(&request, HTTP_CLIENT, lines, &e.request);
	snprintf(lines, sizeof(lines), "HTTP/1.1 407 %s\r\nServer: squid\r\n"
	    "Proxy-Authenticate: %s\r\n", rows[_i].reason, rows[_i].field);
	read_head(&response, HTTP_SERVER, lines, &e.response);
	e.response.body_start = span_of_str(rows[_i].body);

	const struct http_message *m = echo_free(&e, &copy, &arena);

	ck_span(m->reason, rows[_i].want_reason);
	ck_span(http_field_value(m, FIELD_SERVER), "squid");
	ck_span(http_field_value(m, FIELD_PROXY_AUTHENTICATE),
	    rows[_i].want_field);
	ck_span(m->body_start, rows[_i].want_body);
	/* What says nothing back costs no copy. */
	ck_assert((m == &e.response) == (strcmp(rows[_i].field,
	    rows[_i].want_field) == 0 && strcmp(rows[_i].reason,
	    rows[_i].want_reason) == 0 && strcmp(rows[_i].body,
	    rows[_i].want_body) == 0));
	arena_fini(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("echo");
	TCase *t = tcase_create("echo");

	tcase_add_loop_test(t, what_is_shown_of_an_answer, 0, N_ROWS);
	suite_add_tcase(suite, t);
	return run_suite(suite);
}
