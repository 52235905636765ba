/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/products.h"

#include "diagnose/make.h"
#include "token_parts.h"
#include "diagnose/rules.h"
#include "run.h"

/* An answer of each make, and of some that only look like one. */
static const struct answer {
	const char *name;
	struct observed_response response;
	const char *realm, *os_version;
	const char *product, *version; /* NULL: none is told */
	enum level confidence;
} answers[] = {
	{ "Squid names itself in Server",
	    { .status = 407, .server = "squid/5.7" }, NULL, NULL, "squid",
	    "5.7", LEVEL_HIGH },
	{ "Squid without a version (httpd_suppress_version_string)",
	    { .status = 407, .server = "squid" }, NULL, NULL, "squid", "",
	    LEVEL_HIGH },
	{ "Squid whose Server was taken away",
	    { .status = 407, .vendor_error = "ERR_CACHE_ACCESS_DENIED 0",
	        .x_cache = "MISS from proxy" }, NULL, NULL, "squid", "",
	    LEVEL_MEDIUM },
	{ "Squid in the Via of a good answer",
	    { .status = 200, .server = "nginx",
	        .via = "1.1 far, 1.1 near (squid/6.13)" }, NULL, NULL,
	    "squid", "6.13", LEVEL_HIGH },
	{ "the proxy behind the one that the client talks to",
	    { .status = 200, .via = "1.1 far (squid/6.13), 1.1 near" }, NULL,
	    NULL, NULL, NULL, LEVEL_LOW },
	{ "an origin that says it is Apache is no proxy",
	    { .status = 200, .server = "Apache/2.4.62" }, NULL, NULL, NULL,
	    NULL, LEVEL_LOW },
	{ "Apache as a proxy",
	    { .status = 407, .server = "Apache/2.4.62 (Debian)" }, NULL, NULL,
	    "apache", "2.4.62", LEVEL_HIGH },
	{ "a helper passes on the Server of what is behind it",
	    { .status = 407, .server = "squid/5.7" }, "Cntlm for parent",
	    NULL, "cntlm", "", LEVEL_HIGH },
	{ "HAProxy says little", { .status = 407, .reason = "Unauthorized" },
	    "lab", NULL, "haproxy", "", LEVEL_MEDIUM },
	{ "401 Unauthorized is what everybody says",
	    { .status = 401, .reason = "Unauthorized" }, "lab", NULL, NULL,
	    NULL, LEVEL_LOW },
	{ "who says nothing at all is not known by that",
	    { .status = 407 }, "web", NULL, NULL, NULL, LEVEL_LOW },
	{ "tinyproxy", { .status = 407, .server = "tinyproxy/1.11.1" },
	    "tinyproxy", NULL, "tinyproxy", "1.11.1", LEVEL_HIGH },
	{ "mitmproxy", { .status = 407 }, "mitmproxy", NULL, "mitmproxy", "",
	    LEVEL_HIGH },
	{ "ProxySG by its reason",
	    { .status = 407,
	      .reason = "Access Denied (authentication_failed)" },
	    NULL, NULL, "proxysg", "", LEVEL_HIGH },
	{ "Zscaler", { .status = 407, .server = "Zscaler/6.2" }, NULL, NULL,
	    "zscaler", "6.2", LEVEL_HIGH },
	{ "McAfee Web Gateway",
	    { .status = 407, .via = "1.1 192.0.2.1 (McAfee Web Gateway "
	                            "9.2.4.34298)" }, NULL, NULL, "skyhigh",
	    "9.2.4.34298", LEVEL_HIGH },
	{ "a reason phrase that may be of McAfee is not enough",
	    { .status = 407, .reason = "authenticationrequired" }, NULL, NULL,
	    NULL, NULL, LEVEL_LOW },
	{ "Cisco's appliance",
	    { .status = 407,
	      .via = "1.1 wsa:80 (Cisco-IronPort-WSA/7.5.0-833)" },
	    NULL, NULL, "cisco-wsa", "7.5.0", LEVEL_HIGH },
	{ "Forcepoint",
	    { .status = 407, .via = "1.1 Websense-Content-Gateway" }, NULL,
	    NULL, "websense", "", LEVEL_LOW },
	{ "ISA Server",
	    { .status = 407, .reason = "Proxy Authentication Required ( The "
	          "ISA Server requires authorization to fulfill the "
	          "request. )" },
	    NULL, NULL, "tmg", "", LEVEL_HIGH },
	{ "FortiGate, also in the answer to a CONNECT",
	    { .status = 200, .proxy_agent = "Fortinet-Proxy/1.0" }, NULL, NULL,
	    "fortinet", "1.0", LEVEL_HIGH },
	{ "Traffic Server", { .status = 407, .server = "ATS/9.2.5" }, NULL,
	    NULL, "traffic-server", "9.2.5", LEVEL_MEDIUM },
	{ "FreeProxy", { .status = 407, .server = "FreeProxy/4.50" }, NULL,
	    NULL, "freeproxy", "4.50", LEVEL_HIGH },
	{ "Samba's helper in a type 2", { .status = 407 }, NULL, "6.1.0",
	    "samba-helper", "", LEVEL_MEDIUM },
	{ "Windows in a type 2", { .status = 407 }, NULL, "10.0.17763", NULL,
	    NULL, LEVEL_LOW },
};

