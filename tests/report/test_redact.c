/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/redact.h"

#include "report/target.h"
#include "run.h"
#include "sample.h"

/* At REDACT_SECRETS: who is shown, and that the secrets are not. */
static const struct target_row {
	const char *in, *want, *redacted;
} targets[] = {
	{ "http://www.example.test/", "http://www.example.test/",
	    "http://host-1/" },
	{ "http://www.example.test", "http://www.example.test",
	    "http://host-1" },
	{ "http://h.test:8080/a/b?q=1#f", "http://h.test:8080/a/b?…",
	    "http://host-1:8080/…?…" },
	{ "http://h.test/#f", "http://h.test/", "http://host-1/" },
	{ "h.test:443", "h.test:443", "host-1:443" },
	{ "10.0.0.1:443", "10.0.0.1:443", "addr-1:443" },
	{ "[fd77::1]:443", "[fd77::1]:443", "addr-1:443" },
	{ "fd77::1", "[fd77::1]", "addr-1" },
	{ "/path?x", "/path?…", "/…?…" },
	{ "/", "/", "/" },
	{ "*", "*", "host-1" },
	{ "", "", "" },
	{ "http://u:pw@h.test/", "http://h.test/", "http://host-1/" },
	{ "http://u@h.test/a@b", "http://h.test/a@b", "http://host-1/…" },
	{ "http://u:p@w@h.test/", "http://h.test/", "http://host-1/" },
	{ "http://u:p/w@h.test/", "http://h.test/", "http://host-1/" },
	{ "http://u:p?w@h.test/", "http://…?…", "http://host-1?…" },
	{ "http://u:p#w@h.test/", "http://…", "http://host-1" },
	{ "u:pw@h.test:443", "h.test:443", "host-1:443" },
	{ "/a?u=http://u:pw@h/", "/a?…", "/…?…" },
	{ "http://h.test/npm/@scope/x", "http://h.test/npm/@scope/x",
	    "http://host-1/…" },
	{ "http://h.test:80/@scope/x", "http://h.test:80/@scope/x",
	    "http://host-1:80/…" },
};

START_TEST(targets_show_no_user_information_and_no_query)
{
	struct redact *r = redact_new(REDACT_SECRETS);
	struct redact *all = redact_new(REDACT_IDENTITIES);
	const struct target_row *row = &targets[_i];

	ck_assert_str_eq(redact_target(r, row->in), row->want);
	ck_assert_str_eq(redact_target(all, row->in), row->redacted);
	redact_free(all);
	redact_free(r);
}
END_TEST

START_TEST(nothing_is_nothing)
{
	struct redact *r = redact_new(REDACT_IDENTITIES);

	ck_assert_ptr_null(redact_target(r, NULL));
	ck_assert_ptr_null(redact_words(r, NULL));
	ck_assert_ptr_null(redact_name(r, IDENTITY_USER, NULL));
	ck_assert_str_eq(redact_name(r, IDENTITY_USER, ""), "");
	redact_learn_user(r, NULL);
	redact_learn_host(r, NULL);
	redact_free(r);
	redact_free(NULL);
}
END_TEST

START_TEST(names_are_shown_unless_asked_otherwise)
{
	struct redact *r = redact_new(REDACT_SECRETS);

	ck_assert_str_eq(redact_name(r, IDENTITY_USER, "erin"), "erin");
	ck_assert_str_eq(redact_words(r, "erin at 10.77.1.4"),
	    "erin at 10.77.1.4");
	redact_free(r);
}
END_TEST

START_TEST(pseudonyms_are_numbered_as_they_come)
{
	struct redact *r = redact_new(REDACT_IDENTITIES);

	ck_assert_str_eq(redact_name(r, IDENTITY_USER, "erin"), "user-1");
	ck_assert_str_eq(redact_name(r, IDENTITY_USER, "bob"), "user-2");
	ck_assert_str_eq(redact_name(r, IDENTITY_USER, "ERIN"), "user-1");
	ck_assert_str_eq(redact_name(r, IDENTITY_DOMAIN, "erin"), "domain-1");
	redact_free(r);
}
END_TEST

static struct redact *
learned(void)
{
	struct redact *r = redact_new(REDACT_IDENTITIES);
	struct address a;

	ck_assert(address_parse("10.77.1.4", &a));
	redact_learn_address(r, &a);
	ck_assert(address_parse("10.77.1.40", &a));
	redact_learn_address(r, &a);
	redact_learn_user(r, "LAB\\erin");
	redact_learn_user(r, "erin.smith");
	redact_learn_user(r, "$HOST$");
	redact_learn_host(r, "http://www.example.test:8080/x");
	redact_learn_service(r, "HTTP/proxy.lab.test");
	redact_learn(r, IDENTITY_HOST, "PROXY");
	redact_learn(r, IDENTITY_AGENT, "Mozilla/5.0 (X11; Linux) x");
	redact_learn(r, IDENTITY_USER, "日本");
	return r;
}

