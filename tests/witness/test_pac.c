/* SPDX-License-Identifier: BSD-2-Clause */
/* Scripts as rows: what they name; fetches; every prefix. */
#include "witness/pac.h"

#include "base/limits.h"
#include "base/text.h"
#include "run.h"

static const struct row {
	const char *what;
	const char *script;
	const char *names; /* "KIND host port, …" and "DIRECT" */
	bool is_script;
} rows[] = {
	{ "the usual file",
	    "function FindProxyForURL(url, host) {\n"
	    "  if (isPlainHostName(host)) return 'DIRECT';\n"
	    "  return \"PROXY px.test:8080; SOCKS5 s.test\";\n}",
	    "PROXY px.test 8080, SOCKS5 s.test 1080, DIRECT", true },
	{ "ports where none is written",
	    "\"PROXY a; HTTPS b; HTTP c; SOCKS d; SOCKS4 e\"",
	    "PROXY a 80, HTTPS b 443, HTTP c 80, SOCKS d 1080, SOCKS4 e 1080",
	    false },
	{ "any case, any space, and each once",
	    "'proxy\tPX.test:3128 ;;PROXY px.TEST:3128; Direct'",
	    "PROXY px.test 3128, DIRECT", false },
	{ "addresses",
	    "'PROXY 10.0.0.1:80; PROXY [2001:db8::1]:3128; PROXY [::1]'",
	    "PROXY 10.0.0.1 80, PROXY 2001:db8::1 3128, PROXY ::1 80", false },
	{ "comments name nothing, and quotes in them open nothing",
	    "// don't 'PROXY a:1'\n/* \"PROXY b:1\" */ 'PROXY c:1' // \"",
	    "PROXY c 1", false },
	{ "a slash in a literal opens no comment",
	    "x = 'http://a.test/'; 'PROXY c:1'", "PROXY c 1", false },
	{ "an escaped quote ends no literal",
	    "'it\\'s PROXY a:1'; \"PROXY b:2\"", "PROXY b 2", false },
	{ "what stands between is no literal, whatever it begins with",
	    "; PROXY a:1;'PROXY b:2'; F FindProxy / ;\"PROXY c:3\"",
	    "PROXY b 2, PROXY c 3", false },
	{ "a literal ends with its line",
	    "'PROXY a:1\n'PROXY b:2'", "PROXY b 2", false },
	{ "what is no host and no port is left out",
	    "'PROXY a b:1; PROXY c:x; PROXY d:0; PROXY e:65536; PROXY ; PROXY'",
	    "", false },
	{ "words that only begin alike",
	    "'PROXYHOST a:1; DIRECTLY; HTTPSX b'", "", false },
	{ "a page", "<html><body>Log in, don't go DIRECT</body></html>", "",
	    false },
	{ "nothing", "", "", false },
};

#define N_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static const char *
names(const struct pac_record *r, struct text *t)
{
	for (size_t i = 0; i < r->n_proxies; i++)
		text_fmt(t, "%s%s %s %u", t->len > 0 ? ", " : "",
		    r->proxies[i].kind, r->proxies[i].host,
		    r->proxies[i].port);
	if (r->direct)
		text_fmt(t, "%sDIRECT", t->len > 0 ? ", " : "");
	return text_get(t);
}

START_TEST(a_script_names_its_proxies)
{
	struct pac_record r = { 0 };
	struct arena arena = { 0 };
	struct text t = { 0 };

	pac_scan(span_of_str(rows[_i].script), &r, &arena);
	ck_assert_msg(strcmp(names(&r, &t), rows[_i].names) == 0,
	    "%s: '%s'", rows[_i].what, text_get(&t));
	ck_assert_msg(r.is_script == rows[_i].is_script, "%s",
	    rows[_i].what);
	text_fini(&t);
	arena_fini(&arena);
}
END_TEST

START_TEST(every_prefix_of_a_script_is_read_without_harm)
{
	struct span whole = span_of_str(rows[_i].script);

	for (size_t n = 0; n <= whole.len; n++) {
		uint8_t *copy = exact_copy(whole, n);
		struct pac_record r = { 0 };
		struct arena arena = { 0 };

		pac_scan(span_of(copy, n), &r, &arena);
		ck_assert_uint_le(r.n_proxies, PAC_PROXIES_MAX);
		arena_fini(&arena);
		free(copy);
	}
}
END_TEST

