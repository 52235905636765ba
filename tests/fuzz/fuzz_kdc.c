/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port 88, as a script.  A step is a byte of flags, two bytes of length and
 * so many bytes: a UDP packet, bytes of one of two TCP connections, a gap,
 * an ICMP message, or a rest.  Whatever comes: each record stands alone,
 * its names are UTF-8, it is said once, and all is given back at the end.
 */
#include <stdlib.h>

#include "base/escape.h"
#include "base/limits.h"
#include "witness/kdc_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	WHAT = 0x07, /* UDP, TCP, TCP, gap, ICMP, ICMPv6, close, rest */
	ANSWER = 0x08,
	OTHER_PORT = 0x10,
	REST_SHIFT = 5, /* and then a rest of so many half seconds */
};

static void
is_utf8(const char *s)
{
	struct span all = span_of_str(s);

	for (size_t pos = 0; s != NULL && pos < all.len;)
		if (utf8_next(all, &pos) < 0)
			abort();
}

static void
take(void *context, struct arena *arena, const struct witness_record *r)
{
	const struct kdc_record *k = r->saw.kdc;
	uint64_t *last = context;

	is_utf8(k->client);
	is_utf8(k->realm);
	is_utf8(k->service);
	is_utf8(k->granted);
	is_utf8(k->e_text);
	if (r->frame == 0 || r->frame > *last ||
	    k->n_etypes > KERBEROS_ETYPES ||
	    (k->request_frame == 0 && k->answer_frame == 0) ||
	    (k->ended == KDC_SILENT && k->tries < 2 && !r->over_tcp) ||
	    (k->ended == KDC_TICKET && k->answer_frame == 0))
		abort();
	arena_fini(arena);
}

static struct flow_info
info_of(uint32_t stream, uint64_t frame)
{
	return (struct flow_info){
		.stream = stream,
		.address = { { 4, { 10, 0, 0, 1 } }, { 4, { 10, 0, 0, 2 } } },
		.port = { (uint16_t)(40000 + stream), 88 },
		.seen = { true, true },
		.close = FLOW_FIN,
		.close_frame = frame,
		.first_frame = 1,
		.syns = 1,
	};
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(span_of(data, size));
	uint64_t frame = 1;
	when_ns now = INT64_C(1795437170) * WHEN_SECOND;
	struct kdc *k = kdc_new(take, &frame);
	struct kdc_stream *streams[2] = { NULL };
	struct flow_info own[2];
	struct kerberos_kdc_req req;
	struct kerberos_kdc_rep rep;
	struct fault fault;

	kerberos_kdc_req_decode(span_of(data, size), &req, &fault);
	kerberos_kdc_rep_decode(span_of(data, size), &rep, &fault);
	while (reader_ok(&r) && reader_left(&r) > 0) {
		uint8_t flags = reader_u8(&r, "flags");
		size_t n = reader_be16(&r, "length");
		struct span bytes = reader_take(&r,
		    n < reader_left(&r) ? n : reader_left(&r), "bytes");
		int what = flags & WHAT;
		uint32_t stream = (flags & OTHER_PORT) != 0;
		enum flow_side side =
		    flags & ANSWER ? FLOW_ACCEPTOR : FLOW_OPENER;
		struct tcp_from from = { .frame = ++frame, .time = now };
		struct flow_info info = info_of(stream, frame);

		/* A stream looks at its own until it is closed. */
		if (streams[stream] == NULL)
			own[stream] = info;

		bool answer = flags & ANSWER;
		struct packet p = {
			.number = frame,
			.time = now,
			.src = info.address[answer],
			.dst = info.address[!answer],
			.protocol = what == 4 ? PROTOCOL_ICMP
			    : what == 5       ? PROTOCOL_ICMP6
			                      : PROTOCOL_UDP,
			.sport = info.port[answer],
			.dport = info.port[!answer],
			.payload = bytes,
			.payload_len = (uint32_t)bytes.len,
		};

		if (streams[stream] == NULL && what >= 1 && what <= 3 &&
		    kdc_is_stream(&info, bytes))
			streams[stream] = kdc_stream_new(k, &own[stream]);
		if (what == 0 || what == 4 || what == 5) {
			kdc_packet(k, &p);
		} else if (what == 6 && streams[stream] == NULL) {
			kdc_refused(k, &info);
		} else if (streams[stream] != NULL && what == 6) {
			info.close = bytes.len % 2 ? FLOW_RST : FLOW_FIN;
			info.closed_by = side;
			kdc_stream_close(streams[stream], &info);
			streams[stream] = NULL;
		} else if (streams[stream] != NULL && what == 3) {
			kdc_stream_gap(streams[stream], side, n + 1, &from);
		} else if (streams[stream] != NULL && what < 3) {
			kdc_stream_bytes(streams[stream], side, bytes, &from);
		}
		now += (flags >> REST_SHIFT) * WHEN_SECOND / 2 +
		    (what == 7 ? 70 * WHEN_SECOND : 0);
		kdc_now(k, now);
	}
	for (uint32_t i = 0; i < 2; i++) {
		struct flow_info info = info_of(i, frame);

		if (streams[i] != NULL)
			kdc_stream_close(streams[i], &info);
	}
	kdc_finish(k);
	/* All room for messages in pieces was given back. */
	if (!kdc_reserve(k, limit_of(LIMIT_KDC_BYTES)))
		abort();
	kdc_free(k);
	return 0;
}
