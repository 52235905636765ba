/* SPDX-License-Identifier: BSD-2-Clause */
/* Inventory, times of decision, and clocks, from attempts made by hand. */
#include "attempt/build.h"
#include "token_parts.h"
#include "report/clocks.h"
#include "report/inventory.h"
#include "report/latency.h"
#include "witness/kdc.h"
#include "run.h"

#define N_ROWS(rows) (int)(sizeof(rows) / sizeof(rows[0]))
#define MANY 20

static const struct method_row {
	enum attempt_scheme scheme;
	enum ntlm_version version;
	int etype;
	const char *algorithm; /* of Digest, or of a JWT */
	const char *method;
	bool remark;
} methods[] = {
	{ ATTEMPT_NONE, 0, -1, NULL, NULL, false },
	{ ATTEMPT_BASIC, 0, -1, NULL, "Basic", true },
	{ ATTEMPT_DIGEST, 0, -1, NULL, "Digest (MD5)", true },
	{ ATTEMPT_DIGEST, 0, -1, "MD5-sess", "Digest (MD5-sess)", true },
	{ ATTEMPT_DIGEST, 0, -1, "SHA-256", "Digest (SHA-256)", false },
	{ ATTEMPT_BEARER, 0, -1, NULL, "Bearer (opaque)", false },
	{ ATTEMPT_BEARER, 0, -1, "RS256", "Bearer (JWT RS256)", false },
	{ ATTEMPT_NTLM, NTLM_VERSION_2, -1, NULL, "NTLMv2", true },
	{ ATTEMPT_NTLM, NTLM_VERSION_1, -1, NULL, "NTLMv1", true },
	{ ATTEMPT_NTLM, NTLM_VERSION_NONE, -1, NULL, "NTLM (no type 3 seen)",
	    true },
	{ ATTEMPT_NEGOTIATE_NTLM, NTLM_VERSION_2, -1, NULL,
	    "NTLMv2 inside Negotiate", true },
	{ ATTEMPT_NEGOTIATE_KERBEROS, 0, 18, NULL,
	    "Kerberos (aes256-cts-hmac-sha1-96)", false },
	{ ATTEMPT_NEGOTIATE_KERBEROS, 0, 23, NULL, "Kerberos (rc4-hmac)",
	    true },
	{ ATTEMPT_NEGOTIATE_KERBEROS, 0, 9999, NULL, "Kerberos", false },
};

START_TEST(a_method_has_a_name)
{
	const struct method_row *row = &methods[_i];
	struct token t;
	struct token_parts p;
	struct attempt a = { .scheme = row->scheme,
		.scheme_name = attempt_scheme_name(row->scheme),
		.credentials = &t };
	struct arena arena = { 0 };
	const char *remark;

	token_with_parts(&t, &p);
	p.digest.algorithm = p.bearer.alg = row->algorithm;
	p.bearer.is_jwt = row->algorithm != NULL;
	p.kerberos.ticket_etype = row->etype;
	p.ntlm.version = row->version;
	if (row->scheme == ATTEMPT_NEGOTIATE_KERBEROS)
		t.kind = TOKEN_AP_REQ;
	if (row->version != NTLM_VERSION_NONE)
		a.authenticate = &t;

	const char *method = inventory_method(&a, &arena, &remark);

	if (row->method == NULL)
		ck_assert_ptr_null(method);
	else
		ck_assert_str_eq(method, row->method);
	ck_assert_msg((remark != NULL) == row->remark, "%s: %s",
	    row->method, remark != NULL ? remark : "no remark");
	arena_fini(&arena);
}
END_TEST

struct many {
	struct attempt at[MANY];
	struct attempt *list[MANY];
};

/* Attempts at two proxies in turn, the decisions 1, 2, 3 … ms. */
static void
make_many(struct many *m)
{
	for (unsigned i = 0; i < MANY; i++) {
		m->at[i] = (struct attempt){ .id = i + 1,
			.scheme = ATTEMPT_BASIC,
			.scheme_name = "Basic",
			.outcome = i < 18 ? OUTCOME_AUTHENTICATED
			    : i == 18     ? OUTCOME_REJECTED
			                  : OUTCOME_BROKEN,
			.start = i,
			.end = i + 1,
			.first_frame = i + 1,
			.user = i % 4 < 2 ? "ann" : "bob",
			.verdict_ns = (int64_t)(i + 1) * WHEN_MS };
		m->at[i].connection.proxy =
		    (struct address){ 4, { 10, 0, 0, 2 } };
		m->at[i].connection.proxy_port =
		    (uint16_t)(i % 2 == 0 ? 8080 : 3128);
		m->at[i].connection.client =
		    (struct address){ 4, { 10, 0, 1, (uint8_t)(i % 3) } };
		list_init(&m->at[i].observations);
		m->list[i] = &m->at[i];
	}
}

START_TEST(decisions_are_ranked)
{
	struct many m;
	struct arena arena = { 0 };
	size_t n;

	make_many(&m);

	const struct latency_row *rows =
	    latency_of(m.list, MANY, &arena, &n);

	/* 3128: 2, 4 … 18 ms good (20 is broken); 8080: 1, 3 … 17, and 19. */
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(rows[0].port, 3128);
	ck_assert(rows[0].good);
	ck_assert_uint_eq(rows[0].n, 9);
	ck_assert_int_eq(rows[0].median_ns, 10 * WHEN_MS);
	ck_assert_int_eq(rows[0].p95_ns, 18 * WHEN_MS);
	ck_assert_int_eq(rows[0].worst_ns, 18 * WHEN_MS);
	ck_assert_uint_eq(rows[0].worst_frame, 18);
	ck_assert(rows[1].good && !rows[2].good);
	ck_assert_uint_eq(rows[2].n, 1);
	ck_assert_int_eq(rows[2].median_ns, 19 * WHEN_MS);
	arena_fini(&arena);
}
END_TEST

