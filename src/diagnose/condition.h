/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * condition.h - `when` of a rule: parsed once, then asked in three values
 *
 *	or         = and *( "or" and )
 *	and        = not *( "and" not )
 *	not        = [ "not" ] primary            ; "not not x" is refused
 *	primary    = "(" or ")" / "known" "(" fact ")" / test
 *	test       = fact                         ; a yes-or-no fact
 *	           / fact ( "==" / "!=" ) operand
 *	           / fact ( "<" / "<=" / ">" / ">=" ) operand
 *	           / fact "in" list               ; string or number
 *	           / fact ( "contains" / "starts" / "ends" ) ( string / list )
 *	           / fact "only" list             ; a list: nothing else in it
 *	operand    = number / duration / string / fact
 *	list       = "[" string-or-number *( "," string-or-number ) "]"
 *	duration   = number ( "ms" / "s" / "m" / "h" / "d" )
 *	string     = "'" *char "'" / DQUOTE *char DQUOTE
 *
 * Strings compare without regard to ASCII case.  `contains` of a string fact
 * looks for a part of it, of a list fact for an item; with a list on its
 * right, any of them will do.  A fact that is absent compares false (and !=
 * true); one that is unknown makes the test unknown.  known(fact) is true if
 * the fact has a value.
 *
 * Names, types and closed sets of values are checked when parsing.
 */
#ifndef P407_DIAGNOSE_CONDITION_H
#define P407_DIAGNOSE_CONDITION_H

#include "base/arena.h"
#include "base/text.h"
#include "diagnose/facts.h"
#include "diagnose/truth.h"

struct condition;

struct condition_fault {
	size_t offset;   /* of the byte where it is wrong */
	char text[200];  /* what is wrong, in words */
};

/* NULL and *fault if it is wrong.  The condition lives in the arena. */
struct condition *condition_parse(struct span source, struct arena *arena,
    struct condition_fault *fault);

enum truth condition_eval(const struct condition *c, struct subject *s);

/*
 * Which facts decided it, in words: for a false one those that made it
 * false, for a true one those that made it true, for an unknown one those
 * that are not known.  "who closed the connection: proxy; …".
 */
void condition_because(const struct condition *c, struct subject *s,
    struct text *t);

/* For an unknown one: what to capture to know. */
void condition_needs(const struct condition *c, struct subject *s,
    struct text *t);

/* Call back for each fact that is named, in order, with repeats. */
void condition_facts(const struct condition *c,
    void (*each)(void *context, size_t fact), void *context);

#endif
