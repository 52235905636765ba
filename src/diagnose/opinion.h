/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opinion.h - what the rules of one cause say together of one attempt
 *
 * Every rule but the one that was found is asked once more.  Of those of
 * one cause the strongest answer counts: it holds, it cannot be told, it
 * does not hold though it was considered.
 */
#ifndef P407_DIAGNOSE_OPINION_H
#define P407_DIAGNOSE_OPINION_H

#include "diagnose/facts.h"
#include "diagnose/rules.h"
#include "diagnose/truth.h"

struct opinion {
	const struct ready_rule *rule; /* the one to speak for it; or NULL */
	enum truth truth;
	bool considered;
};

/* `consider` and `when` together. */
enum truth ready_rule_holds(const struct ready_rule *r, struct subject *s);

/* Of the causes that are wanted; `opinions` is all zero before. */
void opinions_ask(const struct rules *rules, const struct rule *found,
    const bool wanted[CAUSE_COUNT], struct subject *s,
    struct opinion opinions[CAUSE_COUNT]);

/* Its words, expanded: why not, or what is needed to tell. */
const char *opinion_words(const struct opinion *o, struct subject *s,
    struct arena *arena);

#endif
