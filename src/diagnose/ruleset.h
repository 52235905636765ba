/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ruleset.h - the inside of struct rules, for the files that fill it
 */
#ifndef P407_DIAGNOSE_RULESET_H
#define P407_DIAGNOSE_RULESET_H

#include "diagnose/products.h"
#include "diagnose/rules.h"

struct rules {
	struct ready_rule *at; /* in order of rank */
	size_t n, room;
	struct ready_product *products; /* in order of files and lines */
	size_t n_products, products_room;
	struct arena arena; /* conditions; strings of loaded rules */
};

#endif
