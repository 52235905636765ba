/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brief.h - what pages for a ticket say alike, whatever their markup
 *
 * All words are redacted, and raw: the format escapes them.
 */
#ifndef P407_REPORT_BRIEF_H
#define P407_REPORT_BRIEF_H

#include "report/model.h"

/* "2026-11-23 10:31:07 UTC, 24 s; 31 frames, 2 connections (1 with HTTP)" */
void brief_measures(const struct report *r, struct text *t);

/* "Proxy authentication: 2 faults" */
void brief_heading(const struct report *r, struct text *t);

/*
 * "Of 22 attempts to authenticate, --client, ... leave none."  False if some
 * are left, or there was none.
 */
bool brief_none_chosen(const struct report *r, struct text *t);

/*
 * The report in three sentences: how many attempts and how they went, what
 * the gravest fault is, and what to do first.  `first` is that fault, or
 * NULL; what there is nothing to say of adds nothing.
 */
void brief_outcome(const struct report *r, struct text *t);
/* " (29277 older ones were let go)", or nothing. */
void brief_let_go(const struct report *r, struct text *t);
void brief_fault(const struct report *r, const struct finding *first,
    struct text *t);
void brief_step(const struct report *r, const struct finding *first,
    struct text *t);

/* "LAB\judy on 10.77.3.200, 11 attempts": to tell faults of one title apart. */
void brief_whom(const struct report *r, const struct finding *f,
    struct text *t);

/* Fewer faults need no list of them. */
#define BRIEF_LIST 2

/* Attempts that failed. */
unsigned brief_failures(const struct report *r);

#define BRIEF_ENTRIES 20

struct brief_entry {
	const char *label;
	const char *words;
};

/*
 * Who, where, when, how often, at which step and why, of a finding; how many
 * entries.  The words live in the arena.
 */
size_t brief_entries(const struct report *r, const struct finding *f,
    struct arena *arena, struct brief_entry out[BRIEF_ENTRIES]);

#endif
