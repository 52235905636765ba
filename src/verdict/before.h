/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * before.h - the other input of --compare
 */
#ifndef P407_VERDICT_BEFORE_H
#define P407_VERDICT_BEFORE_H

#include "compare/compare.h"
#include "diagnose/rules.h"
#include "options/options.h"

/*
 * Read o->compare, a capture, a folder of some, or JSON Lines of p407, with
 * the filters of o.  NULL if it cannot be read at all; that has been said.
 */
struct compare *before_read(const struct options *o,
    const struct rules *rules);

#endif
