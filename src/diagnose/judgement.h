/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judgement.h - which rule holds of which attempt, and what is one finding
 *
 * Judgements are collected in order of the attempts, and grouped once all
 * are there: a login that fails on both sides of a box for the same cause,
 * or is refused on both and more is known before it, is one fault.  It is
 * told, and counted, where the client is, with the cause that holds there.
 */
#ifndef P407_DIAGNOSE_JUDGEMENT_H
#define P407_DIAGNOSE_JUDGEMENT_H

#include "diagnose/group.h"
#include "diagnose/history.h"

struct judgement {
	struct attempt *attempt;
	const struct rule *rule;
	const char *apart;           /* as in groups_add() */
	const struct attempt *outer; /* the outer half of it; or NULL */
};

struct judgements {
	struct judgement *at;
	size_t n, room;
};

void judgements_add(struct judgements *j, struct judgement one);

/* What `more` has, too; `more` is empty then. */
void judgements_take(struct judgements *j, struct judgements *more);

/* Into groups; then there are none. */
void judgements_group(struct judgements *j, const struct history *h,
    struct groups *groups);

#endif
