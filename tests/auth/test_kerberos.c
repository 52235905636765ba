/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/kerberos.h"
#include "auth/spnego.h"
#include "auth/token.h"
#include "material.h"

/* The Kerberos message in a token of tests/auth/tokens. */
static struct span
inner_of(struct span token)
{
	struct spnego s;
	struct fault fault;

	ck_assert(spnego_decode(token, &s, &fault));
	return s.inner;
}

static bool
is_service(const struct kerberos_name *n, const char *wanted)
{
	struct arena a = { 0 };
	const char *text = kerberos_name_text(&a, n);
	bool same = text != NULL && strcmp(text, wanted) == 0;

	arena_fini(&a);
	return same;
}

START_TEST(a_real_ap_req)
{
	struct span token = material("auth/tokens/ap-req.bin");
	struct kerberos_ap_req req;
	struct fault fault;

	ck_assert(kerberos_ap_req_decode(inner_of(token), &req, &fault));
	ck_assert(span_eq(req.realm, SPAN("LAB.TEST")));
	ck_assert(is_service(&req.service, "HTTP/proxy.lab.test"));
	ck_assert_int_eq(req.service.type, 3);
	ck_assert_int_eq(req.ticket_etype, 18);
	ck_assert_int_eq(req.kvno, 1);
	ck_assert_int_eq(req.authenticator_etype, 18);
	ck_assert(req.mutual_required);
	ck_assert_uint_gt(req.ticket.len, 900);
	material_free(token);
}
END_TEST

/* What came before the cut stays right, and nothing else is made up. */
START_TEST(every_prefix_of_an_ap_req)
{
	struct span token = material("auth/tokens/ap-req.bin");
	struct span msg = inner_of(token);
	bool had_realm = false, had_service = false;

	for (size_t n = 0; n < msg.len; n++) {
		uint8_t *cut = exact_copy(msg, n);
		struct kerberos_ap_req req;
		struct fault fault;

		ck_assert_msg(!kerberos_ap_req_decode(span_of(cut, n), &req,
		                  &fault), "%zu", n);
		ck_assert_int_ne(fault.kind, FAULT_NONE);
		ck_assert(span_starts(SPAN("LAB.TEST"),
		    span_is_set(req.realm) ? req.realm : SPAN("")));
		ck_assert(req.ticket_etype == -1 || req.ticket_etype == 18);
		if (had_realm)
			ck_assert(span_eq(req.realm, SPAN("LAB.TEST")));
		if (had_service)
			ck_assert(is_service(&req.service,
			    "HTTP/proxy.lab.test"));
		had_realm |= span_eq(req.realm, SPAN("LAB.TEST"));
		had_service |= is_service(&req.service, "HTTP/proxy.lab.test");
		free(cut);
	}
	ck_assert(had_realm && had_service);
	material_free(token);
}
END_TEST

/* KRB-ERRORs of a proxy, inside SPNEGO. */
START_TEST(errors_of_proxies)
{
	static const int codes[] = { 31, 32, 34, 35, 37, 44 };
	char path[64];
	struct kerberos_error e;
	struct fault fault;

	snprintf(path, sizeof(path), "auth/tokens/krb-error-%d.bin", codes[_i]);

	struct span token = material(path);

	ck_assert_int_eq(kerberos_kind(inner_of(token)), KERBEROS_KRB_ERROR);
	ck_assert(kerberos_error_decode(inner_of(token), &e, &fault));
	ck_assert_int_eq(e.code, codes[_i]);
	ck_assert(e.stime != WHEN_NONE);
	ck_assert(span_eq(e.realm, SPAN("LAB.TEST")));
	ck_assert(is_service(&e.service, "HTTP/proxy.lab.test"));
	ck_assert_uint_eq(e.nt_status, 0);
	material_free(token);
}
END_TEST

