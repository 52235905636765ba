/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_pipeline.c - packets in, reports out: everything but the files
 *
 * The input is a row of records of four bytes and a payload: what (below),
 * milliseconds since the record before, and the length of the payload
 * (little endian).  Four connections and one KDC; sequence numbers follow
 * what was sent.  Whatever the packets say: the JSON is strict JSON, the
 * text holds no control byte, an attempt that failed has a step where it
 * broke, and the same packets give the same reports.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/reader.h"
#include "diagnose/rules.h"
#include "observe/worker.h"
#include "report/formats.h"
#include "report/strict.h"
#include "verdict/correlator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte of a record. */
#define WHICH       0x03 /* connection */
#define FROM_SERVER 0x04
#define FLAG_SYN    0x08
#define FLAG_FIN    0x10
#define FLAG_RST    0x20
#define LOST        0x40 /* sent, but not in the capture */
#define TO_KDC      0x80 /* UDP, port 88 */

#define HEADERS 40 /* IPv4 and TCP without options */
#define PAYLOAD_MOST 4096

struct play {
	struct worker *worker;
	uint32_t seq[4][2];
	uint64_t frame;
	when_ns now;
};

static void
put16(uint8_t *at, unsigned v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void
put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

/* Record to frame: LINKTYPE_RAW. */
static void
send_packet(struct play *p, uint8_t what, struct span payload)
{
	static uint8_t bytes[HEADERS + PAYLOAD_MOST];
	unsigned which = what & WHICH, side = (what & FROM_SERVER) != 0;
	unsigned udp = (what & TO_KDC) != 0;
	size_t header = udp ? 28 : HEADERS;
	unsigned port[2] = { 40000 + which, udp ? 88 : 3128 + which / 2 };
	uint32_t *seq = p->seq[which];
	struct frame f = {
		.number = ++p->frame,
		.file_number = p->frame,
		.time = p->now,
		.link = 101,
		.wire_len = (uint32_t)(header + payload.len),
		.bytes = span_of(bytes, header + payload.len),
	};

	memset(bytes, 0, header);
	bytes[0] = 0x45;
	put16(bytes + 2, (unsigned)f.bytes.len);
	bytes[8] = 64;
	bytes[9] = udp ? 17 : 6;
	for (unsigned k = 0; k < 2; k++) {
		bytes[12 + 4 * k] = 10;
		bytes[15 + 4 * k] = (uint8_t)(k == side ? 1 + which / 3 : 9);
		put16(bytes + 20 + 2 * k, port[k ^ side]);
	}
	if (udp) {
		put16(bytes + 24, (unsigned)payload.len + 8);
	} else {
		put32(bytes + 24, seq[side]);
		put32(bytes + 28, seq[!side]);
		bytes[32] = 0x50;
		bytes[33] = (uint8_t)((what & FLAG_FIN ? TCP_FIN : 0) |
		    (what & FLAG_SYN ? TCP_SYN : 0) |
		    (what & FLAG_RST ? TCP_RST : 0) | TCP_ACK);
		if ((what & FLAG_SYN) && !side)
			bytes[33] &= (uint8_t)~TCP_ACK;
		seq[side] += (uint32_t)payload.len +
		    ((what & (FLAG_SYN | FLAG_FIN)) != 0);
	}
	memcpy(bytes + header, payload.at, payload.len);
	if (!(what & LOST))
		worker_frame(p->worker, &f);
}

static void
play(struct span input, struct correlator *k, struct capture_facts *facts)
{
	struct play p = { .now = 1700000000 * WHEN_SECOND };
	struct reader r = reader_of(input);

	p.worker = worker_new(correlator_take, k);
	worker_sample(p.worker);
	facts->first = p.now;
	while (reader_left(&r) >= 4) {
		uint8_t what = reader_u8(&r, "what");
		unsigned ms = reader_u8(&r, "ms");
		size_t n = reader_le16(&r, "length");

		n = n < PAYLOAD_MOST ? n : PAYLOAD_MOST;
		n = n < reader_left(&r) ? n : reader_left(&r);
		p.now += ms * WHEN_MS;
		send_packet(&p, what, reader_take(&r, n, "payload"));
	}
	correlator_now(k, p.now);
	worker_finish(p.worker);
	facts->frames = p.frame;
	facts->last = p.now;
	facts->stream_filters = true;
	facts->kdc_visible = worker_counts(p.worker).kdc_visible;
	worker_free(p.worker);
}

static void
check_attempts(const struct report *r)
{
	for (size_t i = 0; i < r->n_attempts; i++) {
		const struct attempt *a = r->attempts[i];
		bool failed = attempt_failed(a);

		if (a->outcome == OUTCOME_OPEN ||
		    failed != (a->broke_at != STEP_NONE) ||
		    (a->cause != CAUSE_NONE && !failed))
			abort();
	}
}

static void
write_report(const struct report *r, const char *format, struct text *out)
{
	struct sink s;

	sink_to_text(&s, out);
	formats_find(span_of_str(format))->write(&s, r);
	sink_close(&s);
}

/* One run over the packets; JSON and text behind each other. */
static void
run(struct span input, bool identities, const struct rules *rules,
    struct text *out)
{
	static const struct options options = {
		.since = WHEN_NONE,
		.until = WHEN_NONE,
	};
	struct correlator *k = correlator_new(&options);
	struct capture_facts facts = { 0 };
	struct capture_input in = { .name = "fuzz" };
	struct text json = { 0 }, words = { 0 };

	play(input, k, &facts);
	correlator_finish(k, rules, &facts);

	const struct diagnosis *d = correlator_diagnosis(k);
	size_t n = diagnosis_findings(d);
	const struct finding **findings = calloc(n + 1, sizeof(*findings));
	struct report r = {
		.version = "0",
		.ruleset = "default",
		.rules_version = "0",
		.inputs = &in,
		.n_inputs = 1,
		.findings = findings,
		.n_findings = n,
	};

	for (size_t i = 0; i < n; i++)
		findings[i] = diagnosis_finding(d, i);
	r.attempts = correlator_attempts(k, &r.n_attempts);
	r.options.exchanges = true;
	r.options.stream_filters = true;
	r.options.redact = identities ? REDACT_IDENTITIES : REDACT_SECRETS;
	report_prepare(&r);
	check_attempts(&r);
	write_report(&r, "json", &json);
	write_report(&r, "text", &words);
	if (!strict_json_lines(text_span(&json)) ||
	    !strict_text(text_span(&words), false))
		abort();
	text_add(out, text_span(&json));
	text_add(out, text_span(&words));
	text_fini(&json);
	text_fini(&words);
	report_fini(&r);
	free(findings);
	correlator_free(k);
}

static uint64_t
limits_hit(void)
{
	uint64_t n = 0;

	for (int i = 0; i < LIMIT_COUNT; i++)
		n += limit_hits((enum limit)i);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rules *rules;
	uint64_t hits = limits_hit();
	struct text first = { 0 }, again = { 0 };

	if (size == 0)
		return 0;
	if (rules == NULL) {
		rules = rules_new();
		rules_default(rules);
	}
	run(span_of(data + 1, size - 1), data[0] & 1, rules, &first);
	run(span_of(data + 1, size - 1), data[0] & 1, rules, &again);
	/* How often a limit was hit is counted for the process. */
	if (hits == limits_hit() &&
	    !span_eq(text_span(&first), text_span(&again)))
		abort();
	text_fini(&first);
	text_fini(&again);
	return 0;
}
