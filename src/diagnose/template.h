/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * template.h - sentences with facts in them
 *
 * "{attempt.full_user} was refused" becomes "LAB\erin was refused".  A fact
 * without a value prints the words that its row has for that.  "{{" and "}}"
 * stand for a brace.  What comes out is not escaped.
 */
#ifndef P407_DIAGNOSE_TEMPLATE_H
#define P407_DIAGNOSE_TEMPLATE_H

#include "diagnose/condition.h"

/* False and *fault if a brace or a name is wrong. */
bool template_check(const char *text, struct condition_fault *fault);

/* A template that was checked; what is wrong in others stays as it is. */
void template_expand(struct text *t, const char *text, struct subject *s);

/* The same, kept; NULL stays NULL. */
const char *template_words(const char *text, struct subject *s,
    struct arena *arena);

#endif
