/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.h - reading one file of rules: what its parts share
 *
 * rulefile.c finds rules and products in files and folders, rulekeys.c reads
 * a rule, productkeys.c a product.
 */
#ifndef P407_DIAGNOSE_LOADER_H
#define P407_DIAGNOSE_LOADER_H

#include <yaml.h>

#include "base/names.h"
#include "diagnose/place.h"
#include "diagnose/ruleset.h"

struct loader {
	struct rules *rules;
	const char *file; /* in the arena */
	struct span bytes;
	yaml_document_t *document;
	struct text *errors;
	size_t faults; /* of this file */
	size_t rule_faults; /* of the rule at hand */
};

/* A line in l->errors; printf. */
void loader_fault(struct loader *l, struct place place, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

struct place loader_place(const yaml_node_t *node);
yaml_node_t *loader_node(struct loader *l, int index);

/* Its text; unset if it is no scalar. */
struct span loader_scalar(const yaml_node_t *node);

/* A scalar with something in it, and no NUL; else a fault, and NULL. */
const char *loader_text(struct loader *l, const yaml_node_t *node,
    const char *key);

/* One of a table of names; a fault, and 0, if it is none of them. */
uint64_t loader_word(struct loader *l, const yaml_node_t *node,
    const char *key, const struct name *words);

/* Faults for what is wrong inside a condition, a template, an id. */
void loader_condition(struct loader *l, const yaml_node_t *node,
    const char *text);
void loader_template(struct loader *l, const yaml_node_t *node,
    const char *text);
void loader_id(struct loader *l, const yaml_node_t *node, const char *id);

/* A list of texts in the arena; a fault where it is none. */
const char *const *loader_list(struct loader *l, const yaml_node_t *node,
    const char *key, size_t *n);

/* Read one product, check all of it, and add it if nothing is wrong. */
void loader_product(struct loader *l, yaml_node_t *node);

/* Read one rule, check all of it, and add it if nothing is wrong. */
void loader_rule(struct loader *l, yaml_node_t *node, enum cause cause);

#endif
