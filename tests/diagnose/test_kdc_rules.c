/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a client that the KDC refused, and came without a ticket. */
#include "diagnose/kdc_view.h"

#include "judged.h"
#include "run.h"

static const struct row {
	enum kdc_asked asked;
	int error;
	const char *service;
	bool certificate;
	const char *rule, *words; /* words: of its message, or its reason */
	int64_t till; /* after the KDC's clock; 0: not known */
} rows[] = {
	{ KDC_ASKED_AS, 24, "krbtgt/LAB.TEST", false, "kdc-preauth-failed",
	    "the password is wrong", 0 },
	{ KDC_ASKED_AS, 24, "krbtgt/LAB.TEST", true, "kdc-pkinit-cert",
	    "with a certificate", 0 },
	{ KDC_ASKED_AS, 16, "krbtgt/LAB.TEST", true, "kdc-pkinit-cert",
	    "with a certificate", 0 },
	{ KDC_ASKED_AS, 68, "krbtgt/LAB.TEST", false, "kdc-client-unknown",
	    "knows no alice in LAB.TEST", 0 },
	{ KDC_ASKED_TGS, 68, "krbtgt/OTHER.TEST", false, "kdc-cross-realm",
	    "another realm", 0 },
	{ KDC_ASKED_AS, 14, "krbtgt/LAB.TEST", false, "kdc-etype",
	    "of the user", 0 },
	{ KDC_ASKED_TGS, 1, "HTTP/gw.lab.test", false, "kdc-account-expired",
	    "answered KDC_ERR_NAME_EXP", 0 },
	{ KDC_ASKED_AS, 18, "krbtgt/LAB.TEST", false, "kdc-client-revoked",
	    "expired account", 0 },
	{ KDC_ASKED_AS, 37, "krbtgt/LAB.TEST", false, "kdc-skew",
	    "off the KDC's by 40 min", (24 * 60 - 40) * 60 * WHEN_SECOND },
	/* What the end of a service's ticket is off, is not its clock. */
	{ KDC_ASKED_TGS, 37, "HTTP/gw.lab.test", false, "kdc-skew",
	    "off the KDC's by an unknown time",
	    (24 * 3600 - 1) * WHEN_SECOND },
};

static struct testimony *
said(const struct row *row, const struct attempt *a)
{
	struct testimony *t = testimony_new();
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct kdc_record *k = arena_new(&o->arena, sizeof(*k));
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));

	*k = (struct kdc_record){
		.asked = row->asked,
		.ended = KDC_ERROR,
		.request_frame = 1,
		.answer_frame = 2,
		.request_time = a->start,
		.answer_time = a->start,
		.tries = 1,
		.client = "alice",
		.realm = "LAB.TEST",
		.service = row->service,
		.preauth = row->certificate ? KERBEROS_PA_CERTIFICATE : 0,
		.till = row->till != 0 ? a->start + row->till : WHEN_NONE,
		.error = row->error,
		.stime = row->till != 0 ? a->start : WHEN_NONE,
		.ctime = WHEN_NONE,
	};
	*r = (struct witness_record){
		.kind = WITNESS_KDC,
		.frame = 2,
		.time = a->start,
		.client = a->connection.client,
		.server = scene_address(88),
		.server_port = 88,
		.saw.kdc = k,
	};
	o->witness = r;
	testimony_take(t, o);
	return t;
}

START_TEST(what_the_kdc_said_is_what_it_means)
{
	const struct row *row = &rows[_i];
	struct capture_facts capture = scene_capture;
	struct attempt *a = scene_attempt(&scene, 1, "curl", SCHEME_NEGOTIATE);
	struct testimony *t = said(row, a);

	capture.kdc_visible = true;
	capture.witnesses = t;
	diagnosis = diagnosis_run(rules, scene.attempts, scene.n, NULL, 0,
	    &capture);
	ck_assert_msg(a->rule != NULL && strcmp(a->rule, row->rule) == 0,
	    "%d: %s", row->error, a->rule != NULL ? a->rule : "none");

	const struct finding *f = finding_of(row->rule);

	ck_assert_msg(strstr(f->message, row->words) != NULL ||
	        strstr(f->why, row->words) != NULL,
	    "%d: %s %s", row->error, f->message, f->why);
	diagnosis_free(diagnosis);
	diagnosis = NULL;
	testimony_free(t);
}
END_TEST

/* A word of the KDC to alice, who asks for the proxy's ticket. */
static void
add(struct testimony *t, const struct attempt *a, uint64_t frame,
    const char *realm, const char *granted)
{
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct kdc_record *k = arena_new(&o->arena, sizeof(*k));
	struct witness_record *r = arena_new(&o->arena, sizeof(*r));

	*k = (struct kdc_record){
		.asked = KDC_ASKED_TGS,
		.ended = granted != NULL ? KDC_TICKET : KDC_SILENT,
		.request_frame = frame - 1,
		.answer_frame = granted != NULL ? frame : 0,
		.request_time = a->start,
		.answer_time = granted != NULL ? a->start : WHEN_NONE,
		.tries = granted != NULL ? 1 : 3,
		.client = "alice",
		.realm = realm,
		.service = "HTTP/gw.lab.test",
		.granted = granted,
		.error = -1,
		.till = WHEN_NONE,
		.stime = WHEN_NONE,
		.ctime = WHEN_NONE,
	};
	*r = (struct witness_record){
		.kind = WITNESS_KDC,
		.frame = frame,
		.time = a->start,
		.client = a->connection.client,
		.server = scene_address(88),
		.server_port = 88,
		.saw.kdc = k,
	};
	o->witness = r;
	testimony_take(t, o);
}

