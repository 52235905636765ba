/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/clocks.h"
#include "report/inventory.h"
#include "report/latency.h"
#include "report/text.h"
#include "report/words.h"

/* Names listed of a tally before "and 7 more"; rows of clocks. */
#define NAMES_SHOWN  4
#define CLOCKS_SHOWN 20

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
