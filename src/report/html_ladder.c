/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/html.h"
#include "report/ladder.h"
#include "witness/kdc.h"

/* Messages shown at the beginning and at the end of a long attempt. */
#define FIRST_LEGS 10
#define LAST_LEGS  8

/*
 * Units of the drawing are pixels of the page it is made for; a character
 * of the font is some 7.8 wide.  On a phone frame and time stand over the
 * words, and the KDC has no rail.
 */
struct geometry {
	const char *class;
	int width;
	int frame_at; /* right end of frame numbers; 0: over the words */
	int time_at;
	int left, right; /* the rails of client and proxy */
	int kdc;         /* its rail; 0: none */
	int line;
	size_t columns; /* of words between the rails */
	int label_lines, detail_lines;
};

static const struct geometry wide = { .class = "wide", .width = 900,
	.frame_at = 56, .time_at = 72, .left = 180, .right = 880,
	.line = 20, .columns = 82, .label_lines = 2, .detail_lines = 3 };
static const struct geometry with_kdc = { .class = "wide", .width = 1000,
	.frame_at = 56, .time_at = 72, .left = 180, .right = 840,
	.kdc = 980, .line = 20, .columns = 80, .label_lines = 2,
	.detail_lines = 3 };
static const struct geometry narrow = { .class = "narrow", .width = 356,
	.left = 8, .right = 348, .line = 19, .columns = 39,
	.label_lines = 3, .detail_lines = 4 };

struct drawing {
	struct html *html;
	const struct geometry *at;
	const struct attempt *attempt;
	const struct finding *finding;
	struct text body; /* drawn before its height is known */
	int y;
	struct text said; /* the last detail: not said twice in a row */
};

static void
put_text(struct drawing *d, int x, const char *attributes, const char *words)
{
	struct html inside = { &d->body, d->html->report };

	if (words[0] == '\0')
		return;
	text_fmt(&d->body, "<text x=\"%d\" y=\"%d\"%s%s>", x, d->y,
	    attributes[0] != '\0' ? " " : "", attributes);
	html_words(&inside, words);
	text_str(&d->body, "</text>\n");
}

/* Wrapped between the rails; the line that y is at is the first. */
static void
put_lines(struct drawing *d, const char *attributes, const char *words,
    int most)
{
	struct text wrapped = { 0 };
	struct page page = { .out = &wrapped, .width = d->at->columns };

	page_flow(&page, "", STYLE_PLAIN, 0, words);

	struct span s = text_span(&wrapped);

	for (int i = 0; i < most && s.len > 0; i++) {
		size_t n = span_find(s, '\n');
		bool last = i + 1 == most && n + 1 < s.len;
		struct text line = { 0 }, shown = { 0 };

		text_add(&line, span_first(s, n));
		if (last)
			text_str(&line, " …");
		page_cell(&page, &shown, text_get(&line), d->at->columns);
		d->y += i > 0 ? d->at->line - 2 : 0;
		put_text(d, d->at->left + 10, attributes, text_get(&shown));
		text_fini(&shown);
		text_fini(&line);
		s = span_from(s, n + 1);
	}
	text_fini(&wrapped);
}

/* The time of day, or since the first message: "+832 us", "+12 ms". */
static void
put_place(struct drawing *d, uint64_t frame, when_ns at, when_ns since)
{
	struct text number = { 0 }, moment = { 0 };

	if (frame > 0)
		text_fmt(&number, "%llu", (unsigned long long)frame);
	if (at != WHEN_NONE && since == WHEN_NONE) {
		when_clock(&moment, at);
	} else if (at != WHEN_NONE) {
		text_char(&moment, '+');
		when_length(&moment, at > since ? at - since : 0);
	}
	if (d->at->frame_at > 0) {
		put_text(d, d->at->frame_at, "text-anchor=\"end\"",
		    text_get(&number));
		put_text(d, d->at->time_at, "class=\"dim\"",
		    text_get(&moment));
	} else {
		struct text both = { 0 };

		if (number.len > 0)
			text_fmt(&both, "frame %s  ", text_get(&number));
		text_str(&both, text_get(&moment));
		put_text(d, d->at->left + 10, "class=\"dim\"",
		    text_get(&both));
		d->y += d->at->line - 1;
		text_fini(&both);
	}
	text_fini(&moment);
	text_fini(&number);
}

static bool
is_bad(const struct attempt *a, const struct leg *leg)
{
	return leg->step == STEP_REJECTED ||
	    (leg->step == STEP_CLOSED && attempt_failed(a));
}

static void
put_arrow(struct drawing *d, const char *class, int from, int to)
{
	int back = from < to ? -9 : 9;

	text_fmt(&d->body, "<path class=\"%s\" d=\"M%d %dH%d\"/>"
	    "<path class=\"%s head\" d=\"M%d %dl%d -5v10z\"/>\n", class,
	    from, d->y, to, class, to, d->y, back);
}

/* Decoded fields. */
static void
put_detail(struct drawing *d, const struct leg *leg)
{
	struct text words = { 0 };

	ladder_detail(d->html->report, d->attempt, leg, &words);
	if (span_eq(text_span(&words), text_span(&d->said)))
		text_clear(&words);
	if (words.len > 0) {
		text_clear(&d->said);
		text_add(&d->said, text_span(&words));
		d->y += d->at->line - 2;
		put_lines(d, "class=\"dim\"", text_get(&words),
		    d->at->detail_lines);
	}
	text_fini(&words);
}

