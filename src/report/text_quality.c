/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/brief.h"
#include "report/quality.h"
#include "report/text.h"
#include "report/words.h"

/* Does a fault concern this proxy? */
static bool
has_fault(const struct report *r, const struct proxy_total *t)
{
	struct text name;
	bool found = false;

	text_init(&name);
	address_port_add(&name, &t->address, t->port);
	for (size_t i = 0; i < r->n_findings && !found; i++) {
		const struct tally *proxies = &r->findings[i]->proxies;

		if (!r->findings[i]->fault)
			continue;
		for (size_t j = 0; j < proxies->n; j++)
			if (strcmp(proxies->entries[j].name,
			        text_get(&name)) == 0)
				found = true;
	}
	text_fini(&name);
	return found;
}

static void
add_schemes(struct text *t, const struct proxy_total *total)
{
	text_str(t, " (");
	for (size_t i = 0; i < total->n_schemes; i++)
		text_fmt(t, "%s%s %u", i > 0 ? ", " : "",
		    total->schemes[i].name, total->schemes[i].count);
	text_char(t, ')');
}

static void
proxy_line(struct page *p, const struct report *r,
    const struct proxy_total *total)
{
	struct text t;
	bool good = total->outcomes[OUTCOME_AUTHENTICATED] == total->attempts;
	enum style style = has_fault(r, total) ? STYLE_RED
	    : good                             ? STYLE_GREEN
	                                       : STYLE_PLAIN;

	text_init(&t);
	text_fmt(&t, "%s: ", redact_address_port(r->redact, &total->address,
	    total->port));
	if (total->product.product != NULL) {
		product_words(&t, &total->product);
		text_str(&t, ", ");
	}
	words_count(&t, total->attempts, "attempt", "attempts");
	if (good)
		text_str(&t, total->attempts > 1 ? ", all authenticated"
		                                 : ", authenticated");
	add_schemes(&t, total);
	text_str(&t, ", ");
	words_count(&t, total->clients, "client", "clients");
	if (total->users > 1)
		text_fmt(&t, ", %zu users", total->users);
	if (!good) {
		text_str(&t, ": ");
		words_outcomes(&t, total->outcomes);
	} else if (style == STYLE_GREEN && report_let_go(r) == 0) {
		text_str(&t, ": nothing wrong");
	}
	page_style(p, style);
	page_flow(p, "", STYLE_PLAIN, 2, text_get(&t));
	page_plain(p, style);
	text_fini(&t);
}

/* Anything that may hide what was not found? */
static bool
is_imperfect(const struct report *r)
{
	const struct capture_quality *q = &r->quality;

	return q->missing > 0 || q->one_sided > 0 || r->dropped > 0 ||
	    r->cut_frames > 0 || r->damaged || q->unknown_link > 0 ||
	    q->damaged_packets > 0;
}

static void
no_attempts(struct page *p, const struct report *r)
{
	const struct capture_quality *q = &r->quality;
	struct text t;

	if (r->damaged && q->frames == 0) {
		page_flow(p, "", STYLE_PLAIN, 2,
		    "Nothing could be read, so nothing is said.");
		return;
	}
	text_init(&t);
	if (brief_none_chosen(r, &t)) {
		page_flow(p, "", STYLE_PLAIN, 2, text_get(&t));
		text_fini(&t);
		return;
	}
	text_str(&t, "No proxy authentication in this capture: looked at ");
	words_count(&t, q->frames, "frame", "frames");
	text_str(&t, " and ");
	words_count(&t, q->connections, "TCP connection", "TCP connections");
	if (q->connections > 0)
		text_fmt(&t, ", %llu of %s with HTTP",
		    (unsigned long long)q->http_connections,
		    q->connections == 1 ? "it" : "them");
	text_str(&t, "; no proxy asked for credentials (407), and no client "
	    "sent any.");
	if (q->connections == 0)
		text_str(&t, " With no TCP in it, look at where and with "
		    "which filter it was taken.");
	else if (is_imperfect(r))
		text_str(&t, " What is missing (below) may have held some.");
	page_style(p, STYLE_GREEN);
	page_flow(p, "", STYLE_PLAIN, 2, text_get(&t));
	page_plain(p, STYLE_GREEN);
	text_fini(&t);
}

void
text_proxies(struct page *p, const struct report *r)
{
	struct text t;

	if (r->n_attempts == 0) {
		no_attempts(p, r);
		return;
	}
	for (size_t i = 0; i < r->n_proxies; i++)
		proxy_line(p, r, &r->proxies[i]);
	if (r->proxies_left_out == 0)
		return;
	text_init(&t);
	text_str(&t, "Further proxies are not listed; they had ");
	words_count(&t, r->proxies_left_out, "attempt.", "attempts.");
	page_flow(p, "", STYLE_PLAIN, 2, text_get(&t));
	text_fini(&t);
}

struct notes {
	struct page *page;
	bool any;
};

/* Under a heading that the first one brings. */
static void
note(void *context, const char *words)
{
	struct notes *n = context;
	struct page *p = n->page;

	if (!n->any) {
		page_line(p);
		page_style(p, STYLE_BOLD);
		text_str(p->out, "About the capture\n");
		page_plain(p, STYLE_BOLD);
	}
	n->any = true;
	page_flow(p, p->ascii ? "  - " : "  · ", STYLE_PLAIN, 4, words);
}

void
text_quality(struct page *p, const struct report *r)
{
	struct notes n = { .page = p };

	quality_notes(r, note, &n);
}
