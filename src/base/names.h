/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.h - tables of value and name, read both ways
 *
 * A table is an array that ends with a row whose name is NULL.
 */
#ifndef P407_BASE_NAMES_H
#define P407_BASE_NAMES_H

#include "base/span.h"

struct name {
	uint64_t value;
	const char *name;
};

/* The name of a value, or `otherwise`. */
const char *names_of(const struct name *table, uint64_t value,
    const char *otherwise);

/* The value of a name, case as written.  False if there is none. */
bool names_value(const struct name *table, struct span name,
    uint64_t *value);

#endif
