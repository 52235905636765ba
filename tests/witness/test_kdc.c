/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/limits.h"
#include "scene.h"

START_TEST(a_request_and_its_answer_are_one)
{
	struct scene s;
	struct span q = message("as-req-timestamp");
	struct span a = message("error-18-disabled");

	begin(&s);
	udp(&s, 50000, true, q);
	ck_assert_uint_eq(s.n, 0);
	later(&s, 5);
	udp(&s, 50000, false, a);

	const struct kdc_record *k = record(&s, 0);

	ck_assert_int_eq(k->asked, KDC_ASKED_AS);
	ck_assert_int_eq(k->ended, KDC_ERROR);
	ck_assert_uint_eq(k->request_frame, 1);
	ck_assert_uint_eq(k->answer_frame, 2);
	ck_assert_uint_eq(s.seen[0]->frame, 2);
	ck_assert(address_eq(&s.seen[0]->client, &client));
	ck_assert(address_eq(&s.seen[0]->server, &server));
	ck_assert_str_eq(k->client, "dave");
	ck_assert_str_eq(k->realm, "LAB.TEST");
	ck_assert_str_eq(k->service, "krbtgt/LAB.TEST");
	ck_assert_int_eq(k->error, 18);
	ck_assert_uint_eq(k->nt_status, 0xc0000072);
	ck_assert_uint_eq(k->preauth, KERBEROS_PA_TIMESTAMP);
	ck_assert_uint_eq(k->n_etypes, 8);
	end(&s);
	ck_assert_uint_eq(s.n, 1);
	material_free(q);
	material_free(a);
}
END_TEST

/* Mirrored on the way in and on the way out: every frame is there twice. */
START_TEST(copies_are_not_tries)
{
	struct scene s;
	struct span q = message("as-req"), a = message("error-25");

	begin(&s);
	for (int i = 0; i < 2; i++)
		udp(&s, 50000, true, q);
	for (int i = 0; i < 2; i++)
		udp(&s, 50000, false, a);
	udp(&s, 50000, true, q);
	end(&s);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(record(&s, 0)->tries, 1);
	ck_assert_uint_eq(record(&s, 0)->request_frame, 1);
	ck_assert_uint_eq(record(&s, 0)->answer_frame, 3);
	material_free(q);
	material_free(a);
}
END_TEST

START_TEST(asking_again_without_an_answer_is_silence)
{
	struct scene s;
	struct span q = message("tgs-req");

	begin(&s);
	for (int i = 0; i < 3; i++) {
		udp(&s, 50000, true, q);
		later(&s, 1000);
	}
	ck_assert_uint_eq(s.n, 0);
	later(&s, 61000);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_SILENT);
	ck_assert_uint_eq(record(&s, 0)->tries, 3);
	ck_assert_uint_eq(record(&s, 0)->request_frame, 1);
	ck_assert_uint_eq(s.seen[0]->frame, 3);
	end(&s);
	material_free(q);
}
END_TEST

/* Asked once: the answer may have taken a way without a sensor. */
START_TEST(asking_once_proves_nothing)
{
	struct scene s;
	struct span q = message("tgs-req");

	begin(&s);
	udp(&s, 50000, true, q);
	end(&s);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_UNSEEN);
	material_free(q);
}
END_TEST

