/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/kerberos_kdc.h"
#include "material.h"

static struct span
message(const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "witness/messages/%s.bin", file);
	return material(path);
}

static const char *
text(struct arena *a, const struct kerberos_name *n)
{
	const char *s = kerberos_name_text(a, n);

	return s != NULL ? s : "";
}

static const struct {
	const char *file;
	enum kerberos_kdc_type type;
	const char *client, *service;
	unsigned preauth;
	int32_t tgt_etype, tgt_kvno;
} requests[] = {
	{ "as-req", KERBEROS_AS_REQ, "dave", "krbtgt/LAB.TEST", 0, -1, -1 },
	{ "as-req-timestamp", KERBEROS_AS_REQ, "dave", "krbtgt/LAB.TEST",
	    KERBEROS_PA_TIMESTAMP, -1, -1 },
	{ "tgs-req", KERBEROS_TGS_REQ, "", "HTTP/proxy.lab.test",
	    KERBEROS_PA_TICKET | KERBEROS_PA_FAST, 18, 1 },
};

START_TEST(real_requests)
{
	static const int32_t etypes[] = { 18, 17, 20, 19, 16, 23, 25, 26 };
	struct span msg = message(requests[_i].file);
	struct kerberos_kdc_req req;
	struct fault fault;
	struct arena a = { 0 };

	ck_assert_int_eq(kerberos_kdc_type(msg), requests[_i].type);
	ck_assert(kerberos_kdc_req_decode(msg, &req, &fault));
	ck_assert_str_eq(text(&a, &req.client), requests[_i].client);
	ck_assert_str_eq(text(&a, &req.service), requests[_i].service);
	ck_assert(span_eq(req.realm, SPAN("LAB.TEST")));
	ck_assert_uint_eq(req.preauth, requests[_i].preauth);
	ck_assert_uint_eq(req.n_etypes, 8);
	ck_assert_mem_eq(req.etypes, etypes, sizeof(etypes));
	ck_assert(req.till != WHEN_NONE && req.has_nonce);
	ck_assert_int_eq(req.tgt.etype, requests[_i].tgt_etype);
	ck_assert_int_eq(req.tgt.kvno, requests[_i].tgt_kvno);
	arena_fini(&a);
	material_free(msg);
}
END_TEST

static const struct {
	const char *file;
	enum kerberos_kdc_type type;
	const char *service;
} replies[] = {
	{ "as-rep", KERBEROS_AS_REP, "krbtgt/LAB.TEST" },
	{ "tgs-rep", KERBEROS_TGS_REP, "HTTP/proxy.lab.test" },
};

START_TEST(real_replies)
{
	struct span msg = message(replies[_i].file);
	struct kerberos_kdc_rep rep;
	struct fault fault;
	struct arena a = { 0 };

	ck_assert_int_eq(kerberos_kdc_type(msg), replies[_i].type);
	ck_assert(kerberos_kdc_rep_decode(msg, &rep, &fault));
	ck_assert_str_eq(text(&a, &rep.client), "heidi");
	ck_assert(span_eq(rep.client_realm, SPAN("LAB.TEST")));
	ck_assert_str_eq(text(&a, &rep.ticket.service), replies[_i].service);
	ck_assert(span_eq(rep.ticket.realm, SPAN("LAB.TEST")));
	ck_assert_int_eq(rep.ticket.etype, 18);
	ck_assert_int_eq(rep.ticket.kvno, 1);
	ck_assert_int_eq(rep.etype, 18);
	ck_assert_uint_gt(rep.ticket_bytes.len, 900);
	arena_fini(&a);
	material_free(msg);
}
END_TEST

/* A cut message has a fault, and of each name the whole or a beginning. */
START_TEST(every_prefix_of_a_request)
{
	struct span msg = message(requests[_i].file);
	struct arena a = { 0 };
	bool whole = false;

	for (size_t n = 0; n < msg.len; n++) {
		uint8_t *cut = exact_copy(msg, n);
		struct kerberos_kdc_req req;
		struct fault fault;

		ck_assert_msg(!kerberos_kdc_req_decode(span_of(cut, n), &req,
		                  &fault), "%s: %zu", requests[_i].file, n);
		ck_assert_int_ne(fault.kind, FAULT_NONE);

		const char *service = text(&a, &req.service);

		ck_assert_int_eq(strncmp(service, requests[_i].service,
		                     strlen(service)), 0);
		ck_assert(!whole ||
		    strcmp(service, requests[_i].service) == 0);
		whole |= strcmp(service, requests[_i].service) == 0;
		free(cut);
	}
	ck_assert(whole);
	arena_fini(&a);
	material_free(msg);
}
END_TEST

