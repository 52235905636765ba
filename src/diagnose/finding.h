/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finding.h - what p407 concludes: the shape that every report prints
 *
 * A finding groups the attempts of one client (or, for faults of the proxy
 * side, of many clients) that one rule explains.  Strings are in the
 * diagnosis' arena and already expanded, but not escaped: escaping is the
 * report's business.
 */
#ifndef P407_DIAGNOSE_FINDING_H
#define P407_DIAGNOSE_FINDING_H

#include "attempt/attempt.h"

enum who_acts {
	WHO_USER,
	WHO_CLIENT,    /* client configuration */
	WHO_PROXY,     /* proxy administrators */
	WHO_DIRECTORY, /* Active Directory, KDC */
	WHO_NETWORK,
	WHO_CAPTURE,   /* whoever took the capture */
};

enum effort { EFFORT_EASY, EFFORT_MEDIUM, EFFORT_HARD };
enum level { LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH }; /* severity, likelihood */

struct fix {
	enum who_acts who;
	enum effort effort;
	const char *what;
};

/* One line of the differential. */
struct verdict {
	enum cause cause;
	const char *rule;    /* id */
	const char *because; /* ruled out: why; cannot tell: what is needed */
};

/* Names seen in the attempts, in order of first appearance, counted. */
struct tally_entry {
	const char *name;
	unsigned count;
};

struct tally {
	struct tally_entry *entries;
	size_t n;     /* kept, at most 50 */
	size_t total; /* how many different ones there are in all */
};

struct finding {
	const char *id; /* stable: "f1", "f2", … in order of first frame */
	uint64_t key;   /* the same in each look at a live wire, if it is */
	const char *identity; /* the same in each run; has names: not to show */
	const char *state; /* live: "open", "closed", ...; NULL: of a file */
	const char *replaced_by; /* the id, if it is withdrawn; or NULL */
	uint64_t total; /* live: attempts since first made; 0: as given */
	const struct rule *rule;
	enum cause cause;
	enum level severity, likelihood;
	bool fault; /* false: a remark (lint), not a failed login */
	enum went_on went_on; /* each of them, at least: of little severity,
	                       * and no fault on the same connection */
	const char *title;   /* short */
	const char *message; /* one sentence for a person */
	const char *why;     /* a paragraph: what on the wire shows it */

	const struct attempt **attempts; /* in order of start */
	size_t n_attempts;
	/* The same logins on the inner side of a box, which are not counted. */
	const struct attempt *const *inner;
	size_t n_inner;
	size_t times; /* refused, or asked in vain, in all of them */
	const struct attempt *example;   /* the one whose ladder is shown */
	const struct attempt *good;      /* a good one to compare, or NULL */
	when_ns first, last;
	struct tally clients, users, proxies, agents, targets, workstations;
	struct tally applications; /* none: not known, or not asked for */
	/* Around the example; NULL or none where the capture does not tell. */
	const char *scope, *scope_words; /* who is hit */
	const char *between; /* which side of a box, of which both are seen */
	when_ns worked_until, failing_since; /* 0: not known */
	when_ns works_again; /* first success after the example; 0: none */
	/* In earlier runs; since 0: it is not known from one; until and times
	 * are WHEN_NONE and 0 where that is not clear. */
	when_ns known_since, known_until;
	uint64_t known_times;
	const char *const *earlier; /* besides, of user and client */
	size_t n_earlier;
	const char *const *changed; /* since it worked */
	size_t n_changed;
	const char *const *differs; /* from a good login elsewhere */
	size_t n_differs;
	/* The make of the proxy of the example; NULL: it does not tell. */
	const char *product, *product_version, *product_signs;
	const char *product_behind; /* where, if it is another one behind */
	enum level product_confidence;
	const char *const *advice; /* what is special about it, expanded */
	size_t n_advice;
	uint64_t frames[12]; /* evidence of the example */
	size_t n_frames;
	const char *display_filter;
	char evidence_file[112]; /* in the folder of -w; empty: none */
	/* What the KDC said of the example, in order of frames. */
	const struct witness_record **kdc;
	size_t n_kdc;
	bool on_kdc; /* the finding rests on that */
	/* Somebody's in TLS at the same place, that it rests on; or NULL. */
	const struct connection *in_tls;
	/* Hosts, and names in certificates, that TLS, PAC and DNS told of:
	 * sentences may hold them, which redaction has to know. */
	const char *const *hosts;
	size_t n_hosts;

	const struct verdict *contributing, *ruled_out, *cannot_tell;
	size_t n_contributing, n_ruled_out, n_cannot_tell;

	const struct fix *fixes; /* in order of effort */
	size_t n_fixes;
	const char *escalate_to, *escalate_when, *verify;
	const char *const *references;
	size_t n_references;
};

const char *who_name(enum who_acts w);   /* "user", "client configuration" */
const char *effort_name(enum effort e);  /* "easy" */
const char *level_name(enum level l);    /* "low" */

#endif
