/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnose/condition.h"

#include "diagnose/lexer.h"
#include "diagnose/tree.h"

/* Nesting of parentheses, and tests in one condition. */
#define MAX_DEPTH 32
#define MAX_NODES 256
#define MAX_ITEMS 64

struct parser {
	struct lexer lexer;
	struct arena *arena;
	int depth;
	size_t n;
	struct node nodes[MAX_NODES];
};

static uint16_t parse_or(struct parser *p);
static uint16_t parse_test(struct parser *p);
static void parse_operand(struct parser *p, struct node *node);
static void parse_list(struct parser *p, struct node *node, bool numbers);

static const struct {
	const char *word;
	enum operator op;
} operators[] = {
	{ "==", OP_EQ },
	{ "!=", OP_NE },
	{ "<=", OP_LE },
	{ ">=", OP_GE },
	{ "<", OP_LT },
	{ ">", OP_GT },
	{ "in", OP_IN },
	{ "contains", OP_CONTAINS },
	{ "starts", OP_STARTS },
	{ "ends", OP_ENDS },
	{ "only", OP_ONLY },
};

/* -- parsing -- */

struct condition *
condition_parse(struct span source, struct arena *arena,
    struct condition_fault *fault)
{
	struct parser p; /* large: its nodes are cleared one by one */

	p.arena = arena;
	p.depth = 0;
	p.n = 0;
	*fault = (struct condition_fault){ 0 };
	lexer_init(&p.lexer, source, fault);

	uint16_t root = parse_or(&p);

	if (p.lexer.kind != LEX_END)
		lexer_fail(&p.lexer, "expected 'and', 'or' or the end here");
	if (p.lexer.failed)
		return NULL;

	/* Most are short: keep no more than what was used. */
	struct condition *c = arena_new(arena, sizeof(*c));

	c->nodes = arena_new(arena, p.n * sizeof(*c->nodes));
	memcpy(c->nodes, p.nodes, p.n * sizeof(*c->nodes));
	c->n = p.n;
	c->root = root;
	return c;
}

static uint16_t
new_node(struct parser *p, enum node_kind kind)
{
	if (p->n >= MAX_NODES) {
		lexer_fail(&p->lexer, "too many tests in one condition");
		return 0;
	}
	p->nodes[p->n] = (struct node){ .kind = kind };
	return (uint16_t)p->n++;
}

static uint16_t
join(struct parser *p, enum node_kind kind, uint16_t left, uint16_t right)
{
	uint16_t i = new_node(p, kind);

	p->nodes[i].left = left;
	p->nodes[i].right = right;
	return i;
}

static uint16_t
parse_primary(struct parser *p)
{
	uint16_t inner;

	if (!lexer_accept(&p->lexer, "("))
		return parse_test(p);
	if (++p->depth > MAX_DEPTH) {
		lexer_fail(&p->lexer, "parentheses nested too deep");
		return 0;
	}
	inner = parse_or(p);
	p->depth--;
	lexer_expect(&p->lexer, ")");
	return inner;
}

static uint16_t
parse_not(struct parser *p)
{
	if (!lexer_accept(&p->lexer, "not"))
		return parse_primary(p);

	uint16_t inner = parse_primary(p);

	return join(p, NODE_NOT, inner, inner);
}

static uint16_t
parse_and(struct parser *p)
{
	uint16_t left = parse_not(p);

	while (!p->lexer.failed && lexer_accept(&p->lexer, "and"))
		left = join(p, NODE_AND, left, parse_not(p));
	return left;
}

static uint16_t
parse_or(struct parser *p)
{
	uint16_t left = parse_and(p);

	while (!p->lexer.failed && lexer_accept(&p->lexer, "or"))
		left = join(p, NODE_OR, left, parse_and(p));
	return left;
}

/* The fact under the cursor; false and a fault if it is none. */
static bool
take_fact(struct parser *p, size_t *fact)
{
	struct lexer *l = &p->lexer;

	if (l->kind != LEX_NAME) {
		lexer_fail(l, "expected the name of a fact here");
		return false;
	}
	if (!facts_find(l->word, fact)) {
		lexer_fail(l, "there is no fact '%.*s' (see --list-facts)",
		    (int)(l->word.len < 60 ? l->word.len : 60),
		    (const char *)l->word.at);
		return false;
	}
	if (facts_at(*fact)->source == SOURCE_FINDING) {
		lexer_fail(l, "'%s' is for messages, not for conditions",
		    facts_at(*fact)->name);
		return false;
	}
	lexer_next(l);
	return true;
}

static uint16_t
parse_test(struct parser *p)
{
	struct lexer *l = &p->lexer;
	uint16_t i = new_node(p, NODE_TEST);
	struct node *node = &p->nodes[i];

	if (l->failed)
		return 0;
	if (lexer_accept(l, "known")) {
		node->op = OP_KNOWN;
		lexer_expect(l, "(");
		take_fact(p, &node->fact);
		lexer_expect(l, ")");
		return i;
	}

	size_t start = l->at;

	if (!take_fact(p, &node->fact))
		return i;

	const struct fact *f = facts_at(node->fact);

	for (size_t o = 0; o < sizeof(operators) / sizeof(operators[0]); o++)
		if (lexer_accept(l, operators[o].word)) {
			node->op = operators[o].op;
			parse_operand(p, node);
			return i;
		}
	node->op = OP_IS;
	if (f->type != FACT_BOOL)
		lexer_fail_at(l, start,
		    "'%s' is a %s: compare it with something", f->name,
		    fact_type_name(f->type));
	return i;
}