/* Of KDCs: Active Directory adds what it calls the matter itself. */
static const struct {
	const char *file, *client, *service;
	int code;
	uint32_t nt_status;
} kdc_errors[] = {
	{ "error-1-mit", "expired", "krbtgt/CORP.EXAMPLE", 1, 0 },
	{ "error-6", "nobody8", "krbtgt/LAB.TEST", 6, 0 },
	{ "error-7", "bob", "HTTP/wpad.lab.test", 7, 0 },
	{ "error-12", "niaj", "HTTP/proxy.lab.test", 12, 0 },
	{ "error-18-disabled", "dave", "krbtgt/LAB.TEST", 18, 0xc0000072 },
	{ "error-18-expired", "sybil", "krbtgt/LAB.TEST", 18, 0xc0000193 },
	{ "error-18-locked", "erin", "krbtgt/LAB.TEST", 18, 0 },
	{ "error-23", "frank", "krbtgt/LAB.TEST", 23, 0xc0000224 },
	{ "error-24", "bob", "krbtgt/LAB.TEST", 24, 0 },
	{ "error-25", "dave", "krbtgt/LAB.TEST", 25, 0 },
	{ "error-37", "heidi", "krbtgt/LAB.TEST", 37, 0 },
	{ "error-52", "heidi", "krbtgt/LAB.TEST", 52, 0 },
};

static struct span
kdc_error(int i)
{
	char path[64];

	snprintf(path, sizeof(path), "witness/messages/%s.bin",
	    kdc_errors[i].file);
	return material(path);
}

START_TEST(errors_of_kdcs)
{
	struct span msg = kdc_error(_i);
	struct kerberos_error e;
	struct fault fault;

	ck_assert_msg(kerberos_error_decode(msg, &e, &fault), "%s",
	    kdc_errors[_i].file);
	ck_assert_int_eq(e.code, kdc_errors[_i].code);
	ck_assert_msg(e.nt_status == kdc_errors[_i].nt_status, "%s: %08x",
	    kdc_errors[_i].file, e.nt_status);
	ck_assert(is_service(&e.client, kdc_errors[_i].client));
	ck_assert(is_service(&e.service, kdc_errors[_i].service));
	ck_assert_ptr_nonnull(kerberos_error_name(e.code));
	if (e.nt_status != 0)
		ck_assert_ptr_nonnull(nt_status_name(e.nt_status));
	material_free(msg);
}
END_TEST

START_TEST(every_prefix_of_an_error)
{
	struct span msg = kdc_error(_i);

	for (size_t n = 0; n < msg.len; n++) {
		uint8_t *cut = exact_copy(msg, n);
		struct kerberos_error e;
		struct fault fault;
		bool ok = kerberos_error_decode(span_of(cut, n), &e, &fault);

		ck_assert_msg(!ok && fault.kind != FAULT_NONE, "%s: %zu",
		    kdc_errors[_i].file, n);
		ck_assert(e.code == -1 || e.code == kdc_errors[_i].code);
		ck_assert(e.nt_status == 0 ||
		    e.nt_status == kdc_errors[_i].nt_status);
		free(cut);
	}
	material_free(msg);
}
END_TEST

/* Each byte by itself set to what an attacker likes: no read outside. */
START_TEST(every_byte_may_be_wrong)
{
	static const uint8_t likes[] = { 0x00, 0x7f, 0x80, 0x84, 0xff };
	struct span msg = kdc_error(_i);

	for (size_t at = 0; at < msg.len; at++)
		for (size_t k = 0; k < sizeof(likes); k++) {
			uint8_t *copy = exact_copy(msg, msg.len);
			struct kerberos_error e;
			struct fault fault;

			copy[at] = likes[k];
			kerberos_error_decode(span_of(copy, msg.len), &e,
			    &fault);
			for (size_t p = 0; p < e.client.n; p++)
				ck_assert(e.client.parts[p].at >= copy &&
				    e.client.parts[p].at +
				            e.client.parts[p].len <=
				        copy + msg.len);
			free(copy);
		}
	material_free(msg);
}
END_TEST