START_TEST(an_answer_alone_says_what_was_asked)
{
	static const struct {
		const char *file;
		enum kdc_asked asked;
		enum kdc_ended ended;
		const char *client, *service;
	} rows[] = {
		{ "error-7", KDC_ASKED_TGS, KDC_ERROR, "bob",
		    "HTTP/wpad.lab.test" },
		{ "error-24", KDC_ASKED_AS, KDC_ERROR, "bob",
		    "krbtgt/LAB.TEST" },
		{ "as-rep", KDC_ASKED_AS, KDC_TICKET, "heidi",
		    "krbtgt/LAB.TEST" },
		{ "tgs-rep", KDC_ASKED_TGS, KDC_TICKET, "heidi",
		    "HTTP/proxy.lab.test" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;
		struct span a = message(rows[i].file);

		begin(&s);
		udp(&s, 50000, false, a);
		end(&s);
		ck_assert_uint_eq(s.n, 1);
		ck_assert_int_eq(record(&s, 0)->asked, rows[i].asked);
		ck_assert_int_eq(record(&s, 0)->ended, rows[i].ended);
		ck_assert_str_eq(record(&s, 0)->client, rows[i].client);
		ck_assert_str_eq(record(&s, 0)->service, rows[i].service);
		ck_assert_uint_eq(record(&s, 0)->request_frame, 0);
		material_free(a);
	}
}
END_TEST

START_TEST(another_request_on_the_same_ports_is_another)
{
	struct scene s;
	struct span one = message("as-req"), two = message("as-req-timestamp");
	struct span a = message("error-18-disabled");

	begin(&s);
	udp(&s, 50000, true, one);
	later(&s, 1000);
	udp(&s, 50000, true, two);
	udp(&s, 50000, false, a);
	end(&s);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_UNSEEN);
	ck_assert_int_eq(record(&s, 1)->ended, KDC_ERROR);
	ck_assert_uint_eq(record(&s, 1)->request_frame, 2);
	material_free(one);
	material_free(two);
	material_free(a);
}
END_TEST

/* A reply to log on does not answer a request for a service's ticket. */
START_TEST(an_answer_of_the_other_kind_is_not_its)
{
	struct scene s;
	struct span q = message("tgs-req"), a = message("as-rep");

	begin(&s);
	udp(&s, 50000, true, q);
	udp(&s, 50000, false, a);
	end(&s);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_UNSEEN);
	ck_assert_int_eq(record(&s, 1)->asked, KDC_ASKED_AS);
	ck_assert_uint_eq(record(&s, 1)->request_frame, 0);
	material_free(q);
	material_free(a);
}
END_TEST

START_TEST(a_ticket_keeps_its_fingerprint_and_no_bytes)
{
	struct scene s;
	struct span q = message("tgs-req"), a = message("tgs-rep");

	begin(&s);
	udp(&s, 50000, true, q);
	udp(&s, 50000, false, a);
	end(&s);

	const struct kdc_record *k = record(&s, 0);

	ck_assert_int_eq(k->ended, KDC_TICKET);
	ck_assert_str_eq(k->client, "heidi");
	ck_assert_str_eq(k->granted, "HTTP/proxy.lab.test");
	ck_assert_int_eq(k->ticket_etype, 18);
	ck_assert_int_eq(k->kvno, 1);
	ck_assert(k->ticket != 0);
	/* The arena has the record and some names: no room for a ticket. */
	ck_assert_uint_lt(sizeof(*k), 600);
	material_free(q);
	material_free(a);
}
END_TEST

/* -- ICMP -- */

static void
unreachable(struct scene *s, bool v6, uint16_t sport, size_t cut)
{
	uint8_t bytes[8 + 40 + 8] = { v6 ? 1 : 3, 3 };
	uint8_t *ip = bytes + 8, *ports;
	size_t n = v6 ? sizeof(bytes) : 8 + 20 + 8;

	if (v6) {
		ip[0] = 0x60;
		ip[6] = PROTOCOL_UDP;
		memcpy(ip + 8, "\xfd\x77", 2);
		ip[23] = 1;
		memcpy(ip + 24, "\xfd\x77", 2);
		ip[39] = 2;
		ports = ip + 40;
	} else {
		ip[0] = 0x45;
		ip[9] = PROTOCOL_UDP;
		memcpy(ip + 12, client.bytes, 4);
		memcpy(ip + 16, server.bytes, 4);
		ports = ip + 20;
	}
	ports[0] = (uint8_t)(sport >> 8);
	ports[1] = (uint8_t)sport;
	ports[3] = 88;
	n = n < cut ? n : cut;

	uint8_t *copy = exact_copy(span_of(bytes, n), n);
	struct packet p = {
		.number = ++s->frame,
		.time = s->now,
		.protocol = v6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP,
		.payload = span_of(copy, n),
	};

	kdc_packet(s->kdc, &p);
	free(copy);
}