/* Can this operator look at a fact of this type? */
static bool
operator_fits(enum operator op, enum fact_type type)
{
	switch (op) {
	case OP_EQ:
	case OP_NE:
		return type == FACT_NUMBER || type == FACT_DURATION ||
		    type == FACT_STRING;
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		return type == FACT_NUMBER || type == FACT_DURATION;
	case OP_IN:
		return type == FACT_NUMBER || type == FACT_STRING;
	case OP_CONTAINS:
		return type == FACT_STRING || type == FACT_LIST;
	case OP_STARTS:
	case OP_ENDS:
		return type == FACT_STRING;
	case OP_ONLY:
		return type == FACT_LIST;
	default:
		return true;
	}
}

/* A literal string; one of the values where the fact has a closed set. */
static const char *
take_string(struct parser *p, const struct fact *f)
{
	struct lexer *l = &p->lexer;

	if (l->kind != LEX_STRING) {
		lexer_fail(l, "expected a string in quotes here");
		return "";
	}

	const char *s = arena_str(p->arena, l->word);
	bool there = f->values == NULL;

	for (size_t i = 0; !there && f->values[i] != NULL; i++)
		there = strcmp(f->values[i], s) == 0;
	if (!there)
		lexer_fail(l, "'%s' is never '%.60s' (see --list-facts)",
		    f->name, s);
	lexer_next(l);
	return s;
}

static void
parse_operand(struct parser *p, struct node *node)
{
	struct lexer *l = &p->lexer;
	const struct fact *f = facts_at(node->fact);
	struct operand *right = &node->right_hand;

	if (!operator_fits(node->op, f->type)) {
		lexer_fail(l, "'%s' is a %s: it cannot be compared like this",
		    f->name, fact_type_name(f->type));
		return;
	}
	if (node->op == OP_IN || node->op == OP_ONLY || lexer_is(l, "[")) {
		if (node->op < OP_IN) {
			lexer_fail(l, "a list needs 'in', 'contains', "
			    "'starts', 'ends' or 'only'");
			return;
		}
		parse_list(p, node, f->type == FACT_NUMBER);
		return;
	}
	if (l->kind == LEX_NAME) {
		size_t start = l->at;

		if (!take_fact(p, &right->fact))
			return;
		right->is_fact = true;
		if (facts_at(right->fact)->type != f->type ||
		    node->op > OP_GE)
			lexer_fail_at(l, start, "'%s' is a %s and '%s' is a "
			    "%s: they cannot be compared like this",
			    f->name, fact_type_name(f->type),
			    facts_at(right->fact)->name,
			    fact_type_name(facts_at(right->fact)->type));
		return;
	}
	if (f->type == FACT_STRING || f->type == FACT_LIST) {
		const char **one = arena_new(p->arena, sizeof(*one));

		*one = take_string(p, f);
		right->strings = one;
		right->n = 1;
	} else if (f->type == FACT_DURATION) {
		if (l->kind != LEX_DURATION)
			lexer_fail(l, "expected a duration such as 10s, 5m "
			    "or 36h here");
		right->ns = l->ns;
		lexer_next(l);
	} else {
		if (l->kind != LEX_NUMBER)
			lexer_fail(l, "expected a number here");
		right->number = l->number;
		lexer_next(l);
	}
}

static void
parse_list(struct parser *p, struct node *node, bool numbers)
{
	struct lexer *l = &p->lexer;
	const char *strings[MAX_ITEMS];
	double values[MAX_ITEMS];
	size_t n = 0;

	lexer_expect(l, "[");
	do {
		if (n >= MAX_ITEMS) {
			lexer_fail(l, "more than %d in one list", MAX_ITEMS);
		} else if (numbers) {
			if (l->kind != LEX_NUMBER)
				lexer_fail(l, "expected a number here");
			values[n++] = l->number;
			lexer_next(l);
		} else {
			strings[n++] = take_string(p, facts_at(node->fact));
		}
	} while (!l->failed && lexer_accept(l, ","));
	lexer_expect(l, "]");
	if (l->failed)
		return;

	struct operand *right = &node->right_hand;

	right->n = n;
	if (numbers) {
		double *kept = arena_new(p->arena, n * sizeof(*kept));

		memcpy(kept, values, n * sizeof(*kept));
		right->numbers = kept;
	} else {
		const char **kept = arena_new(p->arena, n * sizeof(*kept));

		memcpy(kept, strings, n * sizeof(*kept));
		right->strings = kept;
	}
}

void
condition_facts(const struct condition *c,
    void (*each)(void *context, size_t fact), void *context)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->nodes[i].kind != NODE_TEST)
			continue;
		each(context, c->nodes[i].fact);
		if (c->nodes[i].right_hand.is_fact)
			each(context, c->nodes[i].right_hand.fact);
	}
}
