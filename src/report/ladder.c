/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/ladder.h"

#include "witness/kdc.h"

/* Messages shown at the beginning and at the end of a long attempt. */
#define FIRST_LEGS 8
#define LAST_LEGS  6
/* Lines of decoded fields below a message. */
#define DETAIL_LINES 4

/* "   frame  time          " and then the rails. */
enum { FRAME_END = 8, TIME_AT = 10, RAIL_AT = 24 };

struct strokes {
	const char *rail, *line, *to_proxy, *to_client, *dots;
};

static const struct strokes drawn = { "│", "─", "▶", "◀", "╌" };
static const struct strokes typed = { "|", "-", ">", "<", "." };

struct ladder {
	struct page *page;
	const struct report *report;
	const struct attempt *attempt;
	const struct finding *finding; /* or NULL */
	const struct strokes *with;
	size_t inner; /* columns between the rails */
	struct text said; /* the last detail: not said twice in a row */
};

static void
repeat(struct text *t, const char *s, size_t n)
{
	while (n-- > 0)
		text_str(t, s);
}

static enum style
style_of(const struct attempt *a, const struct leg *leg)
{
	switch (leg->step) {
	case STEP_AUTHENTICATED:
		return STYLE_GREEN;
	case STEP_REJECTED:
		return STYLE_RED;
	case STEP_CLOSED:
		return attempt_failed(a) ? STYLE_RED : STYLE_PLAIN;
	default:
		return STYLE_PLAIN;
	}
}

/* "+832 us", "+12.3 ms", "+3.4 s": when_length() with a digit more. */
static void
add_offset(struct text *t, int64_t ns)
{
	text_char(t, '+');
	if (ns >= WHEN_MS && ns < 100 * WHEN_MS)
		text_fmt(t, "%d.%d ms", (int)(ns / WHEN_MS),
		    (int)(ns % WHEN_MS / (WHEN_MS / 10)));
	else
		when_length(t, ns > 0 ? ns : 0);
}

/* The columns left of the rails: "      12  +7 ms         ". */
static void
draw_place(struct ladder *l, uint64_t number, when_ns at, when_ns since)
{
	struct page *p = l->page;
	struct text frame, time;

	text_init(&frame);
	text_init(&time);
	if (number > 0)
		text_fmt(&frame, "%llu", (unsigned long long)number);
	if (at != WHEN_NONE && (since == WHEN_NONE || at < since))
		when_clock(&time, at);
	else if (at != WHEN_NONE)
		add_offset(&time, at - since);
	text_pad(p->out, ' ',
	    frame.len < FRAME_END ? FRAME_END - frame.len : 0);
	text_add(p->out, text_span(&frame));
	text_pad(p->out, ' ', TIME_AT - FRAME_END);
	page_style(p, STYLE_DIM);
	text_add(p->out, text_span(&time));
	page_plain(p, STYLE_DIM);
	text_pad(p->out, ' ', time.len < RAIL_AT - TIME_AT
	        ? RAIL_AT - TIME_AT - time.len : 1);
	text_fini(&frame);
	text_fini(&time);
}

/* Words inside the rails, after `before`, filled up with `fill`, `after`. */
static void
draw_between(struct ladder *l, const char *before, const char *words,
    enum style style, const char *fill, const char *after)
{
	struct page *p = l->page;
	size_t ends = page_columns(span_of_str(before)) +
	    page_columns(span_of_str(after)) + 1;

	text_str(p->out, l->with->rail);
	text_str(p->out, before);
	page_style(p, style);
	size_t used = page_cell(p, p->out, words, l->inner - ends - 1);
	page_plain(p, style);
	text_char(p->out, ' ');
	repeat(p->out, fill, l->inner - ends - used);
	text_str(p->out, after);
	text_str(p->out, l->with->rail);
	page_line(p);
}

static void
draw_message(struct ladder *l, const struct leg *leg)
{
	struct text label, start;

	text_init(&label);
	text_init(&start);
	ladder_label(l->report, l->attempt, leg, &label);
	text_fmt(&start, "%s%s ",
	    leg->from_client ? l->with->line : l->with->to_client,
	    l->with->line);
	draw_between(l, text_get(&start), text_get(&label),
	    style_of(l->attempt, leg), l->with->line,
	    leg->from_client ? l->with->to_proxy : l->with->line);
	text_fini(&start);
	text_fini(&label);
}

/* Decoded fields, wrapped inside the rails by a page of that width. */
static void
draw_detail(struct ladder *l, const struct leg *leg)
{
	struct text words, lines;
	struct page inside = { .out = &lines, .width = l->inner - 6,
		.ascii = l->page->ascii };

	text_init(&words);
	text_init(&lines);
	ladder_detail(l->report, l->attempt, leg, &words);
	if (span_eq(text_span(&words), text_span(&l->said)))
		text_clear(&words);
	if (words.len > 0) {
		text_clear(&l->said);
		text_add(&l->said, text_span(&words));
	}
	page_flow(&inside, "", STYLE_PLAIN, 0, text_get(&words));

	struct span s = text_span(&lines);

	for (int i = 0; i < DETAIL_LINES && s.len > 0; i++) {
		size_t n = span_find(s, '\n');
		struct text line;

		text_init(&line);
		text_add(&line, span_first(s, n));
		text_pad(l->page->out, ' ', RAIL_AT);
		draw_between(l, "     ", text_get(&line), STYLE_DIM, " ", "");
		text_fini(&line);
		s = span_from(s, n + 1);
	}
	text_fini(&lines);
	text_fini(&words);
}

