/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/annex.h"
#include "report/clocks.h"
#include "report/inventory.h"
#include "report/latency.h"
#include "report/text.h"
#include "report/words.h"

/* Names listed of a tally before "and 7 more"; rows of clocks. */
#define NAMES_SHOWN  4
#define CLOCKS_SHOWN 20
/* Rows of an annex; without -v. */
#define ROWS_SHOWN 40

static void
heading(struct page *p, const char *words)
{
	page_line(p);
	page_style(p, STYLE_BOLD);
	text_fmt(p->out, "%s\n", words);
	page_plain(p, STYLE_BOLD);
}

static void
bullet(struct page *p, const char *words)
{
	page_flow(p, p->ascii ? "  - " : "  · ", STYLE_PLAIN, 4, words);
}

bool
text_clock_matters(const struct clock_row *row)
{
	int64_t off = row->median_ns;

	/* An old token is no wrong clock. */
	if (row->source == CLOCK_TOKEN_ISSUED)
		return off >= CLOCK_MATTERS;
	return off >= CLOCK_MATTERS || off <= -CLOCK_MATTERS;
}

static void
clock_line(struct page *p, const struct report *r,
    const struct clock_row *row)
{
	struct text t = { 0 };

	text_fmt(&t, "%s: ", redact_address(r->redact, &row->host));
	words_clock(&t, row->median_ns);
	text_fmt(&t, ", by %s (%zu, first in frame %llu): %s",
	    clock_source_name(row->source), row->n,
	    (unsigned long long)row->frame, clock_source_proves(row->source));
	bullet(p, text_get(&t));
	text_fini(&t);
}

void
text_clocks(struct page *p, const struct report *r)
{
	size_t shown = 0, left = 0;

	for (size_t i = 0; i < r->n_clocks; i++) {
		const struct clock_row *row = &r->clocks[i];

		if (!r->options.exchanges && !text_clock_matters(row))
			continue;
		if (shown == CLOCKS_SHOWN) {
			left++;
			continue;
		}
		if (shown++ == 0)
			heading(p, "Clocks, against that of the capture");
		clock_line(p, r, row);
	}
	if (left > 0) {
		struct text t = { 0 };

		words_count(&t, left, "more clock", "more clocks");
		bullet(p, text_get(&t));
		text_fini(&t);
	}
}

static void
latency_line(struct page *p, const struct report *r,
    const struct latency_row *row)
{
	struct text t = { 0 };

	text_fmt(&t, "%s, %s, %s (%zu): median ",
	    redact_address_port(r->redact, &row->proxy, row->port),
	    row->scheme, row->good ? "authenticated" : "rejected", row->n);
	when_length(&t, row->median_ns);
	if (row->n > 1) {
		text_str(&t, ", 95% within ");
		when_length(&t, row->p95_ns);
		text_str(&t, ", worst ");
		when_length(&t, row->worst_ns);
		text_fmt(&t, " (from frame %llu)",
		    (unsigned long long)row->worst_frame);
	}
	bullet(p, text_get(&t));
	text_fini(&t);
}

void
text_latency(struct page *p, const struct report *r)
{
	if (r->n_latency == 0 || !r->options.exchanges)
		return;
	heading(p, "From the credentials to the proxy's decision");
	for (size_t i = 0; i < r->n_latency; i++)
		latency_line(p, r, &r->latency[i]);
}

static void
names_line(struct page *p, const struct report *r, const char *label,
    const struct tally *tally)
{
	struct text t = { 0 };

	if (tally->n == 0)
		return;
	text_fmt(&t, "%s: ", label);
	words_tally(r, &t, tally, NAMES_SHOWN);
	page_flow(p, "      ", STYLE_PLAIN, 8, text_get(&t));
	text_fini(&t);
}

static void
inventory_entry(struct page *p, const struct report *r,
    const struct inventory_row *row)
{
	struct text t = { 0 };

	text_fmt(&t, "%s: ", row->method);
	words_count(&t, row->attempts, "attempt", "attempts");
	text_fmt(&t, ", %u authenticated; ", row->authenticated);
	words_count(&t, row->clients.total, "client", "clients");
	if (row->users.total > 0) {
		text_str(&t, ", ");
		words_count(&t, row->users.total, "user", "users");
	}
	if (row->remark != NULL)
		text_fmt(&t, "; %s", row->remark);
	page_flow(p, p->ascii ? "    - " : "    · ",
	    STYLE_PLAIN, 6, text_get(&t));
	names_line(p, r, "clients", &row->clients);
	names_line(p, r, "users", &row->users);
	names_line(p, r, "programs", &row->agents);
	names_line(p, r, "for", &row->targets);
	names_line(p, r, "applications", &row->applications);
	text_fini(&t);
}

