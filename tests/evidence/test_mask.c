/* SPDX-License-Identifier: BSD-2-Clause */
/* Heads in, masked heads out: what stays, what goes, and that it fits. */
#include <ctype.h>

#include "base/base64.h"
#include "evidence/dns.h"
#include "evidence/mask_auth.h"
#include "evidence/mask_body.h"
#include "evidence/mask_gss.h"
#include "evidence/mask_http.h"
#include "run.h"

static struct mask *mask;
static struct names *names;

static void
setup(void)
{
	names = names_new(NULL);
	mask = mask_new(names);
}

static void
teardown(void)
{
	mask_free(mask);
	names_free(names);
}

/* One row a kind of line: what was sent, and what is written. */
static const struct {
	const char *name;
	enum http_side side;
	const char *in, *out;
} heads[] = {
	{ "a known head stays", HTTP_CLIENT,
	    "GET http://a.test/b HTTP/1.1\r\nHost: a.test\r\n\r\n",
	    "GET http://a.test/b HTTP/1.1\r\nHost: a.test\r\n\r\n" },
	{ "user information and query go", HTTP_CLIENT,
	    "GET http://bob:secret@a.test/b?k=v&token=abc#f HTTP/1.1\r\n\r\n",
	    "GET http://xxx:xxxxxg@a.test/b?x=x&xxxxx=xxx#h HTTP/1.1\r\n\r\n" },
	{ "a CONNECT keeps its authority", HTTP_CLIENT,
	    "CONNECT a.test:443 HTTP/1.1\r\n\r\n",
	    "CONNECT a.test:443 HTTP/1.1\r\n\r\n" },
	{ "what is no known field goes, with its name", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nX-Api-Key: 0123\r\n\r\n",
	    "GET / HTTP/1.1\r\nx-xxx-xxx: xxxx\r\n\r\n" },
	{ "a line that is no field goes", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nBasic Ym9iOng=\r\n\r\n",
	    "GET / HTTP/1.1\r\nxxxxx xxxxxxxx\r\n\r\n" },
	{ "what is no method goes with its target", HTTP_CLIENT,
	    "Ym9iOlNlY3 /a HTTP/1.1\r\nHost: a.test\r\n\r\n",
	    "xxxxxxxxxx xx xxxxxxxx\r\nHost: a.test\r\n\r\n" },
	{ "cookies go", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nCookie: sid=12; b=3\r\n\r\n",
	    "GET / HTTP/1.1\r\nCookie: xxx=xx; x=h\r\n\r\n" },
	{ "a password keeps its length", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic Ym9iOlNlY3IzdCE=\r\n\r\n",
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic Ym9iOnh4eHh4eGo=\r\n\r\n" },
	{ "an empty password is none", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nProxy-Authorization: Basic Ym9iOg==\r\n\r\n",
	    "GET / HTTP/1.1\r\nProxy-Authorization: Basic Ym9iOg==\r\n\r\n" },
	{ "an escape in a token stays one", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Bearer ab%2Ecdef!x\r\n\r\n",
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Bearer xx%xxxxxx%h\r\n\r\n" },
	/* bob:undefined, bob:**** */
	{ "what is no password stays none", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic Ym9iOnVuZGVmaW5lZA==\r\n\r\n",
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic Ym9iOioqKioqKioqKg==\r\n\r\n" },
	{ "what hides a password stays so", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic Ym9iOioqKio=\r\n\r\n",
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic Ym9iOnh4eHg=\r\n\r\n" },
	{ "credentials of no scheme go", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nProxy-Authorization: Ym9iOlNlY3I\r\n\r\n",
	    "GET / HTTP/1.1\r\nProxy-Authorization: xxxxxxxxxxg\r\n\r\n" },
	{ "folded credentials stay folded", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic\r\n  Ym9iOlNlY3IzdCE=\r\n\r\n",
	    "GET / HTTP/1.1\r\n"
	    "Proxy-Authorization: Basic\r\n  Ym9iOnh4eHh4eGo=\r\n\r\n" },
	{ "of a Digest response, cnonce and opaque go", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nProxy-Authorization: Digest username=\"bob\", "
	    "realm=\"r\", nonce=\"n0\", uri=\"/a?b=c\", nc=00000001, "
	    "cnonce=\"abc\", qop=auth, response=\"0a4f113b\", zz=\"q\"\r\n\r\n",
	    "GET / HTTP/1.1\r\nProxy-Authorization: Digest username=\"bob\", "
	    "realm=\"r\", nonce=\"n0\", uri=\"/a?x=h\", nc=00000001, "
	    "cnonce=\"xxi\", qop=auth, response=\"00000003\", xx=\"k\""
	    "\r\n\r\n" },
	{ "an extended user name is there, and goes", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nProxy-Authorization: Digest "
	    "username*=UTF-8''J%C3%A4s, response=\"0a4f113b\"\r\n\r\n",
	    "GET / HTTP/1.1\r\nProxy-Authorization: Digest "
	    "username*=xxxxxxxxxxxxxxg, response=\"00000002\"\r\n\r\n" },
	{ "challenges stay", HTTP_SERVER,
	    "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"r s\", NTLM"
	    "\r\n\r\n",
	    "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"r s\", NTLM"
	    "\r\n\r\n" },
	{ "an unknown Bearer token goes", HTTP_CLIENT,
	    "GET / HTTP/1.1\r\nAuthorization: Bearer tok-6f1be\r\n\r\n",
	    "GET / HTTP/1.1\r\nAuthorization: Bearer xxxxxxxxh\r\n\r\n" },
	{ "bytes that are no text go", HTTP_SERVER,
	    "HTTP/1.1 200 \x01\xff\r\nServer: a\x02\r\n\r\n",
	    "HTTP/1.1 200 ??\r\nServer: a?\r\n\r\n" },
};

START_TEST(a_head_is_masked)
{
	struct span in = span_of_str(heads[_i].in);
	uint8_t *copy = exact_copy(in, in.len);
	uint8_t *out = exact_copy(in, in.len);

	mask_head(mask, heads[_i].side, span_of(copy, in.len), out);
	/* Numbers depend on the order of secrets: letters compare as one. */
	for (size_t i = 0; i < in.len; i++) {
		uint8_t want = (uint8_t)heads[_i].out[i];
		bool number = want >= 'g' && want <= 'w' && out[i] >= 'g' &&
		    out[i] <= 'x';

		ck_assert_msg(out[i] == want || number ||
		        (out[i] == 'x' && want == 'x'),
		    "%s: at %zu: %.*s", heads[_i].name, i, (int)in.len,
		    (const char *)out);
	}
	free(copy);
	free(out);
}
END_TEST

/* A capture can end anywhere: each prefix is masked, and no byte past it. */
START_TEST(every_prefix_of_a_head_is_masked)
{
	struct span in = span_of_str(heads[_i].in);

	for (size_t n = 0; n <= in.len; n++) {
		uint8_t *copy = exact_copy(in, n);
		uint8_t *out = exact_copy(in, n);

		mask_head(mask, heads[_i].side, span_of(copy, n), out);
		ck_assert_msg(span_find_nocase(span_of(out, n),
		                  SPAN("Ym9iOlNl")) == n,
		    "%s cut to %zu", heads[_i].name, n);
		ck_assert(span_find_nocase(span_of(out, n), SPAN("secret")) ==
		    n);
		free(copy);
		free(out);
	}
}
END_TEST

static void
basic(const char *in, char *out)
{
	struct span s = span_of_str(in);
	struct shown shown = { s, (uint8_t *)out };

	memset(out, 'x', s.len);
	out[s.len] = '\0';
	mask_basic(mask, &shown, s);
}

START_TEST(the_same_password_is_the_same_filler)
{
	char one[64], two[64], other[64];

	basic("Ym9iOlNlY3IzdCE=", one);
	basic("Ym9iOlNlY3I0dCE=", other);
	basic("Ym9iOlNlY3IzdCE=", two);
	ck_assert_str_eq(one, two);
	ck_assert_str_ne(one, other);
}
END_TEST

/* The shapes of enum basic_shape that malformed-token rests on. */
static const struct {
	const char *name, *password;
	char kept; /* a character of it that stays */
} shapes[] = {
	{ "an escape", "pa%40ss9", '%' },
	{ "a blank at the end", "passw9 ", ' ' },
	{ "quotes", "'passw9'", '\'' },
	{ "a colon", "pa:ssw9", ':' },
	{ "a template", "${PASSW9}", '{' },
	{ "a line end", "passw9\n", '\n' },
};

START_TEST(an_odd_password_stays_odd)
{
	struct span in = span_of_str(shapes[_i].password);
	uint8_t raw[64], out[64], back[96];
	struct text t = { 0 };
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	/* "u:" and the password, to base64. */
	memcpy(raw, "u:", 2);
	memcpy(raw + 2, in.at, in.len);
	memset(raw + 2 + in.len, 0, 3);
	for (size_t i = 0; i < (in.len + 2) * 8; i += 6) {
		unsigned pair = raw[i / 8] * 256u + raw[i / 8 + 1];

		text_char(&t, alphabet[pair >> (10 - i % 8) & 63]);
	}
	while (t.len % 4 != 0)
		text_char(&t, '=');

	struct span text = text_span(&t);
	struct shown shown = { text, out };

	memset(out, 'x', text.len);
	mask_basic(mask, &shown, text);

	struct base64 b = base64_decode(span_of(out, text.len), back);

	ck_assert_uint_eq(b.flaws, 0);
	ck_assert_uint_eq(b.len, in.len + 2);
	ck_assert_msg(span_find(span_of(back, b.len),
	                  (uint8_t)shapes[_i].kept) < b.len,
	    "%s", shapes[_i].name);
	ck_assert(span_find(span_of(back, b.len), '9') == b.len);
	text_fini(&t);
}
END_TEST

/* [MS-NLMP] 4.2.4.3: the AUTHENTICATE_MESSAGE of the NTLMv2 example, with a
 * MIC-less header; fields are in the order of the payload. */
/* clang-format off */
static const uint8_t type3[] = {
	'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 3, 0, 0, 0,
	/* 12 LM  */ 24, 0, 24, 0, 80, 0, 0, 0,
	/* 20 NT  */ 52, 0, 52, 0, 104, 0, 0, 0,
	/* 28 dom */ 4, 0, 4, 0, 72, 0, 0, 0,
	/* 36 usr */ 4, 0, 4, 0, 76, 0, 0, 0,
	/* 44 ws  */ 0, 0, 0, 0, 80, 0, 0, 0,
	/* 52 key */ 16, 0, 16, 0, 156, 0, 0, 0,
	/* 60 flg */ 0x33, 0x82, 0x8a, 0xe2,
	/* 64 ver */ 6, 0, 0x70, 0x17, 0, 0, 0, 15,
	/* 72     */ 'D', 0, 'o', 0, 'U', 0, 's', 0,
	/* 80 LM  */ 0x86, 0xc3, 0x50, 0x97, 0xac, 0x9c, 0xec, 0x10,
	0x25, 0x54, 0x76, 0x4a, 0x57, 0xcc, 0xcc, 0x19,
	0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
	/*104 NTProofStr */ 0x68, 0xcd, 0x0a, 0xb8, 0x51, 0xe5, 0x1c, 0x96,
	0xaa, 0xbc, 0x92, 0x7b, 0xeb, 0xef, 0x6a, 0x1c,
	/*120 blob */ 1, 1, 0, 0, 0, 0, 0, 0,
	0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
	0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0xab, 0, 0, 0, 0,
	/*148 pairs */ 2, 0, 0, 0, 0, 0, 0, 0,
	/*156 key */ 0xc5, 0xda, 0xd2, 0x54, 0x4f, 0xc9, 0x79, 0x90,
	0x94, 0xce, 0x1c, 0xe9, 0x0b, 0xc9, 0xd0, 0x3e,
};
/* clang-format on */
#define TYPE3 span_of(type3, sizeof(type3))

/* Where secrets are, and how long. */
static const size_t secrets3[][2] = { { 80, 24 }, { 104, 16 }, { 136, 8 },
	{ 156, 16 } };

START_TEST(of_a_type_3_all_but_the_secrets_stays)
{
	uint8_t *out = exact_copy(TYPE3, TYPE3.len), *same = out;
	struct shown s = { TYPE3, out };
	bool secret[sizeof(type3)] = { false };

	memset(out, 0, TYPE3.len);
	mask_ntlm(mask, &s);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < secrets3[i][1]; k++)
			secret[secrets3[i][0] + k] = true;
	for (size_t i = 0; i < TYPE3.len; i++)
		ck_assert_msg(secret[i] ? same[i] < 5 : same[i] == type3[i],
		    "byte %zu is %02x", i, same[i]);
	free(out);
}
END_TEST

/* No byte of a secret, wherever the message ends. */
START_TEST(every_prefix_of_a_type_3_is_masked)
{
	size_t n = (size_t)_i;
	uint8_t *cut = exact_copy(TYPE3, n), *out = exact_copy(TYPE3, n);
	struct shown s = { span_of(cut, n), out };

	memset(out, 0, n);
	mask_ntlm(mask, &s);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = secrets3[i][0];
		     k < secrets3[i][0] + secrets3[i][1] && k < n; k++)
			ck_assert_msg(out[k] < 5 || out[k] != type3[k],
			    "cut to %zu: byte %zu", n, k);
	free(cut);
	free(out);
}
END_TEST

/* A crafted message: the user name points into the response. */
START_TEST(a_name_that_overlaps_a_response_shows_none_of_it)
{
	uint8_t *crafted = exact_copy(TYPE3, TYPE3.len);
	uint8_t *out = exact_copy(TYPE3, TYPE3.len);
	struct shown s = { span_of(crafted, TYPE3.len), out };

	crafted[36] = crafted[38] = 60;
	crafted[40] = 80;
	memset(out, 0, TYPE3.len);
	mask_ntlm(mask, &s);
	for (size_t k = 80; k < 120; k++)
		ck_assert_msg(out[k] < 5, "byte %zu", k);
	free(crafted);
	free(out);
}
END_TEST

/*
 * A salt comes as octets (PA-PW-SALT, Heimdal's AS-REP) and as a string
 * (ETYPE-INFO2).  It is no secret, and must not be one that the string shows.
 */
START_TEST(a_salt_is_no_secret)
{
	/* clang-format off */
	static const uint8_t salt[] = {
		0x30, 0x10, 0xa1, 3, 2, 1, 3,
		0xa2, 9, 4, 7, 'X', '.', 'Y', 'e', 'r', 'i', 'n' },
	    other[] = {
		0x30, 0x10, 0xa1, 3, 2, 1, 3,
		0xa2, 9, 4, 7, 'X', 0x80, 'Y', 1, 'r', 2, 'n' };
	/* clang-format on */
	uint8_t out[sizeof(salt)] = { 0 };
	struct shown s = { span_of(salt, sizeof(salt)), out };

	mask_der(mask, &s);
	ck_assert_mem_eq(out, salt, sizeof(salt));
	ck_assert(list_empty(mask_secrets(mask)));
	s = (struct shown){ span_of(other, sizeof(other)), out };
	memset(out, 0, sizeof(out));
	mask_der(mask, &s);
	ck_assert_mem_ne(out + 11, other + 11, 7);
	ck_assert(!list_empty(mask_secrets(mask)));
}
END_TEST

START_TEST(chunk_sizes_stay_and_trailers_go)
{
	static const char in[] = "a;x=secret\r\n", last[] =
	    "\r\n0\r\nX-Token: abc\r\n\r\n";
	static const char want[] = "a;xxxxxxxx\r\n", want_last[] =
	    "\r\n0\r\nxxxxxxxx xxx\r\n\r\n";
	struct chunked c;
	uint8_t out[64] = { 0 };

	chunked_init(&c);
	mask_framing(&c, span_of_str(in), out);
	ck_assert_str_eq((char *)out, want);
	mask_chunk_data(&c);
	memset(out, 0, sizeof(out));
	mask_framing(&c, span_of_str(last), out);
	ck_assert_str_eq((char *)out, want_last);
}
END_TEST

/* Bodies: what a verdict may rest on stays, and nothing else. */
static const struct {
	const char *name;
	unsigned status;
	const char *in, *out; /* out NULL: not shown at all */
} bodies[] = {
	{ "return values of a PAC file", 200,
	    "function FindProxyForURL(u, h) {\n"
	    "return \"PROXY p.test:8080; DIRECT\"; }",
	    "xxxxxxxx FindProxyForURLxxx xx x\n"
	    "xxxxxx \"PROXY p.test:8080; DIRECT\"x h" },
	{ "other strings and comments go", 200,
	    "// PROXY old:1\nif (x == 'secret') return 'SOCKS s:1';",
	    "xx xxxxx xxxxx\nxx xx xx xxxxxxxxx xxxxxx 'SOCKS s:1'h" },
	{ "a place with a password in it is none", 200,
	    "return 'PROXY bob:pw@p.test:1';",
	    "xxxxxx xxxxxxxxxxxxxxxxxxxxxxxh" },
	{ "the title of a 407", 407,
	    "<html><TITLE> Account locked </title>for bob",
	    "xxxxxx<title> Account locked <xxxxxxxxxx xxx" },
	{ "a URL in it, without its query", 407,
	    "<title>at http://a.test/b?token=abc now</title>",
	    "<title>at http://a.test/b?xxxxx=xxh now<xxxxxxx" },
	{ "a page without a title", 407, "<html>secret</html>", NULL },
	{ "a title without an end", 407, "<title>secret", NULL },
};

static bool
mask_one_body(int i, size_t len, uint8_t *out)
{
	static const struct http_field type[] = {
		{ SPAN_INIT("content-type"),
		    SPAN_INIT("application/x-ns-proxy-autoconfig"),
		    FIELD_CONTENT_TYPE },
	};
	uint8_t *in = exact_copy(span_of_str(bodies[i].in), len);
	struct http_exchange e = { .response = { .seen = true,
		.status = bodies[i].status, .fields = type, .n_fields = 1,
		.body_start = span_of(in, len) } };
	bool shown = mask_body(mask, &e, out);

	free(in);
	return shown;
}

START_TEST(a_body_is_masked)
{
	uint8_t out[256] = { 0 };
	bool shown = mask_one_body(_i, strlen(bodies[_i].in), out);

	ck_assert_msg(shown == (bodies[_i].out != NULL), "%s",
	    bodies[_i].name);
	/* Of a tag, upper case is as good. */
	for (size_t k = 0; shown && out[k] != '\0'; k++)
		ck_assert_msg(tolower(out[k]) ==
		        tolower((unsigned char)bodies[_i].out[k]),
		    "%s: %s", bodies[_i].name, (char *)out);
}
END_TEST

START_TEST(every_prefix_of_a_body_is_masked)
{
	for (size_t n = 1; n < strlen(bodies[_i].in); n++) {
		uint8_t *out = calloc(n, 1);

		mask_one_body(_i, n, out);
		ck_assert_ptr_null(memmem(out, n, "secret", 6));
		ck_assert_ptr_null(memmem(out, n, "pw@", 3));
		free(out);
	}
}
END_TEST

/* "gw.lab" is an alias of "p" + a pointer to "lab", at 10.0.0.9. */
static const uint8_t dns_message[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
    "\2gw\3lab\0\0\1\0\1"
    "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1p\xc0\x0f"
    "\xc0\x24\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\x09";

START_TEST(an_answer_of_a_name_server)
{
	struct span in = span_of(dns_message, sizeof(dns_message) - 1);
	struct dns_shown shown = { .n = 0 };
	uint8_t out[sizeof(dns_message)];

	/* Nobody's business: neither name nor address. */
	dns_mask(mask, &shown, in, out);
	ck_assert_ptr_null(memmem(out, in.len, "gw", 2));
	ck_assert_ptr_null(memmem(out, in.len, "lab", 3));
	ck_assert_ptr_null(memmem(out, in.len, "\x0a\0\0\x09", 4));
	dns_shown_add(&shown, "gw.lab");
	dns_mask(mask, &shown, in, out);
	ck_assert_mem_eq(out, in.at, in.len);
	for (size_t n = 0; n < in.len; n++) {
		uint8_t *cut = exact_copy(in, n);

		dns_mask(mask, &shown, span_of(cut, n), out);
		free(cut);
	}
}
END_TEST

#define N_OF(a) ((int)(sizeof(a) / sizeof((a)[0])))

int
main(void)
{
	Suite *suite = suite_create("evidence/mask");
	TCase *http = tcase_create("heads"), *ntlm = tcase_create("NTLM");

	tcase_add_checked_fixture(http, setup, teardown);
	tcase_add_loop_test(http, a_head_is_masked, 0, N_OF(heads));
	tcase_add_loop_test(http, every_prefix_of_a_head_is_masked, 0,
	    N_OF(heads));
	tcase_add_test(http, the_same_password_is_the_same_filler);
	tcase_add_loop_test(http, an_odd_password_stays_odd, 0,
	    N_OF(shapes));
	tcase_add_test(http, chunk_sizes_stay_and_trailers_go);
	tcase_add_loop_test(http, a_body_is_masked, 0, N_OF(bodies));
	tcase_add_loop_test(http, every_prefix_of_a_body_is_masked, 0,
	    N_OF(bodies));
	tcase_add_test(http, an_answer_of_a_name_server);
	suite_add_tcase(suite, http);
	tcase_add_checked_fixture(ntlm, setup, teardown);
	tcase_add_test(ntlm, of_a_type_3_all_but_the_secrets_stays);
	tcase_add_test(ntlm, a_salt_is_no_secret);
	tcase_add_loop_test(ntlm, every_prefix_of_a_type_3_is_masked, 0,
	    (int)sizeof(type3));
	tcase_add_test(ntlm,
	    a_name_that_overlaps_a_response_shows_none_of_it);
	suite_add_tcase(suite, ntlm);
	return run_suite(suite);
}
