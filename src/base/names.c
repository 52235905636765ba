/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/names.h"

const char *
names_of(const struct name *table, uint64_t value, const char *otherwise)
{
	for (; table->name != NULL; table++)
		if (table->value == value)
			return table->name;
	return otherwise;
}

bool
names_value(const struct name *table, struct span name, uint64_t *value)
{
	for (; table->name != NULL; table++)
		if (span_eq(span_of_str(table->name), name)) {
			*value = table->value;
			return true;
		}
	return false;
}