void
text_inventory(struct page *p, const struct report *r)
{
	if (!r->options.inventory)
		return;
	heading(p, "Inventory: what stops when a scheme is switched off");
	if (r->n_inventory == 0)
		bullet(p, "nobody sent credentials");
	for (size_t i = 0; i < r->n_inventory; i++) {
		const struct inventory_row *row = &r->inventory[i];

		if (i == 0 || row[-1].port != row->port ||
		    !address_eq(&row[-1].proxy, &row->proxy))
			page_flow(p, "  ", STYLE_PLAIN, 2,
			    redact_address_port(r->redact, &row->proxy,
			        row->port));
		inventory_entry(p, r, row);
	}
}

/* Columns that fit beside one another; false if they do not. */
static bool
measure(const struct page *p, const struct report *r, const struct annex *a,
    size_t rows, size_t *widths)
{
	size_t total = 2;

	for (size_t k = 0; k < a->n_columns; k++) {
		const char *title = a->columns[k].title;

		widths[k] = 0;
		if (title == NULL)
			continue;
		widths[k] = page_columns(span_of_str(title));
		for (size_t i = 0; i < rows; i++) {
			const char *cell = annex_cell(r, a, i, k);
			size_t n = page_columns(span_of_str(cell));

			if (cell != NULL && n > widths[k])
				widths[k] = n;
		}
		total += widths[k] + 2;
	}
	return total <= p->width + 2;
}

static void
annex_cell_line(struct page *p, const char *cell, size_t width, bool last)
{
	size_t used = page_cell(p, p->out, cell != NULL ? cell : "", width);

	if (!last)
		text_pad(p->out, ' ', width - used + 2);
}

/* "client 10.77.1.4, scheme NTLM, ...": where the columns do not fit. */
static void
annex_bullet(struct page *p, const struct report *r, const struct annex *a,
    size_t row)
{
	struct text t = { 0 };

	for (size_t k = 0; k < a->n_columns; k++) {
		const char *cell = annex_cell(r, a, row, k);

		if (a->columns[k].title != NULL && cell != NULL &&
		    cell[0] != '\0')
			text_fmt(&t, "%s%s %s", t.len > 0 ? ", " : "",
			    a->columns[k].title, cell);
	}
	bullet(p, text_get(&t));
	text_fini(&t);
}

static void
annex_table(struct page *p, const struct report *r, const struct annex *a)
{
	enum { COLUMNS_MOST = 24 };
	size_t widths[COLUMNS_MOST], last = a->n_columns - 1;
	size_t shown = r->options.exchanges || a->n_rows < ROWS_SHOWN
	    ? a->n_rows
	    : ROWS_SHOWN;
	bool fits = a->n_columns <= COLUMNS_MOST &&
	    measure(p, r, a, shown, widths);

	while (last > 0 && a->columns[last].title == NULL)
		last--;
	if (fits && shown > 0) {
		text_str(p->out, "  ");
		for (size_t k = 0; k <= last; k++)
			if (a->columns[k].title != NULL)
				annex_cell_line(p, a->columns[k].title,
				    widths[k], k == last);
		text_char(p->out, '\n');
	}
	for (size_t i = 0; i < shown; i++) {
		if (!fits) {
			annex_bullet(p, r, a, i);
			continue;
		}
		text_str(p->out, "  ");
		for (size_t k = 0; k <= last; k++)
			if (a->columns[k].title != NULL)
				annex_cell_line(p, annex_cell(r, a, i, k),
				    widths[k], k == last);
		text_char(p->out, '\n');
	}
	if (a->n_rows + a->left_out > shown) {
		struct text t = { 0 };

		words_count(&t, a->n_rows + a->left_out - shown, "more row",
		    "more rows");
		bullet(p, text_get(&t));
		text_fini(&t);
	}
}

void
text_annexes(struct page *p, const struct report *r)
{
	for (size_t i = 0; i < r->n_annexes; i++) {
		const struct annex *a = r->annexes[i];

		heading(p, a->title);
		for (size_t k = 0; k < a->n_lines; k++)
			page_flow(p, "", STYLE_PLAIN, 2,
			    redact_words(r->redact, a->lines[k]));
		annex_table(p, r, a);
	}
	if (r->n_annexes > 0)
		page_line(p);
}