START_TEST(a_file_with_many_proxies_gives_the_first_ones)
{
	struct pac_record r = { 0 };
	struct arena arena = { 0 };
	struct text t = { 0 };

	for (int i = 0; i < 1000; i++)
		text_fmt(&t, "'PROXY p%d:80'\n", i);
	pac_scan(text_span(&t), &r, &arena);
	ck_assert_uint_eq(r.n_proxies, PAC_PROXIES_MAX);
	ck_assert_str_eq(r.proxies[PAC_PROXIES_MAX - 1].host, "p31");
	text_fini(&t);
	arena_fini(&arena);
}
END_TEST

START_TEST(targets_that_name_a_pac_file)
{
	ck_assert(pac_is_target(SPAN("/proxy.pac")));
	ck_assert(pac_is_target(SPAN("http://h.test/PROXY.PAC?user=x")));
	ck_assert(pac_is_target(SPAN("/wpad.dat")));
	ck_assert(!pac_is_target(SPAN("/wpad.data")));
	ck_assert(!pac_is_target(SPAN("/?x=/proxy.pac")));
	ck_assert(!pac_is_target(SPAN("/a.package")));
	ck_assert(!pac_is_target(SPAN("")));
}
END_TEST

static struct http_exchange
fetch(const char *target, unsigned status, struct span body)
{
	static const struct http_field fields[] = {
		{ SPAN_INIT("Host"), SPAN_INIT("user@PAC.test:8088"),
		    FIELD_HOST },
	};

	return (struct http_exchange){
		.request = { .seen = true, .method = SPAN("GET"),
		    .target = span_of_str(target), .fields = fields,
		    .n_fields = 1 },
		.response = { .seen = true, .status = status,
		    .body_start = body },
	};
}

START_TEST(a_fetch_tells_where_what_and_whether_it_is_the_same)
{
	struct arena a = { 0 };
	struct span one = SPAN("function FindProxyForURL(){return 'DIRECT'}");
	struct span two = SPAN("function FindProxyForURL(){return 'PROXY a'}");
	struct http_exchange e = fetch("/p.pac?user=erin", 200, one);
	const struct pac_record *r = pac_of_exchange(&e, &a);

	ck_assert_str_eq(r->url, "PAC.test:8088/p.pac");
	ck_assert_str_eq(r->host, "pac.test");
	ck_assert(!r->through_proxy && r->is_script && r->direct);
	ck_assert(!r->truncated);

	fingerprint first = r->content;

	ck_assert(pac_of_exchange(&e, &a)->content == first);
	e = fetch("http://u:p@pac.test/p.pac", 200, two);
	r = pac_of_exchange(&e, &a);
	ck_assert_str_eq(r->url, "pac.test/p.pac");
	ck_assert(r->through_proxy && r->content != first);
	e = fetch("/p.pac", 404, two);
	r = pac_of_exchange(&e, &a);
	ck_assert_uint_eq(r->status, 404);
	ck_assert(!r->body_seen && !r->is_script && r->n_proxies == 0);
	arena_fini(&a);
}
END_TEST

START_TEST(a_body_with_holes_is_said_to_be_cut)
{
	struct arena a = { 0 };
	struct http_exchange e = fetch("/p.pac", 200, SPAN("'PROXY a'"));

	e.response.flaws = HTTP_GAP_IN_BODY;
	ck_assert(pac_of_exchange(&e, &a)->truncated);
	arena_fini(&a);
}
END_TEST

/* Nobody looked: it is not said to be no script. */
START_TEST(a_compressed_script_is_not_looked_through)
{
	static const struct http_field fields[] = {
		{ SPAN_INIT("Content-Encoding"), SPAN_INIT("gzip"),
		    FIELD_CONTENT_ENCODING },
	};
	struct arena a = { 0 };
	struct http_exchange e = fetch("/p.pac", 200, SPAN("\x1f\x8b...."));

	ck_assert(!pac_of_exchange(&e, &a)->compressed);
	e.response.fields = fields;
	e.response.n_fields = 1;

	const struct pac_record *r = pac_of_exchange(&e, &a);

	ck_assert(r->body_seen && r->compressed && !r->is_script);
	arena_fini(&a);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pac");
	TCase *t = tcase_create("pac");

	tcase_add_loop_test(t, a_script_names_its_proxies, 0, N_ROWS);
	tcase_add_loop_test(t, every_prefix_of_a_script_is_read_without_harm,
	    0, N_ROWS);
	tcase_add_test(t, a_file_with_many_proxies_gives_the_first_ones);
	tcase_add_test(t, targets_that_name_a_pac_file);
	tcase_add_test(t,
	    a_fetch_tells_where_what_and_whether_it_is_the_same);
	tcase_add_test(t, a_body_with_holes_is_said_to_be_cut);
	tcase_add_test(t, a_compressed_script_is_not_looked_through);
	suite_add_tcase(suite, t);
	return run_suite(suite);
}
