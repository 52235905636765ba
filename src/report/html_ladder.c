/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"
#include "report/ladder.h"
#include "witness/kdc.h"

/* Messages shown at the beginning and at the end of a long attempt. */
#define FIRST_LEGS 10
#define LAST_LEGS  8

/* Units of the drawing; a character of the font is some 7.8 wide. */
enum {
	WIDTH = 900,
	FRAME_AT = 56,  /* right end of frame numbers */
	TIME_AT = 72,
	LEFT = 180,     /* the client's rail */
	RIGHT = 880,    /* the proxy's rail */
	TOP = 44,       /* below the heads of the rails */
	LINE = 20,
	COLUMNS = 82,   /* of words between the rails */
	DETAIL_LINES = 3,
};

struct drawing {
	struct html *html;
	const struct attempt *attempt;
	const struct finding *finding;
	struct text body; /* drawn before its height is known */
	int y;
	struct text said; /* the last detail: not said twice in a row */
};

/* Into the drawing instead of the page. */
static void
put_words(struct drawing *d, const char *words)
{
	struct html inside = { &d->body, d->html->report };

	html_words(&inside, words);
}

static void
put_text(struct drawing *d, int x, const char *attributes, const char *words)
{
	text_fmt(&d->body, "<text x=\"%d\" y=\"%d\"%s%s>", x, d->y,
	    attributes[0] != '\0' ? " " : "", attributes);
	put_words(d, words);
	text_str(&d->body, "</text>\n");
}

/* "+832 us", "+12 ms" since the first message; that one's time of day. */
static void
put_place(struct drawing *d, const struct leg *leg, when_ns since)
{
	struct text t = { 0 };

	if (leg->frame > 0)
		text_fmt(&t, "%llu", (unsigned long long)leg->frame);
	put_text(d, FRAME_AT, "text-anchor=\"end\"", text_get(&t));
	text_clear(&t);
	if (leg->time != WHEN_NONE && since == WHEN_NONE) {
		when_clock(&t, leg->time);
	} else if (leg->time != WHEN_NONE) {
		text_char(&t, '+');
		when_length(&t, leg->time > since ? leg->time - since : 0);
	}
	put_text(d, TIME_AT, "class=\"dim\"", text_get(&t));
	text_fini(&t);
}

static bool
is_bad(const struct attempt *a, const struct leg *leg)
{
	return leg->step == STEP_REJECTED ||
	    (leg->step == STEP_CLOSED && attempt_failed(a));
}

static void
put_arrow(struct drawing *d, const struct leg *leg)
{
	const char *style = is_bad(d->attempt, leg)   ? " class=\"bs\""
	    : leg->step == STEP_AUTHENTICATED ? " class=\"gs\""
	                                              : "";
	int from = leg->from_client ? LEFT : RIGHT;
	int to = leg->from_client ? RIGHT : LEFT;
	int back = leg->from_client ? -9 : 9;

	text_fmt(&d->body,
	    "<path%s d=\"M%d %dH%d M%d %dl%d -5 M%d %dl%d 5\"/>\n", style,
	    from, d->y, to, to, d->y, back, to, d->y, back);
}

/* Decoded fields, wrapped between the rails. */
static void
put_detail(struct drawing *d, const struct leg *leg)
{
	struct text words = { 0 }, lines = { 0 };
	struct page page = { .out = &lines, .width = COLUMNS };

	ladder_detail(d->html->report, d->attempt, leg, &words);
	if (span_eq(text_span(&words), text_span(&d->said)))
		text_clear(&words);
	if (words.len > 0) {
		text_clear(&d->said);
		text_add(&d->said, text_span(&words));
	}
	page_flow(&page, "", STYLE_PLAIN, 0, text_get(&words));

	struct span s = text_span(&lines);

	for (int i = 0; i < DETAIL_LINES && s.len > 0; i++) {
		size_t n = span_find(s, '\n');
		struct text line = { 0 };

		d->y += LINE - 2;
		text_add(&line, span_first(s, n));
		put_text(d, LEFT + 16, "class=\"dim\"", text_get(&line));
		text_fini(&line);
		s = span_from(s, n + 1);
	}
	text_fini(&lines);
	text_fini(&words);
}

static void
put_label(struct drawing *d, const struct leg *leg)
{
	struct text label = { 0 }, shown = { 0 };
	struct page page = { .out = &shown, .width = COLUMNS };

	ladder_label(d->html->report, d->attempt, leg, &label);
	page_cell(&page, &shown, text_get(&label), COLUMNS);
	put_text(d, LEFT + 16, is_bad(d->attempt, leg) ? "class=\"b h\""
	        : leg->step == STEP_AUTHENTICATED ? "class=\"g h\""
	                                          : "class=\"h\"",
	    text_get(&shown));
	text_fini(&shown);
	text_fini(&label);
}

