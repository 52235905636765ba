/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strict.h - is it JSON, and is it safe to show? for tests and fuzzing
 */
#ifndef P407_TESTS_REPORT_STRICT_H
#define P407_TESTS_REPORT_STRICT_H

#include "base/span.h"

/*
 * RFC 8259 to the letter, and more than that: valid UTF-8, no control byte,
 * no key twice in an object, nothing after the value.
 */
bool strict_json(struct span s);

/* Each line ends, and is one strict JSON object. */
bool strict_json_lines(struct span s);

/* Valid UTF-8 with no control byte but line ends; SGR only if `color`. */
bool strict_text(struct span s, bool color);

/* The widest line, in columns (base/escape.h decodes). */
size_t strict_widest(struct span s);

#endif
