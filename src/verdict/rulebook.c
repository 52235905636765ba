/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/rulebook.h"

#include "base/message.h"
#include "diagnose/products.h"

void
rulebook_complain(struct text *errors)
{
	for (struct span rest = text_span(errors); rest.len > 0;) {
		size_t end = span_find(rest, '\n');

		message_error("%.*s", (int)end, (const char *)rest.at);
		rest = span_from(rest, end + 1);
	}
	text_clear(errors);
}

struct rules *
rulebook_load(const struct options *o)
{
	struct rules *rules = rules_new();
	struct text errors = { 0 };
	bool ok = true;

	if (!o->no_default_rules)
		rules_default(rules);
	for (size_t i = 0; i < o->n_rules; i++) {
		size_t before = rules_count(rules) + products_count(rules);

		ok &= rules_load_path(rules, o->rules[i], &errors);
		/* They may come later: SIGHUP reads them. */
		if (ok &&
		    rules_count(rules) + products_count(rules) == before)
			message_note("%s: there are no rules so far (their "
			             "files are named *.yaml)", o->rules[i]);
	}
	rulebook_complain(&errors);
	text_fini(&errors);
	if (!ok) {
		rules_free(rules);
		rules = NULL;
	}
	return rules;
}
