/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness/kdc.h"
#include "base/limits.h"
#include "material.h"

#define SEEN_MAX 64

/* What was said, with the arenas that it lives in. */
struct scene {
	struct kdc *kdc;
	struct arena arenas[SEEN_MAX];
	const struct witness_record *seen[SEEN_MAX];
	size_t n, more; /* past SEEN_MAX they are only counted */
	uint64_t frame;
	when_ns now;
};

static void
take(void *context, struct arena *arena, const struct witness_record *r)
{
	struct scene *s = context;

	ck_assert_int_eq(r->kind, WITNESS_KDC);
	ck_assert_uint_ne(r->frame, 0);
	if (s->n == SEEN_MAX) {
		s->more++;
		arena_fini(arena);
	} else {
		s->arenas[s->n] = *arena;
		s->seen[s->n++] = r;
	}
	*arena = (struct arena){ 0 };
}

static void
begin(struct scene *s)
{
	*s = (struct scene){ .now = INT64_C(1795437170) * WHEN_SECOND };
	s->kdc = kdc_new(take, s);
}

static void
end(struct scene *s)
{
	kdc_finish(s->kdc);
	kdc_free(s->kdc);
	for (size_t i = 0; i < s->n; i++)
		arena_fini(&s->arenas[i]);
}

static const struct kdc_record *
record(const struct scene *s, size_t i)
{
	ck_assert_uint_lt(i, s->n);
	return s->seen[i]->saw.kdc;
}

static const struct address client = { 4, { 10, 77, 1, 1 } };
static const struct address server = { 4, { 10, 77, 0, 10 } };

static void
udp(struct scene *s, uint16_t port, bool request, struct span payload)
{
	struct packet p = {
		.number = ++s->frame,
		.time = s->now,
		.src = request ? client : server,
		.dst = request ? server : client,
		.protocol = PROTOCOL_UDP,
		.sport = request ? port : 88,
		.dport = request ? 88 : port,
		.payload = payload,
		.payload_len = (uint32_t)payload.len,
	};

	kdc_packet(s->kdc, &p);
	kdc_now(s->kdc, s->now);
}

static void
later(struct scene *s, int64_t ms)
{
	s->now += ms * WHEN_MS;
	kdc_now(s->kdc, s->now);
}

static struct span
message(const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "witness/messages/%s", file);
	return material(path);
}

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

/* -- TCP -- */

static struct flow_info
info_of(void)
{
	return (struct flow_info){
		.id = 1,
		.address = { client, server },
		.port = { 40000, 88 },
		.began = true,
		.seen = { true, true },
		.close = FLOW_FIN,
		.closed_by = FLOW_OPENER,
		.close_frame = 99,
		.first_frame = 1,
		.first_time = INT64_C(1795437170) * WHEN_SECOND,
		.syns = 1,
	};
}

/* The message with its length, in a block of exactly that size. */
static struct span
framed(const char *file)
{
	struct span m = message(file);
	uint8_t *copy = malloc(m.len + 4);

	ck_assert_ptr_nonnull(copy);
	copy[0] = copy[1] = 0;
	copy[2] = (uint8_t)(m.len >> 8);
	copy[3] = (uint8_t)m.len;
	memcpy(copy + 4, m.at, m.len);
	size_t n = m.len + 4;

	material_free(m);
	return span_of(copy, n);
}

static void
feed(struct scene *s, struct kdc_stream *t, enum flow_side side,
    struct span bytes)
{
	struct tcp_from from = { .frame = ++s->frame, .time = s->now };
	uint8_t *copy = exact_copy(bytes, bytes.len);

	kdc_stream_bytes(t, side, span_of(copy, bytes.len), &from);
	free(copy);
}

static void
is_the_exchange(const struct scene *s)
{
	ck_assert_uint_eq(s->n, 1);
	ck_assert_int_eq(record(s, 0)->ended, KDC_TICKET);
	ck_assert_str_eq(record(s, 0)->service, "HTTP/proxy.lab.test");
	ck_assert_str_eq(record(s, 0)->client, "heidi");
	ck_assert(s->seen[0]->over_tcp);
	ck_assert_int_eq(record(s, 0)->fault.kind, FAULT_NONE);
}

/* Split at _i; -1: a byte at a time. */
START_TEST(however_it_is_cut_into_segments)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("tgs-req"), a = framed("tgs-rep");
	size_t step = (size_t)_i;
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	if (step == 0) {
		for (size_t i = 0; i < q.len; i++)
			feed(&s, t, FLOW_OPENER, span_of(q.at + i, 1));
		for (size_t i = 0; i < a.len; i++)
			feed(&s, t, FLOW_ACCEPTOR, span_of(a.at + i, 1));
	} else {
		feed(&s, t, FLOW_OPENER, span_first(q, step));
		feed(&s, t, FLOW_OPENER, span_from(q, step));
		feed(&s, t, FLOW_ACCEPTOR, span_first(a, step));
		feed(&s, t, FLOW_ACCEPTOR, span_from(a, step));
	}
	kdc_stream_close(t, &info);
	end(&s);
	is_the_exchange(&s);
	material_free(q);
	material_free(a);
}
END_TEST

