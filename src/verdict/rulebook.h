/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rulebook.h - the rules of a run: those built in and the user's own
 */
#ifndef P407_VERDICT_RULEBOOK_H
#define P407_VERDICT_RULEBOOK_H

#include "diagnose/rules.h"
#include "options/options.h"

/* NULL, and all of it said, if any of them is wrong. */
struct rules *rulebook_load(const struct options *o);

/* Say what is wrong, a line each; the text is empty then. */
void rulebook_complain(struct text *errors);

#endif