START_TEST(icmp_says_that_nobody_listens)
{
	struct scene s;
	struct span q = message("as-req");

	begin(&s);
	udp(&s, 50000, true, q);
	unreachable(&s, false, 50001, 99); /* of another */
	ck_assert_uint_eq(s.n, 0);
	for (size_t cut = 0; cut < 32; cut++)
		unreachable(&s, false, 50000, cut);
	ck_assert_uint_eq(s.n, 0);
	unreachable(&s, false, 50000, 99);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_REFUSED);
	ck_assert_uint_eq(record(&s, 0)->answer_frame, s.frame);
	end(&s);
	ck_assert_uint_eq(s.n, 1);
	material_free(q);
}
END_TEST

START_TEST(so_does_icmp_of_ipv6)
{
	struct scene s;
	struct span q = message("as-req");
	struct packet p = {
		.number = 1,
		.src = { 16, { 0xfd, 0x77, [15] = 1 } },
		.dst = { 16, { 0xfd, 0x77, [15] = 2 } },
		.protocol = PROTOCOL_UDP,
		.sport = 50000,
		.dport = 88,
		.payload = q,
	};

	begin(&s);
	p.time = s.now;
	kdc_packet(s.kdc, &p);
	unreachable(&s, true, 50000, 99);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_REFUSED);
	end(&s);
	material_free(q);
}
END_TEST

/* -- bad input -- */

START_TEST(every_prefix_of_a_packet)
{
	static const char *const files[] = { "as-req", "tgs-req", "error-7",
		"error-18-disabled", "tgs-rep" };
	struct span m = message(files[_i]);

	for (size_t n = 0; n < m.len; n++) {
		uint8_t *cut = exact_copy(m, n);
		struct scene s;

		begin(&s);
		udp(&s, 50000, m.at[0] == 0x6a || m.at[0] == 0x6c,
		    span_of(cut, n));
		end(&s);
		ck_assert_uint_le(s.n, 1);
		if (s.n == 1)
			ck_assert_int_ne(record(&s, 0)->fault.kind,
			    FAULT_NONE);
		free(cut);
	}
	material_free(m);
}
END_TEST

START_TEST(other_traffic_on_port_88_is_nothing)
{
	struct scene s;

	begin(&s);
	udp(&s, 50000, true, SPAN(""));
	udp(&s, 50000, true, SPAN("hello"));
	udp(&s, 50000, false, SPAN("\x30\x02\x02\x00"));
	end(&s);
	ck_assert_uint_eq(s.n, 0);
}
END_TEST

START_TEST(a_flood_is_bounded)
{
	struct scene s;
	struct span q = message("as-req");
	uint64_t limit = limit_of(LIMIT_KDC_EXCHANGES);

	begin(&s);
	for (uint64_t i = 0; i < limit + 100; i++)
		udp(&s, (uint16_t)(1000 + i), true, q);
	ck_assert_uint_eq(s.n + s.more, 100);
	ck_assert_uint_ge(limit_hits(LIMIT_KDC_EXCHANGES), 100);
	end(&s);
	ck_assert_uint_eq(s.n + s.more, limit + 100);
	material_free(q);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("witness/kdc");
	TCase *tc = tcase_create("UDP");

	tcase_add_test(tc, a_request_and_its_answer_are_one);
	tcase_add_test(tc, copies_are_not_tries);
	tcase_add_test(tc, asking_again_without_an_answer_is_silence);
	tcase_add_test(tc, asking_once_proves_nothing);
	tcase_add_test(tc, an_answer_alone_says_what_was_asked);
	tcase_add_test(tc, another_request_on_the_same_ports_is_another);
	tcase_add_test(tc, an_answer_of_the_other_kind_is_not_its);
	tcase_add_test(tc, a_ticket_keeps_its_fingerprint_and_no_bytes);
	tcase_add_test(tc, icmp_says_that_nobody_listens);
	tcase_add_test(tc, so_does_icmp_of_ipv6);
	suite_add_tcase(suite, tc);

	tc = tcase_create("bad input");
	tcase_add_loop_test(tc, every_prefix_of_a_packet, 0, 5);
	tcase_add_test(tc, other_traffic_on_port_88_is_nothing);
	tcase_add_test(tc, a_flood_is_bounded);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
