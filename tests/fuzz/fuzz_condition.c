/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a condition: parsed or refused with a place inside them; what
 * parses is one of three values, the same each time, and its negation is the
 * opposite one.
 */
#include <assert.h>
#include <stdlib.h>

#include "diagnose/condition.h"
#include "diagnose/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct condition *
parse(struct span source, struct arena *arena)
{
	struct condition_fault fault;
	struct condition *c = condition_parse(source, arena, &fault);

	if (c == NULL) {
		assert(fault.offset <= source.len);
		assert(fault.text[0] != '\0');
	}
	return c;
}

static enum truth
negation(struct span source, struct subject *s, struct arena *arena)
{
	struct text t = { .at = NULL };

	text_str(&t, "not (");
	text_add(&t, source);
	text_str(&t, ")");

	struct condition *c = parse(text_span(&t), arena);
	/* One more pair of parentheses, one more node: may be too many. */
	enum truth truth = c != NULL ? condition_eval(c, s) : 99;

	text_fini(&t);
	return truth;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct attempt attempt = { .outcome = OUTCOME_REJECTED };
	struct attempt *attempts[] = { &attempt };
	struct capture_facts capture = { .frames = 1 };
	struct span source = span_of(data, size);

	if (size > 4096)
		return 0;
	list_init(&attempt.observations);
	attempt.user_agent = "curl/7.88.1";

	struct condition *c = parse(source, &arena);

	if (c != NULL) {
		struct history *h = history_new(attempts, 1, NULL);
		struct subject s;
		struct text t = { .at = NULL };

		subject_init(&s, h, &attempt, NULL, &capture, &arena);

		enum truth truth = condition_eval(c, &s);
		enum truth opposite = negation(source, &s, &arena);

		assert(truth <= TRUTH_UNKNOWN);
		assert(truth == condition_eval(c, &s));
		assert(opposite == 99 || opposite == truth_not(truth));
		condition_because(c, &s, &t);
		assert(t.len > 0);
		condition_needs(c, &s, &t);
		text_fini(&t);
		history_free(h);
	}
	arena_fini(&arena);
	return 0;
}
