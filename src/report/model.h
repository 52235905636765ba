/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model.h - what every format prints
 *
 * The caller fills the first part of a struct report and calls
 * report_prepare(), which computes the rest, always the same from the same
 * input.  Writers (formats.h) then only read it.  Nothing that the caller
 * put in is owned or changed; report_fini() frees what was computed.
 */
#ifndef P407_REPORT_MODEL_H
#define P407_REPORT_MODEL_H

#include "base/limits.h"
#include "capture/capture.h"
#include "diagnose/diagnosis.h"
#include "diagnose/products.h"
#include "report/redact.h"

/* How good the capture is.  Zero where nobody counted. */
struct capture_quality {
	uint64_t frames, bytes;
	uint64_t connections;      /* TCP, all */
	uint64_t http_connections; /* of these, that carried HTTP */
	uint64_t one_sided; /* of these, with one direction only */
	uint64_t carried, missing; /* bytes of these, seen and not seen */
	uint64_t not_ip, damaged_packets, unknown_link;
	uint32_t unknown_link_type;
	uint64_t conflicts; /* retransmissions with other bytes */
	bool kdc_visible;
};

struct report_options {
	bool color;          /* SGR colours in text */
	bool ascii;          /* no box drawing in text */
	unsigned width;      /* columns of text; 0: 80 */
	bool exchanges;      /* p407.exchange lines in JSON; all clocks and
	                        times of decision in text */
	bool inventory;      /* who uses which scheme */
	bool stream_filters; /* tcp.stream numbers are Wireshark's */
	enum redact_level redact;
};

/* A name and how often; in order of first appearance. */
struct counted {
	const char *name;
	unsigned count;
};

/* What one proxy (or what was taken for one) did. */
struct proxy_total {
	struct address address;
	uint16_t port;
	unsigned attempts;
	unsigned outcomes[OUTCOME_INCOMPLETE + 1]; /* by enum outcome */
	size_t clients, users; /* different ones */
	const char *software;  /* Server or Proxy-Agent of a 407; or NULL */
	struct product_match product; /* its make; may have none */
	struct counted *schemes; /* used, in the words of CONTRACT */
	size_t n_schemes;
	struct counted *offered; /* challenges, by scheme */
	size_t n_offered;
	when_ns first, last;
};

struct clock_row;     /* report/clocks.h */
struct latency_row;   /* report/latency.h */
struct inventory_row; /* report/inventory.h */
struct annex;         /* report/annex.h */

struct report {
	/* Filled by the caller. */
	const char *version;         /* of p407 */
	const char *ruleset, *rules_version;
	struct report_options options;
	const struct capture_input *inputs;
	size_t n_inputs;
	struct capture_quality quality;
	struct attempt *const *attempts; /* in order of start */
	size_t n_attempts;
	size_t passed_over; /* attempts that nobody asked for (--user, ...) */
	const struct finding *const *findings; /* in order of first frame */
	size_t n_findings;
	const struct rules *rules; /* for makes of proxies; or NULL */
	const struct testimony *witnesses; /* for clocks; or NULL */
	const struct annex *const *annexes; /* in the order to print them */
	size_t n_annexes;
	struct redact *lasting; /* the caller's, of several reports; or NULL */
	bool stopped; /* by Ctrl-C, -c or the like: there was more */
	unsigned threads; /* that may write it; 0: one */

	/* Filled by report_prepare(). */
	struct arena arena;
	struct redact *redact; /* == lasting, if that is given */
	when_ns first, last; /* of all inputs; WHEN_NONE: no frame */
	uint64_t dropped, cut_frames;
	bool drops_known, damaged;
	unsigned outcomes[OUTCOME_INCOMPLETE + 1];
	struct proxy_total *proxies; /* in order of first attempt */
	size_t n_proxies;
	unsigned proxies_left_out; /* attempts at proxies past LIMIT_PROXIES */
	const struct observation **exchanges; /* by frame */
	size_t n_exchanges;
	size_t n_faults; /* findings that are one */
	const struct clock_row *clocks;
	const struct latency_row *latency;
	const struct inventory_row *inventory; /* if it was asked for */
	size_t n_clocks, n_latency, n_inventory;
	uint64_t limit_hits[LIMIT_COUNT];
};

void report_prepare(struct report *r);
void report_fini(struct report *r);

/*
 * The findings that are faults, or those that are not: most severe first,
 * then most attempts, then as they came.  `out` has room for all; how many.
 */
size_t report_pick(const struct report *r, bool fault,
    const struct finding **out);

/* Share of the bytes of HTTP connections that the capture does not have. */
double report_missing_ratio(const struct report *r);

/* Attempts that were let go, the oldest first, to stay within memory. */
uint64_t report_let_go(const struct report *r);

/*
 * A Wireshark display filter for the connections of an attempt; false, and
 * nothing, where it would show an identity.
 */
bool report_display_filter(const struct report *r, const struct attempt *a,
    struct text *t);

/* The filter of a finding, or NULL where it would show an identity. */
const char *report_finding_filter(const struct report *r,
    const struct finding *f);

/* The id of the rule behind a finding, or NULL. */
const char *report_rule(const struct finding *f);

/* The challenges of an offer that the attempt was given: the one that it
 * answered, else the last one.  *n is 0 if there was none. */
const struct token *report_offer(const struct attempt *a, size_t *n);

#endif
