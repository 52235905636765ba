/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h - the inside of a condition: condition.c grows it, evaluate.c asks
 */
#ifndef P407_DIAGNOSE_TREE_H
#define P407_DIAGNOSE_TREE_H

#include "diagnose/condition.h"

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };

enum operator {
	OP_IS, /* a yes-or-no fact by itself */
	OP_KNOWN,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,
	OP_CONTAINS,
	OP_STARTS,
	OP_ENDS,
	OP_ONLY,
};

/* The right-hand side: a fact, or literals. */
struct operand {
	bool is_fact;
	size_t fact;
	double number;
	int64_t ns;
	const char *const *strings; /* one, or those of a list */
	const double *numbers;
	size_t n;
};

struct node {
	enum node_kind kind;
	uint16_t left, right; /* of AND and OR; NOT has left */
	enum operator op;
	size_t fact;
	struct operand right_hand;
};

struct condition {
	struct node *nodes;
	size_t n;
	uint16_t root;
};

#endif
