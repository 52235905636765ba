/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * item.h - attempts of one client, proxy, user, scheme and cause, counted
 */
#ifndef P407_COMPARE_ITEM_H
#define P407_COMPARE_ITEM_H

#include "attempt/attempt.h"

struct item {
	const char *client, *proxy; /* "10.77.1.4", "10.77.0.20:3128" */
	const char *user;           /* "LAB\bob"; NULL: not known */
	const char *scheme;
	const char *cause;          /* NULL: it passed */
	size_t count;
};

struct items {
	struct item *list;
	size_t n, room;
	struct arena arena;
};

void items_fini(struct items *s);

/* Taken if it passed or failed; LIMIT_ATTEMPTS of them are. */
void items_attempt(struct items *s, const struct attempt *a);

/* A line of p407's JSON; false if it is none. */
bool items_json(struct items *s, struct span line);

/* In order, equal ones as one. */
void items_sort(struct items *s);

/* Those of the same client and proxy: [returned, *end). */
size_t items_place(const struct items *s, const struct item *like,
    size_t *end);

/* The same name in any case, or not known for one of them. */
bool item_same_user(const struct item *a, const struct item *b);

#endif