START_TEST(several_exchanges_on_one_connection)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("as-req"), a = framed("error-25");
	struct span q2 = framed("tgs-req"), a2 = framed("tgs-rep");
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, a);
	feed(&s, t, FLOW_OPENER, SPAN("\0\0\0\0")); /* of nothing */
	feed(&s, t, FLOW_OPENER, q2);
	feed(&s, t, FLOW_ACCEPTOR, a2);
	kdc_stream_close(t, &info);
	end(&s);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_int_eq(record(&s, 0)->error, 25);
	ck_assert_int_eq(record(&s, 1)->ended, KDC_TICKET);
	material_free(q);
	material_free(a);
	material_free(q2);
	material_free(a2);
}
END_TEST

START_TEST(a_gap_cuts_a_message_and_not_the_next)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("tgs-req"), a = framed("tgs-rep");
	struct tcp_from from = { .frame = 7 };
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, span_first(a, 1200));
	from.time = s.now;
	kdc_stream_gap(t, FLOW_ACCEPTOR, 100, &from);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, KDC_TICKET);
	ck_assert_str_eq(record(&s, 0)->granted, "HTTP/proxy.lab.test");
	ck_assert_int_eq(record(&s, 0)->fault.kind, FAULT_CUT);
	ck_assert(record(&s, 0)->ticket == 0);
	feed(&s, t, FLOW_ACCEPTOR, span_from(a, 1300));
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, a);
	kdc_stream_close(t, &info);
	end(&s);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_int_eq(record(&s, 1)->fault.kind, FAULT_NONE);
	ck_assert(record(&s, 1)->ticket != 0);
	material_free(q);
	material_free(a);
}
END_TEST

START_TEST(a_gap_over_a_length_loses_the_side)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span a = framed("tgs-rep");
	struct tcp_from from = { .frame = 7 };
	struct kdc_stream *t;

	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_ACCEPTOR, span_first(a, 2));
	kdc_stream_gap(t, FLOW_ACCEPTOR, 1, &from);
	ck_assert(kdc_stream_idle(t, FLOW_ACCEPTOR) == UINT64_MAX);
	ck_assert(kdc_stream_idle(t, FLOW_OPENER) == 0);
	feed(&s, t, FLOW_ACCEPTOR, a);
	kdc_stream_close(t, &info);
	end(&s);
	ck_assert_uint_eq(s.n, 0);
	material_free(a);
}
END_TEST

START_TEST(a_length_is_not_believed)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("as-req"), a = framed("error-25");
	uint8_t big[4] = { 0, 0x10, 0, 0 }; /* a megabyte: passed over */
	uint8_t *filler = calloc(1, 1 << 20);
	uint64_t hits = limit_hits(LIMIT_KDC_MESSAGE);
	struct kdc_stream *t;

	ck_assert_ptr_nonnull(filler);
	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	feed(&s, t, FLOW_ACCEPTOR, span_of(big, 4));
	feed(&s, t, FLOW_ACCEPTOR, span_of(filler, 1 << 20));
	feed(&s, t, FLOW_ACCEPTOR, a);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(limit_hits(LIMIT_KDC_MESSAGE), hits + 1);
	feed(&s, t, FLOW_ACCEPTOR, SPAN("\x80\0\0\1"));
	ck_assert(kdc_stream_idle(t, FLOW_ACCEPTOR) == UINT64_MAX);
	kdc_stream_close(t, &info);
	end(&s);
	free(filler);
	material_free(q);
	material_free(a);
}
END_TEST

/* Many messages that are begun and never end share one bound. */
START_TEST(messages_in_pieces_have_a_bound_in_all)
{
	enum { STREAMS = 200 };
	struct scene s;
	struct flow_info info = info_of();
	struct kdc_stream *streams[STREAMS];
	uint64_t hits = limit_hits(LIMIT_KDC_BYTES);

	begin(&s);
	for (size_t i = 0; i < STREAMS; i++) {
		info.stream = (uint32_t)i;
		streams[i] = kdc_stream_new(s.kdc, &info);
		feed(&s, streams[i], FLOW_OPENER, SPAN("\0\1\xff\xff" "j"));
	}
	ck_assert_uint_eq(limit_hits(LIMIT_KDC_BYTES), hits + STREAMS -
	        limit_of(LIMIT_KDC_BYTES) / 0x1ffff);
	for (size_t i = 0; i < STREAMS; i++)
		kdc_stream_close(streams[i], &info);

	/* All of it was given back. */
	struct kdc_stream *t = kdc_stream_new(s.kdc, &info);

	feed(&s, t, FLOW_OPENER, SPAN("\0\1\xff\xff" "j"));
	ck_assert_uint_eq(limit_hits(LIMIT_KDC_BYTES), hits + STREAMS -
	        limit_of(LIMIT_KDC_BYTES) / 0x1ffff);
	kdc_stream_close(t, &info);
	end(&s);
}
END_TEST

