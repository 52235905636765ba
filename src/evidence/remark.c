/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/remark.h"

#include <stdlib.h>

#include "base/escape.h"
#include "base/memory.h"
#include "report/ladder.h"

struct remark {
	uint64_t frame;
	const struct attempt *attempt;
	const struct leg *leg;
	const struct finding *finding;
};

void
remarks_fini(struct remarks *c)
{
	free(c->list);
}

static void
add(struct remarks *c, uint64_t frame, const struct attempt *a,
    const struct leg *leg, const struct finding *f)
{
	if (frame == 0)
		return;
	/* Room for twice as many whenever a power of two is full. */
	if ((c->n & (c->n + 1)) == 0 || c->list == NULL)
		c->list = memory_grow(c->list, 2 * c->n + 2, sizeof(*c->list));
	c->list[c->n++] = (struct remark){ frame, a, leg, f };
}

void
remarks_add(struct remarks *c, const struct attempt *a, const struct finding *f)
{
	for (unsigned i = 0; i < a->n_legs; i++)
		add(c, a->legs[i].frame, a, &a->legs[i],
		    i + 1 == a->n_legs ? f : NULL);
}

static int
by_frame(const void *a, const void *b)
{
	const struct remark *x = a, *y = b;

	if (x->frame != y->frame)
		return x->frame < y->frame ? -1 : 1;
	if (x->attempt->id != y->attempt->id)
		return x->attempt->id < y->attempt->id ? -1 : 1;
	return x->leg < y->leg ? -1 : x->leg > y->leg;
}

void
remarks_sort(struct remarks *c)
{
	if (c->n > 1)
		qsort(c->list, c->n, sizeof(*c->list), by_frame);
}

static bool
carries_credentials(enum step step)
{
	return step == STEP_AUTHENTICATE || step == STEP_TICKET ||
	    step == STEP_CREDENTIALS;
}

/* Where the credentials of a leg were answered; NULL if nowhere. */
static const struct leg *
verdict_of(const struct attempt *a, const struct leg *leg)
{
	if (carries_credentials(leg->step))
		for (const struct leg *v = leg + 1; v < a->legs + a->n_legs;
		     v++)
			if (v->step == STEP_AUTHENTICATED ||
			    v->step == STEP_REJECTED || v->step == STEP_CLOSED)
				return v;
	return NULL;
}

void
remarks_say(const struct remarks *c, const struct report *r, uint64_t frame,
    struct text *t)
{
	size_t low = 0, high = c->n;
	const struct leg *before = NULL;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->list[mid].frame < frame)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->n && c->list[low].frame == frame; low++) {
		const struct remark *k = &c->list[low];
		const struct leg *verdict = verdict_of(k->attempt, k->leg);
		struct text raw = { 0 }, detail = { 0 };

		/* Two findings can hold one attempt. */
		if (k->leg != before) {
			ladder_label(r, k->attempt, k->leg, &raw);
			ladder_detail(r, k->attempt, k->leg, &detail);
			if (detail.len > 0) {
				text_str(&raw, ": ");
				text_add(&raw, text_span(&detail));
			}
			if (verdict != NULL)
				text_fmt(&raw, "; %s in original frame %llu",
				    verdict->step == STEP_AUTHENTICATED
				        ? "accepted"
				        : verdict->step == STEP_REJECTED
				        ? "rejected"
				        : "connection closed",
				    (unsigned long long)verdict->frame);
			text_char(&raw, '\n');
		}
		if (k->finding != NULL) {
			text_fmt(&raw, "finding %s: ", k->finding->id);
			text_str(&raw,
			    redact_words(r->redact, k->finding->title));
			text_char(&raw, '\n');
		}
		before = k->leg;
		for (struct span rest = text_span(&raw); rest.len > 0;) {
			size_t n = span_find(rest, '\n');

			escape_terminal(t, span_first(rest, n));
			text_char(t, '\n');
			rest = span_from(rest, n + 1);
		}
		text_fini(&raw);
		text_fini(&detail);
	}
}