static const struct words_row {
	const char *in, *want;
} sentences[] = {
	{ "LAB\\erin at 10.77.1.4.", "domain-1\\user-1 at addr-1." },
	{ "erin.smith, not erin", "user-2, not user-1" },
	{ "erinn and kerin stay", "erinn and kerin stay" },
	{ "10.77.1.4:80 10.77.1.40:80", "addr-1:80 addr-2:80" },
	{ "10.77.1.41", "10.77.1.41" },
	{ "www.example.test:443", "host-1:443" },
	{ "see http://www.example.test/secret?x=y now",
	    "see http://host-1/…?… now" },
	{ "HTTP/proxy.lab.test@X", "HTTP/host-2@X" },
	{ "the proxy PROXY", "the proxy host-3" },
	{ "(Mozilla/5.0 (X11; Linux) x)", "(agent-1)" },
	{ "Mozilla/5.0 (X11; Linux) y", "Mozilla/5.0 (X11; Linux) y" },
	{ "$HOST$ is one", "user-3 is one" },
	{ "日本 and 日本語", "user-4 and 日本語" },
	{ "", "" },
	{ "ends with erin", "ends with user-1" },
};

START_TEST(sentences_hold_no_identity)
{
	struct redact *r = learned();

	ck_assert_str_eq(redact_words(r, sentences[_i].in),
	    sentences[_i].want);
	redact_free(r);
}
END_TEST

/* A realm is a text, and may be called as the things that are told of. */
START_TEST(a_realm_of_our_vocabulary_is_no_identity)
{
	struct redact *r = redact_new(REDACT_IDENTITIES);

	redact_learn(r, IDENTITY_REALM, "proxy");
	redact_learn(r, IDENTITY_REALM, "Acme proxy");
	ck_assert_str_eq(redact_words(r, "the proxy asks in Acme proxy"),
	    "the proxy asks in realm-2");
	redact_learn(r, IDENTITY_HOST, "proxy");
	ck_assert_str_eq(redact_words(r, "the proxy asks"),
	    "the host-1 asks");
	redact_free(r);
}
END_TEST

START_TEST(sentences_hold_no_secret_at_any_level)
{
	struct redact *r = redact_new(REDACT_SECRETS);

	ck_assert_str_eq(redact_words(r, "for (http://u:pw@h/a?t=1) twice"),
	    "for (http://h/a?…) twice");
	ck_assert_str_eq(redact_words(r, "://x?y"), "://x?…");
	redact_free(r);
}
END_TEST

/* Whatever format it is: no identity of the sample in a redacted one. */
static const char *const identities[] = { "erin", "LAB", "10.77.", "curl",
	"WORKSTATION", "example.test", "proxy.lab.test", "lab.test", "PROXY",
	"community_id" };

START_TEST(a_redacted_report_names_nobody)
{
	static const char *const formats[] = { "text", "json" };

	for (size_t i = 0; i < 2; i++) {
		struct sample s;

		sample_rejected(&s);
		s.report.options.redact = REDACT_IDENTITIES;
		s.report.options.stream_filters = i == 0;
		s.finding.display_filter = "ip.addr == 10.77.1.4";
		sample_prepare(&s);

		char *out = sample_written(&s, formats[i]);

		ck_assert_msg(strstr(out, identities[_i]) == NULL,
		    "%s in\n%s", identities[_i], out);
		ck_assert_ptr_nonnull(strstr(out, "user-1"));
		free(out);
		sample_fini(&s);
	}
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("report/redact");
	TCase *tcase = tcase_create("redact");

	tcase_add_loop_test(tcase,
	    targets_show_no_user_information_and_no_query, 0, ROWS(targets));
	tcase_add_test(tcase, nothing_is_nothing);
	tcase_add_test(tcase, names_are_shown_unless_asked_otherwise);
	tcase_add_test(tcase, pseudonyms_are_numbered_as_they_come);
	tcase_add_loop_test(tcase, sentences_hold_no_identity, 0,
	    ROWS(sentences));
	tcase_add_test(tcase, a_realm_of_our_vocabulary_is_no_identity);
	tcase_add_test(tcase, sentences_hold_no_secret_at_any_level);
	tcase_add_loop_test(tcase, a_redacted_report_names_nobody, 0,
	    ROWS(identities));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
