/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_evidence.c - any bytes as a head, a token, a body, a message of a KDC
 * or a name server, and as segments of a conversation
 *
 * What is written has the length of what was read; the buffers are exact, so
 * that a sanitizer sees one byte more.  A filler tells nothing: the same
 * input masked again with the same numbers is the same.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "base/reader.h"
#include "evidence/dns.h"
#include "evidence/checksum.h"
#include "evidence/kdc.h"
#include "evidence/neighbour.h"
#include "evidence/mask_auth.h"
#include "evidence/mask_body.h"
#include "evidence/mask_gss.h"
#include "evidence/mask_http.h"
#include "evidence/talk.h"
#include "witness/dns.h"
#include "witness/pac.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                               \
	do {                                                                   \
		if (!(x))                                                      \
			abort();                                               \
	} while (0)

static uint8_t *
exact(struct span s)
{
	uint8_t *copy = malloc(s.len > 0 ? s.len : 1);

	CHECK(copy != NULL);
	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	return copy;
}

static void
check_head(struct mask *m, enum http_side side, struct span in)
{
	uint8_t *one = exact(in), *two = exact(in);

	/* Names are learned on the way; once they are, nothing changes. */
	mask_head(m, side, in, one);
	mask_head(m, side, in, one);
	mask_head(m, side, in, two);
	CHECK(in.len == 0 || memcmp(one, two, in.len) == 0);
	/* Lines stay lines. */
	for (size_t i = 0; i < in.len; i++)
		CHECK((in.at[i] == '\n') == (one[i] == '\n') ||
		    in.at[i] == '\n');
	free(one);
	free(two);
}

static void
check_token(struct mask *m, struct span in)
{
	uint8_t *out = exact(in);
	struct shown s = { in, out };

	memset(out, 0, in.len);
	if (in.len > 0)
		mask_gss(m, &s);
	memset(out, 'x', in.len);
	if (in.len > 0)
		mask_basic(m, &s, in);

	/* base64 that was whole is whole. */
	uint8_t *raw = malloc(base64_room(in.len));
	struct base64 before = base64_decode(in, raw);

	if (before.flaws == 0 && in.len > 2 && in.at[0] != 'b')
		CHECK(base64_decode(span_of(out, in.len), raw).len ==
		    before.len);
	free(raw);
	memset(out, 'x', in.len);
	mask_credentials(m, &s, in);
	memset(out, 'x', in.len);
	mask_challenges(m, &s, in);
	memset(out, 'x', in.len);
	mask_info(m, &s, in);
	memset(out, 'x', in.len);
	mask_url(m, &s, in);
	kdc_mask(m, in, out);
	free(out);
}

/* A script stays one line for line, and says the same of proxies. */
static void
check_body(struct mask *m, struct span in, unsigned status, bool hidden)
{
	static const struct http_field type[] = {
		{ SPAN_INIT("content-type"),
		    SPAN_INIT("application/x-ns-proxy-autoconfig"),
		    FIELD_CONTENT_TYPE },
	};
	struct http_exchange e = { .response = { .seen = true,
		.status = status, .fields = type, .n_fields = 1,
		.body_start = in } };
	struct pac_record was = { 0 }, now = { 0 };
	struct arena arena = { 0 };
	uint8_t *out = exact(in);

	if (mask_body(m, &e, out) && status == 200 && !hidden) {
		pac_scan(in, &was, &arena);
		pac_scan(span_of(out, in.len), &now, &arena);
		CHECK(was.is_script == now.is_script);
		CHECK(was.direct == now.direct);
		CHECK(was.n_proxies == now.n_proxies);
	}
	arena_fini(&arena);
	free(out);
}

static void
check_dns(struct mask *m, struct span in)
{
	struct dns_shown shown = { .n = 0 };
	char name[DNS_NAME_MAX];
	uint8_t *out = exact(in);

	dns_mask(m, &shown, in, out);
	if (dns_question_name(in, name))
		dns_shown_add(&shown, name);
	dns_mask(m, &shown, in, out);
	free(out);
}

/* Segments of both sides: flags, a step of the sequence, a length. */
static void
check_talk(struct mask *m, struct span in)
{
	struct reader r = reader_of(in);
	struct talks *t = talks_new(m, 1 << 20);
	uint32_t seq[2] = { 1000, 5000 };
	struct packet list[64] = { 0 };
	size_t n = 0;

	while (n < 64 && reader_left(&r) > 3) {
		uint8_t flags = reader_u8(&r, "flags");
		int side = flags & 1;
		uint8_t step = reader_u8(&r, "step");
		size_t len = reader_u8(&r, "length");

		if (len > reader_left(&r))
			len = reader_left(&r);

		uint32_t back = flags & 0x80 ? step : 0;

		struct packet p = {
			.number = n + 1,
			.time = (when_ns)n * WHEN_MS,
			.src = { 4, { 10, 0, 0, (uint8_t)(1 + side) } },
			.dst = { 4, { 10, 0, 0, (uint8_t)(2 - side) } },
			.protocol = PROTOCOL_TCP,
			.tcp_flags = (uint8_t)(TCP_ACK | (flags >> 1 & 7)),
			.sport = side == 0 ? 4000 : 3128,
			.dport = side == 0 ? 3128 : 4000,
			.seq = seq[side] - back,
			.ack = seq[!side],
			.payload = reader_take(&r, len, "payload"),
			.payload_len = (uint32_t)len,
		};

		if (!(flags & 0x80))
			seq[side] += (uint32_t)len;
		list[n++] = p;
		talks_listen(t, &p);
	}
	talks_finish(t);
	for (size_t i = 0; i < n; i++) {
		uint8_t *out = exact(list[i].payload);

		talks_rewrite(t, &list[i], out);
		free(out);
	}
	talks_free(t);
}

static void
check_frame(struct names *names, struct span in)
{
	uint8_t *copy = exact(in);
	struct frame f = { .number = 1, .link = 1,
		.wire_len = (uint32_t)in.len, .bytes = span_of(copy, in.len) };
	struct layers l;

	layers_of_frame(&f, &l);
	for (size_t i = 0; i < l.n; i++)
		CHECK(l.place[i].at <= in.len && l.place[i].end <= in.len);
	if (l.end == LAYERS_PACKET) {
		const struct packet *p = &l.packet;

		CHECK(p->payload.at >= copy &&
		    p->payload.at + p->payload.len <= copy + in.len);
		if (p->arp != 0 || p->protocol == PROTOCOL_ICMP6) {
			uint8_t *now = exact(in);

			neighbour_hide(names, &l, copy, now);
			checksum_update(&l, f.bytes, now, NULL, NULL);
			free(now);
		}
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redact *redact = redact_new(
	    size > 0 && (data[0] & 1) ? REDACT_IDENTITIES : REDACT_SECRETS);
	struct names *names = names_new(redact);
	struct mask *m = mask_new(names);
	struct span in = span_of(data + (size > 0), size - (size > 0));

	check_head(m, HTTP_CLIENT, in);
	check_head(m, HTTP_SERVER, in);
	check_token(m, in);
	check_body(m, in, 200, names_hidden(names));
	check_body(m, in, 407, names_hidden(names));
	check_dns(m, in);
	check_talk(m, in);
	check_frame(names, in);
	mask_free(m);
	names_free(names);
	redact_free(redact);
	return 0;
}