#define N_ANSWERS ((int)(sizeof(answers) / sizeof(answers[0])))

static struct product_match
match_answer(const struct rules *rules, const struct answer *a)
{
	static struct token challenge;
	static struct token_parts parts;
	struct observed_response response = a->response;

	token_with_parts(&challenge, &parts);
	challenge.scheme = SCHEME_BASIC;
	challenge.scheme_name = "Basic";
	challenge.realm = a->realm;
	parts_of(&challenge)->ntlm.os_version = a->os_version;
	response.seen = true;
	response.challenges = &challenge;
	response.n_challenges = 1;

	/* The answer is asked only about its fields, at once. */
	struct product_match m = product_of_response(rules, &response, true);

	m.response = NULL;
	return m;
}

START_TEST(each_make_is_told_by_its_answer)
{
	const struct answer *a = &answers[_i];
	struct rules *rules = rules_new();

	rules_default(rules);

	struct product_match m = match_answer(rules, a);

	if (a->product == NULL) {
		ck_assert_msg(m.product == NULL, "%s: %s", a->name,
		    m.product != NULL ? m.product->id : "");
	} else {
		ck_assert_msg(m.product != NULL, "%s", a->name);
		ck_assert_str_eq(m.product->id, a->product);
		ck_assert_str_eq(m.version, a->version);
		ck_assert_int_eq(product_confidence(&m), a->confidence);
	}
	rules_free(rules);
}
END_TEST

START_TEST(all_built_in_makes_have_an_answer_here)
{
	struct rules *rules = rules_new();

	rules_default(rules);
	ck_assert_uint_ge(products_count(rules), 15);
	for (size_t i = 0; i < products_count(rules); i++) {
		const char *id = products_at(rules, i)->product->id;
		bool found = false;

		for (int k = 0; k < N_ANSWERS; k++)
			found |= answers[k].product != NULL &&
			    strcmp(answers[k].product, id) == 0;
		ck_assert_msg(found, "no answer of %s", id);
		ck_assert_ptr_nonnull(products_find(rules, id));
	}
	ck_assert_ptr_null(products_find(rules, "no-such-make"));
	rules_free(rules);
}
END_TEST

START_TEST(the_signs_are_named)
{
	struct rules *rules = rules_new();
	struct observed_response response = { .seen = true, .status = 407,
		.server = "squid/5.7", .via = "1.1 secret.host (squid/5.7)" };
	struct text t = { 0 };

	rules_default(rules);

	struct product_match m = product_of_response(rules, &response, false);

	product_signs(&t, &m);
	/* Of Via only what the sign asks for: no names of hosts. */
	ck_assert_str_eq(text_get(&t), "Server: squid/5.7; Via: (squid");
	text_clear(&t);
	product_words(&t, &m);
	ck_assert_str_eq(text_get(&t), "Squid 5.7");
	text_clear(&t);
	product_explain(m.product, &t);
	ck_assert_ptr_nonnull(strstr(text_get(&t),
	    "    proof: Server starts \"squid\"\n"));
	text_fini(&t);
	rules_free(rules);
}
END_TEST

/* What the proxy is special in comes with a finding, where it applies. */
START_TEST(advice_is_given_where_its_condition_holds)
{
	static const char file[] =
	    "products:\n"
	    "  - product: lab\n"
	    "    name: Lab proxy\n"
	    "    kind: proxy\n"
	    "    known: seen\n"
	    "    signs: [{field: server, starts: Lab/, weight: proof}]\n"
	    "    advice:\n"
	    "      - {when: attempt.user == \"bob\", say: 'Hello, "
	    "{attempt.user}.'}\n"
	    "      - {when: attempt.user == \"eve\", say: Not for bob.}\n"
	    "      - {say: Always.}\n"
	    "    references: [none]\n";
	struct rules *rules = rules_new();
	struct text errors = { 0 };
	struct scene s;

	rules_default(rules);
	ck_assert(rules_load_text(rules, "lab.yaml",
	    span_of_str(file), &errors));
	scene_init(&s);

	struct attempt *a = scene_basic(&s, 1, "curl", "bob", 7, false);

	a->response = &(struct observed_response){ .seen = true,
		.status = 407, .server = "Lab/2.1" };

	struct diagnosis *d = diagnosis_run(rules, s.attempts, s.n, NULL, 0,
	    &scene_capture);

	ck_assert_uint_ge(diagnosis_findings(d), 1);

	const struct finding *f = diagnosis_finding(d, 0);

	ck_assert_str_eq(f->product, "Lab proxy");
	ck_assert_str_eq(f->product_version, "2.1");
	ck_assert_str_eq(f->product_signs, "Server: Lab/2.1");
	ck_assert_uint_eq(f->n_advice, 2);
	ck_assert_str_eq(f->advice[0], "Hello, bob.");
	ck_assert_str_eq(f->advice[1], "Always.");
	diagnosis_free(d);
	scene_fini(&s);
	rules_free(rules);
	text_fini(&errors);
}
END_TEST

