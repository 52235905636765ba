/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In a file by itself, so that a program without the table (rulec, which
 * writes it) can use all of rules.c.
 */
#include "diagnose/products.h"
#include "diagnose/rules.h"

void
rules_default(struct rules *r)
{
	for (size_t i = 0; i < rules_built_in_count; i++)
		rules_add(r, &rules_built_in[i]);
	for (size_t i = 0; i < products_built_in_count; i++)
		products_add(r, &products_built_in[i]);
}
