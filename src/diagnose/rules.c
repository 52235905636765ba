/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/rules.h"

#include <stdlib.h>

#include "base/memory.h"
#include "diagnose/condition.h"
#include "diagnose/ruleset.h"

static const char *const about_names[] = {
	[ABOUT_FAILURES] = "failures",
	[ABOUT_LOGINS] = "logins",
	[ABOUT_REFUSED] = "refused-connections",
	[ABOUT_TLS] = "tls-connections",
	[ABOUT_PAC] = "pac-fetches",
	[ABOUT_STRAY] = "stray-connections",
};

static const char *const group_names[] = {
	[GROUP_CLIENT] = "client",
	[GROUP_PROXY] = "proxy",
	[GROUP_AGENT] = "agent",
};

struct rules *
rules_new(void)
{
	return memory_new(1, sizeof(struct rules));
}

void
rules_free(struct rules *r)
{
	if (r == NULL)
		return;
	free(r->at);
	free(r->products);
	arena_fini(&r->arena);
	free(r);
}

/* -1, 0, 1: the more specific first, then the more likely, then by id. */
static int
by_rank(const struct rule *a, const struct rule *b)
{
	if (a->specificity != b->specificity)
		return a->specificity > b->specificity ? -1 : 1;
	if (a->likelihood != b->likelihood)
		return a->likelihood > b->likelihood ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* NULL, no condition, is right. */
static bool
parse(struct rules *r, const char *text, const struct condition **out)
{
	struct condition_fault fault;

	*out = text != NULL
	    ? condition_parse(span_of_str(text), &r->arena, &fault)
	    : NULL;
	return text == NULL || *out != NULL;
}

void
rules_add(struct rules *r, const struct rule *rule)
{
	struct ready_rule ready = { .rule = rule };

	if (!parse(r, rule->consider, &ready.consider) ||
	    !parse(r, rule->when, &ready.when) ||
	    !parse(r, rule->ruled_out_if, &ready.ruled_out_if))
		return;
	if (r->n == r->room) {
		r->room = r->room > 0 ? r->room * 2 : 128;
		r->at = memory_grow(r->at, r->room, sizeof(*r->at));
	}

	size_t at = r->n++;

	while (at > 0 && by_rank(rule, r->at[at - 1].rule) < 0) {
		r->at[at] = r->at[at - 1];
		at--;
	}
	r->at[at] = ready;
}

size_t
rules_count(const struct rules *r)
{
	return r->n;
}

const struct ready_rule *
rules_at(const struct rules *r, size_t i)
{
	return &r->at[i];
}

const struct rule *
rules_find(const struct rules *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->at[i].rule->id, id) == 0)
			return r->at[i].rule;
	return NULL;
}

const char *
rule_about_name(enum rule_about about)
{
	return about_names[about];
}

const char *
rule_group_name(enum rule_group group)
{
	return group_names[group];
}

static int
by_cause(const void *left, const void *right)
{
	const struct rule *a = *(const struct rule *const *)left;
	const struct rule *b = *(const struct rule *const *)right;

	if (a->cause != b->cause)
		return a->cause < b->cause ? -1 : 1;
	return by_rank(a, b);
}

void
rules_list(const struct rules *r, struct text *t)
{
	const struct rule **order = memory_new(r->n + 1, sizeof(*order));
	enum cause cause = CAUSE_NONE;

	for (size_t i = 0; i < r->n; i++)
		order[i] = r->at[i].rule;
	qsort(order, r->n, sizeof(*order), by_cause);
	for (size_t i = 0; i < r->n; i++) {
		if (order[i]->cause != cause) {
			cause = order[i]->cause;
			text_fmt(t, "%s%s\n", i > 0 ? "\n" : "",
			    cause_name(cause));
		}
		text_fmt(t, "  %-34s %s%s\n", order[i]->id, order[i]->title,
		    order[i]->remark ? " (remark)" : "");
	}
	free(order);
	for (size_t i = 0; i < products_count(r); i++) {
		const struct product *p = products_at(r, i)->product;

		text_fmt(t, "%s  %-34s %s\n",
		    i == 0 ? "\nmakes of proxies\n" : "", p->id, p->name);
	}
}

/* One paragraph, wrapped at 76 columns, indented by four. */
static void
paragraph(struct text *t, const char *head, const char *body)
{
	size_t column = 4;

	if (body == NULL)
		return;
	text_fmt(t, "\n%s\n    ", head);
	for (struct span rest = span_of_str(body); rest.len > 0;) {
		size_t n = 0;

		while (n < rest.len && rest.at[n] != ' ' && rest.at[n] != '\n')
			n++;
		if (column > 4 && column + 1 + n > 76) {
			text_str(t, "\n    ");
			column = 4;
		} else if (column > 4) {
			text_char(t, ' ');
			column++;
		}
		text_add(t, span_first(rest, n));
		column += n;
		while (n < rest.len &&
		    (rest.at[n] == ' ' || rest.at[n] == '\n'))
			n++;
		rest = span_from(rest, n);
	}
	text_char(t, '\n');
}

static void
list(struct text *t, const char *head, const char *const *items, size_t n)
{
	if (n > 0)
		text_fmt(t, "\n%s\n", head);
	for (size_t i = 0; i < n; i++)
		text_fmt(t, "    %s\n", items[i]);
}

void
rule_explain(const struct rule *rule, struct text *t)
{
	text_fmt(t, "%s: %s\n", rule->id, rule->title);
	text_fmt(t, "    cause        %s\n", cause_name(rule->cause));
	text_fmt(t, "    about        %s%s\n", rule_about_name(rule->about),
	    rule->remark ? ", a remark" : "");
	text_fmt(t, "    severity     %s\n", level_name(rule->severity));
	text_fmt(t, "    likelihood   %s\n", level_name(rule->likelihood));
	text_fmt(t, "    specificity  %u\n", rule->specificity);
	text_fmt(t, "    one finding  per %s%s%s\n",
	    rule_group_name(rule->group), rule->apart != NULL ? " and " : "",
	    rule->apart != NULL ? rule->apart : "");
	text_fmt(t, "    from         %s:%zu\n", rule->file, rule->line);
	paragraph(t, "It is considered where", rule->consider);
	paragraph(t, "It holds when", rule->when);
	paragraph(t, "It says", rule->message);
	paragraph(t, "Why", rule->why);
	paragraph(t, "If it does not hold", rule->ruled_out);
	paragraph(t, "Which is said only if", rule->ruled_out_if);
	paragraph(t, "If it cannot be told", rule->needs);
	for (size_t i = 0; i < rule->n_fixes; i++) {
		struct text head = { .limit = 80 };

		text_fmt(&head, "Fix (%s, by %s)",
		    effort_name(rule->fixes[i].effort),
		    who_name(rule->fixes[i].who));
		paragraph(t, text_get(&head), rule->fixes[i].what);
		text_fini(&head);
	}
	paragraph(t, "Escalate to", rule->escalate_to);
	paragraph(t, "Escalate when", rule->escalate_when);
	paragraph(t, "Verify", rule->verify);
	list(t, "References", rule->references, rule->n_references);
	list(t, "Captures that show it", rule->fires, rule->n_fires);
	list(t, "Captures that must not", rule->silent, rule->n_silent);
}
