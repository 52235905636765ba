/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/clocks.h"
#include "report/html.h"
#include "report/inventory.h"
#include "report/latency.h"
#include "report/text.h"
#include "report/words.h"

/* Rows of a table; names listed of a tally. */
#define ROWS_SHOWN  200
#define NAMES_SHOWN 4

static void
begin(struct html *h, const char *title, const char *const *columns)
{
	text_fmt(h->out,
	    "<section>\n<h2>%s</h2>\n<div class=\"scroll\" tabindex=\"0\" "
	    "role=\"region\" aria-label=\"%s\">\n<table>\n<thead><tr>",
	    title, title);
	for (size_t i = 0; columns[i] != NULL; i++)
		text_fmt(h->out, "<th scope=\"col\">%s</th>", columns[i]);
	text_str(h->out, "</tr></thead>\n<tbody>\n");
}

static void
end(struct html *h, size_t n)
{
	text_str(h->out, "</tbody>\n</table>\n</div>\n");
	if (n > ROWS_SHOWN)
		text_fmt(h->out, "<p class=\"who\">and %zu more rows</p>\n",
		    n - ROWS_SHOWN);
	text_str(h->out, "</section>\n");
}

static void
cell(struct html *h, struct text *words)
{
	text_str(h->out, "<td>");
	html_words(h, text_get(words));
	text_str(h->out, "</td>");
	text_clear(words);
}

static void
length_cell(struct html *h, int64_t ns)
{
	struct text t = { 0 };

	when_length(&t, ns);
	cell(h, &t);
	text_fini(&t);
}

static void
row_head(struct html *h, const char *words)
{
	text_str(h->out, "<tr><th scope=\"row\">");
	html_words(h, words);
	text_str(h->out, "</th>");
}

static void
counted_cell(struct html *h, const struct counted *list, size_t n)
{
	struct text t = { 0 };

	for (size_t i = 0; i < n; i++)
		text_fmt(&t, "%s%s %u", i > 0 ? ", " : "", list[i].name,
		    list[i].count);
	cell(h, &t);
	text_fini(&t);
}

static void
proxies(struct html *h)
{
	static const char *const columns[] = { "proxy", "software",
		"attempts", "used", "offered", "clients", "users", NULL };
	const struct report *r = h->report;
	struct text t = { 0 };

	if (r->n_proxies == 0)
		return;
	begin(h, "Proxies", columns);
	for (size_t i = 0; i < r->n_proxies && i < ROWS_SHOWN; i++) {
		const struct proxy_total *p = &r->proxies[i];

		row_head(h, redact_address_port(r->redact, &p->address,
		    p->port));
		text_str(h->out, "<td>");
		html_sentence(h, p->software);
		text_str(h->out, "</td>");
		words_outcomes(&t, p->outcomes);
		cell(h, &t);
		counted_cell(h, p->schemes, p->n_schemes);
		counted_cell(h, p->offered, p->n_offered);
		text_fmt(h->out, "<td>%zu</td><td>%zu</td></tr>\n",
		    p->clients, p->users);
	}
	end(h, r->n_proxies);
	text_fini(&t);
}

static void
tally_cell(struct html *h, const struct tally *tally)
{
	struct text t = { 0 };

	words_tally(h->report, &t, tally, NAMES_SHOWN);
	cell(h, &t);
	text_fini(&t);
}

static void
inventory(struct html *h)
{
	static const char *const columns[] = { "proxy", "method", "attempts",
		"clients", "users", "programs", "remark", NULL };
	const struct report *r = h->report;

	if (r->n_inventory == 0)
		return;
	begin(h, "What stops when a scheme is switched off", columns);
	for (size_t i = 0; i < r->n_inventory && i < ROWS_SHOWN; i++) {
		const struct inventory_row *row = &r->inventory[i];

		row_head(h, redact_address_port(r->redact, &row->proxy,
		    row->port));
		text_str(h->out, "<td>");
		html_words(h, row->method);
		text_fmt(h->out, "</td><td>%u, %u authenticated</td>",
		    row->attempts, row->authenticated);
		tally_cell(h, &row->clients);
		tally_cell(h, &row->users);
		tally_cell(h, &row->agents);
		text_str(h->out, "<td>");
		html_words(h, row->remark);
		text_str(h->out, "</td></tr>\n");
	}
	end(h, r->n_inventory);
}

