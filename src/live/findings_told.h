/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * findings_told.h - live: which findings were told, under which id
 *
 * Each look at the window makes its findings anew.  Here they are known again
 * by their key, keep the id under which they were first told, and are counted
 * over all looks, also when their first attempts have left the window.
 * Bounded by LIMIT_FINDINGS, twice: the ones that are quiet longest are
 * forgotten.
 */
#ifndef P407_LIVE_FINDINGS_TOLD_H
#define P407_LIVE_FINDINGS_TOLD_H

#include "base/table.h"
#include "diagnose/finding.h"

/* A finding is closed when it was quiet for so long. */
#define TOLD_QUIET (15 * 60 * WHEN_SECOND)

enum told_news {
	TOLD_NOTHING,
	TOLD_NEW,       /* first made */
	TOLD_AGAIN,     /* it was closed, and is there again */
	TOLD_MORE,      /* 10, 100, 1000 ... attempts by now */
	TOLD_CLOSED,    /* quiet for long */
	TOLD_WITHDRAWN, /* another finding explains its attempts better */
};

struct told {
	struct table_entry entry;
	uint64_t key;
	uint32_t number; /* from 1 */
	uint32_t heir;   /* that of the one which took its last attempt; or 0 */
	char id[16];
	bool open, fault;
	bool plain;     /* it never had an attempt */
	uint64_t total; /* attempts; 0 of what has none */
	uint64_t next;  /* told again when there are so many */
	when_ns first, last;
	uint64_t look;
	char rule[64];
	char evidence_file[112]; /* the last, as in a finding */
	enum cause cause;
	enum level severity;
};

struct told_list;

struct told_list *told_new(void);
void told_free(struct told_list *l); /* NULL is fine */

/* A look at the window; capture time is `now`, also if the clock was set. */
void told_begin(struct told_list *l, when_ns now);

/*
 * A finding of this look: what there is to tell of it.  Sets attempt.counted
 * of its attempts, and the finding's id, state and total.
 */
enum told_news told_take(struct told_list *l, struct finding *f,
    const struct told **as);

/* It has evidence, under a name that its later looks have, too. */
void told_evidence(struct told_list *l, const struct finding *f);

/* Those that were told and are not in this look, if they are over. */
void told_end(struct told_list *l,
    void (*over)(void *context, const struct told *t, enum told_news news),
    void *context);

/* Of the attempt.counted of an attempt: the id, or NULL. */
const char *told_id(const struct told_list *l, uint32_t number);

size_t told_open(const struct told_list *l, enum level severity);
/* Findings first told, by cause. */
uint64_t told_count(const struct told_list *l, enum cause cause);

#endif
