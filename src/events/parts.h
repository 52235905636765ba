/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.h - one event each, as the report wants it; for events.c
 *
 * A line that lacks what the report cannot do without gives NULL.  All is
 * copied into the arena.
 */
#ifndef P407_EVENTS_PARTS_H
#define P407_EVENTS_PARTS_H

#include "auth/json.h"
#include "diagnose/finding.h"

/* id: the number in its "a12". */
struct attempt *parts_attempt(struct arena *a, struct span line);

/* What is told of the tokens of an attempt; its legs are read before. */
void parts_tokens(struct arena *a, struct span about, struct attempt *t);

/*
 * Without its attempts: the caller finds those that it names ("attempts",
 * "example", "good").
 */
struct finding *parts_finding(struct arena *a, struct span line);

/* The ladder of a finding, leg by leg, for the attempt that is its example. */
void parts_ladder(struct arena *a, struct span line, struct attempt *example);

/* The 12 of "a12"; 0 if it is no such thing. */
uint32_t parts_id(struct span text);

/* Elements of an array, up to `most`; 0 if it is none. */
size_t parts_count(struct span list, size_t most);

/* An array of strings; *n of them.  NULL if it is none. */
const char **parts_strings(struct arena *a, struct span list, size_t *n);

/* Reading tables: a member of an object, and where it goes. */
enum part_kind { PART_TEXT, PART_TIME, PART_BOOL, PART_NUMBER };

struct part {
	const char *key;
	enum part_kind kind;
	size_t at; /* const char *, when_ns, bool, uint64_t */
};

/* What is not there is left as it is. */
void parts_read(struct arena *a, struct span object, const struct part *parts,
    size_t n, void *out);

/* Which of the names it is; `most` + 1 if none. */
typedef const char *parts_name(unsigned i);
unsigned parts_which(struct span word, parts_name *name, unsigned most);

#endif