START_TEST(every_prefix_of_a_reply)
{
	struct span msg = message(replies[_i].file);

	for (size_t n = 0; n < msg.len; n++) {
		uint8_t *cut = exact_copy(msg, n);
		struct kerberos_kdc_rep rep;
		struct fault fault;

		ck_assert_msg(!kerberos_kdc_rep_decode(span_of(cut, n), &rep,
		                  &fault), "%s: %zu", replies[_i].file, n);
		ck_assert_int_ne(fault.kind, FAULT_NONE);
		ck_assert(rep.etype == -1 || rep.etype == 18);
		free(cut);
	}
	material_free(msg);
}
END_TEST

START_TEST(every_byte_may_be_wrong)
{
	static const uint8_t likes[] = { 0x00, 0x7f, 0x80, 0x84, 0xff };
	struct span msg = message(requests[_i].file);

	for (size_t at = 0; at < msg.len; at++)
		for (size_t k = 0; k < sizeof(likes); k++) {
			uint8_t *copy = exact_copy(msg, msg.len);
			struct kerberos_kdc_req req;
			struct fault fault;

			copy[at] = likes[k];
			kerberos_kdc_req_decode(span_of(copy, msg.len), &req,
			    &fault);
			ck_assert_uint_le(req.n_etypes, KERBEROS_ETYPES);
			ck_assert_uint_le(req.client.n, KERBEROS_NAME_PARTS);
			free(copy);
		}
	material_free(msg);
}
END_TEST

START_TEST(other_messages_are_refused)
{
	struct span error = message("error-7"), reply = message("as-rep");
	struct kerberos_kdc_req req;
	struct kerberos_kdc_rep rep;
	struct fault fault;

	ck_assert(!kerberos_kdc_req_decode(error, &req, &fault));
	ck_assert(!kerberos_kdc_req_decode(reply, &req, &fault));
	ck_assert(!kerberos_kdc_rep_decode(error, &rep, &fault));
	ck_assert(!kerberos_kdc_rep_decode(SPAN(""), &rep, &fault));
	ck_assert_int_eq(fault.kind, FAULT_VALUE);
	ck_assert_int_eq(kerberos_kdc_type(SPAN("\x6e\x00")),
	    KERBEROS_KDC_NONE);
	ck_assert_int_eq(kerberos_kdc_type(SPAN("")), KERBEROS_KDC_NONE);
	material_free(error);
	material_free(reply);
}
END_TEST

/* AS-REQ with nothing in it but encryption types without end. */
START_TEST(of_many_encryption_types_the_first_are_kept)
{
	enum { MANY = 10000, ROW = 3 };
	static uint8_t bytes[40 + MANY * ROW];
	uint16_t list = MANY * ROW;
	const uint16_t sizes[] = { list + 25, list + 21, list + 17, list + 13,
		list + 4, list };
	static const uint8_t tags[] = { 0x6a, 0x30, 0xa4, 0x30, 0xa8, 0x30 };
	size_t at = 0;
	struct kerberos_kdc_req req;
	struct fault fault;

	for (size_t i = 0; i < sizeof(tags); i++) {
		if (i == 4) {
			memcpy(bytes + at, "\xa7\x03\x02\x01\x07", 5);
			at += 5;
		}
		bytes[at++] = tags[i];
		bytes[at++] = 0x82;
		bytes[at++] = (uint8_t)(sizes[i] >> 8);
		bytes[at++] = (uint8_t)sizes[i];
	}
	for (size_t i = 0; i < MANY; i++, at += ROW)
		memcpy(bytes + at, "\x02\x01\x12", ROW);
	ck_assert(kerberos_kdc_req_decode(span_of(bytes, at), &req, &fault));
	ck_assert_uint_eq(req.n_etypes, KERBEROS_ETYPES);
	ck_assert_int_eq(req.etypes[KERBEROS_ETYPES - 1], 18);
	ck_assert_uint_eq(req.nonce, 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("auth/kerberos_kdc");
	TCase *tc = tcase_create("KDC-REQ and KDC-REP");

	tcase_add_loop_test(tc, real_requests, 0, 3);
	tcase_add_loop_test(tc, real_replies, 0, 2);
	tcase_add_loop_test(tc, every_prefix_of_a_request, 0, 3);
	tcase_add_loop_test(tc, every_prefix_of_a_reply, 0, 2);
	tcase_add_loop_test(tc, every_byte_may_be_wrong, 0, 3);
	tcase_add_test(tc, other_messages_are_refused);
	tcase_add_test(tc, of_many_encryption_types_the_first_are_kept);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