static void
draw_dotted(struct ladder *l, const char *words)
{
	struct text before;

	text_init(&before);
	text_fmt(&before, "%s%s ", l->with->dots, l->with->dots);
	draw_between(l, text_get(&before), words, STYLE_DIM, l->with->dots,
	    "");
	text_fini(&before);
}

/* A line of its own between the rails. */
static void
draw_remark(struct ladder *l, const char *words)
{
	text_pad(l->page->out, ' ', RAIL_AT);
	draw_dotted(l, words);
}

static void
draw_kdc(struct ladder *l, const struct witness_record *w, bool answer)
{
	const struct kdc_record *k = w->saw.kdc;
	struct text words;

	text_init(&words);
	ladder_kdc(l->report, w, answer, &words);
	draw_place(l, answer ? k->answer_frame : k->request_frame,
	    answer ? k->answer_time : k->request_time,
	    l->attempt->legs[0].time);
	draw_dotted(l, text_get(&words));
	text_fini(&words);
}

/* What went between client and KDC after one frame and before another. */
static void
draw_aside(struct ladder *l, uint64_t after, uint64_t before)
{
	const struct finding *f = l->finding;

	for (size_t i = 0; f != NULL && f->on_kdc && i < f->n_kdc; i++) {
		const struct witness_record *w = f->kdc[i];
		const struct kdc_record *k = w->saw.kdc;

		if (k->request_frame > after && k->request_frame < before)
			draw_kdc(l, w, false);
		if (k->answer_frame > after && k->answer_frame < before)
			draw_kdc(l, w, true);
	}
}

static void
draw_change(struct ladder *l, unsigned i)
{
	const struct leg *legs = l->attempt->legs;
	bool known = false;
	struct text words;

	if (i == 0 || (legs[i].stream == legs[i - 1].stream &&
	                  legs[i].port == legs[i - 1].port))
		return;
	for (unsigned j = 0; j < i; j++)
		known = known || (legs[j].stream == legs[i].stream &&
		    legs[j].port == legs[i].port);
	text_init(&words);
	text_fmt(&words, "%s: port %u",
	    known ? "the earlier connection" : "another connection",
	    legs[i].port);
	if (l->report->options.stream_filters)
		text_fmt(&words, ", tcp.stream %u", legs[i].stream);
	draw_remark(l, text_get(&words));
	text_fini(&words);
}

static void
draw_head(struct ladder *l)
{
	struct page *p = l->page;
	const struct attempt *a = l->attempt;
	const struct connection *c = &a->connection;
	uint16_t port = a->n_legs > 0 ? a->legs[0].port : c->client_port;
	struct text client, proxy;
	size_t room = (l->inner + 2) / 2 - 1;

	text_init(&client);
	text_init(&proxy);
	size_t left = page_cell(p, &client,
	    redact_address_port(l->report->redact, &c->client, port), room);
	size_t right = page_cell(p, &proxy,
	    redact_address_port(l->report->redact, &c->proxy, c->proxy_port),
	    room);
	page_style(p, STYLE_BOLD);
	text_str(p->out, "   frame  time (UTC)    ");
	text_add(p->out, text_span(&client));
	text_pad(p->out, ' ', l->inner + 2 - left - right);
	text_add(p->out, text_span(&proxy));
	page_plain(p, STYLE_BOLD);
	page_line(p);
	text_fini(&proxy);
	text_fini(&client);
}

static void
draw_leg(struct ladder *l, unsigned i)
{
	const struct attempt *a = l->attempt;
	const struct leg *leg = &a->legs[i];

	draw_change(l, i);
	draw_place(l, leg->frame, leg->time,
	    i == 0 ? WHEN_NONE : a->legs[0].time);
	draw_message(l, &a->legs[i]);
	draw_detail(l, &a->legs[i]);
}

void
ladder_draw(struct page *p, const struct report *r, const struct attempt *a,
    const struct finding *f)
{
	struct ladder l = { .page = p, .report = r, .attempt = a,
		.finding = f,
		.with = p->ascii ? &typed : &drawn,
		.inner = (p->width > RAIL_AT + 30 ? p->width : RAIL_AT + 30) -
		    RAIL_AT - 2 };
	unsigned left_out = a->n_legs > FIRST_LEGS + LAST_LEGS + 1
	    ? a->n_legs - FIRST_LEGS - LAST_LEGS : 0;
	struct text words;

	if (a->n_legs == 0)
		return;
	text_init(&words);
	draw_head(&l);
	for (unsigned i = 0; i < a->n_legs; i++) {
		draw_aside(&l, i == 0 ? 0 : a->legs[i - 1].frame,
		    a->legs[i].frame);
		if (left_out > 0 && i == FIRST_LEGS) {
			text_fmt(&words, "%u more messages, to frame %llu",
			    left_out, (unsigned long long)
			        a->legs[i + left_out - 1].frame);
			draw_remark(&l, text_get(&words));
			i += left_out;
		}
		draw_leg(&l, i);
	}
	draw_aside(&l, a->legs[a->n_legs - 1].frame, UINT64_MAX);
	if (a->legs_dropped > 0) {
		text_clear(&words);
		text_fmt(&words, "%u more messages that were not kept",
		    a->legs_dropped);
		draw_remark(&l, text_get(&words));
	}
	text_fini(&l.said);
	text_fini(&words);
}
