/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group.h - attempts that are one finding
 *
 * What one rule says of one client (and its user, or program), of one proxy
 * (and, where the rule says so, one service, one KDC, one URL) or of one
 * program, is one finding, however many attempts there are.  The number of
 * groups is bounded (LIMIT_FINDINGS): of those of attempts the last are kept.
 */
#ifndef P407_DIAGNOSE_GROUP_H
#define P407_DIAGNOSE_GROUP_H

#include "base/table.h"
#include "diagnose/diagnosis.h"
#include "diagnose/rules.h"

/* A login on both sides of a box: it is told on the outer one. */
struct sides_of_box {
	const struct attempt *outer, *inner;
};

struct group {
	struct table_entry entry;
	const struct rule *rule;
	struct address client, proxy; /* as far as the grouping uses them */
	uint16_t proxy_port;
	const char *who; /* user, agent, or what is apart; NULL: none */
	uint64_t first_frame;
	size_t place; /* until groups_sort() */

	const struct attempt **attempts; /* in order of start */
	size_t n, room;
	struct sides_of_box *boxes; /* of those that were seen twice */
	size_t n_boxes, boxes_room;
	const struct observation *refused; /* the first; n counts all */
	struct address *refused_clients;   /* of all, `n` of them */
	uint64_t frames[12];               /* of refused connections */
	size_t n_frames;
	when_ns last;
};

struct groups;

struct groups *groups_new(void);
void groups_free(struct groups *g);

/* `apart`: what the rule has of that name, expanded; NULL if it has none. */
void groups_add(struct groups *g, const struct rule *rule, const char *apart,
    const struct attempt *a);
void groups_add_refused(struct groups *g, const struct rule *rule,
    const char *apart, const struct observation *o);

/* The one that the attempt was added to; NULL if it had to go since. */
struct group *groups_find(struct groups *g, const struct rule *rule,
    const char *apart, const struct attempt *a);

/* The same once more, behind a box: `outer` may be behind another one. */
void group_add_inner(struct group *g, const struct attempt *outer,
    const struct attempt *inner);

/* Would these two be of one group, if the rule held of both? */
bool group_would_join(const struct rule *rule, const struct attempt *a,
    const struct attempt *b);

/* By first frame; from then on groups_at() is in that order. */
void groups_sort(struct groups *g);
size_t groups_count(const struct groups *g);
const struct group *groups_at(const struct groups *g, size_t i);

/*
 * Fill in what the attempts themselves tell: who, where, when, which frames.
 * Everything is in the arena but for the attempts.
 */
void group_describe(const struct group *g, struct finding *f, size_t number,
    const struct capture_facts *capture, struct arena *arena);

#endif
