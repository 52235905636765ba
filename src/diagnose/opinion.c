/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/opinion.h"

#include "diagnose/condition.h"
#include "diagnose/template.h"

/* Rules below this only say that nothing better is known. */
#define LAST_RESORT 20

enum truth
ready_rule_holds(const struct ready_rule *r, struct subject *s)
{
	enum truth considered =
	    r->consider != NULL ? condition_eval(r->consider, s) : TRUTH_TRUE;

	return considered == TRUTH_FALSE
	    ? TRUTH_FALSE
	    : truth_and(considered, condition_eval(r->when, s));
}

/* Who speaks for a cause: true before unknown before false; then likely. */
static bool
speaks_better(enum truth truth, const struct rule *rule,
    const struct opinion *now)
{
	static const int weight[] = { [TRUTH_FALSE] = 0, [TRUTH_UNKNOWN] = 1,
		[TRUTH_TRUE] = 2 };

	if (now->rule == NULL || weight[truth] != weight[now->truth])
		return now->rule == NULL ||
		    weight[truth] > weight[now->truth];
	return rule->likelihood > now->rule->rule->likelihood;
}

void
opinions_ask(const struct rules *rules, const struct rule *found,
    const bool wanted[CAUSE_COUNT], struct subject *s,
    struct opinion opinions[CAUSE_COUNT])
{
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct ready_rule *r = rules_at(rules, i);
		const struct rule *rule = r->rule;

		if (rule->about != ABOUT_FAILURES || rule == found ||
		    !wanted[rule->cause])
			continue;

		bool considered = r->consider != NULL &&
		    condition_eval(r->consider, s) == TRUTH_TRUE;
		enum truth truth = ready_rule_holds(r, s);
		struct opinion *o = &opinions[rule->cause];

		if (truth == TRUTH_TRUE ? rule->specificity < LAST_RESORT
		                        : !considered)
			continue;
		if (truth == TRUTH_FALSE && r->ruled_out_if != NULL &&
		    condition_eval(r->ruled_out_if, s) != TRUTH_TRUE)
			continue;
		if (speaks_better(truth, rule, o)) {
			o->rule = r;
			o->truth = truth;
		}
		o->considered |= considered;
	}
}

static const char *
template_of(const struct opinion *o)
{
	const struct rule *rule = o->rule->rule;

	switch (o->truth) {
	case TRUTH_TRUE:
		return rule->message;
	case TRUTH_FALSE:
		return rule->ruled_out;
	default:
		return rule->needs;
	}
}

const char *
opinion_words(const struct opinion *o, struct subject *s,
    struct arena *arena)
{
	const char *template = template_of(o);
	struct text t = { .limit = 1000 };

	if (template != NULL)
		return template_words(template, s, arena);
	if (o->truth == TRUTH_FALSE)
		condition_because(o->rule->when, s, &t);
	else
		condition_needs(o->rule->when, s, &t);

	const char *kept = arena_str(arena, span_of_str(text_get(&t)));

	text_fini(&t);
	return kept;
}
