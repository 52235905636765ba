/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sha256.h"
#include "report/clocks.h"
#include "report/html.h"
#include "report/inventory.h"
#include "report/latency.h"
#include "report/quality.h"
#include "report/text.h"
#include "report/words.h"

/* Rows of a table; names listed of a tally. */
#define ROWS_SHOWN  200
#define NAMES_SHOWN 4

static void
begin(struct html *h, struct html_table *t, const char *title,
    const char *const *columns)
{
	text_fmt(h->out, "<section>\n<h2>%s</h2>\n", title);
	html_table_begin(t, h, columns);
}

static void
end(struct html_table *t, size_t n)
{
	html_table_end(t);
	if (n > ROWS_SHOWN)
		text_fmt(t->html->out, "<p class=\"who\">and %zu more rows"
		    "</p>\n", n - ROWS_SHOWN);
	text_str(t->html->out, "</section>\n");
}

/* A cell of words that are gone afterwards. */
static void
cell(struct html_table *t, struct text *words)
{
	html_cell(t, text_get(words));
	text_clear(words);
}

static void
length_cell(struct html_table *t, int64_t ns)
{
	struct text words = { 0 };

	when_length(&words, ns);
	cell(t, &words);
	text_fini(&words);
}

static void
counted_cell(struct html_table *t, const struct counted *list, size_t n)
{
	struct text words = { 0 };

	for (size_t i = 0; i < n; i++)
		text_fmt(&words, "%s%s %u", i > 0 ? ", " : "", list[i].name,
		    list[i].count);
	cell(t, &words);
	text_fini(&words);
}

static void
tally_cell(struct html_table *t, const struct tally *tally)
{
	struct text words = { 0 };

	words_tally(t->html->report, &words, tally, NAMES_SHOWN);
	cell(t, &words);
	text_fini(&words);
}

void
html_proxies(struct html *h)
{
	static const char *const columns[] = { "proxy", "software",
		"attempts", "used", "offered", "clients", "users", NULL };
	const struct report *r = h->report;
	struct html_table t;
	struct text words = { 0 };

	if (r->n_proxies == 0)
		return;
	begin(h, &t, "Proxies", columns);
	for (size_t i = 0; i < r->n_proxies && i < ROWS_SHOWN; i++) {
		const struct proxy_total *p = &r->proxies[i];

		html_row(&t, false, redact_address_port(r->redact,
		    &p->address, p->port));
		html_cell(&t, redact_words(r->redact, p->software));
		words_outcomes(&words, p->outcomes);
		cell(&t, &words);
		counted_cell(&t, p->schemes, p->n_schemes);
		counted_cell(&t, p->offered, p->n_offered);
		html_cell_number(&t, p->clients);
		html_cell_number(&t, p->users);
		html_row_end(&t);
	}
	end(&t, r->n_proxies);
	text_fini(&words);
}

static void
inventory(struct html *h)
{
	static const char *const columns[] = { "proxy", "method", "attempts",
		"authenticated", "clients", "users", "programs", "for",
		"remark", NULL };
	const struct report *r = h->report;
	struct html_table t;

	if (r->n_inventory == 0)
		return;
	begin(h, &t, "What stops when a scheme is switched off", columns);
	for (size_t i = 0; i < r->n_inventory && i < ROWS_SHOWN; i++) {
		const struct inventory_row *row = &r->inventory[i];

		html_row(&t, false, redact_address_port(r->redact,
		    &row->proxy, row->port));
		html_cell(&t, row->method);
		html_cell_number(&t, row->attempts);
		html_cell_number(&t, row->authenticated);
		tally_cell(&t, &row->clients);
		tally_cell(&t, &row->users);
		tally_cell(&t, &row->agents);
		tally_cell(&t, row->applications.n > 0 ? &row->applications
		                                        : &row->targets);
		html_cell(&t, row->remark);
		html_row_end(&t);
	}
	end(&t, r->n_inventory);
}