static void
put_remark(struct drawing *d, const char *words)
{
	d->y += d->at->line + 4;
	put_lines(d, "class=\"dim\"", words, 2);
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

/* The words, an arrow below them, the fields below that. */
static void
put_message(struct drawing *d, const struct leg *leg)
{
	const struct geometry *at = d->at;
	bool bad = is_bad(d->attempt, leg);
	bool good = leg->step == STEP_AUTHENTICATED;
	struct text label = { 0 };

	ladder_label(d->html->report, d->attempt, leg, &label);
	put_lines(d, bad ? "class=\"b h\"" : good ? "class=\"g h\""
	                                         : "class=\"h\"",
	    text_get(&label), at->label_lines);
	text_fini(&label);
	d->y += 8;
	put_arrow(d, bad ? "bs" : good ? "gs" : "as",
	    leg->from_client ? at->left : at->right,
	    leg->from_client ? at->right : at->left);
	put_detail(d, leg);
}

static void
put_leg(struct drawing *d, unsigned i)
{
	const struct leg *leg = &d->attempt->legs[i];
	struct text before = d->body;
	bool bad = is_bad(d->attempt, leg);

	put_change(d, i);
	before = d->body;
	d->body = (struct text){ 0 };
	d->y += d->at->line + 6;

	int top = d->y - d->at->line + 5;

	put_place(d, leg->frame, leg->time,
	    i == 0 ? WHEN_NONE : d->attempt->legs[0].time);
	put_message(d, leg);

	/* Under the words, so before them. */
	struct text drawn = d->body;

	d->body = before;
	if (bad)
		text_fmt(&d->body, "<rect class=\"band\" x=\"%d\" "
		    "y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
		    d->at->left + 1, top, d->at->right - d->at->left - 2,
		    d->y + 7 - top);
	text_add(&d->body, text_span(&drawn));
	text_fini(&drawn);
}

static void
put_kdc(struct drawing *d, const struct witness_record *w, bool answer)
{
	const struct kdc_record *k = w->saw.kdc;
	struct text t = { 0 };
	int far = d->at->kdc > 0 ? d->at->kdc : d->at->right - 40;

	d->y += d->at->line + 6;
	put_place(d, answer ? k->answer_frame : k->request_frame,
	    answer ? k->answer_time : k->request_time, WHEN_NONE);
	ladder_kdc(d->html->report, w, answer, &t);
	put_lines(d, "class=\"k\"", text_get(&t), d->at->label_lines);
	d->y += 8;
	put_arrow(d, "ks", answer ? far : d->at->left,
	    answer ? d->at->left : far);
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

/* Who a rail is, over its name. */
static void
put_head(struct drawing *d, int x, const char *anchor, const char *who,
    const char *name)
{
	struct text t = { 0 };

	text_fmt(&t, "class=\"dim\" text-anchor=\"%s\"", anchor);
	d->y = 18;
	put_text(d, x, text_get(&t), who);
	text_clear(&t);
	text_fmt(&t, "class=\"h\" text-anchor=\"%s\"", anchor);
	d->y = 36;
	put_text(d, x, text_get(&t), name);
	text_fini(&t);
}

static void
put_heads(struct drawing *d)
{
	const struct connection *c = &d->attempt->connection;
	const struct attempt *a = d->attempt;
	struct redact *redact = d->html->report->redact;
	struct text names[2] = { { 0 }, { 0 } };
	bool phone = d->at->frame_at == 0;

	/* A phone has no room for two long addresses beside each other. */
	size_t most = phone ? 21 : 48;
	struct page pages[2] = { { .out = &names[0] }, { .out = &names[1] } };

	page_cell(&pages[0], &names[0], redact_address_port(redact,
	    &c->client, a->n_legs > 0 ? a->legs[0].port : c->client_port),
	    most);
	page_cell(&pages[1], &names[1], redact_address_port(redact,
	    &c->proxy, c->proxy_port), most);
	if (!phone) {
		d->y = 36;
		put_text(d, d->at->frame_at,
		    "class=\"dim\" text-anchor=\"end\"", "frame");
		put_text(d, d->at->time_at, "class=\"dim\"", "time (UTC)");
	}
	put_head(d, d->at->left, "start", "client", text_get(&names[0]));
	put_head(d, d->at->right, "end", "proxy", text_get(&names[1]));
	if (d->at->kdc > 0)
		put_head(d, d->at->kdc, "end", "", "KDC");
	text_fini(&names[0]);
	text_fini(&names[1]);
}

static void
put_rail(struct html *h, int x, int height)
{
	text_fmt(h->out, "<line class=\"rail\" x1=\"%d\" y1=\"46\" "
	    "x2=\"%d\" y2=\"%d\"/>\n", x, x, height - 6);
}

static void
draw(struct html *h, const struct finding *f, size_t number,
    const struct geometry *at)
{
	struct drawing d = { .html = h, .at = at, .attempt = f->example,
		.finding = f, .y = 46 };

	put_legs(&d);

	int height = d.y + at->line;

	put_heads(&d);
	text_fmt(h->out,
	    "<svg class=\"%s\" viewBox=\"0 0 %d %d\" role=\"group\" "
	    "aria-label=\"Messages of fault %zu, in order\">\n",
	    at->class, at->width, height, number);
	put_rail(h, at->left, height);
	put_rail(h, at->right, height);
	if (at->kdc > 0)
		put_rail(h, at->kdc, height);
	text_add(h->out, text_span(&d.body));
	text_str(h->out, "</svg>\n");
	text_fini(&d.body);
	text_fini(&d.said);
}

void
html_ladder(struct html *h, const struct finding *f, size_t number)
{
	text_str(h->out, "<div class=\"drawing\">\n");
	draw(h, f, number, f->on_kdc && f->n_kdc > 0 ? &with_kdc : &wide);
	draw(h, f, number, &narrow);
	text_str(h->out, "</div>\n");
}