/* How a connection without an answer ended says why there is none. */
static const struct {
	enum flow_close close;
	enum flow_side by;
	bool answer_seen;
	uint64_t missing;
	enum kdc_ended want;
} closes[] = {
	{ FLOW_FIN, FLOW_OPENER, true, 0, KDC_SILENT },
	{ FLOW_FIN, FLOW_ACCEPTOR, true, 0, KDC_REFUSED },
	{ FLOW_RST, FLOW_ACCEPTOR, true, 0, KDC_REFUSED },
	{ FLOW_FIN, FLOW_OPENER, true, 500, KDC_UNSEEN },
	{ FLOW_FIN, FLOW_OPENER, false, 0, KDC_UNSEEN },
	{ FLOW_OPEN, FLOW_OPENER, true, 0, KDC_UNSEEN },
};

START_TEST(a_connection_without_an_answer)
{
	struct scene s;
	struct flow_info info = info_of();
	struct span q = framed("tgs-req");
	struct kdc_stream *t;

	info.close = closes[_i].close;
	info.closed_by = closes[_i].by;
	info.seen[FLOW_ACCEPTOR] = closes[_i].answer_seen;
	info.missing[FLOW_ACCEPTOR] = closes[_i].missing;
	begin(&s);
	t = kdc_stream_new(s.kdc, &info);
	feed(&s, t, FLOW_OPENER, q);
	kdc_stream_close(t, &info);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_int_eq(record(&s, 0)->ended, closes[_i].want);
	end(&s);
	material_free(q);
}
END_TEST

START_TEST(a_connection_that_never_came_about)
{
	static const struct {
		enum flow_close close;
		unsigned syns;
		enum kdc_ended want;
	} rows[] = {
		{ FLOW_RST, 1, KDC_REFUSED },
		{ FLOW_FORGOTTEN, 5, KDC_SILENT },
		{ FLOW_OPEN, 1, KDC_UNSEEN },
	};

	for (size_t i = 0; i < 3; i++) {
		struct scene s;
		struct flow_info info = info_of();

		info.close = rows[i].close;
		info.syns = rows[i].syns;
		begin(&s);
		kdc_refused(s.kdc, &info);
		info.port[1] = 3128;
		kdc_refused(s.kdc, &info);
		end(&s);
		ck_assert_uint_eq(s.n, 1);
		ck_assert_int_eq(record(&s, 0)->asked, KDC_ASKED_NOTHING);
		ck_assert_int_eq(record(&s, 0)->ended, rows[i].want);
		ck_assert_uint_eq(record(&s, 0)->tries, rows[i].syns);
	}
}
END_TEST

START_TEST(what_looks_like_a_stream)
{
	static const struct {
		struct span first;
		uint16_t port;
		bool yes;
	} rows[] = {
		{ SPAN_INIT("\0\0\1\0\x6a\x81\xfd"), 88, true },
		{ SPAN_INIT("\0\0\1\0"), 88, true },
		{ SPAN_INIT("\0"), 88, true },
		{ SPAN_INIT("\0\0\1\0\x6a\x81\xfd"), 3128, false },
		{ SPAN_INIT("\0\0\1\0\x16\x03\x01"), 88, false },
		{ SPAN_INIT("GET / HTTP/1.1"), 88, false },
		{ SPAN_INIT(""), 88, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_info info = info_of();

		info.port[1] = rows[i].port;
		ck_assert_int_eq(kdc_is_stream(&info, rows[i].first),
		    rows[i].yes);
	}
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

	tc = tcase_create("TCP");
	tcase_add_loop_test(tc, however_it_is_cut_into_segments, 0, 12);
	tcase_add_test(tc, several_exchanges_on_one_connection);
	tcase_add_test(tc, a_gap_cuts_a_message_and_not_the_next);
	tcase_add_test(tc, a_gap_over_a_length_loses_the_side);
	tcase_add_test(tc, a_length_is_not_believed);
	tcase_add_test(tc, messages_in_pieces_have_a_bound_in_all);
	tcase_add_loop_test(tc, a_connection_without_an_answer, 0,
	    sizeof(closes) / sizeof(closes[0]));
	tcase_add_test(tc, a_connection_that_never_came_about);
	tcase_add_test(tc, what_looks_like_a_stream);
	suite_add_tcase(suite, tc);

	tc = tcase_create("bad input");
	tcase_add_loop_test(tc, every_prefix_of_a_packet, 0, 5);
	tcase_add_test(tc, other_traffic_on_port_88_is_nothing);
	tcase_add_test(tc, a_flood_is_bounded);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