static void
put_remark(struct drawing *d, const char *words)
{
	d->y += LINE + 4;
	put_text(d, LEFT + 16, "class=\"dim\"", words);
	d->y += 6;
}

/* Where the client goes on on another connection. */
static void
put_change(struct drawing *d, unsigned i)
{
	const struct leg *legs = d->attempt->legs;
	struct text t = { 0 };

	if (i == 0 || (legs[i].stream == legs[i - 1].stream &&
	                  legs[i].port == legs[i - 1].port))
		return;
	text_fmt(&t, "… on another connection, from port %u", legs[i].port);
	put_remark(d, text_get(&t));
	text_fini(&t);
}

static void
put_leg(struct drawing *d, unsigned i)
{
	const struct leg *leg = &d->attempt->legs[i];

	put_change(d, i);
	d->y += LINE + 6;
	put_label(d, leg);
	put_place(d, leg, i == 0 ? WHEN_NONE : d->attempt->legs[0].time);
	d->y += 8;
	put_arrow(d, leg);
	put_detail(d, leg);
}

static void
put_kdc(struct drawing *d, const struct witness_record *w, bool answer)
{
	const struct kdc_record *k = w->saw.kdc;
	struct text t = { 0 };

	d->y += LINE + 4;
	text_fmt(&t, "%llu", (unsigned long long)(answer ? k->answer_frame
	                                                 : k->request_frame));
	put_text(d, FRAME_AT, "text-anchor=\"end\"", text_get(&t));
	text_clear(&t);
	when_clock(&t, answer ? k->answer_time : k->request_time);
	put_text(d, TIME_AT, "class=\"dim\"", text_get(&t));
	text_clear(&t);
	text_str(&t, "· ");
	ladder_kdc(d->html->report, w, answer, &t);
	put_text(d, LEFT + 16, "", text_get(&t));
	text_fini(&t);
}

/* What went between client and KDC after one frame and before another. */
static void
put_aside(struct drawing *d, uint64_t after, uint64_t before)
{
	const struct finding *f = d->finding;

	for (size_t i = 0; f->on_kdc && i < f->n_kdc; i++) {
		const struct kdc_record *k = f->kdc[i]->saw.kdc;

		if (k->request_frame > after && k->request_frame < before)
			put_kdc(d, f->kdc[i], false);
		if (k->answer_frame > after && k->answer_frame < before)
			put_kdc(d, f->kdc[i], true);
	}
}

static void
put_legs(struct drawing *d)
{
	const struct attempt *a = d->attempt;
	unsigned left_out = a->n_legs > FIRST_LEGS + LAST_LEGS + 1
	    ? a->n_legs - FIRST_LEGS - LAST_LEGS
	    : 0;
	struct text t = { 0 };

	for (unsigned i = 0; i < a->n_legs; i++) {
		put_aside(d, i == 0 ? 0 : a->legs[i - 1].frame,
		    a->legs[i].frame);
		if (left_out > 0 && i == FIRST_LEGS) {
			text_fmt(&t, "… %u more messages", left_out);
			put_remark(d, text_get(&t));
			i += left_out;
		}
		put_leg(d, i);
	}
	put_aside(d, a->legs[a->n_legs - 1].frame, UINT64_MAX);
	text_fini(&t);
}

static void
put_heads(struct drawing *d)
{
	const struct connection *c = &d->attempt->connection;
	const struct attempt *a = d->attempt;
	struct redact *redact = d->html->report->redact;
	int below = d->y;

	d->y = 24;
	put_text(d, FRAME_AT, "class=\"dim\" text-anchor=\"end\"", "frame");
	put_text(d, TIME_AT, "class=\"dim\"", "time (UTC)");
	put_text(d, LEFT, "class=\"h\"",
	    redact_address_port(redact, &c->client,
	        a->n_legs > 0 ? a->legs[0].port : c->client_port));
	put_text(d, RIGHT, "class=\"h\" text-anchor=\"end\"",
	    redact_address_port(redact, &c->proxy, c->proxy_port));
	d->y = below;
}

void
html_ladder(struct html *h, const struct finding *f, size_t number)
{
	struct drawing d = { .html = h, .attempt = f->example, .finding = f,
		.y = TOP - 12 };

	put_legs(&d);
	put_heads(&d);

	int height = d.y + LINE;

	text_fmt(h->out,
	    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Messages of fault %zu\">\n"
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-label=\"Messages between client and proxy, in order\">\n"
	    "<line class=\"rail\" x1=\"%d\" y1=\"34\" x2=\"%d\" y2=\"%d\"/>\n"
	    "<line class=\"rail\" x1=\"%d\" y1=\"34\" x2=\"%d\" y2=\"%d\"/>\n",
	    number, WIDTH, height, LEFT, LEFT, height - 6, RIGHT, RIGHT,
	    height - 6);
	text_add(h->out, text_span(&d.body));
	text_str(h->out, "</svg>\n</div>\n");
	text_fini(&d.body);
	text_fini(&d.said);
}