/* e-data [12] in a KRB-ERROR that has nothing else but a code. */
static const struct {
	const char *name;
	struct span e_data;
	uint32_t want;
} e_datas[] = {
	{ "KERB-ERROR-DATA",
	    SPAN_INIT("\x30\x15\xa1\x03\x02\x01\x03\xa2\x0e\x04\x0c"
	              "\x34\x02\x00\xc0\0\0\0\0\1\0\0\0"),
	    0xc0000234 },
	{ "a list of one",
	    SPAN_INIT("\x30\x17\x30\x15\xa1\x03\x02\x01\x03\xa2\x0e\x04\x0c"
	              "\x34\x02\x00\xc0\0\0\0\0\1\0\0\0"),
	    0xc0000234 },
	{ "clock skew recovery, type 2",
	    SPAN_INIT("\x30\x15\xa1\x03\x02\x01\x02\xa2\x0e\x04\x0c"
	              "\x34\x02\x00\xc0\0\0\0\0\1\0\0\0"),
	    0 },
	{ "a salt, not a status",
	    SPAN_INIT("\x30\x11\x30\x0f\xa1\x03\x02\x01\x03\xa2\x08\x04\x06"
	              "LABbob"),
	    0 },
	{ "empty", SPAN_INIT("\x30\x00"), 0 },
	{ "nonsense", SPAN_INIT("\xff\xff\xff"), 0 },
};

START_TEST(e_data_is_read_in_both_shapes)
{
	uint8_t bytes[128];
	struct span d = e_datas[_i].e_data;
	uint8_t n = (uint8_t)d.len;
	const uint8_t head[] = { 0x7e, n + 11, 0x30, n + 9, 0xa6, 3, 2, 1, 18,
		0xac, n + 2, 4, n };
	struct kerberos_error e;
	struct fault fault;

	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + sizeof(head), d.at, d.len);
	ck_assert(kerberos_error_decode(span_of(bytes, sizeof(head) + d.len),
	    &e, &fault));
	ck_assert_int_eq(e.code, 18);
	ck_assert_msg(e.nt_status == e_datas[_i].want, "%s: %08x",
	    e_datas[_i].name, e.nt_status);
}
END_TEST

START_TEST(a_name_has_a_bound_and_becomes_utf8)
{
	static const uint8_t many[] = { 0x30, 27, 0xa0, 3, 2, 1, 1, 0xa1, 20,
		0x30, 18, 0x1b, 1, 'a', 0x1b, 1, 'b', 0x1b, 1, 'c', 0x1b, 1,
		0xff, 0x1b, 1, 'e', 0x1b, 1, 'f' };
	struct reader r = reader_of(span_of(many, sizeof(many)));
	struct kerberos_name name;
	struct arena a = { 0 };

	kerberos_name_read(&r, &name);
	ck_assert_uint_eq(name.n, KERBEROS_NAME_PARTS);
	ck_assert_str_eq(kerberos_name_text(&a, &name), "a/b/c/\xc3\xbf");
	name.n = 0;
	ck_assert_ptr_null(kerberos_name_text(&a, &name));
	arena_fini(&a);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/kerberos");
	TCase *tc = tcase_create("AP-REQ and KRB-ERROR");
	const int n = sizeof(kdc_errors) / sizeof(kdc_errors[0]);

	tcase_add_test(tc, a_real_ap_req);
	tcase_add_test(tc, every_prefix_of_an_ap_req);
	tcase_add_loop_test(tc, errors_of_proxies, 0, 6);
	tcase_add_loop_test(tc, errors_of_kdcs, 0, n);
	tcase_add_loop_test(tc, every_prefix_of_an_error, 0, n);
	tcase_add_loop_test(tc, every_byte_may_be_wrong, 0, n);
	tcase_add_loop_test(tc, e_data_is_read_in_both_shapes, 0,
	    sizeof(e_datas) / sizeof(e_datas[0]));
	tcase_add_test(tc, a_name_has_a_bound_and_becomes_utf8);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
