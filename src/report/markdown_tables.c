/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/markdown.h"

#include <stdlib.h>

#include "base/sha256.h"
#include "report/clocks.h"
#include "report/inventory.h"
#include "report/lanes.h"
#include "report/latency.h"
#include "report/page.h"
#include "report/quality.h"
#include "report/words.h"

/* Rows of a table, lanes, names of a tally. */
#define ROWS_SHOWN  100
#define LANES_SHOWN 12
#define NAMES_SHOWN 4

/* Columns of a strip in its fence. */
#define LABEL 48
#define STRIP (LANE_BINS / 2)

static void
begin(struct markdown *m, const char *title, const char *const *columns)
{
	text_fmt(m->out, "## %s\n\n|", title);
	for (size_t i = 0; columns[i] != NULL; i++)
		text_fmt(m->out, " %s |", columns[i]);
	text_str(m->out, "\n|");
	for (size_t i = 0; columns[i] != NULL; i++)
		text_str(m->out, " --- |");
	text_char(m->out, '\n');
}

static void
end(struct markdown *m, size_t n, size_t shown)
{
	text_char(m->out, '\n');
	if (n > shown)
		text_fmt(m->out, "and %zu more rows\n\n", n - shown);
}

/* Redacted before; the first cell of a row brings the bar before it. */
static void
cell(struct markdown *m, const char *s)
{
	text_char(m->out, ' ');
	markdown_words(m, s);
	text_str(m->out, " |");
}

static void
text_cell(struct markdown *m, struct text *t)
{
	cell(m, text_get(t));
	text_clear(t);
}

static void
number_cell(struct markdown *m, uint64_t n)
{
	text_fmt(m->out, " %llu |", (unsigned long long)n);
}

static void
length_cell(struct markdown *m, int64_t ns)
{
	struct text t = { 0 };

	when_length(&t, ns);
	text_cell(m, &t);
	text_fini(&t);
}

static void
moment_cell(struct markdown *m, when_ns at)
{
	struct text t = { 0 };

	if (at != WHEN_NONE)
		when_day_time(&t, at);
	text_cell(m, &t);
	text_fini(&t);
}

/* What most of them were in this part of the capture; bad outweighs. */
static const char *
mark(const struct lane *lane, int at)
{
	int i = 2 * at;

	return lane->bad[i] + lane->bad[i + 1] > 0      ? "x"
	    : lane->good[i] + lane->good[i + 1] > 0     ? "o"
	    : lane->other[i] + lane->other[i + 1] > 0 ? "-"
	                                              : " ";
}

static void
strips(struct markdown *m, const struct lane *lanes, size_t n)
{
	struct page p = { .out = m->out, .width = LABEL };

	text_str(m->out, "o authenticated, x failed, - cannot be told:\n\n"
	                 "```text\n");
	for (size_t i = 0; i < n; i++) {
		struct text label = { 0 };

		text_str(m->out, "  ");
		lane_words(m->report, &lanes[i], &label);

		size_t used = page_cell(&p, m->out, text_get(&label), LABEL);

		text_pad(m->out, ' ', LABEL - used);
		text_str(m->out, " |");
		for (int at = 0; at < STRIP; at++)
			text_str(m->out, mark(&lanes[i], at));
		text_str(m->out, "|\n");
		text_fini(&label);
	}
	text_str(m->out, "```\n\n");
}

void
markdown_lanes(struct markdown *m)
{
	static const char *const columns[] = { "client, proxy, scheme",
		"attempts", "authenticated", "failed", "first failure (UTC)",
		"last failure (UTC)", NULL };
	const struct report *r = m->report;
	struct lane *lanes;
	struct text t = { 0 };

	if (r->n_attempts < 2 || r->first == WHEN_NONE || r->last <= r->first)
		return;

	size_t n = lanes_of(r, &lanes);
	size_t shown = n < LANES_SHOWN ? n : LANES_SHOWN;

	begin(m, "Who, and when", columns);
	for (size_t i = 0; i < shown; i++) {
		text_char(m->out, '|');
		lane_words(r, &lanes[i], &t);
		text_cell(m, &t);
		number_cell(m, lanes[i].n);
		number_cell(m, lanes[i].n_good);
		number_cell(m, lanes[i].n_bad);
		moment_cell(m, lanes[i].first_bad);
		moment_cell(m, lanes[i].last_bad);
		text_char(m->out, '\n');
	}
	end(m, n, shown);
	strips(m, lanes, shown);
	text_fini(&t);
	free(lanes);
}

