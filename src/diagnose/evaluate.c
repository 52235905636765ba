/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/tree.h"

/* How many facts an explanation names. */
#define MAX_REASONS 4

static enum truth eval_node(const struct condition *c, uint16_t i,
    struct subject *s);
static enum truth eval_test(const struct node *node, struct subject *s);

enum truth
condition_eval(const struct condition *c, struct subject *s)
{
	return eval_node(c, c->root, s);
}

static enum truth
eval_node(const struct condition *c, uint16_t i, struct subject *s)
{
	const struct node *node = &c->nodes[i];
	enum truth left;

	switch (node->kind) {
	case NODE_AND:
		left = eval_node(c, node->left, s);
		return left == TRUTH_FALSE
		    ? TRUTH_FALSE
		    : truth_and(left, eval_node(c, node->right, s));
	case NODE_OR:
		left = eval_node(c, node->left, s);
		return left == TRUTH_TRUE
		    ? TRUTH_TRUE
		    : truth_or(left, eval_node(c, node->right, s));
	case NODE_NOT:
		return truth_not(eval_node(c, node->left, s));
	case NODE_TEST:
		break;
	}
	return eval_test(node, s);
}

static bool
compare(enum operator op, double left, double right)
{
	switch (op) {
	case OP_LT:
		return left < right;
	case OP_LE:
		return left <= right;
	case OP_GT:
		return left > right;
	case OP_GE:
		return left >= right;
	case OP_NE:
		return left < right || left > right;
	default:
		return !(left < right || left > right);
	}
}

static bool
string_matches(enum operator op, struct span s, struct span part)
{
	switch (op) {
	case OP_STARTS:
		return span_starts_nocase(s, part);
	case OP_ENDS:
		return s.len >= part.len &&
		    span_eq_nocase(span_from(s, s.len - part.len), part);
	case OP_CONTAINS:
		return part.len == 0 || span_find_nocase(s, part) < s.len;
	default:
		return span_eq_nocase(s, part);
	}
}

/* Does any of the literals match the string? */
static bool
any_matches(const struct node *node, const char *string)
{
	for (size_t i = 0; i < node->right_hand.n; i++)
		if (string_matches(node->op, span_of_str(string),
		        span_of_str(node->right_hand.strings[i])))
			return true;
	return false;
}

static bool
in_list(const struct node *node, const char *string)
{
	for (size_t i = 0; i < node->right_hand.n; i++)
		if (span_eq_nocase(span_of_str(string),
		        span_of_str(node->right_hand.strings[i])))
			return true;
	return false;
}

static bool
test_list(const struct node *node, const struct value *v)
{
	for (size_t i = 0; i < v->n_items; i++)
		if (in_list(node, v->items[i]) != (node->op == OP_ONLY))
			return node->op != OP_ONLY;
	return node->op == OP_ONLY && v->n_items > 0;
}

static bool
test_value(const struct node *node, enum fact_type type,
    const struct value *v, const struct value *other)
{
	const struct operand *right = &node->right_hand;

	switch (type) {
	case FACT_BOOL:
		return v->yes;
	case FACT_NUMBER:
		if (node->op != OP_IN)
			return compare(node->op, v->number,
			    other != NULL ? other->number : right->number);
		for (size_t i = 0; i < right->n; i++)
			if (compare(OP_EQ, v->number, right->numbers[i]))
				return true;
		return false;
	case FACT_DURATION:
		return compare(node->op, (double)v->ns,
		    (double)(other != NULL ? other->ns : right->ns));
	case FACT_LIST:
		return test_list(node, v);
	case FACT_STRING:
		break;
	}

	bool same = other != NULL
	    ? span_eq_nocase(span_of_str(v->string),
	          span_of_str(other->string))
	    : any_matches(node, v->string);

	return node->op == OP_NE ? !same : same;
}

static enum truth
eval_test(const struct node *node, struct subject *s)
{
	const struct value *v = subject_value(s, node->fact);
	const struct value *other = node->right_hand.is_fact
	    ? subject_value(s, node->right_hand.fact)
	    : NULL;

	if (node->op == OP_KNOWN)
		return truth_of(v->state == VALUE_SET);
	if (v->state == VALUE_UNKNOWN ||
	    (other != NULL && other->state == VALUE_UNKNOWN))
		return TRUTH_UNKNOWN;
	if (v->state == VALUE_ABSENT ||
	    (other != NULL && other->state == VALUE_ABSENT))
		return truth_of(node->op == OP_NE);
	return truth_of(
	    test_value(node, facts_at(node->fact)->type, v, other));
}

/* -- explaining -- */

struct reasons {
	size_t facts[MAX_REASONS];
	size_t n;
};

static void
add_reason(struct reasons *r, size_t fact)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->facts[i] == fact)
			return;
	if (r->n < MAX_REASONS)
		r->facts[r->n++] = fact;
}

/* The tests that made this node what it is. */
static void
collect(const struct condition *c, uint16_t i, struct subject *s,
    struct reasons *r)
{
	const struct node *node = &c->nodes[i];
	enum truth truth = eval_node(c, i, s);

	if (node->kind == NODE_TEST) {
		add_reason(r, node->fact);
		return;
	}
	if (node->kind == NODE_NOT) {
		collect(c, node->left, s, r);
		return;
	}

	/* One false decides an AND, one true an OR; else those alike do. */
	enum truth decisive =
	    node->kind == NODE_AND ? TRUTH_FALSE : TRUTH_TRUE;

	if (eval_node(c, node->left, s) == truth) {
		collect(c, node->left, s, r);
		if (truth == decisive)
			return;
	}
	if (eval_node(c, node->right, s) == truth)
		collect(c, node->right, s, r);
}

void
condition_because(const struct condition *c, struct subject *s,
    struct text *t)
{
	struct reasons r = { .n = 0 };

	collect(c, c->root, s, &r);
	for (size_t i = 0; i < r.n; i++) {
		const struct fact *f = facts_at(r.facts[i]);

		text_fmt(t, "%s%s: ", i > 0 ? "; " : "", f->meaning);
		value_words(t, f, subject_value(s, r.facts[i]));
	}
}

void
condition_needs(const struct condition *c, struct subject *s, struct text *t)
{
	struct reasons r = { .n = 0 };
	const char *said[MAX_REASONS];
	size_t n = 0;

	collect(c, c->root, s, &r);
	for (size_t i = 0; i < r.n; i++) {
		const char *needs = facts_at(r.facts[i])->needs;
		bool again = needs == NULL ||
		    subject_value(s, r.facts[i])->state != VALUE_UNKNOWN;

		for (size_t k = 0; k < n && !again; k++)
			again = strcmp(said[k], needs) == 0;
		if (again)
			continue;
		text_str(t, n > 0 ? "; " : "");
		text_str(t, needs);
		said[n++] = needs;
	}
}
