/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a file of rules: either all is well and nothing is said, or
 * each line of what is said has the file's name and a place inside it.  What
 * was loaded can be listed and explained.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "diagnose/products.h"
#include "diagnose/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
lines_of(const uint8_t *data, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n' || data[i] == '\r';
	return n;
}

static void
check_errors(const char *errors, size_t lines)
{
	while (*errors != '\0') {
		size_t line, column;
		const char *end = strchr(errors, '\n');

		assert(end != NULL);
		if (strncmp(errors, "f: more faults", 14) != 0) {
			assert(sscanf(errors, "f:%zu:%zu: ", &line,
			           &column) == 2);
			assert(line >= 1 && column >= 1);
			/* U+2028 and the like end lines for YAML, too. */
			assert(line <= 4 * lines + 4);
		}
		errors = end + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules *r = rules_new();
	struct text errors = { .at = NULL }, t = { .at = NULL };

	if (size > 16384) {
		rules_free(r);
		return 0;
	}

	bool ok = rules_load_text(r, "f", span_of(data, size), &errors);

	assert(ok == (text_get(&errors)[0] == '\0'));
	if (memchr(text_get(&errors), '\r', errors.len) == NULL)
		check_errors(text_get(&errors), lines_of(data, size));
	rules_list(r, &t);
	for (size_t i = 0; i < rules_count(r); i++) {
		const struct rule *rule = rules_at(r, i)->rule;

		assert(rule->id != NULL && rule->when != NULL);
		assert(rule->specificity >= 1 && rule->specificity <= 100);
		assert(rules_find(r, rule->id) == rule);
		rule_explain(rule, &t);
	}
	for (size_t i = 0; i < products_count(r); i++) {
		const struct product *p = products_at(r, i)->product;

		assert(p->id != NULL && p->name != NULL);
		assert(p->n_signs >= 1 && p->n_signs <= PRODUCT_SIGNS);
		assert(p->n_advice <= PRODUCT_ADVICE);
		product_explain(p, &t);
	}
	text_fini(&t);
	text_fini(&errors);
	rules_free(r);
	return 0;
}