#define LAB                                                                    \
	"products:\n"                                                          \
	"  - product: lab\n"                                                   \
	"    name: Lab\n"                                                      \
	"    kind: proxy\n"                                                    \
	"    known: seen\n"                                                    \
	"    references: [x]\n"
#define PROOF "    signs: [{field: server, is: x, weight: proof}]\n"

static const struct wrong {
	const char *file, *errors;
} wrongs[] = {
	{ "products:\n  - a\n", "f:2:5: expected a product here\n" },
	{ "products:\n  - product: a\n",
	    "f:2:5: 'name' is missing\n"
	    "f:2:5: 'kind' is missing\n"
	    "f:2:5: 'known' is missing\n"
	    "f:2:5: 'signs' is missing\n"
	    "f:2:5: 'references' is missing\n" },
	{ LAB, "f:2:5: 'signs' is missing\n" },
	{ LAB PROOF "    colour: red\n",
	    "f:8:5: a product has no key 'colour'\n" },
	{ LAB PROOF "    kind: planet\n", "f:8:5: 'kind' a second time\n" },
	{ LAB "    signs: []\n", "f:7:12: 'signs' is empty\n" },
	{ LAB "    signs: [{field: sever, is: x, weight: proof}]\n",
	    "f:7:21: 'field' must be one of: server, via, proxy-agent, "
	    "vendor-error, x-cache, status, title, realm, offers, "
	    "ntlm-version, ntlm-computer\n" },
	{ LAB "    signs: [{field: server, weight: proof}]\n",
	    "f:7:13: a sign has one of: is, starts, contains, absent\n" },
	{ LAB "    signs: [{field: server, is: x, starts: x, weight: proof}]\n",
	    "f:7:13: a sign has one of: is, starts, contains, absent\n" },
	{ LAB "    signs: [{field: server, absent: true, weight: proof}]\n",
	    "f:7:13: what is not there proves nothing: write 'weight: "
	    "hint'\n" },
	{ LAB "    signs: [{field: server, is: x, weight: hint}]\n",
	    "f:7:12: one proof or two hints are needed to tell a product\n" },
	{ LAB PROOF "    advice: [{when: attempt.fialed, say: Hm.}]\n",
	    "f:8:21: there is no fact 'attempt.fialed' (see "
	    "--list-facts)\n" },
	{ LAB PROOF "    advice: [{say: 'Hm {attempt.usr}.'}]\n",
	    "f:8:25: there is no fact 'attempt.usr' (see --list-facts)\n" },
	{ LAB PROOF "  - product: lab\n    name: Lab\n    kind: proxy\n"
	            "    known: seen\n    references: [x]\n" PROOF,
	    "f:8:14: the product 'lab' is taken (f:2)\n" },
	{ "products:\n  - product: A_B\n    name: Lab\n    kind: proxy\n"
	  "    known: seen\n    references: [x]\n" PROOF,
	    "f:2:14: an id has lower case letters, digits and dashes "
	    "only\n" },
};

START_TEST(each_fault_has_its_place)
{
	const struct wrong *w = &wrongs[_i];
	struct rules *rules = rules_new();
	struct text errors = { 0 };

	ck_assert(!rules_load_text(rules, "f", span_of_str(w->file),
	    &errors));
	ck_assert_str_eq(text_get(&errors), w->errors);
	text_fini(&errors);
	rules_free(rules);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("diagnose/products");
	TCase *c = tcase_create("products");

	tcase_add_loop_test(c, each_make_is_told_by_its_answer, 0, N_ANSWERS);
	tcase_add_test(c, all_built_in_makes_have_an_answer_here);
	tcase_add_test(c, the_signs_are_named);
	tcase_add_test(c, advice_is_given_where_its_condition_holds);
	tcase_add_loop_test(c, each_fault_has_its_place, 0,
	    sizeof(wrongs) / sizeof(wrongs[0]));
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