static void
latency(struct html *h)
{
	static const char *const columns[] = { "proxy", "scheme", "outcome",
		"how many", "median", "95% within", "worst", "from frame",
		NULL };
	const struct report *r = h->report;

	if (r->n_latency == 0)
		return;
	begin(h, "From the credentials to the decision", columns);
	for (size_t i = 0; i < r->n_latency && i < ROWS_SHOWN; i++) {
		const struct latency_row *row = &r->latency[i];

		row_head(h, redact_address_port(r->redact, &row->proxy,
		    row->port));
		text_str(h->out, "<td>");
		html_words(h, row->scheme);
		text_fmt(h->out, "</td><td>%s</td><td>%zu</td>",
		    row->good ? "authenticated" : "rejected", row->n);
		length_cell(h, row->median_ns);
		length_cell(h, row->p95_ns);
		length_cell(h, row->worst_ns);
		text_fmt(h->out, "<td>%llu</td></tr>\n",
		    (unsigned long long)row->worst_frame);
	}
	end(h, r->n_latency);
}

static void
clocks(struct html *h)
{
	static const char *const columns[] = { "host", "shown by",
		"against the capture", "readings", "first frame",
		"what it proves", NULL };
	const struct report *r = h->report;

	if (r->n_clocks == 0)
		return;
	begin(h, "Clocks", columns);
	for (size_t i = 0; i < r->n_clocks && i < ROWS_SHOWN; i++) {
		const struct clock_row *row = &r->clocks[i];
		struct text t = { 0 };

		if (text_clock_matters(row))
			text_str(h->out, "<tr class=\"diff\">");
		else
			text_str(h->out, "<tr>");
		text_str(h->out, "<th scope=\"row\">");
		html_words(h, redact_address(r->redact, &row->host));
		text_fmt(h->out, "</th><td>%s</td>",
		    clock_source_name(row->source));
		words_clock(&t, row->median_ns);
		cell(h, &t);
		text_fmt(h->out, "<td>%zu</td><td>%llu</td><td>%s</td></tr>\n",
		    row->n, (unsigned long long)row->frame,
		    clock_source_proves(row->source));
		text_fini(&t);
	}
	end(h, r->n_clocks);
}

static void
number_row(struct html *h, const char *label, uint64_t n)
{
	text_fmt(h->out, "<tr><th scope=\"row\">%s</th><td>%llu</td></tr>\n",
	    label, (unsigned long long)n);
}

static void
file_rows(struct html *h)
{
	const struct report *r = h->report;

	for (size_t i = 0; i < r->n_inputs && i < ROWS_SHOWN; i++) {
		const struct capture_input *in = &r->inputs[i];
		struct text t = { 0 };

		row_head(h, redact_words(r->redact, in->name));
		text_fmt(&t, "%s%s, %llu frames, %llu bytes",
		    in->format != NULL ? in->format : "not read",
		    in->damaged ? " (damaged)" : "",
		    (unsigned long long)in->frames,
		    (unsigned long long)in->bytes);
		cell(h, &t);
		text_str(h->out, "</tr>\n");
		text_fini(&t);
	}
}

static void
capture(struct html *h)
{
	static const char *const columns[] = { "what", "how much", NULL };
	const struct capture_quality *q = &h->report->quality;
	const struct report *r = h->report;

	begin(h, "The capture", columns);
	file_rows(h);
	number_row(h, "bytes sent but not in the capture", q->missing);
	number_row(h, "connections with one direction only", q->one_sided);
	if (r->drops_known)
		number_row(h, "frames lost by the capturing side",
		    r->dropped);
	number_row(h, "frames cut short (snaplen)", r->cut_frames);
	number_row(h, "damaged packets", q->damaged_packets);
	number_row(h, "attempts that cannot be told",
	    r->outcomes[OUTCOME_INCOMPLETE]);
	text_fmt(h->out, "<tr><th scope=\"row\">traffic with a KDC (port 88)"
	    "</th><td>%s</td></tr>\n", q->kdc_visible ? "seen" : "not seen");
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		if (r->limit_hits[i] == 0)
			continue;
		text_fmt(h->out, "<tr><th scope=\"row\">bound reached: %s"
		    "</th><td>%llu times</td></tr>\n",
		    limit_what((enum limit)i),
		    (unsigned long long)r->limit_hits[i]);
	}
	end(h, 0);
}

void
html_tables(struct html *h)
{
	proxies(h);
	inventory(h);
	latency(h);
	clocks(h);
	capture(h);
}