static const struct told {
	const char *agent;
	/* What the first KDC gave; NULL: it is silent. */
	const char *granted;
	bool silent; /* so is the second, of another realm */
	const char *rule, *words, *never;
} told[] = {
	{ "curl", NULL, false, "kdc-unreachable",
	    "3 times for HTTP/gw.lab.test in LAB.TEST from frame", "another" },
	{ "curl", "krbtgt/CORP.TEST", true, "kdc-unreachable",
	    "HTTP/gw.lab.test in CORP.TEST (another KDC sent it there)",
	    "any KDC" },
	{ "curl", "krbtgt/ELSE.TEST", true, "kdc-unreachable",
	    "HTTP/gw.lab.test in CORP.TEST from", "sent it there" },
	{ "Mozilla/5.0", "HTTP/gw.lab.test", false, "browser-without-ticket",
	    "gave this client a ticket for HTTP/gw.lab.test (frame 4)",
	    "What the KDC said" },
	{ "docker", "HTTP/gw.lab.test", false, "negotiate-unanswered",
	    "gave this client a ticket for HTTP/gw.lab.test (frame 4)",
	    "What the KDC said" },
};

/* Neither is a KDC that answered called silent, nor its ticket left out. */
START_TEST(what_one_kdc_gave_is_not_denied)
{
	const struct told *row = &told[_i];
	struct capture_facts capture = scene_capture;
	struct attempt *a =
	    scene_attempt(&scene, 1, row->agent, SCHEME_NEGOTIATE);
	struct testimony *t = testimony_new();

	add(t, a, 4, "LAB.TEST", row->granted);
	if (row->silent)
		add(t, a, 6, "CORP.TEST", NULL);
	capture.kdc_visible = true;
	capture.witnesses = t;
	diagnosis = diagnosis_run(rules, scene.attempts, scene.n, NULL, 0,
	    &capture);
	RULE_IS(a, row->rule);

	const struct finding *f = finding_of(row->rule);

	ck_assert_msg(strstr(f->why, row->words) != NULL &&
	        strstr(f->why, row->never) == NULL,
	    "%d: %s", _i, f->why);
	diagnosis_free(diagnosis);
	diagnosis = NULL;
	testimony_free(t);
}
END_TEST

static bool
has_verdict(const struct verdict *v, size_t n, enum cause cause)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].cause == cause)
			return true;
	return false;
}

/* KRB_ERR_GENERIC is no reason, and its words may be; nor is a reject. */
static const struct {
	int code;
	const char *words, *rule;
} vague[] = {
	{ 60, NULL, "kerberos-refused" },
	{ 60, "No key table entry found", "kerberos-refused" },
	{ 60, "Encryption type arcfour-hmac not permitted",
	    "kerberos-etype-not-permitted" },
	{ -1, NULL, "spnego-rejected" },
};

START_TEST(a_refusal_that_says_nothing_rules_nothing_out)
{
	struct attempt *a =
	    scene_kerberos(&scene, 1, "HTTP/proxy.example", false);
	struct token *t = scene_token(&scene, SCHEME_NEGOTIATE,
	    vague[_i].code >= 0 ? TOKEN_KRB_ERROR : TOKEN_SPNEGO);
	const struct finding *f;

	parts_of(t)->kerberos.error_code = vague[_i].code;
	parts_of(t)->kerberos.e_text = vague[_i].words;
	t->neg_state = NEG_REJECT;
	a->verdict = t;
	diagnose();
	RULE_IS(a, vague[_i].rule);
	f = finding_of(vague[_i].rule);
	ck_assert(!has_verdict(f->ruled_out, f->n_ruled_out,
	    CAUSE_KERBEROS_WRONG_KEY));
	ck_assert(!has_verdict(f->ruled_out, f->n_ruled_out,
	    CAUSE_CLOCK_SKEW));
	ck_assert(!has_verdict(f->ruled_out, f->n_ruled_out,
	    CAUSE_TICKET_EXPIRED));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("diagnose/kdc_rules");
	TCase *c = tcase_create("rules");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, what_the_kdc_said_is_what_it_means, 0,
	    sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(c, what_one_kdc_gave_is_not_denied, 0,
	    sizeof(told) / sizeof(told[0]));
	tcase_add_loop_test(c,
	    a_refusal_that_says_nothing_rules_nothing_out, 0,
	    sizeof(vague) / sizeof(vague[0]));
	suite_add_tcase(s, c);
	return run_suite(s);
}
