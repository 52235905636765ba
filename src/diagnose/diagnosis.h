/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnosis.h - attempts to findings: the front of this folder
 *
 * diagnosis_run() is given every attempt of the window (for a file: all of
 * them, in order of start).  It learns the history of users, clients and
 * proxies from all of them first, then looks at each attempt that failed,
 * evaluates every rule over its facts in three-valued logic, names the
 * cause (attempt.cause, attempt.rule) and groups the attempts to findings.
 */
#ifndef P407_DIAGNOSE_DIAGNOSIS_H
#define P407_DIAGNOSE_DIAGNOSIS_H

#include "attempt/testimony.h"
#include "diagnose/finding.h"

struct apps;
struct rules;
struct diagnosis;
struct kdc_index;
struct past;
struct places;
struct sides;
struct words_wanted;

/* What is asked for of connections without an attempt. */
struct only {
	struct address client, proxy; /* len 0: any */
	uint16_t proxy_port;          /* 0: any */
	when_ns since, until;         /* WHEN_NONE: any */
	bool attempts;                /* none of them: a user is asked for */
};

/* What is known of the capture as a whole, for facts. */
struct capture_facts {
	bool kdc_visible;         /* any port 88 traffic in the capture */
	uint64_t frames;
	when_ns first, last;
	bool stream_filters;      /* tcp.stream numbers are Wireshark's */
	double missing_ratio;     /* gaps against acknowledged bytes */
	const struct testimony *witnesses; /* NULL: none were kept */
	const struct kdc_index *kdc; /* of these, by diagnosis_run() */
	const struct places *places; /* NULL: none were kept */
	struct apps *apps;           /* NULL: nobody asked for names */
	const struct only *only;     /* NULL: everything */
	struct attempt **all; /* what those given were chosen from, to look
	                       * around in; NULL: they are all */
	size_t n_all;
	const struct past *past;     /* earlier runs; NULL: none are known */
	const struct sides *sides;   /* of these all, by diagnosis_run() */
	unsigned threads;            /* that may work at it; 0: one */
	const struct words_wanted *words; /* NULL: of all findings */
};

/*
 * Words are most of the work of a diagnosis, and live most findings were told
 * of before.  Each finding, in order, is shown when all but its sentences is
 * there; false: it goes without them (title, names, counts and frames stay).
 * Its id may be changed.
 */
struct words_wanted {
	bool (*of)(void *context, struct finding *f);
	void *context;
};

struct diagnosis *diagnosis_run(const struct rules *rules,
    struct attempt **attempts, size_t n, const struct observation **refused,
    size_t n_refused, const struct capture_facts *capture);
void diagnosis_free(struct diagnosis *d);

size_t diagnosis_findings(const struct diagnosis *d);
const struct finding *diagnosis_finding(const struct diagnosis *d, size_t i);

#endif
