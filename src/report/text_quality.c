/* SPDX-License-Identifier: BSD-2-Clause */
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
	} else if (style == STYLE_GREEN) {
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

	text_init(&t);
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
	struct text words; /* of the one being written */
};

/* Say what was put together, under a heading that the first one brings. */
static void
note(struct notes *n)
{
	struct page *p = n->page;

	if (!n->any) {
		page_line(p);
		page_style(p, STYLE_BOLD);
		text_str(p->out, "About the capture\n");
		page_plain(p, STYLE_BOLD);
	}
	n->any = true;
	page_flow(p, p->ascii ? "  - " : "  · ", STYLE_PLAIN, 4,
	    text_get(&n->words));
	text_clear(&n->words);
}

static void
note_incomplete(struct notes *n, const struct report *r)
{
	unsigned count = r->outcomes[OUTCOME_INCOMPLETE];

	if (count == 0)
		return;
	words_count(&n->words, count, "attempt is", "attempts are");
	text_str(&n->words, " incomplete: the capture does not hold enough of "
	    "them to tell how they ended, so nothing is claimed.");
	note(n);
}

static void
note_files(struct notes *n, const struct report *r)
{
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct capture_input *in = &r->inputs[i];

		if (!in->damaged)
			continue;
		text_fmt(&n->words, "%s is damaged: this report is about the "
		    "part that could be read, ",
		    redact_words(r->redact, in->name));
		words_count(&n->words, in->frames, "frame.", "frames.");
		note(n);
	}
	if (r->dropped > 0) {
		text_str(&n->words, "The capturing side lost ");
		words_count(&n->words, r->dropped, "frame", "frames");
		text_str(&n->words, ": where a message is not here, it may "
		    "still have been sent. A larger buffer (-B) or a filter "
		    "(-f) helps.");
		note(n);
	}
	if (r->cut_frames > 0) {
		words_count(&n->words, r->cut_frames, "frame is",
		    "frames are");
		text_str(&n->words, " shorter than on the wire: tokens in "
		    "them cannot be decoded whole. Capture with -s 0.");
		note(n);
	}
	if (r->stopped) {
		text_str(&n->words, "Reading was stopped before the end: "
		    "attempts that were under way then are incomplete.");
		note(n);
	}
}

/* A share as people write it: "0.04%", "12%", never "0%". */
static void
add_percent(struct text *t, double share)
{
	double percent = share * 100;

	if (percent < 0.01)
		text_str(t, "Less than 0.01%");
	else if (percent < 1)
		text_fmt(t, "0.%02d%%", (int)(percent * 100));
	else
		text_fmt(t, "%d%%", (int)(percent + 0.5));
}

static void
note_traffic(struct notes *n, const struct report *r)
{
	const struct capture_quality *q = &r->quality;

	if (q->missing > 0) {
		add_percent(&n->words, report_missing_ratio(r));
		text_fmt(&n->words, " of the HTTP conversations (%llu bytes) "
		    "was sent and acknowledged, but is not in the capture: "
		    "attempts that need these bytes are called incomplete.",
		    (unsigned long long)q->missing);
		note(n);
	}
	if (q->one_sided > 0) {
		words_count(&n->words, q->one_sided, "HTTP connection has",
		    "HTTP connections have");
		text_str(&n->words, " one direction only in this capture: "
		    "what the other side said is not known. Mirror both "
		    "directions (rx and tx) of the port.");
		note(n);
	}
	if (q->conflicts > 0) {
		words_count(&n->words, q->conflicts, "retransmission",
		    "retransmissions");
		text_str(&n->words, " carried other bytes than the first "
		    "time: the first were taken.");
		note(n);
	}
	if (q->unknown_link > 0) {
		words_count(&n->words, q->unknown_link, "frame is",
		    "frames are");
		text_fmt(&n->words, " of a link type that p407 does not know "
		    "(%u): not looked at.", q->unknown_link_type);
		note(n);
	}
	if (q->damaged_packets > 0) {
		words_count(&n->words, q->damaged_packets, "packet is",
		    "packets are");
		text_str(&n->words, " damaged or cut in the IP or TCP "
		    "header: not looked at.");
		note(n);
	}
}

static void
note_limits(struct notes *n, const struct report *r)
{
	for (size_t i = 0; i < LIMIT_COUNT; i++) {
		enum limit id = (enum limit)i;

		if (r->limit_hits[i] == 0)
			continue;
		text_fmt(&n->words, "A bound was reached (%llu %s), ",
		    (unsigned long long)limit_of(id), limit_what(id));
		if (r->limit_hits[i] == 1)
			text_str(&n->words, "once");
		else
			text_fmt(&n->words, "%llu times",
			    (unsigned long long)r->limit_hits[i]);
		text_str(&n->words, ": what went beyond it was not looked "
		    "at, and may be missing above.");
		note(n);
	}
}

void
text_quality(struct page *p, const struct report *r)
{
	struct notes n = { .page = p };

	text_init(&n.words);
	note_incomplete(&n, r);
	note_files(&n, r);
	note_traffic(&n, r);
	note_limits(&n, r);
	text_fini(&n.words);
}