static void
proxies(struct markdown *m)
{
	static const char *const columns[] = { "proxy", "software",
		"attempts", "clients", "users", NULL };
	const struct report *r = m->report;
	struct text t = { 0 };

	if (r->n_proxies == 0)
		return;
	begin(m, "Proxies", columns);
	for (size_t i = 0; i < r->n_proxies && i < ROWS_SHOWN; i++) {
		const struct proxy_total *p = &r->proxies[i];

		text_char(m->out, '|');
		cell(m, redact_address_port(r->redact, &p->address, p->port));
		cell(m, redact_words(r->redact, p->software));
		words_outcomes(&t, p->outcomes);
		text_cell(m, &t);
		number_cell(m, p->clients);
		number_cell(m, p->users);
		text_char(m->out, '\n');
	}
	end(m, r->n_proxies, ROWS_SHOWN);
	text_fini(&t);
}

static void
tally_cell(struct markdown *m, const struct tally *tally)
{
	struct text t = { 0 };

	words_tally(m->report, &t, tally, NAMES_SHOWN);
	text_cell(m, &t);
	text_fini(&t);
}

static void
inventory(struct markdown *m)
{
	static const char *const columns[] = { "proxy", "method", "attempts",
		"authenticated", "clients", "users", "programs", "for",
		"remark", NULL };
	const struct report *r = m->report;

	if (r->n_inventory == 0)
		return;
	begin(m, "What stops when a scheme is switched off", columns);
	for (size_t i = 0; i < r->n_inventory && i < ROWS_SHOWN; i++) {
		const struct inventory_row *row = &r->inventory[i];

		text_char(m->out, '|');
		cell(m, redact_address_port(r->redact, &row->proxy,
		    row->port));
		cell(m, row->method);
		number_cell(m, row->attempts);
		number_cell(m, row->authenticated);
		tally_cell(m, &row->clients);
		tally_cell(m, &row->users);
		tally_cell(m, &row->agents);
		tally_cell(m, row->applications.n > 0 ? &row->applications
		                                        : &row->targets);
		cell(m, row->remark);
		text_char(m->out, '\n');
	}
	end(m, r->n_inventory, ROWS_SHOWN);
}

static void
latency(struct markdown *m)
{
	static const char *const columns[] = { "proxy", "scheme", "outcome",
		"how many", "median", "95% within", "worst", "from frame",
		NULL };
	const struct report *r = m->report;

	if (r->n_latency == 0)
		return;
	begin(m, "From the credentials to the decision", columns);
	for (size_t i = 0; i < r->n_latency && i < ROWS_SHOWN; i++) {
		const struct latency_row *row = &r->latency[i];

		text_char(m->out, '|');
		cell(m, redact_address_port(r->redact, &row->proxy,
		    row->port));
		cell(m, row->scheme);
		cell(m, row->good ? "authenticated" : "rejected");
		number_cell(m, row->n);
		length_cell(m, row->median_ns);
		length_cell(m, row->p95_ns);
		length_cell(m, row->worst_ns);
		number_cell(m, row->worst_frame);
		text_char(m->out, '\n');
	}
	end(m, r->n_latency, ROWS_SHOWN);
}

static void
clocks(struct markdown *m)
{
	static const char *const columns[] = { "host", "shown by",
		"against the capture", "first frame", "what it proves", NULL };
	const struct report *r = m->report;
	struct text t = { 0 };

	if (r->n_clocks == 0)
		return;
	begin(m, "Clocks", columns);
	for (size_t i = 0; i < r->n_clocks && i < ROWS_SHOWN; i++) {
		const struct clock_row *row = &r->clocks[i];

		text_char(m->out, '|');
		cell(m, redact_address(r->redact, &row->host));
		cell(m, clock_source_name(row->source));
		words_clock(&t, row->median_ns);
		text_cell(m, &t);
		number_cell(m, row->frame);
		cell(m, clock_source_proves(row->source));
		text_char(m->out, '\n');
	}
	end(m, r->n_clocks, ROWS_SHOWN);
	text_fini(&t);
}

static void
note(void *context, const char *words)
{
	struct markdown *m = context;

	text_str(m->out, "- ");
	markdown_words(m, words);
	text_char(m->out, '\n');
}

static void
capture(struct markdown *m)
{
	static const char *const columns[] = { "file", "format", "frames",
		"first (UTC)", "last (UTC)", "SHA-256", NULL };
	const struct report *r = m->report;

	begin(m, "The capture", columns);
	for (size_t i = 0; i < r->n_inputs && i < ROWS_SHOWN; i++) {
		const struct capture_input *in = &r->inputs[i];
		struct text sum = { 0 };

		text_char(m->out, '|');
		cell(m, quality_name(r, in));
		cell(m, in->format != NULL ? in->format : "not read");
		number_cell(m, in->frames);
		moment_cell(m, in->first);
		moment_cell(m, in->last);
		sha256_file(in->name, &sum);
		text_cell(m, &sum);
		text_char(m->out, '\n');
		text_fini(&sum);
	}
	end(m, r->n_inputs, ROWS_SHOWN);
	quality_notes(r, note, m);
	note(m, quality_kdc(r));
	text_char(m->out, '\n');
}

void
markdown_tables(struct markdown *m)
{
	proxies(m);
	inventory(m);
	latency(m);
	clocks(m);
	capture(m);
}