static void
latency(struct html *h)
{
	static const char *const columns[] = { "proxy", "scheme", "outcome",
		"how many", "median", "95% within", "worst", "from frame",
		NULL };
	const struct report *r = h->report;
	struct html_table t;

	if (r->n_latency == 0)
		return;
	begin(h, &t, "From the credentials to the decision", columns);
	for (size_t i = 0; i < r->n_latency && i < ROWS_SHOWN; i++) {
		const struct latency_row *row = &r->latency[i];

		html_row(&t, false, redact_address_port(r->redact,
		    &row->proxy, row->port));
		html_cell(&t, row->scheme);
		html_cell(&t, row->good ? "authenticated" : "rejected");
		html_cell_number(&t, row->n);
		length_cell(&t, row->median_ns);
		length_cell(&t, row->p95_ns);
		length_cell(&t, row->worst_ns);
		html_cell_number(&t, row->worst_frame);
		html_row_end(&t);
	}
	end(&t, r->n_latency);
}

static void
clocks(struct html *h)
{
	static const char *const columns[] = { "host", "shown by",
		"against the capture", "readings", "first frame",
		"what it proves", NULL };
	const struct report *r = h->report;
	struct html_table t;
	struct text words = { 0 };

	if (r->n_clocks == 0)
		return;
	begin(h, &t, "Clocks", columns);
	for (size_t i = 0; i < r->n_clocks && i < ROWS_SHOWN; i++) {
		const struct clock_row *row = &r->clocks[i];

		html_row(&t, text_clock_matters(row),
		    redact_address(r->redact, &row->host));
		html_cell(&t, clock_source_name(row->source));
		words_clock(&words, row->median_ns);
		cell(&t, &words);
		html_cell_number(&t, row->n);
		html_cell_number(&t, row->frame);
		html_cell(&t, clock_source_proves(row->source));
		html_row_end(&t);
	}
	end(&t, r->n_clocks);
	text_fini(&words);
}

static void
moment_cell(struct html_table *t, when_ns at)
{
	struct text words = { 0 };

	if (at != WHEN_NONE)
		when_day_time(&words, at);
	cell(t, &words);
	text_fini(&words);
}

static void
files(struct html *h)
{
	static const char *const columns[] = { "file", "format", "frames",
		"bytes", "first (UTC)", "last (UTC)", "lost", NULL };
	const struct report *r = h->report;
	struct html_table t;

	html_table_begin(&t, h, columns);
	for (size_t i = 0; i < r->n_inputs && i < ROWS_SHOWN; i++) {
		const struct capture_input *in = &r->inputs[i];

		html_row(&t, in->damaged, quality_name(r, in));
		html_cell(&t, in->format != NULL ? in->format : "not read");
		html_cell_number(&t, in->frames);
		html_cell_number(&t, in->bytes);
		moment_cell(&t, in->first);
		moment_cell(&t, in->last);
		if (in->drops_known)
			html_cell_number(&t, in->dropped);
		else
			html_cell(&t, "not told");
		html_row_end(&t);
	}
	html_table_end(&t);
	for (size_t i = 0; i < r->n_inputs && i < ROWS_SHOWN; i++) {
		struct text sum = { 0 };

		if (sha256_file(r->inputs[i].name, &sum)) {
			text_str(h->out, "<p class=\"sum\">SHA-256 of ");
			html_words(h, quality_name(r, &r->inputs[i]));
			text_fmt(h->out, " <code>%s</code></p>\n",
			    text_get(&sum));
		}
		text_fini(&sum);
	}
	if (r->n_inputs > ROWS_SHOWN)
		text_fmt(h->out, "<p class=\"who\">and %zu more files</p>\n",
		    r->n_inputs - ROWS_SHOWN);
}

struct notes {
	struct html *html;
	size_t n;
};

static void
note(void *context, const char *words)
{
	struct notes *notes = context;

	text_str(notes->html->out, notes->n++ == 0 ? "<ul>\n<li>" : "<li>");
	html_words(notes->html, words);
	text_str(notes->html->out, "</li>\n");
}

static void
capture(struct html *h)
{
	struct notes notes = { .html = h };

	text_str(h->out, "<section>\n<h2>The capture</h2>\n");
	files(h);
	text_str(h->out, "<h3>How good it is</h3>\n");
	quality_notes(h->report, note, &notes);
	if (notes.n > 0)
		text_str(h->out, "</ul>\n");
	else
		text_str(h->out, "<p>Nothing that was sent is missing, and "
		    "both directions are there.</p>\n");
	html_element(h, "p", "who", quality_kdc(h->report));
	text_str(h->out, "</section>\n");
}

void
html_tables(struct html *h)
{
	for (size_t i = 0; i < h->report->n_annexes; i++)
		html_annex(h, h->report->annexes[i]);
	html_proxies(h);
	inventory(h);
	latency(h);
	clocks(h);
	capture(h);
}