START_TEST(the_inventory_counts_each_proxy)
{
	struct many m;
	struct arena arena = { 0 };
	size_t n;

	make_many(&m);

	const struct inventory_row *rows =
	    inventory_of(m.list, MANY, &arena, &n);

	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(rows[0].port, 8080); /* it came first */
	ck_assert_uint_eq(rows[0].attempts, 10);
	ck_assert_uint_eq(rows[0].authenticated, 9);
	ck_assert_uint_eq(rows[0].clients.total, 3);
	ck_assert_uint_eq(rows[0].users.total, 2);
	ck_assert_str_eq(rows[0].users.entries[0].name, "ann");
	ck_assert_int_eq(rows[1].first, 1);
	ck_assert_int_eq(rows[1].last, 20);
	arena_fini(&arena);
}
END_TEST

/* A type 3 shows the client's clock only if its time is its own. */
static const struct clock_case {
	when_ns type2, type3, av; /* WHEN_NONE: none */
	size_t rows;
} clock_cases[] = {
	{ 1000, 1000, 1000, 1 },
	{ 1000, 5000, 1000, 2 },
	{ WHEN_NONE, 5000, WHEN_NONE, 1 },
	{ WHEN_NONE, 5000, 5000, 0 },
	{ WHEN_NONE, WHEN_NONE, WHEN_NONE, 0 },
};

START_TEST(a_copied_time_is_no_clock)
{
	const struct clock_case *row = &clock_cases[_i];
	struct token t2, t3;
	struct token_parts p2, p3;
	struct observation *o = observation_new(OBSERVE_EXCHANGE);
	struct arena arena = { 0 };
	struct attempt a, *list[] = { &a };
	size_t n;

	token_with_parts(&t2, &p2);
	t2.kind = TOKEN_NTLM_CHALLENGE;
	p2.ntlm.timestamp = row->type2;
	token_with_parts(&t3, &p3);
	t3.kind = TOKEN_NTLM_AUTHENTICATE;
	p3.ntlm.timestamp = row->type3;
	p3.ntlm.av_timestamp = row->av;
	attempt_begin(&a, &o->connection);
	a.challenge = &t2;
	o->request = (struct observed_request){ .seen = true,
		.time = 5000 + 20 * WHEN_SECOND,
		.frame = 7,
		.credentials = &t3 };
	o->response = (struct observed_response){ .seen = true,
		.status = 407,
		.head_time = 5000,
		.date = WHEN_NONE,
		.challenges = &t2,
		.n_challenges = 1 };
	list_append(&a.observations, &o->link);

	const struct clock_row *rows = clocks_of(list, 1, NULL, &arena, &n);

	ck_assert_uint_eq(n, row->rows);
	for (size_t i = 0; i < n; i++)
		if (rows[i].source == CLOCK_NTLM_RESPONSE) {
			ck_assert_int_eq(rows[i].median_ns,
			    -20 * WHEN_SECOND);
			ck_assert_uint_eq(rows[i].frame, 7);
		}
	arena_fini(&arena);
	attempt_end(&a);
}
END_TEST

/* A KDC says its own time in errors, and repeats the client's. */
START_TEST(an_error_of_the_kdc_shows_two_clocks)
{
	struct testimony *t = testimony_new();
	struct observation *o = observation_new(OBSERVE_WITNESS);
	struct witness_record *w = arena_new(&o->arena, sizeof(*w));
	struct kdc_record *k = arena_new(&o->arena, sizeof(*k));
	struct arena arena = { 0 };
	size_t n;

	*k = (struct kdc_record){ .ended = KDC_ERROR,
		.request_time = 5000, .answer_time = 6000, .answer_frame = 2,
		.stime = 6000 + 400 * WHEN_SECOND,
		.ctime = 5000 - 60 * WHEN_SECOND };
	w->kind = WITNESS_KDC;
	w->client.bytes[0] = 1;
	w->saw.kdc = k;
	o->witness = w;
	testimony_take(t, o);
	testimony_finish(t);

	const struct clock_row *rows = clocks_of(NULL, 0, t, &arena, &n);

	ck_assert_uint_eq(n, 2);
	for (size_t i = 0; i < n; i++) {
		bool client = rows[i].host.bytes[0] == 1;

		ck_assert_int_eq(rows[i].source,
		    client ? CLOCK_KDC_CLIENT : CLOCK_KDC);
		ck_assert_int_eq(rows[i].median_ns,
		    (client ? -60 : 400) * WHEN_SECOND);
	}
	k->stime = WHEN_NONE;
	clocks_of(NULL, 0, t, &arena, &n);
	ck_assert_uint_eq(n, 1);
	arena_fini(&arena);
	testimony_free(t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("report/tables");
	TCase *c = tcase_create("tables");

	tcase_add_loop_test(c, a_method_has_a_name, 0, N_ROWS(methods));
	tcase_add_test(c, decisions_are_ranked);
	tcase_add_test(c, the_inventory_counts_each_proxy);
	tcase_add_loop_test(c, a_copied_time_is_no_clock, 0,
	    N_ROWS(clock_cases));
	tcase_add_test(c, an_error_of_the_kdc_shows_two_clocks);
	suite_add_tcase(suite, c);
	return run_suite(suite);
}
